// SPDX-License-Identifier: GPL-3.0-or-later
//
// Conditions on one column, as people write them into the box below its header: the language of
// FieldCondition without the name of the field, and with fewer quotes.
//
//     anna               contains; in columns of numbers and truth values: is equal
//     > 1000             also = <> < <= >=
//     10..20    ..20     a range, with both ends
//     /^J(o|a)hn/i       a regular expression
//     null    absent     and with not in front
//     not = shipped      whatever is not, also what has no such field
//     > 10 and not 15..17
#pragma once

#include "core/table/columns.h"
#include "core/table/fieldcondition.h"

namespace slotscope::core {

/// How conditions spell the way to a node; nothing where they cannot.
std::optional<QString> conditionPath(const ValuePath &path);
/// The same for one of these columns.
std::optional<QString> conditionPath(const std::vector<Column> &columns, size_t column);
/// How conditions call one of etcd's own numbers: `etcd.mod_revision`.
QString conditionName(Column::Meta meta);
/// Which of them a name calls; Meta::None: none.
Column::Meta metaOfConditionName(QStringView name);

/// How conditions spell what is equal to a value; nothing for lists and maps.
std::optional<QString> conditionLiteral(const Value &value);
/// A text in quotes.
QString quotedLiteral(const QString &text);
/// What a box is to say for `is equal to this cell`; a null pointer: the record has none.
std::optional<QString> boxTextFor(const Value *cell);

/// Reads what is in the box of a column, for the records of which `path` leads to what it shows. The offset
/// of an error is one into the box's text. Blank: a condition that holds for all.
Expected<FieldCondition, FieldConditionError> parseColumnFilter(const Column &column, const QString &path,
                                                                const QString &text);

} // namespace slotscope::core
