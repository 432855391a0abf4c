// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatmodel.h"

#include "core/value/recordstyle.h"

#include <flatbuffers/reflection.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace slotscope::core::flat {

namespace {

// Far beyond what people write; a schema that names the same parts over and over would fill the memory
// without.
constexpr qsizetype MostFields = 200'000;
constexpr qsizetype MostNameBytes = 8'000'000;
constexpr int MostAlignment = 256;
constexpr int LargestId = 32765; // of a field, so that the vtable's size fits into 16 bits

// Where a schema is not what the library writes; caught where the model is made and nowhere else.
struct Refusal
{
    QString what;
};

[[noreturn]] void refuse(const QString &what)
{
    throw Refusal {what};
}

QString quoted(const QString &name)
{
    return QLatin1Char('"') + name + QLatin1Char('"');
}

bool isInteger(Base base)
{
    return base >= Base::UType && base <= Base::ULong;
}

class Builder
{
public:
    Builder(const reflection::Schema &schema, const QHash<QString, quint64> &unsignedDefaults)
        : m_schema(schema)
        , m_unsignedDefaults(unsignedDefaults)
    {
    }

    Model build()
    {
        for (const reflection::Object *object : *m_schema.objects()) {
            Object &known = m_model.objects.emplace_back();
            known.name = name(object->name());
            known.utf8Name = known.name.toUtf8();
            known.isStruct = object->is_struct();
        }
        for (const reflection::Enum *enumeration : *m_schema.enums())
            m_model.enums.push_back(enumOf(*enumeration));
        for (size_t i = 0; i < m_model.objects.size(); ++i)
            readObject(*m_schema.objects()->Get(flatbuffers::uoffset_t(i)), &m_model.objects[i]);
        checkStructs();
        for (size_t i = 0; i < m_model.objects.size(); ++i) {
            const Object &object = m_model.objects[i];
            if (m_model.tables.contains(object.name))
                refuse(QStringLiteral("%1 is declared twice").arg(quoted(object.name)));
            m_model.tables.insert(object.name, int(i));
        }
        for (size_t i = 0; i < m_model.objects.size(); ++i)
            findNestedRoots(*m_schema.objects()->Get(flatbuffers::uoffset_t(i)), &m_model.objects[i]);
        for (const Object &object : m_model.objects) {
            if (object.isStruct)
                m_model.tables.remove(object.name);
            else
                m_model.tableNames += object.name;
        }
        m_model.tableNames.sort();
        if (m_schema.root_table())
            m_model.rootTable = name(m_schema.root_table()->name());
        if (!m_model.rootTable.isEmpty() && !m_model.tables.contains(m_model.rootTable))
            refuse(QStringLiteral("the root type %1 is no table of the schema").arg(m_model.rootTable));
        if (m_schema.file_ident() && m_schema.file_ident()->size() == 4)
            m_model.identifier = QByteArray(m_schema.file_ident()->c_str(), 4);
        if (m_model.identifier.contains('\0'))
            refuse(QStringLiteral("its file identifier is no text"));
        return std::move(m_model);
    }

private:
    QString name(const flatbuffers::String *text)
    {
        m_nameBytes += qsizetype(text->size());
        if (m_nameBytes > MostNameBytes)
            refuse(QStringLiteral("its names take more than %1 bytes").arg(MostNameBytes));
        return QString::fromUtf8(text->c_str(), qsizetype(text->size()));
    }

    void count()
    {
        if (++m_fields > MostFields)
            refuse(QStringLiteral("it has more than %1 fields and enum values").arg(MostFields));
    }

    Type typeOf(const reflection::Type &type, const QString &where)
    {
        const auto base = [&](reflection::BaseType number) {
            if (number < reflection::None || number > reflection::Array)
                refuse(QStringLiteral("%1 is of a type that is not known (%2)").arg(where).arg(int(number)));
            return Base(number);
        };
        Type known {base(type.base_type()), base(type.element()), -1, -1, type.fixed_length()};
        const bool listed = known.base == Base::Vector || known.base == Base::Array;
        const Base one = listed ? known.element : known.base;
        const int index = type.index();
        if (one == Base::Object) {
            if (index < 0 || size_t(index) >= m_model.objects.size())
                refuse(QStringLiteral("%1 is of a type that the schema does not have").arg(where));
            known.object = index;
        } else if (one == Base::Union || one == Base::UType || (isInteger(one) && index >= 0)) {
            if (index < 0 || index >= int(m_schema.enums()->size()))
                refuse(QStringLiteral("%1 is of an enum that the schema does not have").arg(where));
            known.enumeration = index;
        }
        return known;
    }

