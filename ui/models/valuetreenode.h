// SPDX-License-Identifier: GPL-3.0-or-later
//
// Private to ValueTreeModel.
#pragma once

#include "core/value/valueedit.h"
#include "ui/models/valuetreemodel.h"

namespace slotscope::ui {

struct ValueTreeModel::Node
{
    Node *parent = nullptr;
    int row = 0;
    core::Value value;
    std::optional<core::Value> inside; // a list of one: what the bytes of a tag's content are
    std::vector<std::unique_ptr<Node>> children; // null pointers until somebody looks
};

/// What bytes say in the tag around them, as a list of one: embedded CBOR, or an array of numbers.
std::optional<core::Value> insideOf(const core::Value &tag);

inline core::Value childValue(const core::Value &parent, size_t row)
{
    if (row < parent.members().size())
        return parent.members()[row].value;
    return row < parent.items().size() ? parent.items()[row] : core::Value();
}

} // namespace slotscope::ui
