// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/slotsampler.h"

#include <QtEndian>

#include <algorithm>

namespace slotscope::core {

namespace {

/// Places in the key space that are looked at, where keys may begin with any bytes …
constexpr int Places = 64;
/// … and how many records are wanted of each, and of each branch.
constexpr qint64 PerPlace = 16;
constexpr qint64 PerBranch = 120;
/// Records that are read from the start of a slot to see how its keys are made.
constexpr qint64 FirstRecords = 300;
/// Branches are looked for in so many bytes of the first keys.
constexpr qsizetype DeepestBranch = 26;
/// How many values of a byte make one branch.
constexpr int BranchWidth = 4;
/// The branches of one byte are read in so many parts, each spread over all of them.
constexpr size_t BranchParts = 4;

QByteArray prefixOf(Slot slot)
{
    return KeyRange::slot(slot).begin;
}

} // namespace

SlotSampler::SlotSampler(Client *client, QObject *parent)
    : QObject(parent)
    , m_client(client)
{
}

void SlotSampler::cancel()
{
    ++m_generation;
    m_samples.clear();
    m_branches.clear();
    m_walked = 0;
}

void SlotSampler::start(Slot slot, qint64 records)
{
    cancel();
    m_slot = slot;
    m_records = records;
    if (records <= InferenceSampleSize)
        readFirst(InferenceSampleSize);
    else
        readScattered();
}

// Where keys are drawn, as UUIDs are, there are some everywhere.
void SlotSampler::readScattered()
{
    constexpr qint64 Space = 0x10000;
    const qint64 width = std::clamp<qint64>(PerPlace * 3 / 2 * Space / m_records, 1, Space / Places / 2);
    const auto at = [this](qint64 place) {
        QByteArray key = prefixOf(m_slot);
        key += char(place >> 8);
        key += char(place & 0xff);
        return key;
    };
    std::vector<KeyRange> ranges;
    for (int i = 0; i < Places; ++i) {
        // Not where small numbers and texts are: counting those would take as long as the whole slot.
        const qint64 first = (2 * i + 1) * Space / Places / 2;
        ranges.push_back({at(first), first + width < Space ? at(first + width) : KeyRange::slot(m_slot).end});
    }
    readRanges(ranges, PerPlace, [this](const TxnReply &reply) {
        int hit = 0;
        for (const auto &response : reply.responses) {
            const auto *range = std::get_if<RangeReply>(&response.response);
            hit += range && !range->kvs.empty();
            if (range)
                take(*range);
        }
        if (hit * 2 >= Places && qint64(m_samples.size()) * 2 >= InferenceSampleSize)
            return finish();
        m_samples.clear();
        readFirst(FirstRecords);
    });
}

void SlotSampler::readFirst(qint64 limit)
{
    m_client->range({.range = KeyRange::slot(m_slot), .limit = limit})
        .then(this, [this, generation = m_generation](const Result<RangeReply> &result) {
            if (generation != m_generation)
                return;
            if (!result) {
                Q_EMIT failed(m_slot, result.error());
                return;
            }
            take(*result);
            if (!result->more)
                return finish();
            planBranches();
            readBranches();
        });
}

// The keys behind the first ones differ from these in some byte, the first of them in few. Those with a
// larger one in the same place are branches; together these are all the rest of the slot.
void SlotSampler::planBranches()
{
    if (m_samples.empty())
        return;
    const QByteArray last = prefixOf(m_slot) + m_samples.back().key;
    for (qsizetype at = 2; at < std::min(last.size(), DeepestBranch); ++at) {
        const QByteArray stem = last.left(at);
        std::vector<KeyRange> ranges;
        for (int byte = uchar(last[at]) + 1; byte < 256; byte += BranchWidth) {
            const int end = byte + BranchWidth;
            ranges.push_back({stem + char(byte), end < 256 ? stem + char(end) : KeyRange::prefix(stem).end});
        }
        for (const size_t part : {0, 2, 1, 3}) {
            std::vector<KeyRange> some;
            for (size_t i = part; i < ranges.size(); i += BranchParts)
                some.push_back(ranges[i]);
            if (!some.empty())
                m_branches.push_back(std::move(some));
        }
    }
}

void SlotSampler::readBranches()
{
    // The server has walked over the whole slot once for the first records. So much more is not worth it.
    const qint64 enough = m_records / 2;
    if (m_branches.empty() || m_walked >= enough || qint64(m_samples.size()) >= InferenceSampleSize)
        return finish();
    const std::vector<KeyRange> ranges = std::move(m_branches.front());
    m_branches.pop_front();
    readRanges(ranges, PerBranch, [this](const TxnReply &reply) {
        for (const auto &response : reply.responses) {
            if (const auto *range = std::get_if<RangeReply>(&response.response)) {
                m_walked += range->count;
                take(*range);
            }
        }
        readBranches();
    });
}

void SlotSampler::readRanges(const std::vector<KeyRange> &ranges, qint64 limit,
                             std::function<void(const TxnReply &)> then)
{
    TxnRequest request;
    const size_t now = std::min(ranges.size(), m_rangesPerTxn);
    // What a small limit of operations leaves out is spread, too.
    for (size_t i = 0; i < now; ++i)
        request.success.push_back({RangeRequest {.range = ranges[i * ranges.size() / now], .limit = limit}});
    m_client->txn(request).then(this,
                                [this, ranges, limit, then = std::move(then),
                                 generation = m_generation](const Result<TxnReply> &result) {
                                    if (generation != m_generation)
                                        return;
                                    if (result)
                                        return then(*result);
                                    if (result.error().kind == ErrorKind::TooManyOperations
                                        && m_rangesPerTxn > 1) {
                                        m_rangesPerTxn /= 2;
                                        return readRanges(ranges, limit, then);
                                    }
                                    Q_EMIT failed(m_slot, result.error());
                                });
}

void SlotSampler::take(const RangeReply &reply)
{
    for (const KeyValue &kv : reply.kvs)
        m_samples.push_back({kv.key.sliced(2), kv.value});
}

void SlotSampler::finish()
{
    std::vector<Sample> samples = std::exchange(m_samples, {});
    cancel();
    std::sort(samples.begin(), samples.end(), [](const Sample &a, const Sample &b) { return a.key < b.key; });
    const auto most = size_t(InferenceSampleSize);
    if (samples.size() > most) {
        for (size_t i = 0; i < most; ++i) {
            if (const size_t from = i * samples.size() / most; from != i)
                samples[i] = std::move(samples[from]);
        }
        samples.resize(most);
    }
    Q_EMIT sampled(m_slot, samples);
}

} // namespace slotscope::core
