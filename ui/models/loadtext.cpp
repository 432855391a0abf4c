// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/loadtext.h"

#include "ui/errortext.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

namespace slotscope::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("LoadText", text);
}

QString number(qint64 value)
{
    return QLocale().toString(value);
}

QString size(double bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(bytes));
}

bool isAtLimit(const core::LiveTable &table)
{
    return static_cast<qint64>(table.rows().count()) >= table.limit().rows
        || table.rows().payloadBytes() >= table.limit().bytes;
}

/// Of all records, going by those that are there.
QString estimatedSize(const core::LiveTable &table)
{
    const auto rows = static_cast<double>(table.rows().count());
    return rows == 0 ? QString()
                     : size(static_cast<double>(table.rows().payloadBytes()) / rows
                            * static_cast<double>(table.recordCount()));
}

} // namespace

QString loadingText(const core::LiveTable &table)
{
    const core::LiveTable::Progress progress = table.progress();
    QString text = tr("Loading");
    if (table.isReadingAnew())
        text = tr("Reading anew");
    else if (table.isLoadingMore())
        text = tr("Loading more");
    if (progress.total <= 0)
        return text + QStringLiteral(" …");
    text += tr(": %1 of %2 records").arg(number(progress.rows), number(progress.total));
    if (progress.goal > 0 && progress.goal < progress.total)
        text += tr(", the first %1 for now").arg(number(progress.goal));
    QStringList parts {text};
    if (progress.bytes > 0)
        parts.append(size(static_cast<double>(progress.bytes)));
    // What the first moments tell is chance.
    constexpr qint64 Enough = 500; // milliseconds
    const bool isKnown = progress.milliseconds >= Enough && progress.rows > progress.goal / 50;
    if (isKnown && progress.rows > 0) {
        const double seconds = static_cast<double>(progress.milliseconds) / 1000;
        parts.append(tr("%1/s").arg(size(static_cast<double>(progress.bytes) / seconds)));
        const double left =
            seconds * static_cast<double>(progress.goal - progress.rows) / static_cast<double>(progress.rows);
        constexpr double Long = 100; // seconds
        if (left >= Long)
            parts.append(tr("%1 min left").arg(number(qRound64(left / 60))));
        else if (left >= 1)
            parts.append(tr("%1 s left").arg(number(qRound64(left))));
    }
    return parts.join(QStringLiteral(" · "));
}

QString interruptionText(const core::LiveTable &table, const QString &server)
{
    if (!table.interruption())
        return {};
    // What to do about it is said in the bar, as long as it is so; this stays when the server is back.
    return tr("Loading was interrupted. %1").arg(describe(*table.interruption(), server).summary);
}

QString partText(const core::LiveTable &table, const QString &what, const QString &server)
{
    if (!table.isPartial())
        return {};
    const qint64 rows = static_cast<qint64>(table.rows().count());
    const QString all = number(table.recordCount());
    const bool isWindow = table.rowsBegin() != table.range().begin;
    QStringList sentences;
    if (table.interruption())
        sentences.append(interruptionText(table, server));
    else if (table.rowsEnd() && !isAtLimit(table))
        sentences.append(tr("Stopped."));
    if (isWindow || sentences.isEmpty())
        sentences.append(tr("%1 holds %2 records (≈ %3).").arg(what, all, estimatedSize(table)));
    if (isWindow && rows == 0 && !table.rowsEnd())
        sentences.append(tr("There are none from this key on."));
    else if (isWindow)
        sentences.append(table.rowsEnd()
                             ? tr("%1 of them are shown, from the chosen key on.").arg(number(rows))
                             : tr("The last %1 are shown, from the chosen key on.").arg(number(rows)));
    else if (sentences.size() == 1 && !table.interruption() && isAtLimit(table))
        sentences.append(tr("The first %1 are shown, in the order of their keys.").arg(number(rows)));
    else
        sentences.append(
            tr("The first %1 of %2 records are shown, in the order of their keys.").arg(number(rows), all));
    return sentences.join(QLatin1Char(' '));
}

} // namespace slotscope::ui
