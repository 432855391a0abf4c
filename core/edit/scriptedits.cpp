// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/scriptedits.h"

#include "core/edit/commitparts.h"
#include "core/pmap/keytext.h"
#include "core/table/recordjson.h"
#include "core/table/slotdirectory.h"
#include "core/value/notation.h"
#include "core/value/valueedit.h"

#include <algorithm>
#include <array>

namespace slotscope::core {

namespace {

ScriptProblem problemOf(const ScriptOperation &operation, const QString &what, const QString &path = {})
{
    return {.what = what, .operation = operation.number, .line = operation.line, .path = path};
}

QString wordsOf(const EncodeError &error)
{
    return error.path.isEmpty() ? error.what
                                : QStringLiteral("%1: %2").arg(error.path.toString(), error.what);
}

/// The slot of a key that names one; an error where there is none or more than one of that name.
Expected<Slot, QString> slotNamed(const ScriptKey &key, const SlotDirectory &directory)
{
    const auto slot = directory.resolve(key.slot);
    if (!slot)
        return Unexpected {
            QStringLiteral("there is no table, or more than one, called %1 (see slotscope slots)")
                .arg(key.slot)};
    if (!directory.find(*slot))
        return Unexpected {
            QStringLiteral("slot %1 holds nothing and is not in the catalogue").arg(slot->value)};
    return *slot;
}

/// Null pointer for ordinary keys.
const SlotInfo *tableOf(const SlotDirectory &directory, const QByteArray &key)
{
    const SlotInfo *info = slotInfoOf(directory, key);
    return info && info->kind != SlotKind::PlainKeys ? info : nullptr;
}

Expected<QByteArray, QString> keyBytes(const ScriptKey &key, const SlotDirectory &directory)
{
    if (key.bytes)
        return *key.bytes;
    if (key.slot.isEmpty())
        return key.key.toText().toUtf8();
    const auto slot = slotNamed(key, directory);
    if (!slot)
        return Unexpected {slot.error()};
    const SlotCodec codec = codecFor(directory.find(*slot));
    const QString text = key.key.kind() == Value::Kind::Text ? key.key.toText() : QString::fromUtf8(key.json);
    const auto parts = keyFromText(codec.type().key, text);
    if (!parts)
        return Unexpected {QStringLiteral("not a key of slot %1: %2").arg(key.slot, parts.error())};
    const QByteArray prefix = codec.prefixLength() == 0 ? QByteArray() : KeyRange::slot(*slot).begin;
    const auto bytes = codec.encodeKey(prefix, *parts);
    if (!bytes)
        return Unexpected {QStringLiteral("not a key of slot %1: %2").arg(key.slot, bytes.error().what)};
    return *bytes;
}

/// Texts become what the slot's type means by them: UUIDs, names of enumerated values.
Expected<Value, QString> typed(const SlotCodec &codec, const Value &whole)
{
    const SlotType &type = codec.type();
    if (!isSimple(type.value) && type.value != ValueType::FlatBuffers)
        return whole;
    auto value =
        codec.valueFromNotation(isSimple(type.value) ? toNotation(whole) : codec.valueNotation(whole));
    if (!value)
        return Unexpected {value.error().what};
    return *std::move(value);
}

Expected<Value, QString> edited(const SlotCodec &codec, const Value &whole, const FieldEdit &edit)
{
    switch (edit.kind) {
    case FieldEdit::Kind::Set: {
        const Value *old = edit.path.find(whole);
        const auto after = replaced(whole, edit.path, old ? adoptStyles(*old, edit.value) : edit.value);
        return after ? typed(codec, *after) : after;
    }
    case FieldEdit::Kind::Remove:
        return removed(whole, edit.path);
    case FieldEdit::Kind::Append: {
        const Value *container = edit.path.find(whole);
        constexpr std::array Lists {Value::Kind::Array, Value::Kind::Tuple, Value::Kind::Set};
        if (!container)
            return Unexpected {QStringLiteral("the record has no such field")};
        if (std::find(Lists.begin(), Lists.end(), container->kind()) == Lists.end())
            return Unexpected {QStringLiteral("it is no list, so nothing can be appended")};
        const auto after = inserted(whole, edit.path, childCount(*container), edit.value);
        return after ? typed(codec, *after) : after;
    }
    case FieldEdit::Kind::Rename:
        return renamed(whole, edit.path, edit.value);
    }
    return whole;
}

/// Carries out one step after the other; what cannot be is noted, so that all of it is told at once.
class Carrier
{
public:
    explicit Carrier(const std::map<QByteArray, KeyState> &records)
        : m_records(records)
    {
    }

