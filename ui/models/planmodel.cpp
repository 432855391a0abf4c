// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/planmodel.h"

#include "ui/models/changesummary.h"
#include "ui/theme.h"

#include <QFont>
#include <QGuiApplication>
#include <QPalette>
#include <QSet>

namespace slotscope::ui {

using core::PlannedChange;

bool isStageable(const PlannedChange &change)
{
    return change.kind == PlannedChange::Kind::Insert || change.kind == PlannedChange::Kind::Update;
}

PlanModel::PlanModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void PlanModel::setPlan(core::BulkPlan plan, const core::SlotCodec &codec)
{
    beginResetModel();
    QSet<QByteArray> unchecked;
    for (size_t i = 0; i < m_plan.changes.size(); ++i) {
        if (!m_checked[i] && isStageable(m_plan.changes[i]))
            unchecked.insert(m_plan.changes[i].row.key);
    }
    m_plan = std::move(plan);
    m_codec = codec;
    m_checked.assign(m_plan.changes.size(), false);
    m_checkedCount = 0;
    for (size_t i = 0; i < m_plan.changes.size(); ++i)
        check(i, !unchecked.contains(m_plan.changes[i].row.key));
    filter();
    endResetModel();
    Q_EMIT checkedChanged();
}

void PlanModel::show(Show which)
{
    beginResetModel();
    m_show = which;
    filter();
    endResetModel();
}

void PlanModel::filter()
{
    m_shown.clear();
    for (size_t i = 0; i < m_plan.changes.size(); ++i) {
        const PlannedChange &change = m_plan.changes[i];
        const bool wrong = change.kind == PlannedChange::Kind::Wrong;
        if (m_show == Show::All || (m_show == Show::Problems ? wrong : isStageable(change)))
            m_shown.push_back(i);
    }
}

void PlanModel::check(size_t position, bool checked)
{
    checked = checked && isStageable(m_plan.changes[position]);
    if (m_checked[position] == checked)
        return;
    m_checked[position] = checked;
    m_checkedCount += checked ? 1 : -1;
}

void PlanModel::allChanged()
{
    if (!m_shown.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1), {Qt::CheckStateRole});
    Q_EMIT checkedChanged();
}

std::vector<const PlannedChange *> PlanModel::checked() const
{
    std::vector<const PlannedChange *> changes;
    changes.reserve(size_t(m_checkedCount));
    for (size_t i = 0; i < m_plan.changes.size(); ++i) {
        if (m_checked[i])
            changes.push_back(&m_plan.changes[i]);
    }
    return changes;
}

void PlanModel::setAllChecked(bool checked)
{
    for (size_t i = 0; i < m_plan.changes.size(); ++i)
        check(i, checked);
    allChanged();
}

void PlanModel::checkFirst(size_t count)
{
    for (size_t i = 0; i < m_plan.changes.size(); ++i) {
        const bool wanted = count > 0 && isStageable(m_plan.changes[i]);
        check(i, wanted);
        count -= wanted ? 1 : 0;
    }
    allChanged();
}

void PlanModel::setChecked(const QModelIndexList &rows, bool checked)
{
    for (const QModelIndex &index : rows)
        check(m_shown[size_t(index.row())], checked);
    allChanged();
}

int PlanModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_shown.size());
}

int PlanModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PlanModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const PlannedChange &change = changeAt(index.row());
    const bool isWrong = change.kind == PlannedChange::Kind::Wrong;
    switch (role) {
    case Qt::CheckStateRole:
        if (index.column() != Record || !isStageable(change))
            return {};
        return m_checked[m_shown[size_t(index.row())]] ? Qt::Checked : Qt::Unchecked;
    case Qt::DecorationRole:
        if (index.column() == What && isWrong)
            return theme::icon(theme::Glyph::Warning);
        if (index.column() == What && isStageable(change))
            return theme::icon(change.kind == PlannedChange::Kind::Insert ? theme::Glyph::Inserted
                                                                          : theme::Glyph::Edited);
        return {};
    case Qt::ForegroundRole:
        if (change.kind == PlannedChange::Kind::Unchanged)
            return theme::mutedText(QGuiApplication::palette());
        return {};
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        break;
    default:
        return {};
    }
    QString text;
    switch (index.column()) {
    case Line:
        text = change.line > 0 ? QString::number(change.line) : QString();
        break;
    case Record:
        text = change.row.key.isEmpty() ? QString() : keyText(m_codec, change.row.key);
        break;
    case What:
        text = isWrong                                      ? tr("cannot: %1").arg(change.problem)
            : change.kind == PlannedChange::Kind::Insert    ? tr("insert")
            : change.kind == PlannedChange::Kind::Unchanged ? tr("unchanged")
            : change.row.isDeleted()                        ? tr("update, no deletion")
                                                            : tr("update");
        break;
    case Before:
        text = change.before;
        break;
    case After:
        text = change.after;
        break;
    default:
        break;
    }
    // Data is not markup, however much it looks like it.
    return role == Qt::ToolTipRole && !text.isEmpty()
        ? QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(text.toHtmlEscaped())
        : text;
}

bool PlanModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || !checkIndex(index, CheckIndexOption::IndexIsValid)
        || !isStageable(changeAt(index.row())))
        return false;
    check(m_shown[size_t(index.row())], value.toInt() == Qt::Checked);
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT checkedChanged();
    return true;
}

QVariant PlanModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Line:
        return tr("Row");
    case Record:
        return tr("Record");
    case What:
        return tr("What");
    case Before:
        return tr("Before");
    case After:
        return tr("After");
    default:
        return {};
    }
}

Qt::ItemFlags PlanModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    const Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren;
    return index.column() == Record && isStageable(changeAt(index.row())) ? flags | Qt::ItemIsUserCheckable
                                                                          : flags;
}

} // namespace slotscope::ui
