// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the FlatBuffers codec: from bytes to values, by a schema.
#pragma once

#include "core/codec/flatbuffers/flatcursor.h"
#include "core/codec/flatbuffers/flatmodel.h"
#include "core/codec/scan/scan.h"

namespace slotscope::core::flat {

/// Deeper nesting of tables than this is refused.
inline constexpr int MaximumTableDepth = 128;

/// Of the bytes of a nested buffer that cannot be read, and why. `base`: what the flaw counts from.
Value::Style damagedStyle(const Flaw &flaw, qint64 base);

/// What a buffer holds. Verifies all that it reads, and reads all that the schema knows, so that a value is
/// only given when the whole buffer is sound. Time and memory are bounded in proportion to the buffer,
/// however often its parts are referred to.
class Reader
{
public:
    explicit Reader(const Model &model, QByteArrayView bytes);

    /// Throws a Flaw. `depth`: of the root, in the tables that it is nested in.
    Value read(int rootObject, int depth = 1);
    /// The same, but of tables and structs only the fields that are wanted; all else is only verified, as
    /// strictly as by read().
    Value readFields(int rootObject, const WantedField &wanted);
    /// Whether a table held fields that the schema does not know.
    bool hasUnknownFields() const { return m_unknownFields > 0; }
    int unknownFields() const { return m_unknownFields; }

private:
    class Within;
    bool isWanted() const { return m_wanted != nullptr; }
    Value tableValue(const Cursor &cursor, const Object &object, const TablePlace &place, int depth,
                     const std::optional<QByteArray> &nestedBytes = std::nullopt);
    Value fieldValue(const Cursor &cursor, const Object &object, const Field &field, const TablePlace &place,
                     qint64 at, int depth);
    Value vectorValue(const Cursor &cursor, const Type &item, qint64 at, int depth);
    Value bytesValue(const Cursor &cursor, const Field &field, qint64 at, int depth);
    Value nestedValue(const Cursor &cursor, const Field &field, const Value &bytes, int depth);
    Value unionVector(const Cursor &cursor, const Object &object, const Field &field, const TablePlace &place,
                      qint64 at, int depth);
    Value referredValue(const Cursor &cursor, const Type &type, qint64 target, int depth);
    Value textValue(const Cursor &cursor, qint64 offset);
    Value structValue(const Cursor &cursor, const Object &object, qint64 at);
    Value arrayValue(const Cursor &cursor, const Type &type, qint64 at);
    Value scalarAt(const Cursor &cursor, const Type &type, qint64 at);
    const EnumValue *unionMember(const Cursor &cursor, const Field &field, qint64 typeAt) const;
    void checkType(const Cursor &cursor, const Object &object, const Field &field,
                   const TablePlace &place) const;
    void charge(const Cursor &cursor, qint64 offset, qint64 cost);

    const Model &m_model;
    const QByteArrayView m_bytes;
    const WantedField *m_wanted; // of what is being read: null pointer: nothing
    qint64 m_budget;
    int m_unknownFields = 0;
};

} // namespace slotscope::core::flat