    Enum enumOf(const reflection::Enum &enumeration)
    {
        Enum known;
        known.name = name(enumeration.name());
        known.isUnion = enumeration.is_union();
        known.underlying = Base(enumeration.underlying_type()->base_type());
        if (!isInteger(known.underlying))
            refuse(QStringLiteral("the enum %1 is not of whole numbers").arg(known.name));
        if (enumeration.attributes()) {
            for (const reflection::KeyValue *attribute : *enumeration.attributes())
                known.isFlags = known.isFlags || attribute->key()->string_view() == "bit_flags";
        }
        for (const reflection::EnumVal *value : *enumeration.values()) {
            count();
            EnumValue &one = known.values.emplace_back();
            one.name = name(value->name());
            one.utf8Name = one.name.toUtf8();
            one.value = value->value();
            if (!known.isUnion || !value->union_type())
                continue;
            one.type = typeOf(*value->union_type(), known.name + QLatin1Char('.') + one.name);
            if (one.type.base != Base::None && one.type.base != Base::Object && one.type.base != Base::String)
                refuse(QStringLiteral("the member %1 of the union %2 is no table, struct or text")
                           .arg(one.name, known.name));
        }
        std::sort(known.values.begin(), known.values.end(),
                  [](const EnumValue &a, const EnumValue &b) { return a.value < b.value; });
        return known;
    }

    void readObject(const reflection::Object &object, Object *known)
    {
        known->alignment = object.minalign();
        known->size = object.bytesize();
        if (known->isStruct
            && (known->alignment < 1 || known->alignment > MostAlignment
                || !std::has_single_bit(unsigned(known->alignment)) || known->size < 1
                || known->size % known->alignment != 0))
            refuse(QStringLiteral("the struct %1 has no sound size").arg(known->name));
        for (const reflection::Field *field : *object.fields()) {
            count();
            known->fields.push_back(fieldOf(*field, *known));
        }
        std::sort(known->fields.begin(), known->fields.end(),
                  [](const Field &a, const Field &b) { return a.id < b.id; });
        if (!known->isStruct)
            indexFields(known);
    }

    Field fieldOf(const reflection::Field &field, const Object &object)
    {
        Field known;
        known.name = name(field.name());
        known.utf8Name = known.name.toUtf8();
        known.key = Value::text(known.name);
        known.id = field.id();
        known.offset = field.offset();
        const QString where = object.name + QLatin1Char('.') + known.name;
        known.type = typeOf(*field.type(), where);
        known.required = field.required();
        known.deprecated = field.deprecated();
        const Base base = known.type.base;
        const Base element = known.type.element;
        const bool fits = object.isStruct ? isScalar(base) || base == Base::Object
                || (base == Base::Array && known.type.length > 0
                    && (isScalar(element) || element == Base::Object))
                                          : base != Base::None && base != Base::Array
                && (base != Base::Vector || isScalar(element) || element == Base::String
                    || element == Base::Object || element == Base::Union);
        if (!fits)
            refuse(QStringLiteral("%1 is of a type that cannot stand there").arg(where));
        if (object.isStruct)
            return known;
        if (known.id > LargestId || known.offset != 4 + 2 * known.id)
            refuse(QStringLiteral("%1 does not stand where its id says").arg(where));
        known.absent = absentValue(known, field, where);
        known.absent = known.absent.withStyle(absentStyle(known.absent, field, base));
        return known;
    }

    Value absentValue(const Field &known, const reflection::Field &field, const QString &where) const
    {
        const Base base = known.type.base;
        if (!isScalar(base) || field.optional())
            return {};
        if (base == Base::Float)
            return Value::number(double(float(field.default_real())));
        if (base == Base::Double)
            return Value::number(field.default_real());
        const quint64 bits = m_unsignedDefaults.value(where, integerBits(qint64(field.default_integer())));
        return scalarValue(m_model, known.type, bits);
    }

