// SPDX-License-Identifier: GPL-3.0-or-later
//
// Kinds of values for people, and where each may stand.
#pragma once

#include "core/pmap/slottype.h"

namespace slotscope::ui {

QString kindName(core::Value::Kind kind);
/// The kinds that a new child of a container may have, as its value type can write them; none where it takes
/// no more children.
std::vector<core::Value::Kind> kindsInside(const core::SlotCodec &codec, const core::Value &container);
/// Those that a whole value may have.
std::vector<core::Value::Kind> kindsOfWhole(const core::SlotCodec &codec);
/// A key that a map has not yet, of the kind that its others have.
core::Value freeKey(const core::Value &map);
/// A new item for a set that it has not yet; else the blank one of its kind.
core::Value freshItem(const core::Value &container, core::Value::Kind kind);

} // namespace slotscope::ui
