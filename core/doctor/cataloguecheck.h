// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace slotscope::core {

class SlotDirectory;

/// One thing that is odd about the catalogue (slot 0).
struct CatalogueFault
{
    enum class Kind {
        BrokenEntry, ///< cannot be read, or lacks what it should say: the library opens no such database
        NumberMismatch, ///< says another slot number than its key
        DuplicateOid, ///< two slots claim to be the same table
        NoEntry, ///< records without an entry; allowed, since older applications number slots by hand
    };
    Kind kind = Kind::BrokenEntry;
    Slot slot;
    QByteArray key; ///< whole etcd key of the entry, be it there or not
    QString what; ///< in plain words

    /// NoEntry is worth a note, and no fault.
    bool isFault() const { return kind != Kind::NoEntry; }
};
/// `broken-entry`, `number-mismatch`, …
QString catalogueFaultName(CatalogueFault::Kind kind);

/// In the order of the slots.
std::vector<CatalogueFault> checkCatalogue(const SlotDirectory &directory);

} // namespace slotscope::core
