// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/search.h"

#include <QAbstractItemModel>
#include <QPointer>

namespace slotscope::ui {

/// What a search has found, by slot. Keeps the keys of the records, and of their values only what is shown.
class FindModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { RecordColumn, WhereColumn, FoundColumn, RevisionColumn, ColumnCount };
    enum Role {
        KeyRole = Qt::UserRole + 1, ///< QByteArray: the whole key; empty for a slot
        MatchOffsetRole, ///< int: of the text in that of FoundColumn
        MatchLengthRole, ///< int: 0: none
    };

    using QAbstractItemModel::QAbstractItemModel;

    /// Forgets everything. `directory` knows what the slots are called and how keys are read.
    void begin(core::SlotDirectory *directory);
    void add(const std::vector<core::SearchHit> &hits);
    qint64 hitCount() const { return m_count; }

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Group
    {
        std::optional<core::Slot> slot;
        core::SlotCodec codec;
        QString title;
        std::vector<core::SearchHit> hits;
    };
    size_t groupOf(std::optional<core::Slot> slot);

    QPointer<core::SlotDirectory> m_directory;
    std::vector<Group> m_groups; // in the order in which something was found
    qint64 m_count = 0;
};

} // namespace slotscope::ui
