// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/memberchoice.h"

#include <optional>

namespace slotscope::core {

namespace {

/// How much longer the first one is waited for when another is there already.
constexpr std::chrono::milliseconds Courtesy(300);

/// One choice; a child of its call's state, so its questions end with it.
class Choice : public QObject
{
public:
    Choice(const std::vector<MemberAddress> &addresses, quint64 clusterId, CallState<QUrl> *state)
        : QObject(state)
        , m_addresses(addresses)
        , m_clusterId(clusterId)
        , m_state(state)
        , m_unanswered(addresses.size())
    {
        m_courtesy.setSingleShot(true);
        connect(&m_courtesy, &QTimer::timeout, this, [this] { choose(*m_other); });
    }

    void start(const std::function<Call<StatusReply>(const QUrl &)> &askStatus)
    {
        for (std::size_t i = 0; i < m_addresses.size(); ++i)
            askStatus(m_addresses[i].url).then(this, [this, i](const Result<StatusReply> &status) {
                take(i, status && isFit(m_addresses[i], *status));
            });
    }

private:
    bool isFit(const MemberAddress &address, const StatusReply &status) const
    {
        return (m_clusterId == 0 || status.header.clusterId == m_clusterId) && status.leader != 0
            && (address.memberId == 0 || address.memberId == status.header.memberId);
    }

    void take(std::size_t index, bool fit)
    {
        --m_unanswered;
        if (index == 0) {
            m_firstIsOut = !fit;
            if (fit)
                return choose(0);
        } else if (fit && !m_other) {
            m_other = index;
        }
        if (m_other && m_firstIsOut)
            choose(*m_other);
        else if (m_unanswered == 0)
            choose(0);
        else if (m_other && !m_courtesy.isActive())
            m_courtesy.start(Courtesy);
    }

    void choose(std::size_t index) { m_state->complete(m_addresses[index].url); }

    std::vector<MemberAddress> m_addresses;
    quint64 m_clusterId;
    CallState<QUrl> *m_state;
    std::size_t m_unanswered;
    std::optional<std::size_t> m_other; ///< the first fit one but for the first of all
    bool m_firstIsOut = false;
    QTimer m_courtesy;
};

} // namespace

std::vector<MemberAddress> otherMembers(const MemberListReply &reply, const QString &scheme)
{
    std::vector<MemberAddress> others;
    for (const ClusterMember &member : reply.members) {
        // A learner serves no watches, and of the member itself another address may lead to somebody else's
        // etcd of the same making: ids are hashes of names and addresses.
        if (member.id == reply.header.memberId || member.id == 0 || member.isLearner)
            continue;
        for (const QString &text : member.clientUrls) {
            const QUrl url(text, QUrl::StrictMode);
            if (url.isValid() && url.scheme() == scheme && !url.host().isEmpty())
                others.push_back({url, member.id});
        }
    }
    return others;
}

Call<QUrl> chooseMember(const std::vector<MemberAddress> &addresses, quint64 clusterId,
                        const std::function<Call<StatusReply>(const QUrl &)> &askStatus, QObject *context)
{
    auto *state = new CallState<QUrl>;
    auto *choice = new Choice(addresses, clusterId, state);
    QObject::connect(context, &QObject::destroyed, state, [state] { state->cancel(); });
    state->setAbort([choice] { delete choice; });
    choice->start(askStatus);
    return Call<QUrl>(state);
}

} // namespace slotscope::core
