// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes of many records at once, thought out before anything is staged: what each of them would become, and
// which cannot take it, and why. Works on any thread.
#pragma once

#include "core/edit/stagedrows.h"
#include "core/pmap/slottype.h"
#include "core/table/columns.h"

#include <atomic>
#include <functional>
#include <memory>

namespace slotscope::core {

/// What would become of one record.
struct PlannedChange
{
    enum class Kind {
        Insert,
        Update,
        Unchanged,
        Wrong,
        Revert, ///< nothing is to be staged on it any more
    };

    Kind kind = Kind::Update;
    StagedRow row; ///< the record as the plan found it
    QByteArray value; ///< Insert, Update: the bytes to be staged
    QString before; ///< in words, what changes
    QString after;
    QString problem; ///< Wrong: why, in plain words
    qint64 line = 0; ///< where it stands in what is imported; 0: nowhere
};

/// In the order of the rows, or of what is imported.
struct BulkPlan
{
    std::vector<PlannedChange> changes; ///< without those that stay as they are, except for imports
    qint64 looked = 0; ///< records
    qint64 hits = 0; ///< cells that match, for replacements
    qint64 beyond = 0; ///< records that the operation meant as well, beyond MostPlanned

    qint64 count(PlannedChange::Kind kind) const;
};

/// No plan holds more: nobody looks through more, and each keeps its record.
inline constexpr size_t MostPlanned = 100'000;
/// Nothing stages more at once: a transaction holds far less.
inline constexpr size_t MostStaged = 10'000;

/// How far a job is, and whether it is still wanted; written and read by any thread.
struct JobState
{
    std::atomic<qint64> done {0};
    std::atomic<qint64> total {0};
    std::atomic<bool> cancelled {false};
};
using Job = std::shared_ptr<JobState>;

/// What is to become of a cell.
struct CellOutcome
{
    enum class Kind { Leave, Set, Remove };
    Kind kind = Kind::Leave;
    Value value;

    static CellOutcome leave() { return {}; }
    static CellOutcome set(Value value) { return {Kind::Set, std::move(value)}; }
    static CellOutcome remove() { return {Kind::Remove, {}}; }
};
/// Null pointer: the record does not have the field. The error is in plain words.
using CellEdit = std::function<Expected<CellOutcome, QString>(const StagedRow &row, const ValuePath &path,
                                                              const Value *cell)>;

/// Cells of some rows; no row is in two of them.
struct CellChoice
{
    RowChoice rows;
    std::vector<ValuePath> fields;
};

/// Applies the edit to all cells. A record in which one cell cannot take it stays as it is.
BulkPlan planCells(const SlotCodec &codec, const StagedRows &rows, const std::vector<CellChoice> &cells,
                   const CellEdit &edit, const Job &job = {});

/// The record with its cells changed: Update, Unchanged or Wrong.
PlannedChange plannedChange(const SlotCodec &codec, StagedRow row, const std::vector<ValuePath> &fields,
                            const CellEdit &edit, qint64 *hits = nullptr);
/// The bytes of a record's new content. What means the same as before has the bytes from before.
Expected<QByteArray, QString> bytesFor(const SlotCodec &codec, const StagedRow &row, const Value &value);

/// What was typed for a cell that was `before` (null pointer: absent): keeps its kind as parseLike() does, a
/// container's parts that are not touched their spelling. `kinds`: what other records have in the column, for
/// cells that have nothing; see Column::kinds.
Expected<Value, QString> parseCell(const Value *before, const QString &text, quint32 kinds = 0);

/// Cells as they were on the server when their records were first edited. A record of which no cell among
/// these was edited, one that is new, deleted or in conflict, and one of which no fields are told, is
/// reverted as a whole.
BulkPlan planReverts(const SlotCodec &codec, const StagedRows &rows, const std::vector<CellChoice> &cells,
                     const Job &job = {});

/// Stages what can be staged of these as one undo step. What the server has changed since the plan was made
/// becomes a conflict. False while a commit is on its way.
bool stagePlanned(EditSession *session, const LiveTable &table,
                  const std::vector<const PlannedChange *> &changes, const QString &name);
/// Whether something else was staged on one of the records since.
bool isOutdated(const EditSession &session, const std::vector<const PlannedChange *> &changes);

} // namespace slotscope::core
