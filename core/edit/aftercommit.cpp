// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/aftercommit.h"

#include "core/edit/keyreading.h"

#include <algorithm>

namespace slotscope::core {

AfterCommit::AfterCommit(EditSession *edits, ReceiptBook *book, Client *client, QObject *parent)
    : QObject(parent)
    , m_edits(edits)
    , m_book(book)
    , m_client(client)
{
    m_clock.start();
    m_expiry.setSingleShot(true);
    connect(&m_expiry, &QTimer::timeout, this, &AfterCommit::forgetOld);
    connect(m_book, &ReceiptBook::recorded, this, &AfterCommit::watch);
    connect(m_edits, &EditSession::committed, this, &AfterCommit::takeReport);
}

void AfterCommit::watch(const Receipt &receipt)
{
    // One that was found later may be old already. Of all others the clock is not asked: it may have been
    // set.
    const bool found = receipt.outcome == Receipt::Outcome::FoundLater;
    const qint64 age = found ? std::max<qint64>(0, receipt.time.msecsTo(QDateTime::currentDateTimeUtc())) : 0;
    const qint64 left = m_duration.count() - age;
    if (left <= 0)
        return;
    for (const ReceiptChange &change : receipt.changes)
        m_watched[change.key] = {receipt.id, receipt.revision, m_clock.elapsed() + left};
    if (!m_expiry.isActive())
        m_expiry.start(std::chrono::milliseconds(left + 1));
    // What others did before it was found went by.
    if (found)
        QMetaObject::invokeMethod(this, &AfterCommit::recheck, Qt::QueuedConnection);
}

void AfterCommit::takeReport(const CommitReport &report)
{
    m_isOpen = report.outcome == CommitReport::Outcome::Unknown;
    if (m_isOpen)
        return;
    for (const EventBatch &batch : std::exchange(m_deferred, {}))
        look(batch);
}

void AfterCommit::observe(const EventBatch &batch)
{
    if (m_watched.empty() && !m_edits->isCommitting())
        return;
    // It may be our own commit, seen before its reply.
    if (m_edits->isCommitting() || m_isOpen)
        m_deferred.push_back(batch);
    else
        look(batch);
}

void AfterCommit::look(const EventBatch &batch)
{
    Overwrites overwrites;
    for (const Event &event : batch.events) {
        const KeyState now = stateAfter(event);
        note(event.kv.key, now, event.kv.modRevision, &overwrites);
    }
    tell(overwrites);
}

void AfterCommit::note(const QByteArray &key, KeyState now, Revision at, Overwrites *overwrites)
{
    const auto watched = m_watched.find(key);
    if (watched == m_watched.end() || at <= watched->second.revision)
        return;
    watched->second.revision = at;
    now.modRevision = at; // of a deletion, too
    (*overwrites)[watched->second.receipt].emplace_back(
        key, ReceiptChange::Overwrite {now, QDateTime::currentDateTimeUtc()});
}

void AfterCommit::tell(const Overwrites &overwrites)
{
    for (const auto &[receipt, keys] : overwrites) {
        m_book->noteOverwritten(receipt, keys);
        for (const auto &[key, overwrite] : keys)
            Q_EMIT overwritten(receipt, key, overwrite.now);
    }
}

void AfterCommit::recheck()
{
    std::vector<QByteArray> keys;
    for (const auto &[key, watched] : m_watched)
        keys.push_back(key);
    for (size_t from = 0; from < keys.size(); from += KeysPerRead) {
        const std::vector<QByteArray> asked(keys.begin() + qsizetype(from),
                                            keys.begin()
                                                + qsizetype(std::min(keys.size(), from + KeysPerRead)));
        m_client->txn(readingOf(asked)).then(this, [this, asked](const Result<TxnReply> &reply) {
            if (!reply || m_edits->isCommitting() || m_isOpen)
                return;
            Overwrites overwrites;
            for (size_t i = 0; i < std::min(asked.size(), reply->responses.size()); ++i) {
                const auto *range = std::get_if<RangeReply>(&reply->responses[i].response);
                const auto watched = m_watched.find(asked[i]);
                const Receipt *receipt =
                    watched == m_watched.end() ? nullptr : m_book->find(watched->second.receipt);
                if (!range || !receipt)
                    continue;
                const auto change =
                    std::find_if(receipt->changes.cbegin(), receipt->changes.cend(),
                                 [&](const ReceiptChange &candidate) { return candidate.key == asked[i]; });
                if (!range->kvs.empty())
                    note(asked[i], KeyState::of(range->kvs.front()), range->kvs.front().modRevision,
                         &overwrites);
                else if (change != receipt->changes.cend() && change->after.exists && !change->overwritten)
                    note(asked[i], KeyState::absent(), reply->header.revision, &overwrites); // by then
            }
            tell(overwrites);
        });
    }
}

void AfterCommit::forgetOld()
{
    const qint64 now = m_clock.elapsed();
    std::erase_if(m_watched, [now](const auto &entry) { return entry.second.until <= now; });
    if (m_watched.empty()) {
        if (!m_edits->isCommitting())
            m_deferred.clear();
        return;
    }
    const auto next =
        std::min_element(m_watched.cbegin(), m_watched.cend(),
                         [](const auto &a, const auto &b) { return a.second.until < b.second.until; });
    m_expiry.start(std::chrono::milliseconds(next->second.until - now + 1));
}

} // namespace slotscope::core
