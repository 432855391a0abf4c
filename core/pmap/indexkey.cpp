// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/indexkey.h"

namespace slotscope::core {

namespace {

std::optional<Value> asUuid(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Uuid:
        return value;
    case Value::Kind::Bytes:
        if (value.toBytes().size() == 16)
            return Value::uuid(QUuid::fromRfc4122(value.toBytes()));
        return std::nullopt;
    case Value::Kind::Text: {
        // With and without dashes, as str(oid) and oid.hex have it.
        QString digits = value.toText();
        digits.remove(QLatin1Char('-'));
        const QByteArray bytes = QByteArray::fromHex(digits.toLatin1());
        if (digits.size() == 32 && bytes.size() == 16)
            return Value::uuid(QUuid::fromRfc4122(bytes));
        return std::nullopt;
    }
    default:
        return std::nullopt;
    }
}

std::optional<Value> asBytes(const Value &value, qsizetype size)
{
    QByteArray bytes;
    if (value.kind() == Value::Kind::Bytes) {
        bytes = value.toBytes();
    } else if (value.kind() == Value::Kind::Text) {
        QString digits = value.toText();
        if (digits.startsWith(QLatin1String("0x")))
            digits.remove(0, 2);
        if (digits.size() != size * 2)
            return std::nullopt;
        bytes = QByteArray::fromHex(digits.toLatin1());
    }
    return bytes.size() == size ? std::optional(Value::bytes(bytes)) : std::nullopt;
}

} // namespace

std::optional<Value> asKeyPart(const Value &value, KeyComponent component)
{
    switch (component) {
    case KeyComponent::Oid:
    case KeyComponent::Uint64:
    case KeyComponent::Uint16:
    case KeyComponent::SlotNumber:
    case KeyComponent::Uint8:
        return value.kind() == Value::Kind::Integer && value.toUInt64() ? std::optional(value) : std::nullopt;
    case KeyComponent::Uuid:
        return asUuid(value);
    case KeyComponent::Bytes16:
        return asBytes(value, 16);
    case KeyComponent::Bytes20:
        return asBytes(value, 20);
    case KeyComponent::Bytes32:
        return asBytes(value, 32);
    case KeyComponent::Timestamp:
        if (value.kind() == Value::Kind::Timestamp)
            return value;
        if (value.kind() == Value::Kind::Integer && value.toInt64())
            return Value::timestamp(*value.toInt64());
        return std::nullopt;
    case KeyComponent::String:
        return value.kind() == Value::Kind::Text ? std::optional(value) : std::nullopt;
    case KeyComponent::Bytes:
        break;
    }
    return std::nullopt;
}

IndexKeys::IndexKeys(IndexRelation relation, const KeyType &tableKey, KeyType indexKey)
    : m_relation(std::move(relation))
    , m_indexKey(std::move(indexKey))
{
    const size_t fields = m_relation.fields.size();
    const size_t components = m_indexKey.components().size();
    if (fields == 0) {
        m_problem = m_relation.expression.isEmpty()
            ? QStringLiteral("it is not known which fields the index is made of")
            : QStringLiteral("it cannot be told which fields “%1” stands for").arg(m_relation.expression);
    } else if (m_indexKey.isUnknown()) {
        m_problem = QStringLiteral("the key type of the index is not known");
    } else if (fields + tableKey.components().size() == components && !tableKey.isUnknown()) {
        m_withPrimaryKey = true;
    } else if (fields != components) {
        m_problem = QStringLiteral("the index is made of %1 fields, but its keys (%2) have %3 parts")
                        .arg(fields)
                        .arg(m_indexKey.name())
                        .arg(components);
    }
}

Expected<std::optional<QByteArray>, QString> IndexKeys::keyOf(const ValueList &recordKey,
                                                              const Value &record) const
{
    if (!m_problem.isEmpty())
        return Unexpected {m_problem};
    ValueList parts;
    const auto &components = m_indexKey.components();
    for (size_t i = 0; i < m_relation.fields.size(); ++i) {
        const ValuePath &path = m_relation.fields[i];
        const Value *field = path.find(record);
        if (!field || field->isNull()) {
            if (m_relation.nullable)
                return std::optional<QByteArray>();
            return Unexpected {
                QStringLiteral("“%1” is null, and the index allows no null").arg(path.toString())};
        }
        auto part = asKeyPart(*field, components[i]);
        if (!part)
            return Unexpected {
                QStringLiteral("“%1” cannot be part of a key of the index").arg(path.toString())};
        parts.push_back(*std::move(part));
    }
    if (m_withPrimaryKey)
        parts.insert(parts.end(), recordKey.cbegin(), recordKey.cend());
    auto key = m_indexKey.encode(parts);
    if (!key)
        return Unexpected {key.error()};
    return std::optional(*std::move(key));
}

} // namespace slotscope::core
