// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the FlatBuffers codec: from values that have the schema's shape to bytes.
#pragma once

#include "core/codec/flatbuffers/flatmodel.h"
#include "core/value/valuepath.h"

#include <QByteArray>

namespace slotscope::core::flat {

/// A value does not fit the schema. Thrown within the codec only.
struct Misfit
{
    ValuePath path;
    QString what;
};

/// Equal in all that a buffer tells: also which fields are absent, the bytes of nested buffers and of NaNs.
bool identical(const Value &a, const Value &b);

/// The scalar as it is stored, in the low bytes.
quint64 bitsOf(const Type &type, const Value &value);

/// A new buffer from the library's builder: tables as its compiler lays them out. Four bytes of identifier,
/// or none. Throws a Misfit where it would be too large, or would not be read as what it was made from.
QByteArray built(const Model &model, const Value &table, int rootObject, const QByteArray &identifier);

/// `before`, which holds `old`, with `wanted` in it: only the bytes of scalars and of texts of the same
/// length change. Nothing where that cannot be; it was read again to be sure.
std::optional<QByteArray> patched(const Model &model, const QByteArray &before, const Value &old,
                                  const Value &wanted, int rootObject);

} // namespace slotscope::core::flat
