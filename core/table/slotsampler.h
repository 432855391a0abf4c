// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/pmap/inference.h"

#include <QObject>

#include <deque>
#include <functional>
#include <vector>

namespace slotscope::core {

/// Reads a sample of a slot's records, spread over its keys, with one request at a time.
///
/// The server's cost of a read follows the number of keys in its range, whatever the limit, so a large slot
/// is read in narrow ranges: where keys begin with random bytes anywhere, else where keys branch off from the
/// first ones.
class SlotSampler : public QObject
{
    Q_OBJECT
public:
    explicit SlotSampler(Client *client, QObject *parent = nullptr);

    /// Forgets what it was at. `records` is how many the slot has, roughly.
    void start(Slot slot, qint64 records);
    void cancel();

Q_SIGNALS:
    /// The records in the order of their keys, at most InferenceSampleSize.
    void sampled(slotscope::core::Slot slot, const std::vector<slotscope::core::Sample> &samples);
    void failed(slotscope::core::Slot slot, const slotscope::core::Error &error);

private:
    void readScattered();
    void readFirst(qint64 limit);
    void planBranches();
    void readBranches();
    void readRanges(const std::vector<KeyRange> &ranges, qint64 limit,
                    std::function<void(const TxnReply &)> then);
    void take(const RangeReply &reply);
    void finish();

    Client *m_client;
    Slot m_slot;
    qint64 m_records = 0;
    std::vector<Sample> m_samples;
    std::deque<std::vector<KeyRange>> m_branches;
    qint64 m_walked = 0; // keys in the branches that were read
    size_t m_rangesPerTxn = 64;
    quint64 m_generation = 0;
};

} // namespace slotscope::core
