// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatwriter.h"

#include "core/codec/flatbuffers/flatreader.h"
#include "core/value/recordstyle.h"

#include <flatbuffers/flatbuffers.h>

#include <cmath>
#include <cstring>

namespace slotscope::core::flat {

namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::uoffset_t;
using flatbuffers::voffset_t;
using Offset = flatbuffers::Offset<void>;

// The builder ends the program at 2 GiB; etcd takes no more than a few megabytes anyway.
constexpr qsizetype MostBytes = qsizetype(1) << 30;

class Builder
{
public:
    explicit Builder(const Model &model)
        : m_model(model)
    {
        m_builder.ForceDefaults(true); // a stored default is not an absent field
        for (const Object &object : model.objects)
            m_largestAlignment = std::max(m_largestAlignment, std::min(object.alignment, 16));
    }

    QByteArray build(const Value &value, int rootObject, const QByteArray &identifier)
    {
        const Offset root = table(value, m_model.objects[size_t(rootObject)]);
        m_builder.Finish(root, identifier.size() == 4 ? identifier.constData() : nullptr);
        return QByteArray(reinterpret_cast<const char *>(m_builder.GetBufferPointer()),
                          qsizetype(m_builder.GetSize()));
    }

private:
    void makeRoomFor(qsizetype bytes) const
    {
        if (bytes > MostBytes - qsizetype(m_builder.GetSize()))
            throw Misfit {{}, QStringLiteral("the buffer would be larger than a gigabyte")};
    }

    const Object &objectOf(const Type &type) const { return m_model.objects[size_t(type.object)]; }
    bool isStruct(const Type &type) const { return type.base == Base::Object && objectOf(type).isStruct; }

    // All that a table refers to stands before it. Then the largest fields first, from the last to the first,
    // as the library's compiler does: buffers grow backwards.
    Offset table(const Value &value, const Object &object)
    {
        const MemberList &members = value.members();
        std::vector<const Value *> values(object.fields.size(), nullptr);
        std::vector<Offset> parts(object.fields.size());
        size_t next = 0;
        for (size_t i = 0; i < object.fields.size(); ++i) {
            const Field &field = object.fields[i];
            if (next >= members.size() || !(members[next].key == field.key))
                continue; // a deprecated field that is absent
            const Value &member = members[next++].value;
            if (isAbsent(member))
                continue;
            values[i] = &member;
            if (!isScalar(field.type.base) && !isStruct(field.type))
                parts[i] = part(member, field, values);
        }
        checkSize(object, values);
        const uoffset_t start = m_builder.StartTable();
        for (int size = 8; size > 0; size /= 2) {
            for (size_t i = object.fields.size(); i-- > 0;) {
                const Field &field = object.fields[i];
                if (!values[i] || sizeOf(field.type.base) != size)
                    continue;
                const auto slot = voffset_t(field.offset);
                if (isScalar(field.type.base))
                    addScalar(slot, field.type, *values[i]);
                else if (isStruct(field.type))
                    m_builder.AddStructOffset(slot, pushStruct(*values[i], objectOf(field.type)));
                else
                    m_builder.AddOffset(slot, parts[i]);
            }
        }
        return Offset(m_builder.EndTable(start));
    }

    // A vtable counts in 16 bits; the builder ends the program where they do not do.
    void checkSize(const Object &object, const std::vector<const Value *> &values) const
    {
        qint64 size = 8;
        for (size_t i = 0; i < values.size(); ++i) {
            const Type &type = object.fields[i].type;
            if (values[i])
                size +=
                    isStruct(type) ? objectOf(type).size + objectOf(type).alignment : 2 * sizeOf(type.base);
        }
        if (size > 0xffff)
            throw Misfit {
                {}, QStringLiteral("the fields of %1 take more than a table can hold").arg(object.name)};
    }

    Offset part(const Value &value, const Field &field, const std::vector<const Value *> &values)
    {
        switch (field.type.base) {
        case Base::Vector:
            if (field.type.element == Base::Union)
                return unionVector(value, field, values);
            if (field.type.element == Base::UByte && field.type.enumeration < 0)
                return bytes(value, field);
            return vector(value, field.type.item());
        case Base::Union:
            return unionPart(value, field, valueOf(values[size_t(field.typeField)]));
        default:
            return referred(value, field.type);
        }
    }

    static qint64 valueOf(const Value *number) { return number ? number->toInt64().value_or(0) : 0; }

    Offset unionPart(const Value &value, const Field &field, qint64 number)
    {
        const EnumValue *member = m_model.enums[size_t(field.type.enumeration)].find(number);
        return !member || member->type.base == Base::None ? Offset() : referred(value, member->type);
    }

    Offset referred(const Value &value, const Type &type)
    {
        if (type.base == Base::String) {
            const QByteArray text =
                value.kind() == Value::Kind::Bytes ? value.toBytes() : value.toText().toUtf8();
            makeRoomFor(text.size());
            return m_builder.CreateString(text.constData(), size_t(text.size())).Union();
        }
        const Object &object = objectOf(type);
        if (!object.isStruct)
            return table(value, object);
        return Offset(pushStruct(value, object));
    }