    void take(const ScriptStep &step)
    {
        const ScriptOperation &operation = step.operation;
        ScriptEdit *edit = at(step, step.key);
        if (!edit || !isAsExpected(step, *edit))
            return;
        switch (operation.kind) {
        case ScriptOperation::Kind::Put:
            put(step, edit);
            break;
        case ScriptOperation::Kind::Change:
            change(step, edit);
            break;
        case ScriptOperation::Kind::Delete:
            edit->value.reset();
            edit->lease = {};
            edit->isWritten = true;
            break;
        case ScriptOperation::Kind::Rename:
            rename(step, edit);
            return; // `edit` may have moved
        case ScriptOperation::Kind::Lease:
            edit->isWritten = true;
            break;
        case ScriptOperation::Kind::Guard:
            break;
        }
        if (edit->value && operation.lease.kind != LeaseChoice::Kind::Keep)
            edit->lease = operation.lease;
    }

    ScriptEdits result() { return std::move(m_result); }

private:
    /// The edit of the key, a new one where there is none yet; null pointer when another part has it.
    ScriptEdit *at(const ScriptStep &step, const QByteArray &key)
    {
        const auto [position, isNew] = m_positions.try_emplace(key, m_result.edits.size());
        if (isNew) {
            const auto known = m_records.find(key);
            const KeyState now = known == m_records.cend() ? KeyState::absent() : known->second;
            m_result.edits.push_back({.key = key,
                                      .before = now,
                                      .value = now.exists ? std::optional(now.value) : std::nullopt,
                                      .part = step.operation.part});
        }
        ScriptEdit &edit = m_result.edits[position->second];
        if (edit.part != step.operation.part) {
            wrong(step,
                  QStringLiteral(
                      "operation %1 in another part is about the same key; a key belongs to one part")
                      .arg(edit.operations.front()));
            return nullptr;
        }
        edit.operations.push_back(step.operation.number);
        return &edit;
    }

    bool isAsExpected(const ScriptStep &step, const ScriptEdit &edit)
    {
        const ScriptOperation &operation = step.operation;
        const std::optional<Revision> expected = operation.modRevision;
        const bool needsRecord =
            operation.kind != ScriptOperation::Kind::Put && operation.kind != ScriptOperation::Kind::Guard;
        // What is expected of the record is what it is before the script; what the operation needs, what the
        // script has left of it.
        if ((!expected || *expected == edit.before.modRevision) && (!needsRecord || edit.value))
            return true;
        if (needsRecord && !edit.value && edit.before.exists) {
            wrong(step, QStringLiteral("an operation before it has deleted or renamed the record"));
            return false;
        }
        m_result.conflicts.push_back({operation.number, step.key, expected, edit.before});
        return false;
    }

    void wrong(const ScriptStep &step, const QString &what, const QString &path = {})
    {
        if (!m_result.wrong)
            m_result.wrong = problemOf(step.operation, what, path);
    }
    void refuse(const ScriptStep &step, const QString &what, const QString &path = {})
    {
        m_result.refused.push_back(problemOf(step.operation, what, path));
    }

    void put(const ScriptStep &step, ScriptEdit *edit)
    {
        edit->isWritten = true;
        if (step.operation.valueBytes) {
            edit->value = step.operation.valueBytes;
            return;
        }
        auto value = step.codec.valueFromNotation(step.operation.value);
        if (!value) {
            wrong(step, value.error().what);
            return;
        }
        // Where it takes the place of a value, what is not meant to be different is written as it was.
        QByteArray before;
        if (edit->value) {
            if (const auto old = step.codec.decodeValue(*edit->value)) {
                before = *edit->value;
                value = adoptStyles(*old, *value);
            }
        }
        const auto bytes = step.codec.encodeValue(*value, before);
        if (bytes)
            edit->value = *bytes;
        else
            wrong(step, wordsOf(bytes.error()));
    }

    void change(const ScriptStep &step, ScriptEdit *edit)
    {
        edit->isWritten = true;
        if (const QString reason = step.codec.readOnlyReason(*edit->value); !reason.isEmpty()) {
            refuse(step, QStringLiteral("its fields cannot be changed: %1").arg(reason));
            return;
        }
        auto value = step.codec.decodeValue(*edit->value); // as readOnlyReason() has tried
        for (const FieldEdit &field : step.operation.fields) {
            const auto after = edited(step.codec, *value, field);
            if (!after) {
                refuse(step, after.error(), field.path.toString());
                return;
            }
            value = *after;
        }
        const auto bytes = step.codec.encodeValue(*value, *edit->value);
        if (bytes)
            edit->value = *bytes;
        else
            wrong(step, bytes.error().what, bytes.error().path.toString());
    }

    void rename(const ScriptStep &step, ScriptEdit *from)
    {
        if (step.to == step.key) {
            wrong(step, QStringLiteral("the record has this key already"));
            return;
        }
        if (!from->renamedFrom.isNull() || m_positions.contains(step.to)) {
            wrong(step, QStringLiteral("another operation is about the same key"));
            return;
        }
        const QByteArray value = *from->value;
        const LeaseChoice lease = from->lease;
        from->value.reset();
        from->lease = {};
        from->renamedTo = step.to;
        from->isWritten = true;
        ScriptEdit *to = at(step, step.to); // `from` may have moved
        if (to->before.exists) {
            m_result.conflicts.push_back({step.operation.number, step.to, Revision(), to->before});
            return;
        }
        to->value = value;
        to->lease = lease;
        to->renamedFrom = step.key;
        to->isWritten = true;
    }

