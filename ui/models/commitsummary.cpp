// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/commitsummary.h"

#include "ui/models/leasetext.h"

#include <QCoreApplication>
#include <QMap>
#include <QStringList>

namespace slotscope::ui {

using core::Change;

namespace {

constexpr size_t MostFirstKeys = 5;
constexpr qsizetype LongestKey = 60; // characters

QString tr(const char *text)
{
    return QCoreApplication::translate("CommitSummary", text);
}

struct Counts
{
    int inserted = 0;
    int updated = 0;
    int deleted = 0;
};

QString countsText(const Counts &counts)
{
    QStringList parts;
    if (counts.inserted > 0)
        parts.append(tr("%1 new").arg(counts.inserted));
    if (counts.updated > 0)
        parts.append(tr("%1 changed").arg(counts.updated));
    if (counts.deleted > 0)
        parts.append(tr("%1 deleted").arg(counts.deleted));
    return parts.join(QStringLiteral(", "));
}

QString shortKey(const core::SlotCodec &codec, const QByteArray &key)
{
    const QString text = keyText(codec, key);
    return text.size() > LongestKey ? text.left(LongestKey) + QStringLiteral("…") : text;
}

} // namespace

CommitSummary summaryOf(const core::CommitPlan &plan, const KeyResolver &resolver)
{
    QMap<QString, Counts> tables;
    QMap<QString, int> leases;
    QStringList firstKeys;
    QStringList details;
    for (const Change &change : plan.writes) {
        const ResolvedKey resolved = resolver ? resolver(change.key) : ResolvedKey();
        const QString table = resolved.table.isEmpty() ? tr("Plain keys") : resolved.table;
        Counts &counts = tables[table];
        ++(change.kind == Change::Kind::Insert       ? counts.inserted
               : change.kind == Change::Kind::Delete ? counts.deleted
                                                     : counts.updated);
        const QString key = shortKey(resolved.codec, change.key);
        if (static_cast<size_t>(firstKeys.size()) < MostFirstKeys)
            firstKeys.append(key);
        QStringList line {operationText(change.kind), table, key};
        if (const QString lease = leaseChoiceText(change.lease);
            !lease.isEmpty() && change.kind != Change::Kind::Delete) {
            ++leases[lease];
            line.append(lease);
        }
        details.append(line.join(QStringLiteral(" · ")));
    }
    QStringList lines;
    for (auto it = tables.cbegin(); it != tables.cend(); ++it)
        lines.append(QStringLiteral("%1: %2").arg(it.key(), countsText(it.value())));
    for (auto it = leases.cbegin(); it != leases.cend(); ++it)
        lines.append(it.value() == 1 ? tr("Lease of 1 key: %1").arg(it.key())
                                     : tr("Lease of %1 keys: %2").arg(QString::number(it.value()), it.key()));
    if (!plan.guards.empty())
        lines.append(plan.guards.size() == 1
                         ? tr("Only if 1 more key is unchanged")
                         : tr("Only if %1 more keys are unchanged").arg(plan.guards.size()));
    const QString keys = firstKeys.join(QStringLiteral(", "));
    const auto more = static_cast<qsizetype>(plan.writes.size()) - firstKeys.size();
    // In one step: a key may well look like a placeholder.
    lines.append(more > 0 ? tr("Keys: %1 and %2 more").arg(keys, QString::number(more))
                          : tr("Keys: %1").arg(keys));
    return {lines.join(QLatin1Char('\n')), details.join(QLatin1Char('\n'))};
}

} // namespace slotscope::ui
