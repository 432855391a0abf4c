// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatreader.h"

#include "core/value/recordstyle.h"
#include "core/value/utf8.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace slotscope::core::flat {

namespace {

// What is referred to from several places is read in each. This much of it is fair (texts that a writer keeps
// once); more is an attempt to make a small buffer fill the memory.
constexpr qint64 FairSharing = 32;
constexpr qint64 AlwaysFair = 256 * 1024;
constexpr qint64 NodeCost = 16; // of every value, however few bytes it has

const WantedField &everything()
{
    static const WantedField whole {{}, {0}, {}};
    return whole;
}

Value placed(Value value, const Cursor &cursor, qint64 offset, qint64 length)
{
    return std::move(value).withSource({cursor.base() + offset, length});
}

} // namespace

Value::Style damagedStyle(const Flaw &flaw, qint64 base)
{
    const QString why =
        QStringLiteral("%1 (at byte %2 of the nested buffer)").arg(flaw.what).arg(flaw.offset - base);
    return {FlatStyle | FlatDamaged, why.toUtf8()};
}

// In a field of what is being read, as long as it lives.
class Reader::Within
{
public:
    Within(Reader *reader, const Field &field)
        : m_reader(reader)
        , m_outer(reader->m_wanted)
    {
        if (!m_outer || !m_outer->cells.empty()) // nothing or everything, and so is what is within
            return;
        const auto found = std::find_if(m_outer->fields.begin(), m_outer->fields.end(),
                                        [&](const WantedField &one) { return one.name == field.utf8Name; });
        reader->m_wanted = found == m_outer->fields.end() ? nullptr : &*found;
    }
    ~Within() { m_reader->m_wanted = m_outer; }
    Q_DISABLE_COPY_MOVE(Within)

private:
    Reader *m_reader;
    const WantedField *m_outer;
};

Reader::Reader(const Model &model, QByteArrayView bytes)
    : m_model(model)
    , m_bytes(bytes)
    , m_wanted(&everything())
    , m_budget(AlwaysFair + FairSharing * bytes.size())
{
}

Value Reader::read(int rootObject, int depth)
{
    const Cursor cursor(m_bytes);
    return tableValue(cursor, m_model.objects[size_t(rootObject)], cursor.root(), depth);
}

Value Reader::readFields(int rootObject, const WantedField &wanted)
{
    m_wanted = &wanted;
    return read(rootObject);
}

void Reader::charge(const Cursor &cursor, qint64 offset, qint64 cost)
{
    m_budget -= cost;
    if (m_budget < 0)
        cursor.fail(offset, QStringLiteral("the buffer refers to the same parts again and again"));
}

Value Reader::tableValue(const Cursor &cursor, const Object &object, const TablePlace &place, int depth,
                         const std::optional<QByteArray> &nestedBytes)
{
    if (depth > MaximumTableDepth)
        cursor.fail(place.offset,
                    QStringLiteral("tables are nested deeper than %1 levels").arg(MaximumTableDepth));
    // Many tables may share one vtable, and fields that are absent still take room in the value.
    charge(cursor, place.offset, NodeCost + place.vtableSize + qint64(object.fields.size()) / 4);

    FlatTableStyle style {object.utf8Name, {}, nestedBytes};
    for (int id = 0; id < place.slotCount(); ++id) {
        const bool known = size_t(id) < object.byId.size() && object.byId[size_t(id)] >= 0;
        if (!known && cursor.field(place, id) != 0)
            style.unknownFields.push_back(id);
    }
    MemberList members;
    if (isWanted())
        members.reserve(m_wanted->cells.empty() ? m_wanted->fields.size() : object.fields.size());
    for (const Field &field : object.fields) {
        const Within within(this, field);
        const qint64 at = cursor.field(place, field.id);
        if (at != 0) {
            Value value = fieldValue(cursor, object, field, place, at, depth);
            // Of a union without a type nobody knows what it is.
            if (isAbsent(value))
                style.unknownFields.push_back(field.id);
            if (isWanted())
                members.push_back({field.key, std::move(value)});
        } else if (field.required) {
            cursor.fail(
                place.offset,
                QStringLiteral("the required field %1 of %2 is missing").arg(field.name, object.name));
        } else if (!field.deprecated) {
            if (field.type.base == Base::Union)
                checkType(cursor, object, field, place);
            if (isWanted())
                members.push_back({field.key, field.absent});
        }
    }
    m_unknownFields += int(style.unknownFields.size());
    if (!isWanted())
        return {};
    return placed(Value::map(std::move(members)), cursor, place.offset, place.size)
        .withStyle({FlatStyle | FlatTable, style.packed()});
}

