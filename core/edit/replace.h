// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/bulkplan.h"

#include <QRegularExpression>

namespace slotscope::core {

/// What is to be found in the cells of a column, and what is to stand there instead. Cells are searched as
/// they are edited: numbers by their digits, bytes in hex, lists and maps in the notation.
struct ReplaceQuery
{
    enum class Mode {
        Part, ///< wherever it stands in a cell
        WholeCell,
        Expression, ///< a regular expression; \1 or $1 in the replacement is what its first group caught
    };
    QString find;
    QString replacement;
    Mode mode = Mode::Part;
    bool matchCase = false;

    friend bool operator==(const ReplaceQuery &, const ReplaceQuery &) = default;
};

/// A query made ready. Cheap to copy; safe to use from any thread.
class Replacer
{
public:
    explicit Replacer(ReplaceQuery query);

    /// What is wrong with the query, in plain words; empty if nothing is.
    const QString &problem() const { return m_problem; }
    /// Nothing when the text does not match.
    std::optional<QString> replaced(const QString &text) const;
    /// For planCells(). `kinds`: see parseCell().
    CellEdit edit(quint32 kinds) const;

private:
    struct Piece // of the replacement
    {
        QString text;
        int group = -1; // -1: the text itself
    };
    void takeReplacement();
    QString substitute(const QRegularExpressionMatch &match) const;

    ReplaceQuery m_query;
    QRegularExpression m_expression;
    std::vector<Piece> m_pieces;
    QString m_problem;
};

} // namespace slotscope::core
