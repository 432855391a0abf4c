// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/diffmodel.h"

#include "core/table/decodedrow.h"
#include "core/value/valuetext.h"
#include "ui/models/changefields.h"
#include "ui/theme.h"

#include <algorithm>

namespace slotscope::ui {

using core::RowDifference;

namespace {

constexpr int SummaryLength = 300; // characters, of a line that is looked through

theme::Mark markOf(RowDifference::Kind kind)
{
    switch (kind) {
    case RowDifference::Kind::Added:
        return theme::Mark::Inserted;
    case RowDifference::Kind::Removed:
        return theme::Mark::Deleted;
    case RowDifference::Kind::Changed:
        break;
    }
    return theme::Mark::Edited;
}

QString kindText(RowDifference::Kind kind)
{
    switch (kind) {
    case RowDifference::Kind::Added:
        return DiffModel::tr("only in B");
    case RowDifference::Kind::Removed:
        return DiffModel::tr("only in A");
    case RowDifference::Kind::Changed:
        break;
    }
    return DiffModel::tr("differs");
}

} // namespace

DiffRowPointer describeDifference(const DiffReading &reading, const RowDifference &difference)
{
    auto row = std::make_shared<DiffRow>();
    row->difference = difference;
    const QByteArray key = reading.prefix + difference.key;
    row->key = keyText(reading.codec, key);
    QStringList parts;
    if (difference.kind == RowDifference::Kind::Changed) {
        for (const FieldLine &line : fieldLines(reading.codec,
                                                {.key = key,
                                                .value = difference.after,
                                                .base = {.exists = true, .value = difference.before}}))
            parts << (line.field.isEmpty() ? line.change
                                           : QStringLiteral("%1: %2").arg(line.field, line.change));
    } else {
        const bool added = difference.kind == RowDifference::Kind::Added;
        const auto decoded =
            core::decodeRow(reading.codec, key, added ? difference.after : difference.before);
        parts << core::displayText(decoded.value, SummaryLength);
    }
    row->summary = parts.join(QStringLiteral(", "));
    if (row->summary.size() > SummaryLength)
        row->summary = row->summary.left(SummaryLength) + QStringLiteral("…");
    return row;
}

bool DiffFilter::takes(const DiffReading &reading, const DiffRow &row) const
{
    const RowDifference::Kind kind = row.difference.kind;
    if (!(kind == RowDifference::Kind::Added         ? added
              : kind == RowDifference::Kind::Removed ? removed
                                                     : changed))
        return false;
    if (!text.isEmpty() && !row.key.contains(text, Qt::CaseInsensitive)
        && !row.summary.contains(text, Qt::CaseInsensitive))
        return false;
    if (condition.isEmpty())
        return true;
    const QByteArray key = reading.prefix + row.difference.key;
    const auto holds = [&](const QByteArray &value) {
        return condition.matches(core::decodeRow(reading.codec, key, value));
    };
    return (kind != RowDifference::Kind::Added && holds(row.difference.before))
        || (kind != RowDifference::Kind::Removed && holds(row.difference.after));
}

DiffModel::DiffModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void DiffModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_checked.clear();
    m_checkedCount = 0;
    m_shown.clear();
    endResetModel();
    Q_EMIT checkedChanged();
}

void DiffModel::append(const std::vector<DiffRowPointer> &rows, const std::vector<bool> &shown)
{
    const size_t before = m_rows.size();
    m_rows.insert(m_rows.end(), rows.cbegin(), rows.cend());
    m_checked.resize(m_rows.size(), false);
    std::vector<size_t> more;
    for (size_t i = 0; i < rows.size(); ++i) {
        if (shown[i])
            more.push_back(before + i);
    }
    if (more.empty())
        return;
    const auto first = static_cast<int>(m_shown.size());
    beginInsertRows({}, first, first + static_cast<int>(more.size()) - 1);
    m_shown.insert(m_shown.end(), more.cbegin(), more.cend());
    endInsertRows();
}

void DiffModel::setShown(const std::vector<bool> &shown)
{
    beginResetModel();
    m_shown.clear();
    for (size_t i = 0; i < std::min(shown.size(), m_rows.size()); ++i) {
        if (shown[i])
            m_shown.push_back(i);
    }
    endResetModel();
}

const DiffRow *DiffModel::rowAt(int row) const
{
    return row >= 0 && size_t(row) < m_shown.size() ? m_rows[m_shown[size_t(row)]].get() : nullptr;
}

void DiffModel::check(size_t position, bool checked)
{
    if (m_checked[position] == checked)
        return;
    m_checked[position] = checked;
    m_checkedCount += checked ? 1 : size_t(-1);
}

void DiffModel::setAllShownChecked(bool checked)
{
    for (const size_t position : m_shown)
        check(position, checked);
    if (!m_shown.empty())
        Q_EMIT dataChanged(index(0, Record), index(rowCount() - 1, Record), {Qt::CheckStateRole});
    Q_EMIT checkedChanged();
}

void DiffModel::setChecked(const QModelIndexList &rows, bool checked)
{
    for (const QModelIndex &row : rows) {
        check(m_shown[size_t(row.row())], checked);
        const QModelIndex first = row.siblingAtColumn(Record);
        Q_EMIT dataChanged(first, first, {Qt::CheckStateRole});
    }
    Q_EMIT checkedChanged();
}

std::vector<DiffRowPointer> DiffModel::checked() const
{
    std::vector<DiffRowPointer> rows;
    for (size_t i = 0; i < m_rows.size(); ++i) {
        if (m_checked[i])
            rows.push_back(m_rows[i]);
    }
    return rows;
}

int DiffModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int DiffModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DiffModel::data(const QModelIndex &index, int role) const
{
    const DiffRow *row = rowAt(index.row());
    if (!row)
        return {};
    const RowDifference::Kind kind = row->difference.kind;
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == Record ? row->key : index.column() == Kind ? kindText(kind) : row->summary;
    case Qt::ToolTipRole:
        return index.column() == What ? QVariant(row->summary) : QVariant();
    case Qt::DecorationRole:
        return index.column() == Kind ? QVariant(theme::icon(markOf(kind))) : QVariant();
    case Qt::CheckStateRole:
        if (index.column() == Record)
            return m_checked[m_shown[size_t(index.row())]] ? Qt::Checked : Qt::Unchecked;
        return {};
    default:
        return {};
    }
}

bool DiffModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || index.column() != Record || !rowAt(index.row()))
        return false;
    setChecked({index}, value.toInt() == Qt::Checked);
    return true;
}

QVariant DiffModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Record:
        return tr("Record");
    case Kind:
        return tr("Difference");
    default:
        return tr("A → B");
    }
}

Qt::ItemFlags DiffModel::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == Record ? flags | Qt::ItemIsUserCheckable : flags;
}

} // namespace slotscope::ui
