// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QComboBox>
#include <QPointer>
#include <QTimer>

#include <optional>

namespace slotscope::core {
class Connection;
}

namespace slotscope::ui {

/// Chooses one slot of an etcd, or all of it.
class SlotChooser : public QComboBox
{
    Q_OBJECT
public:
    explicit SlotChooser(QWidget *parent = nullptr);

    /// Begins with all of it. Null pointer: nothing is connected.
    void follow(core::Connection *connection);
    /// Nothing: all tables and keys.
    std::optional<core::Slot> slot() const;

Q_SIGNALS:
    /// The slot that was chosen is gone; all of it is chosen now.
    void slotLost();

private:
    void fill();

    QPointer<core::Connection> m_connection;
    QTimer m_delay; // slots come and go many at a time
};

} // namespace slotscope::ui
