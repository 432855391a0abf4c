// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/merge.h"

#include <algorithm>
#include <utility>

namespace slotscope::core {

namespace {

// Bytes of all versions; what is larger takes more than a few milliseconds.
constexpr qsizetype Large = 98'304;
constexpr qsizetype LargeCompressed = 24'576;
constexpr qsizetype ManyNodes = 10'000; // of which a few bytes can make as many, where they are shared

// Whether it has more nodes than are left.
bool exceeds(const Value &value, qsizetype *left)
{
    const auto beyond = [left](const Value &part) { return exceeds(part, left); };
    return --*left < 0 || std::any_of(value.items().begin(), value.items().end(), beyond)
        || std::any_of(value.members().begin(), value.members().end(),
                       [&beyond](const Member &member) { return beyond(member.value); });
}

// Formats in which a few bytes may stand for the same in many places.
bool canShare(ValueType type)
{
    return type == ValueType::Cbor || type == ValueType::Pickle || type == ValueType::Pickle5;
}

// Where people can write the same in several ways, with blanks, digits or widths of their own.
bool isSpelledByPeople(ValueType type)
{
    return type == ValueType::Json || type == ValueType::Cbor;
}

} // namespace

RecordMerge::RecordMerge(const SlotCodec &codec, const Change &mine, const KeyState &theirs)
    : m_codec(codec)
    , m_mine(mine.value)
    , m_theirs(theirs.value)
{
    const bool deletes = mine.kind == Change::Kind::Delete;
    if (deletes)
        m_kind = theirs.exists ? Kind::DeletedHere : Kind::Settled;
    else if (!theirs.exists)
        m_kind = Kind::DeletedThere;
    else if (mine.value == theirs.value)
        m_kind = Kind::Settled;
    else
        mergeFields(mine);
    if (m_kind == Kind::DeletedHere || m_kind == Kind::DeletedThere)
        compareWithDeleted(mine, theirs);
}

void RecordMerge::compareWithDeleted(const Change &mine, const KeyState &theirs)
{
    const bool here = m_kind == Kind::DeletedHere;
    const auto base = m_codec.decodeValue(mine.base.value);
    const auto changed = m_codec.decodeValue(here ? theirs.value : mine.value);
    if (!mine.base.exists || !base || !changed)
        return;
    m_fields = ValueMerge(*base, *changed, *base).fields();
    for (MergeField &field : m_fields) {
        field.by = MergeField::By::Clash;
        if (here)
            field.theirs = std::exchange(field.mine, std::nullopt);
        else
            field.theirs.reset();
    }
}

void RecordMerge::mergeFields(const Change &mine)
{
    m_reason = m_codec.readOnlyReason(m_theirs);
    if (!m_reason.isEmpty())
        return;
    const auto theirs = m_codec.decodeValue(m_theirs);
    const auto changed = m_codec.decodeValue(m_mine);
    std::optional<Value> base;
    if (mine.base.exists) {
        const auto before = m_codec.decodeValue(mine.base.value);
        if (!before) {
            m_reason = QStringLiteral("the value that it was made on cannot be decoded: %1")
                           .arg(before.error().what);
            return;
        }
        base = *before;
    }
    if (!changed || !theirs) {
        m_reason = QStringLiteral("the changed value cannot be decoded: %1")
                       .arg(changed ? theirs.error().what : changed.error().what);
        return;
    }
    m_kind = Kind::Fields;
    m_values.emplace(base, *changed, *theirs);
    m_fields = m_values->fields();
    if (const auto merged = mineWins(); !merged) {
        m_kind = Kind::Whole;
        m_values.reset();
        m_fields.clear();
        m_reason = QStringLiteral("the merged value cannot be written: %1").arg(merged.error().what);
    } else if (base && !hasClashes()) {
        m_reason = doubtAbout(mine, *base, *changed);
    }
}

// Fields do not tell how things are written. A change that is about that would be lost without a word.
QString RecordMerge::doubtAbout(const Change &mine, const Value &base, const Value &changed) const
{
    if (mine.value == mine.base.value)
        return {}; // it is about the lease
    const ValueMerge alone(base, changed, base);
    bool isTold = !alone.fields().empty();
    if (isTold && isSpelledByPeople(m_codec.type().value)) {
        const auto again = m_codec.encodeValue(alone.result(), mine.base.value);
        isTold = again && *again == mine.value;
    }
    return isTold ? QString()
                  : QStringLiteral("your change is also about how the value is written, which a merge by "
                                   "fields does not keep");
}

bool RecordMerge::hasClashes() const
{
    return m_values && !m_values->isClean();
}

Value RecordMerge::value(const std::vector<MergeChoice> &choices) const
{
    return m_values ? m_values->result(choices) : Value();
}

Expected<QByteArray, EncodeError> RecordMerge::bytes(const std::vector<MergeChoice> &choices) const
{
    const Value wanted = value(choices);
    auto written = m_codec.encodeValue(wanted, m_theirs);
    if (!written)
        return written;
    const auto again = m_codec.decodeValue(*written);
    if (!again || !meansTheSame(*again, wanted))
        return Unexpected {EncodeError {{}, QStringLiteral("it would not be read as what it is")}};
    return written;
}

Expected<std::optional<QByteArray>, EncodeError> RecordMerge::mineWins() const
{
    switch (m_kind) {
    case Kind::DeletedHere:
        return std::optional<QByteArray>();
    case Kind::Settled:
    case Kind::Whole:
    case Kind::DeletedThere:
        return std::optional(m_mine);
    case Kind::Fields:
        break;
    }
    std::vector<MergeChoice> choices(fields().size());
    for (size_t i = 0; i < choices.size(); ++i) {
        if (fields()[i].by == MergeField::By::Clash)
            choices[i].take = MergeChoice::Take::Mine;
    }
    const auto written = bytes(choices);
    if (!written)
        return Unexpected {written.error()};
    return std::optional(*written);
}

bool isLargeMerge(const SlotCodec &codec, const Change &mine, const KeyState &theirs)
{
    const bool compressed = codec.type().compression != Compression::None;
    if (mine.value.size() + mine.base.value.size() + theirs.value.size()
        > (compressed ? LargeCompressed : Large))
        return true;
    if (compressed) {
        // Little bytes can be the work of hours.
        const auto plain = codec.decompressed(theirs.value);
        if (plain && plain->size() > Large)
            return true;
    }
    if (!canShare(codec.type().value))
        return false;
    const auto value = codec.decodeValue(theirs.value);
    qsizetype left = ManyNodes;
    return value && exceeds(*value, &left);
}

std::optional<QByteArray> mergedByItself(const SlotCodec &codec, const Change &mine, const KeyState &theirs)
{
    if (mine.kind == Change::Kind::Delete || !theirs.exists)
        return std::nullopt;
    if (mine.value == theirs.value)
        return theirs.value;
    const RecordMerge merge(codec, mine, theirs);
    if (!merge.mergesByItself())
        return std::nullopt;
    const auto merged = merge.bytes();
    return merged ? std::optional(*merged) : std::nullopt;
}

} // namespace slotscope::core
