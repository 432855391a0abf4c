// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/etcdprocess.h"

#include <QRandomGenerator>
#include <QThread>

#include <atomic>
#include <memory>
#include <vector>

namespace slotscope::bench {

/// A record of nine fields in about 310 bytes of CBOR. `oid` is `number`.
QByteArray makeRecord(QRandomGenerator &random, qint64 number);

/// An etcd with slots full of such records under keys of 18 bytes (a UUID behind the slot). Its data lies in
/// memory where there is room, so that no disk is measured.
class BenchEtcd
{
public:
    BenchEtcd();

    core::Endpoint endpoint() const { return m_etcd.parsedEndpoint(); }
    /// Slots whose two bytes are letters: etcdctl cannot be given a NUL.
    void fill(core::Slot slot, int records);

    /// How many watches it has open.
    int watchers() const;
    /// Seconds of `etcdctl get --prefix` of a slot to /dev/null.
    double etcdctlSeconds(core::Slot slot) const;
    /// The same of all keys there are.
    double etcdctlSecondsOfAll() const;
    /// Seconds of one range read of a slot from the gateway by curl, to /dev/null.
    double curlSeconds(core::Slot slot) const;
    /// Seconds of the same over gRPC, to /dev/null: what etcd itself needs, as one reply on one core.
    double grpcSeconds(core::Slot slot) const;
    /// Seconds of a transaction by curl, without the start of that program.
    double curlTxnSeconds(const core::TxnRequest &request) const;

private:
    double etcdctlSeconds(const QString &prefix) const;
    double curlTotal(const QString &path, const QByteArray &body, const QStringList &options = {}) const;

    test::EtcdProcess m_etcd;
};

/// Writes on a thread of its own, a given number of records a second: mostly over records that are there, one
/// in fifty a new one or a deletion.
class Churn
{
public:
    struct Options
    {
        int perSecond = 1000;
        int perTxn = 100;
        bool onlyUpdates = false;
    };
    Churn(const core::Endpoint &endpoint, std::vector<QByteArray> keys, const Options &options);
    ~Churn();

    /// Changes that etcd has answered for.
    qint64 changes() const { return m_changes; }

private:
    class Work;

    core::Endpoint m_endpoint;
    std::vector<QByteArray> m_keys;
    Options m_options;
    QThread m_thread;
    std::atomic<qint64> m_changes {0};
};

} // namespace slotscope::bench
