// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: what the calls of well-known library types mean, and which calls make them.
#pragma once

#include "core/value/value.h"

namespace slotscope::core::pickle {

/// A call that was not made, its parts as values.
struct KnownCall
{
    QString name; ///< with the module's Python 3 name in front
    ValueList arguments {};
    bool keywords = false;
    std::optional<Value> state {};
    ValueList items {};
    MemberList pairs {};
};

/// Its result, where that can be told without making it.
std::optional<Value> meaningOf(const KnownCall &call);
/// The call that gives `now` in place of what `before` gives, of the same class. Nothing where there is none.
std::optional<KnownCall> callMaking(const Value &now, const KnownCall &before);
/// Whether newCall(), or the writer's own way, makes an object of the class that this call is of.
bool isUsualCall(const KnownCall &call);
/// The class that this call is of, for messages.
QString wordsFor(const KnownCall &call);
/// The call that Python's own pickler writes for a value that is of no builtin type. With a state, the object
/// is made without arguments. Nothing where there is no such class.
std::optional<KnownCall> newCall(const Value &value);

/// A value that has no kind of its own, as an opaque one without a name: `{"timedelta": …}`.
Value unnamed(const QString &what, Value content);
/// The content of such a value; null pointer if it is another.
const Value *unnamedContent(const Value &value, QLatin1String what);

} // namespace slotscope::core::pickle