    const std::map<QByteArray, KeyState> &m_records;
    std::map<QByteArray, size_t> m_positions; // in the result's edits
    ScriptEdits m_result;
};

} // namespace

Expected<std::set<Slot>, ScriptProblem> slotsOf(const EditScript &script, const SlotDirectory &directory)
{
    std::set<Slot> numbers;
    for (const ScriptOperation &operation : script.operations) {
        if (!operation.key.slot.isEmpty()) {
            const auto slot = slotNamed(operation.key, directory);
            if (!slot)
                return Unexpected {problemOf(operation, slot.error())};
            numbers.insert(*slot);
            continue;
        }
        const QByteArray key =
            operation.key.bytes ? *operation.key.bytes : operation.key.key.toText().toUtf8();
        if (const SlotInfo *info = slotInfoOf(directory, key))
            numbers.insert(info->slot);
    }
    return numbers;
}

Expected<std::vector<ScriptStep>, ScriptProblem> resolveKeys(const EditScript &script,
                                                             const SlotDirectory &directory)
{
    std::vector<ScriptStep> steps;
    for (const ScriptOperation &operation : script.operations) {
        const auto key = keyBytes(operation.key, directory);
        if (!key)
            return Unexpected {problemOf(operation, key.error())};
        QByteArray to;
        if (operation.kind == ScriptOperation::Kind::Rename) {
            const auto target = keyBytes(operation.to, directory);
            if (!target)
                return Unexpected {problemOf(operation, target.error())};
            to = *target;
            if (tableOf(directory, to) != tableOf(directory, *key))
                return Unexpected {problemOf(operation, QStringLiteral("a record stays in its slot"))};
        }
        steps.push_back({operation, *key, to, codecFor(slotInfoOf(directory, *key))});
    }
    return steps;
}

std::vector<QByteArray> keysOf(const std::vector<ScriptStep> &steps)
{
    std::vector<QByteArray> keys;
    std::set<QByteArray> seen;
    for (const ScriptStep &step : steps) {
        for (const QByteArray &key : {step.key, step.to}) {
            if (!key.isEmpty() && seen.insert(key).second)
                keys.push_back(key);
        }
    }
    return keys;
}

const ScriptEdit *ScriptEdits::find(const QByteArray &key) const
{
    const auto edit = std::find_if(edits.cbegin(), edits.cend(),
                                   [&key](const ScriptEdit &candidate) { return candidate.key == key; });
    return edit == edits.cend() ? nullptr : &*edit;
}

ScriptEdits carryOut(const std::vector<ScriptStep> &steps, const std::map<QByteArray, KeyState> &records)
{
    Carrier carrier(records);
    for (const ScriptStep &step : steps)
        carrier.take(step);
    return carrier.result();
}

void stage(const ScriptEdits &edits, EditSession *session)
{
    std::vector<EditSession::Intent> intents;
    for (const ScriptEdit &edit : edits.edits) {
        if (edit.isWritten && edit.renamedTo.isNull() && edit.renamedFrom.isNull())
            intents.push_back({edit.key, edit.before, edit.value});
    }
    session->stageAll(intents);
    for (const ScriptEdit &edit : edits.edits) {
        if (const ScriptEdit *to = edit.renamedTo.isNull() ? nullptr : edits.find(edit.renamedTo))
            session->renameKey(edit.key, edit.before, to->key, *to->value);
    }
    for (const ScriptEdit &edit : edits.edits) {
        if (edit.value && edit.lease.kind != LeaseChoice::Kind::Keep)
            session->stageLease({{edit.key, edit.before}}, edit.lease);
        // What turned out to be as it should be is not written, but it is to stay so.
        if (!session->find(edit.key))
            session->addGuard(edit.key, edit.before);
    }
}

std::vector<std::vector<QByteArray>> fittingParts(std::vector<Change> changes,
                                                  const std::vector<DerivedChange> &derived,
                                                  const std::vector<Guard> &guards, const TxnLimits &limits)
{
    for (Change &change : changes)
        change.leftOut = false;
    std::vector<std::vector<QByteArray>> parts;
    while (!changes.empty()) {
        const PartChoice choice = choosePart(changes, derived, guards, limits);
        // What does not even fit alone is a part that will be refused.
        const std::set<QByteArray> rest(choice.leaveOut.cbegin(), choice.leaveOut.cend());
        const bool fits = rest.size() < changes.size();
        std::vector<QByteArray> part;
        std::vector<Change> later;
        for (const Change &change : changes) {
            if (fits && rest.contains(change.key))
                later.push_back(change);
            else
                part.push_back(change.key);
        }
        parts.push_back(std::move(part));
        changes = std::move(later);
    }
    return parts;
}

} // namespace slotscope::core
