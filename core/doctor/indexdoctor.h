// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/doctor/indexcheck.h"
#include "core/etcd/client.h"

#include <QFutureWatcher>
#include <QObject>

#include <memory>

namespace slotscope::core {

/// What a doctor found, all of it at one revision.
struct IndexReport
{
    struct Index
    {
        IndexInDatabase what;
        QString problem; ///< why it could not be checked; empty when it was
        qint64 records = 0;
        qint64 entries = 0;
        qint64 undecodable = 0; ///< records that could not be read
        size_t faults = 0;
    };
    Revision revision;
    std::vector<Index> indexes;
    std::vector<IndexFault> faults;
};

/// Checks indexes against their tables, at one revision: reads page by page, compares on the thread pool.
/// Begins anew when its revision is compacted away meanwhile. Writes nothing.
class IndexDoctor : public QObject
{
    Q_OBJECT
public:
    IndexDoctor(Client *client, std::vector<IndexInDatabase> indexes, QObject *parent = nullptr);
    ~IndexDoctor() override;

    /// Once; finished() follows, unless it is destroyed before.
    void start();
    /// Ends it soon, with ErrorKind::Cancelled.
    void cancel();

Q_SIGNALS:
    /// Keys read so far, of how many; 0 as long as that is not known.
    void progress(qint64 done, qint64 total);
    void finished(const slotscope::core::Result<slotscope::core::IndexReport> &report);

private:
    struct Reading;
    void begin();
    void requestPage();
    void takePage(const Result<RangeReply> &result);
    void digested();
    void finish(const Result<IndexReport> &report);

    Client *m_client;
    std::vector<IndexInDatabase> m_indexes;
    std::vector<std::shared_ptr<IndexCheck>> m_checks;
    std::vector<Reading> m_readings; // tables, then their indexes
    size_t m_current = 0;
    Revision m_revision;
    Call<RangeReply> m_call;
    QFutureWatcher<void> m_digestion;
    qint64 m_done = 0;
    qint64 m_total = 0;
    bool m_pageIsLast = false;
    int m_restarts = 0;
    bool m_over = false;
};

} // namespace slotscope::core
