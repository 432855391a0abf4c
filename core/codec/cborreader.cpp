// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cborreader.h"

#include "core/codec/cbor.h"
#include "core/codec/cborwriter.h"
#include "core/value/numbertext.h"
#include "core/value/timetext.h"
#include "core/value/utf8.h"

#include <cmath>

namespace slotscope::core::cbor {

namespace {

using Type = Item::Type;

// What a tag means, where its content fits. Nothing: it stays a tag.
std::optional<Value> dateTime(const Value &content)
{
    if (content.kind() != Value::Kind::Text)
        return std::nullopt;
    const auto time = parseIsoTime(content.toText());
    // With another offset it would lose that.
    if (!time || time->offsetMinutes != std::optional(0) || !time->nanoseconds)
        return std::nullopt;
    return Value::timestamp(*time->nanoseconds);
}

std::optional<Value> epochTime(const Value &content)
{
    constexpr qint64 Second = 1'000'000'000;
    constexpr qint64 Limit = std::numeric_limits<qint64>::max() / Second;
    if (content.kind() == Value::Kind::Integer) {
        const auto seconds = content.toInt64();
        if (!seconds || *seconds > Limit || *seconds < -Limit)
            return std::nullopt;
        return Value::timestamp(*seconds * Second);
    }
    if (content.kind() != Value::Kind::Float || !(std::fabs(content.toDouble()) < double(Limit)))
        return std::nullopt;
    // Microseconds, as Python reads them: a double holds no more of our time.
    const double seconds = std::floor(content.toDouble());
    const double microseconds = std::nearbyint((content.toDouble() - seconds) * 1e6);
    return Value::timestamp(qint64(seconds) * Second + qint64(microseconds) * 1000);
}

std::optional<Value> bignum(const Value &content, bool negative)
{
    if (content.kind() != Value::Kind::Bytes || content.toBytes().size() > MaximumConvertedBytes)
        return std::nullopt;
    const QString digits = digitsFromBytes(content.toBytes());
    return Value::integerFromText(negative ? QLatin1Char('-') + incrementedDigits(digits) : digits);
}

std::optional<Value> decimalFraction(const Value &content)
{
    if (content.kind() != Value::Kind::Array || content.items().size() != 2)
        return std::nullopt;
    const Value &exponent = content.items()[0];
    const Value &mantissa = content.items()[1];
    constexpr qint64 Limit = std::numeric_limits<qint64>::max() / 4;
    if (!exponent.toInt64() || std::abs(*exponent.toInt64()) > Limit
        || mantissa.kind() != Value::Kind::Integer)
        return std::nullopt;
    return Value::decimal(decimalText(mantissa.integerText(), *exponent.toInt64()));
}

std::optional<Value> meaning(quint64 tag, const Value &content)
{
    switch (tag) {
    case 0:
        return dateTime(content);
    case 1:
        return epochTime(content);
    case 2:
    case 3:
        return bignum(content, tag == 3);
    case 4:
        return decimalFraction(content);
    case 37:
        if (content.kind() == Value::Kind::Bytes && content.toBytes().size() == 16)
            return Value::uuid(QUuid::fromRfc4122(content.toBytes()));
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

class Reader
{
public:
    explicit Reader(QByteArrayView bytes)
        : m_bytes(bytes)
    {
    }

    Expected<Value, DecodeError> read()
    {
        if (m_bytes.isEmpty())
            return Unexpected {DecodeError {0, QStringLiteral("there are no bytes")}};
        while (!m_root) {
            if (!step())
                return Unexpected {m_error};
        }
        if (m_at < m_bytes.size()) {
            const qsizetype left = m_bytes.size() - m_at;
            const QString what = left == 1 ? QStringLiteral("1 byte follows the value")
                                           : QStringLiteral("%1 bytes follow the value").arg(left);
            return Unexpected {DecodeError {m_at, what, *std::move(m_root)}};
        }
        return *std::move(m_root);
    }

private:
    // An item that is still open.
    struct Frame
    {
        Type type = Type::Array;
        quint64 left = 0; // items of an array, keys and values of a map
        qint64 start = 0;
        quint32 head = 0;
        quint64 tag = 0;
        ValueList items;
        MemberList members;
        std::optional<Value> key;
        QByteArray bytes; // of a chunked string
    };

    bool fail(qint64 offset, const QString &what)
    {
        m_error = {offset, what};
        return false;
    }

    bool step()
    {
        if (m_at >= m_bytes.size())
            return fail(m_at, QStringLiteral("the bytes end where an item is expected"));
        const auto item = readItem(m_bytes, m_at);
        if (!item) {
            m_error = item.error();
            return false;
        }
        const qsizetype start = m_at;
        m_at += item->size;
        if (!m_stack.empty()
            && (m_stack.back().type == Type::ChunkedBytes || m_stack.back().type == Type::ChunkedText))
            return chunk(*item, start);
        switch (item->type) {
        case Type::Unsigned:
            return scalar(Value::unsignedInteger(item->number), start, item->head == 0);
        case Type::Negative:
            return scalar(negative(item->number), start, item->head == 0);
        case Type::Float: {
            const Value value = Value::number(item->floating);
            return scalar(value, start, usualScalar(value).value() == m_bytes.sliced(start, item->size));
        }
        case Type::Special:
            return scalar(special(quint8(item->number)), start, true);
        case Type::Bytes:
            return scalar(Value::bytes(item->content.toByteArray()), start, item->head == 0);
        case Type::Text: {
            auto text = textFromUtf8(item->content);
            if (!text)
                return invalidText(item->content);
            return scalar(Value::text(*std::move(text)), start, item->head == 0);
        }
        case Type::Array:
        case Type::Map:
            if (item->number > quint64(m_bytes.size() - m_at) / (item->type == Type::Map ? 2 : 1))
                return fail(
                    start,
                    QStringLiteral("%1 %2 are announced, but only %3 bytes follow")
                        .arg(item->number)
                        .arg(item->type == Type::Map ? QStringLiteral("pairs") : QStringLiteral("items"))
                        .arg(m_bytes.size() - m_at));
            return open(*item, start);
        case Type::OpenArray:
        case Type::OpenMap:
        case Type::ChunkedBytes:
        case Type::ChunkedText:
        case Type::Tag:
            return open(*item, start);
        case Type::Break:
            return breakOff(start);
        }
        return false;
    }

    bool invalidText(QByteArrayView content)
    {
        return fail(content.data() - m_bytes.data() + firstInvalidUtf8(content),
                    QStringLiteral("not valid UTF-8"));
    }

    static Value negative(quint64 argument)
    {
        if (argument <= quint64(std::numeric_limits<qint64>::max()))
            return Value::integer(-1 - qint64(argument));
        return *Value::integerFromText(QLatin1Char('-') + incrementedDigits(QString::number(argument)));
    }

    static Value special(quint8 number)
    {
        switch (number) {
        case 20:
        case 21:
            return Value::boolean(number == 21);
        case 22:
            return Value::null();
        case 23:
            return Value::undefined();
        default:
            return Value::simple(number);
        }
    }

    bool open(const Item &item, qsizetype start)
    {
        if (m_stack.size() >= size_t(MaximumDepth))
            return fail(start, QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));
        Frame frame;
        frame.type = item.type;
        frame.start = start;
        frame.head = item.head;
        frame.tag = item.number;
        frame.left = item.type == Type::Map ? item.number * 2 : item.number;
        m_stack.push_back(std::move(frame));
        if ((item.type == Type::Array || item.type == Type::Map) && item.number == 0)
            return close();
        return true;
    }

    bool chunk(const Item &item, qsizetype start)
    {
        Frame &frame = m_stack.back();
        if (item.type == Type::Break) {
            const bool text = frame.type == Type::ChunkedText;
            Value value = text ? Value::text(*textFromUtf8(frame.bytes)) : Value::bytes(frame.bytes);
            const qint64 begin = frame.start;
            m_stack.pop_back();
            return scalar(std::move(value), begin, false);
        }
        if (item.type != (frame.type == Type::ChunkedText ? Type::Text : Type::Bytes))
            return fail(start, QStringLiteral("a chunk of another type than its string"));
        if (item.type == Type::Text && firstInvalidUtf8(item.content) >= 0)
            return invalidText(item.content);
        frame.bytes += item.content;
        return true;
    }

    bool breakOff(qsizetype start)
    {
        if (m_stack.empty()
            || (m_stack.back().type != Type::OpenArray && m_stack.back().type != Type::OpenMap))
            return fail(start, QStringLiteral("a break where an item is expected"));
        if (m_stack.back().key)
            return fail(start, QStringLiteral("a key without a value"));
        return close();
    }

    bool scalar(Value value, qint64 start, bool usual)
    {
        if (!usual)
            value =
                std::move(value).withStyle({CborStyle, m_bytes.sliced(start, m_at - start).toByteArray()});
        return deliver(std::move(value), start);
    }

    bool close()
    {
        Frame frame = std::move(m_stack.back());
        m_stack.pop_back();
        const bool map = frame.type == Type::Map || frame.type == Type::OpenMap;
        Value value = map ? Value::map(std::move(frame.members)) : Value::array(std::move(frame.items));
        const bool open = frame.type == Type::OpenMap || frame.type == Type::OpenArray;
        if (const quint32 head = open ? IndefiniteHead : frame.head)
            value = std::move(value).withStyle({CborStyle | head, {}});
        return deliver(std::move(value), frame.start);
    }

    // The content of the innermost tag is complete.
    bool closeTag(Value content)
    {
        const Frame frame = std::move(m_stack.back());
        m_stack.pop_back();
        if (frame.tag == 258 && content.kind() == Value::Kind::Array) {
            const quint32 inner = content.style().flags & HeadMask;
            Value value = Value::set(content.items());
            if (frame.head || inner)
                value = std::move(value).withStyle({CborStyle | frame.head | inner << InnerHeadShift, {}});
            return deliver(std::move(value), frame.start);
        }
        if (auto value = meaning(frame.tag, content)) {
            const QByteArrayView bytes = m_bytes.sliced(frame.start, m_at - frame.start);
            const auto usual = usualScalar(*value);
            if (!usual || *usual != bytes)
                value = std::move(*value).withStyle(
                    {CborStyle | (frame.tag == 1 ? EpochTime : 0), bytes.toByteArray()});
            return deliver(*std::move(value), frame.start);
        }
        Value value = Value::tag(frame.tag, std::move(content));
        if (frame.head)
            value = std::move(value).withStyle({CborStyle | frame.head, {}});
        return deliver(std::move(value), frame.start);
    }

    bool deliver(Value value, qint64 start)
    {
        value = std::move(value).withSource({start, m_at - start});
        if (m_stack.empty()) {
            m_root = std::move(value);
            return true;
        }
        Frame &frame = m_stack.back();
        if (frame.type == Type::Tag)
            return closeTag(std::move(value));
        if (frame.type == Type::Array || frame.type == Type::OpenArray) {
            frame.items.push_back(std::move(value));
        } else if (!frame.key) {
            frame.key = std::move(value);
        } else {
            frame.members.push_back({*std::move(frame.key), std::move(value)});
            frame.key.reset();
        }
        const bool definite = frame.type == Type::Array || frame.type == Type::Map;
        if (definite && --frame.left == 0)
            return close();
        return true;
    }

    QByteArrayView m_bytes;
    qsizetype m_at = 0;
    std::vector<Frame> m_stack;
    std::optional<Value> m_root;
    DecodeError m_error;
};

} // namespace

Expected<Value, DecodeError> read(QByteArrayView bytes)
{
    return Reader(bytes).read();
}

} // namespace slotscope::core::cbor

namespace slotscope::core {

namespace {

class CborCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override { return cbor::read(bytes); }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override { return cbor::write(value); }
};

} // namespace

const Codec &cborCodec()
{
    static const CborCodec codec;
    return codec;
}

} // namespace slotscope::core