    Offset bytes(const Value &value, const Field &field)
    {
        // A nested buffer may be read where it stands, so it is aligned like a buffer of its own.
        const FlatTableStyle style = flatKind(value) == FlatTable
            ? FlatTableStyle::unpacked(value.style().spelling)
            : FlatTableStyle();
        const QByteArray content = style.nestedBytes ? *style.nestedBytes : value.toBytes();
        makeRoomFor(content.size());
        if (field.nestedRoot >= 0)
            m_builder.ForceVectorAlignment(size_t(content.size()), 1, size_t(m_largestAlignment));
        return m_builder
            .CreateVector(reinterpret_cast<const uint8_t *>(content.constData()), size_t(content.size()))
            .Union();
    }

    Offset vector(const Value &value, const Type &item)
    {
        const ValueList &items = value.items();
        const bool structs = isStruct(item);
        if (!structs && !isScalar(item.base)) {
            std::vector<Offset> offsets;
            offsets.reserve(items.size());
            for (const Value &one : items)
                offsets.push_back(referred(one, item));
            return offsetVector(offsets);
        }
        const size_t size = structs ? size_t(objectOf(item).size) : size_t(sizeOf(item.base));
        const size_t alignment = structs ? size_t(objectOf(item).alignment) : size;
        makeRoomFor(qsizetype(items.size()) * qsizetype(size));
        QByteArray raw(qsizetype(items.size() * size), '\0');
        for (size_t i = 0; i < items.size(); ++i)
            fill(items[i], item, raw.data() + i * size);
        m_builder.StartVector(items.size() * size / alignment, alignment);
        pushBytes(raw);
        return Offset(m_builder.EndVector(items.size()));
    }

    Offset unionVector(const Value &value, const Field &field, const std::vector<const Value *> &values)
    {
        const Value *types = values[size_t(field.typeField)];
        std::vector<Offset> offsets;
        for (size_t i = 0; i < value.items().size(); ++i) {
            const bool known = types && i < types->items().size();
            offsets.push_back(
                unionPart(value.items()[i], field, valueOf(known ? &types->items()[i] : nullptr)));
        }
        return offsetVector(offsets);
    }

    Offset offsetVector(const std::vector<Offset> &offsets)
    {
        makeRoomFor(4 * qsizetype(offsets.size()));
        m_builder.StartVector(offsets.size(), sizeof(uoffset_t));
        for (size_t i = offsets.size(); i-- > 0;)
            m_builder.PushElement(offsets[i].IsNull() ? uoffset_t(0) : m_builder.ReferTo(offsets[i].o));
        return Offset(m_builder.EndVector(offsets.size()));
    }

    void addScalar(voffset_t slot, const Type &type, const Value &value)
    {
        const quint64 bits = bitsOf(type, value);
        switch (sizeOf(type.base)) {
        case 1:
            m_builder.AddElement(slot, quint8(bits));
            break;
        case 2:
            m_builder.AddElement(slot, quint16(bits));
            break;
        case 4:
            m_builder.AddElement(slot, quint32(bits));
            break;
        default:
            m_builder.AddElement(slot, bits);
        }
    }

    void pushBytes(const QByteArray &raw)
    {
        m_builder.PushBytes(reinterpret_cast<const uint8_t *>(raw.constData()), size_t(raw.size()));
    }

    uoffset_t pushStruct(const Value &value, const Object &object)
    {
        QByteArray raw(object.size, '\0');
        fillStruct(value, object, raw.data());
        m_builder.StartStruct(size_t(object.alignment));
        pushBytes(raw);
        return m_builder.EndStruct();
    }

    void fillStruct(const Value &value, const Object &object, char *to) const
    {
        for (size_t i = 0; i < object.fields.size(); ++i) {
            const Field &field = object.fields[i];
            const Value &member = value.members()[i].value;
            if (field.type.base != Base::Array) {
                fill(member, field.type, to + field.offset);
                continue;
            }
            const Type item = field.type.item();
            const int size = isStruct(item) ? objectOf(item).size : sizeOf(item.base);
            for (int n = 0; n < field.type.length; ++n)
                fill(member.items()[size_t(n)], item, to + field.offset + n * size);
        }
    }

    void fill(const Value &value, const Type &type, char *to) const
    {
        if (isStruct(type)) {
            fillStruct(value, objectOf(type), to);
            return;
        }
        const quint64 bits = bitsOf(type, value);
        std::memcpy(to, &bits, size_t(sizeOf(type.base)));
    }

    const Model &m_model;
    FlatBufferBuilder m_builder;
    int m_largestAlignment = 8; // of the scalars; the library knows no more than 16
};

// Puts what differs into the bytes that it was read from; false where that cannot be.
class Patcher
{
public:
    explicit Patcher(QByteArray *bytes)
        : m_bytes(bytes)
    {
    }

