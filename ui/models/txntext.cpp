// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/txntext.h"

#include <QCoreApplication>
#include <QLocale>

namespace slotscope::ui {

namespace {

constexpr qsizetype LongValue = 300; // bytes; of longer ones the beginning is told, the script has all

QString tr(const char *text)
{
    return QCoreApplication::translate("TxnText", text);
}

QString sizeText(qsizetype size)
{
    return size == 1 ? tr("1 byte") : tr("%1 bytes").arg(QLocale().toString(size));
}

class TxnWriter
{
public:
    explicit TxnWriter(const core::TxnScriptOptions &options)
        : m_options(options)
    {
    }

    QString write(const core::TxnRequest &request)
    {
        m_text +=
            tr("IF nobody has changed any of these (%1)").arg(request.compare.size()) + QLatin1Char('\n');
        for (const core::Compare &compare : request.compare)
            add(compare);
        m_text += QLatin1Char('\n') + tr("THEN all of this, at one revision (%1)").arg(request.success.size())
            + QLatin1Char('\n');
        for (const core::RequestOp &operation : request.success)
            std::visit([this](const auto &one) { add(one); }, operation.request);
        m_text += QLatin1Char('\n')
            + tr("ELSE nothing is written, and what is there now is read (%1)").arg(request.failure.size())
            + QLatin1Char('\n');
        for (const core::RequestOp &operation : request.failure)
            std::visit([this](const auto &one) { add(one); }, operation.request);
        return m_text;
    }

private:
    void line(const QString &text) { m_text += QStringLiteral("  ") + text + QLatin1Char('\n'); }
    QString named(const core::KeyRange &range) const
    {
        QString text = QString::fromLatin1(core::etcdctlQuoted(range.begin));
        if (!range.end.isEmpty())
            text += QStringLiteral(" … ") + QString::fromLatin1(core::etcdctlQuoted(range.end));
        const QString words = m_options.describe ? m_options.describe(range.begin).simplified() : QString();
        return words.isEmpty() ? text : QStringLiteral("%1  %2").arg(words, text);
    }

    void add(const core::Compare &compare)
    {
        static const char *const targets[] = {"version", "create_revision", "mod_revision", "value", "lease"};
        static const char *const results[] = {"=", ">", "<", "!="};
        const bool absent = compare.target == core::CompareTarget::ModRevision
            && compare.result == core::CompareResult::Equal && compare.number == 0;
        line(QStringLiteral("%1 %2 %3%4  %5")
                 .arg(QLatin1String(targets[static_cast<size_t>(compare.target)]),
                      QLatin1String(results[static_cast<size_t>(compare.result)]),
                      compare.target == core::CompareTarget::Value
                          ? QString::fromLatin1(core::etcdctlQuoted(compare.value))
                          : QString::number(compare.number),
                      absent ? tr(", does not exist") : QString(), named(compare.range)));
    }
    void add(const core::PutRequest &put)
    {
        QString lease;
        const auto granted = m_options.newLeases.find(put.key);
        if (granted != m_options.newLeases.cend())
            lease = tr(", on a new lease of %1 s").arg(granted->second.count());
        else if (put.ignoreLease)
            lease = tr(", keeps its lease");
        else if (put.lease.value != 0)
            lease = tr(", on lease %1").arg(QString::number(put.lease.value, 16));
        line(QStringLiteral("put %1").arg(named(core::KeyRange::single(put.key))));
        const bool isLong = put.value.size() > LongValue;
        line(
            QStringLiteral("    %1%2")
                .arg(QString::fromLatin1(core::etcdctlQuoted(isLong ? put.value.left(LongValue) : put.value)),
                     isLong ? QStringLiteral(" …") : QString()));
        line(QStringLiteral("    %1%2").arg(sizeText(put.value.size()), lease));
    }
    void add(const core::DeleteRangeRequest &request)
    {
        line(QStringLiteral("delete %1").arg(named(request.range)));
    }
    void add(const core::RangeRequest &request) { line(QStringLiteral("get %1").arg(named(request.range))); }
    void add(const core::TxnRequest &) { line(tr("a transaction within this one")); }

    const core::TxnScriptOptions &m_options;
    QString m_text;
};

} // namespace

QString txnText(const core::TxnRequest &request, const core::TxnScriptOptions &options)
{
    return TxnWriter(options).write(request);
}

} // namespace slotscope::ui
