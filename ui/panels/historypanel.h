// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "ui/models/receiptmodel.h"

#include <QPointer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QTreeView;

namespace slotscope::ui {

/// The history of commits: what each wrote, searchable; and what can be done about it. Writes nothing by
/// itself.
class HistoryPanel : public QWidget
{
    Q_OBJECT
public:
    explicit HistoryPanel(QWidget *parent = nullptr);

    /// Null pointer: nothing is connected.
    void follow(core::Connection *connection);
    /// Names or types of slots have changed.
    void refresh() { m_model->refresh(); }

    ReceiptModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }
    QLineEdit *searchLine() const { return m_search; }
    QPushButton *undoButton() const { return m_undo; }
    QPushButton *restageButton() const { return m_restage; }
    QPushButton *exportButton() const { return m_export; }

Q_SIGNALS:
    /// The record behind a line is to be shown.
    void showRequested(const QByteArray &key);
    /// A commit is to be taken back.
    void undoRequested(const QString &receipt);
    /// What others wrote over is to be staged again.
    void restageRequested(const QString &receipt, const std::vector<QByteArray> &keys);
    /// These JSON lines are to be written to a file.
    void exportRequested(const QByteArray &lines);

protected:
    void showEvent(QShowEvent *event) override;

private:
    QModelIndex current() const;
    void undoCurrent();
    void restageCurrent();
    void exportShown();
    void fillSettings(QMenu *menu);
    void showContextMenu(const QPoint &position);
    void updateActions();

    QPointer<core::Connection> m_connection;
    ReceiptModel *m_model;
    ReceiptFilter *m_filter;
    QLineEdit *m_search;
    QTreeView *m_view;
    QLabel *m_hint;
    QPushButton *m_undo;
    QPushButton *m_restage;
    QPushButton *m_export;
};

} // namespace slotscope::ui
