// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/keymaker.h"
#include "core/edit/rowsource.h"

namespace slotscope::core {

/// What a column of the source is for.
struct ImportTarget
{
    enum class Kind {
        Ignore,
        Key, ///< the whole key in the notation, as records are copied
        KeyHex, ///< the whole etcd key; where the key itself does not tell it
        KeyPart,
        Value, ///< the whole value
        ValueHex, ///< its bytes; where they mean the same as the value, or stand alone
        Field,
    };
    Kind kind = Kind::Ignore;
    int part = 0; ///< KeyPart
    ValuePath path; ///< Field

    friend bool operator==(const ImportTarget &, const ImportTarget &) = default;
};

/// How rows become records.
struct ImportOptions
{
    enum class Rows {
        ByKey, ///< those with the key are updated, others inserted
        OntoRows, ///< the first row goes to the first of the rows that are given, and so on
        NewRecords, ///< with keys made up where the source has none
    };
    /// What an empty cell of a text means.
    enum class Empty { Keep, SetNull, Clear /**< an empty text, where the cell is one; else null */ };

    Rows rows = Rows::ByKey;
    Empty empty = Empty::Keep;
    std::vector<ImportTarget> targets; ///< by column of the source

    friend bool operator==(const ImportOptions &, const ImportOptions &) = default;
};

/// What an import goes into.
struct ImportTable
{
    SlotCodec codec;
    std::vector<Column> columns;
    StagedRows rows;
    RowChoice onto; ///< for OntoRows
};

/// The names by which the columns of a table are recognized in a header.
QStringList knownNames(const std::vector<Column> &columns);
/// What the columns of a source are for, by their names; without a header, by their order: `shown` are the
/// columns on the screen, from the one on that is pasted into.
std::vector<ImportTarget> guessTargets(const RowSource &source, const SlotCodec &codec,
                                       const std::vector<Column> &columns,
                                       const std::vector<Column> &shown = {});
/// Why these options cannot be carried out, in plain words; empty if they can.
QString importProblem(const ImportOptions &options, const ImportTable &table);
/// What the import would do, row by row.
BulkPlan planImport(const RowSource &source, const ImportOptions &options, const ImportTable &table,
                    const Job &job = {});

} // namespace slotscope::core
