// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/mergemodel.h"

#include "core/value/recordstyle.h"
#include "ui/models/changesummary.h"

#include <QFont>
#include <QGuiApplication>
#include <QPalette>

#include <algorithm>

namespace slotscope::ui {

using core::MergeChoice;
using core::MergeField;
using core::Value;
using By = core::MergeField::By;
using Take = core::MergeChoice::Take;

namespace {

constexpr int CellText = 200; // characters
constexpr int TipText = 2000;

QString textOf(const std::optional<Value> &version, int limit)
{
    if (!version || (core::isAbsent(*version) && version->isNull()))
        return MergeModel::tr("absent");
    const QString text = shortText(*version, limit);
    return core::isAbsent(*version) ? MergeModel::tr("absent, so %1").arg(text) : text;
}

QString headerWith(const QString &title, core::Revision revision)
{
    return revision.value > 0 ? MergeModel::tr("%1 (revision %2)").arg(title).arg(revision.value) : title;
}

// The same field, in the same versions: what was chosen for it holds.
bool isTheSame(const MergeField &a, const MergeField &b)
{
    return a.path == b.path && a.order == b.order && a.by == b.by && a.base == b.base && a.mine == b.mine
        && a.theirs == b.theirs;
}

} // namespace

MergeModel::MergeModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void MergeModel::setMerge(const core::RecordMerge &merge, const core::Change &change)
{
    beginResetModel();
    std::vector<MergeChoice> choices(merge.fields().size());
    for (size_t i = 0; i < choices.size(); ++i) {
        const auto known = std::find_if(m_fields.begin(), m_fields.end(), [&](const MergeField &field) {
            return isTheSame(field, merge.fields()[i]);
        });
        if (known != m_fields.end())
            choices[i] = m_choices[static_cast<size_t>(known - m_fields.begin())];
    }
    m_fields = merge.fields();
    m_choices = std::move(choices);
    m_choosable = merge.kind() == core::RecordMerge::Kind::Fields;
    m_base = change.base.modRevision;
    m_theirs = change.conflict ? change.conflict->modRevision : core::Revision();
    endResetModel();
    Q_EMIT choicesChanged();
}

void MergeModel::choose(int row, const MergeChoice &choice)
{
    if (!m_choosable || row < 0 || row >= rowCount())
        return;
    m_choices[static_cast<size_t>(row)] = choice;
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    Q_EMIT choicesChanged();
}

void MergeModel::chooseForClashes(Take take)
{
    if (!m_choosable || m_fields.empty())
        return;
    for (size_t i = 0; i < m_fields.size(); ++i) {
        if (m_fields[i].by == By::Clash)
            m_choices[i] = {take, std::nullopt};
    }
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    Q_EMIT choicesChanged();
}

bool MergeModel::isClash(int row) const
{
    return m_choosable && field(row).by == By::Clash;
}

bool MergeModel::isDecided(int row) const
{
    return !isClash(row) || m_choices[static_cast<size_t>(row)].take != Take::ByItself;
}

std::optional<Value> MergeModel::result(int row) const
{
    const MergeField &one = field(row);
    const MergeChoice &choice = m_choices[static_cast<size_t>(row)];
    switch (choice.take) {
    case Take::Mine:
        return one.mine;
    case Take::Theirs:
        return one.theirs;
    case Take::Own:
        return choice.own;
    case Take::ByItself:
        break;
    }
    switch (one.by) {
    case By::Mine:
        return one.mine;
    case By::Joined:
        return one.joined;
    case By::Theirs:
    case By::Both:
        return one.theirs;
    case By::Clash:
        break;
    }
    return std::nullopt;
}

int MergeModel::clashes() const
{
    int count = 0;
    for (int row = 0; row < rowCount(); ++row)
        count += isClash(row) ? 1 : 0;
    return count;
}

int MergeModel::undecided() const
{
    int count = 0;
    for (int row = 0; row < rowCount(); ++row)
        count += isDecided(row) ? 0 : 1;
    return count;
}

int MergeModel::nextUndecided(int from) const
{
    for (int i = 0; i < rowCount(); ++i) {
        const int row = (std::max(from, 0) + i) % rowCount();
        if (!isDecided(row))
            return row;
    }
    return -1;
}

int MergeModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_fields.size());
}

int MergeModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MergeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case FieldColumn:
        return tr("Field");
    case BaseColumn:
        return headerWith(tr("Was"), m_base);
    case MineColumn:
        return tr("Mine");
    case TheirsColumn:
        return headerWith(tr("Theirs"), m_theirs);
    default:
        return tr("Result");
    }
}

QString MergeModel::text(int row, int column, int limit) const
{
    const MergeField &one = field(row);
    switch (column) {
    case FieldColumn: {
        const QString path = one.path.isEmpty() ? tr("(all of it)") : one.path.toString();
        return one.order ? tr("order of %1").arg(path) : path;
    }
    case BaseColumn:
        return textOf(one.base, limit);
    case MineColumn:
        return textOf(one.mine, limit);
    case TheirsColumn:
        return textOf(one.theirs, limit);
    default:
        return !m_choosable  ? QString()
            : isDecided(row) ? textOf(result(row), limit)
                             : tr("? mine or theirs");
    }
}

QVariant MergeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = index.row();
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column, CellText);
    case Qt::ToolTipRole:
        return QStringLiteral("<p style='white-space:pre-wrap'>%1</p>")
            .arg(text(row, column, TipText).toHtmlEscaped());
    case Qt::AccessibleTextRole:
        return column == FieldColumn && isClash(row) ? tr("%1, clashes").arg(text(row, column, CellText))
                                                     : text(row, column, CellText);
    case Qt::DecorationRole:
        if (column == FieldColumn && isClash(row))
            return theme::icon(isDecided(row) ? theme::Mark::Edited : theme::Mark::Conflict);
        return {};
    case Qt::BackgroundRole:
        if (!isClash(row))
            return {};
        return theme::tint(isDecided(row) ? theme::Mark::Edited : theme::Mark::Conflict,
                           QGuiApplication::palette());
    case Qt::ForegroundRole:
        // What nobody changed on one side matters less there.
        if ((column == MineColumn && field(row).mine == field(row).base)
            || (column == TheirsColumn && field(row).theirs == field(row).base) || column == BaseColumn)
            return theme::mutedText(QGuiApplication::palette());
        return {};
    case Qt::FontRole:
        if (column == ResultColumn && m_choices[static_cast<size_t>(row)].take != Take::ByItself) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    case ClashRole:
        return isClash(row);
    case DecidedRole:
        return isDecided(row);
    default:
        return {};
    }
}

} // namespace slotscope::ui
