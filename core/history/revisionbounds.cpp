// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/revisionbounds.h"

#include <algorithm>

namespace slotscope::core {

RevisionBounds::RevisionBounds(Client *client, QObject *parent)
    : QObject(parent)
    , m_client(client)
{
}

void RevisionBounds::find()
{
    m_call.cancel();
    m_there = 0;
    probe(0);
}

/// 0: the newest.
void RevisionBounds::probe(qint64 revision)
{
    // Any key will do, whether it exists or not.
    m_call = m_client->range(
        {.range = KeyRange::single(QByteArray(1, '\0')), .revision = Revision(revision), .countOnly = true});
    m_call.then(this, [this, revision](const Result<RangeReply> &reply) {
        if (!reply && (reply.error().kind != ErrorKind::Compacted || revision == 0)) {
            if (reply.error().kind != ErrorKind::Cancelled)
                Q_EMIT failed(reply.error());
            return;
        }
        if (revision == 0) {
            m_newest = reply->header.revision;
            if (m_newest.value <= m_gone)
                m_gone = 0; // another etcd than before
            m_there = m_newest.value;
            // Usually nothing was compacted since.
            probe(std::min(m_gone + 1, m_newest.value));
            return;
        }
        if (reply)
            m_there = std::min(m_there, revision);
        else
            m_gone = std::max(m_gone, revision);
        // A compaction meanwhile may have taken what could be read before; the newest it leaves.
        m_there = std::max(m_there, std::min(m_gone + 1, m_newest.value));
        if (m_there <= m_gone + 1) {
            m_earliest = Revision(m_there);
            Q_EMIT found();
            return;
        }
        probe(m_gone + (m_there - m_gone) / 2);
    });
}

} // namespace slotscope::core
