// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/live/logscan.h"
#include "ui/models/eventlines.h"

#include <QAbstractTableModel>
#include <QCache>
#include <QPointer>
#include <QTimer>

#include <deque>
#include <set>

namespace slotscope::core {
class Connection;
}

namespace slotscope::ui {

/// The entries of an event log that a filter lets pass, oldest first. Reads and decodes those that are looked
/// at, on worker threads.
class EventLogModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { TimeColumn, RevisionColumn, WhatColumn, TableColumn, KeyColumn, ChangeColumn, ColumnCount };
    enum Role {
        NumberRole = Qt::UserRole, ///< of the entry in the log
        EventKeyRole, ///< of the record to show; empty while it is not known, or where there is none
    };
    /// Why an entry stands out, in words; empty where it does not.
    using Alerts = std::function<QString(qint64 number)>;

    explicit EventLogModel(QObject *parent = nullptr);
    ~EventLogModel() override;

    /// Null pointer: nothing is connected.
    void follow(core::Connection *connection);
    void setFilter(const core::EventFilter &filter);
    const core::EventFilter &filter() const { return m_filter; }
    /// Only while somebody looks does it go on with the log.
    void setActive(bool active);
    void setAlerts(Alerts alerts);
    /// Entries stand out, or no longer do.
    void alertsChanged();

    core::EventLog *log() const { return m_log; }
    const core::CodecBook &book() const { return m_book; }
    /// It is still looking for what the filter lets pass.
    bool isSearching() const { return !m_filter.isEmpty() && !m_scan->isCaughtUp(); }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /// Rows came or went, or the search went on.
    void countsChanged();

private:
    struct Page
    {
        qint64 first = 0;
        std::vector<EventLine> lines;
    };
    using Pages = std::vector<Page>;

    qint64 numberAt(int row) const;
    const EventLine *lineOf(qint64 number) const;
    void restart();
    void takeGrowth();
    void dropFront();
    void takeFound(const std::vector<core::LogScan::Hit> &hits);
    void readWanted();
    void takePages(const Pages &pages);
    void renewBook();

    QPointer<core::Connection> m_connection;
    QPointer<core::EventLog> m_log;
    core::CodecBook m_book;
    core::EventFilter m_filter;
    Alerts m_alerts;
    std::unique_ptr<core::LogScan> m_scan;
    bool m_active = false;
    qint64 m_first = 0; // without a filter: numbers of the rows
    qint64 m_end = 0;
    std::deque<qint64> m_found; // with one
    mutable QCache<qint64, Page> m_pages; // by number / PageSize
    mutable std::set<qint64> m_wanted;
    mutable QTimer m_read;
    QTimer m_bookTimer;
    QFutureWatcher<Pages> m_reading;
    bool m_isReading = false;
    quint64 m_generation = 0; // of book and filter
    quint64 m_readGeneration = 0;
};

} // namespace slotscope::ui
