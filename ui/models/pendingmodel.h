// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "ui/models/changesummary.h"

#include <QAbstractTableModel>
#include <QPointer>

#include <vector>

namespace slotscope::ui {

/// The staged changes of an edit session as lines for people, in the order of staging. Taken in by their
/// differences, so that the selection stays. UI thread.
class PendingModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { OperationColumn, TableColumn, KeyColumn, ChangeColumn, ColumnCount };
    enum Role {
        KeyRole = Qt::UserRole + 1, ///< QByteArray: the etcd key
        ConflictRole, ///< bool
    };

    explicit PendingModel(QObject *parent = nullptr);

    /// Null pointer: none.
    void setSession(core::EditSession *session, KeyResolver resolver);
    /// Names or types of slots have changed: everything is read anew.
    void refresh();

    QByteArray keyAt(int row) const;
    /// -1 if nothing is staged for the key.
    int rowOf(const QByteArray &key) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Row
    {
        core::Change change;
        QString table;
        QString key;
        QString text;
        QString conflict;
    };
    Row makeRow(const core::Change &change) const;
    void align();

    QPointer<core::EditSession> m_session;
    KeyResolver m_resolver;
    std::vector<Row> m_rows;
};

} // namespace slotscope::ui
