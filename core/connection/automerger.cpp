// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/automerger.h"

#include "core/edit/editsession.h"
#include "core/table/recordjson.h"
#include "core/table/slotdirectory.h"

#include <QFutureWatcher>
#include <QtConcurrentRun>

namespace slotscope::core {

namespace {

// What is merged in one turn of the event loop: a few milliseconds.
constexpr qsizetype BytesAtOnce = 128 * 1024;

} // namespace

AutoMerger::AutoMerger(EditSession *edits, SlotDirectory *directory, QObject *parent)
    : QObject(parent)
    , m_edits(edits)
    , m_directory(directory)
    , m_budget(BytesAtOnce)
{
    edits->setMerger([this](const Change &mine, const KeyState &theirs) { return merge(mine, theirs); });
    connect(directory, &SlotDirectory::slotChanged, this, &AutoMerger::retry);
}

std::optional<QByteArray> AutoMerger::merge(const Change &mine, const KeyState &theirs)
{
    if (const auto done = m_done.constFind(mine.key); done != m_done.cend())
        return done->mine == mine && done->theirs == theirs ? done->merged : std::nullopt;
    const SlotCodec codec = codecFor(slotInfoOf(*m_directory, mine.key));
    if (codec.type().value == ValueType::Unknown)
        return std::nullopt; // retry() comes back to it
    const qsizetype size = mine.value.size() + mine.base.value.size() + theirs.value.size();
    if (m_budget < size || isLargeMerge(codec, mine, theirs)) {
        later(mine, theirs);
        return std::nullopt;
    }
    if (m_budget == BytesAtOnce)
        QMetaObject::invokeMethod(
            this, [this] { m_budget = BytesAtOnce; }, Qt::QueuedConnection);
    m_budget -= size;
    return mergedByItself(codec, mine, theirs);
}

void AutoMerger::later(const Change &mine, const KeyState &theirs)
{
    m_waiting.push_back({codecFor(slotInfoOf(*m_directory, mine.key)), mine, theirs});
    if (m_scheduled || m_running)
        return;
    m_scheduled = true;
    QMetaObject::invokeMethod(this, &AutoMerger::start, Qt::QueuedConnection);
}

void AutoMerger::start()
{
    m_scheduled = false;
    if (m_running || m_waiting.empty())
        return;
    m_running = true;
    auto *watcher = new QFutureWatcher<Jobs>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher] {
        watcher->deleteLater();
        m_running = false;
        take(watcher->result());
        start();
    });
    watcher->setFuture(QtConcurrent::run([jobs = std::exchange(m_waiting, {})]() mutable {
        for (Job &job : jobs)
            job.merged = mergedByItself(job.codec, job.mine, job.theirs);
        return std::move(jobs);
    }));
}

void AutoMerger::take(const Jobs &jobs)
{
    std::vector<QByteArray> keys;
    for (const Job &job : jobs) {
        if (!job.merged)
            continue;
        m_done.insert(job.mine.key, job);
        keys.push_back(job.mine.key);
    }
    m_edits->mergeAgain(keys);
    m_done.clear();
}

void AutoMerger::retry(Slot slot)
{
    std::vector<QByteArray> keys;
    for (const Change &change : m_edits->changes()) {
        if (change.conflict && SlotDirectory::slotOf(change.key) == slot)
            keys.push_back(change.key);
    }
    if (!keys.empty())
        m_edits->mergeAgain(keys);
}

} // namespace slotscope::core
