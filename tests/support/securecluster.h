// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/etcdauth.h"
#include "tests/support/etcdcluster.h"
#include "tests/support/testca.h"

namespace slotscope::test {

/// Three members that serve TLS only, want certificates of their clients, and users with passwords: root, and
/// alice, who may read and write slot 5 and read /config/.
class SecureCluster
{
public:
    static constexpr core::Slot AlicesSlot {5};

    SecureCluster();

    /// Starts it and sets up the users.
    bool start();

    EtcdProcess &member(int index) { return m_cluster.member(index); }
    int size() const { return m_cluster.size(); }
    int memberAt(const QUrl &address) const { return m_cluster.memberAt(address); }
    /// All that one of the two needs to connect to all of its members.
    core::ConnectionOptions optionsOf(const QString &user) const;
    const TestCa &ca() const { return m_ca; }

private:
    TestCa m_ca;
    EtcdCluster m_cluster;
};

} // namespace slotscope::test