    bool patch(const Value &old, const Value &wanted)
    {
        if (old.kind() != wanted.kind() || isAbsent(old) != isAbsent(wanted))
            return false;
        switch (old.kind()) {
        case Value::Kind::Map: {
            if (old.members().size() != wanted.members().size())
                return false;
            for (size_t i = 0; i < old.members().size(); ++i) {
                if (!patch(old.members()[i].value, wanted.members()[i].value))
                    return false;
            }
            return true;
        }
        case Value::Kind::Array: {
            if (old.items().size() != wanted.items().size())
                return false;
            for (size_t i = 0; i < old.items().size(); ++i) {
                if (!patch(old.items()[i], wanted.items()[i]))
                    return false;
            }
            return true;
        }
        default:
            return identical(old, wanted) || replace(old, wanted);
        }
    }

private:
    bool replace(const Value &old, const Value &wanted)
    {
        const Value::Source source = old.source();
        if (isAbsent(old) || source.offset < 0 || source.offset + source.length > m_bytes->size())
            return false;
        QByteArray raw;
        switch (wanted.kind()) {
        case Value::Kind::Text:
            raw = wanted.toText().toUtf8();
            break;
        case Value::Kind::Bytes:
            raw = wanted.toBytes();
            break;
        case Value::Kind::Bool:
            raw = QByteArray(1, wanted.toBool() ? '\1' : '\0');
            break;
        case Value::Kind::Integer:
        case Value::Kind::Float: {
            if (source.length > 8)
                return false;
            const bool isFloat = wanted.kind() == Value::Kind::Float;
            const Base base = !isFloat ? Base::Long : source.length == 4 ? Base::Float : Base::Double;
            const quint64 bits = bitsOf({.base = base}, wanted);
            raw = QByteArray(reinterpret_cast<const char *>(&bits), qsizetype(source.length));
            break;
        }
        default:
            return false;
        }
        if (raw.size() != source.length)
            return false;
        m_bytes->replace(source.offset, raw.size(), raw);
        return true;
    }

    QByteArray *m_bytes;
};

std::optional<Value> readAgain(const Model &model, const QByteArray &bytes, int rootObject)
{
    try {
        return Reader(model, bytes).read(rootObject);
    } catch (const Flaw &) {
        return std::nullopt;
    }
}

} // namespace

bool identical(const Value &a, const Value &b)
{
    if (a.kind() != b.kind() || isAbsent(a) != isAbsent(b))
        return false;
    switch (a.kind()) {
    case Value::Kind::Map: {
        // With the bytes of a nested buffer, and the fields that the schema does not know.
        if (a.members().size() != b.members().size() || a.style().spelling != b.style().spelling)
            return false;
        for (size_t i = 0; i < a.members().size(); ++i) {
            if (!(a.members()[i].key == b.members()[i].key)
                || !identical(a.members()[i].value, b.members()[i].value))
                return false;
        }
        return true;
    }
    case Value::Kind::Array: {
        if (a.items().size() != b.items().size())
            return false;
        for (size_t i = 0; i < a.items().size(); ++i) {
            if (!identical(a.items()[i], b.items()[i]))
                return false;
        }
        return true;
    }
    case Value::Kind::Float: {
        // A NaN without bytes of its own is any.
        const QByteArray &bytesA = a.style().spelling;
        const QByteArray &bytesB = b.style().spelling;
        return a == b && (bytesA == bytesB || bytesA.isEmpty() || bytesB.isEmpty());
    }
    default:
        return a == b;
    }
}

quint64 bitsOf(const Type &type, const Value &value)
{
    quint64 bits = 0;
    if (type.base == Base::Float || type.base == Base::Double) {
        const QByteArray &spelling = value.style().spelling;
        const double number = value.toDouble();
        if (std::isnan(number) && flatKind(value) == FlatNotANumber && spelling.size() == sizeOf(type.base)) {
            std::memcpy(&bits, spelling.constData(), size_t(spelling.size()));
        } else if (type.base == Base::Float) {
            const auto single = float(number);
            std::memcpy(&bits, &single, sizeof single);
        } else {
            std::memcpy(&bits, &number, sizeof number);
        }
        return bits;
    }
    if (value.kind() == Value::Kind::Bool)
        return value.toBool() ? 1 : 0;
    if (const auto number = value.toInt64())
        return quint64(*number);
    return value.toUInt64().value_or(0);
}

QByteArray built(const Model &model, const Value &table, int rootObject, const QByteArray &identifier)
{
    QByteArray bytes = Builder(model).build(table, rootObject, identifier);
    const auto again = readAgain(model, bytes, rootObject);
    if (!again || !identical(*again, table))
        throw Misfit {{}, QStringLiteral("the value could not be read back as it is")};
    return bytes;
}

std::optional<QByteArray> patched(const Model &model, const QByteArray &before, const Value &old,
                                  const Value &wanted, int rootObject)
{
    QByteArray bytes = before;
    if (!Patcher(&bytes).patch(old, wanted))
        return std::nullopt;
    // What is stored once may be referred to from elsewhere, where it was not to change.
    const auto again = readAgain(model, bytes, rootObject);
    return again && identical(*again, wanted) ? std::optional(bytes) : std::nullopt;
}

} // namespace slotscope::core::flat
