// SPDX-License-Identifier: GPL-3.0-or-later
//
// DraftKeeper and what earlier sessions left: it is looked for, and compared with what the server has.
#include "core/edit/draftkeeper.h"
#include "core/edit/keyreading.h"

#include <QFutureWatcher>
#include <QTimer>
#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::core {

namespace {

/// Restoring has everything checked; for an offer a part of a very large draft is enough.
constexpr size_t MostKeysRead = 2048;

constexpr size_t MostKeysLookedBack = 128; // what one transaction takes

/// As the change would leave the key, by a revision newer than what it was made on.
bool isAsSent(const Change &change, const KeyState &state)
{
    if (change.kind == Change::Kind::Delete)
        return !state.exists;
    return state.exists && state.value == change.value && state.modRevision > change.base.modRevision;
}

} // namespace

struct DraftKeeper::Search
{
    quint64 generation = 0;
    DraftSearch result;
    size_t draft = 0; // being compared
    std::vector<Change> changes; // of it
    std::map<QByteArray, KeyState> current;
    size_t read = 0; // of its changes
    bool lookedTwice = false;
    std::vector<Change> sent; // of it, in a commit that was on its way
    std::vector<Revision> candidates; // that may be of that commit
    ResponseHeader header;
    std::vector<Offer> offers;
};

void DraftKeeper::look()
{
    if (!m_work)
        return;
    m_held.clear(); // gives them free
    m_offers.clear();
    const quint64 generation = ++m_generation;
    auto *watcher = new QFutureWatcher<std::shared_ptr<Search>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher] {
        watcher->deleteLater();
        takeSearch(watcher->result());
    });
    watcher->setFuture(QtConcurrent::run([folder = m_folder, prefix = m_prefix, generation] {
        auto search = std::make_shared<Search>();
        search->generation = generation;
        search->result = findDrafts(folder, prefix);
        return search;
    }));
}

void DraftKeeper::takeSearch(const std::shared_ptr<Search> &search)
{
    if (search->generation != m_generation)
        return;
    m_complaints = search->result.unreadable;
    for (const QString &file : search->result.setAside)
        m_complaints << file;
    examineNext(search);
}

void DraftKeeper::examineNext(const std::shared_ptr<Search> &search)
{
    if (search->generation != m_generation)
        return;
    const std::vector<FoundDraft> &found = search->result.found;
    if (search->draft == found.size()) {
        finishSearch(search);
        return;
    }
    if (search->read == 0)
        search->changes = found[search->draft].draft.state.changes();
    const std::span<const Change> unread = std::span(search->changes).subspan(search->read);
    const TxnRequest request = readingOf(unread.first(std::min(unread.size(), KeysPerRead)));
    if (request.success.empty()) { // only guards
        compare(search, TxnReply());
        return;
    }
    m_client->txn(request).then(this,
                                [this, search](const Result<TxnReply> &reply) { compare(search, reply); });
}

void DraftKeeper::compare(const std::shared_ptr<Search> &search, const Result<TxnReply> &reply)
{
    if (search->generation != m_generation)
        return;
    if (reply) {
        for (size_t i = 0; i < reply->responses.size() && search->read < search->changes.size(); ++i)
            search->current[search->changes[search->read++].key] = stateIn(reply->responses[i]);
        const bool isDone = search->read >= std::min(search->changes.size(), MostKeysRead);
        if (!isDone && !reply->responses.empty()) {
            examineNext(search);
            return;
        }
    }

    if (reply)
        search->header = reply->header;
    const bool allRead = reply && search->read == search->changes.size();
    if (allRead && search->result.found[search->draft].draft.state.isSent())
        findCommit(search);
    else
        conclude(search, Offer::Sent::Unknown, std::nullopt);
}

