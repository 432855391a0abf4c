// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/eventlogmodel.h"

#include "core/connection/connection.h"
#include "ui/theme.h"

#include <QLocale>
#include <QPalette>
#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::ui {

namespace {

constexpr qint64 PageSize = 64;
constexpr int MostPages = 200; // kept decoded
constexpr size_t MostPagesAtOnce = 16;
constexpr std::chrono::milliseconds BookInterval(200);

} // namespace

EventLogModel::EventLogModel(QObject *parent)
    : QAbstractTableModel(parent)
    , m_pages(MostPages)
{
    m_read.setSingleShot(true);
    m_read.setInterval(0);
    connect(&m_read, &QTimer::timeout, this, &EventLogModel::readWanted);
    m_bookTimer.setSingleShot(true);
    m_bookTimer.setInterval(BookInterval);
    connect(&m_bookTimer, &QTimer::timeout, this, &EventLogModel::renewBook);
    connect(&m_reading, &QFutureWatcherBase::finished, this, [this] {
        m_isReading = false;
        if (m_readGeneration == m_generation)
            takePages(m_reading.result());
        if (!m_wanted.empty())
            m_read.start();
    });
}

EventLogModel::~EventLogModel() = default;

void EventLogModel::follow(core::Connection *connection)
{
    if (m_log)
        disconnect(m_log, nullptr, this, nullptr);
    if (m_connection)
        disconnect(m_connection->directory(), nullptr, this, nullptr);
    m_scan.reset();
    m_connection = connection;
    m_log = connection ? connection->eventLog() : nullptr;
    if (connection) {
        m_scan = std::make_unique<core::LogScan>(m_log);
        connect(m_scan.get(), &core::LogScan::found, this, &EventLogModel::takeFound);
        connect(m_scan.get(), &core::LogScan::progressed, this, &EventLogModel::countsChanged);
        connect(m_log, &core::EventLog::changed, this, &EventLogModel::takeGrowth);
        const core::SlotDirectory *directory = connection->directory();
        const auto later = [this] {
            if (!m_bookTimer.isActive())
                m_bookTimer.start();
        };
        connect(directory, &core::SlotDirectory::loaded, this, later);
        connect(directory, &core::SlotDirectory::slotAdded, this, later);
        connect(directory, &core::SlotDirectory::slotChanged, this, later);
        connect(directory, &core::SlotDirectory::slotRemoved, this, later);
    }
    m_bookTimer.stop();
    m_book = connection ? core::CodecBook(*connection->directory()) : core::CodecBook();
    restart();
}

void EventLogModel::setFilter(const core::EventFilter &filter)
{
    m_filter = filter;
    restart();
}

void EventLogModel::setActive(bool active)
{
    if (std::exchange(m_active, active) != active)
        restart();
}

void EventLogModel::setAlerts(Alerts alerts)
{
    m_alerts = std::move(alerts);
    alertsChanged();
}

void EventLogModel::alertsChanged()
{
    if (const int rows = rowCount(); rows > 0)
        Q_EMIT dataChanged(index(0, 0), index(rows - 1, ColumnCount - 1),
                           {Qt::BackgroundRole, Qt::ToolTipRole, Qt::DecorationRole});
}

void EventLogModel::renewBook()
{
    m_book = m_connection ? core::CodecBook(*m_connection->directory()) : core::CodecBook();
    // What passes may be something else now; else the lines only read differently.
    if (!m_log || !m_filter.condition.isEmpty() || !m_filter.keyText.isEmpty()) {
        restart();
        return;
    }
    ++m_generation;
    m_pages.clear();
    if (const int rows = rowCount(); rows > 0)
        Q_EMIT dataChanged(index(0, 0), index(rows - 1, ColumnCount - 1));
}

// Everything is looked at and read anew.
void EventLogModel::restart()
{
    ++m_generation;
    beginResetModel();
    m_pages.clear();
    m_wanted.clear();
    m_found.clear();
    m_first = m_end = m_log ? m_log->begin() : 0;
    if (m_scan)
        m_scan->stop();
    if (m_active && m_log && m_filter.isEmpty())
        m_end = m_log->end();
    endResetModel();
    if (m_active && m_scan && !m_filter.isEmpty()) {
        m_scan->start(
            [filter = m_filter, book = m_book](const core::LogEntry &entry,
                                               std::vector<core::LogScan::Hit> *hits) {
                if (filter.matches(entry, book))
                    hits->push_back({.number = entry.number});
            },
            m_log->begin());
    }
    Q_EMIT countsChanged();
}

void EventLogModel::takeGrowth()
{
    if (!m_active)
        return;
    dropFront();
    if (m_filter.isEmpty() && m_log->end() > m_end) {
        const int rows = rowCount();
        beginInsertRows({}, rows, rows + int(m_log->end() - m_end) - 1);
        m_end = m_log->end();
        endInsertRows();
    }
    Q_EMIT countsChanged();
}

// The log gives up its oldest entries when there is no room for them.
void EventLogModel::dropFront()
{
    const qint64 begin = m_log->begin();
    if (m_filter.isEmpty()) {
        if (begin >= m_end && m_end > m_first) {
            beginResetModel();
            m_first = m_end = begin;
            endResetModel();
        } else if (begin > m_first) {
            beginRemoveRows({}, 0, int(begin - m_first) - 1);
            m_first = begin;
            endRemoveRows();
        }
        m_end = std::max(m_end, begin);
        m_first = std::max(m_first, begin);
        return;
    }
    const auto kept = std::lower_bound(m_found.cbegin(), m_found.cend(), begin);
    if (kept == m_found.cbegin())
        return;
    beginRemoveRows({}, 0, int(kept - m_found.cbegin()) - 1);
    m_found.erase(m_found.cbegin(), kept);
    endRemoveRows();
}

