// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/merge.h"

#include <QAbstractTableModel>

namespace slotscope::ui {

/// The fields of a merge, a line each: how they were, what each side made of them, and what they are to
/// become, which is chosen here.
class MergeModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { FieldColumn, BaseColumn, MineColumn, TheirsColumn, ResultColumn, ColumnCount };
    enum Role {
        ClashRole = Qt::UserRole + 1, ///< bool
        DecidedRole, ///< bool: it is known what becomes of the field
    };

    explicit MergeModel(QObject *parent = nullptr);

    /// Choices are kept for fields that are as they were.
    void setMerge(const core::RecordMerge &merge, const core::Change &change);
    /// Whether there is anything to choose.
    bool isChoosable() const { return m_choosable; }

    const core::MergeField &field(int row) const { return m_fields[static_cast<size_t>(row)]; }
    const std::vector<core::MergeChoice> &choices() const { return m_choices; }
    void choose(int row, const core::MergeChoice &choice);
    /// The same for every clash.
    void chooseForClashes(core::MergeChoice::Take take);
    /// What a field is to become; nothing: it is to go, or nobody knows.
    std::optional<core::Value> result(int row) const;
    int clashes() const;
    int undecided() const;
    /// The first clash without a choice from this row on, then from the top; -1: there is none.
    int nextUndecided(int from) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void choicesChanged();

private:
    bool isClash(int row) const;
    bool isDecided(int row) const;
    QString text(int row, int column, int limit) const;

    std::vector<core::MergeField> m_fields;
    std::vector<core::MergeChoice> m_choices;
    bool m_choosable = false;
    core::Revision m_base;
    core::Revision m_theirs;
};

} // namespace slotscope::ui
