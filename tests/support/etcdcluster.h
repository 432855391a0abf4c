// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/etcdprocess.h"

namespace slotscope::test {

/// Several etcds that are members of one cluster.
class EtcdCluster
{
public:
    /// Not started yet. The arguments are added to every member's command line.
    explicit EtcdCluster(int size = 3, QStringList extraArguments = {});
    /// Before start(): its members serve TLS (their certificates are among the arguments), and are asked with
    /// this.
    void useTls(const core::TlsOptions &client) { m_tls = client; }

    /// Starts all of them and waits until they serve.
    bool start();

    EtcdProcess &member(int index) { return *m_members.at(static_cast<std::size_t>(index)); }
    int size() const { return static_cast<int>(m_members.size()); }
    /// What it takes to reach all of them.
    core::ConnectionOptions options() const;
    /// The one that listens there; -1: none.
    int memberAt(const QUrl &address) const;
    /// The one that leads the cluster, as the member with this index has it; -1 when that knows none.
    int leader(int asked);

private:
    bool tryToStart();

    int m_size;
    QStringList m_extraArguments;
    std::optional<core::TlsOptions> m_tls;
    std::vector<std::unique_ptr<EtcdProcess>> m_members;
};

} // namespace slotscope::test
