// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QUuid>

#include <memory>
#include <optional>
#include <vector>

namespace slotscope::core {

class Value;
struct Member;
using ValueList = std::vector<Value>;
using MemberList = std::vector<Member>;

/// A decoded value: one immutable tree for all formats. Copying is cheap (shared nodes); safe to hand to
/// other threads.
///
/// Equality compares meaning (kind and content, order of array items and map members included, sets as sets),
/// not the spelling in some format.
class Value
{
public:
    enum class Kind : quint8 {
        Null,
        Undefined, ///< CBOR only
        Bool,
        Integer, ///< of any size
        Float,
        Text,
        Bytes,
        Uuid,
        Timestamp, ///< nanoseconds since 1970 UTC
        Decimal, ///< exact decimal text
        Array,
        Tuple,
        Set,
        Map, ///< ordered, any keys, duplicates kept
        Tag, ///< CBOR tag that has no kind of its own
        Simple, ///< CBOR simple value
        Opaque, ///< what a safe reader will not interpret: a name and its parts
    };

    /// Hints that let a codec write a node back as it was; their meaning belongs to the codec that set them.
    struct Style
    {
        quint32 flags = 0;
        QByteArray spelling; ///< the exact source bytes of a scalar that is not in its usual form
        friend bool operator==(const Style &, const Style &) = default;
    };
    /// A flag for all codecs: the other of two types that are of one kind, a bytearray (Bytes) or a frozenset
    /// (Set). The notation tells them.
    static constexpr quint32 OtherType = 0x80000000;
    /// Where the node stood in the bytes it was decoded from; offset -1: not known.
    struct Source
    {
        qint64 offset = -1;
        qint64 length = 0;
    };

    Value(); ///< null
    static Value null();
    static Value undefined();
    static Value boolean(bool value);
    static Value integer(qint64 value);
    static Value unsignedInteger(quint64 value);
    /// Decimal digits with an optional minus; nothing if the text is anything else.
    static std::optional<Value> integerFromText(QStringView digits);
    static Value number(double value);
    static Value text(QString value);
    static Value bytes(QByteArray value);
    static Value uuid(const QUuid &value);
    static Value timestamp(qint64 nanoseconds);
    static Value decimal(QString digits);
    static Value array(ValueList items);
    static Value tuple(ValueList items);
    static Value set(ValueList items);
    static Value map(MemberList members);
    static Value tag(quint64 number, Value content);
    static Value simple(quint8 number);
    /// Without a name: a value that has no kind of its own, told by the name of its part.
    static Value opaque(QString name, MemberList parts);

    Kind kind() const;
    bool isNull() const { return kind() == Kind::Null; }
    /// Array, Tuple, Set, Map, Tag or Opaque.
    bool isContainer() const;

    // Accessors: each asks for the right kind; of another kind they return an empty or zero value.
    bool toBool() const;
    std::optional<qint64> toInt64() const; ///< nothing if the integer is larger
    std::optional<quint64> toUInt64() const;
    QString integerText() const; ///< decimal digits
    double toDouble() const; ///< Float; Integer as the nearest double
    const QString &toText() const; ///< Text, Decimal digits, Opaque name
    const QByteArray &toBytes() const;
    QUuid toUuid() const;
    qint64 toNanoseconds() const;
    const ValueList &items() const; ///< Array, Tuple, Set; of a Tag its one content
    const MemberList &members() const; ///< Map, Opaque
    quint64 tagNumber() const;
    quint8 simpleNumber() const;
    /// The first member with this text as key; null pointer if there is none. Lives as long as this value.
    const Value *find(QStringView name) const;

    const Style &style() const;
    Source source() const;
    Value withStyle(Style style) const &;
    Value withStyle(Style style) &&; ///< without a copy where nobody else holds the node
    Value withSource(Source source) const &;
    Value withSource(Source source) &&;

    friend bool operator==(const Value &a, const Value &b);

private:
    struct Node;
    explicit Value(std::shared_ptr<const Node> node);
    Node &ownNode();
    static int compare(const Value &a, const Value &b);
    std::shared_ptr<const Node> m_node; // null pointer: Null without style
};

struct Member
{
    Value key;
    Value value;
};

} // namespace slotscope::core
