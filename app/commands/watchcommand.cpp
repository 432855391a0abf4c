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

/// A revision as people write it; 0 when it is none.
core::Revision revisionOf(const QString &text)
{
    bool isNumber = false;
    const qint64 number = text.toLongLong(&isNumber);
    return core::Revision(isNumber ? std::max<qint64>(number, 0) : 0);
}

} // namespace

QString WatchCommand::description() const
{
    return QStringLiteral(
        "Shows changes as they happen, of the given slots or of all keys, until interrupted. It goes on when "
        "etcd was away, without missing or repeating anything.");
}

void WatchCommand::addOptions(QCommandLineParser *parser)
{
    parser->addOption(
        {QStringLiteral("from-revision"),
         QStringLiteral("Begin with the changes of revision R, as far back as etcd keeps its history."),
         QStringLiteral("R")});
    parser->addOption({QStringLiteral("until"),
                       QStringLiteral("End when all changes up to revision R have been shown; with "
                                      "--from-revision also “now”: up to the present."),
                       QStringLiteral("R")});
    parser->addOption(
        {QStringLiteral("prev"), QStringLiteral("Show each record as it was before, as a whole.")});
    parser->addOption({QStringLiteral("filter"),
                       QStringLiteral("Only changes of records that meet the condition before or after, such "
                                      "as “balance > 1000 and name contains Ann”."),
                       QStringLiteral("CONDITION")});
}

QString WatchCommand::takeArguments(const QCommandLineParser &parser)
{
    m_slotTexts = parser.positionalArguments();
    m_withPrevious = parser.isSet(QStringLiteral("prev"));
    if (parser.isSet(QStringLiteral("from-revision"))) {
        m_from = revisionOf(parser.value(QStringLiteral("from-revision")));
        if (m_from.value == 0)
            return tr("--from-revision takes a revision, a number from 1 on");
    }
    if (parser.isSet(QStringLiteral("until"))) {
        const QString until = parser.value(QStringLiteral("until"));
        m_untilNow = until == QLatin1String("now");
        m_until = revisionOf(until);
        if (m_untilNow && m_from.value == 0)
            return tr("--until now needs --from-revision, for what happens from now on comes later");
        if (!m_untilNow && m_until.value == 0)
            return tr("--until takes a revision, a number from 1 on, or “now”");
        if (!m_untilNow && m_until < m_from)
            return tr("--until %1 lies before --from-revision %2").arg(m_until.value).arg(m_from.value);
    }
    const QString filter = parser.value(QStringLiteral("filter"));
    const auto condition = core::FieldCondition::parse(filter);
    if (!condition)
        return tr("--filter, at character %1: %2")
            .arg(condition.error().offset + 1)
            .arg(condition.error().what);
    m_filter = *condition;
    return {};
}

bool WatchCommand::resolveSlots()
{
    for (const QString &text : std::as_const(m_slotTexts)) {
        const auto slot = directory()->resolve(text);
        if (!slot) {
            failWithoutTable(text, slot);
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
    connect(watch(), &core::Watch::progressed, this, &WatchCommand::endWhenReached);
    connect(watch(), &core::Watch::compacted, this, &WatchCommand::startOver);
    if (m_untilNow)
        m_until = directory()->revision();
    if (m_until.value > 0 && m_from.value == 0 && m_until <= directory()->revision()) {
        fail(tr("revision %1 has passed, etcd is at %2; to see what led there, say --from-revision")
                 .arg(m_until.value)
                 .arg(directory()->revision().value));
        return;
    }
    startWatching();
}

void WatchCommand::startWatching()
{
    // The types are looked for first, so that the first events are not shown as bytes.
    whenSampled({m_slots.cbegin(), m_slots.cend()}, [this] {
        watch()->start(m_from.value > 0 ? m_from : core::Revision(directory()->revision().value + 1));
    });
}

void WatchCommand::startOver(core::Revision compacted)
{
    if (watch()->deliveredRevision() < m_from) {
        // Who asks for a certain beginning does not want another one.
        fail(tr("the history of etcd does not go back to revision %1: it is compacted up to %2")
                 .arg(m_from.value)
                 .arg(compacted.value));
        return;
    }
    m_from = {};
    if (m_until.value > 0) {
        fail(watch()->lastError());
        return;
    }
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
        endWhenReached();
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
        if (m_until.value > 0 && event.kv.modRevision > m_until)
            break;
        if (!show(event))
            return;
    }
    endWhenReached();
}

void WatchCommand::endWhenReached()
{
    // The first revision is that of an empty store, and brings no event.
    const bool nothingToCome = m_until.value == 1;
    if (m_until.value > 0 && (nothingToCome || watch()->deliveredRevision() >= m_until))
        finish();
}

bool WatchCommand::show(const Event &event)
{
    const auto slot = core::SlotDirectory::slotOf(event.kv.key);
    if (!m_slots.empty() && (!slot || !m_slots.contains(*slot)))
        return true;
    const SlotInfo *info = core::slotInfoOf(*directory(), event.kv.key);
    if (!m_filter.isEmpty() && !passesFilter(event, core::codecFor(info)))
        return true;
    return isJson() ? showJson(event, info) : showText(event, info);
}

bool WatchCommand::passesFilter(const Event &event, const core::SlotCodec &codec) const
{
    const auto passes = [&](const core::KeyValue &kv) {
        const core::RowView stored = core::viewOf(kv);
        return m_filter.matches(core::decodeRow(codec, event.kv.key, kv.value), &stored);
    };
    return (event.type == EventType::Put && passes(event.kv)) || (event.prevKv && passes(*event.prevKv));
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
    if (m_withPrevious) {
        if (event.prevKv) {
            line.add("previousHex", QString::fromLatin1(event.prevKv->value.toHex()));
            line.add("previousRevision", event.prevKv->modRevision.value);
        } else {
            line.addNull("previousHex");
            line.addNull("previousRevision");
        }
    }
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
    const auto fitting = [width](const QString &text) {
        return width > 0 ? TextTable::cut(text, width) : text;
    };
    if (!print(fitting(line)))
        return false;
    if (!m_withPrevious || event.isCreate())
        return true;
    const QString before = event.prevKv
        ? tr("of revision %1: %2").arg(event.prevKv->modRevision.value).arg(core::displayText(previous))
        : tr("compacted away");
    return print(fitting(tr("              before, %1").arg(before)));
}

} // namespace slotscope::app
