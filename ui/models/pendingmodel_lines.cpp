// SPDX-License-Identifier: GPL-3.0-or-later
//
// PendingModel as views see it: lines, what stands in them, and what is below them.
#include "ui/models/pendingmodel.h"

#include <QGuiApplication>
#include <QLocale>
#include <QPalette>

#include <algorithm>

namespace slotscope::ui {

using core::Change;

namespace {

/// For a tooltip; empty when there is nothing below.
QString derivedSummary(size_t count)
{
    if (count == 0)
        return {};
    return QStringLiteral("<br>")
        + (count == 1 ? PendingModel::tr("One line below is about an index.")
                      : PendingModel::tr("%1 lines below are about indexes.").arg(count));
}

} // namespace

QByteArray PendingModel::keyAt(int row) const
{
    return row >= 0 && static_cast<size_t>(row) < m_rows.size() ? m_rows[static_cast<size_t>(row)].change.key
                                                                : QByteArray();
}

int PendingModel::rowOf(const QByteArray &key) const
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [&key](const Row &row) { return row.change.key == key; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int PendingModel::rowOfId(quint64 id) const
{
    if (m_rowOfId.isEmpty()) {
        for (size_t i = 0; i < m_rows.size(); ++i)
            m_rowOfId.insert(m_rows[i].id, static_cast<int>(i));
    }
    return m_rowOfId.value(id, -1);
}

// A line below a change carries the change's id, which stays when lines move.
QModelIndex PendingModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column,
                       parent.isValid() ? quintptr(m_rows[static_cast<size_t>(parent.row())].id) : 0);
}

QModelIndex PendingModel::parent(const QModelIndex &index) const
{
    const int row = index.internalId() != 0 ? rowOfId(index.internalId()) : -1;
    return row < 0 ? QModelIndex() : createIndex(row, 0, quintptr(0));
}

int PendingModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return static_cast<int>(m_rows.size());
    if (parent.internalId() != 0 || parent.column() != 0)
        return 0;
    const Row &row = m_rows[static_cast<size_t>(parent.row())];
    return static_cast<int>(row.derived.size() + row.fields.size());
}

int PendingModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

bool PendingModel::hasChildren(const QModelIndex &parent) const
{
    if (!parent.isValid() || parent.internalId() != 0)
        return rowCount(parent) > 0;
    // While it is not known, there may be some.
    return m_rows[static_cast<size_t>(parent.row())].fetched != Fetched::Done || rowCount(parent) > 0;
}

QVariant PendingModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case OperationColumn:
        return tr("Operation");
    case TableColumn:
        return tr("Table");
    case KeyColumn:
        return tr("Key");
    case SizeColumn:
        return tr("Size");
    default:
        return tr("Change");
    }
}

QVariant PendingModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const int above = index.internalId() != 0 ? rowOfId(index.internalId()) : index.row();
    if (above < 0 || static_cast<size_t>(above) >= m_rows.size())
        return {};
    const Row &row = m_rows[static_cast<size_t>(above)];
    if (role == KeyRole)
        return row.change.key;
    if (index.internalId() == 0)
        return rowData(row, index.column(), role);
    auto line = static_cast<size_t>(index.row());
    if (line < row.derived.size())
        return derivedData(row, row.derived[line], index.column(), role);
    line -= row.derived.size();
    return line < row.fields.size() ? fieldData(row, row.fields[line], index.column(), role) : QVariant();
}

QVariant PendingModel::rowData(const Row &row, int column, int role) const
{
    const bool conflict = row.change.conflict.has_value();
    switch (role) {
    case Qt::DisplayRole:
        switch (column) {
        case OperationColumn:
            return conflict ? tr("%1, conflict").arg(operationText(row.change.kind))
                            : operationText(row.change.kind);
        case TableColumn:
            return row.table;
        case KeyColumn:
            return row.key;
        case SizeColumn:
            return QLocale().formattedDataSize(row.change.key.size() + row.change.value.size(), 1,
                                               QLocale::DataSizeTraditionalFormat);
        default:
            return row.words.change;
        }
    case Qt::DecorationRole:
        return column == OperationColumn ? QVariant(theme::icon(markOf(row.change))) : QVariant();
    case Qt::BackgroundRole:
        return conflict ? QVariant(theme::tint(theme::Mark::Conflict, QGuiApplication::palette()))
                        : QVariant();
    case Qt::ToolTipRole:
        if (conflict)
            return QStringLiteral("<qt>%1<br>%2</qt>")
                .arg(row.words.conflict.toHtmlEscaped(), row.words.change.toHtmlEscaped());
        return QStringLiteral("<qt>%1%2</qt>")
            .arg((column == KeyColumn ? row.key : row.words.change).toHtmlEscaped(),
                 derivedSummary(row.derived.size()));
    case ConflictRole:
        return conflict;
    case ProblemRole:
        return std::any_of(row.derived.cbegin(), row.derived.cend(),
                           [](const Derived &line) { return line.words.isProblem; });
    default:
        return {};
    }
}

QVariant PendingModel::fieldData(const Row &row, const FieldLine &field, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return column == KeyColumn   ? QVariant(field.field)
            : column == ChangeColumn ? QVariant(field.change)
                                     : QVariant();
    case Qt::ToolTipRole:
        return QStringLiteral("<qt><pre>%1</pre></qt>").arg(field.tooltip.toHtmlEscaped());
    case ConflictRole:
        return row.change.conflict.has_value();
    default:
        return {};
    }
}

} // namespace slotscope::ui