Value Reader::fieldValue(const Cursor &cursor, const Object &object, const Field &field,
                         const TablePlace &place, qint64 at, int depth)
{
    const Type &type = field.type;
    if (isScalar(type.base)) {
        const int size = sizeOf(type.base);
        cursor.need(at, size, size, "a field");
        return scalarAt(cursor, type, at);
    }
    switch (type.base) {
    case Base::Object: {
        const Object &inner = m_model.objects[size_t(type.object)];
        if (inner.isStruct) {
            cursor.need(at, inner.size, inner.alignment, "a struct");
            return structValue(cursor, inner, at);
        }
        break;
    }
    case Base::Vector:
        if (type.element == Base::Union)
            return unionVector(cursor, object, field, place, at, depth);
        if (type.element == Base::UByte && type.enumeration < 0)
            return bytesValue(cursor, field, at, depth);
        return vectorValue(cursor, type.item(), at, depth);
    case Base::Union: {
        const qint64 typeAt = cursor.field(place, object.fields[size_t(field.typeField)].id);
        const EnumValue *member = typeAt ? unionMember(cursor, field, typeAt) : nullptr;
        if (!member || member->type.base == Base::None)
            return field.absent;
        return referredValue(cursor, member->type, cursor.refer(at, "a union"), depth);
    }
    default:
        break;
    }
    return referredValue(cursor, type, cursor.refer(at, "a field"), depth);
}

const EnumValue *Reader::unionMember(const Cursor &cursor, const Field &field, qint64 typeAt) const
{
    cursor.need(typeAt, 1, 1, "the type of a union");
    const Enum &unionType = m_model.enums[size_t(field.type.enumeration)];
    const auto number = cursor.get<quint8>(typeAt);
    const EnumValue *member = unionType.find(number);
    if (!member)
        cursor.fail(typeAt,
                    QStringLiteral("the union %1 has no member %2 (field %3)")
                        .arg(unionType.name)
                        .arg(number)
                        .arg(field.name));
    return member;
}

// A type that nobody knows is damage, even where it has no value.
void Reader::checkType(const Cursor &cursor, const Object &object, const Field &field,
                       const TablePlace &place) const
{
    if (const qint64 typeAt = cursor.field(place, object.fields[size_t(field.typeField)].id))
        unionMember(cursor, field, typeAt);
}

// A table or a text, or a struct that stands behind an offset, as the members of unions do.
Value Reader::referredValue(const Cursor &cursor, const Type &type, qint64 target, int depth)
{
    if (type.base == Base::String)
        return textValue(cursor, target);
    const Object &object = m_model.objects[size_t(type.object)];
    if (!object.isStruct)
        return tableValue(cursor, object, cursor.table(target), depth + 1);
    cursor.need(target, object.size, object.alignment, "a struct");
    charge(cursor, target, NodeCost);
    return structValue(cursor, object, target);
}

Value Reader::textValue(const Cursor &cursor, qint64 offset)
{
    const QByteArrayView bytes = cursor.string(offset);
    charge(cursor, offset, NodeCost + bytes.size());
    if (!isWanted())
        return {};
    auto text = textFromUtf8(bytes);
    return placed(text ? Value::text(*std::move(text)) : Value::bytes(bytes.toByteArray()), cursor,
                  offset + 4, bytes.size());
}

Value Reader::vectorValue(const Cursor &cursor, const Type &item, qint64 at, int depth)
{
    const qint64 offset = cursor.refer(at, "a vector");
    const Object *object = item.base == Base::Object ? &m_model.objects[size_t(item.object)] : nullptr;
    const bool isStructs = object && object->isStruct;
    const qint64 size = isStructs ? object->size : sizeOf(item.base);
    const VectorPlace vector = cursor.vector(offset, size);
    charge(cursor, offset, NodeCost);
    if (!isWanted() && isScalar(item.base)) {
        charge(cursor, offset, NodeCost * vector.count);
        return {};
    }
    ValueList items;
    if (isWanted())
        items.reserve(size_t(vector.count));
    for (qint64 i = 0; i < vector.count; ++i) {
        const qint64 place = vector.offset + i * size;
        Value element;
        if (isStructs)
            element = structValue(cursor, *object, place);
        else if (isScalar(item.base))
            element = scalarAt(cursor, item, place);
        else
            element = referredValue(cursor, item, cursor.refer(place, "an element of a vector"), depth);
        if (isWanted())
            items.push_back(std::move(element));
    }
    if (!isWanted())
        return {};
    return placed(Value::array(std::move(items)), cursor, offset, 4 + vector.count * size);
}

Value Reader::bytesValue(const Cursor &cursor, const Field &field, qint64 at, int depth)
{
    const qint64 offset = cursor.refer(at, "a vector");
    const VectorPlace vector = cursor.vector(offset, 1);
    charge(cursor, offset, NodeCost + vector.count);
    if (!isWanted() && field.nestedRoot < 0)
        return {};
    const QByteArrayView bytes = cursor.bytes().sliced(vector.offset, vector.count);
    Value value = placed(Value::bytes(bytes.toByteArray()), cursor, vector.offset, vector.count)
                      .withStyle({FlatStyle | FlatByteVector, {}});
    return field.nestedRoot >= 0 && vector.count > 0 ? nestedValue(cursor, field, value, depth) : value;
}

