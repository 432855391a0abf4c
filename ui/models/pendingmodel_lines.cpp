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
    return row >= 0 && static_cast<size_t>(row) < m_rows.size()
        ? m_rows[static_cast<size_t>(row)].item.change.key
        : QByteArray();
}

int PendingModel::rowOf(const QByteArray &key) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&key](const Row &row) {
        return row.item.change.key == key && !row.item.isGuard;
    });
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
    const Row &row = m_rows[static_cast<size_t>(parent.row())];
    return (row.fetched != Fetched::Done && !row.item.isGuard) || rowCount(parent) > 0;
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
    if (index.internalId() == 0)
        return rowData(row, index.column(), role);
    const auto line = static_cast<size_t>(index.row());
    if (line >= row.derived.size() + row.fields.size())
        return {};
    const Derived *derived = line < row.derived.size() ? &row.derived[line] : nullptr;
    switch (role) {
    case KeyRole:
        return row.item.change.key;
    case ShownKeyRole:
        return derived && !derived->derived.change.key.isEmpty() ? derived->derived.change.key
                                                                 : row.item.change.key;
    case ConflictRole:
        return row.item.change.conflict.has_value();
    case GuardRole:
        return row.item.isGuard;
    case LeftOutRole:
        return row.item.change.leftOut;
    default:
        return derived ? derivedData(*derived, index.column(), role)
                       : fieldData(row.fields[line - row.derived.size()], index.column(), role);
    }
}

QHash<QByteArray, QString> PendingModel::keyTexts() const
{
    QHash<QByteArray, QString> texts;
    for (const Row &row : m_rows) {
        texts.insert(row.item.change.key, namesIn(row).table + QStringLiteral(": ") + namesIn(row).key);
        for (const Derived &line : row.derived)
            texts.insert(line.derived.change.key, line.words.table + QStringLiteral(": ") + line.words.key);
    }
    return texts;
}

Qt::ItemFlags PendingModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractItemModel::flags(index);
    if (index.isValid() && index.internalId() == 0 && index.column() == OperationColumn
        && !m_rows[static_cast<size_t>(index.row())].item.isGuard)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

bool PendingModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || !flags(index).testFlag(Qt::ItemIsUserCheckable) || !m_session)
        return false;
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    const bool leftOut = value.toInt() == Qt::Unchecked;
    const QByteArray key = row.item.change.key; // the row may be another afterwards
    const QString name = namesIn(row).key;
    return m_session->setLeftOut({key}, leftOut,
                                 leftOut ? tr("Leave out %1").arg(name) : tr("Take in %1").arg(name));
}

QString PendingModel::operationOf(const Row &row) const
{
    const Change &change = row.item.change;
    QString text = operationText(change.kind);
    if (row.item.isGuard)
        text = tr("depends on");
    else if (!change.partner.isNull())
        text = change.kind == Change::Kind::Delete ? tr("rename, old key") : tr("rename, new key");
    else if (change.kind == Change::Kind::Update && change.value == change.base.value)
        text = tr("lease");
    if (change.conflict)
        return tr("%1, conflict").arg(text);
    if (change.mergedAt.value > 0)
        text = tr("%1, merged").arg(text);
    return hasProblem(row) ? tr("%1, problem").arg(text) : text;
}

bool PendingModel::hasProblem(const Row &row)
{
    return std::any_of(row.derived.cbegin(), row.derived.cend(),
                       [](const Derived &line) { return line.words.isProblem; });
}

QVariant PendingModel::rowData(const Row &row, int column, int role) const
{
    const Change &change = row.item.change;
    const bool conflict = change.conflict.has_value();
    const bool problem = hasProblem(row);
    switch (role) {
    case Qt::DisplayRole:
        switch (column) {
        case OperationColumn:
            return operationOf(row);
        case TableColumn:
            return namesIn(row).table;
        case KeyColumn: {
            const Names &names = namesIn(row);
            return names.partner.isEmpty()            ? names.key
                : change.kind == Change::Kind::Delete ? tr("%1 → %2").arg(names.key, names.partner)
                                                      : tr("%1 (was %2)").arg(names.key, names.partner);
        }
        case SizeColumn:
            return row.item.isGuard ? QVariant()
                                    : QLocale().formattedDataSize(change.key.size() + change.value.size(), 1,
                                                                  QLocale::DataSizeTraditionalFormat);
        default:
            return wordsIn(row).change;
        }
    case Qt::CheckStateRole:
        return column == OperationColumn && !row.item.isGuard
            ? QVariant(change.leftOut ? Qt::Unchecked : Qt::Checked)
            : QVariant();
    case Qt::DecorationRole:
        if (column != OperationColumn)
            return {};
        if (!conflict && problem)
            return theme::icon(theme::Mark::Warning);
        return row.item.isGuard && !conflict ? theme::icon(theme::Glyph::Key) : theme::icon(markOf(change));
    case Qt::BackgroundRole:
        return conflict ? QVariant(theme::tint(theme::Mark::Conflict, QGuiApplication::palette()))
            : problem   ? QVariant(theme::tint(theme::Mark::Warning, QGuiApplication::palette()))
                        : QVariant();
    case Qt::ForegroundRole:
        return change.leftOut ? QVariant(theme::mutedText(QGuiApplication::palette())) : QVariant();
    case Qt::ToolTipRole: {
        QStringList lines;
        if (conflict)
            lines << wordsIn(row).conflict;
        if (problem)
            lines << tr("What is marked below it holds up the commit.");
        if (change.leftOut)
            lines << tr("Left out of the next commit, and still staged.");
        lines << (column == KeyColumn ? namesIn(row).key : wordsIn(row).change);
        for (QString &line : lines)
            line = line.toHtmlEscaped();
        return QStringLiteral("<qt>%1%2</qt>")
            .arg(lines.join(QStringLiteral("<br>")), derivedSummary(row.derived.size()));
    }
    case KeyRole:
    case ShownKeyRole:
        return change.key;
    case ConflictRole:
        return conflict;
    case GuardRole:
        return row.item.isGuard;
    case LeftOutRole:
        return change.leftOut;
    case ProblemRole:
        return problem;
    default:
        return {};
    }
}

QVariant PendingModel::fieldData(const FieldLine &field, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return column == KeyColumn   ? QVariant(field.field)
            : column == ChangeColumn ? QVariant(field.change)
                                     : QVariant();
    case Qt::ToolTipRole:
        return QStringLiteral("<qt><pre>%1</pre></qt>").arg(field.tooltip.toHtmlEscaped());
    default:
        return {};
    }
}

} // namespace slotscope::ui
