// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/history/tablediff.h"
#include "core/pmap/slottype.h"
#include "core/table/fieldcondition.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace slotscope::ui {

/// A record that differs, in words.
struct DiffRow
{
    core::RowDifference difference;
    QString key;
    QString summary; ///< of what is different, in one line
};
using DiffRowPointer = std::shared_ptr<const DiffRow>;

/// What the records of a comparison are read by.
struct DiffReading
{
    core::SlotCodec codec {};
    QByteArray prefix {}; ///< what makes a key of the table an etcd key
};

/// Needs decoding, so it is for worker threads.
DiffRowPointer describeDifference(const DiffReading &reading, const core::RowDifference &difference);

/// Which differences are to be seen.
struct DiffFilter
{
    bool added = true;
    bool removed = true;
    bool changed = true;
    core::FieldCondition condition {}; ///< on the record as it is or was
    QString text {}; ///< in key or summary, whatever its case

    bool isAll() const { return added && removed && changed && condition.isEmpty() && text.isEmpty(); }
    /// With a condition it needs decoding.
    bool takes(const DiffReading &reading, const DiffRow &row) const;
};

/// The differences that were found, with a box before each of those that are to be staged.
class DiffModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Record, Kind, What, ColumnCount };

    explicit DiffModel(QObject *parent = nullptr);

    void clear();
    /// `shown`: whether the filter takes each of them.
    void append(const std::vector<DiffRowPointer> &rows, const std::vector<bool> &shown);
    /// Of the first ones; those that came since are asked for again.
    void setShown(const std::vector<bool> &shown);
    const std::vector<DiffRowPointer> &all() const { return m_rows; }
    /// Null pointer where there is none.
    const DiffRow *rowAt(int row) const;

    void setAllShownChecked(bool checked);
    void setChecked(const QModelIndexList &rows, bool checked);
    size_t checkedCount() const { return m_checkedCount; }
    std::vector<DiffRowPointer> checked() const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void checkedChanged();

private:
    void check(size_t position, bool checked);

    std::vector<DiffRowPointer> m_rows;
    std::vector<bool> m_checked; // by position in m_rows
    size_t m_checkedCount = 0;
    std::vector<size_t> m_shown; // positions in m_rows
};

} // namespace slotscope::ui
