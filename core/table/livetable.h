// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/bulkreader.h"
#include "core/etcd/watch.h"
#include "core/table/rowstore.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QTimer>

#include <limits>
#include <optional>

namespace slotscope::core {

/// The rows of one key range, loaded at one revision and continued by the connection's watch from the next:
/// no event missed, none twice.
///
///     Loading ─► Live ◄─► Reconnecting      any ─► Loading (compacted), Failed
///
/// While it is paused the rows stay as they are, and what comes waits: of each key the newest, so that a long
/// pause takes no more than a second copy of what was changed.
///
/// Loading can stop before it is complete: when it is told to, and by itself at a limit. The table is then
/// live on the part of the range before rowsEnd(), and loadMore() goes on behind it. It can also begin
/// somewhere within the range, at rowsBegin().
class LiveTable : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Loading, ///< see progress()
        Live,
        Reconnecting, ///< the watch is away; what is shown is of revision()
        Failed, ///< loading gave up, see error(); tried again by itself where that may help, and by reload()
    };
    Q_ENUM(State)

    struct Progress
    {
        qint64 rows = 0;
        qint64 total = 0; ///< roughly, until all is there; 0: not known yet
        qint64 bytes = 0; ///< of keys and values, so far
        qint64 milliseconds = 0; ///< since loading began
        qint64 goal = 0; ///< rows at which it is going to end by itself, roughly; 0: not known yet
    };
    /// How much is loaded before somebody says that it is to be more.
    struct Limit
    {
        qint64 rows = std::numeric_limits<qint64>::max();
        qint64 bytes = std::numeric_limits<qint64>::max();
    };

    /// `watch` covers at least the range, is running, and outlives the table. Nothing happens before
    /// reload().
    LiveTable(Client *client, Watch *watch, KeyRange range, QObject *parent = nullptr);

    /// Reads everything again; of a partial table about as much as is there. The rows shown stay until the
    /// new ones are complete, except on the first load, where pages appear as they come. `because`: what made
    /// it necessary, if nobody asked for it; see interruption().
    void reload(const std::optional<Error> &because = {});
    /// What is known of the range before it is read, so that the first rows come soon: how many there are,
    /// roughly
    /// (-1: not known), and a key behind the first few of them.
    void setExpectation(qint64 records, const QByteArray &nearFirst = {});

    /// Also of a first load that is under way.
    void setLimit(const Limit &limit);
    const Limit &limit() const { return m_limit; }
    /// Leaves it at the rows that have come, in a first load or a loadMore(); where there are none yet, at
    /// the first ones.
    void stopLoading();
    /// Not while rows are read anew behind those that are shown, which are too old to go on from.
    bool canStopLoading() const;
    bool isLoadingMore() const { return m_loadFrom.has_value(); }
    bool isReadingAnew() const { return m_state == State::Loading && m_everLoaded && !isLoadingMore(); }
    /// Of a partial table: goes on with as much again as the limit says, or with all.
    void loadMore(bool all = false);
    /// From now on the rows are those from this key on, which are read as at the first time. Empty: from the
    /// beginning of the range. Keys outside the range change nothing.
    void startAt(const QByteArray &key);
    const QByteArray &rowsBegin() const { return m_rowsBegin; }
    /// Where a partial table ends: rows() has all records with lower keys (from rowsBegin() on), and none
    /// from there on.
    const std::optional<QByteArray> &rowsEnd() const { return m_rowsEnd; }
    bool isPartial() const { return m_rowsEnd || m_rowsBegin != m_range.begin; }
    /// Whether the record of this key would be among rows().
    bool covers(const QByteArray &key) const
    {
        return m_range.contains(key) && key >= m_rowsBegin && (!m_rowsEnd || key < *m_rowsEnd);
    }
    /// In the whole range; of a partial table, and while it is loaded, roughly, until they have been counted.
    qint64 recordCount() const;
    /// How many of them are behind rowsEnd().
    qint64 recordsBehind() const { return m_behind.records; }
    /// What came in the way of loading all that was asked for: why the rows are read anew, or end where they
    /// do. Nothing where nobody but the user and the limit had a say.
    const std::optional<Error> &interruption() const { return m_interruption; }

    const KeyRange &range() const { return m_range; }
    const RowStore &rows() const { return m_store; }
    State state() const { return m_state; }
    Progress progress() const { return m_progress; }
    const Error &error() const { return m_error; }
    /// The rows are those of this revision.
    Revision revision() const { return m_revision; }

    /// Takes effect at once, or as soon as a first load is done. Going on applies all that has waited as one
    /// change, or reads everything again where the watch had a gap meanwhile.
    void setPaused(bool paused);
    bool isPaused() const { return m_paused; }
    /// What has come since the pause: events, and keys that they are of.
    qint64 waitingEvents() const { return m_waitingEvents; }
    qsizetype waitingKeys() const { return m_waiting.size(); }
    /// Going on means reading everything again.
    bool isReloadWaiting() const { return m_reloadWaits; }

