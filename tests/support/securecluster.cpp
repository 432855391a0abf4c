// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/securecluster.h"

namespace slotscope::test {

namespace {

const QString Alice = QStringLiteral("alice");
const QString Secret = QStringLiteral("secret");

} // namespace

SecureCluster::SecureCluster()
    : m_cluster(3, m_ca.server(m_ca.issue(QStringLiteral("server")), true) + EtcdAuth::quickHash())
{
    // With authentication the gateway refuses clients whose certificates name somebody.
    m_cluster.useTls(m_ca.client(m_ca.issue({})));
}

bool SecureCluster::start()
{
    if (!m_cluster.start())
        return false;
    EtcdAuth auth(m_cluster.member(0));
    return auth.addUser(Alice, Secret)
        && auth.grant(Alice, EtcdAuth::ReadWrite, core::KeyRange::slot(AlicesSlot))
        && auth.grant(Alice, EtcdAuth::Read, core::KeyRange::prefix("/config/")) && auth.enable(Secret);
}

core::ConnectionOptions SecureCluster::optionsOf(const QString &user) const
{
    core::ConnectionOptions options = m_cluster.options();
    options.user = user;
    options.password = Secret;
    return options;
}

} // namespace slotscope::test
