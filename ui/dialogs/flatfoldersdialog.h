// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/slotdirectory.h"
#include "ui/prompts.h"

#include <QDialog>

class QLabel;
class QListWidget;
class QPushButton;

namespace slotscope::ui {

/// The folders of FlatBuffers schemas of a connection, and what was found in them. Takes effect at once.
class FlatFoldersDialog : public QDialog
{
    Q_OBJECT
public:
    /// Both are to outlive the dialog.
    FlatFoldersDialog(core::SlotDirectory *directory, Prompts *prompts, QWidget *parent = nullptr);

    QPushButton *addButton() const { return m_add; }
    QListWidget *list() const { return m_list; }
    QLabel *found() const { return m_found; }

private:
    void add();
    void removeCurrent();
    void refresh();

    core::SlotDirectory *m_directory;
    Prompts *m_prompts;
    QListWidget *m_list;
    QLabel *m_found;
    QPushButton *m_add;
    QPushButton *m_remove;
    QPushButton *m_again;
};

} // namespace slotscope::ui
