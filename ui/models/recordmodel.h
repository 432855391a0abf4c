// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "core/table/columns.h"
#include "core/table/livetable.h"
#include "core/table/roworder.h"
#include "ui/models/rowcache.h"

#include <QAbstractTableModel>
#include <QElapsedTimer>
#include <QHash>

#include <memory>
#include <vector>

namespace slotscope::ui {

/// How a row stands, staged edits laid over the server's rows.
enum class RowState {
    Clean,
    Edited,
    Inserted,
    Deleted,
    Conflict, ///< staged here, changed there
};

/// One row as it is shown.
struct ShownRow
{
    QByteArray key;
    RowState state = RowState::Clean;
    core::KeyState current; ///< what the server has
    std::optional<core::KeyValue> stored; ///< with its revisions; nothing for a key that is only staged
    const core::Change *change = nullptr; ///< valid until the session changes
    RowCache::Row decoded; ///< staged content laid over; null pointer while not decoded yet
};

/// The records of a live table, decoded, with the edit session laid over. Rows are the server's that the query selects, in its order, and
/// behind them the staged ones whose key the server does not have.
class RecordModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        KeyRole = Qt::UserRole + 1, ///< QByteArray
        StateRole, ///< int(RowState)
        FlashRole, ///< double 1 … 0: how freshly the cell was changed by the server
        ErrorRole, ///< bool: the cell shows bytes that could not be decoded
        NullRole, ///< bool: the cell is null or absent
        KindRole, ///< int(core::Value::Kind) of the cell, -1 when absent
    };

    RecordModel(std::shared_ptr<core::LiveTable> table, core::EditSession *edits, core::SlotCodec codec, QObject *parent = nullptr);

    const core::SlotCodec &codec() const { return m_codec; }
    /// Decodes everything anew and finds the columns again.
    void setCodec(const core::SlotCodec &codec);
    core::LiveTable *table() const { return m_table.get(); }
    core::EditSession *edits() const { return m_edits; }

    const std::vector<core::Column> &columns() const { return m_columns; }
    int columnOf(const QString &id) const;
    void setFilter(const QString &text);
    const core::RowQuery &query() const { return m_query; }
    bool isOrdering() const { return m_ordering; }

    ShownRow shownRow(int row) const;
    QByteArray keyAt(int row) const;
    /// -1 when it is not shown.
    int rowOf(const QByteArray &key) const;

    /// Why a cell cannot be edited; empty if it can.
    QString readOnlyReason(const QModelIndex &index) const;
    /// The value that an editor starts from: a null Value where the record lacks the field.
    core::Value editValue(const QModelIndex &index) const;
    /// Stages a new value for a cell; the error is in the user's words.
    core::Expected<bool, QString> stageCell(const QModelIndex &index, const core::Value &value);
    core::Expected<bool, QString> stageRecord(const QByteArray &key, const core::Value &value);
    /// Stages a new record shaped like `row` (-1: the first), blank or with its content; gives its key.
    core::Expected<QByteArray, QString> stageNew(int row, bool withContent);
    void stageDelete(const std::vector<int> &rows);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    void sort(int column, Qt::SortOrder order) override;

    /// Rows per call of a text that fits on a line; the cell's whole text for copying.
    QString copyText(const QModelIndex &index) const;

Q_SIGNALS:
    /// The set of columns changed; a model reset goes with it.
    void columnsChanged();
    void editRefused(const QString &reason);
    /// A filter or sort job began or ended.
    void orderingChanged();
    /// Rows of these keys show something else now.
    void recordsChanged();

private:
    struct Flash
    {
        qint64 since = 0;
        std::vector<bool> columns; // empty: all
    };
    struct Overlay
    {
        RowState state = RowState::Clean;
        RowCache::Row decoded; // of what is staged or settling; null pointer for a deletion
        core::Revision settlesAt; // 0: staged
    };

    void adopt(std::vector<core::RowId> rows);
    bool adoptBySteps(const std::vector<core::RowId> &rows);
    void startOrdering();
    void takeDelta(const core::TableDelta &delta);
    void takeSettled(const core::TableDelta &delta);
    void takeDecoded(const std::vector<RowCache::Update> &updates);
    void takeEdits(const std::vector<QByteArray> &keys);
    void updateOverlay(const QByteArray &key);
    void updateExtras();
    void findColumns();
    void rowsChanged(std::vector<int> rows, const QList<int> &roles);
    int rowOf(core::RowId id) const;
    const Overlay *overlayOf(QByteArrayView key) const;
    RowCache::Row decodedAt(int row) const;
    RowState stateAt(int row) const;
    double flashOf(int row, int column) const;
    void fadeFlashes();
    QVariant display(int row, const core::Column &column) const;
    QString tip(int row, const core::Column &column) const;
    core::Expected<QByteArray, QString> newKey(const core::ValueList &like) const;

    std::shared_ptr<core::LiveTable> m_table;
    core::EditSession *m_edits;
    core::SlotCodec m_codec;
    mutable RowCache m_cache;
    std::vector<core::Column> m_columns;
    bool m_columnsFound = false;

    core::RowQuery m_query;
    std::shared_ptr<core::RowOrder> m_order; // null pointer: the order of the keys
    core::Call<std::shared_ptr<core::RowOrder>> m_orderCall;
    quint64 m_orderGeneration = 0;
    bool m_ordering = false; // until the result is taken, which is later than the call's end
    std::vector<core::TableDelta> m_sinceSnapshot; // to be applied to the order under way

    std::vector<core::RowId> m_rows;
    std::vector<int> m_rowOf; // by RowId
    std::vector<QByteArray> m_extras;
    QHash<QByteArray, Overlay> m_overlay;
    QHash<quint32, Flash> m_flashes; // by RowId
    QElapsedTimer m_clock;
    QTimer m_fade;
};

} // namespace slotscope::ui
