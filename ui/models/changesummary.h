// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "core/pmap/slottype.h"
#include "core/value/valuediff.h"
#include "ui/theme.h"

#include <QString>

#include <functional>

namespace slotscope::core {
class SlotDirectory;
}

namespace slotscope::ui {

/// Where a key belongs.
struct ResolvedKey
{
    QString table; ///< title
    core::SlotCodec codec;
};
using KeyResolver = std::function<ResolvedKey(const QByteArray &key)>;

/// Looks keys up in the directory, which must live as long as the resolver is used.
KeyResolver resolverFor(const core::SlotDirectory *directory);

/// The decoded key on one line.
QString keyText(const core::SlotCodec &codec, const QByteArray &key);
/// A value on one line, null and empty texts so that they are seen.
QString shortText(const core::Value &value, int limit);
/// Insert, update, delete; in words.
QString operationText(core::Change::Kind kind);
/// The lease that a change chooses; empty where it keeps the one that there is.
QString leaseText(const core::Change &change);
/// The mark of a staged change; conflicts come before everything else.
theme::Mark markOf(const core::Change &change);
/// What becomes of one field: `3 → 4`, `added 4`, `removed`.
QString fieldText(const core::ValueDifference &difference, int limit);
/// What becomes different from one value to another, field by field, on one line: `age: 3 → 4, name: Ann →
/// Anna`.
QString differenceText(const core::Value &before, const core::Value &after);
/// Of an update the difference to its base, else the value that comes or goes.
QString changeText(const core::SlotCodec &codec, const core::Change &change);
/// What somebody else made of the record meanwhile, beside the change; empty if there is no conflict.
QString theirText(const core::SlotCodec &codec, const core::Change &change);
/// The conflict in a sentence, field by field: `name: was Ann (revision 17), yours Anna, now Bob (revision
/// 47)`. Empty if there is none.
QString conflictText(const core::SlotCodec &codec, const core::Change &change);
/// What has become of a record that a commit depends on: `age: 3 → 4 (revision 47)`. Empty if it is as it was
/// seen.
QString guardText(const core::SlotCodec &codec, const core::Guard &guard);

} // namespace slotscope::ui
