// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/pendingmodel.h"

#include <QFutureWatcher>
#include <QGuiApplication>
#include <QLocale>
#include <QPalette>
#include <QSet>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Change;

namespace {

// All that is decoded for the words of a change.
bool isLargeChange(const core::SlotCodec &codec, const Change &change)
{
    constexpr qsizetype Large = 65'536; // bytes; decoding more on the UI thread could be felt
    constexpr qsizetype LargeCompressed = 1'024; // of which nobody knows what comes out
    const qsizetype size = change.value.size() + change.base.value.size()
        + (change.conflict ? change.conflict->value.size() : 0);
    return size >= (codec.type().compression == core::Compression::None ? Large : LargeCompressed);
}

} // namespace

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

PendingModel::Words PendingModel::wordsOf(const core::SlotCodec &codec, const Change &change)
{
    Words words {changeText(codec, change), conflictText(codec, change)};
    if (change.conflict)
        words.change += QStringLiteral("; ") + theirText(codec, change);
    return words;
}

PendingModel::Row PendingModel::makeRow(const Change &change)
{
    const ResolvedKey resolved = m_resolver ? m_resolver(change.key) : ResolvedKey();
    Row row {change, resolved.table, keyText(resolved.codec, change.key), {}, ++m_lastSerial};
    if (!isLargeChange(resolved.codec, change)) {
        row.words = wordsOf(resolved.codec, change);
        return row;
    }
    row.words.change = tr("%1 …").arg(QLocale().formattedDataSize(
        change.kind == Change::Kind::Delete ? change.base.value.size() : change.value.size(), 1,
        QLocale::DataSizeTraditionalFormat));
    find(resolved.codec, row);
    return row;
}

void PendingModel::find(const core::SlotCodec &codec, const Row &row)
{
    ++m_working;
    auto *watcher = new QFutureWatcher<Words>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, serial = row.serial] {
        watcher->deleteLater();
        --m_working;
        take(serial, watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(&PendingModel::wordsOf, codec, row.change));
}

void PendingModel::take(quint64 serial, const Words &words)
{
    // One that is gone, or has become another meanwhile, has another serial.
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [serial](const Row &row) { return row.serial == serial; });
    if (found == m_rows.end())
        return;
    found->words = words;
    const int row = static_cast<int>(found - m_rows.begin());
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
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
            return row.words.change;
        }
    case Qt::DecorationRole:
        return index.column() == OperationColumn ? QVariant(theme::icon(markOf(row.change))) : QVariant();
    case Qt::BackgroundRole:
        return conflict ? QVariant(theme::tint(theme::Mark::Conflict, QGuiApplication::palette()))
                        : QVariant();
    case Qt::ToolTipRole:
        if (conflict)
            return QStringLiteral("<qt>%1<br>%2</qt>")
                .arg(row.words.conflict.toHtmlEscaped(), row.words.change.toHtmlEscaped());
        return QStringLiteral("<qt>%1</qt>")
            .arg((index.column() == KeyColumn ? row.key : row.words.change).toHtmlEscaped());
    case KeyRole:
        return row.change.key;
    case ConflictRole:
        return conflict;
    default:
        return {};
    }
}

} // namespace slotscope::ui
