// SPDX-License-Identifier: GPL-3.0-or-later
//
// A union is two fields that say the same. Where only one of them was changed, the other follows.
#include "core/codec/flatbuffers/flatshaper.h"
#include "core/value/recordstyle.h"

namespace slotscope::core::flat {

namespace {

bool isGiven(const Value *value)
{
    return value && !value->isNull();
}

bool same(const Value *a, const Value *b)
{
    return isGiven(a) == isGiven(b) && (!isGiven(a) || *a == *b);
}

bool fits(const Model &model, const EnumValue &member, const Value &value)
{
    switch (member.type.base) {
    case Base::String:
        return value.kind() == Value::Kind::Text || value.kind() == Value::Kind::Bytes;
    case Base::Object: {
        const Object &object = model.objects[size_t(member.type.object)];
        return flatKind(value) == (object.isStruct ? FlatStruct : FlatTable)
            && FlatTableStyle::unpacked(value.style().spelling).name == object.utf8Name;
    }
    default:
        return value.isNull();
    }
}

// Null pointer where none fits for sure.
const EnumValue *memberFor(const Model &model, const Enum &unionType, const Value &value)
{
    for (const EnumValue &member : unionType.values) {
        if (fits(model, member, value))
            return &member;
    }
    return nullptr;
}

Type typeOfTypes(const Field &field)
{
    return {Base::UType, Base::None, -1, field.type.enumeration, 0};
}

} // namespace

void Shaper::unionMembers(MemberList *members, const std::vector<const Value *> &given, const Object &object,
                          const Value *old)
{
    for (size_t i = 0; i < object.fields.size(); ++i) {
        const Field &field = object.fields[i];
        if (field.typeField < 0)
            continue;
        const auto typeAt = size_t(field.typeField);
        const Field &typeField = object.fields[typeAt];
        const Value *oldType = old ? old->find(typeField.name) : nullptr;
        const Value *oldValue = old ? old->find(field.name) : nullptr;
        Value type = (*members)[typeAt].value;
        Value value;
        m_path.push_back(PathStep::field(field.name));
        if (field.type.base == Base::Vector)
            value = unionVector(field, &type, given[i], oldType, oldValue);
        else
            value = unionValue(field, &type, given[i], oldType, oldValue);
        m_path.pop_back();
        (*members)[typeAt].value = type.isNull() ? typeField.absent : type;
        (*members)[i].value = value.isNull() ? field.absent : value;
    }
}

Value Shaper::unionValue(const Field &field, Value *type, const Value *given, const Value *oldType,
                         const Value *oldValue)
{
    const Enum &unionType = m_model.enums[size_t(field.type.enumeration)];
    const qint64 number = type->toInt64().value_or(0);
    const EnumValue *member = unionType.find(number);
    if (!member && (number != 0 || isGiven(given)))
        misfit(QStringLiteral("the union %1 has no member %2").arg(unionType.name).arg(number));
    const bool typeChanged = oldType && !(oldType->toInt64() == type->toInt64());
    const bool valueChanged = !same(given, oldValue);
    if (typeChanged && !valueChanged) {
        if (!member || member->type.base == Base::None)
            return {};
        if (!isGiven(given) || !fits(m_model, *member, *given))
            return blank(member->type, 0);
    }
    if (oldType && !typeChanged && valueChanged) {
        if (!isGiven(given)) {
            *type = {};
            return {};
        }
        const EnumValue *better =
            member && fits(m_model, *member, *given) ? member : memberFor(m_model, unionType, *given);
        if (better && better != member) {
            member = better;
            *type = scalarValue(m_model, typeOfTypes(field), quint64(better->value));
        }
    }
    if (!isGiven(given))
        return {};
    if (member->type.base == Base::None)
        misfit(QStringLiteral("it has a value, but its type is %1").arg(member->name));
    return item(*given, member->type, typeChanged ? nullptr : oldValue);
}

Value Shaper::unionVector(const Field &field, Value *types, const Value *given, const Value *oldTypes,
                          const Value *oldValues)
{
    const Enum &unionType = m_model.enums[size_t(field.type.enumeration)];
    if (isGiven(given) && given->kind() != Value::Kind::Array)
        misfit(QStringLiteral("expected a list"));
    const bool haveOld =
        isGiven(oldTypes) && isGiven(oldValues) && oldTypes->items().size() == oldValues->items().size();
    const bool typesChanged = !same(types, oldTypes);
    const bool valuesChanged = !same(given, oldValues);
    ValueList numbers = types->items();
    ValueList values = isGiven(given) ? given->items() : ValueList();
    if (valuesChanged && !typesChanged && (haveOld || !isGiven(oldValues)) && (oldTypes || oldValues)) {
        if (!isGiven(given)) {
            *types = {};
            return {};
        }
        // Each keeps the type that it had, wherever it stands now.
        numbers.clear();
        for (size_t i = 0; i < values.size(); ++i) {
            std::optional<Value> number;
            for (size_t n = 0; haveOld && !number && n < oldValues->items().size(); ++n) {
                const size_t at = (i + n) % oldValues->items().size();
                if (values[i] == oldValues->items()[at])
                    number = oldTypes->items()[at];
            }
            const EnumValue *member = number ? nullptr : memberFor(m_model, unionType, values[i]);
            if (haveOld && !number && i < oldTypes->items().size()) {
                const EnumValue *before = unionType.find(oldTypes->items()[i].toInt64().value_or(0));
                if (before && (!member || fits(m_model, *before, values[i])))
                    member = before;
            }
            if (!number && !member)
                misfit(QStringLiteral("item %1 does not tell which member of %2 it is")
                           .arg(i)
                           .arg(unionType.name));
            numbers.push_back(number ? *number
                                     : scalarValue(m_model, typeOfTypes(field), quint64(member->value)));
        }
    }
    if (!isGiven(given))
        return {};
    if (numbers.size() != values.size())
        misfit(QStringLiteral("it has %1 items, but %2 types").arg(values.size()).arg(numbers.size()));
    ValueList shaped;
    shaped.reserve(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
        m_path.push_back(PathStep::item(qsizetype(i)));
        const qint64 number = numbers[i].toInt64().value_or(0);
        const EnumValue *member = unionType.find(number);
        if (!member)
            misfit(QStringLiteral("the union %1 has no member %2").arg(unionType.name).arg(number));
        if (member->type.base == Base::None) {
            if (!values[i].isNull())
                misfit(QStringLiteral("it has a value, but its type is %1").arg(member->name));
            shaped.emplace_back();
        } else if (typesChanged && !valuesChanged && !fits(m_model, *member, values[i])) {
            shaped.push_back(blank(member->type, 0));
        } else {
            shaped.push_back(item(values[i], member->type, nullptr));
        }
        m_path.pop_back();
    }
    *types = Value::array(std::move(numbers));
    return Value::array(std::move(shaped));
}

} // namespace slotscope::core::flat
