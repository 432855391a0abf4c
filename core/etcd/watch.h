// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QDateTime>
#include <QObject>

#include <chrono>
#include <memory>
#include <vector>

namespace slotscope::core {

/// All events of one or more whole revisions, in order; fragments joined.
struct EventBatch
{
    Revision first; ///< of the first event
    Revision last; ///< of the last event
    std::vector<Event> events;
};

/// A watch that goes on: it reconnects with jittered backoff and resumes at the revision after the last one
/// it delivered, so that over any interruption every event arrives exactly once and in order. Where that is
/// impossible because the revision was compacted, it says so and stops until restarted. PermissionDenied,
/// Unauthenticated and InvalidArgument close it; every other error is waited out. Its slots may start, close
/// or delete it. Lives on the client's thread.
///
///     Connecting ─► Live ─► Backoff ─► Connecting …      any ─► Compacted, Closed
class Watch : public QObject
{
    Q_OBJECT
public:
    enum class State { Connecting, Live, Backoff, Compacted, Closed };
    Q_ENUM(State)

    struct Options
    {
        bool prevKv = false;
        std::chrono::milliseconds firstBackoff {100};
        std::chrono::milliseconds longestBackoff {2000};
        /// From the attempt to the server's word that the watch exists.
        std::chrono::milliseconds connecting {15'000};
        /// A stream that says nothing for so long, progress notifications included, is taken for dead. etcd
        /// sends one at least every ten minutes.
        std::chrono::milliseconds silence {std::chrono::minutes(21)};
        /// After so long without a word, one small read asks whether the server is there; 0: never.
        std::chrono::milliseconds heartbeat {20'000};
        /// A watch over all keys that tells nothing for so long, though the store has news, is dead, too.
        std::chrono::milliseconds overdue {5000};
    };

    /// Does nothing until start().
    Watch(Client *client, const KeyRange &range, const Options &options, QObject *parent = nullptr);
    ~Watch() override;

    /// Delivers every event with a revision of at least `from`; 0 means those that come after now. Starts
    /// over when running. What a compaction at `from` itself has left is not whole, so that is compacted,
    /// too.
    void start(Revision from);
    /// No signal comes after it.
    void close();
    /// Gives up waiting in Backoff and tries at once.
    void retryNow();
    /// The stream is dead, as another has noticed (memberLost() of the client, say): connects anew, if Live.
    void giveUp(const Error &error);

    State state() const;
    /// Everything up to here was delivered (or, before the first event, lies before the start).
    Revision deliveredRevision() const;
    /// Why it is in Backoff, Compacted or Closed.
    const Error &lastError() const;
    /// compacted() was said since other data was found than before, a restored backup or another cluster.
    bool hasOtherData() const;
    /// When the next attempt is due, while in Backoff; else invalid.
    QDateTime nextAttempt() const;

Q_SIGNALS:
    void stateChanged(slotscope::core::Watch::State state);
    void eventsReceived(const slotscope::core::EventBatch &batch);
    /// The server is at this revision and has nothing more for us up to there (progress notification).
    void progressed(slotscope::core::Revision revision);
    /// Events up to this revision are lost to this watch: read again, then start() anew. Also said when the
    /// data is another than before (a restored backup, another cluster at the same address); lastError()
    /// tells which.
    void compacted(slotscope::core::Revision compactRevision);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::EventBatch)
