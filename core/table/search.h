// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/etcd/rangeplan.h"
#include "core/table/rowquery.h"
#include "core/table/slotdirectory.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <atomic>
#include <deque>
#include <map>

namespace slotscope::core {

/// What to look for in a whole etcd: records that hold the text and meet the condition.
struct SearchQuery
{
    QString text {}; ///< in keys and decoded values, in any case; empty: any
    FieldCondition condition {};
    std::vector<Slot> slotNumbers {}; ///< where; empty: in all slots and plain keys
    Revision revision {}; ///< 0: as it is when the search begins
    qint64 mostHits = 10'000; ///< it ends when there are more

    bool isEmpty() const { return text.isEmpty() && condition.isEmpty(); }
};

/// A record that was found.
struct SearchHit
{
    KeyValue record;
    std::optional<Slot> slot; ///< nothing: the key has only one byte
    QString field; ///< where the text is: `key`, `key[1]`, `value` or the field's path; empty without a text
    QString excerpt; ///< the text with what is around it, or the value in short; one line
    qsizetype offset = 0; ///< of the text in the excerpt
    qsizetype length = 0; ///< 0: without a text
};

/// One search through an etcd, at one revision. Reads as tables do, in pieces and several at once, looks at
/// them on worker threads and keeps none of them, so it takes little memory whatever the size of the etcd.
/// Ends with finished(), but not when it is deleted before.
class Search : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Idle,
        Running,
        Done,
        Full, ///< stopped at mostHits
        Cancelled,
        Failed, ///< see error(); what was found before stands
    };
    Q_ENUM(State)

    struct Progress
    {
        qint64 records = 0; ///< looked at
        qint64 total = 0; ///< as far as the directory knows
        qint64 bytes = 0; ///< keys and values of these
        qint64 hits = 0;
        std::optional<Slot> slot; ///< that is being read
        qint64 milliseconds = 0; ///< since start()
    };

    /// Both outlive it. The directory is loaded.
    Search(Client *client, SlotDirectory *directory, SearchQuery query, QObject *parent = nullptr);
    ~Search() override;

    const SearchQuery &query() const { return m_query; }
    /// Once. Slots whose types are not known yet are sampled first, when it is their turn.
    void start();
    void cancel();

    State state() const { return m_state; }
    bool isRunning() const { return m_state == State::Running; }
    Progress progress() const;
    const Error &error() const { return m_error; }
    /// Slots that this user may not read, which it passed over.
    const std::vector<Slot> &refused() const { return m_refused; }
    /// What is found is of this revision; 0 before the first page.
    Revision revision() const { return m_revision; }

Q_SIGNALS:
    /// In the order of the keys.
    void found(const std::vector<slotscope::core::SearchHit> &hits);
    /// At most ten times a second.
    void progressChanged();
    /// The revision was compacted away in the middle: what was found so far does not count, and it begins
    /// again at a newer one.
    void restarted();
    void finished();

private:
    /// A slot, or a key that belongs to none.
    struct Place
    {
        std::optional<Slot> slot;
        KeyRange range;
    };
    /// What is needed to look at the records of a place.
    struct Reader
    {
        SlotCodec codec;
        RowEvaluator evaluator;
        QString text;
        std::optional<Slot> slot;
    };
    struct Looked
    {
        std::vector<SearchHit> hits;
        bool isFull = false; // there was one more
        qint64 records = 0;
        qint64 bytes = 0;
    };
    /// A place whose records are being read, as far as that has come.
    struct Passage
    {
        Passage(std::shared_ptr<const Reader> with, RangePlan pieces)
            : reader(std::move(with))
            , plan(std::move(pieces))
        {
        }
        ~Passage();

        std::shared_ptr<const Reader> reader;
        RangePlan plan;
        std::map<quint64, Call<RowsReply>> calls; // by the numbers of the pieces
        int looking = 0; // pieces that have come
        std::map<quint64, Looked> looked; // and have been looked at, but whose turn it is not
        quint64 turn = 0; // the piece that is told of next; 0: it has not come
    };
    static Looked look(const Reader &reader, const RowsReply &rows, qint64 mostHits,
                       const std::atomic_bool &stop);

    void begin();
    void goOn();
    bool isRoom() const;
    bool openPlace();
    void openPlace(const Place &place);
    void ask(const std::shared_ptr<Passage> &passage, const RangePlan::Piece &piece);
    void take(const std::shared_ptr<Passage> &passage, quint64 piece, const Result<RowsReply> &result);
    void fail(const std::shared_ptr<Passage> &passage, const Error &error);
    void startLooking(const std::shared_ptr<Passage> &passage, quint64 piece, const RowsReply &rows);
    void tellInTurn();
    void takeHits(Looked looked);
    void restart();
    void end(State state);

    Client *m_client;
    SlotDirectory *m_directory;
    SearchQuery m_query;
    State m_state = State::Idle;
    Error m_error;
    std::vector<Slot> m_refused;
    Revision m_revision;
    Progress m_progress;
    QElapsedTimer m_clock;
    std::deque<Place> m_places; // still to be read
    std::deque<std::shared_ptr<Passage>> m_passages; // being read; told of in this order
    QTimer m_patience; // for a type
    QTimer m_progressTimer;
    int m_restarts = 0;
    std::shared_ptr<std::atomic_bool> m_stop = std::make_shared<std::atomic_bool>(false);
};

} // namespace slotscope::core
