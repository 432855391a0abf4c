// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/doctor/cataloguecheck.h"
#include "core/doctor/indexdoctor.h"

#include <QAbstractTableModel>
#include <QPointer>

#include <vector>

namespace slotscope::ui {

/// What the doctor found, as lines for people: faults of the catalogue, then of indexes, then what could not
/// be checked.
class ProblemsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { FaultColumn, TableColumn, IndexColumn, KeyColumn, ExplanationColumn, ColumnCount };
    enum Role {
        KeyRole = Qt::UserRole + 1, ///< QByteArray: the etcd key to look at; empty when there is none
        RepairableRole, ///< bool
    };

    explicit ProblemsModel(QObject *parent = nullptr);

    void setReport(const core::IndexReport &report, const std::vector<core::CatalogueFault> &catalogue,
                   const core::SlotDirectory *directory);
    void clear();
    /// The fault of an index in a row; null pointer for other lines.
    const core::IndexFault *faultAt(int row) const;
    int repairable() const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Row
    {
        QString texts[ColumnCount];
        QByteArray key;
        std::optional<core::IndexFault> fault;
        bool isNote = false;
    };
    std::vector<Row> m_rows;
};

} // namespace slotscope::ui
