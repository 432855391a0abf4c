// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/history/timebook.h"

namespace slotscope::core {

/// What earlier sessions saw of when revisions came about: a line `revision milliseconds` for each, in
/// ascending order. A file that is not there yet holds nothing; lines that cannot be read are passed over.
Result<std::vector<TimeBook::Entry>> readTimes(const QString &path);
/// Replaces the file, with what others have added to it since it was read. Holds at most `most` of them.
Result<Nothing> writeTimes(const QString &path, const std::vector<TimeBook::Entry> &entries,
                           size_t most = 4096);

} // namespace slotscope::core
