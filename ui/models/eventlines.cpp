// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/eventlines.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace slotscope::ui {

using core::Change;
using core::EventFilter;
using core::LogEntry;
using core::LoggedEvent;

namespace {

constexpr size_t MostDetails = 200; // of a list that people read
constexpr qsizetype MostTables = 4;

QString tr(const char *text)
{
    return QCoreApplication::translate("EventLines", text);
}

QString kindText(EventFilter::Kind kind)
{
    switch (kind) {
    case EventFilter::Creates:
        return tr("new");
    case EventFilter::Deletions:
        return tr("deleted");
    default:
        return tr("changed");
    }
}

theme::Mark markOf(EventFilter::Kind kind)
{
    switch (kind) {
    case EventFilter::Creates:
        return theme::Mark::Inserted;
    case EventFilter::Deletions:
        return theme::Mark::Deleted;
    default:
        return theme::Mark::Edited;
    }
}

QString tableText(const core::CodecBook::Page &page)
{
    return page.slot ? page.title : tr("keys");
}

// `2 new, 1 deleted`
QString countText(const LogEntry &entry)
{
    QStringList parts;
    for (const auto kind : {EventFilter::Creates, EventFilter::Changes, EventFilter::Deletions}) {
        const auto count =
            std::count_if(entry.events.cbegin(), entry.events.cend(),
                          [kind](const LoggedEvent &logged) { return core::kindOf(logged.event) == kind; });
        if (count > 0)
            parts << tr("%1 %2").arg(QLocale().toString(qlonglong(count)), kindText(kind));
    }
    return parts.join(QStringLiteral(", "));
}

QString eventChangeText(const core::SlotCodec &codec, const LoggedEvent &logged)
{
    const QString text = changeText(codec, changeOf(logged));
    if (logged.before != LoggedEvent::Before::Unknown)
        return text;
    return logged.event.type == core::EventType::Delete ? tr("(it is not known what it was)")
                                                        : tr("now %1").arg(text);
}

EventLine noteLine(const LogEntry &entry)
{
    EventLine line;
    line.mark = theme::Mark::Warning;
    switch (entry.kind) {
    case LogEntry::Kind::Gap:
        line.what = tr("gap");
        line.change = entry.missingFrom == entry.revision
            ? tr("The transaction of revision %1 was not seen: it was compacted away, or read anew.")
                  .arg(QLocale().toString(qlonglong(entry.revision.value)))
            : tr("The transactions of revisions %1 to %2 were not seen: they were compacted away, or read "
                 "anew.")
                  .arg(QLocale().toString(qlonglong(entry.missingFrom.value)),
                       QLocale().toString(qlonglong(entry.revision.value)));
        break;
    case LogEntry::Kind::OtherData:
        line.what = tr("other data");
        line.change =
            tr("The cluster has other data than before: a restored backup, or another cluster. What follows "
               "is of the new one.");
        break;
    default:
        line.what = tr("unreadable");
        line.change = tr("This entry was written to disk and cannot be read back.");
    }
    return line;
}

} // namespace

Change changeOf(const LoggedEvent &logged)
{
    const core::Event &event = logged.event;
    Change change {.key = event.kv.key};
    change.value = event.kv.value;
    if (event.type == core::EventType::Delete)
        change.kind = Change::Kind::Delete;
    else if (!event.prevKv)
        change.kind = Change::Kind::Insert;
    if (event.prevKv)
        change.base = core::KeyState::of(*event.prevKv);
    return change;
}

EventLine eventLine(const LogEntry &entry, const core::CodecBook &book, const EventFilter &filter)
{
    EventLine line;
    if (entry.kind != LogEntry::Kind::Transaction || entry.events.empty()) {
        line = noteLine(entry);
    } else {
        const auto passing =
            std::find_if(entry.events.cbegin(), entry.events.cend(), [&](const LoggedEvent &logged) {
                return filter.isEmpty() || filter.matches(logged, book);
            });
        const LoggedEvent &lead = passing == entry.events.cend() ? entry.events.front() : *passing;
        const core::CodecBook::Page &page = book.pageOf(lead.event.kv.key);
        line.key = lead.event.kv.key;
        line.mark = markOf(core::kindOf(lead.event));
        line.what = entry.events.size() == 1 ? kindText(core::kindOf(lead.event)) : countText(entry);
        QStringList tables {tableText(page)};
        for (const LoggedEvent &logged : entry.events) {
            const QString table = tableText(book.pageOf(logged.event.kv.key));
            if (!tables.contains(table) && tables.size() <= MostTables)
                tables << table;
        }
        if (tables.size() > MostTables)
            tables.last() = QStringLiteral("…");
        line.tables = tables.join(QStringLiteral(", "));
        line.keys = keyText(page.codec, lead.event.kv.key);
        if (entry.events.size() > 1)
            line.keys =
                tr("%1 and %2 more").arg(line.keys, QLocale().toString(qulonglong(entry.events.size() - 1)));
        line.change = eventChangeText(page.codec, lead);
    }
    line.kind = entry.kind;
    line.revision = entry.revision;
    line.time = entry.kind == LogEntry::Kind::Unreadable
        ? QString()
        : entry.received().toString(QStringLiteral("HH:mm:ss.zzz"));
    return line;
}

std::vector<EventDetail> eventDetails(const LogEntry &entry, const core::CodecBook &book)
{
    std::vector<EventDetail> details;
    if (entry.kind != LogEntry::Kind::Transaction) {
        details.push_back({noteLine(entry).change, {}, false, {}});
        return details;
    }
    for (const LoggedEvent &logged : entry.events) {
        if (details.size() == MostDetails) {
            details.push_back(
                {tr("and %1 more").arg(QLocale().toString(qulonglong(entry.events.size() - MostDetails))),
                 {},
                 false,
                 {}});
            break;
        }
        const core::CodecBook::Page &page = book.pageOf(logged.event.kv.key);
        EventDetail detail;
        detail.key = logged.event.kv.key;
        detail.title =
            QStringLiteral("%1 · %2: %3")
                .arg(tableText(page), keyText(page.codec, detail.key), kindText(core::kindOf(logged.event)));
        detail.beforeUnknown = logged.before == LoggedEvent::Before::Unknown;
        if (!detail.beforeUnknown || logged.event.type == core::EventType::Put)
            detail.lines = fieldLines(page.codec, changeOf(logged));
        details.push_back(std::move(detail));
    }
    return details;
}

} // namespace slotscope::ui
