// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

namespace slotscope::ui {

/// What a member is called: its name, else its id.
QString memberName(const core::ClusterMember &member);

/// Where a connection leads to, for messages: its endpoint, and how many more there are.
QString endpointsText(const core::ConnectionOptions &options);

/// Which member of its cluster serves a connection, and which are away, so that people are told by name.
/// Tells of alarms as well. Asks whenever the connection comes online, and now and then afterwards.
class MemberNews : public QObject
{
    Q_OBJECT
public:
    explicit MemberNews(QObject *parent = nullptr);

    /// Follows the connection while it lives; null pointer: none.
    void follow(core::Connection *connection);

    /// The member that serves, or has served last: `m1 (10.0.0.1:2379)`. Empty: there is one only, or nothing
    /// is known yet.
    const QString &serving() const { return m_serving; }
    /// Those that do not answer, by name.
    const QStringList &away() const { return m_away; }
    /// Whether the cluster has answered yet.
    bool isKnown() const { return m_clusterId != 0; }
    /// What alarms there are: NOSPACE, CORRUPT.
    const QStringList &alarms() const { return m_alarms; }

Q_SIGNALS:
    void changed();
    /// Another member serves than before, in a sentence.
    void moved(const QString &text);

private:
    void ask();
    void take(const core::ClusterState &state);

    QPointer<core::Connection> m_connection;
    bool m_online = false;
    quint64 m_clusterId = 0;
    quint64 m_servingId = 0;
    QString m_serving;
    QStringList m_away;
    QStringList m_alarms;
    QTimer m_again;
};

} // namespace slotscope::ui