    static Value::Style absentStyle(const Value &value, const reflection::Field &field, Base base)
    {
        Value::Style style = value.style();
        style.flags |= AbsentField;
        if (isScalar(base) && field.optional())
            style.flags |= FlatStyle | FlatOptional;
        return style;
    }

    void indexFields(Object *object)
    {
        object->byId.assign(object->fields.empty() ? 0 : size_t(object->fields.back().id) + 1, -1);
        QHash<QString, int> names;
        for (size_t i = 0; i < object->fields.size(); ++i) {
            const Field &field = object->fields[i];
            const QString where = object->name + QLatin1Char('.') + field.name;
            int &place = object->byId[size_t(field.id)];
            if (place >= 0 || names.contains(field.name))
                refuse(QStringLiteral("%1 is declared twice").arg(where));
            names.insert(field.name, int(i));
            place = int(i);
        }
        for (Field &field : object->fields) {
            const bool inVector = field.type.base == Base::Vector;
            if ((inVector ? field.type.element : field.type.base) != Base::Union)
                continue;
            const int at = field.id > 0 ? object->byId[size_t(field.id) - 1] : -1;
            const Type *types = at >= 0 ? &object->fields[size_t(at)].type : nullptr;
            if (!types || (inVector ? types->element : types->base) != Base::UType
                || (inVector && types->base != Base::Vector) || types->enumeration != field.type.enumeration
                || !m_model.enums[size_t(field.type.enumeration)].isUnion)
                refuse(QStringLiteral("the union %1.%2 has no field that tells its type")
                           .arg(object->name, field.name));
            field.typeField = at;
        }
    }

    // Fields one behind the other and within the struct, and no struct within itself.
    void checkStructs()
    {
        std::vector<int> levels(m_model.objects.size(), -1);
        for (size_t i = 0; i < m_model.objects.size(); ++i) {
            if (m_model.objects[i].isStruct)
                levelOf(int(i), &levels, 0);
        }
    }

    void levelOf(int index, std::vector<int> *done, int depth)
    {
        Object &object = m_model.objects[size_t(index)];
        if (depth > 64)
            refuse(QStringLiteral("the struct %1 lies too deep, or within itself").arg(object.name));
        if ((*done)[size_t(index)] >= 0)
            return;
        qint64 end = 0;
        for (const Field &field : object.fields) {
            const bool listed = field.type.base == Base::Array;
            const Base one = listed ? field.type.element : field.type.base;
            qint64 size = sizeOf(one);
            if (one == Base::Object) {
                const Object &inner = m_model.objects[size_t(field.type.object)];
                if (!inner.isStruct)
                    refuse(QStringLiteral("the struct %1 holds a table").arg(object.name));
                levelOf(field.type.object, done, depth + 1);
                size = inner.size;
            }
            size *= listed ? field.type.length : 1;
            if (field.offset < end || field.offset + size > object.size)
                refuse(QStringLiteral("%1.%2 does not lie within its struct").arg(object.name, field.name));
            end = field.offset + size;
        }
        (*done)[size_t(index)] = depth;
    }

    void findNestedRoots(const reflection::Object &object, Object *known)
    {
        for (const reflection::Field *field : *object.fields()) {
            const reflection::KeyValue *attribute =
                field->attributes() ? attributeOf(*field->attributes(), "nested_flatbuffer") : nullptr;
            if (!attribute || !attribute->value() || known->isStruct)
                continue;
            Field &nested = known->fields[size_t(known->byId[size_t(field->id())])];
            if (nested.type.base != Base::Vector || nested.type.element != Base::UByte)
                continue;
            // Named from where it stands, outwards.
            const QString wanted = name(attribute->value());
            for (QString space = known->name;;) {
                const qsizetype dot = space.lastIndexOf(QLatin1Char('.'));
                space = dot < 0 ? QString() : space.left(dot);
                const QString full = space.isEmpty() ? wanted : space + QLatin1Char('.') + wanted;
                const int root = m_model.tables.value(full, -1);
                if (root >= 0 && !m_model.objects[size_t(root)].isStruct)
                    nested.nestedRoot = root;
                if (root >= 0 || space.isEmpty())
                    break;
            }
        }
    }

