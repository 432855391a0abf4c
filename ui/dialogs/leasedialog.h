// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"

#include <QDialog>

class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QRadioButton;
class QSpinBox;
class QTreeWidget;
class QTreeWidgetItem;

namespace slotscope::ui {

/// Stages the lease of some keys: none, the one they have, one that exists, a new one. To be shown with
/// open().
class LeaseDialog : public QDialog
{
    Q_OBJECT
public:
    using Keys = std::vector<std::pair<QByteArray, core::KeyState>>;
    /// Of so many leases the remaining time is shown.
    static constexpr size_t MostListed = 500;

    LeaseDialog(core::Connection *connection, Keys keys, QWidget *parent = nullptr);

    QRadioButton *button(core::LeaseChoice::Kind kind) const;
    QTreeWidget *list() const { return m_list; }
    QSpinBox *ttlBox() const { return m_ttl; }
    QComboBox *unitBox() const { return m_unit; }
    QLabel *problemLabel() const { return m_problem; }
    core::LeaseChoice choice() const;

    /// Stages the choice; says why where it cannot.
    void accept() override;

private:
    void takeList(const core::Result<std::vector<core::LeaseId>> &leases);
    void showInfo(QTreeWidgetItem *item);
    void showVisible();
    void check();

    core::Connection *m_connection;
    Keys m_keys;
    QButtonGroup *m_kinds;
    QTreeWidget *m_list;
    QSpinBox *m_ttl;
    QComboBox *m_unit;
    QLabel *m_problem;
    QPushButton *m_ok;
};

} // namespace slotscope::ui