void EventLogModel::takeFound(const std::vector<core::LogScan::Hit> &hits)
{
    const int rows = rowCount();
    beginInsertRows({}, rows, rows + int(hits.size()) - 1);
    for (const core::LogScan::Hit &hit : hits)
        m_found.push_back(hit.number);
    endInsertRows();
}

qint64 EventLogModel::numberAt(int row) const
{
    return m_filter.isEmpty() ? m_first + row : m_found[size_t(row)];
}

const EventLine *EventLogModel::lineOf(qint64 number) const
{
    const Page *page = m_pages.object(number / PageSize);
    const qint64 at = page ? number - page->first : -1;
    if (at >= 0 && at < qint64(page->lines.size()))
        return &page->lines[size_t(at)];
    // The last page grows: then it is read again.
    m_wanted.insert(number / PageSize);
    if (!m_isReading && !m_read.isActive())
        m_read.start();
    return nullptr;
}

void EventLogModel::readWanted()
{
    if (m_isReading || m_wanted.empty() || !m_log)
        return;
    // The latest wishes are those of what is seen now; those that do not fit are asked for again.
    std::vector<qint64> pages;
    while (!m_wanted.empty() && pages.size() < MostPagesAtOnce) {
        pages.push_back(*m_wanted.rbegin());
        m_wanted.erase(std::prev(m_wanted.end()));
    }
    m_isReading = true;
    m_readGeneration = m_generation;
    m_reading.setFuture(
        QtConcurrent::run([snapshot = m_log->snapshot(), pages, book = m_book, filter = m_filter] {
            Pages read;
            for (const qint64 page : pages) {
                Page &lines = read.emplace_back();
                lines.first = std::max(page * PageSize, snapshot.begin());
                const qint64 count = (page + 1) * PageSize - lines.first;
                for (const core::LogEntry &entry : snapshot.read(lines.first, count))
                    lines.lines.push_back(eventLine(entry, book, filter));
            }
            return read;
        }));
}

void EventLogModel::takePages(const Pages &pages)
{
    for (const Page &page : pages) {
        const qint64 number = page.first / PageSize;
        const qint64 end = page.first + qint64(page.lines.size());
        m_pages.insert(number, new Page(page));
        qint64 firstRow = page.first - m_first;
        qint64 endRow = end - m_first;
        if (!m_filter.isEmpty()) {
            firstRow = std::lower_bound(m_found.cbegin(), m_found.cend(), page.first) - m_found.cbegin();
            endRow = std::lower_bound(m_found.cbegin(), m_found.cend(), end) - m_found.cbegin();
        }
        firstRow = std::max<qint64>(firstRow, 0);
        endRow = std::min<qint64>(endRow, rowCount());
        if (firstRow < endRow)
            Q_EMIT dataChanged(index(int(firstRow), 0), index(int(endRow) - 1, ColumnCount - 1));
    }
}

int EventLogModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return m_filter.isEmpty() ? int(m_end - m_first) : int(m_found.size());
}

int EventLogModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant EventLogModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const qint64 number = numberAt(index.row());
    switch (role) {
    case NumberRole:
        return number;
    case Qt::TextAlignmentRole:
        return index.column() == RevisionColumn ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter))
                                                : QVariant();
    case Qt::BackgroundRole:
        return m_alerts && !m_alerts(number).isEmpty()
            ? QVariant(theme::tint(theme::Mark::Warning, QPalette()))
            : QVariant();
    case Qt::DisplayRole:
    case Qt::DecorationRole:
    case Qt::ToolTipRole:
    case EventKeyRole:
        break;
    default:
        return {};
    }
    const EventLine *line = lineOf(number);
    if (role == EventKeyRole)
        return line ? line->key : QByteArray();
    const QString alert = m_alerts ? m_alerts(number) : QString();
    if (role == Qt::DecorationRole) {
        if (index.column() != WhatColumn || !line)
            return {};
        return alert.isEmpty() ? theme::icon(line->mark) : theme::icon(theme::Glyph::Warning);
    }
    if (!line)
        return role == Qt::DisplayRole && index.column() == ChangeColumn ? QVariant(QStringLiteral("…"))
                                                                         : QVariant();
    switch (index.column()) {
    case TimeColumn:
        return line->time;
    case RevisionColumn:
        return line->revision.value > 0 ? QLocale().toString(qlonglong(line->revision.value)) : QString();
    case WhatColumn:
        return role == Qt::ToolTipRole && !alert.isEmpty() ? tr("Alert: %1").arg(alert) : line->what;
    case TableColumn:
        return line->tables;
    case KeyColumn:
        return line->keys;
    case ChangeColumn:
        return line->change;
    default:
        return {};
    }
}

QVariant EventLogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case TimeColumn:
        return tr("Received");
    case RevisionColumn:
        return tr("Revision");
    case WhatColumn:
        return tr("What");
    case TableColumn:
        return tr("Table");
    case KeyColumn:
        return tr("Key");
    case ChangeColumn:
        return tr("Before → after");
    default:
        return {};
    }
}

} // namespace slotscope::ui
