// SPDX-License-Identifier: GPL-3.0-or-later
//
// EditSession and the server: the commit and what became of it, what others do meanwhile.
#include "core/edit/editsession.h"

#include <algorithm>

namespace slotscope::core {

namespace {

/// Below what any etcd takes in one transaction.
constexpr size_t KeysPerRead = 64;

/// Errors after which nobody knows whether the transaction was committed.
bool leavesOutcomeOpen(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Timeout:
    case ErrorKind::Network:
    case ErrorKind::Cancelled:
    case ErrorKind::Protocol:
    case ErrorKind::Http:
    case ErrorKind::Unavailable:
    case ErrorKind::Server:
        return true;
    default:
        return false;
    }
}

KeyState stateIn(const RangeReply &reply)
{
    return reply.kvs.empty() ? KeyState::absent() : KeyState::of(reply.kvs.front());
}

KeyState stateAfter(const Event &event)
{
    return event.type == EventType::Delete ? KeyState::absent() : KeyState::of(event.kv);
}

/// Whether the key is as the change would leave it, by a revision newer than its base.
bool looksApplied(const Change &change, const KeyState &current)
{
    if (change.kind == Change::Kind::Delete)
        return !current.exists;
    return current.exists && current.value == change.value && current.modRevision != change.base.modRevision;
}

} // namespace

TxnRequest EditSession::plan() const
{
    TxnRequest request;
    for (const Change &change : m_changes) {
        request.compare.push_back({.range = KeyRange::single(change.key),
                                   .target = CompareTarget::ModRevision,
                                   .result = CompareResult::Equal,
                                   .number = change.base.exists ? change.base.modRevision.value : 0});
        if (change.kind == Change::Kind::Delete)
            request.success.push_back({DeleteRangeRequest {.range = KeyRange::single(change.key)}});
        else
            request.success.push_back({PutRequest {
                .key = change.key, .value = change.value, .ignoreLease = change.base.lease.value != 0}});
        request.failure.push_back({RangeRequest {.range = KeyRange::single(change.key)}});
    }
    return request;
}

void EditSession::commit()
{
    if (m_committing || m_changes.empty() || hasConflicts())
        return;
    m_committing = true;
    m_settling.clear();
    m_lost.clear();
    Q_EMIT committingChanged();
    m_client->txn(plan()).then(this, [this](const Result<TxnReply> &reply) { takeReply(reply); });
}

void EditSession::takeReply(const Result<TxnReply> &reply)
{
    const auto count = static_cast<int>(m_changes.size());
    if (!reply) {
        if (leavesOutcomeOpen(reply.error()))
            readBack(reply.error());
        else
            finishCommit(
                {.outcome = CommitReport::Outcome::Refused, .changes = count, .error = reply.error()});
        return;
    }
    if (reply->succeeded) {
        settle(reply->header.revision);
        finishCommit({.outcome = CommitReport::Outcome::Committed,
                      .revision = reply->header.revision,
                      .changes = count});
        return;
    }
    std::vector<QByteArray> touched;
    const std::vector<Change> sent = m_changes;
    for (size_t i = 0; i < sent.size() && i < reply->responses.size(); ++i) {
        if (const auto *current = std::get_if<RangeReply>(&reply->responses[i].response))
            markCurrent(sent[i].key, stateIn(*current), &touched);
    }
    Q_EMIT changed(touched);
    finishCommit({.outcome = CommitReport::Outcome::Conflict, .changes = count});
}

TxnRequest EditSession::readKeys(const std::vector<Change> &changes, size_t from, size_t count)
{
    TxnRequest request;
    for (size_t i = from; i < std::min(changes.size(), from + count); ++i)
        request.success.push_back({RangeRequest {.range = KeyRange::single(changes[i].key)}});
    return request;
}

void EditSession::readBack(const Error &cause)
{
    // Even where nothing of it is seen now, it may still be on its way.
    m_lost = m_changes;
    m_client->txn(readKeys(m_changes, 0, m_changes.size()))
        .then(this, [this, cause](const Result<TxnReply> &reply) {
            const auto count = static_cast<int>(m_changes.size());
            if (!reply || reply->responses.size() != m_changes.size()) {
                finishCommit({.outcome = CommitReport::Outcome::Unknown, .changes = count, .error = cause});
                return;
            }
            // One transaction writes all of its keys at one revision; so that is what tells it from other
            // writers.
            bool applied = true;
            bool untouched = true;
            std::optional<Revision> written;
            std::vector<KeyState> current;
            for (size_t i = 0; i < m_changes.size(); ++i) {
                const auto *range = std::get_if<RangeReply>(&reply->responses[i].response);
                current.push_back(range ? stateIn(*range) : KeyState::absent());
                const KeyState &now = current.back();
                applied = applied && looksApplied(m_changes[i], now);
                untouched = untouched && now.modRevision == m_changes[i].base.modRevision;
                if (now.exists) {
                    applied = applied && (!written || *written == now.modRevision);
                    written = now.modRevision;
                }
            }
            if (applied) {
                // Deletions alone leave no revision behind; they lie before this reading at least.
                const Revision revision = written.value_or(reply->header.revision);
                settle(revision);
                finishCommit(
                    {.outcome = CommitReport::Outcome::Committed, .revision = revision, .changes = count});
                return;
            }
            if (!untouched) {
                std::vector<QByteArray> touched;
                const std::vector<Change> staged = m_changes;
                for (size_t i = 0; i < staged.size(); ++i)
                    markCurrent(staged[i].key, current[i], &touched);
                Q_EMIT changed(touched);
            }
            finishCommit(
                {.outcome = untouched ? CommitReport::Outcome::Refused : CommitReport::Outcome::Conflict,
                 .changes = count,
                 .error = cause});
        });
}

