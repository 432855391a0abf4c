// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/slotdirectory.h"

#include <QObject>
#include <QTimer>

#include <set>
#include <vector>

namespace slotscope::core {

/// The ordinary text keys of one etcd (no values): every key below a two-byte prefix that the directory takes
/// for plain keys, and the keys of a single byte. Read in pages at one revision, then kept by the watch.
/// Holds at most `limit` keys, the first ones in order.
class PlainKeys : public QObject
{
    Q_OBJECT
public:
    static constexpr size_t DefaultLimit = 100'000;

    /// All three outlive it. Follows the directory by itself: it reads when the directory is loaded or finds
    /// another plain prefix.
    PlainKeys(Client *client, Watch *watch, SlotDirectory *directory, QObject *parent = nullptr,
              size_t limit = DefaultLimit);

    size_t limit() const { return m_limit; }

    const std::set<QByteArray> &keys() const { return m_keys; }
    bool isLoading() const { return !m_queue.empty(); }
    /// There are more keys than it holds.
    bool isTruncated() const { return m_truncated; }
    /// Why a read gave up; the detail is empty when nothing is wrong. What was read before stays. See
    /// retry().
    const Error &error() const { return m_error; }
    /// Goes on after an error; the directory's next load does so, too.
    void retry();

Q_SIGNALS:
    /// In ascending order; keys() has them already.
    void keysAdded(const std::vector<QByteArray> &keys);
    /// In ascending order; keys() has them no longer.
    void keysRemoved(const std::vector<QByteArray> &keys);
    /// Loading, truncation or error changed.
    void stateChanged();

private:
    void follow();
    void reload();
    void requestPage();
    void takePage(const RangeReply &reply);
    void finishRange();
    void takeEvents(const EventBatch &batch);
    void takeShortKeys();
    void removeOutside();
    bool isPlain(const QByteArray &key) const;
    void insert(std::vector<QByteArray> keys);
    void remove(std::vector<QByteArray> keys);
    void setTruncated(bool truncated);

    Client *m_client;
    Watch *m_watch;
    SlotDirectory *m_directory;
    size_t m_limit;
    std::set<QByteArray> m_keys;
    std::set<Slot> m_followed; // plain prefixes that are loaded or in the queue
    std::vector<Slot> m_queue; // still to be read; the first one is being read
    std::vector<QByteArray> m_found; // of the prefix being read
    std::vector<Event> m_missed; // came while it is being read
    QByteArray m_nextKey;
    Revision m_revision; // of the pages of the prefix being read
    QTimer m_followTimer;
    Call<RangeReply> m_call;
    quint64 m_generation = 0; // counts reloads
    Error m_error;
    bool m_truncated = false;
};

} // namespace slotscope::core
