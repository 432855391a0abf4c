// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rows as they come from the clipboard or a file: CSV after RFC 4180, the tabs of spreadsheets, JSON arrays
// and JSON lines. What the cells mean is found out later, see rowimport.h.
#pragma once

#include "core/edit/bulkplan.h"

namespace slotscope::core {

/// More is not read: neither bytes nor rows.
inline constexpr qint64 MostSourceBytes = 256 * 1024 * 1024;
inline constexpr size_t MostSourceRows = MostPlanned;

struct SourceCell
{
    enum class Kind : quint8 { Missing, Text, Notation };
    Kind kind = Kind::Missing;
    QByteArray text; ///< UTF-8
};

struct SourceRow
{
    qint64 line = 0; ///< the line it begins at, from 1; in a JSON array its place there
    std::vector<SourceCell> cells; ///< by column; there may be fewer
    QString problem; ///< what is wrong with the row as such, in plain words
};

struct RowSource
{
    enum class Format { Delimited, JsonArray, JsonLines };

    Format format = Format::Delimited;
    char separator = ','; ///< of Delimited
    QStringList columns; ///< names of the header, or of members in the order of their first appearance;
                         ///< empty names where there is no header
    bool hasHeader = true;
    std::vector<SourceRow> rows;
    qint64 beyond = 0; ///< rows that were left out, see MostSourceRows
};

struct ReadOptions
{
    std::optional<char> separator; ///< none: found out
    std::optional<bool> hasHeader; ///< none: found out by `known`
    QStringList known; ///< names of columns, by which a header is recognized
};

/// The error is in plain words, for the text as a whole.
Expected<RowSource, QString> readRows(const QByteArray &text, const ReadOptions &options,
                                      const Job &job = {});
/// The same of a file; UTF-8, or UTF-16 with its mark.
Expected<RowSource, QString> readRowFile(const QString &path, const ReadOptions &options,
                                         const Job &job = {});

} // namespace slotscope::core
