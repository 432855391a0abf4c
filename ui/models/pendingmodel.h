// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "ui/models/changesummary.h"

#include <QAbstractTableModel>
#include <QPointer>

#include <vector>

namespace slotscope::ui {

/// The staged changes of an edit session as lines for people, in the order of staging. Taken in by their
/// differences, so that the selection stays. UI thread; what large changes are, in words, is found out on the
/// thread pool, and stands in their lines when it is known.
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
    /// While lines wait for their words.
    bool isBusy() const { return m_working > 0; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Words
    {
        QString change;
        QString conflict;
    };
    struct Row
    {
        core::Change change;
        QString table;
        QString key;
        Words words;
        quint64 serial = 0; // of this state of the row
    };
    static Words wordsOf(const core::SlotCodec &codec, const core::Change &change);
    Row makeRow(const core::Change &change);
    void find(const core::SlotCodec &codec, const Row &row);
    void take(quint64 serial, const Words &words);
    void align();

    QPointer<core::EditSession> m_session;
    KeyResolver m_resolver;
    std::vector<Row> m_rows;
    quint64 m_lastSerial = 0;
    int m_working = 0; // jobs
};

} // namespace slotscope::ui
