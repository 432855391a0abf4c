// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/pendingmodel.h"

#include <QGuiApplication>
#include <QPalette>
#include <QSet>

namespace slotscope::ui {

using core::Change;

PendingModel::PendingModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void PendingModel::setSession(core::EditSession *session, KeyResolver resolver)
{
    if (m_session)
        m_session->disconnect(this);
    m_session = session;
    m_resolver = std::move(resolver);
    if (session)
        connect(session, &core::EditSession::changed, this, &PendingModel::align);
    refresh();
}

void PendingModel::refresh()
{
    beginResetModel();
    m_rows.clear();
    if (m_session) {
        for (const Change &change : m_session->changes())
            m_rows.push_back(makeRow(change));
    }
    endResetModel();
}

PendingModel::Row PendingModel::makeRow(const Change &change) const
{
    const ResolvedKey resolved = m_resolver ? m_resolver(change.key) : ResolvedKey();
    QString text = changeText(resolved.codec, change);
    if (change.conflict)
        text += QStringLiteral("; ") + theirText(resolved.codec, change);
    return {change, resolved.table, keyText(resolved.codec, change.key), text,
            conflictText(resolved.codec, change)};
}

void PendingModel::align()
{
    const std::vector<Change> &wanted = m_session->changes();
    QSet<QByteArray> staged;
    for (const Change &change : wanted)
        staged.insert(change.key);
    for (size_t end = m_rows.size(); end > 0;) {
        size_t begin = end;
        while (begin > 0 && !staged.contains(m_rows[begin - 1].change.key))
            --begin;
        if (begin == end) {
            --end;
            continue;
        }
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     m_rows.begin() + static_cast<std::ptrdiff_t>(end));
        endRemoveRows();
        end = begin;
    }
    // What is left comes in the wanted order, or was taken back and staged again at the end.
    for (size_t i = 0; i < wanted.size(); ++i) {
        const int row = static_cast<int>(i);
        const auto offset = static_cast<std::ptrdiff_t>(i);
        if (i < m_rows.size() && m_rows[i].change.key == wanted[i].key) {
            if (m_rows[i].change != wanted[i]) {
                m_rows[i] = makeRow(wanted[i]);
                Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
            }
            continue;
        }
        const int known = rowOf(wanted[i].key);
        if (known > row) {
            beginMoveRows({}, known, known, {}, row);
            std::rotate(m_rows.begin() + offset, m_rows.begin() + known, m_rows.begin() + known + 1);
            endMoveRows();
            m_rows[i] = makeRow(wanted[i]);
            Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        } else {
            beginInsertRows({}, row, row);
            m_rows.insert(m_rows.begin() + offset, makeRow(wanted[i]));
            endInsertRows();
        }
    }
}

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

int PendingModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PendingModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
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
    default:
        return tr("Change");
    }
}

QVariant PendingModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || static_cast<size_t>(index.row()) >= m_rows.size())
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    const bool conflict = row.change.conflict.has_value();
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case OperationColumn:
            return conflict ? tr("%1, conflict").arg(operationText(row.change.kind))
                            : operationText(row.change.kind);
        case TableColumn:
            return row.table;
        case KeyColumn:
            return row.key;
        default:
            return row.text;
        }
    case Qt::DecorationRole:
        return index.column() == OperationColumn ? QVariant(theme::icon(markOf(row.change))) : QVariant();
    case Qt::BackgroundRole:
        return conflict ? QVariant(theme::tint(theme::Mark::Conflict, QGuiApplication::palette()))
                        : QVariant();
    case Qt::ToolTipRole:
        if (conflict)
            return QStringLiteral("<qt>%1<br>%2</qt>")
                .arg(row.conflict.toHtmlEscaped(), row.text.toHtmlEscaped());
        return QStringLiteral("<qt>%1</qt>")
            .arg((index.column() == KeyColumn ? row.key : row.text).toHtmlEscaped());
    case KeyRole:
        return row.change.key;
    case ConflictRole:
        return conflict;
    default:
        return {};
    }
}

} // namespace slotscope::ui
