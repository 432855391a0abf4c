// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdcluster.h"

namespace slotscope::test {

EtcdCluster::EtcdCluster(int size, QStringList extraArguments)
    : m_size(size)
    , m_extraArguments(std::move(extraArguments))
{
}

bool EtcdCluster::start()
{
    // Somebody else may take one of the ports first.
    constexpr int Attempts = 3;
    for (int attempt = 0; attempt < Attempts; ++attempt) {
        if (tryToStart())
            return true;
    }
    return false;
}

bool EtcdCluster::tryToStart()
{
    m_members.clear();
    const std::vector<quint16> ports = EtcdProcess::freePorts(2 * m_size);
    if (ports.size() != static_cast<std::size_t>(2 * m_size))
        return false;
    const auto port = [&ports](int member, int which) {
        return ports.at(static_cast<std::size_t>(2 * member + which));
    };
    QStringList names;
    for (int i = 0; i < m_size; ++i)
        names += QStringLiteral("m%1=http://127.0.0.1:%2").arg(i).arg(port(i, 1));
    for (int i = 0; i < m_size; ++i) {
        // etcd takes the last of several values of a flag.
        m_members.push_back(std::make_unique<EtcdProcess>(
            QStringList {QStringLiteral("--name"), QStringLiteral("m%1").arg(i),
                         QStringLiteral("--initial-cluster"), names.join(QLatin1Char(','))}
            + m_extraArguments));
        m_members.back()->usePorts(port(i, 0), port(i, 1));
        if (m_tls)
            m_members.back()->useTls(*m_tls);
    }
    // None of them serves before most are there.
    const auto all = [this](bool (EtcdProcess::*step)()) {
        return std::all_of(m_members.begin(), m_members.end(),
                           [step](const auto &member) { return ((*member).*step)(); });
    };
    return all(&EtcdProcess::launch) && all(&EtcdProcess::waitUntilServing);
}

core::ConnectionOptions EtcdCluster::options() const
{
    core::ConnectionOptions options = m_members.front()->options();
    for (std::size_t i = 1; i < m_members.size(); ++i)
        options.endpoints.push_back(m_members[i]->parsedEndpoint());
    return options;
}

int EtcdCluster::memberAt(const QUrl &address) const
{
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        if (m_members[i]->port() == address.port())
            return static_cast<int>(i);
    }
    return -1;
}

int EtcdCluster::leader(int asked)
{
    const auto status = await(core::Client(member(asked).options()).status());
    for (int i = 0; status && i < m_size; ++i) {
        const auto own = await(core::Client(member(i).options()).status());
        if (own && own->header.memberId == status->leader)
            return i;
    }
    return -1;
}

} // namespace slotscope::test
