// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/etcd/rangeplan.h"

#include <QObject>

#include <map>
#include <memory>

namespace slotscope::core {

/// Reads all rows of a large range at one revision: in pieces of a few megabytes, several at once, told in
/// the order of the keys. Begins at most once. It ends with the first error: the rows that were told of by
/// then are all there are before the key where it stopped.
class BulkReader : public QObject
{
    Q_OBJECT
public:
    struct Request
    {
        KeyRange range;
        Revision revision; ///< 0: that of the first reply
        qint64 expected = -1; ///< rows, roughly; -1: not known, so they are counted first
        QByteArray nearFirst; ///< a key behind the first few rows, if one is known
    };

    BulkReader(Client *client, Request request, QObject *parent = nullptr);
    /// Says nothing more.
    ~BulkReader() override;

    void start();
    /// 0: not known yet.
    Revision revision() const { return m_request.revision; }
    /// How many rows there are, roughly until all are read; -1: not known yet.
    qint64 total() const { return m_request.expected; }
    /// Everything before this key was told of.
    const QByteArray &position() const { return m_position; }

Q_SIGNALS:
    /// The next rows. The first reply at all tells the revision, even where it has no rows.
    void read(const slotscope::core::RowsReply &rows);
    void finished();
    void failed(const slotscope::core::Error &error);

private:
    void count();
    void begin();
    void pump();
    void ask(const RangePlan::Piece &piece);
    void take(const RangePlan::Piece &piece, const Result<RowsReply> &result);
    void fail(const Error &error);

    Client *m_client;
    Request m_request;
    QByteArray m_position;
    std::unique_ptr<RangePlan> m_plan;
    struct Waiting
    {
        RowsReply reply;
        QByteArray end;
    };
    std::map<quint64, Waiting> m_waiting; // pieces that came before their turn
    qint64 m_waitingBytes = 0; // of their rows
    std::map<quint64, Call<RowsReply>> m_calls;
    Call<RangeReply> m_countCall;
    qint64 m_rows = 0;
    bool m_isOver = false;
};

} // namespace slotscope::core
