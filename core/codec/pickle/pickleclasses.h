// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to pickleknown.cpp: the classes that it knows, each with a function that reads its calls and one
// that changes such a call so that it gives another value of the class.
#pragma once

#include "core/codec/pickle/pickleknown.h"

#include <QByteArray>

namespace slotscope::core::pickle {

using Outcome = std::optional<Value>;
using Remade = std::optional<KnownCall>;

inline constexpr quint64 DateTimeTag = 0;
inline constexpr quint64 FractionTag = 30;
inline constexpr quint64 DateTag = 1004;

inline bool isKind(const KnownCall &call, size_t argument, Value::Kind kind)
{
    return argument < call.arguments.size() && call.arguments[argument].kind() == kind;
}
inline bool hasOnlyArguments(const KnownCall &call)
{
    return !call.keywords && !call.state && call.items.empty() && call.pairs.empty();
}
inline KnownCall withArgument(KnownCall call, size_t argument, Value value)
{
    call.arguments[argument] = std::move(value);
    return call;
}

/// Whether nothing in a part that is not shown would be called when the pickle is loaded.
bool isHarmless(const Value &hidden);
/// Bytes, or the text that a str of Python 2 is read as.
std::optional<QByteArray> rawBytes(const Value &value);

// pickletimes.cpp
Outcome readDateTime(const KnownCall &call);
Remade makeDateTime(const Value &now, const KnownCall &before);
Outcome readDate(const KnownCall &call);
Remade makeDate(const Value &now, const KnownCall &before);
Outcome readTime(const KnownCall &call);
Remade makeTime(const Value &now, const KnownCall &before);
Outcome readTimeDelta(const KnownCall &call);
Remade makeTimeDelta(const Value &now, const KnownCall &before);
Outcome readTimeZone(const KnownCall &call);
Remade makeTimeZone(const Value &now, const KnownCall &before);
Outcome readZoneInfo(const KnownCall &call);
Remade makeZoneInfo(const Value &now, const KnownCall &before);

// picklenumbers.cpp
Outcome readComplex(const KnownCall &call);
Remade makeComplex(const Value &now, const KnownCall &before);
Outcome readDecimal(const KnownCall &call);
Remade makeDecimal(const Value &now, const KnownCall &before);
Outcome readFraction(const KnownCall &call);
Remade makeFraction(const Value &now, const KnownCall &before);
Outcome readUuid(const KnownCall &call);
Remade makeUuid(const Value &now, const KnownCall &before);

// picklenumpy.cpp
Outcome readNumpyScalar(const KnownCall &call);
Remade makeNumpyScalar(const Value &now, const KnownCall &before);
/// A type of another size.
Remade makeNumpyType(const Value &now, const KnownCall &before);
/// What the scalar is of, for messages: `a float16 of numpy`.
QString numpyWords(const KnownCall &call);

// pickleenums.cpp
/// Members of enums of the standard library, by their values: http.HTTPStatus(200).
Outcome readEnumMember(const KnownCall &call);
Remade makeEnumMember(const Value &now, const KnownCall &before);

// picklecollections.cpp
Outcome readSet(const KnownCall &call);
Outcome readFrozenSet(const KnownCall &call);
Remade makeSet(const Value &now, const KnownCall &before);
Outcome readDictionary(const KnownCall &call);
Remade makeDictionary(const Value &now, const KnownCall &before);
Outcome readDefaultDictionary(const KnownCall &call);
Remade makeDefaultDictionary(const Value &now, const KnownCall &before);
Outcome readDeque(const KnownCall &call);
Remade makeDeque(const Value &now, const KnownCall &before);

} // namespace slotscope::core::pickle
