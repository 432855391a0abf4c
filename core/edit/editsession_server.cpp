// SPDX-License-Identifier: GPL-3.0-or-later
//
// EditSession and what others do on the server: conflicts, merges.
#include "core/edit/editsession.h"
#include "core/edit/keyreading.h"

#include <algorithm>

namespace slotscope::core {

void EditSession::hear(const QByteArray &key, const KeyState &state, Revision at, News news, Marking *marking)
{
    const auto known = m_heard.find(key);
    if (known == m_heard.end() || at < known->at)
        return;
    *known = {.state = state, .at = at};
    mark(key, *known, news, marking);
}

void EditSession::mark(const QByteArray &key, const Heard &heard, News news, Marking *marking)
{
    // In an etcd that was set up anew all of it is older than what was seen in the one before.
    const auto isOlder = [&](const KeyState &base, const std::optional<KeyState> &conflict) {
        const bool isOtherData = conflict && conflict->modRevision < base.modRevision;
        return news != News::Read && !isOtherData && heard.at < base.modRevision;
    };
    // The value, too: in a restored backup or another cluster the same revision may hold something else.
    const auto differs = [&](const KeyState &base) {
        return heard.state.exists != base.exists || heard.state.modRevision != base.modRevision
            || heard.state.value != base.value;
    };
    for (Guard &guard : m_guards) {
        if (guard.key != key || isOlder(guard.seen, guard.conflict))
            continue;
        const std::optional<KeyState> conflict =
            differs(guard.seen) ? std::optional(heard.state) : std::nullopt;
        marking->guards = marking->guards || guard.conflict != conflict;
        guard.conflict = conflict;
    }
    const auto position = m_position.constFind(key);
    if (position == m_position.cend())
        return;
    Change &change = m_changes[*position];
    if (isOlder(change.base, change.conflict))
        return;
    std::optional<KeyState> conflict = differs(change.base) ? std::optional(heard.state) : std::nullopt;
    if (change.conflict == conflict)
        return;
    marking->touched.push_back(key);
    change.conflict = std::move(conflict);
    if (change.conflict)
        merge(change, marking);
}

// Both did the same, or what both did goes together.
void EditSession::merge(Change &change, Marking *marking)
{
    const QByteArray key = change.key;
    const KeyState theirs = *change.conflict;
    Change together = change;
    together.base = theirs;
    together.conflict.reset();
    if (change.kind == Change::Kind::Delete) {
        if (!isNothing(together))
            return;
    } else if (theirs.exists) {
        together.kind = Change::Kind::Update;
        together.mergedAt = theirs.modRevision;
        if (change.value != theirs.value) {
            std::optional<QByteArray> value = m_merger ? m_merger(change, theirs) : std::nullopt;
            if (!value)
                return;
            together.value = std::move(*value);
        }
    } else {
        return;
    }
    marking->merged.push_back(key);
    if (isNothing(together)) {
        std::vector<size_t> vacant;
        applyChange(key, std::nullopt, &vacant);
        removeVacant(vacant);
    } else {
        change = std::move(together);
    }
}

void EditSession::mergeAgain(const std::vector<QByteArray> &keys)
{
    if (m_committing)
        return;
    for (const QByteArray &key : keys) {
        const auto position = m_position.constFind(key);
        if (position == m_position.cend() || !m_changes[*position].conflict)
            continue;
        const Revision revision = m_changes[*position].conflict->modRevision;
        Marking marking;
        merge(m_changes[*position], &marking);
        if (!marking.merged.empty())
            marking.touched.push_back(key);
        tell(marking, revision);
    }
}

void EditSession::tell(const Marking &marking, Revision revision)
{
    if (!marking.touched.empty())
        Q_EMIT changed(marking.touched);
    if (marking.guards)
        Q_EMIT guardsChanged();
    if (!marking.merged.empty())
        Q_EMIT merged(marking.merged, revision);
}

void EditSession::observe(const EventBatch &batch)
{
    if (m_committing) {
        m_deferred.push_back(batch); // it may be our own commit, seen before its reply
        return;
    }
    if ((m_heard.isEmpty() && !m_lost) || recognizeLostCommit(batch))
        return;
    Marking marking;
    Revision newest;
    for (const Event &event : batch.events) {
        newest = std::max(newest, event.kv.modRevision);
        hear(event.kv.key, stateAfter(event), event.kv.modRevision, News::Heard, &marking);
    }
    tell(marking, newest);
}

void EditSession::noteCurrent(const QByteArray &key, const KeyState &current)
{
    const Change *change = find(key);
    const Revision known = m_heard.value(key).at;
    // Whoever tells may be behind what was heard.
    if (m_committing || !change || (known.value != 0 && (!current.exists || current.modRevision < known)))
        return;
    Marking marking;
    const Revision at = std::max(change->base.modRevision, current.modRevision);
    hear(key, current, at, News::Heard, &marking);
    tell(marking, at);
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
    // What was heard may be of other data.
    for (Heard &heard : m_heard)
        heard = {};
    resolveLost();
    std::vector<QByteArray> keys;
    for (const Change &change : m_changes)
        keys.push_back(change.key);
    for (const Guard &guard : m_guards)
        keys.push_back(guard.key);
    readAgain(keys);
}

void EditSession::readAgain(const std::vector<QByteArray> &keys)
{
    for (size_t from = 0; from < keys.size(); from += KeysPerRead) {
        const std::vector<QByteArray> asked(
            keys.begin() + static_cast<std::ptrdiff_t>(from),
            keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), from + KeysPerRead)));
        m_client->txn(readingOf(asked))
            .then(this, [=, this, commits = m_commits](const Result<TxnReply> &reply) {
                if (!reply || m_committing)
                    return; // the compare at commit finds out all the same
                const News news = commits == m_commits ? News::Read : News::Heard;
                Marking marking;
                for (size_t i = 0; i < std::min(asked.size(), reply->responses.size()); ++i) {
                    if (std::holds_alternative<RangeReply>(reply->responses[i].response))
                        hear(asked[i], stateIn(reply->responses[i]), reply->header.revision, news, &marking);
                }
                tell(marking, reply->header.revision);
            });
    }
}

} // namespace slotscope::core
