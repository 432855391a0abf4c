// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/draftkeeper.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFutureWatcher>
#include <QMutex>
#include <QRandomGenerator>
#include <QtConcurrentRun>

#include <unistd.h>

namespace slotscope::core {

namespace {

/// Written where the user works: that takes less time than starting a thread for it.
constexpr qint64 SmallStep = 64 * 1024;

} // namespace

// Shared with the jobs: the file, and what is to be done with it.
struct DraftKeeper::Work
{
    Work(const QString &path, const DraftHeader &header)
        : file(path, header)
    {
    }
    QMutex mutex;
    DraftFile file;
    std::atomic<bool> syncIsDue = false;
};

QString clusterFileName(const Endpoint &endpoint, quint64 clusterId)
{
    QString host = endpoint.url.host();
    host.replace(QLatin1Char(':'), QLatin1Char('_'));
    if (endpoint.url.hasFragment()) {
        // Keys are other keys there; a prefix may be longer than names of files.
        const QByteArray hash =
            QCryptographicHash::hash(endpoint.url.fragment().toUtf8(), QCryptographicHash::Sha256);
        host += QLatin1Char('+') + QString::fromLatin1(hash.toHex().left(16));
    }
    return QStringLiteral("%1_%2-%3")
        .arg(host)
        .arg(endpoint.url.port(2379))
        .arg(clusterId, 16, 16, QLatin1Char('0'));
}

DraftKeeper::DraftKeeper(EditSession *edits, Client *client, QObject *parent)
    : QObject(parent)
    , m_edits(edits)
    , m_client(client)
{
    connect(&m_jobs, &OrderedJobs::idle, this, &DraftKeeper::settled);
    connect(m_edits, &EditSession::changed, this, &DraftKeeper::takeChanges);
    connect(m_edits, &EditSession::guardsChanged, this, [this] { takeChanges({}); });
    connect(m_edits, &EditSession::committingChanged, this, &DraftKeeper::takeCommitting);
    connect(m_edits, &EditSession::committed, this, &DraftKeeper::takeReport);
}

DraftKeeper::~DraftKeeper()
{
    endCommit();
    m_jobs.wait();
}

bool DraftKeeper::isSettled() const
{
    return m_jobs.isIdle() && !m_endIsDue;
}

void DraftKeeper::open(const QString &folder, const Endpoint &endpoint, quint64 clusterId)
{
    const QString prefix = clusterFileName(endpoint, clusterId) + QLatin1Char('-');
    if (m_work && folder == m_folder && prefix == m_prefix)
        return;
    m_folder = folder;
    m_prefix = prefix;
    m_header = {endpoint.toString(), clusterId, QDateTime::currentDateTimeUtc()};
    // A name of its own: two windows never write to one file.
    const QString name = QStringLiteral("%1%2.draft")
                             .arg(m_prefix)
                             .arg(QRandomGenerator::system()->generate64(), 16, 16, QLatin1Char('0'));
    m_work = std::make_shared<Work>(QDir(folder).filePath(name), m_header);
    m_endIsDue = false;
    m_settled.clear();
    m_guards = m_edits->guards();
    m_sent = m_edits->isCommitting();
    DraftStep all {.set = m_edits->changes()};
    if (!m_guards.empty())
        all.guards = m_guards;
    if (m_sent)
        all.sent = true;
    record(std::move(all));
    look();
}

void DraftKeeper::takeChanges(const std::vector<QByteArray> &keys)
{
    if (!m_work)
        return; // open() takes all of it
    if (m_edits->isSettling())
        m_settled.insert(m_settled.end(), keys.cbegin(), keys.cend());
    else
        record(stepOf(keys));
}

DraftStep DraftKeeper::stepOf(const std::vector<QByteArray> &keys)
{
    DraftStep step;
    for (const QByteArray &key : keys) {
        if (const Change *change = m_edits->find(key))
            step.set.push_back(*change);
        else
            step.drop.push_back(key);
    }
    if (m_guards != m_edits->guards())
        step.guards = m_guards = m_edits->guards();
    return step;
}

void DraftKeeper::takeCommitting()
{
    if (!m_work || !m_edits->isCommitting())
        return;
    endCommit(); // the one before
    if (m_edits->isResolving())
        return; // of what is staged now nothing is sent
    m_sent = true;
    record({.sent = true});
}

void DraftKeeper::takeReport(const CommitReport &report)
{
    if (!m_work || report.outcome == CommitReport::Outcome::Unknown)
        return;
    if (!std::exchange(m_sent, false) && m_settled.empty())
        return;
    m_endIsDue = true;
    if (m_witness)
        m_witness([this] { endCommit(); });
    else
        endCommit();
}

void DraftKeeper::endCommit()
{
    if (!std::exchange(m_endIsDue, false))
        return;
    DraftStep step = stepOf(std::exchange(m_settled, {}));
    step.sent = false;
    record(std::move(step));
    if (m_jobs.isIdle())
        Q_EMIT settled();
}

void DraftKeeper::record(DraftStep step)
{
    if (step.isEmpty())
        return;
    step.at = QDateTime::currentDateTimeUtc();
    if (m_jobs.isIdle()) {
        QMutexLocker locker(&m_work->mutex);
        if (!m_work->file.isBroken() && m_work->file.cost(step) < SmallStep) {
            const auto result = m_work->file.take(step);
            locker.unlock();
            noteWritten(result);
            synchronise();
            return;
        }
    }
    later([this, step = std::move(step)](Work &work) {
        QMutexLocker locker(&work.mutex);
        const auto result = work.file.take(step);
        locker.unlock();
        QMetaObject::invokeMethod(
            this, [this, result] { noteWritten(result); }, Qt::QueuedConnection);
    });
    synchronise();
}

void DraftKeeper::later(std::function<void(Work &)> job)
{
    // Not longer than the keeper: its end waits for the jobs.
    m_jobs.start([work = m_work, job = std::move(job)] { job(*work); });
}

// A killed process leaves what it has written; a computer that loses its power may not. The disk is slow, so
// nobody waits for it.
void DraftKeeper::synchronise()
{
    if (m_work->syncIsDue.exchange(true))
        return;
    m_jobs.startAside([work = m_work] {
        work->syncIsDue = false;
        QMutexLocker locker(&work->mutex);
        const int descriptor = work->file.duplicateDescriptor();
        locker.unlock();
        if (descriptor >= 0) {
            ::fdatasync(descriptor);
            ::close(descriptor);
        }
    });
}

void DraftKeeper::noteWritten(const Result<Nothing> &result)
{
    const QString problem = result ? QString() : result.error().detail;
    if (problem == m_problem)
        return;
    m_problem = problem;
    Q_EMIT problemChanged();
}

const FoundDraft *DraftKeeper::held(const QString &file) const
{
    const auto it = std::find_if(m_held.cbegin(), m_held.cend(),
                                 [&](const FoundDraft &found) { return found.file == file; });
    return it == m_held.cend() ? nullptr : &*it;
}

void DraftKeeper::forget(const QString &file)
{
    std::erase_if(m_held, [&](const FoundDraft &found) { return found.file == file; });
    std::erase_if(m_offers, [&](const Offer &offer) { return offer.file == file; });
}

std::optional<size_t> DraftKeeper::restore(const QString &file, const QString &name)
{
    const auto offer = std::find_if(m_offers.cbegin(), m_offers.cend(),
                                    [&](const Offer &candidate) { return candidate.file == file; });
    const FoundDraft *found = held(file);
    if (offer == m_offers.cend() || !found || m_edits->isCommitting())
        return std::nullopt;
    std::vector<Change> taken;
    std::vector<Change> left;
    for (const Change &change : offer->changes)
        (m_edits->find(change.key) ? left : taken).push_back(change);
    const std::vector<Guard> guards = offer->guards;
    // The draft goes only when everything is in the one of this session.
    const FoundDraft source = *found;
    if (!m_edits->restore(taken, guards, name))
        return std::nullopt;
    forget(file);
    later([source, left](Work &work) {
        const QMutexLocker locker(&work.mutex);
        if (work.file.isBroken())
            return;
        if (left.empty())
            removeDraft(source);
        else
            shrinkDraft(source, left, {});
    });
    return left.size();
}

void DraftKeeper::discard(const QString &file)
{
    if (const FoundDraft *found = held(file))
        removeDraft(*found);
    forget(file);
}

void DraftKeeper::postpone(const QString &file)
{
    forget(file);
}

} // namespace slotscope::core
