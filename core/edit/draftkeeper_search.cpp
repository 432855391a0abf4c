// SPDX-License-Identifier: GPL-3.0-or-later
//
// DraftKeeper and what earlier sessions left: it is looked for, and compared with what the server has.
#include "core/edit/draftkeeper.h"
#include "core/edit/keyreading.h"
#include "core/edit/sentchanges.h"

#include <QFutureWatcher>
#include <QHash>
#include <QSet>
#include <QTimer>
#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::core {

namespace {

/// Restoring has everything checked; for an offer a part of a very large draft is enough.
constexpr size_t MostKeysRead = 2048;

constexpr size_t MostKeysLookedBack = 128; // what one transaction takes

std::vector<QByteArray> keysOf(const std::vector<Change> &staged, const std::vector<Change> &sent)
{
    std::vector<QByteArray> keys;
    QSet<QByteArray> known;
    for (const std::vector<Change> *changes : {&staged, &sent}) {
        for (const Change &change : *changes) {
            if (!known.contains(change.key))
                keys.push_back(change.key);
            known.insert(change.key);
        }
    }
    return keys;
}

/// What is still to be done once `sent` has made its keys `committed` at this revision.
std::vector<Change> restsOf(const std::vector<Change> &staged, const std::vector<Change> &sent,
                            const std::vector<KeyState> &committed, Revision at)
{
    QHash<QByteArray, size_t> position;
    for (size_t i = 0; i < sent.size(); ++i)
        position.insert(sent[i].key, i);
    std::vector<Change> rests;
    for (const Change &change : staged) {
        const auto known = position.constFind(change.key);
        if (known == position.cend())
            rests.push_back(change);
        else if (auto rest = restOf(change, sent[*known], committed[*known], at))
            rests.push_back(std::move(*rest));
    }
    return rests;
}

} // namespace

struct DraftKeeper::Search
{
    quint64 generation = 0;
    DraftSearch result;
    size_t draft = 0; // being compared
    std::vector<Change> changes; // of it
    std::vector<Change> sent; // of it, in a commit that was on its way
    std::vector<QByteArray> keys; // of both
    std::map<QByteArray, KeyState> current;
    size_t read = 0; // of its keys
    bool lookedTwice = false;
    std::vector<Revision> candidates; // that may be of that commit
    std::vector<KeyState> committed; // what the commit made of the keys in `sent`
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
    if (search->read == 0) {
        const DraftState &state = found[search->draft].draft.state;
        search->changes = state.changes();
        search->sent = state.sentChanges();
        search->keys = keysOf(search->changes, search->sent);
    }
    const std::span<const QByteArray> unread = std::span(search->keys).subspan(search->read);
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
        for (size_t i = 0; i < reply->responses.size() && search->read < search->keys.size(); ++i)
            search->current[search->keys[search->read++]] = stateIn(reply->responses[i]);
        const bool isDone = search->read >= std::min(search->keys.size(), MostKeysRead);
        if (!isDone && !reply->responses.empty()) {
            examineNext(search);
            return;
        }
    }

    if (reply)
        search->header = reply->header;
    const bool allRead = reply && search->read == search->keys.size();
    if (allRead && search->result.found[search->draft].draft.state.isSent())
        findCommit(search);
    else
        conclude(search, Offer::Sent::Unknown, std::nullopt);
}

// Whether the commit that was on its way was carried out.
void DraftKeeper::findCommit(const std::shared_ptr<Search> &search)
{
    std::vector<KeyState> states;
    search->candidates.clear();
    for (const Change &change : search->sent) {
        const KeyState &now = states.emplace_back(search->current[change.key]);
        if (now.exists && looksApplied(change, now)
            && std::find(search->candidates.cbegin(), search->candidates.cend(), now.modRevision)
                == search->candidates.cend())
            search->candidates.push_back(now.modRevision);
    }
    const Traces traces = tracesOf(search->sent, states);
    if (!search->sent.empty() && traces.untouched && !std::exchange(search->lookedTwice, true)) {
        // The server may still hold the request.
        QTimer::singleShot(m_secondLookDelay, this, [this, search] {
            search->read = 0;
            search->current.clear();
            examineNext(search);
        });
    } else if (search->sent.empty() || traces.untouched) {
        conclude(search, Offer::Sent::NotCarriedOut, std::nullopt);
    } else if (traces.applied) {
        // Deletions alone leave no revision behind; they lie before this reading at least.
        search->committed = std::move(states);
        conclude(search, Offer::Sent::No, traces.written.value_or(search->header.revision));
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
            if (reply)
                search->committed = statesIn(*reply);
            if (reply && search->committed.size() == search->sent.size()
                && wasWrittenAt(candidate, search->sent, search->committed))
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
        offer.changes = restsOf(search->changes, search->sent, search->committed, *committed);
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
