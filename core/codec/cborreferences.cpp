// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cborreferences.h"

#include "core/codec/cborstyle.h"
#include "core/value/utf8.h"

namespace slotscope::core::cbor {

namespace {

constexpr qsizetype ExpansionFactor = 16;
constexpr qsizetype ExpansionFloor = qsizetype(64) * 1024;

// The number in tag 25 or 29.
std::optional<quint64> referred(const Value &content)
{
    return flagsOf(content) & BigNumber ? std::nullopt : content.toUInt64();
}

// A reference to what is not there. It must not come to mean something when what is around it changes.
Value toNothing(const TagItem &tag, const Value &content, quint64 number, quint32 flag)
{
    return Value::tag(tag.number, content)
        .withStyle({CborStyle | tag.head | flag, numbered(numbered({}, number), Nothing)});
}

// What can carry the tags around it in its style.
bool carriesTags(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Array:
    case Value::Kind::Set:
    case Value::Kind::Map:
        break;
    case Value::Kind::Tag:
        if (flagsOf(value) & (Shared | SharedReference | StringReference))
            return false;
        break;
    default:
        return false;
    }
    return !(flagsOf(value) & SharedReference);
}

} // namespace

References::References(qsizetype inputSize)
    : m_expansionLeft(quint64(ExpansionFloor + inputSize * ExpansionFactor))
{
}

void References::addString(bool text, QByteArrayView content)
{
    if (!m_strings.empty())
        m_strings.back().add(text, content);
}

void References::addChunkedString()
{
    if (!m_strings.empty())
        m_strings.back().addChunked();
}

size_t References::openShared(size_t depth)
{
    m_shared.push_back({{}, {}, depth, true});
    return m_shared.size() - 1;
}

std::optional<size_t> References::openDepthOf(const Value &number) const
{
    const auto at = referred(number);
    return at && *at < m_shared.size() && m_shared[size_t(*at)].open
        ? std::optional(m_shared[size_t(*at)].depth)
        : std::nullopt;
}

std::optional<Value> References::selfDescribed(const TagItem &tag, Value &content) const
{
    if (content.isContainer())
        return carrying(tag, content);
    if (flagsOf(content) & (SelfDescribed | StringReference) || tag.head)
        return std::nullopt;
    return content.withStyle(
        {content.style().flags | CborStyle | InheritedStyle | SelfDescribed, tag.bytes.toByteArray()});
}

// The content is moved on, for a copy of a long one in each of many tags would take its time.
std::optional<Value> References::carrying(const TagItem &tag, Value &content, quint32 flag) const
{
    if (!carriesTags(content))
        return std::nullopt;
    Value::Style style = content.style();
    style.flags |= CborStyle | flag;
    style.spelling.prepend(tag.headBytes.toByteArray());
    if (flag & Shared)
        style.spelling = numbered(style.spelling, tag.shared);
    return std::move(content).withStyle(std::move(style));
}

std::optional<Value> References::string(const TagItem &tag, const Value &content, Extent *extent)
{
    const auto number = referred(content);
    if (!number)
        return std::nullopt;
    if (m_strings.empty()) {
        ++extent->height;
        return toNothing(tag, content, *number, StringReference);
    }
    const StringTable &table = m_strings.back();
    const StringTable::Entry *entry = table.at(*number);
    if (entry && table.isClear() && expand(quint64(entry->content.size()))) {
        extent->size = quint64(entry->content.size());
        Value value = entry->text ? Value::text(*textFromUtf8(entry->content)) : Value::bytes(entry->content);
        return std::move(value).withStyle(
            {CborStyle | InheritedStyle | StringReference, tag.bytes.toByteArray()});
    }
    ++extent->height;
    return Value::tag(tag.number, content)
        .withStyle({CborStyle | tag.head | StringReference, numbered({}, table.fingerprint())});
}

std::optional<Value> References::share(const TagItem &tag, Value &content, const Extent &extent)
{
    SharedValue &entry = m_shared[tag.shared];
    entry.open = false;
    entry.extent = extent;
    // One number is all that a style holds.
    auto value = flagsOf(content) & Shared ? std::nullopt : carrying(tag, content, Shared);
    if (value) {
        if (!extent.cyclic)
            entry.value = value;
        return value;
    }
    return Value::tag(tag.number, content)
        .withStyle({CborStyle | tag.head | Shared, numbered({}, tag.shared)});
}

std::optional<Value> References::shared(const TagItem &tag, const Value &content, size_t depth,
                                        const std::optional<qint64> &level, Extent *extent)
{
    const auto number = referred(content);
    if (!number)
        return std::nullopt;
    if (*number >= m_shared.size()) {
        ++extent->height;
        return toNothing(tag, content, *number, SharedReference);
    }
    const SharedValue &entry = m_shared[size_t(*number)];
    const QByteArray spelling = numbered(tag.bytes.toByteArray(), *number);
    if (level) {
        extent->cyclic = true;
        return Value::opaque({}, {{Value::text(QStringLiteral("ref")), Value::integer(*level)}})
            .withStyle({CborStyle | SharedReference, spelling});
    }
    if (entry.value && depth + size_t(entry.extent.height) < size_t(MaximumDepth)
        && expand(entry.extent.size)) {
        *extent = entry.extent;
        const quint32 flags = (flagsOf(*entry.value) & ~Shared) | SharedReference;
        return entry.value->withStyle({CborStyle | flags, spelling});
    }
    ++extent->height;
    return Value::tag(tag.number, content)
        .withStyle({CborStyle | tag.head | SharedReference, numbered({}, *number)});
}

bool References::expand(quint64 size)
{
    if (size > m_expansionLeft)
        return false;
    m_expansionLeft -= size;
    return true;
}

} // namespace slotscope::core::cbor