// What is wrong within the buffer inside does not hide the one around it, unless that is in its size: they
// have one budget.
Value Reader::nestedValue(const Cursor &cursor, const Field &field, const Value &bytes, int depth)
{
    const Value::Source source = bytes.source();
    const Cursor inner(cursor.bytes().sliced(source.offset - cursor.base(), source.length), source.offset);
    try {
        return tableValue(inner, m_model.objects[size_t(field.nestedRoot)], inner.root(), depth + 1,
                          bytes.toBytes());
    } catch (const Flaw &flaw) {
        if (m_budget < 0)
            throw;
        return bytes.withStyle(damagedStyle(flaw, source.offset));
    }
}

Value Reader::unionVector(const Cursor &cursor, const Object &object, const Field &field,
                          const TablePlace &place, qint64 at, int depth)
{
    const qint64 offset = cursor.refer(at, "a vector of unions");
    const VectorPlace vector = cursor.vector(offset, 4);
    charge(cursor, offset, NodeCost + 4 * vector.count);
    const qint64 typesAt = cursor.field(place, object.fields[size_t(field.typeField)].id);
    const VectorPlace types =
        typesAt ? cursor.vector(cursor.refer(typesAt, "the types of a vector of unions"), 1) : VectorPlace();
    if (types.count != vector.count)
        cursor.fail(offset,
                    QStringLiteral("%1 has %2 elements, but %3 types")
                        .arg(field.name)
                        .arg(vector.count)
                        .arg(types.count));
    ValueList items;
    if (isWanted())
        items.reserve(size_t(vector.count));
    for (qint64 i = 0; i < vector.count; ++i) {
        const EnumValue *member = unionMember(cursor, field, types.offset + i);
        const qint64 element = vector.offset + 4 * i;
        if (member->type.base != Base::None) {
            const qint64 target = cursor.refer(element, "an element of a vector of unions");
            Value item = referredValue(cursor, member->type, target, depth);
            if (isWanted())
                items.push_back(std::move(item));
            continue;
        }
        if (cursor.get<quint32>(element) != 0)
            cursor.fail(element, QStringLiteral("an element of %1 has a value, but no type").arg(field.name));
        if (isWanted())
            items.emplace_back();
    }
    if (!isWanted())
        return {};
    return placed(Value::array(std::move(items)), cursor, offset, 4 + 4 * vector.count);
}

Value Reader::structValue(const Cursor &cursor, const Object &object, qint64 at)
{
    MemberList members;
    if (isWanted())
        members.reserve(object.fields.size());
    for (const Field &field : object.fields) {
        const Within within(this, field);
        const qint64 place = at + field.offset;
        Value value;
        if (isScalar(field.type.base))
            value = scalarAt(cursor, field.type, place);
        else if (field.type.base == Base::Array)
            value = arrayValue(cursor, field.type, place);
        else
            value = structValue(cursor, m_model.objects[size_t(field.type.object)], place);
        if (isWanted())
            members.push_back({field.key, std::move(value)});
    }
    if (!isWanted())
        return {};
    return placed(Value::map(std::move(members)), cursor, at, object.size)
        .withStyle({FlatStyle | FlatStruct, object.utf8Name});
}

Value Reader::arrayValue(const Cursor &cursor, const Type &type, qint64 at)
{
    const Object *object = type.element == Base::Object ? &m_model.objects[size_t(type.object)] : nullptr;
    const qint64 size = object ? object->size : sizeOf(type.element);
    ValueList items;
    if (isWanted())
        items.reserve(size_t(type.length));
    for (int i = 0; i < type.length; ++i) {
        Value element = object ? structValue(cursor, *object, at + i * size)
                               : scalarAt(cursor, type.item(), at + i * size);
        if (isWanted())
            items.push_back(std::move(element));
    }
    if (!isWanted())
        return {};
    return placed(Value::array(std::move(items)), cursor, at, size * type.length);
}

Value Reader::scalarAt(const Cursor &cursor, const Type &type, qint64 at)
{
    charge(cursor, at, NodeCost);
    if (!isWanted())
        return {};
    const int size = sizeOf(type.base);
    Value value = scalarValue(m_model, type, cursor.bits(at, size));
    // What a NaN carries would be lost in the number.
    if (value.kind() == Value::Kind::Float && std::isnan(value.toDouble()))
        value = std::move(value).withStyle(
            {FlatStyle | FlatNotANumber, cursor.bytes().sliced(at, size).toByteArray()});
    return placed(std::move(value), cursor, at, size);
}

} // namespace slotscope::core::flat
