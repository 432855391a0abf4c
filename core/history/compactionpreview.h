// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/watch.h"

#include <QHash>
#include <QObject>

#include <map>
#include <optional>

namespace slotscope::core {

/// What a compaction takes from the histories of some records.
struct HistoryLoss
{
    qint64 versions = 0; ///< that can be seen and restored now, and no longer then
    qint64 records = 0; ///< that these are of
    qint64 deleted = 0; ///< of the records: those that are deleted, so that nothing is left of them
};

/// Finds out what a compaction would take, by a replay of what happened up to its revision: the bytes of all
/// that is retained pass through, but only counts are kept. Lives on the client's thread.
class CompactionPreview : public QObject
{
    Q_OBJECT
public:
    enum class State { Idle, Counting, Complete, Failed };
    Q_ENUM(State)

    explicit CompactionPreview(Client *client, QObject *parent = nullptr);
    ~CompactionPreview() override;

    /// `compacted`: what is gone already, 0 for nothing or not known; `upTo` is not above the present. Starts
    /// over when running.
    void start(Revision compacted, Revision upTo);
    void stop();

    State state() const { return m_state; }
    const Error &error() const { return m_error; }
    Revision upTo() const { return m_upTo; }
    /// From 0 to 1.
    double progress() const;
    /// By slot; keys that belong to none under nothing. What has been counted so far, while it counts.
    const std::map<std::optional<Slot>, HistoryLoss> &losses() const { return m_losses; }
    HistoryLoss total() const;

Q_SIGNALS:
    void changed();

private:
    void count(Revision compacted, Revision upTo);
    void fail();
    void takeEvents(const EventBatch &batch);
    void setState(State state);

    struct Seen
    {
        bool loses = false;
        bool deleted = false;
    };
    Client *m_client;
    std::unique_ptr<Watch> m_watch;
    State m_state = State::Idle;
    Error m_error;
    int m_startsOver = 0;
    Revision m_from;
    Revision m_upTo;
    Revision m_reached;
    QHash<QByteArray, Seen> m_keys;
    std::map<std::optional<Slot>, HistoryLoss> m_losses;
};

} // namespace slotscope::core
