// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a condition is made of; for its parser and its evaluation only.
#pragma once

#include "core/table/columns.h"
#include "core/table/fieldcondition.h"
#include "core/table/fieldliteral.h"
#include "core/table/textpattern.h"

namespace slotscope::core {

struct FieldCondition::Node
{
    enum class Kind {
        Or,
        And,
        Not,
        Equal,
        Different,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Range,
        OutOfRange,
        Contains,
        Matches,
        IsNull,
        IsAbsent,
    };
    enum class Root { Record, Key, ValueOrField, Etcd };

    Kind kind = Kind::And;
    std::vector<Node> parts; // of Or, And, Not
    Root root = Root::Record;
    ValuePath path; // for ValueOrField with the name `value` in front
    Column::Meta meta = Column::Meta::None; // of Etcd
    std::optional<FieldLiteral> literal; // of a range the lower end
    std::optional<FieldLiteral> upper;
    std::shared_ptr<const TextPattern> expression;

    bool holds(const Value &record, const Value *key, const RowView *stored) const;
    /// Of one comparison: for what stands under its path (null pointer: nothing), not looking at the path.
    bool holdsFor(const Value *value) const;
    bool holdsFor(const Cell &cell) const;
    /// The same of one of etcd's numbers. A record without a lease has none, and 0.
    bool holdsForEtcd(qint64 number) const;
};

/// Reads what is not blank.
Expected<FieldCondition::Node, FieldConditionError> parseFieldCondition(const QString &text);

} // namespace slotscope::core
