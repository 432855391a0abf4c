// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/table/slotdirectory.h"
#include "ui/models/pendingmodel.h"

#include <QSet>
#include <QTimer>
#include <QWidget>

class QLabel;
class QMenu;
class QPushButton;
class QToolButton;
class QTreeView;

namespace slotscope::ui {

class Banner;
class ConflictSettler;
class ReviewDetail;

/// What the edit session would commit: what each change is, how to leave it out, take it back or settle its
/// conflict; how the whole stands against the server's limits, and how to commit it in parts; the bytes and
/// the exact transaction beside it on demand.
class PendingPanel : public QWidget
{
    Q_OBJECT
public:
    explicit PendingPanel(QWidget *parent = nullptr);

    /// Follows both from now on; null pointers: nothing is connected.
    void follow(core::EditSession *session, core::SlotDirectory *directory);
    /// The same with other words for keys. Null pointer: none.
    void setSession(core::EditSession *session, KeyResolver resolver);
    /// Where scripts are to go.
    void setEndpoint(const core::Endpoint &endpoint) { m_endpoint = endpoint; }
    /// Names or types of slots have changed.
    void refresh() { m_model->refresh(); }

    PendingModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }
    QPushButton *commitButton() const { return m_commit; }
    QPushButton *revertButton() const { return m_revert; }
    QPushButton *discardButton() const { return m_discard; }
    QPushButton *keepMineButton() const { return m_keepMine; }
    QPushButton *takeTheirsButton() const { return m_takeTheirs; }
    QPushButton *leaveOutButton() const { return m_leaveOutRest; }
    QPushButton *nextPartButton() const { return m_nextPart; }
    QToolButton *bytesButton() const { return m_showBytes; }
    QToolButton *transactionButton() const { return m_showTransaction; }
    QLabel *hint() const { return m_hint; }
    ReviewDetail *detail() const { return m_detail; }
    QPushButton *mergeButton() const { return m_merge; }
    /// Says which of the records that the commit depends on have changed.
    Banner *guardBanner() const { return m_guardBanner; }

Q_SIGNALS:
    /// The record behind a change is to be shown.
    void showRequested(const QByteArray &key);
    /// Everything staged is to be committed; whoever listens does it.
    void commitRequested();
    /// Entries of this index are to follow staged records from now on, or not any more.
    void maintenanceRequested(slotscope::core::Slot index, bool maintained);
    /// There is more to show than a few lines.
    void roomWanted();
    /// In words, for a status line.
    void messageRaised(const QString &text);
    /// The conflict of a change is to be settled field by field.
    void mergeRequested(const QByteArray &key);
    /// What the commit depends on has changed, and is to be looked at.
    void guardsRequested();

private:
    /// Of the only row also when it is not selected.
    std::vector<QByteArray> selectedKeys(bool conflictsOnly = false) const;
    void acceptGuards(const std::vector<QByteArray> &keys);
    void showContextMenu(const QPoint &position);
    void revertSelected();
    void buildConflicts();
    void updateConflicts(bool free);
    void takeChanges();
    void takeDerived();
    void addIndexActions(QMenu *menu, const QModelIndex &line);
    void updateActions();
    // pendingpanel_plan.cpp
    void buildDetail();
    void showDetail(int page, bool on);
    void updateDetail();
    void planSoon();
    void updatePlan();
    QString planText(const core::CommitPlan &plan) const;
    void leaveOutWhatDoesNotFit();
    void takeNextPart();
    void fitWhenDerived();

    QPointer<core::EditSession> m_session;
    QPointer<core::SlotDirectory> m_directory;
    PendingModel *m_model;
    QTreeView *m_view;
    QLabel *m_hint;
    QPushButton *m_keepMine;
    QPushButton *m_takeTheirs;
    QPushButton *m_merge;
    Banner *m_guardBanner;
    ConflictSettler *m_settler;
    QPushButton *m_revert;
    QPushButton *m_discard;
    QPushButton *m_commit;
    QPushButton *m_leaveOutRest;
    QPushButton *m_nextPart;
    QToolButton *m_showBytes;
    QToolButton *m_showTransaction;
    ReviewDetail *m_detail;
    core::Endpoint m_endpoint;
    QSet<QByteArray> m_opened; // changes whose line was opened, to show what follows from them
    QTimer m_planTimer; // many changes come at once
    bool m_fits = true; // as of the last plan
    QSet<QByteArray> m_waiting; // left out because a part was full: the next one takes them
    bool m_fitting = false; // a part was asked for, and what follows from it is still being found out
};

} // namespace slotscope::ui