    static const reflection::KeyValue *
    attributeOf(const flatbuffers::Vector<flatbuffers::Offset<reflection::KeyValue>> &attributes,
                std::string_view key)
    {
        for (const reflection::KeyValue *attribute : attributes) {
            if (attribute->key()->string_view() == key)
                return attribute;
        }
        return nullptr;
    }

    const reflection::Schema &m_schema;
    const QHash<QString, quint64> &m_unsignedDefaults;
    Model m_model;
    qsizetype m_fields = 0;
    qsizetype m_nameBytes = 0;
};

// `Fragile|Cold|1024`.
QByteArray flagNames(const Enum &flags, quint64 bits)
{
    QByteArrayList names;
    quint64 rest = bits;
    for (const EnumValue &flag : flags.values) {
        const auto bit = quint64(flag.value);
        if (bit == 0 || (bits & bit) != bit)
            continue;
        names += flag.utf8Name;
        rest &= ~bit;
    }
    if (rest != 0)
        names += QByteArray::number(rest);
    return names.join('|');
}

} // namespace

int sizeOf(Base base)
{
    switch (base) {
    case Base::None:
        return 0;
    case Base::UType:
    case Base::Bool:
    case Base::Byte:
    case Base::UByte:
        return 1;
    case Base::Short:
    case Base::UShort:
        return 2;
    case Base::Long:
    case Base::ULong:
    case Base::Double:
        return 8;
    default:
        return 4;
    }
}

const EnumValue *Enum::find(qint64 value) const
{
    const auto at = std::lower_bound(values.begin(), values.end(), value,
                                     [](const EnumValue &one, qint64 wanted) { return one.value < wanted; });
    return at != values.end() && at->value == value ? &*at : nullptr;
}

quint64 integerBits(qint64 number)
{
    return quint64(number);
}

Value scalarValue(const Model &model, const Type &type, quint64 bits)
{
    const auto whole = [&] {
        switch (type.base) {
        case Base::Byte:
            return Value::integer(qint8(bits));
        case Base::Short:
            return Value::integer(qint16(bits));
        case Base::Int:
            return Value::integer(qint32(bits));
        case Base::Long:
            return Value::integer(qint64(bits));
        case Base::UShort:
            return Value::integer(quint16(bits));
        case Base::UInt:
            return Value::integer(quint32(bits));
        case Base::ULong:
            return Value::unsignedInteger(bits);
        default:
            return Value::integer(quint8(bits));
        }
    };
    switch (type.base) {
    case Base::Bool:
        // What is neither 0 nor 1 is true for every reader, but not the same byte.
        return (bits & 0xff) < 2 ? Value::boolean((bits & 0xff) != 0) : Value::integer(quint8(bits));
    case Base::Float: {
        const auto low = quint32(bits);
        float number = 0;
        std::memcpy(&number, &low, sizeof number);
        return Value::number(double(number));
    }
    case Base::Double: {
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        return Value::number(number);
    }
    default:
        break;
    }
    const Value number = whole();
    if (type.enumeration < 0)
        return number;
    const Enum &enumeration = model.enums[size_t(type.enumeration)];
    if (enumeration.isFlags) {
        const int size = sizeOf(type.base);
        const quint64 mask = size == 8 ? ~quint64(0) : (quint64(1) << (8 * size)) - 1;
        return number.withStyle({FlatStyle | FlatFlags, flagNames(enumeration, bits & mask)});
    }
    const qint64 signedNumber = number.toInt64().value_or(qint64(bits));
    const EnumValue *value = enumeration.find(signedNumber);
    return number.withStyle({FlatStyle | FlatEnum, value ? value->utf8Name : QByteArray()});
}

Expected<Model, QString> modelFrom(const reflection::Schema &schema,
                                   const QHash<QString, quint64> &unsignedDefaults)
{
    try {
        return Builder(schema, unsignedDefaults).build();
    } catch (const Refusal &refusal) {
        return Unexpected {refusal.what};
    }
}

} // namespace slotscope::core::flat
