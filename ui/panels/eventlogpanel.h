// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "ui/models/eventlogmodel.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QToolButton;
class QTreeWidget;

namespace slotscope::ui {

class SlotChooser;

/// The event log: a line for each transaction, filters, and beside them what the current one did, field by
/// field.
class EventLogPanel : public QWidget
{
    Q_OBJECT
public:
    explicit EventLogPanel(QWidget *parent = nullptr);

    /// Null pointer: nothing is connected.
    void follow(core::Connection *connection);
    /// Writes what the filter lets pass to a file; exported() follows.
    void exportTo(const QString &file);
    /// Makes the entry the current one, if it is kept and the filter lets it pass.
    void showEntry(qint64 number);

    EventLogModel *model() const { return m_model; }
    QTableView *view() const { return m_view; }
    QTreeWidget *detail() const { return m_detail; }
    SlotChooser *slotBox() const { return m_slot; }
    QLineEdit *keyLine() const { return m_key; }
    QLineEdit *conditionLine() const { return m_condition; }
    QLabel *hint() const { return m_hint; }
    QPushButton *exportButton() const { return m_export; }
    QPushButton *clearButton() const { return m_clear; }
    QPushButton *alertsButton() const { return m_alerts; }

Q_SIGNALS:
    /// The record behind an event is to be shown.
    void showRequested(const QByteArray &key);
    /// A file is to be chosen for exportTo().
    void exportRequested();
    void exported(const QString &file, const slotscope::core::Result<qint64> &count);
    /// The rules for alerts are to be edited.
    void alertsRequested();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void buildFilterRow(QHBoxLayout *row);
    void applyFilter();
    void showCurrent();
    void askForBefore(const core::LogEntry &entry);
    void showDetail(const std::vector<EventDetail> &details);
    void showContextMenu(const QPoint &position);
    void updateHint();

    QPointer<core::Connection> m_connection;
    EventLogModel *m_model;
    QTableView *m_view;
    QTreeWidget *m_detail;
    SlotChooser *m_slot;
    QLineEdit *m_key;
    QLineEdit *m_condition;
    std::array<QToolButton *, 3> m_kinds {};
    QPushButton *m_alerts;
    QPushButton *m_export;
    QPushButton *m_clear;
    QLabel *m_hint;
    QTimer m_filterDelay;
    QString m_conditionFault;
    qint64 m_shown = -1; // number of the entry in the detail
    quint64 m_detailGeneration = 0;
    bool m_atEnd = true; // so that new lines scroll
};

} // namespace slotscope::ui
