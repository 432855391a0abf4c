// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/stagedrows.h"
#include "core/etcd/leasebook.h"
#include "core/table/columns.h"
#include "core/table/livetable.h"
#include "core/table/roworderjob.h"
#include "ui/models/displayformat.h"
#include "ui/models/rowcache.h"

#include <QAbstractTableModel>
#include <QElapsedTimer>
#include <QHash>
#include <QSet>

#include <functional>
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
    Gone, ///< deleted on the server, still seen for a moment
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

    /// The bytes that are shown: the staged ones, where there are some.
    const QByteArray &value() const
    {
        return change && change->kind != core::Change::Kind::Delete ? change->value : current.value;
    }
};

/// What a cell was when somebody began to edit it.
struct EditStart
{
    QByteArray key;
    core::KeyState current;
    core::Value value; ///< null where the record lacked the field
};

/// How the cells of a column are shown, beyond what they hold.
struct ColumnLook
{
    DisplayFormat format;
    QString linkedTable {}; ///< title of the table whose keys they are; empty: they lead nowhere
    std::optional<core::KeyComponent> linkedKey {}; ///< what its keys are

    friend bool operator==(const ColumnLook &, const ColumnLook &) = default;
};

/// The records of a live table, decoded, with the edit session laid over. Rows are the server's that the
/// query selects, in its order, and behind them the staged ones whose key the server does not have.
class RecordModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        KeyRole = Qt::UserRole + 1, ///< QByteArray
        StateRole, ///< int(RowState)
        ChangedRole, ///< bool: the cell itself is what was edited, inserted or deleted
        FlashRole, ///< double 1 … 0: how freshly the cell was changed, or its row deleted, by the server
        ErrorRole, ///< bool: the cell shows bytes that could not be decoded
        NullRole, ///< bool: the cell is null or absent
        KindRole, ///< int(core::Value::Kind) of the cell, -1 when absent
        DefaultRole, ///< bool: the record does not store the field, and the cell shows its default
        TipTextRole, ///< QString: the tooltip as plain text
        LinkRole, ///< bool: the cell holds the key of another record
    };

    RecordModel(std::shared_ptr<core::LiveTable> table, core::EditSession *edits, core::SlotCodec codec,
                QObject *parent = nullptr);

    const core::SlotCodec &codec() const { return m_codec; }
    /// Decodes everything anew and finds the columns again.
    void setCodec(const core::SlotCodec &codec);
    core::LiveTable *table() const { return m_table.get(); }
    core::EditSession *edits() const { return m_edits; }
    /// Of the table, in the names of undo steps.
    void setTitle(const QString &title) { m_title = title; }

    const std::vector<core::Column> &columns() const { return m_columns; }
    int columnOf(const QString &id) const;
    /// Fields that are to have columns whether or not the sample finds them.
    void setWantedColumns(const std::vector<core::ValuePath> &paths);
    using LookOf = std::function<ColumnLook(const core::Column &)>;
    /// Who tells how columns look; asked once for each, and again by refreshLooks().
    void setLooks(LookOf lookOf);
    void refreshLooks();
    const ColumnLook &look(int column) const { return m_looks[static_cast<size_t>(column)]; }
    /// Who knows what is left of leases; asked for the rows that are shown.
    void setLeases(core::LeaseBook *leases);
    /// Has the time that is left shown anew.
    void refreshLeases();
    /// Rows whose text contains it, and which meet the condition.
    void setFilter(const QString &text, const core::FieldCondition &condition = {});
    const core::RowQuery &query() const { return m_query; }
    bool isOrdering() const { return m_ordering; }

    ShownRow shownRow(int row) const;
    /// The same without `decoded`, which is asked for by nothing but this: for many rows at once.
    ShownRow recordAt(int row) const;
    QByteArray keyAt(int row) const;
    /// -1 when it is not shown.
    int rowOf(const QByteArray &key) const;
    /// Nothing for a row that is only staged.
    std::optional<core::RowId> idAt(int row) const;
    /// Looked for around a place where it was lately; -1 when it is not there.
    int rowOf(core::RowId id, int near) const;
    /// The rows as jobs on other threads know them; see core::StagedRows.
    core::RowChoice choiceOf(const std::vector<int> &rows) const;
    core::RowChoice shownChoice() const { return {m_rows, m_extras}; }
    /// Rows that came to a large table, or went, are taken over a moment later; with this, now: for whoever
    /// asks for one of them.
    void followNow();

    /// What of the rows is before somebody's eyes; -1: nothing.
    struct Sight
    {
        int first = -1;
        int last = -1;
        int edited = -1; ///< somebody types into it
    };
    /// Who tells it. Rows in sight fade before they go, and the one that is edited stays; without this, all
    /// go at once.
    void setSight(std::function<Sight()> sight);
    /// What decoded cells may take up; what was not looked at for longest goes first.
    void setCellMemory(qsizetype bytes) { m_cache.setCapacity(bytes); }
    /// Flashes and fading rows then keep one look until they end.
    void setMotionReduced(bool reduced);

    /// How many rows others have made or changed since clearNews(), or since the table was loaded.
    int newsCount() const { return m_newsCount; }
    void clearNews();
    /// Whether there are any: not where time stands still.
    void setTellsNews(bool tells) { m_tellsNews = tells; }
    /// The next of them behind a row, going round; -1 when none is shown.
    int nextNews(int row) const;

    /// Why a cell cannot be edited; empty if it can.
    QString readOnlyReason(const QModelIndex &index) const;
    /// What an editor starts from: the record as it is known now, not as it was last decoded for display.
    EditStart editStart(const QModelIndex &index) const;
    /// Stages what was typed (text; bool for a checkbox). Where the server changed the same cell since the
    /// start, the change is in conflict; where it changed others, they stay. False when refused, with
    /// editRefused().
    bool finishEdit(const QModelIndex &index, const EditStart &start, const QVariant &typed);
    /// Stages a new value for a cell; the error is in the user's words.
    core::Expected<bool, QString> stageCell(const QModelIndex &index, const core::Value &value);
    /// `madeOn`: the state of the key that the value was made from, if that may be older than what is known
    /// now.
    core::Expected<bool, QString> stageRecord(const QByteArray &key, const core::Value &value,
                                              const std::optional<core::KeyState> &madeOn = {},
                                              const QString &stepName = {});
    /// The same with the bytes of the value.
    core::Expected<bool, QString> stageBytes(const QByteArray &key, const QByteArray &value,
                                             const std::optional<core::KeyState> &madeOn = {},
                                             const QString &stepName = {});
    /// Stages a new record shaped like `row` (-1: the first), blank or with its content; gives its key, which
    /// is made up where none is given.
    core::Expected<QByteArray, QString> stageNew(int row, bool withContent, const QByteArray &key = {});
    /// Why no record can be made under a key; empty when one can. A record that is marked for deletion is
    /// there as well.
    QString keyProblem(const QByteArray &key) const;
    void stageDelete(const std::vector<int> &rows);
    /// Stages nothing beyond this at once: a transaction holds far less.
    static constexpr size_t MostDeletions = 10'000;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    void sort(int column, Qt::SortOrder order) override;

    /// The cell's whole text for copying.
    QString copyText(const QModelIndex &index, CopyForm form) const;
    /// Of several cells of a row, which is decoded but once.
    QStringList copyTexts(int row, const std::vector<int> &columns, CopyForm form) const;