// Whether the commit that was on its way was carried out. One transaction writes all of its keys at one
// revision; so that is what tells it from other writers.
void DraftKeeper::findCommit(const std::shared_ptr<Search> &search)
{
    bool applied = true;
    bool untouched = true;
    std::optional<Revision> written;
    search->sent.clear();
    search->candidates.clear();
    for (const Change &change : search->changes) {
        if (change.leftOut)
            continue;
        search->sent.push_back(change);
        const KeyState &now = search->current[change.key];
        untouched = untouched && now.modRevision == change.base.modRevision;
        if (!isAsSent(change, now)) {
            applied = false;
        } else if (now.exists) {
            applied = applied && (!written || *written == now.modRevision);
            written = now.modRevision;
            if (std::find(search->candidates.cbegin(), search->candidates.cend(), now.modRevision)
                == search->candidates.cend())
                search->candidates.push_back(now.modRevision);
        }
    }
    if (!search->sent.empty() && untouched && !std::exchange(search->lookedTwice, true)) {
        // The server may still hold the request.
        QTimer::singleShot(m_secondLookDelay, this, [this, search] {
            search->read = 0;
            search->current.clear();
            examineNext(search);
        });
    } else if (search->sent.empty() || untouched) {
        conclude(search, Offer::Sent::NotCarriedOut, std::nullopt);
    } else if (applied) { // deletions alone leave no revision behind; they lie before this reading at least
        conclude(search, Offer::Sent::No, written.value_or(search->header.revision));
    } else {
        lookBack(search);
    }
}

// Where others have written over a part of it since, all of it stands as sent at its revision.
void DraftKeeper::lookBack(const std::shared_ptr<Search> &search)
{
    if (search->candidates.empty() || search->sent.size() > MostKeysLookedBack) {
        conclude(search, Offer::Sent::Unknown, std::nullopt);
        return;
    }
    const Revision candidate = search->candidates.back();
    search->candidates.pop_back();
    m_client->txn(readingOf(search->sent, candidate))
        .then(this, [this, search, candidate](const Result<TxnReply> &reply) {
            if (search->generation != m_generation)
                return;
            bool applied = reply && reply->responses.size() == search->sent.size();
            for (size_t i = 0; applied && i < search->sent.size(); ++i) {
                const KeyState then = stateIn(reply->responses[i]);
                applied = isAsSent(search->sent[i], then) && (!then.exists || then.modRevision == candidate);
            }
            if (applied)
                conclude(search, Offer::Sent::No, candidate);
            else
                lookBack(search);
        });
}

void DraftKeeper::conclude(const std::shared_ptr<Search> &search, Offer::Sent sent,
                           std::optional<Revision> committed)
{
    const FoundDraft &found = search->result.found[search->draft];
    Offer offer {.file = found.file,
                 .changed = found.draft.state.changed(),
                 .changes = search->changes,
                 .guards = found.draft.state.guards(),
                 .torn = found.draft.health == ReadDraft::Health::Torn,
                 .setAside = found.setAside};
    if (committed) {
        std::erase_if(offer.changes, [](const Change &change) { return !change.leftOut; });
        Q_EMIT commitFound({search->sent, offer.changed, search->header, *committed});
        if (offer.changes.empty())
            removeDraft(found);
        else
            shrinkDraft(found, offer.changes, offer.guards);
    } else if (found.draft.state.isSent()) {
        offer.sent = sent;
    }
    if (search->read > 0) {
        offer.overtaken = 0;
        for (const Change &change : offer.changes) {
            const auto now = search->current.find(change.key);
            const KeyState &known = change.conflict ? *change.conflict : change.base;
            if (now != search->current.cend()
                && (now->second.modRevision != known.modRevision || now->second.value != known.value))
                ++*offer.overtaken;
        }
    }
    if (!offer.changes.empty() || (!offer.guards.empty() && !committed))
        search->offers.push_back(std::move(offer));
    ++search->draft;
    search->lookedTwice = false;
    search->read = 0;
    search->current.clear();
    examineNext(search);
}

void DraftKeeper::finishSearch(const std::shared_ptr<Search> &search)
{
    m_offers = std::move(search->offers);
    for (FoundDraft &found : search->result.found) {
        const bool isOffered = std::any_of(m_offers.cbegin(), m_offers.cend(),
                                           [&](const Offer &offer) { return offer.file == found.file; });
        if (isOffered)
            m_held.push_back(std::move(found));
    }
    Q_EMIT searched();
}

} // namespace slotscope::core
