// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the FlatBuffers codec: a schema in the form that reading and writing need, with nothing left to
// be checked.
#pragma once

#include "core/codec/flatbuffers/flatschema.h"
#include "core/value/value.h"

#include <QHash>

#include <vector>

namespace reflection {
struct Schema;
}

namespace slotscope::core::flat {

/// As in reflection::BaseType.
enum class Base : quint8 {
    None,
    UType,
    Bool,
    Byte,
    UByte,
    Short,
    UShort,
    Int,
    UInt,
    Long,
    ULong,
    Float,
    Double,
    String,
    Vector,
    Object, ///< a table or a struct
    Union,
    Array,
};

inline bool isScalar(Base base)
{
    return base >= Base::UType && base <= Base::Double;
}
/// Of a scalar in bytes; of all that is referred to, that of the reference.
int sizeOf(Base base);

struct Type
{
    Base base = Base::None;
    Base element = Base::None; ///< of a Vector or an Array
    int object = -1; ///< of an Object, or of elements that are
    int enumeration = -1; ///< of a scalar, a UType or a Union, or of elements that are
    int length = 0; ///< of an Array

    /// The type of its elements.
    Type item() const { return {element, Base::None, object, enumeration, 0}; }
};

struct Field
{
    QString name;
    QByteArray utf8Name;
    Value key; ///< the name, as every record has it
    int id = 0;
    int offset = 0; ///< of a table in its vtable; of a struct in the struct
    Type type;
    bool required = false;
    bool deprecated = false;
    int nestedRoot = -1; ///< the table that a vector of bytes holds a buffer of
    int typeField = -1; ///< of a Union, or a Vector of them: which field of the table tells the types
    Value absent; ///< what a reader gets where it is not stored
};

struct Object
{
    QString name; ///< qualified
    QByteArray utf8Name;
    bool isStruct = false;
    int alignment = 1;
    int size = 0; ///< of a struct
    std::vector<Field> fields; ///< in the order of their ids
    std::vector<int> byId; ///< of a table: the field with this id, or -1
};

struct EnumValue
{
    QString name;
    QByteArray utf8Name;
    qint64 value = 0;
    Type type; ///< of a union's member; None for NONE
};

struct Enum
{
    QString name;
    Base underlying = Base::None;
    bool isUnion = false;
    bool isFlags = false;
    std::vector<EnumValue> values; ///< in ascending order

    const EnumValue *find(qint64 value) const;
};

struct Model
{
    std::vector<Object> objects;
    std::vector<Enum> enums;
    QString rootTable;
    QByteArray identifier;
    QStringList files;
    QStringList tableNames;
    QHash<QString, int> tables; ///< by qualified name
};

/// A scalar as it is shown: the integer with the name that its enum has for it.
Value scalarValue(const Model &model, const Type &type, quint64 bits);
/// A 64-bit number as the bits that a scalar of the type is stored with, in the low bytes.
quint64 integerBits(qint64 number);

/// Checks and takes over what the library's verifier has passed. `unsignedDefaults`: those of 2^63 and more,
/// by table and field, which the library loses on its way to the binary form.
Expected<Model, QString> modelFrom(const reflection::Schema &schema,
                                   const QHash<QString, quint64> &unsignedDefaults = {});

} // namespace slotscope::core::flat
