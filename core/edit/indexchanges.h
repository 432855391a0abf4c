// SPDX-License-Identifier: GPL-3.0-or-later
//
// What staged changes of records mean for the indexes of their tables: computed from bytes, without a server.
#pragma once

#include "core/doctor/indexreader.h"
#include "core/edit/change.h"

#include <map>
#include <vector>

namespace slotscope::core {

/// An index that is to follow the records of its table. Cheap to copy.
struct KeptIndex
{
    IndexReader reader;
    QString title; ///< of the index, for people

    friend bool operator==(const KeptIndex &a, const KeptIndex &b)
    {
        return a.reader.what() == b.reader.what() && a.title == b.title;
    }
};

/// Where one staged record stands in one index, before and after.
struct IndexMove
{
    size_t index = 0; ///< in the list of indexes
    QByteArray record; ///< whole etcd key
    IndexPlace before;
    IndexPlace after;
    /// That the record will have, never Keep: its entry is to go when it goes.
    LeaseChoice lease {.kind = LeaseChoice::Kind::None};
    bool changesLease = false;
};

/// Of one staged change in all indexes of its table. Decodes the record before and after, for each of them.
std::vector<IndexMove> indexMoves(const Change &change, const std::vector<KeptIndex> &indexes);

/// Keys as they are on the server.
using KeyStates = std::map<QByteArray, KeyState>;

struct IndexDerivation
{
    /// In the order of the moves that they follow from. Not complete while anything is wanted.
    std::vector<DerivedChange> derived;
    /// Keys that have to be known first.
    std::vector<QByteArray> wanted;
};

/// The changes of entries that the moves of all staged records make necessary, netted over the records: what
/// one gives up another may take over. An entry is changed only where what it holds now is known, and is
/// either right or proven to be left over from content that its record no longer has; what stands against
/// that, a value that another record has say, is a problem of the change that causes it.
///
/// `byHand`: staged changes of entries themselves, which stand; that they leave the index wrong is told.
IndexDerivation deriveIndexChanges(const std::vector<IndexMove> &moves, const std::vector<Change> &byHand,
                                   const std::vector<KeptIndex> &indexes, const KeyStates &states);

} // namespace slotscope::core
