// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "core/table/livetable.h"

#include <QHash>

namespace slotscope::core {

/// A record as it stands, what is staged laid over.
struct StagedRow
{
    QByteArray key;
    KeyState current; ///< what the server has
    std::optional<Change> change; ///< what is staged

    bool isDeleted() const { return change ? change->kind == Change::Kind::Delete : !current.exists; }
    /// The bytes that are shown: the staged ones, where there are some.
    const QByteArray &value() const
    {
        return change && change->kind != Change::Kind::Delete ? change->value : current.value;
    }
};

/// Some rows of a table: those that it has, and behind them keys that are only staged.
struct RowChoice
{
    std::vector<RowId> rows;
    std::vector<QByteArray> extras;

    size_t size() const { return rows.size() + extras.size(); }
};

/// The records of a table with what is staged, frozen: for jobs over many of them, on any thread.
class StagedRows
{
public:
    StagedRows() = default;
    StagedRows(const LiveTable &table, const EditSession &session);

    const KeyRange &range() const { return m_range; }
    /// All rows, and the keys of staged inserts.
    RowChoice all() const;
    StagedRow at(const RowChoice &choice, size_t position) const;
    StagedRow at(const QByteArray &key) const;
    /// What etcd has of a row, as long as these are there; nothing for a key that is only staged, or a row
    /// that is gone.
    std::optional<RowView> stored(const RowChoice &choice, size_t position) const;
    /// Whether there is a record with this key, or one is staged.
    bool holds(const QByteArray &key) const;
    /// The last row whose key begins so; nothing when none does.
    std::optional<RowView> lastWithPrefix(const QByteArray &prefix) const;

private:
    StagedRow overlaid(StagedRow row) const;
    size_t lowerBound(const QByteArray &key) const;

    KeyRange m_range;
    RowSnapshot m_rows;
    std::vector<RowId> m_keyOrder;
    QHash<QByteArray, Change> m_changes;
    std::vector<QByteArray> m_inserted; // in the order of staging
};

} // namespace slotscope::core
