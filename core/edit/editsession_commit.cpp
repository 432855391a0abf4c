// SPDX-License-Identifier: GPL-3.0-or-later
//
// EditSession: the commit and what became of it.
#include "core/edit/editsession.h"
#include "core/edit/keyreading.h"
#include "core/edit/sentchanges.h"

#include <QScopedValueRollback>

#include <algorithm>

namespace slotscope::core {

namespace {

/// How many revisions of its keys are looked at to find a lost commit.
constexpr int MostStepsBack = 100;

/// Errors after which nobody knows whether the transaction was committed.
bool leavesOutcomeOpen(const Error &error)
{
    if (error.neverSent)
        return false;
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

} // namespace

void EditSession::beginDeriving()
{
    m_deriving = true;
    Q_EMIT derivedChanged();
}

void EditSession::takeDerived(std::vector<DerivedChange> derived)
{
    m_deriving = false;
    // While the commit is on its way, what was derived is part of what was sent.
    m_derived = std::move(derived);
    Q_EMIT derivedChanged();
    if (std::exchange(m_wantsDerived, false))
        send();
}

void EditSession::setLimits(const TxnLimits &limits)
{
    if (m_limits == limits)
        return;
    m_limits = limits;
    Q_EMIT limitsChanged();
}

CommitPlan EditSession::plan() const
{
    return makePlan(m_changes, m_derived, m_guards, m_limits);
}

void EditSession::commit(const Approval &approval)
{
    const bool hasWork = std::any_of(m_changes.cbegin(), m_changes.cend(),
                                     [](const Change &change) { return !change.leftOut; });
    // What is to be found out about an earlier one comes first: it may have been made all the same.
    resolveLost();
    m_commitAfterwards = m_resolving;
    if (!m_committing || m_resolving)
        m_approval = approval;
    if (m_committing || !hasWork || hasConflicts())
        return;
    m_committing = true;
    ++m_commits;
    m_settling.clear();
    m_lost = m_unread = m_late = false;
    m_wantsDerived = m_deriving;
    Q_EMIT committingChanged();
    if (!m_wantsDerived)
        send();
}

void EditSession::send()
{
    m_sent = plan();
    m_chosenLeases.clear();
    for (const Change &change : m_sent.writes)
        m_chosenLeases.push_back(change.lease);
    const auto refuse = [this](ErrorKind kind, const QString &detail) {
        finishCommit(reportOf(CommitReport::Outcome::Refused, {.kind = kind, .detail = detail}));
    };
    if (!m_sent.problems.isEmpty()) {
        refuse(ErrorKind::InvalidArgument, m_sent.problems.first());
    } else if (m_sent.operationsOver() > 0) {
        refuse(ErrorKind::TooManyOperations,
               QStringLiteral("%1 operations and %2 compares, of which one transaction takes %3")
                   .arg(m_sent.operations())
                   .arg(m_sent.compares())
                   .arg(m_sent.limits.operations));
    } else if (m_sent.bytesOver() > 0) {
        refuse(ErrorKind::TooLarge,
               QStringLiteral("%1 bytes, of which one request takes %2")
                   .arg(m_sent.bytes)
                   .arg(m_sent.limits.bytes));
    } else {
        std::vector<std::chrono::seconds> ttls;
        for (const Change &change : m_sent.writes) {
            if (change.lease.kind == LeaseChoice::Kind::New
                && std::find(ttls.cbegin(), ttls.cend(), change.lease.ttl) == ttls.cend())
                ttls.push_back(change.lease.ttl);
        }
        m_granted.clear();
        grantLeases(std::move(ttls));
    }
}

void EditSession::grantLeases(std::vector<std::chrono::seconds> ttls)
{
    if (ttls.empty()) {
        sendPlan();
        return;
    }
    const std::chrono::seconds ttl = ttls.back();
    ttls.pop_back();
    m_client->leaseGrant({.ttlSeconds = ttl.count()}, m_approval)
        .then(this, [this, ttl, ttls = std::move(ttls)](const Result<LeaseGrantReply> &reply) {
            if (!reply) {
                // No key was written; a lease that was granted all the same ends by itself.
                revokeLeases();
                finishCommit(reportOf(CommitReport::Outcome::Refused, reply.error()));
                return;
            }
            m_granted.emplace_back(ttl, reply->id);
            grantLeases(ttls);
        });
}

// A lease without keys harms nobody where this fails: it ends by itself.
void EditSession::revokeLeases()
{
    for (const auto &[ttl, lease] : std::exchange(m_granted, {}))
        m_client->leaseRevoke(lease).then(this, [](const Result<Nothing> &) {});
}

void EditSession::sendPlan()
{
    for (size_t i = 0; i < m_sent.writes.size(); ++i) {
        Change &change = m_sent.writes[i];
        if (change.lease.kind != LeaseChoice::Kind::New)
            continue;
        for (const auto &[ttl, lease] : m_granted) {
            if (ttl == change.lease.ttl)
                change.lease = {.kind = LeaseChoice::Kind::Existing, .lease = lease};
        }
        m_sent.request.success[i] = operationOf(change);
    }
    m_client->txn(m_sent.request, m_approval).then(this, [this](const Result<TxnReply> &reply) {
        takeReply(reply);
    });
}

CommitReport EditSession::reportOf(CommitReport::Outcome outcome, const Error &error) const
{
    CommitReport report {.outcome = outcome, .error = error};
    report.changes = static_cast<int>(std::count_if(m_sent.writes.cbegin(), m_sent.writes.cend(),
                                                    [this](const Change &each) { return find(each.key); }));
    report.clusterId = m_client->clusterId();
    report.memberId = m_memberId;
    report.late = m_late;
    return report;
}

void EditSession::takeReply(const Result<TxnReply> &reply)
{
    if (!reply) {
        if (leavesOutcomeOpen(reply.error())) {
            // Even where nothing of it is seen at first, it may still be on its way.
            m_lost = true;
            readBack(reply.error(), true);
        } else {
            revokeLeases();
            finishCommit(reportOf(CommitReport::Outcome::Refused, reply.error()));
        }
        return;
    }
    m_memberId = reply->header.memberId;
    if (reply->succeeded) {
        finishCommitted(reply->header.revision);
        return;
    }
    revokeLeases();
    const CommitReport report = reportOf(CommitReport::Outcome::Conflict);
    Marking marking;
    bool derivedChanged = false;
    for (size_t i = 0; i < reply->responses.size() && i < m_sent.request.compare.size(); ++i) {
        const QByteArray &key = m_sent.request.compare[i].range.begin;
        const KeyState current = stateIn(reply->responses[i]);
        derivedChanged = derivedChanged
            || (i < m_sent.writes.size() && !find(key)
                && current.modRevision != m_sent.writes[i].base.modRevision);
        hear(key, current, reply->header.revision, News::Read, &marking);
    }
    tell(marking, reply->header.revision);
    finishCommit(report);
    if (derivedChanged)
        Q_EMIT derivedOutdated();
}

void EditSession::readBack(const Error &cause, bool again)
{
    m_client->txn(readingOf(m_sent.writes)).then(this, [this, cause, again](const Result<TxnReply> &reply) {
        if (!reply || reply->responses.size() != m_sent.writes.size()) {
            if (finishByWatch())
                return;
            m_lost = m_unread = true;
            finishCommit(reportOf(CommitReport::Outcome::Unknown, cause));
            return;
        }
        m_memberId = reply->header.memberId;
        takeReadBack(statesIn(*reply), reply->header.revision, cause, again);
    });
}

void EditSession::takeReadBack(const std::vector<KeyState> &current, Revision at, const Error &cause,
                               bool again)
{
    if (finishByWatch())
        return;
    const Traces traces = tracesOf(m_sent.writes, current);
    if (traces.applied) {
        // Deletions alone leave no revision behind; they lie before this reading at least.
        finishCommitted(traces.written.value_or(at));
    } else if (traces.untouched && again) {
        // The server may still hold the request: looked at once more before it is called unwritten.
        QTimer::singleShot(m_readBackDelay, this, [this, cause] { readBack(cause, false); });
    } else if (traces.untouched) {
        // It may be carried out yet: its new leases stay, or its keys would go with them. Without keys they
        // end by themselves.
        finishCommit(reportOf(CommitReport::Outcome::Refused, cause));
    } else {
        lookBack(current, at, {.current = current, .at = at, .cause = cause});
    }
}

/// Somebody has written since, perhaps over what was committed. So the keys are looked at as they were at
/// each of their revisions, back to what the changes were made on: at that of the commit all of it was as
/// sent.
void EditSession::lookBack(const std::vector<KeyState> &then, Revision at, LookedBack found)
{
    Revision oldest; // that of the commit is newer
    Revision newest;
    for (size_t i = 0; i < then.size(); ++i) {
        oldest = std::max(oldest, m_sent.writes[i].base.modRevision);
        newest = std::max(newest, then[i].modRevision);
    }
    if (newest <= oldest) {
        if (finishByWatch())
            return;
        const CommitReport report = reportOf(CommitReport::Outcome::Conflict, found.cause);
        Marking marking;
        for (size_t i = 0; i < found.current.size(); ++i)
            hear(m_sent.writes[i].key, found.current[i], found.at, News::Read, &marking);
        tell(marking, found.at);
        finishCommit(report);
        m_lost = true; // where all that it had put was deleted since, only the watch can tell
        return;
    }
    const Revision revision = newest < at ? newest : Revision(at.value - 1);
    m_client->txn(readingOf(m_sent.writes, revision))
        .then(this, [this, revision, found = std::move(found)](const Result<TxnReply> &reply) mutable {
            if (!reply || reply->responses.size() != m_sent.writes.size() || ++found.steps > MostStepsBack) {
                if (finishByWatch())
                    return;
                m_lost = true;
                finishCommit(reportOf(CommitReport::Outcome::Unknown, reply ? found.cause : reply.error()));
                return;
            }
            const std::vector<KeyState> states = statesIn(*reply);
            if (wasWrittenAt(revision, m_sent.writes, states))
                finishCommitted(revision);
            else
                lookBack(states, revision, std::move(found));
        });
}

void EditSession::finishCommitted(Revision revision)
{
    const CommitReport report = settle(revision);
    finishCommit(report);
}

void EditSession::resolveLost()
{
    if (!m_unread || m_committing)
        return;
    m_unread = false;
    m_committing = true;
    ++m_commits;
    m_resolving = true;
    m_lost = false; // found out now, or by the next try
    Q_EMIT committingChanged();
    readBack({.kind = ErrorKind::Unavailable,
              .detail = QStringLiteral("the answer to the commit was lost; nothing of it is there")},
             false);
}

std::optional<Revision> EditSession::lostCommitIn(const EventBatch &batch) const
{
    Revision revision;
    size_t seen = 0;
    for (const Event &event : batch.events) {
        if (event.kv.modRevision != revision) {
            revision = event.kv.modRevision;
            seen = 0;
        }
        const auto sent = std::find_if(m_sent.writes.cbegin(), m_sent.writes.cend(),
                                       [&](const Change &each) { return each.key == event.kv.key; });
        if (sent == m_sent.writes.cend() || !looksApplied(*sent, stateAfter(event)))
            continue;
        // All of it at one revision: that is our own transaction.
        if (++seen == m_sent.writes.size())
            return revision;
    }
    return {};
}

bool EditSession::recognizeLostCommit(const EventBatch &batch)
{
    const std::optional<Revision> revision = m_lost ? lostCommitIn(batch) : std::nullopt;
    if (!revision)
        return false;
    const CommitReport report = settle(*revision);
    Q_EMIT committed(report);
    return true;
}

/// Where it came by the watch before anything else told of it, that is told, and nothing else before it.
bool EditSession::finishByWatch()
{
    for (const EventBatch &batch : m_deferred) {
        if (const auto revision = lostCommitIn(batch)) {
            finishCommitted(*revision);
            return true;
        }
    }
    return false;
}

CommitReport EditSession::settle(Revision revision)
{
    const QScopedValueRollback settling(m_settlingNow, true);
    CommitReport report = reportOf(CommitReport::Outcome::Committed);
    report.revision = revision;
    report.written = m_sent.writes;
    std::vector<QByteArray> keys;
    std::vector<size_t> vacant;
    for (size_t i = 0; i < m_sent.writes.size(); ++i) {
        const Change &sent = m_sent.writes[i];
        LeaseId lease = sent.base.lease;
        if (sent.lease.kind != LeaseChoice::Kind::Keep)
            lease = sent.lease.lease;
        KeyState state = sent.kind == Change::Kind::Delete ? KeyState::absent()
                                                           : KeyState {true, sent.value, revision, lease};
        const Heard heard {.state = state, .at = revision};
        state.modRevision = revision; // of a deletion, too: tells when a table has caught up
        m_settling[sent.key] = state;
        keys.push_back(sent.key);
        const Change *staged = find(sent.key);
        if (!staged)
            continue;
        m_heard.insert(sent.key, heard);
        // Edited further since its outcome was left open: that is made on what is there now.
        Change asStaged = sent;
        asStaged.lease = m_chosenLeases[i];
        const std::optional<Change> rest = restOf(*staged, asStaged, heard.state, revision);
        applyChange(sent.key, rest, &vacant);
    }
    removeVacant(vacant);
    m_lost = m_unread = false;
    m_granted.clear();
    m_derived.clear();
    if (m_changes.empty() && !m_guards.empty()) {
        m_guards.clear();
        Q_EMIT guardsChanged();
    }
    forgetHistory();
    Q_EMIT changed(keys);
    Q_EMIT historyChanged();
    return report;
}

void EditSession::finishCommit(const CommitReport &report)
{
    m_committing = false;
    m_wantsDerived = false;
    m_resolving = false;
    const bool goesOn =
        std::exchange(m_commitAfterwards, false) && report.outcome == CommitReport::Outcome::Refused;
    if (report.outcome != CommitReport::Outcome::Unknown && report.outcome != CommitReport::Outcome::Refused)
        m_lost = false;
    m_late = report.outcome == CommitReport::Outcome::Unknown;
    for (const EventBatch &batch : std::exchange(m_deferred, {}))
        observe(batch);
    Q_EMIT committingChanged();
    if (goesOn && !hasConflicts())
        commit(m_approval);
    else
        Q_EMIT committed(report);
}

const KeyState *EditSession::settling(const QByteArray &key) const
{
    const auto it = m_settling.find(key);
    return it == m_settling.cend() ? nullptr : &it->second;
}

} // namespace slotscope::core
