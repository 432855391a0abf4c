// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/history/compactionpreview.h"
#include "ui/models/changesummary.h"

#include <QDialog>
#include <QTimer>

class QCheckBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QTreeWidget;

namespace slotscope::core {
class Connection;
}

namespace slotscope::ui {

/// Chooses up to which revision an etcd is to be compacted, and shows what histories would be lost by that.
/// Compacts nothing by itself.
class CompactDialog : public QDialog
{
    Q_OBJECT
public:
    explicit CompactDialog(core::Connection *connection, QWidget *parent = nullptr);

    /// What was chosen; of an accepted dialog.
    core::CompactionRequest request() const;
    /// What it takes, in a few sentences; says so where that was not waited for.
    QString lossText() const;

    QLineEdit *revisionLine() const { return m_line; }
    QLabel *problemLabel() const { return m_problem; }
    QCheckBox *physicalBox() const { return m_physical; }
    QTreeWidget *losses() const { return m_losses; }
    QDialogButtonBox *buttons() const { return m_buttons; }
    core::CompactionPreview *preview() { return &m_preview; }

private:
    /// What is wrong with what was typed; empty if nothing is.
    QString problem() const;
    void lineEdited();
    void restart();
    void showLosses();

    core::Connection *m_connection;
    KeyResolver m_resolver;
    core::CompactionPreview m_preview;
    QTimer m_due; // while the revision is typed
    QLineEdit *m_line;
    QLabel *m_problem;
    QCheckBox *m_physical;
    QLabel *m_summary;
    QTreeWidget *m_losses;
    QProgressBar *m_progress;
    QDialogButtonBox *m_buttons;
};

} // namespace slotscope::ui
