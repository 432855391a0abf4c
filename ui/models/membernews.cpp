// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/membernews.h"

#include "core/base/log.h"

namespace slotscope::ui {

namespace {

/// Between two looks at the cluster: while all are there, and while somebody is away.
constexpr std::chrono::seconds Calm(30);
constexpr std::chrono::seconds Restless(5);

} // namespace

QString memberName(const core::ClusterMember &member)
{
    return member.name.isEmpty() ? QString::number(member.id, 16) : member.name;
}

QString endpointsText(const core::ConnectionOptions &options)
{
    const QString first = options.endpoint().toString();
    if (options.endpoints.size() < 2)
        return first;
    return MemberNews::tr("%1 and %n more", nullptr, static_cast<int>(options.endpoints.size() - 1))
        .arg(first);
}

MemberNews::MemberNews(QObject *parent)
    : QObject(parent)
{
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &MemberNews::ask);
}

void MemberNews::follow(core::Connection *connection)
{
    if (m_connection)
        disconnect(m_connection, nullptr, this, nullptr);
    m_connection = connection;
    m_online = false;
    m_clusterId = 0;
    m_servingId = 0;
    m_serving.clear();
    m_away.clear();
    m_alarms.clear();
    m_again.stop();
    if (!connection)
        return;
    connect(connection, &core::Connection::stateChanged, this, [this] {
        const bool online = m_connection->state() == core::Connection::State::Online;
        if (std::exchange(m_online, online) == online)
            return;
        if (online)
            ask();
        else
            m_again.stop();
    });
}

void MemberNews::ask()
{
    if (!m_connection || !m_online)
        return;
    // What was asked of another connection is of no interest any more.
    m_connection->client()->clusterState().then(
        this, [this, asked = m_connection](const core::Result<core::ClusterState> &state) {
            if (!asked || asked != m_connection || !m_online)
                return;
            if (state)
                take(*state);
            else if (state.error().kind != core::ErrorKind::PermissionDenied)
                m_again.start(m_serving.isEmpty() ? Calm
                                                  : Restless); // what was known is still the best guess
        });
}

void MemberNews::take(const core::ClusterState &state)
{
    const QString before = m_clusterId == state.clusterId ? m_serving : QString();
    const quint64 beforeId = std::exchange(m_servingId, state.asked);
    m_clusterId = state.clusterId;
    m_serving.clear();
    m_away.clear();
    m_alarms.clear();
    bool beforeIsAway = false;
    for (const core::MemberState &member : state.members) {
        const QString name = memberName(member.member);
        if (member.member.id == state.asked)
            m_serving = QStringLiteral("%1 (%2)").arg(name, core::Endpoint {member.address}.toString());
        else if (!member.status)
            m_away += name;
        for (const QString &alarm : member.alarms) {
            if (!m_alarms.contains(alarm))
                m_alarms += alarm;
        }
        beforeIsAway = beforeIsAway || (member.member.id == beforeId && !member.status);
    }
    if (state.members.size() < 2)
        m_serving.clear();
    m_away.sort();
    m_again.start(m_away.isEmpty() ? Calm : Restless);
    Q_EMIT changed();
    if (before.isEmpty() || m_serving.isEmpty() || beforeId == state.asked)
        return;
    const QString text = beforeIsAway
        ? tr("The member %1 does not answer any more; %2 serves in its place.").arg(before, m_serving)
        : tr("The member %1 was lost for a moment; %2 serves now.").arg(before, m_serving);
    qCInfo(core::lcNet).noquote() << text;
    Q_EMIT moved(text);
}

} // namespace slotscope::ui
