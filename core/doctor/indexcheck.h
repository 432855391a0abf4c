// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/doctor/indexreader.h"
#include "core/etcd/messages.h"

#include <optional>
#include <unordered_map>
#include <vector>

namespace slotscope::core {

/// One thing that is wrong with an index.
struct IndexFault
{
    enum class Kind {
        Missing, ///< the record has no entry
        Wrong, ///< the entry of one record leads to another
        Orphaned, ///< the entry leads to no record
        Stale, ///< the entry leads to a record that has other content by now
        Shadowed, ///< two records have the same key in a unique index, and the entry leads to the other one
        Unindexable, ///< the record has a null or something else that the index does not allow
    };
    Kind kind = Kind::Missing;
    Slot table;
    Slot index;
    QByteArray entryKey; ///< whole etcd key, also of an entry that is not there; empty for Unindexable
    /// The entry as it is; nothing for those that are not there.
    std::optional<KeyValue> entry;
    QByteArray pointsTo; ///< table key (without a slot number) that the entry leads to
    QByteArray record; ///< whole etcd key of the record that should be found; empty for Orphaned and Stale
    QString why; ///< of Unindexable

    /// The value that the entry should have; nothing: the entry should not be there, or there is nothing to
    /// be done about it by the index alone (see isRepairable()).
    std::optional<QByteArray> repairedValue() const;
    bool isRepairable() const { return kind != Kind::Shadowed && kind != Kind::Unindexable; }
};
/// `missing`, `wrong`, …
QString indexFaultName(IndexFault::Kind kind);

/// Compares the records of a table with the entries of one of its indexes: first all records, then all
/// entries, then faults(). One thread at a time.
class IndexCheck
{
public:
    explicit IndexCheck(IndexInDatabase what);

    const IndexInDatabase &what() const { return m_reader.what(); }
    /// Why it cannot be checked at all; empty when it can.
    const QString &problem() const { return m_reader.problem(); }

    void addRecord(const KeyValue &record);
    void addEntry(const KeyValue &entry);
    /// Once, at the end; in the order of the entries' keys.
    std::vector<IndexFault> faults();

    qint64 records() const { return m_records; }
    qint64 entries() const { return m_entries; }
    /// Records that could not be decoded, so that what leads to them is believed.
    qint64 undecodable() const { return m_undecodable; }

private:
    struct Owner
    {
        QByteArray record; // table key
        std::vector<QByteArray> others; // further records with the same index key
        bool seen = false;
    };
    struct Hash
    {
        size_t operator()(const QByteArray &bytes) const { return qHash(bytes); }
    };
    IndexFault fault(IndexFault::Kind kind, const QByteArray &indexKey) const;
    void shadow(const QByteArray &indexKey, const Owner &owner, const QByteArray &shown,
                const std::optional<KeyValue> &entry);

    IndexReader m_reader;
    std::unordered_map<QByteArray, Owner, Hash> m_owners; // by index key
    std::unordered_map<QByteArray, bool, Hash> m_known; // record's table key → whether its content is known
    std::vector<IndexFault> m_faults;
    qint64 m_records = 0;
    qint64 m_entries = 0;
    qint64 m_undecodable = 0;
};

} // namespace slotscope::core
