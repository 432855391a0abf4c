// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/columnfilter.h"

#include <QVariantMap>

#include <map>

namespace slotscope::core {

/// Which records of a table are to be shown, as it was typed: what can be kept, and shown again.
struct TableFilter
{
    QString text {}; ///< that keys or values contain
    QString condition {}; ///< on any fields
    std::map<QString, QString> boxes {}; ///< below the headers of columns, by Column::id

    bool isEmpty() const;
    /// Adds a condition with and, to what may be there.
    void addCondition(const QString &condition);
    QVariantMap toVariant() const;
    static TableFilter fromVariant(const QVariantMap &map);

    friend bool operator==(const TableFilter &, const TableFilter &) = default;
};

/// For people: `name: anna`, `status <> shipped`.
QString boxSummary(const QString &columnTitle, const QString &boxText);
/// The whole of a filter in a line; empty where there is none.
QString filterSummary(const TableFilter &filter, const std::vector<Column> &columns);
/// What a column is called, also one that is not found (any more).
QString columnTitle(const QString &id, const std::vector<Column> &columns);

/// What came of reading a filter.
struct ReadFilter
{
    FieldCondition condition; ///< all of it that could be read; holds for all where that is nothing
    std::optional<FieldConditionError> conditionError;
    std::map<QString, FieldConditionError> boxErrors; ///< by Column::id
};
ReadFilter readFilter(const TableFilter &filter, const std::vector<Column> &columns);

} // namespace slotscope::core