Q_SIGNALS:
    void stateChanged();
    void progressChanged();
    /// rowsEnd() or recordCount() of a partial table are others than before.
    void partChanged();
    void pausedChanged();
    /// More waits than before; at most ten times a second.
    void waitingChanged();
    /// rows() is still what it was, for the last time.
    void aboutToBeReset();
    /// All row ids are void; ask rows() anew.
    void reset();
    /// Pages were added behind the last row during the first load.
    void appended(quint32 firstRowId, quint32 count);
    /// rows() is already as the delta says.
    void changed(const slotscope::core::TableDelta &delta);

private:
    void setState(State state);
    bool isCurrent() const { return m_state == State::Live || m_state == State::Reconnecting; }
    void readAgain();
    void forgetRows();
    void startReading(BulkReader::Request request);
    void takeRows(const RowsReply &rows);
    void takeFailure(const Error &error);
    void beginAgain(const Error &error);
    void stopReading();
    void finishLoading(std::optional<QByteArray> rowsEnd, const std::optional<Error> &because = {});
    std::optional<QByteArray> reached() const;
    /// Records of the range that are not among the rows.
    struct Outside
    {
        qint64 records = 0;
        qint64 since = 0; // those of them that have come since they were counted
        Call<RangeReply> call;
    };
    void countOutside(Outside *part, const KeyRange &range, Revision revision);
    void noteOutside(const Event &event);
    void takeEvents(const EventBatch &batch);
    void keepWaiting(const EventBatch &batch);
    void pause();
    void flush();
    void watchStateChanged();

    Client *m_client;
    Watch *m_watch;
    KeyRange m_range;
    RowStore m_store;
    RowStore m_incoming; // a reload behind the rows that are still shown
    State m_state = State::Loading;
    Progress m_progress;
    Error m_error;
    Revision m_revision;
    Revision m_loadRevision; // 0: the first page has not come yet
    Revision m_subscribedAt; // what the watch had delivered when loading began
    std::unique_ptr<BulkReader> m_reader;
    QElapsedTimer m_sinceStart;
    qint64 m_expected = -1;
    QByteArray m_nearFirst;
    Limit m_limit;
    Limit m_mayLoad; // in the load under way
    std::optional<QByteArray> m_loadFrom; // rows up to here were there before the load under way
    QByteArray m_rowsBegin;
    std::optional<QByteArray> m_rowsEnd;
    Outside m_before; // of rowsBegin()
    Outside m_behind; // from rowsEnd() on
    std::optional<Error> m_interruption;
    bool m_isCut = false; // rowsEnd() is where something came in the way
    bool m_stopsSoon = false; // with the first rows, or those that are being taken
    bool m_isTaking = false;
    std::vector<Event> m_pending; // in order, not yet in the store
    Revision m_pendingRevision;
    bool m_paused = false;
    bool m_reloadWaits = false;
    QHash<QByteArray, Event> m_waiting; // by key; while paused
    qint64 m_waitingEvents = 0;
    QTimer m_waitingTimer;
    QTimer m_flushTimer;
    QTimer m_retryTimer;
    QElapsedTimer m_sinceFlush;
    bool m_everLoaded = false;
    int m_restarts = 0;
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::TableDelta)
