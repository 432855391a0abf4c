// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QCache>
#include <QObject>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>

namespace slotscope::core {

/// What is known of leases. A lease is looked up when somebody asks for it, and again when it is asked for
/// and the answer has got old: what nobody looks at costs nothing.
class LeaseBook : public QObject
{
    Q_OBJECT
public:
    struct Info
    {
        bool exists = true; ///< false: expired, revoked, or never granted
        std::chrono::seconds remaining {}; ///< by now, unless it was kept alive since it was looked up
        std::chrono::seconds granted {};
        std::optional<qsizetype> keys; ///< how many hang on it; only of leases that were asked for with keys
    };
    /// Time that only goes forward.
    using Clock = std::function<std::chrono::milliseconds()>;
    static constexpr std::chrono::seconds GoodFor {10};
    static constexpr int MostKept = 4096;
    static constexpr size_t MostAtOnce = 4; ///< requests under way
    static constexpr size_t MostWaiting = 256; ///< those asked for first are dropped

    explicit LeaseBook(Client *client, QObject *parent = nullptr, Clock clock = {});

    /// At once, and maybe old; nothing: not known yet. Looked up if need be; changed() tells.
    std::optional<Info> info(LeaseId lease, bool withKeys = false);
    /// The leases of the cluster, in the order of their ids.
    Call<std::vector<LeaseId>> list();
    size_t underWay() const { return m_asking.size(); }

Q_SIGNALS:
    void changed(slotscope::core::LeaseId lease);

private:
    struct Entry
    {
        Info info; // as of `at`
        std::chrono::milliseconds at {};
    };
    struct Wanted
    {
        LeaseId lease;
        bool keys = false;
    };
    void ask(const Wanted &wanted);
    void askNext();
    bool isAsked(const Wanted &wanted) const;

    Client *m_client;
    Clock m_clock;
    QCache<qint64, Entry> m_known;
    std::vector<Wanted> m_asking;
    std::deque<Wanted> m_waiting;
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::LeaseId)
