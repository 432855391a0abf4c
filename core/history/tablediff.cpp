// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/tablediff.h"

#include <QtConcurrentRun>

#include <algorithm>
#include <iterator>

namespace slotscope::core {

namespace {

constexpr qint64 FirstPage = 500;
constexpr qint64 LargestPage = 10'000;
constexpr qint64 PageBytes = 4LL * 1024 * 1024;
constexpr size_t FilePage = 5'000;

DiffRecord recordOf(const KeyValue &kv, int prefixLength)
{
    return {kv.key.sliced(std::min<qsizetype>(prefixLength, kv.key.size())), kv.value, kv.modRevision};
}

} // namespace

SnapshotSide::SnapshotSide(Client *client, KeyRange range, int prefixLength, Revision at, QObject *parent)
    : DiffSide(parent)
    , m_client(client)
    , m_rest(std::move(range))
    , m_prefixLength(prefixLength)
    , m_revision(at)
{
}

void SnapshotSide::next()
{
    const qint64 limit = m_rows == 0
        ? FirstPage
        : std::clamp<qint64>(PageBytes / std::max<qint64>(1, m_bytes / m_rows), 16, LargestPage);
    m_client->range({.range = m_rest, .limit = limit, .revision = m_revision})
        .then(this, [this](const Result<RangeReply> &reply) {
            if (!reply) {
                Q_EMIT failed(reply.error());
                return;
            }
            if (m_revision.value == 0)
                m_revision = reply->header.revision;
            std::vector<DiffRecord> records;
            records.reserve(reply->kvs.size());
            for (const KeyValue &kv : reply->kvs) {
                records.push_back(recordOf(kv, m_prefixLength));
                m_bytes += kv.key.size() + kv.value.size();
            }
            m_rows += static_cast<qint64>(records.size());
            const bool last = !reply->more || reply->kvs.empty();
            if (!last)
                m_rest.begin = reply->kvs.back().key + '\0';
            Q_EMIT page(records, last);
        });
}

FileSide::FileSide(std::shared_ptr<const RecordFile> file, KeyRange range, int prefixLength, QObject *parent)
    : DiffSide(parent)
    , m_file(std::move(file))
    , m_range(std::move(range))
    , m_prefixLength(prefixLength)
    , m_position(m_file->lowerBound(m_range.begin))
{
    connect(&m_reading, &QFutureWatcherBase::finished, this, [this] {
        const Read read = m_reading.result();
        if (!read) {
            Q_EMIT failed({.kind = ErrorKind::Io, .detail = read.error()});
            return;
        }
        m_position += read->size();
        std::vector<DiffRecord> records;
        records.reserve(read->size());
        for (const KeyValue &kv : *read)
            records.push_back(recordOf(kv, m_prefixLength));
        Q_EMIT page(records, m_position >= m_file->count() || !m_range.contains(m_file->keyAt(m_position)));
    });
}

void FileSide::next()
{
    m_reading.setFuture(QtConcurrent::run([file = m_file, range = m_range, from = m_position]() -> Read {
        size_t end = from;
        while (end < file->count() && end < from + FilePage && range.contains(file->keyAt(end)))
            ++end;
        return file->read(from, end - from);
    }));
}

void EmptySide::next()
{
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT page({}, true); }, Qt::QueuedConnection);
}

TableDiff::TableDiff(std::unique_ptr<DiffSide> before, std::unique_ptr<DiffSide> after, QObject *parent)
    : QObject(parent)
    , m_before {.side = std::move(before)}
    , m_after {.side = std::move(after)}
{
    follow(&m_before);
    follow(&m_after);
    connect(&m_comparing, &QFutureWatcherBase::finished, this, &TableDiff::takeCompared);
}

TableDiff::~TableDiff() = default;

void TableDiff::follow(Half *half)
{
    connect(half->side.get(), &DiffSide::page, this,
            [this, half](const std::vector<DiffRecord> &records, bool last) {
                if (!m_running)
                    return;
                half->waiting = false;
                half->ended = last;
                half->records.insert(half->records.end(), records.cbegin(), records.cend());
                m_read += static_cast<qint64>(records.size());
                goOn();
            });
    connect(half->side.get(), &DiffSide::failed, this,
            [this, half](const Error &error) { fail(error, half == &m_before); });
}

void TableDiff::start()
{
    m_running = true;
    goOn();
}

void TableDiff::fetch(Half *half)
{
    if (half->ended || half->waiting || !half->records.empty())
        return;
    half->waiting = true;
    half->side->next();
}

void TableDiff::goOn()
{
    if (!m_running)
        return;
    fetch(&m_before);
    fetch(&m_after);
    if (m_before.waiting || m_after.waiting)
        return;
    if (m_before.records.empty() && m_after.records.empty()) {
        m_running = false;
        Q_EMIT finished();
        return;
    }
    auto work = std::make_shared<Work>();
    work->before = std::exchange(m_before.records, {});
    work->after = std::exchange(m_after.records, {});
    work->beforeEnded = m_before.ended;
    work->afterEnded = m_after.ended;
    m_comparing.setFuture(QtConcurrent::run([work] { return compared(work); }));
}

/// As far as it can be told: up to where the first of the two runs out and is not at its end.
std::shared_ptr<TableDiff::Work> TableDiff::compared(std::shared_ptr<Work> work)
{
    auto before = work->before.begin();
    auto after = work->after.begin();
    const auto added = [&] {
        work->differences.push_back({.kind = RowDifference::Kind::Added,
                                     .key = after->key,
                                     .after = after->value,
                                     .afterRevision = after->modRevision});
        ++after;
    };
    const auto removed = [&] {
        work->differences.push_back({.kind = RowDifference::Kind::Removed,
                                     .key = before->key,
                                     .before = before->value,
                                     .beforeRevision = before->modRevision});
        ++before;
    };
    while (before != work->before.end() && after != work->after.end()) {
        if (before->key < after->key) {
            removed();
        } else if (after->key < before->key) {
            added();
        } else {
            if (before->value == after->value)
                ++work->same;
            else
                work->differences.push_back({.kind = RowDifference::Kind::Changed,
                                             .key = before->key,
                                             .before = before->value,
                                             .after = after->value,
                                             .beforeRevision = before->modRevision,
                                             .afterRevision = after->modRevision});
            ++before;
            ++after;
        }
    }
    while (work->beforeEnded && before == work->before.end() && after != work->after.end())
        added();
    while (work->afterEnded && after == work->after.end() && before != work->before.end())
        removed();
    work->before.erase(work->before.begin(), before);
    work->after.erase(work->after.begin(), after);
    return work;
}

void TableDiff::takeCompared()
{
    if (!m_running)
        return;
    const std::shared_ptr<Work> work = m_comparing.result();
    m_before.records = std::move(work->before);
    m_after.records = std::move(work->after);
    m_counts.same += work->same;
    for (const RowDifference &difference : work->differences) {
        switch (difference.kind) {
        case RowDifference::Kind::Added:
            ++m_counts.added;
            break;
        case RowDifference::Kind::Removed:
            ++m_counts.removed;
            break;
        case RowDifference::Kind::Changed:
            ++m_counts.changed;
            break;
        }
    }
    // Whoever hears of it may delete this.
    const QPointer<TableDiff> alive(this);
    if (!work->differences.empty())
        Q_EMIT found(work->differences);
    if (!alive)
        return;
    Q_EMIT progressed();
    if (alive)
        goOn();
}

void TableDiff::fail(const Error &error, bool first)
{
    if (!std::exchange(m_running, false))
        return;
    Q_EMIT failed(error, first);
}

} // namespace slotscope::core
