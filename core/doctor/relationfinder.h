// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/pmap/indexkey.h"

#include <QObject>

#include <vector>

namespace slotscope::core {

/// A slot as the finder wants to know it.
struct SlotForRelations
{
    Slot slot;
    TableId id;
    SlotCodec codec;
};

/// Two slots that belong together, by what their records say.
struct FoundRelation
{
    enum class Kind {
        Index, ///< the keys of `from` are fields of `to`'s records, and its values are their keys
        Link, ///< a part of the keys, a field, or the values of `from` are keys of `to`
    };
    Kind kind = Kind::Link;
    Slot from;
    Slot to;
    IndexRelation index {}; ///< for Index; its provenance says how sure it is, and why
    int keyPart = -1; ///< for Link: which component of the key; -1: it is in the value
    ValuePath path {}; ///< for Link in the value: the field; empty: the value itself
    int hits = 0; ///< for Link: so many of `tried` values are keys of `to`
    int tried = 0;
};

/// Finds the relations between slots from samples of them: one page of each slot, and for each of its columns
/// that may hold keys of others some lookups. Lives on the client's thread; does little work there.
class RelationFinder : public QObject
{
    Q_OBJECT
public:
    RelationFinder(Client *client, std::vector<SlotForRelations> slotList, QObject *parent = nullptr);

    /// Once; finished() follows.
    void start();

Q_SIGNALS:
    /// Not complete: etcd could not be asked to the end.
    void finished(const std::vector<slotscope::core::FoundRelation> &relations, bool complete);

private:
    /// Values of one column, to be looked up as keys of one table.
    struct Candidate
    {
        FoundRelation link;
        std::vector<QByteArray> keys; // of `to`, whole; no two the same
        std::vector<std::optional<KeyValue>> records; // what stands there, as far as looked up
    };
    void next();
    void takeSample(const Result<RangeReply> &result);
    void lookUp();
    void takeRecords(const Result<TxnReply> &result);
    void judge();

    Client *m_client;
    std::vector<SlotForRelations> m_slots;
    std::vector<FoundRelation> m_found;
    size_t m_from = 0;
    std::vector<KeyValue> m_sample;
    std::vector<Candidate> m_candidates; // of the current slot
    std::vector<std::pair<size_t, size_t>> m_asked; // candidate and key, in the order of the transaction
};

} // namespace slotscope::core
