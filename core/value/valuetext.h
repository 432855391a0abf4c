// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values as one line of text for people (cells, tooltips, lists), and back from what people type into a cell.
#pragma once

#include "core/base/expected.h"
#include "core/value/value.h"

namespace slotscope::core {

/// One line, at most about `limit` characters, control characters made visible: text as it is, bytes as hex,
/// lists and maps in short form (`[admin, ops, … 5]`, `{year: 2000, … 3}`), timestamps as ISO 8601 UTC, null
/// as an empty text.
QString displayText(const Value &value, int limit = 200);

/// What an editor shows to be changed: whole, never cut. Containers, tags and opaque values give their
/// notation.
QString editText(const Value &value);

/// Reads what was typed for a node that was `before`, keeping its kind: a number stays a number, a UUID a
/// UUID, bytes are hex. An integer field takes an integer only; text takes anything; a container or tag takes
/// notation. Null becomes a bool, number or null if the text is one, else text. The error is in plain words
/// ("not a whole number: 12a").
Expected<Value, QString> parseLike(const Value &before, const QString &text);

} // namespace slotscope::core
