// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/live/codecbook.h"
#include "core/live/logentry.h"
#include "core/table/fieldcondition.h"

namespace slotscope::core {

/// Which events are meant. Safe on any thread.
struct EventFilter
{
    enum Kind : quint8 { Creates = 1, Changes = 2, Deletions = 4, AllKinds = 7 };

    std::optional<Slot> slot {};
    QByteArray keyPrefix {}; ///< of the whole key
    QString keyStart {}; ///< of the decoded key, or with 0x in front of the whole key's bytes
    QString keyText {}; ///< somewhere in the decoded key, or with 0x in front in its bytes; in any case
    quint8 kinds = AllKinds;
    /// Of the record as the event leaves it; of a deletion as it was, which may not be known: then it does
    /// not hold.
    FieldCondition condition {};

    bool isEmpty() const;
    bool matches(const LoggedEvent &event, const CodecBook &book) const;
    /// Whether one of its events does. What is told instead of events always is.
    bool matches(const LogEntry &entry, const CodecBook &book) const;
};

EventFilter::Kind kindOf(const Event &event);

/// The parts of a decoded key on one line; 0x… where it cannot be decoded.
QString eventKeyText(const SlotCodec &codec, const QByteArray &key);

} // namespace slotscope::core
