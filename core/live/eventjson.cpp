// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/eventjson.h"

#include "core/base/wholefile.h"
#include "core/table/recordjson.h"

#include <QSaveFile>

namespace slotscope::core {

namespace {

constexpr qsizetype WrittenAtOnce = 64 * 1024; // bytes

QByteArray boolean(bool value)
{
    return value ? QByteArrayLiteral("true") : QByteArrayLiteral("false");
}

QString receivedText(const LogEntry &entry)
{
    return entry.received().toUTC().toString(Qt::ISODateWithMs);
}

// What is told instead of events.
QByteArray noteJson(const LogEntry &entry)
{
    JsonLine line;
    switch (entry.kind) {
    case LogEntry::Kind::Gap:
        line.add("type", QStringLiteral("gap"));
        line.add("from", entry.missingFrom.value);
        line.add("to", entry.revision.value);
        break;
    case LogEntry::Kind::OtherData:
        line.add("type", QStringLiteral("other-data"));
        line.add("revision", entry.revision.value);
        break;
    default:
        line.add("type", QStringLiteral("unreadable"));
        return line.line();
    }
    line.add("received", receivedText(entry));
    return line.line();
}

} // namespace

QByteArray eventJson(const LogEntry &entry, const LoggedEvent &logged, const CodecBook &book)
{
    const Event &event = logged.event;
    const CodecBook::Page &page = book.pageOf(event.kv.key);
    QStringList wrong;
    JsonLine line;
    line.add("type", event.type == EventType::Put ? QStringLiteral("put") : QStringLiteral("delete"));
    if (page.slot)
        line.add("slot", static_cast<qint64>(page.slot->value));
    else
        line.addNull("slot");
    wrong += addKey(&line, page.codec, event.kv.key);
    if (event.type == EventType::Put)
        wrong += addValue(&line, "value", page.codec, event.kv.value);
    else
        line.addNull("value");
    if (event.prevKv)
        wrong += addValue(&line, "previous", page.codec, event.prevKv->value);
    else
        line.addNull("previous");
    line.add("revision", event.kv.modRevision.value);
    line.add("created", boolean(event.isCreate()));
    line.add("previousKnown", boolean(logged.before != LoggedEvent::Before::Unknown));
    line.add("received", receivedText(entry));
    wrong.removeAll(QString());
    if (!wrong.isEmpty())
        line.add("error", wrong.join(QLatin1String("; ")));
    return line.line();
}

Result<qint64> exportEvents(const EventLogSnapshot &log, const EventFilter &filter, const CodecBook &book,
                            const QString &path, const std::atomic_bool *cancelled)
{
    QSaveFile file(path);
    const auto failed = [&] {
        return Unexpected {
            Error {.kind = ErrorKind::Io, .detail = QStringLiteral("%1: %2").arg(path, file.errorString())}};
    };
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered) || !file.setPermissions(OwnFile))
        return failed();
    qint64 count = 0;
    bool written = true;
    QByteArray waiting; // whole lines
    const auto write = [&](const QByteArray &line) {
        waiting += line;
        waiting += '\n';
        if (waiting.size() >= WrittenAtOnce) {
            written = writeWhole(&file, waiting);
            waiting.clear();
        }
    };
    log.visit(log.begin(), [&](const LogEntry &entry) {
        if (entry.kind != LogEntry::Kind::Transaction)
            write(noteJson(entry));
        for (const LoggedEvent &event : entry.events) {
            if (!written)
                break;
            if (!filter.matches(event, book))
                continue;
            write(eventJson(entry, event, book));
            ++count;
        }
        return written && !(cancelled && cancelled->load(std::memory_order_relaxed));
    });
    if (cancelled && cancelled->load()) {
        file.cancelWriting();
        return Unexpected {Error {.kind = ErrorKind::Cancelled}};
    }
    if (!written || !writeWhole(&file, waiting) || !file.commit())
        return failed();
    return count;
}

} // namespace slotscope::core
