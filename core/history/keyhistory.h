// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/watch.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <memory>
#include <vector>

namespace slotscope::core {

/// What a key was from one revision on.
struct KeyVersion
{
    KeyValue kv; ///< of a deletion: only key and modRevision
    bool deleted = false;

    Revision revision() const { return kv.modRevision; }
    bool isCreate() const { return !deleted && kv.createRevision == kv.modRevision; }
    static KeyVersion of(const Event &event) { return {event.kv, event.type == EventType::Delete}; }
};

/// All versions of one key that etcd still has, deletions included, the oldest first: read by one replay that
/// ends at the present, and continued by observe(). Where revisions are compacted it begins with what the
/// key was then. Lives on the client's thread; its slots may read again or delete it.
///
///     read() ─► Reading ─► Complete      Reading ─► Failed
class KeyHistory : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Idle, ///< before read()
        Reading, ///< versions come
        Complete,
        Failed, ///< error() says why; what has come until then stays
    };
    Q_ENUM(State)

    struct Options
    {
        /// Of keys and values together; beyond that the oldest versions are dropped.
        qint64 mostBytes = qint64(256) << 20;
        /// A replay that says nothing for so long is taken for dead.
        std::chrono::milliseconds silence {60'000};
        /// How long nothing has to come of a key of which nothing is retained, once etcd has come to the
        /// present with other keys.
        std::chrono::milliseconds quiet {1000};
        std::chrono::milliseconds retryDelay {500};
        int retries = 5; ///< in a row that bring nothing
    };

    KeyHistory(Client *client, QByteArray key, const Options &options, QObject *parent = nullptr);
    KeyHistory(Client *client, QByteArray key, QObject *parent = nullptr)
        : KeyHistory(client, std::move(key), Options {}, parent)
    {
    }
    ~KeyHistory() override;

    /// Starts, or starts over.
    void read();
    /// To be connected to the watch: what comes after the present in which the replay ended.
    void observe(const EventBatch &batch);

    const QByteArray &key() const { return m_key; }
    State state() const { return m_state; }
    const Error &error() const { return m_error; }
    const std::vector<KeyVersion> &versions() const { return m_versions; }
    /// Revisions before this one are compacted; 0: none are, so that the history is whole.
    Revision compactRevision() const { return m_compacted; }
    /// How many versions the oldest one shown is known to have had before it since the key was created.
    qint64 missingVersions() const;
    /// Versions that were dropped for the memory they took.
    qint64 droppedVersions() const { return m_dropped; }

Q_SIGNALS:
    void stateChanged();
    /// versions() is empty again.
    void reset();
    /// versions() has so many more at its end.
    void appended(int count);
    /// The oldest ones went.
    void dropped(int count);

private:
    void setState(State state);
    void clearVersions();
    void readPresent();
    void readCompacted(Revision compacted);
    void openStream();
    void dropStream();
    void onReply(const WatchReply &reply);
    void onEvents(const WatchReply &reply);
    void onCanceled(const WatchReply &reply);
    void onEnded(const Error &error);
    void fail(const Error &error);
    void append(std::vector<KeyVersion> versions);
    bool isAtEnd() const;
    void finishIfAtEnd();
    Revision newest() const;

    Client *m_client;
    QByteArray m_key;
    Options m_options;
    State m_state = State::Idle;
    Error m_error;
    std::vector<KeyVersion> m_versions;
    qint64 m_bytes = 0;
    qint64 m_dropped = 0;
    Revision m_compacted;
    Revision m_present; // when the key was read first
    Revision m_presentChange; // the key's mod_revision then; 0: it did not exist
    Revision m_provenTo; // by what came of the key nothing is missing up to here
    size_t m_batchSize = 0; // events of a reply whose fragments are not all there
    bool m_othersArrived = false; // etcd has come to m_present with other keys
    bool m_isQuiet = false;
    std::vector<KeyVersion> m_held; // observed while reading
    std::unique_ptr<WatchStream> m_stream;
    QTimer m_silence;
    QTimer m_quiet;
    QTimer m_retry;
    int m_failures = 0;
    quint64 m_generation = 0;
};

} // namespace slotscope::core
