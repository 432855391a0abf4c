// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the FlatBuffers codec: values of any origin (an edited tree, notation) in the shape that the
// reader gives.
#pragma once

#include "core/codec/flatbuffers/flatwriter.h"

namespace slotscope::core::flat {

enum class UnknownFields { Kept, Dropped };

/// Gives each value the form that it would be read in: fields in their order, absent ones in their place,
/// numbers in the range of their type, enum values by number or name, nested buffers with their bytes. What
/// does not fit is a Misfit with its path.
class Shaper
{
public:
    Shaper(const Model &model, UnknownFields unknownFields);

    /// `old`: what the value was made from; it tells what was changed, where two parts tell the same (a union
    /// and its type, a nested buffer and its bytes). May be the null pointer.
    Value shaped(const Value &value, int rootObject, const Value *old);
    /// Whether a table still claims to have fields that the schema does not know.
    bool hasUnknownFields() const { return m_hasUnknownFields; }

    /// The least that a table can be: what is required, empty.
    Value blankTable(int object);
    /// The least of any other type; null of a union.
    Value blank(const Type &type) { return blank(type, 0); }

private:
    [[noreturn]] void misfit(const QString &what) const;

    Value table(const Value &value, int object, const Value *old);
    void checkNames(const Value &value, const Object &object) const;
    Value member(const Value *given, const Field &field, const Value *old);
    Value structure(const Value &value, const Object &object);
    Value item(const Value &value, const Type &type, const Value *old);
    Value list(const Value &value, const Type &type, const Value *old);
    Value fixedArray(const Value &value, const Type &type);
    Value text(const Value &value) const;
    Value bytes(const Value &value, const Field &field, const Value *old);
    Value nested(const Value &value, int root, const QByteArray *before);
    Value nestedFromBytes(const QByteArray &bytes, int root) const;
    Value hexObject(const Value &value, const Field &field, const Value *old);
    void unionMembers(MemberList *members, const std::vector<const Value *> &given, const Object &object,
                      const Value *old);
    Value unionValue(const Field &field, Value *type, const Value *given, const Value *oldType,
                     const Value *oldValue);
    Value unionVector(const Field &field, Value *types, const Value *given, const Value *oldTypes,
                      const Value *oldValues);
    Value blank(const Type &type, int depth);
    Value blankTable(int object, int depth);

    const Model &m_model;
    const UnknownFields m_unknownFields;
    std::vector<PathStep> m_path;
    int m_depth = 0;
    bool m_hasUnknownFields = false;
};

/// The scalar that a number, a name, or the notation of one means; a Misfit without a path where it is none
/// of the type.
Value shapedScalar(const Model &model, const Type &type, const Value &value);

} // namespace slotscope::core::flat
