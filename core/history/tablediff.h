// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/history/recordfile.h"

#include <QFutureWatcher>
#include <QObject>

#include <deque>
#include <memory>
#include <vector>

namespace slotscope::core {

/// A record under the key that it has within its table: the same table may have another slot elsewhere.
struct DiffRecord
{
    QByteArray key; ///< without the slot
    QByteArray value;
    Revision modRevision; ///< 0: not known
};

/// One record that is not the same on both sides.
struct RowDifference
{
    enum class Kind {
        Added, ///< only on the second side
        Removed, ///< only on the first side
        Changed,
    };
    Kind kind = Kind::Changed;
    QByteArray key; ///< without the slot
    QByteArray before; ///< of the first side
    QByteArray after;
    Revision beforeRevision; ///< at which the record came to be so; 0: not known
    Revision afterRevision;
};

/// One side of a comparison: hands out its records page by page, in the order of their keys.
class DiffSide : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// page() or failed() follows.
    virtual void next() = 0;

Q_SIGNALS:
    /// The last one may be empty.
    void page(const std::vector<slotscope::core::DiffRecord> &records, bool last);
    void failed(const slotscope::core::Error &error);
};

/// The records of an etcd at one revision.
class SnapshotSide : public DiffSide
{
    Q_OBJECT
public:
    /// `prefixLength`: bytes of each key that are not part of the key within the table. `at` 0: as it is at
    /// the first page.
    SnapshotSide(Client *client, KeyRange range, int prefixLength, Revision at = {},
                 QObject *parent = nullptr);

    void next() override;
    /// What is read, once there was a page.
    Revision revision() const { return m_revision; }

private:
    Client *m_client;
    KeyRange m_rest;
    int m_prefixLength;
    Revision m_revision;
    qint64 m_bytes = 0; // of what was read, for the size of the next page
    qint64 m_rows = 0;
};

/// The records of a file that are in a range.
class FileSide : public DiffSide
{
    Q_OBJECT
public:
    FileSide(std::shared_ptr<const RecordFile> file, KeyRange range, int prefixLength,
             QObject *parent = nullptr);

    void next() override;

private:
    using Read = Expected<std::vector<KeyValue>, QString>;

    std::shared_ptr<const RecordFile> m_file;
    KeyRange m_range;
    int m_prefixLength;
    size_t m_position = 0;
    QFutureWatcher<Read> m_reading; // on another thread
};

/// A side that holds nothing.
class EmptySide : public DiffSide
{
    Q_OBJECT
public:
    using DiffSide::DiffSide;
    void next() override;
};

/// Compares two sides record by record, by their bytes. In memory is never more than some pages of each; they
/// are compared on another thread.
class TableDiff : public QObject
{
    Q_OBJECT
public:
    struct Counts
    {
        qint64 added = 0;
        qint64 removed = 0;
        qint64 changed = 0;
        qint64 same = 0;

        qint64 differing() const { return added + removed + changed; }
        friend bool operator==(const Counts &, const Counts &) = default;
    };

    TableDiff(std::unique_ptr<DiffSide> before, std::unique_ptr<DiffSide> after, QObject *parent = nullptr);
    /// Stops it, too.
    ~TableDiff() override;

    /// Once.
    void start();
    bool isRunning() const { return m_running; }
    const Counts &counts() const { return m_counts; }
    /// Records that were read of both sides together.
    qint64 recordsRead() const { return m_read; }

Q_SIGNALS:
    /// More of them, in the order of their keys.
    void found(const std::vector<slotscope::core::RowDifference> &differences);
    void progressed();
    void finished();
    /// It ends; what was found until then is true. `first`: whose fault it is.
    void failed(const slotscope::core::Error &error, bool first);

private:
    struct Half
    {
        std::unique_ptr<DiffSide> side;
        std::vector<DiffRecord> records; // read and not compared yet
        bool ended = false; // there is nothing behind them
        bool waiting = false;
    };
    struct Work // moves to another thread and back
    {
        std::vector<DiffRecord> before;
        std::vector<DiffRecord> after;
        bool beforeEnded = false;
        bool afterEnded = false;
        std::vector<RowDifference> differences;
        qint64 same = 0;
    };
    static std::shared_ptr<Work> compared(std::shared_ptr<Work> work);

    void follow(Half *half);
    void fetch(Half *half);
    void goOn();
    void takeCompared();
    void fail(const Error &error, bool first);

    Half m_before;
    Half m_after;
    QFutureWatcher<std::shared_ptr<Work>> m_comparing;
    Counts m_counts;
    qint64 m_read = 0;
    bool m_running = false;
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::RowDifference)
