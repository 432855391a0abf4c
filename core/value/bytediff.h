// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <vector>

namespace slotscope::core {

/// A stretch of two byte strings (or of other sequences), the same in both or not; one side of a different
/// one may be empty.
struct ByteRun
{
    bool same = true;
    qsizetype before = 0;
    qsizetype beforeLength = 0;
    qsizetype after = 0;
    qsizetype afterLength = 0;
    friend bool operator==(const ByteRun &, const ByteRun &) = default;
};

/// Both strings from beginning to end as runs, same and different ones in turn. Very different strings come
/// as one different run between what they begin and end with: the work is bounded, whatever they are.
std::vector<ByteRun> byteRuns(const QByteArray &before, const QByteArray &after);
/// The same of any things that are numbered by what they are, lines of text say.
std::vector<ByteRun> itemRuns(const std::vector<quint32> &before, const std::vector<quint32> &after);

} // namespace slotscope::core
