// SPDX-License-Identifier: GPL-3.0-or-later
//
// Private to SlotTreeModel.
#pragma once

#include "ui/models/slottreemodel.h"

#include <QIcon>

namespace slotscope::ui {

struct SlotTreeModel::Node
{
    Kind kind = Kind::Group;
    Node *parent = nullptr;
    Group group = Group::Tables;
    core::Slot slot;
    /// Siblings are in its order. Slots: the folded title and the number; folders: the prefix; keys: the key.
    QByteArray order;
    qint64 count = 0; ///< records, keys below, or slots of a group
    std::vector<std::unique_ptr<Node>> children;

    int row() const;
    size_t lowerBound(const QByteArray &childOrder) const;
};

/// In which group a slot is shown, and where in it.
std::pair<SlotTreeModel::Group, QByteArray> placeOf(const core::SlotInfo &info);
QString groupName(SlotTreeModel::Group group);
QString slotToolTip(const core::SlotInfo &info);
QString slotFilterText(const QString &name, const core::SlotInfo &info);
/// Text where the bytes are printable UTF-8, else hex.
QString plainKeyText(const QByteArray &bytes);

} // namespace slotscope::ui
