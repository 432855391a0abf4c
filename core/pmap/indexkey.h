// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/schema.h"

namespace slotscope::core {

/// A field's value as a component of a key, the way an application turns one into the other: UUIDs stand in
/// records as text or bytes, times as integers. Nothing when it cannot be one.
std::optional<Value> asKeyPart(const Value &value, KeyComponent component);

/// The keys that an index has for the records of its table. Cheap to copy; safe to use from any thread.
class IndexKeys
{
public:
    /// `tableKey` and `indexKey`: the key types of the indexed table and of the index.
    IndexKeys(IndexRelation relation, const KeyType &tableKey, KeyType indexKey);

    const IndexRelation &relation() const { return m_relation; }
    /// Why no key can be told for any record; empty when they can.
    const QString &problem() const { return m_problem; }

    /// The table key (without a slot number) of the record's entry. Nothing: it has none, since a field is
    /// null and the index is nullable. The error says what is wrong with the record, in plain words.
    Expected<std::optional<QByteArray>, QString> keyOf(const ValueList &recordKey, const Value &record) const;

private:
    IndexRelation m_relation;
    KeyType m_indexKey;
    bool m_withPrimaryKey = false; // the record's key stands behind the fields
    QString m_problem;
};

} // namespace slotscope::core
