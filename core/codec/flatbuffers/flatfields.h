// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a schema says of the places of a value, for those who offer edits.
#pragma once

#include "core/codec/flatbuffers/flatbufferstype.h"
#include "core/value/valuepath.h"

#include <QStringList>

#include <optional>

namespace slotscope::core {

/// A place in a FlatBuffers value: a field of a table or struct, or an item of a list.
struct FlatPlace
{
    QStringList names; ///< of the values of its enum
    bool isTableField = false; ///< that may be absent, unless it is required
    bool isRequired = false;
    std::optional<Value> blank; ///< what may be stored there to begin with; nothing for unions
    std::optional<Value> item; ///< what may be added inside of a list
};

/// Nothing where the schema is not known, or says nothing of the place.
std::optional<FlatPlace> flatPlace(const FlatBuffersType &type, const Value &root, const ValuePath &path);

} // namespace slotscope::core
