// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QDialog>
#include <QPointer>
#include <QTimer>

class QLabel;
class QTreeWidget;

namespace slotscope::ui {

/// What is to be said of a cluster beside its members: who is missing, whether it can write, its alarms and
/// what to do about them. Empty when all is well.
QStringList clusterProblems(const core::ClusterState &state);

/// The members of the cluster and how they are, asked for every few seconds while it is shown.
class MembersDialog : public QDialog
{
    Q_OBJECT
public:
    /// The client may go first.
    explicit MembersDialog(core::Client *client, QWidget *parent = nullptr);

    /// As it was shown last.
    const core::ClusterState &state() const { return m_state; }
    QTreeWidget *list() const { return m_list; }
    QLabel *problems() const { return m_problems; }

Q_SIGNALS:
    void refreshed();

private:
    void ask();
    void show(const core::Result<core::ClusterState> &state);
    void fillList();

    QPointer<core::Client> m_client;
    core::ClusterState m_state;
    QTimer m_next;
    QLabel *m_head;
    QTreeWidget *m_list;
    QLabel *m_problems;
};

} // namespace slotscope::ui
