// SPDX-License-Identifier: GPL-3.0-or-later
//
// Events as lines of JSON, as `slotscope watch --json` writes them and with more beside: {"type", "slot",
// "key", "keyHex", "value", "previous", "revision", "created", "previousKnown", "received"}, and `error`
// where something cannot be decoded. In the place of events that were missed {"type": "gap", "from", "to",
// "received"}.
#pragma once

#include "core/base/error.h"
#include "core/live/eventfilter.h"
#include "core/live/eventlog.h"

#include <atomic>

namespace slotscope::core {

/// Without a line end.
QByteArray eventJson(const LogEntry &entry, const LoggedEvent &event, const CodecBook &book);

/// Writes those events of a log that the filter lets pass to a file that only its owner can read. The number
/// of events; for worker threads.
Result<qint64> exportEvents(const EventLogSnapshot &log, const EventFilter &filter, const CodecBook &book,
                            const QString &file, const std::atomic_bool *cancelled = nullptr);

} // namespace slotscope::core
