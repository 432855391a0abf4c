// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cborreader.h"

#include "core/codec/cbor.h"
#include "core/codec/cborreferences.h"
#include "core/codec/cborstyle.h"
#include "core/codec/cbortags.h"
#include "core/codec/cborwriter.h"
#include "core/value/numbertext.h"
#include "core/value/utf8.h"

#include <cmath>

namespace slotscope::core::cbor {

namespace {

using Type = Item::Type;

class Reader
{
public:
    explicit Reader(QByteArrayView bytes)
        : m_bytes(bytes)
        , m_references(bytes.size())
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
        qsizetype headSize = 0;
        size_t shared = 0; // number, of tag 28
        ValueList items;
        MemberList members;
        std::optional<Value> key;
        QByteArray bytes; // of a chunked string
        Extent extent;
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
            return scalar(Value::unsignedInteger(item->number), start, item->head == 0, item->head);
        case Type::Negative:
            return scalar(negative(item->number), start, item->head == 0, item->head);
        case Type::Float: {
            Value value = Value::number(item->floating);
            const quint32 width = item->size == 3 ? HalfFloat : item->size == 5 ? SingleFloat : 0;
            const bool usual = std::isfinite(item->floating)
                ? width == 0
                : usualScalar(value).value() == m_bytes.sliced(start, item->size);
            return scalar(std::move(value), start, usual, width);
        }
        case Type::Special:
            return scalar(special(quint8(item->number)), start, true, 0);
        case Type::Bytes:
            m_references.addString(false, item->content);
            return scalar(Value::bytes(item->content.toByteArray()), start, item->head == 0, item->head);
        case Type::Text: {
            auto text = textFromUtf8(item->content);
            if (!text)
                return invalidText(item->content);
            m_references.addString(true, item->content);
            return scalar(Value::text(*std::move(text)), start, item->head == 0, item->head);
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
        frame.headSize = item.size;
        frame.left = item.type == Type::Map ? item.number * 2 : item.number;
        if (item.type == Type::Tag && item.number == StringNamespaceTag)
            m_references.openNamespace();
        if (item.type == Type::Tag && item.number == SharedTag)
            frame.shared = m_references.openShared(m_stack.size());
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
            m_references.addChunkedString();
            return scalar(std::move(value), begin, false, IndefiniteHead);
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

    QByteArray bytesFrom(qint64 start) const { return m_bytes.sliced(start, m_at - start).toByteArray(); }

    bool scalar(Value value, qint64 start, bool usual, quint32 flags)
    {
        if (!usual)
            value = std::move(value).withStyle({CborStyle | InheritedStyle | flags, bytesFrom(start)});
        return deliver(std::move(value), start, {quint64(m_at - start), 0, false});
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
        frame.extent.size += quint64(frame.headSize);
        return deliver(std::move(value), frame.start, frame.extent);
    }

    // The content of the innermost tag is complete.
    bool closeTag(Value content, const Extent &inner)
    {
        const Frame frame = std::move(m_stack.back());
        m_stack.pop_back();
        Extent extent = inner;
        extent.size += quint64(frame.headSize);
        auto value = seenThrough(frame, content, inner, &extent);
        if (!value) {
            value = Value::tag(frame.tag, std::move(content));
            if (frame.head)
                value = std::move(*value).withStyle({CborStyle | frame.head, {}});
            ++extent.height;
        }
        return deliver(*std::move(value), frame.start, extent);
    }

    // What is seen instead of a tag. Nothing: it is a tag like others.
    std::optional<Value> seenThrough(const Frame &frame, Value &content, const Extent &inner, Extent *extent)
    {
        const TagItem tag {frame.tag, frame.head, m_bytes.sliced(frame.start, frame.headSize),
                           m_bytes.sliced(frame.start, m_at - frame.start), frame.shared};
        switch (frame.tag) {
        case SetTag:
            return setOf(frame, content);
        case SelfDescribedTag:
            return m_references.selfDescribed(tag, content);
        case StringNamespaceTag:
            m_references.closeNamespace();
            return m_references.carrying(tag, content);
        case StringReferenceTag:
            return m_references.string(tag, content, extent);
        case SharedTag:
            return m_references.share(tag, content, inner);
        case SharedReferenceTag: {
            const auto depth = m_references.openDepthOf(content);
            return m_references.shared(tag, content, m_stack.size(), depth ? levelOf(*depth) : std::nullopt,
                                       extent);
        }
        default:
            return meaning(frame, content);
        }
    }

    std::optional<Value> setOf(const Frame &frame, const Value &content) const
    {
        // Not where tags stand between it and its array.
        if (content.kind() != Value::Kind::Array || !content.style().spelling.isEmpty())
            return std::nullopt;
        const quint32 inner = flagsOf(content) & HeadMask;
        Value value = Value::set(content.items());
        if (frame.head || inner)
            value = std::move(value).withStyle({CborStyle | frame.head | inner << InnerHeadShift, {}});
        return value;
    }

    std::optional<Value> meaning(const Frame &frame, const Value &content) const
    {
        auto value = meaningOf(frame.tag, content);
        if (!value)
            return value;
        const quint32 flags = value->style().flags;
        if (flagsOf(content) & SelfDescribed)
            return std::nullopt;
        if (flagsOf(content) & StringReference) {
            // The string that it refers to must be what would be written for the value.
            const auto whole = styledScalar(*value);
            const QByteArray string =
                content.kind() == Value::Kind::Text ? content.toText().toUtf8() : content.toBytes();
            if (frame.head || !whole || !whole->endsWith(string))
                return std::nullopt;
            return std::move(*value).withStyle(
                {flags | CborStyle | InheritedStyle | StringReference, content.style().spelling});
        }
        const QByteArray bytes = bytesFrom(frame.start);
        const auto usual = usualScalar(*value);
        if (usual && *usual == bytes)
            return std::move(*value).withStyle({});
        return std::move(*value).withStyle({flags | CborStyle | InheritedStyle, bytes});
    }

    // How many levels of the tree are above the container in the tag 28 whose frame is at this depth; nothing
    // while no container is open there.
    std::optional<qint64> levelOf(size_t depth) const
    {
        const auto isLevel = [this](size_t at) {
            const Frame &frame = m_stack[at];
            if (frame.type != Type::Tag)
                return true;
            switch (frame.tag) {
            case SetTag: // is one with its array
            case SelfDescribedTag:
            case StringNamespaceTag:
            case SharedTag:
                return false;
            default:
                return true;
            }
        };
        size_t at = depth + 1;
        while (at < m_stack.size() && !isLevel(at))
            ++at;
        if (at >= m_stack.size())
            return std::nullopt;
        return qint64(
            std::count_if(m_stack.begin(), m_stack.begin() + qsizetype(at),
                          [&](const Frame &frame) { return isLevel(size_t(&frame - m_stack.data())); }));
    }

    bool deliver(Value value, qint64 start, const Extent &extent)
    {
        value = std::move(value).withSource({start, m_at - start});
        if (m_stack.empty()) {
            m_root = std::move(value);
            return true;
        }
        Frame &frame = m_stack.back();
        if (frame.type == Type::Tag)
            return closeTag(std::move(value), extent);
        frame.extent.include(extent);
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
    References m_references;
    std::optional<Value> m_root;
    DecodeError m_error;
};

} // namespace

Expected<Value, DecodeError> read(QByteArrayView bytes)
{
    return Reader(bytes).read();
}

} // namespace slotscope::core::cbor
