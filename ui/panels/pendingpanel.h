// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/slotdirectory.h"
#include "ui/models/pendingmodel.h"

#include <QSet>
#include <QWidget>

class QLabel;
class QMenu;
class QPushButton;
class QTreeView;

namespace slotscope::ui {

/// The staged changes of the edit session: what each is, and how to take it back, settle its conflict, or
/// commit them all.
class PendingPanel : public QWidget
{
    Q_OBJECT
public:
    explicit PendingPanel(QWidget *parent = nullptr);

    /// Follows both from now on; null pointers: nothing is connected.
    void follow(core::EditSession *session, core::SlotDirectory *directory);
    /// The same with other words for keys. Null pointer: none.
    void setSession(core::EditSession *session, KeyResolver resolver);
    /// Names or types of slots have changed.
    void refresh() { m_model->refresh(); }

    PendingModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }
    QPushButton *commitButton() const { return m_commit; }
    QPushButton *revertButton() const { return m_revert; }
    QPushButton *discardButton() const { return m_discard; }
    QPushButton *keepMineButton() const { return m_keepMine; }
    QPushButton *takeTheirsButton() const { return m_takeTheirs; }

Q_SIGNALS:
    /// The record behind a change is to be shown.
    void showRequested(const QByteArray &key);
    /// Everything staged is to be committed; whoever listens does it.
    void commitRequested();
    /// Entries of this index are to follow staged records from now on, or not any more.
    void maintenanceRequested(slotscope::core::Slot index, bool maintained);

private:
    /// Of the only row also when it is not selected.
    std::vector<QByteArray> selectedKeys(bool conflictsOnly = false) const;
    void resolve(bool (core::EditSession::*how)(const QByteArray &, const QString &), const QString &name);
    void showContextMenu(const QPoint &position);
    void takeChanges();
    void takeDerived();
    void addIndexActions(QMenu *menu, const QModelIndex &line);
    void updateActions();

    QPointer<core::EditSession> m_session;
    QPointer<core::SlotDirectory> m_directory;
    PendingModel *m_model;
    QTreeView *m_view;
    QLabel *m_hint;
    QPushButton *m_keepMine;
    QPushButton *m_takeTheirs;
    QPushButton *m_revert;
    QPushButton *m_discard;
    QPushButton *m_commit;
    QSet<QByteArray> m_opened; // changes whose line was opened, to show what follows from them
};

} // namespace slotscope::ui
