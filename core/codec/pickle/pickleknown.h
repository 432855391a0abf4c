// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: what the calls of well-known library types mean.
#pragma once

#include "core/value/value.h"

namespace slotscope::core::pickle {

/// A call that was not made, its parts as values.
struct KnownCall
{
    QString name; ///< with the module's Python 3 name in front
    ValueList arguments;
    bool keywords = false;
    std::optional<Value> state;
    ValueList items;
    MemberList pairs;
};

/// Its result, where that can be told without making it.
std::optional<Value> meaningOf(const KnownCall &call);

/// A value that has no kind of its own, as an opaque one without a name: `{"timedelta": …}`.
Value unnamed(const QString &what, Value content);
/// The content of such a value; null pointer if it is another.
const Value *unnamedContent(const Value &value, QLatin1String what);

} // namespace slotscope::core::pickle
