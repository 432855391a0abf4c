// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/valuepath.h"

namespace slotscope::ui {

/// Where something stands in a text, in bytes; offset -1: nowhere.
struct TextRange
{
    qint64 offset = -1;
    qint64 length = 0;
};

/// The notation laid out for people, UTF-8: maps with text keys as plain objects, floats as plain numbers.
/// fromNotation() reads it back to an equal value.
QByteArray prettyText(const core::Value &value);
/// Where prettyText() has a node, or the innermost one around it that can be told. It is written anew for
/// this.
TextRange prettyRange(const core::Value &root, const core::ValuePath &path);

} // namespace slotscope::ui