bool EditSession::recognizeLostCommit(const EventBatch &batch)
{
    // All of it at one revision, and what is staged is still what was sent: that is our own transaction.
    if (m_lost.empty() || m_lost != m_changes)
        return false;
    Revision revision;
    size_t seen = 0;
    for (const Event &event : batch.events) {
        if (event.kv.modRevision != revision) {
            revision = event.kv.modRevision;
            seen = 0;
        }
        const Change *change = find(event.kv.key);
        if (!change || !looksApplied(*change, stateAfter(event)))
            continue;
        if (++seen < m_lost.size())
            continue;
        const auto count = static_cast<int>(m_lost.size());
        settle(revision);
        Q_EMIT committed(
            {.outcome = CommitReport::Outcome::Committed, .revision = revision, .changes = count});
        return true;
    }
    return false;
}

void EditSession::settle(Revision revision)
{
    std::vector<QByteArray> keys;
    for (const Change &change : m_changes) {
        KeyState state = change.kind == Change::Kind::Delete
            ? KeyState::absent()
            : KeyState {true, change.value, revision, change.base.lease};
        state.modRevision = revision; // of a deletion, too: tells when a table has caught up
        m_settling[change.key] = state;
        keys.push_back(change.key);
    }
    m_changes.clear();
    m_position.clear();
    m_history.clear();
    m_undoDepth = 0;
    m_lost.clear();
    Q_EMIT changed(keys);
}

void EditSession::finishCommit(const CommitReport &report)
{
    m_committing = false;
    for (const EventBatch &batch : std::exchange(m_deferred, {}))
        observe(batch);
    Q_EMIT committingChanged();
    Q_EMIT committed(report);
}

const KeyState *EditSession::settling(const QByteArray &key) const
{
    const auto it = m_settling.find(key);
    return it == m_settling.cend() ? nullptr : &it->second;
}

void EditSession::markCurrent(const QByteArray &key, const KeyState &current,
                              std::vector<QByteArray> *touched)
{
    const auto position = m_position.constFind(key);
    if (position == m_position.cend())
        return;
    Change &change = m_changes[*position];
    // The value, too: in a restored backup or another cluster the same revision may hold something else.
    const bool same = current.exists == change.base.exists && current.modRevision == change.base.modRevision
        && current.value == change.base.value;
    const std::optional<KeyState> conflict = same ? std::nullopt : std::optional(current);
    if (change.conflict == conflict)
        return;
    change.conflict = conflict;
    touched->push_back(key);
}

void EditSession::observe(const EventBatch &batch)
{
    if (m_committing) {
        m_deferred.push_back(batch); // it may be our own commit, seen before its reply
        return;
    }
    if (m_changes.empty() || recognizeLostCommit(batch))
        return;
    std::vector<QByteArray> touched;
    for (const Event &event : batch.events) {
        const Change *change = find(event.kv.key);
        // Older news than what is known of the key, or than what the change was made on.
        if (!change || event.kv.modRevision <= change->conflict.value_or(change->base).modRevision)
            continue;
        markCurrent(event.kv.key, stateAfter(event), &touched);
    }
    if (!touched.empty())
        Q_EMIT changed(touched);
}

void EditSession::noteCurrent(const QByteArray &key, const KeyState &current)
{
    std::vector<QByteArray> touched;
    if (!m_committing)
        markCurrent(key, current, &touched);
    if (!touched.empty())
        Q_EMIT changed(touched);
}

void EditSession::recheck()
{
    if (!m_settling.empty()) {
        std::vector<QByteArray> settled;
        for (const auto &[key, state] : std::exchange(m_settling, {}))
            settled.push_back(key);
        Q_EMIT changed(settled);
    }
    if (m_committing)
        return;
    for (size_t from = 0; from < m_changes.size(); from += KeysPerRead) {
        m_client->txn(readKeys(m_changes, from, KeysPerRead))
            .then(this, [this, from, asked = m_changes](const Result<TxnReply> &reply) {
                if (!reply || m_committing)
                    return; // the compare at commit finds out all the same
                std::vector<QByteArray> touched;
                for (size_t i = 0; i < reply->responses.size(); ++i) {
                    const auto *range = std::get_if<RangeReply>(&reply->responses[i].response);
                    const Change *change = find(asked[from + i].key);
                    // Made on something else meanwhile: this is old news.
                    if (range && change && change->base == asked[from + i].base)
                        markCurrent(asked[from + i].key, stateIn(*range), &touched);
                }
                if (!touched.empty())
                    Q_EMIT changed(touched);
            });
    }
}

} // namespace slotscope::core
