// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/leasebook.h"

#include <algorithm>

namespace slotscope::core {

LeaseBook::LeaseBook(Client *client, QObject *parent, Clock clock)
    : QObject(parent)
    , m_client(client)
    , m_clock(std::move(clock))
    , m_known(MostKept)
{
    if (!m_clock)
        m_clock = [] {
            return std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now().time_since_epoch());
        };
    connect(client, &Client::clusterChanged, this, [this] { m_known.clear(); });
}

std::optional<LeaseBook::Info> LeaseBook::info(LeaseId lease, bool withKeys)
{
    const Entry *entry = m_known.object(lease.value);
    if (!entry || m_clock() - entry->at >= GoodFor || (withKeys && entry->info.exists && !entry->info.keys))
        ask({lease, withKeys});
    if (!entry)
        return std::nullopt;
    Info info = entry->info;
    const auto passed = std::chrono::floor<std::chrono::seconds>(m_clock() - entry->at);
    info.remaining = std::max(std::chrono::seconds(0), info.remaining - passed);
    return info;
}

bool LeaseBook::isAsked(const Wanted &wanted) const
{
    const auto covers = [&wanted](const Wanted &each) {
        return each.lease == wanted.lease && (each.keys || !wanted.keys);
    };
    return std::any_of(m_asking.cbegin(), m_asking.cend(), covers)
        || std::any_of(m_waiting.cbegin(), m_waiting.cend(), covers);
}

void LeaseBook::ask(const Wanted &wanted)
{
    if (isAsked(wanted))
        return;
    m_waiting.push_back(wanted);
    // What was asked for first has been scrolled away by now.
    if (m_waiting.size() > MostWaiting)
        m_waiting.pop_front();
    askNext();
}

void LeaseBook::askNext()
{
    while (!m_waiting.empty() && m_asking.size() < MostAtOnce) {
        const Wanted wanted = m_waiting.front();
        m_waiting.pop_front();
        m_asking.push_back(wanted);
        m_client->leaseTimeToLive(wanted.lease, wanted.keys)
            .then(this, [this, wanted](const Result<LeaseTimeToLiveReply> &reply) {
                std::erase_if(m_asking, [&wanted](const Wanted &each) {
                    return each.lease == wanted.lease && each.keys == wanted.keys;
                });
                if (reply) {
                    auto entry = std::make_unique<Entry>();
                    entry->at = m_clock();
                    entry->info.exists = reply->ttlSeconds >= 0;
                    entry->info.remaining = std::chrono::seconds(std::max<qint64>(0, reply->ttlSeconds));
                    entry->info.granted = std::chrono::seconds(reply->grantedTtlSeconds);
                    if (wanted.keys)
                        entry->info.keys = static_cast<qsizetype>(reply->keys.size());
                    m_known.insert(wanted.lease.value, entry.release());
                    Q_EMIT changed(wanted.lease);
                }
                askNext();
            });
    }
}

Call<std::vector<LeaseId>> LeaseBook::list()
{
    auto *state = new CallState<std::vector<LeaseId>>;
    m_client->leaseLeases().then(state, [state](const Result<LeaseLeasesReply> &reply) {
        if (!reply) {
            state->fail(reply.error());
            return;
        }
        std::vector<LeaseId> leases = reply->leases;
        std::sort(leases.begin(), leases.end());
        state->complete(std::move(leases));
    });
    return Call<std::vector<LeaseId>>(state);
}

} // namespace slotscope::core