Q_SIGNALS:
    /// The set of columns changed; a model reset goes with it.
    void columnsChanged();
    void editRefused(const QString &reason);
    /// A filter or sort job began or ended.
    void orderingChanged();
    /// Rows of these keys show something else now.
    void recordsChanged();
    void newsChanged();
    /// Rows are going to come, go or move because the server's did, and have.
    void aboutToFollow();
    void followed();
    /// Rows are going to take another order, and have: around a layout change.
    void aboutToArrange();
    void arranged();

private:
    struct Flash
    {
        qint64 since = 0;
        std::vector<bool> columns; // empty: all
    };
    static bool includes(const std::vector<bool> &columns, int column)
    {
        return columns.empty()
            || (static_cast<size_t>(column) < columns.size() && columns[static_cast<size_t>(column)]);
    }
    std::vector<bool> differing(const core::DecodedRow &a, const core::DecodedRow &b) const;
    bool isChanged(int row, int column) const;
    struct Overlay
    {
        QByteArray key {};
        std::optional<core::RowId> id {}; // the server's row, where there is one
        RowState state = RowState::Clean;
        QByteArray value {}; // what is staged or settling
        std::optional<QByteArray> base {}; // that it is compared with
        core::Revision settlesAt {}; // 0: staged
        // Made when they are looked at, see decodedOverlay().
        mutable RowCache::Row decoded {};
        mutable std::vector<bool> changed {}; // by column: differs from the base; empty: all
    };

    // recordmodel_order.cpp
    void adopt(std::vector<core::RowId> rows, std::vector<QByteArray> extras);
    void adoptAll(std::vector<core::RowId> rows, std::vector<QByteArray> extras);
    bool adoptByOneStep(std::vector<core::RowId> &rows);
    bool adoptBySteps(const std::vector<core::RowId> &rows);
    void startOrdering();
    void takeOrder(const std::shared_ptr<core::RowOrder> &order);
    void mergeNow();
    void mergeUnmerged();
    void follow(const core::TableDelta &delta);
    void followSoon();
    void takeAppended(quint32 first, quint32 count);
    void tellAppended();
    void keepGone(std::vector<core::RowId> *rows);
    void dropGone();
    int rowOf(core::RowId id) const;
    void rowsMoved();
    // recordmodel_overlay.cpp
    const Overlay *overlayOf(QByteArrayView key) const;
    const RowCache::Row &decodedOverlay(const Overlay &overlay) const;
    void updateOverlay(const QByteArray &key);
    void rebuildOverlays();
    void noteStored(const core::TableDelta &delta);
    void takeSettled(const core::TableDelta &delta);
    std::vector<QByteArray> currentExtras() const;
    bool promotes(const std::vector<QByteArray> &extras) const;
    void setExtras(std::vector<QByteArray> extras);
    void takeEdits(const std::vector<QByteArray> &keys);

    void takeDelta(const core::TableDelta &delta);
    void takeDecoded(const std::vector<RowCache::Update> &updates);
    std::vector<core::Column> findColumns() const;
    void takeColumns();
    void replaceColumns(std::vector<core::Column> columns);
    void completeColumns();
    void takeLooks();
    ShownRow recordOf(const QByteArray &key) const;
    /// `Set users.email of 17`.
    QString setStepName(const core::Column &column, const QByteArray &key) const;
    core::Expected<bool, QString> stageKeyPart(const ShownRow &shown, int part, const core::Value &value);
    bool refuse(const QString &reason);
    void rowsChanged(std::vector<int> rows, const QList<int> &roles);
    std::vector<int> rowsToTell(std::vector<core::RowId> ids) const;
    RowCache::Row decodedAt(int row) const;
    RowState stateAt(int row) const;
    // recordmodel_live.cpp
    Sight sight() const;
    bool isGone(int row) const;
    double lifeOf(qint64 since, qint64 duration) const;
    double flashOf(int row, int column) const;
    void fadeFlashes();
    void letFade(const std::vector<core::RowId> &removed);
    bool isNews(core::RowId id) const;
    bool isNewsAt(int row) const
    {
        return static_cast<size_t>(row) < m_rows.size() && isNews(m_rows[static_cast<size_t>(row)]);
    }
    void setNews(core::RowId id, bool news);
    void takeNews(const core::TableDelta &delta);
    void findNews();
    void lookForNews();
    void takeCommitted(const core::CommitReport &report);
    QVariant display(int row, int number) const;
    const core::LeaseChoice *stagedLease(int row) const;
    QString leaseText(int row, bool withTime) const;
    QString leaseTip(int row) const;
    QString tip(int row, int number) const;
    QString headerTip(int number) const;
    QString textOf(const core::Value &value, int column, int limit) const;
    bool isLink(int row, int number) const;
    core::Expected<QByteArray, QString> newKey(const core::ValueList &like) const;

    std::shared_ptr<core::LiveTable> m_table;
    core::EditSession *m_edits;
    QString m_title;
    QPointer<core::LeaseBook> m_leases;
    core::SlotCodec m_codec;
    mutable RowCache m_cache;
    std::vector<core::Column> m_columns;
    std::vector<core::ValuePath> m_wanted; // columns
    LookOf m_lookOf;
    std::vector<ColumnLook> m_looks; // by column
    QTimer m_passingTime; // while a column tells times relative to now
    bool m_columnsFound = false;
    bool m_columnsComplete = false; // found when all rows were there

    core::RowQuery m_query;
    std::shared_ptr<core::RowOrder> m_order; // null pointer: the order of the keys
    std::unique_ptr<core::RowOrderJob> m_orderJob;
    quint64 m_orderGeneration = 0;
    bool m_ordering = false; // until the result is taken, which is later than the call's end
    std::vector<core::TableDelta> m_unmerged; // into the order, or that under way
    bool m_merging = false; // on another thread, to which the order belongs meanwhile
    QTimer m_followTimer;
    bool m_followsSoon = false;
    QElapsedTimer m_sinceFollowed;

    std::vector<core::RowId> m_rows;
    quint32 m_untoldFrom = 0; // RowId; rows of a load that are going to be behind the others
    quint32 m_untold = 0; // so many
    QTimer m_tellTimer;
    QElapsedTimer m_sinceTold;
    mutable std::vector<int> m_rowOf; // by RowId; made when many are asked for
    mutable int m_searches = 0; // without it
    std::vector<QByteArray> m_extras;
    QHash<QByteArray, Overlay> m_overlay;
    QHash<quint32, Flash> m_flashes; // by RowId
    struct Gone
    {
        qint64 since = 0;
        RowCache::Row decoded;
        int row = 0; // or near it
    };
    QHash<quint32, Gone> m_gone; // by RowId; in m_rows, though the table has them no more
    bool m_keepsEdited = false; // a row that is edited is in m_rows for that reason only
    bool m_motionReduced = false;
    std::function<Sight()> m_sight;
    std::vector<bool> m_news; // by RowId
    int m_newsCount = 0;
    bool m_tellsNews = true;
    quint32 m_newsFrom = 0; // RowId; up to it is known which rows are news
    QTimer m_newsTimer;
    core::Revision m_lookedAt; // 0: not loaded yet
    core::Revision m_ownRevision; // of the last commit here
    QElapsedTimer m_clock;
    QTimer m_fade;
};

} // namespace slotscope::ui
