// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/transport.h"

#include <QTimer>

#include <map>
#include <memory>

namespace slotscope::core {

/// How far a watch over several ranges got, for the one that continues it.
struct GrantedMarks
{
    Revision told; ///< everything up to here was told
    std::vector<KeyRange> ranges;
    std::vector<Revision> seen; ///< of each range: the last revision that the server has told of
};

/// One watch made of a watch for each of several ranges. etcd tells of a transaction to all watches that are
/// up to date before it tells of the next one, so a revision is whole when a later one comes, or when nothing
/// more comes for a moment. Where that should ever fail, be it that a connection breaks in between, it is
/// noticed by an event that comes too late, and told as a compaction: everything is to be read anew.
class GrantedStream final : public WatchStream
{
    Q_OBJECT
public:
    /// `open` starts watches that the server numbers from 0 on. The marks are of the watch that is continued,
    /// if it is one, and are kept up to date.
    GrantedStream(const WatchCreateRequest &request, const std::vector<KeyRange> &parts,
                  std::shared_ptr<GrantedMarks> marks,
                  const std::function<std::unique_ptr<WatchStream>(std::vector<WatchCreateRequest>)> &open);

    bool isKnownAlive() const override { return !m_events.empty() || m_stream->isKnownAlive(); }

private:
    void take(const WatchReply &reply);
    void takeCreated(std::size_t part, const ResponseHeader &header);
    void takeEvents(std::size_t part, const WatchReply &reply);
    void takeProgress(std::size_t part, Revision revision);
    /// Those of the revisions before that one.
    void tell(Revision end);
    void tellWhatIsWhole();
    void cancel(const QString &reason, Revision compacted);

    qint64 m_watchId;
    bool m_fromNow;
    std::shared_ptr<GrantedMarks> m_marks;
    std::unique_ptr<WatchStream> m_stream;
    std::vector<bool> m_created;
    std::vector<bool> m_fragmented; ///< the last revision seen of a range goes on
    std::map<Revision, std::vector<Event>> m_events; ///< not told yet
    qint64 m_waitingBytes = 0; ///< of these, about
    ResponseHeader m_header;
    bool m_isCreated = false; ///< all of them are
    bool m_isOver = false;
    QTimer m_settling; ///< the watches may not be equally up to date
    QTimer m_quiet;
};

} // namespace slotscope::core
