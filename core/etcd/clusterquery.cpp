// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/clusterquery.h"

#include <QRegularExpression>

namespace slotscope::core {

namespace {

/// One query; a child of its call's state, so that its questions end with it.
class ClusterQuery : public QObject
{
public:
    ClusterQuery(ClusterSteps steps, CallState<ClusterState> *state)
        : QObject(state)
        , m_steps(std::move(steps))
        , m_state(state)
    {
    }

    void start()
    {
        m_steps.members().then(this, [this](const Result<MemberListReply> &reply) {
            if (!reply)
                return m_state->fail(reply.error());
            m_found.clusterId = reply->header.clusterId;
            m_found.asked = reply->header.memberId;
            for (const ClusterMember &member : reply->members)
                m_found.members.push_back({.member = member,
                                           .address = addressOf(member),
                                           .status = {},
                                           .error = {},
                                           .alarms = {}});
            askAlarms();
            askMembers();
        });
    }

private:
    /// Only of the scheme that was chosen: nobody is led from https to http.
    QUrl addressOf(const ClusterMember &member) const
    {
        if (member.id == m_found.asked)
            return m_steps.address;
        for (const QString &text : member.clientUrls) {
            const QUrl url(text, QUrl::StrictMode);
            if (url.isValid() && url.scheme() == m_steps.address.scheme() && !url.host().isEmpty())
                return url;
        }
        return {};
    }

    void askAlarms()
    {
        ++m_unanswered;
        m_steps.alarms().then(this, [this](const Result<std::vector<Alarm>> &alarms) {
            // Not everybody may ask; the status of a member tells of its alarms, too.
            if (alarms) {
                for (const Alarm &alarm : *alarms)
                    note(alarm);
            }
            answered();
        });
    }

    void note(const Alarm &alarm)
    {
        for (MemberState &member : m_found.members) {
            if (member.member.id == alarm.memberId && !member.alarms.contains(alarm.name))
                member.alarms.append(alarm.name);
        }
    }

    void askMembers()
    {
        ++m_unanswered; // so that it does not end before all are asked
        for (std::size_t i = 0; i < m_found.members.size(); ++i) {
            MemberState &member = m_found.members[i];
            if (member.address.isEmpty()) {
                member.error = {
                    .kind = ErrorKind::Unavailable,
                    .detail = member.member.clientUrls.isEmpty()
                        ? QStringLiteral("the member has not been started yet")
                        : QStringLiteral("none of its addresses is one of %1").arg(m_steps.address.scheme())};
                continue;
            }
            ++m_unanswered;
            m_steps.status(member.address).then(this, [this, i](const Result<StatusReply> &status) {
                take(m_found.members[i], status);
                answered();
            });
        }
        answered();
    }

    /// `memberID:1 alarm:NOSPACE `, which each member says of all of them.
    void noteAlarms(const StatusReply &status)
    {
        static const QRegularExpression said(QStringLiteral("memberID:(\\d+) alarm:(\\w+)"));
        for (const QString &error : status.errors) {
            if (const auto match = said.match(error); match.hasMatch())
                note({.memberId = match.captured(1).toULongLong(), .name = match.captured(2)});
        }
    }

    void take(MemberState &member, const Result<StatusReply> &status)
    {
        if (!status) {
            member.error = status.error();
        } else if (status->header.memberId != member.member.id) {
            member.error = {
                .kind = ErrorKind::Unavailable,
                .detail =
                    QStringLiteral("another member answers there (%1)").arg(status->header.memberId, 0, 16)};
        } else {
            member.status = *status;
            noteAlarms(*status);
        }
    }

    void answered()
    {
        if (--m_unanswered == 0)
            m_state->complete(m_found);
    }

    ClusterSteps m_steps;
    CallState<ClusterState> *m_state;
    ClusterState m_found;
    int m_unanswered = 0;
};

} // namespace

Call<ClusterState> queryCluster(ClusterSteps steps, QObject *context)
{
    auto *state = new CallState<ClusterState>;
    auto *query = new ClusterQuery(std::move(steps), state);
    QObject::connect(context, &QObject::destroyed, state, [state] { state->cancel(); });
    state->setAbort([query] { delete query; });
    query->start();
    return Call<ClusterState>(state);
}

} // namespace slotscope::core
