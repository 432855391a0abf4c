// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/keytext.h"

#include "core/value/notation.h"
#include "core/value/valuetext.h"

namespace slotscope::core {

Value keyPartPrototype(KeyComponent component)
{
    switch (component) {
    case KeyComponent::Oid:
    case KeyComponent::Uint64:
    case KeyComponent::Uint16:
    case KeyComponent::SlotNumber:
    case KeyComponent::Uint8:
        return Value::integer(0);
    case KeyComponent::Uuid:
        return Value::uuid({});
    case KeyComponent::Timestamp:
        return Value::timestamp(0);
    case KeyComponent::String:
        return Value::text({});
    case KeyComponent::Bytes16:
    case KeyComponent::Bytes20:
    case KeyComponent::Bytes32:
    case KeyComponent::Bytes:
        break;
    }
    return Value::bytes({});
}

namespace {

Expected<Value, QString> partFromText(KeyComponent component, const QString &text)
{
    const Value like = keyPartPrototype(component);
    if (like.kind() == Value::Kind::Text)
        return Value::text(text);
    if (text.startsWith(u'{')) {
        const auto value = fromNotation(text.toUtf8());
        if (!value)
            return Unexpected {value.error().what};
        return *value;
    }
    const bool hex = like.kind() == Value::Kind::Bytes && text.startsWith(QLatin1String("0x"));
    return parseLike(like, hex ? text.sliced(2) : text);
}

} // namespace

Expected<ValueList, QString> keyFromText(const KeyType &type, const QString &text)
{
    const std::vector<KeyComponent> &components = type.components();
    if (components.size() == 1) {
        const auto part = partFromText(components.front(), text);
        if (!part)
            return Unexpected {part.error()};
        return ValueList {*part};
    }
    const auto list = fromNotation(text.toUtf8());
    if (!list || list->kind() != Value::Kind::Array || list->items().size() != components.size())
        return Unexpected {QStringLiteral("a JSON array of %1 parts is needed (%2)")
                               .arg(components.size())
                               .arg(type.name())};
    ValueList parts;
    for (size_t i = 0; i < components.size(); ++i) {
        const Value &item = list->items()[i];
        if (item.kind() != Value::Kind::Text) {
            parts.push_back(item);
            continue;
        }
        const auto part = partFromText(components[i], item.toText());
        if (!part)
            return Unexpected {part.error()};
        parts.push_back(*part);
    }
    return parts;
}

} // namespace slotscope::core
