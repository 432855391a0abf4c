// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/changesummary.h"

#include "core/table/slotdirectory.h"
#include "core/value/notation.h"
#include "core/value/valuepath.h"
#include "core/value/valuetext.h"

#include <QCoreApplication>
#include <QHash>

namespace slotscope::ui {

using core::Change;
using core::KeyState;
using core::PathStep;
using core::Value;
using core::ValuePath;

namespace {

constexpr int ShortText = 60; // characters of a value within a list of differences
constexpr int LongText = 200; // of a value that stands alone
constexpr int MostFields = 8; // named; the others are only counted

QString tr(const char *text)
{
    return QCoreApplication::translate("ChangeSummary", text);
}

QString textOf(const Value &value, int limit)
{
    if (value.isNull())
        return tr("null");
    if (value.kind() == Value::Kind::Text && value.toText().isEmpty())
        return QStringLiteral("\"\"");
    return core::displayText(value, limit);
}

struct Differences
{
    QStringList texts;
    int count = 0;

    void add(const ValuePath &path, const QString &text)
    {
        if (++count <= MostFields)
            texts << (path.isEmpty() ? text : path.toString() + QStringLiteral(": ") + text);
    }
};

void compare(const Value &before, const Value &after, const ValuePath &path, Differences &out)
{
    if (before == after)
        return;
    if (before.kind() != Value::Kind::Map || after.kind() != Value::Kind::Map) {
        out.add(path, QStringLiteral("%1 → %2").arg(textOf(before, ShortText), textOf(after, ShortText)));
        return;
    }
    QHash<QByteArray, const Value *> old;
    for (const core::Member &member : before.members())
        old.insert(core::toNotation(member.key), &member.value);
    for (const core::Member &member : after.members()) {
        const ValuePath child = path.child(PathStep::member(member.key));
        if (const Value *known = old.take(core::toNotation(member.key)))
            compare(*known, member.value, child, out);
        else
            out.add(child, tr("added %1").arg(textOf(member.value, ShortText)));
    }
    for (const core::Member &member : before.members()) {
        if (old.contains(core::toNotation(member.key)))
            out.add(path.child(PathStep::member(member.key)), tr("removed"));
    }
}

QString stateText(const core::SlotCodec &codec, const KeyState &state)
{
    if (!state.exists)
        return tr("absent");
    const auto value = codec.decodeValue(state.value);
    return tr("%1 at revision %2")
        .arg(value ? textOf(*value, LongText)
                   : QStringLiteral("0x") + QString::fromLatin1(state.value.left(ShortText / 2).toHex()))
        .arg(state.modRevision.value);
}

} // namespace

KeyResolver resolverFor(const core::SlotDirectory *directory)
{
    return [directory](const QByteArray &key) -> ResolvedKey {
        const std::optional<core::Slot> slot = core::SlotDirectory::slotOf(key);
        const core::SlotInfo *info = slot ? directory->find(*slot) : nullptr;
        if (!info || info->kind == core::SlotKind::PlainKeys) {
            core::SlotType type;
            if (info)
                type = info->type;
            return {tr("plain keys"), core::SlotCodec(type, 0)};
        }
        return {info->title(), core::SlotCodec(info->type)};
    };
}

QString keyText(const core::SlotCodec &codec, const QByteArray &key)
{
    const auto parts = codec.decodeKey(key);
    if (!parts)
        return QStringLiteral("0x") + QString::fromLatin1(key.toHex());
    QStringList texts;
    for (const Value &part : *parts)
        texts << textOf(part, LongText);
    return texts.join(QStringLiteral(" · "));
}

QString operationText(Change::Kind kind)
{
    switch (kind) {
    case Change::Kind::Insert:
        return tr("insert");
    case Change::Kind::Delete:
        return tr("delete");
    case Change::Kind::Update:
        break;
    }
    return tr("update");
}

theme::Mark markOf(const Change &change)
{
    if (change.conflict)
        return theme::Mark::Conflict;
    switch (change.kind) {
    case Change::Kind::Insert:
        return theme::Mark::Inserted;
    case Change::Kind::Delete:
        return theme::Mark::Deleted;
    case Change::Kind::Update:
        break;
    }
    return theme::Mark::Edited;
}

QString differenceText(const Value &before, const Value &after)
{
    Differences differences;
    compare(before, after, {}, differences);
    if (differences.count == 0) {
        // Equal in meaning, but not in its bytes.
        return tr("written differently");
    }
    QString text = differences.texts.join(QStringLiteral(", "));
    if (differences.count > MostFields)
        text += tr(" and %1 more").arg(differences.count - MostFields);
    return text;
}

QString changeText(const core::SlotCodec &codec, const Change &change)
{
    const auto whole = [&codec](const QByteArray &bytes) {
        const auto value = codec.decodeValue(bytes);
        return value ? textOf(*value, LongText)
                     : QStringLiteral("0x") + QString::fromLatin1(bytes.left(LongText / 2).toHex());
    };
    switch (change.kind) {
    case Change::Kind::Insert:
        return whole(change.value);
    case Change::Kind::Delete:
        return whole(change.base.value);
    case Change::Kind::Update:
        break;
    }
    const auto before = codec.decodeValue(change.base.value);
    const auto after = codec.decodeValue(change.value);
    if (before && after)
        return differenceText(*before, *after);
    return QStringLiteral("%1 → %2").arg(whole(change.base.value), whole(change.value));
}

QString conflictText(const core::SlotCodec &codec, const Change &change)
{
    if (!change.conflict)
        return {};
    return tr("Conflict with somebody else's change: was %1; now %2.")
        .arg(stateText(codec, change.base), stateText(codec, *change.conflict));
}

} // namespace slotscope::ui
