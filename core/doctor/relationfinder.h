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
        Link, ///< the values of `from` are keys of `to`
    };
    Kind kind = Kind::Link;
    Slot from;
    Slot to;
    IndexRelation index; ///< for Index; its provenance says how sure it is, and why
};

/// Finds the relations between slots from samples of them: a few small reads for each slot whose values may
/// be keys. UI thread; a record costs a lookup in etcd, nothing more.
class RelationFinder : public QObject
{
    Q_OBJECT
public:
    RelationFinder(Client *client, std::vector<SlotForRelations> slotList, QObject *parent = nullptr);

    /// Once; finished() follows.
    void start();

Q_SIGNALS:
    /// What was found until an error, if there is one.
    void finished(const std::vector<slotscope::core::FoundRelation> &relations);

private:
    void next();
    void takeSample(const Result<RangeReply> &result);
    void lookUp();
    void takeTargets(const Result<TxnReply> &result);

    Client *m_client;
    std::vector<SlotForRelations> m_slots;
    std::vector<FoundRelation> m_found;
    size_t m_from = 0;
    std::vector<size_t> m_targets; // candidates for the current slot, in m_slots
    std::vector<KeyValue> m_sample;
};

} // namespace slotscope::core
