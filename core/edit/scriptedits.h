// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an edit script comes to on an etcd: its keys found, its operations carried out on the records as they
// are, and the result staged in an edit session.
#pragma once

#include "core/edit/editscript.h"
#include "core/edit/editsession.h"
#include "core/pmap/slottype.h"

#include <map>
#include <set>
#include <vector>

namespace slotscope::core {

class SlotDirectory;

/// The slots that the script names or whose keys it holds, as far as they are known; their types are needed
/// to go on.
Expected<std::set<Slot>, ScriptProblem> slotsOf(const EditScript &script, const SlotDirectory &directory);

/// An operation with its keys as etcd has them.
struct ScriptStep
{
    ScriptOperation operation;
    QByteArray key;
    QByteArray to; ///< Rename
    SlotCodec codec; ///< of the key's slot
};

/// Once the types of slotsOf() are known.
Expected<std::vector<ScriptStep>, ScriptProblem> resolveKeys(const EditScript &script,
                                                             const SlotDirectory &directory);

/// Every key that the steps write or look at, each once, in their order.
std::vector<QByteArray> keysOf(const std::vector<ScriptStep> &steps);

/// A record that is not what an operation expects.
struct ScriptConflict
{
    int operation = 0;
    QByteArray key;
    std::optional<Revision> expected; ///< 0: no record; nothing: any record
    KeyState found;
};

/// What becomes of one key.
struct ScriptEdit
{
    QByteArray key;
    KeyState before;
    std::optional<QByteArray> value; ///< nothing: the record goes
    LeaseChoice lease;
    QByteArray renamedTo; ///< not null: `value` is nothing, and this key takes over
    QByteArray renamedFrom; ///< the other half
    bool isWritten = false; ///< else only looked at
    int part = 0;
    std::vector<int> operations; ///< their numbers
};

/// What the script comes to. Only without problems and conflicts it is whole.
struct ScriptEdits
{
    std::vector<ScriptEdit> edits;
    std::vector<ScriptConflict> conflicts; ///< records are not as expected
    std::vector<ScriptProblem> refused; ///< what a record does not allow: a field that it does not have
    std::optional<ScriptProblem> wrong; ///< the script does not fit the types of its slots

    bool isWhole() const { return conflicts.empty() && refused.empty() && !wrong; }
    const ScriptEdit *find(const QByteArray &key) const;
};

/// Carries the steps out, each on what the ones before have left. `records`: how the keys are now.
ScriptEdits carryOut(const std::vector<ScriptStep> &steps, const std::map<QByteArray, KeyState> &records);

/// Stages what is to be written, and guards what is only looked at.
void stage(const ScriptEdits &edits, EditSession *session);

/// All of the changes in as many transactions as are needed for each to fit, see choosePart(); the last may
/// hold what does not fit at all.
std::vector<std::vector<QByteArray>> fittingParts(std::vector<Change> changes,
                                                  const std::vector<DerivedChange> &derived,
                                                  const std::vector<Guard> &guards, const TxnLimits &limits);

} // namespace slotscope::core
