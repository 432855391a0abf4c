// SPDX-License-Identifier: GPL-3.0-or-later
//
// Edits of one field of a FlatBuffer, as the interop test tries them.
#pragma once

#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/slottype.h"
#include "core/value/valuepath.h"

#include <vector>

namespace slotscope::test {

/// One edit, as an editor makes it.
struct FlatEdit
{
    enum class Kind { Set, SetAbsent, Remove, AddItem, RemoveItem, MoveItem };
    Kind kind = Kind::Set;
    core::ValuePath path; ///< the field, or the item; of AddItem and the other two the list
    core::ValuePath twin {}; ///< of a union its type, of the type the union: it may follow. Else empty
    std::optional<core::Value> value; ///< what is to stand at the path; nothing: the field is to be absent
    core::Value result; ///< the tree to be written

    QString text() const; ///< for messages
};

/// Edits at every depth, with more than any field takes: a field that is absent is set to a value of every
/// kind, an enum to all names that the schema has for any. The codec refuses what does not fit.
std::vector<FlatEdit> flatEditsOf(const core::Value &root, const core::FlatSchema &schema);

/// The line for tests/interop/check_edits.py, without its line break.
QByteArray flatInteropLine(const core::SlotCodec &codec, const QByteArray &before,
                           const core::Value &valueBefore, const QByteArray &after,
                           const core::Value &valueAfter);

/// What is wrong with `after`, which is `before` after the edit: that the value is not there, or that
/// anything else has changed. Empty when nothing is.
QString faultOf(const FlatEdit &edit, const core::Value &before, const core::Value &after);

} // namespace slotscope::test
