// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/watchcommand.h"

#include "app/commands/output.h"
#include "app/commands/texttable.h"
#include "core/table/decodedrow.h"
#include "core/table/recordjson.h"
#include "core/value/valuetext.h"
#include "ui/errortext.h"

#include <QTime>

#include <algorithm>

namespace slotscope::app {

namespace {

using core::Event;
using core::EventType;
using core::SlotInfo;
using core::Value;

/// `status: packed → shipped`, for every top-level field that differs; the whole values where they are no
/// maps.
QString changeText(const Value &before, const Value &after)
{
    if (before.kind() != Value::Kind::Map || after.kind() != Value::Kind::Map)
        return QStringLiteral("%1 → %2").arg(core::displayText(before), core::displayText(after));
    QStringList changes;
    for (const core::Member &member : after.members()) {
        const Value *old = before.find(member.key.toText());
        if (old && *old == member.value)
            continue;
        changes += QStringLiteral("%1: %2 → %3")
                       .arg(core::displayText(member.key), old ? core::displayText(*old, 40) : QString(),
                            core::displayText(member.value, 40));
    }
    for (const core::Member &member : before.members()) {
        if (!after.find(member.key.toText()))
            changes += QStringLiteral("%1: %2 →")
                           .arg(core::displayText(member.key), core::displayText(member.value, 40));
    }
    return changes.join(QLatin1String(", "));
}

} // namespace

QString WatchCommand::description() const
{
    return QStringLiteral(
        "Shows changes as they happen, of the given slots or of all keys, until interrupted. It goes on when "
        "etcd was away, without missing or repeating anything.");
}

QString WatchCommand::takeArguments(const QCommandLineParser &parser)
{
    m_slotTexts = parser.positionalArguments();
    return {};
}

bool WatchCommand::resolveSlots()
{
    for (const QString &text : std::as_const(m_slotTexts)) {
        const auto slot = directory()->resolve(text);
        if (!slot) {
            fail(tr("there is no table, or more than one, called %1 (see slotscope slots)").arg(text));
            return false;
        }
        m_slots.insert(*slot);
    }
    return true;
}

void WatchCommand::begin()
{
    if (!resolveSlots())
        return;
    connect(watch(), &core::Watch::stateChanged, this, &WatchCommand::tellState);
    connect(watch(), &core::Watch::eventsReceived, this, &WatchCommand::takeEvents);
    connect(watch(), &core::Watch::compacted, this, &WatchCommand::startOver);
    startWatching();
}

void WatchCommand::startWatching()
{
    // The types are looked for first, so that the first events are not shown as bytes.
    whenSampled({m_slots.cbegin(), m_slots.cend()},
                [this] { watch()->start(core::Revision(directory()->revision().value + 1)); });
}

void WatchCommand::startOver()
{
    writeError(tr("%1 Changes may have been missed; going on from now.")
                   .arg(ui::describe(watch()->lastError(), serverName()).summary));
    reload([this] { startWatching(); });
}

void WatchCommand::tellState(core::Watch::State state)
{
    switch (state) {
    case core::Watch::State::Backoff:
        if (!std::exchange(m_interrupted, true)) {
            writeError(tr("connection lost after revision %1, trying again: %2")
                           .arg(watch()->deliveredRevision().value)
                           .arg(ui::describe(watch()->lastError(), serverName()).summary));
        }
        break;
    case core::Watch::State::Live:
        if (std::exchange(m_interrupted, false))
            writeError(
                tr("connected again, going on after revision %1").arg(watch()->deliveredRevision().value));
        break;
    case core::Watch::State::Closed:
        fail(watch()->lastError());
        break;
    case core::Watch::State::Connecting:
    case core::Watch::State::Compacted:
        break;
    }
}

void WatchCommand::takeEvents(const core::EventBatch &batch)
{
    for (const Event &event : batch.events) {
        if (!show(event))
            return;
    }
}

bool WatchCommand::show(const Event &event)
{
    const auto slot = core::SlotDirectory::slotOf(event.kv.key);
    if (!m_slots.empty() && (!slot || !m_slots.contains(*slot)))
        return true;
    const SlotInfo *info = core::slotInfoOf(*directory(), event.kv.key);
    return isJson() ? showJson(event, info) : showText(event, info);
}

bool WatchCommand::showJson(const Event &event, const SlotInfo *info)
{
    const core::SlotCodec codec = core::codecFor(info);
    QStringList wrong;
    core::JsonLine line;
    line.add("type", event.type == EventType::Put ? QStringLiteral("put") : QStringLiteral("delete"));
    if (info && info->kind != core::SlotKind::PlainKeys)
        line.add("slot", static_cast<qint64>(info->slot.value));
    else
        line.addNull("slot");
    wrong += core::addKey(&line, codec, event.kv.key);
    if (event.type == EventType::Put)
        wrong += core::addValue(&line, "value", codec, event.kv.value);
    else
        line.addNull("value");
    if (event.prevKv)
        wrong += core::addValue(&line, "previous", codec, event.prevKv->value);
    else
        line.addNull("previous");
    line.add("revision", event.kv.modRevision.value);
    wrong.removeAll(QString());
    if (!wrong.isEmpty())
        line.add("error", wrong.join(QLatin1String("; ")));
    return print(line.line());
}

bool WatchCommand::showText(const Event &event, const SlotInfo *info)
{
    const core::SlotCodec codec = core::codecFor(info);
    const core::DecodedRow row = core::decodeRow(codec, event.kv.key, event.kv.value);
    QStringList parts;
    for (const Value &part : row.keyParts)
        parts += core::displayText(part, 60);

    QString what;
    QString detail;
    const auto previous =
        event.prevKv ? core::decodeRow(codec, event.kv.key, event.prevKv->value).value : Value();
    if (event.type == EventType::Delete) {
        what = tr("deleted");
        detail = event.prevKv ? core::displayText(previous) : QString();
    } else if (event.isCreate()) {
        what = tr("new");
        detail = core::displayText(row.value);
    } else {
        what = tr("changed");
        detail = event.prevKv ? changeText(previous, row.value) : core::displayText(row.value);
    }
    const QString where = info ? info->title() : tr("plain key");
    const QString line =
        QStringLiteral("%1  %2  %3  %4  %5")
            .arg(QTime::currentTime().toString(QStringLiteral("HH:mm:ss.zzz")), where.leftJustified(12),
                 what.leftJustified(7), parts.join(QLatin1String(", ")), detail);
    const int width = outputWidth();
    return print(width > 0 ? TextTable::cut(line, width) : line);
}

} // namespace slotscope::app
