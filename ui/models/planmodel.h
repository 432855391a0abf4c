// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/bulkplan.h"

#include <QAbstractTableModel>

namespace slotscope::ui {

/// What an operation over many records would do, a row for each, to be looked through before it is staged.
/// What can be staged has a box, checked until somebody clears it.
class PlanModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Line, Record, What, Before, After, ColumnCount };
    enum class Show { All, Changes, Problems };

    explicit PlanModel(QObject *parent = nullptr);

    /// A record that was unchecked stays so, if it is in the new plan.
    void setPlan(core::BulkPlan plan, const core::SlotCodec &codec);
    void clear() { setPlan({}, core::SlotCodec()); }
    const core::BulkPlan &plan() const { return m_plan; }
    void show(Show which);

    /// Pointers into plan().
    std::vector<const core::PlannedChange *> checked() const;
    qsizetype checkedCount() const { return m_checkedCount; }
    void setAllChecked(bool checked);
    /// The first so many that can be staged, and no other.
    void checkFirst(size_t count);
    /// All of these rows; what cannot be staged stays without.
    void setChecked(const QModelIndexList &rows, bool checked);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void checkedChanged();

private:
    const core::PlannedChange &changeAt(int row) const { return m_plan.changes[m_shown[size_t(row)]]; }
    void filter();
    void check(size_t position, bool checked);
    void allChanged();

    core::BulkPlan m_plan;
    core::SlotCodec m_codec;
    Show m_show = Show::All;
    std::vector<size_t> m_shown; // positions in the plan
    std::vector<bool> m_checked; // by position
    qsizetype m_checkedCount = 0;
};

/// Whether a change is one that can be staged.
bool isStageable(const core::PlannedChange &change);

} // namespace slotscope::ui
