// SPDX-License-Identifier: GPL-3.0-or-later
//
// Events in words. Nothing here needs the UI thread.
#pragma once

#include "core/edit/change.h"
#include "core/live/eventfilter.h"
#include "ui/models/changefields.h"

namespace slotscope::ui {

/// One entry of the event log on a line.
struct EventLine
{
    core::LogEntry::Kind kind = core::LogEntry::Kind::Transaction;
    core::Revision revision;
    QString time;
    QString what; ///< `changed`, `2 new, 1 deleted`
    QString tables;
    QString keys;
    QString change; ///< of the first event, field by field
    theme::Mark mark = theme::Mark::Edited;
    QByteArray key; ///< of the first event that the filter lets pass
};

/// What an event did, as if it had been staged. Where it is not known what the key was before, as a new
/// record.
core::Change changeOf(const core::LoggedEvent &event);

EventLine eventLine(const core::LogEntry &entry, const core::CodecBook &book,
                    const core::EventFilter &filter);

/// One event with its fields.
struct EventDetail
{
    QString title; ///< `Users · anna: changed`
    QByteArray key;
    bool beforeUnknown = false;
    std::vector<FieldLine> lines;
};

/// The first events of an entry; what is too much for a list is counted in a last one without a key.
std::vector<EventDetail> eventDetails(const core::LogEntry &entry, const core::CodecBook &book);

} // namespace slotscope::ui
