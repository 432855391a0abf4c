// SPDX-License-Identifier: GPL-3.0-or-later
//
// Conditions on the fields of a record, as people write them:
//
//     balance > 1000 and not (email contains example.org or roles contains admin)
//     registered = 2024-01-01..2024-03-31 and name ~ /^J(o|a)hn/i
//
// Paths are those of ValuePath; one whose plain name holds blanks or signs, or is a word of the language, is
// quoted. `key` is the record's key (`key[0]` the first part of one with several), `value` the value itself
// where that has no such field; `etcd.lease`, `etcd.version`, `etcd.mod_revision`, `etcd.create_revision` and
// `etcd.size` are the numbers that etcd keeps with it. Literals are numbers, words, 'texts' or "texts",
// dates, UUIDs, 0x… for bytes.
#pragma once

#include "core/base/expected.h"
#include "core/table/decodedrow.h"

namespace slotscope::core {

struct FieldConditionError
{
    qsizetype offset = 0; ///< into the text, in characters
    QString what; ///< plain English, lower case, without the offset
};

/// A condition on the fields of a decoded record. Immutable, cheap to copy, safe on any thread.
///
/// A comparison with what a record does not have, or with what is of another type, does not hold; so `<>`
/// asks for a value that is there and differs, and `not (a = 1)` also takes records that have no `a`.
class FieldCondition
{
public:
    /// Holds for every record.
    FieldCondition() = default;
    /// A text of blanks holds for every record.
    static Expected<FieldCondition, FieldConditionError> parse(const QString &text);

    bool isEmpty() const { return !m_root; }
    /// As it was written, without blanks around it.
    QString text() const { return m_text; }

    /// Without a key, `key` is absent.
    bool matches(const Value &record, const Value *key = nullptr) const;
    /// A record as its slot's type reads it; of one that cannot be decoded its bytes. Without `stored` it is
    /// not known what etcd keeps with it, and no comparison with that holds.
    bool matches(const DecodedRow &row, const RowView *stored = nullptr) const;

    struct Node;

    /// Whether they were written the same way.
    friend bool operator==(const FieldCondition &a, const FieldCondition &b) { return a.m_text == b.m_text; }

private:
    friend class CellCondition;
    std::shared_ptr<const Node> m_root;
    QString m_text;
};

} // namespace slotscope::core
