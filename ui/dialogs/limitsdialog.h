// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/commitplan.h"

#include <QDialog>

class QSpinBox;

namespace slotscope::ui {

/// What the server takes in one transaction, as its operator has told it by options of etcd's.
class LimitsDialog : public QDialog
{
    Q_OBJECT
public:
    explicit LimitsDialog(const core::TxnLimits &limits, QWidget *parent = nullptr);

    core::TxnLimits limits() const;
    QSpinBox *operations() const { return m_operations; }
    QSpinBox *kibibytes() const { return m_kibibytes; }

private:
    void showLimits(const core::TxnLimits &limits);

    core::TxnLimits m_shown;
    QSpinBox *m_operations;
    QSpinBox *m_kibibytes;
};

} // namespace slotscope::ui
