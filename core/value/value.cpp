// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/value.h"

#include "core/base/soleholder.h"

#include <algorithm>
#include <limits>
#include <variant>

namespace slotscope::core {

namespace {

struct TagData
{
    quint64 number = 0;
    ValueList content; // exactly one, as a list because items() hands it out
};
struct OpaqueData
{
    QString name;
    MemberList parts;
};

const ValueList NoItems;
const MemberList NoMembers;
const QString NoText;
const QByteArray NoBytes;
const Value::Style NoStyle;

} // namespace

struct Value::Node
{
    Kind kind = Kind::Null;
    std::shared_ptr<const Style> style; // null pointer: none, which is the rule
    Source source;
    // An Integer is a qint64 where it fits, else its digits; a Simple is a qint64.
    std::variant<std::monostate, bool, qint64, double, QString, QByteArray, QUuid, ValueList, MemberList,
                 std::shared_ptr<const TagData>, std::shared_ptr<const OpaqueData>>
        data;

    Node() = default;
    template <typename T>
    Node(Kind ofKind, T &&content)
        : kind(ofKind)
        , data(std::forward<T>(content))
    {
    }
    template <typename T>
    static Value make(Kind kind, T &&data)
    {
        return Value(std::make_shared<Node>(kind, std::forward<T>(data)));
    }
};

Value::Value() = default;
Value::Value(std::shared_ptr<const Node> node)
    : m_node(std::move(node))
{
}

Value Value::null()
{
    return {};
}
Value Value::undefined()
{
    return Node::make(Kind::Undefined, std::monostate());
}
Value Value::boolean(bool value)
{
    return Node::make(Kind::Bool, value);
}
Value Value::integer(qint64 value)
{
    return Node::make(Kind::Integer, value);
}

Value Value::unsignedInteger(quint64 value)
{
    if (value <= quint64(std::numeric_limits<qint64>::max()))
        return integer(qint64(value));
    return Node::make(Kind::Integer, QString::number(value));
}

std::optional<Value> Value::integerFromText(QStringView digits)
{
    const bool negative = digits.startsWith(QLatin1Char('-'));
    QStringView rest = negative ? digits.mid(1) : digits;
    if (rest.isEmpty() || !std::all_of(rest.begin(), rest.end(), [](QChar c) {
            return c >= QLatin1Char('0') && c <= QLatin1Char('9');
        }))
        return std::nullopt;
    while (rest.size() > 1 && rest.front() == QLatin1Char('0'))
        rest = rest.mid(1);
    QString canonical = rest.toString();
    if (negative && canonical != QLatin1String("0"))
        canonical.prepend(QLatin1Char('-'));
    if (canonical.size() <= 20) {
        bool fits = false;
        const qint64 small = canonical.toLongLong(&fits);
        if (fits)
            return integer(small);
    }
    return Node::make(Kind::Integer, std::move(canonical));
}

Value Value::number(double value)
{
    return Node::make(Kind::Float, value);
}
Value Value::text(QString value)
{
    return Node::make(Kind::Text, std::move(value));
}
Value Value::bytes(QByteArray value)
{
    return Node::make(Kind::Bytes, std::move(value));
}
Value Value::uuid(const QUuid &value)
{
    return Node::make(Kind::Uuid, QUuid(value));
}
Value Value::timestamp(qint64 nanoseconds)
{
    return Node::make(Kind::Timestamp, nanoseconds);
}
Value Value::decimal(QString digits)
{
    return Node::make(Kind::Decimal, std::move(digits));
}
Value Value::array(ValueList items)
{
    return Node::make(Kind::Array, std::move(items));
}
Value Value::tuple(ValueList items)
{
    return Node::make(Kind::Tuple, std::move(items));
}
Value Value::set(ValueList items)
{
    return Node::make(Kind::Set, std::move(items));
}
Value Value::map(MemberList members)
{
    return Node::make(Kind::Map, std::move(members));
}

Value Value::tag(quint64 number, Value content)
{
    TagData data {number, {}};
    data.content.push_back(std::move(content));
    return Node::make(Kind::Tag, std::make_shared<const TagData>(std::move(data)));
}

Value Value::simple(quint8 number)
{
    return Node::make(Kind::Simple, qint64(number));
}

Value Value::opaque(QString name, MemberList parts)
{
    return Node::make(Kind::Opaque,
                      std::make_shared<const OpaqueData>(OpaqueData {std::move(name), std::move(parts)}));
}

Value::Kind Value::kind() const
{
    return m_node ? m_node->kind : Kind::Null;
}

bool Value::isContainer() const
{
    switch (kind()) {
    case Kind::Array:
    case Kind::Tuple:
    case Kind::Set:
    case Kind::Map:
    case Kind::Tag:
    case Kind::Opaque:
        return true;
    default:
        return false;
    }
}

bool Value::toBool() const
{
    return kind() == Kind::Bool && std::get<bool>(m_node->data);
}

std::optional<qint64> Value::toInt64() const
{
    if (kind() != Kind::Integer || !std::holds_alternative<qint64>(m_node->data))
        return std::nullopt;
    return std::get<qint64>(m_node->data);
}

std::optional<quint64> Value::toUInt64() const
{
    if (kind() != Kind::Integer)
        return std::nullopt;
    if (const qint64 *small = std::get_if<qint64>(&m_node->data))
        return *small < 0 ? std::nullopt : std::optional(quint64(*small));
    bool fits = false;
    const quint64 number = std::get<QString>(m_node->data).toULongLong(&fits);
    return fits ? std::optional(number) : std::nullopt;
}

QString Value::integerText() const
{
    if (kind() != Kind::Integer)
        return {};
    if (const qint64 *small = std::get_if<qint64>(&m_node->data))
        return QString::number(*small);
    return std::get<QString>(m_node->data);
}

double Value::toDouble() const
{
    if (kind() == Kind::Float)
        return std::get<double>(m_node->data);
    if (kind() != Kind::Integer)
        return 0;
    if (const qint64 *small = std::get_if<qint64>(&m_node->data))
        return double(*small);
    return std::get<QString>(m_node->data).toDouble();
}

const QString &Value::toText() const
{
    switch (kind()) {
    case Kind::Text:
    case Kind::Decimal:
        return std::get<QString>(m_node->data);
    case Kind::Opaque:
        return std::get<std::shared_ptr<const OpaqueData>>(m_node->data)->name;
    default:
        return NoText;
    }
}

const QByteArray &Value::toBytes() const
{
    return kind() == Kind::Bytes ? std::get<QByteArray>(m_node->data) : NoBytes;
}

QUuid Value::toUuid() const
{
    return kind() == Kind::Uuid ? std::get<QUuid>(m_node->data) : QUuid();
}

qint64 Value::toNanoseconds() const
{
    return kind() == Kind::Timestamp ? std::get<qint64>(m_node->data) : 0;
}

const ValueList &Value::items() const
{
    switch (kind()) {
    case Kind::Array:
    case Kind::Tuple:
    case Kind::Set:
        return std::get<ValueList>(m_node->data);
    case Kind::Tag:
        return std::get<std::shared_ptr<const TagData>>(m_node->data)->content;
    default:
        return NoItems;
    }
}

const MemberList &Value::members() const
{
    switch (kind()) {
    case Kind::Map:
        return std::get<MemberList>(m_node->data);
    case Kind::Opaque:
        return std::get<std::shared_ptr<const OpaqueData>>(m_node->data)->parts;
    default:
        return NoMembers;
    }
}

quint64 Value::tagNumber() const
{
    return kind() == Kind::Tag ? std::get<std::shared_ptr<const TagData>>(m_node->data)->number : 0;
}

quint8 Value::simpleNumber() const
{
    return kind() == Kind::Simple ? quint8(std::get<qint64>(m_node->data)) : quint8(0);
}

const Value *Value::find(QStringView name) const
{
    for (const Member &member : members()) {
        if (member.key.kind() == Kind::Text && member.key.toText() == name)
            return &member.value;
    }
    return nullptr;
}

const Value::Style &Value::style() const
{
    return m_node && m_node->style ? *m_node->style : NoStyle;
}
Value::Source Value::source() const
{
    return m_node ? m_node->source : Source();
}

Value::Node &Value::ownNode()
{
    // A node only this value holds may still be changed; it was made as a non-const object.
    if (!m_node || !isSoleHolder(m_node))
        m_node = m_node ? std::make_shared<Node>(*m_node) : std::make_shared<Node>();
    return const_cast<Node &>(*m_node);
}

Value Value::withStyle(Style style) const &
{
    return Value(*this).withStyle(std::move(style));
}

Value Value::withStyle(Style style) &&
{
    ownNode().style = style == NoStyle ? nullptr : std::make_shared<const Style>(std::move(style));
    return std::move(*this);
}

Value Value::withSource(Source source) const &
{
    return Value(*this).withSource(source);
}

Value Value::withSource(Source source) &&
{
    ownNode().source = source;
    return std::move(*this);
}

bool operator==(const Value &a, const Value &b)
{
    return Value::compare(a, b) == 0;
}

} // namespace slotscope::core
