// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is to become of records that name another one by its key, when that key changes.
#pragma once

#include "core/base/expected.h"
#include "core/pmap/keytype.h"
#include "core/value/valuepath.h"

namespace slotscope::core {

/// A key as a field writes it that wrote another one: UUIDs as text with or without dashes, bytes in hex,
/// times as nanoseconds, each as it was.
Expected<Value, QString> writtenLike(const Value &before, KeyComponent component, const Value &key);

/// The record with the node at the path naming `to` instead of `from`: a field, or the key of a map's member.
/// The error is in plain words, also where the node names something else by now.
Expected<Value, QString> withReference(const Value &record, const ValuePath &path, KeyComponent component,
                                       const Value &from, const Value &to);

} // namespace slotscope::core
