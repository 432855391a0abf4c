// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QObject>

namespace slotscope::core {

/// Which revisions of an etcd can be read: from the last compaction on. etcd tells nobody where that is, so
/// it is looked for, by reads of a single key that cost next to nothing.
class RevisionBounds : public QObject
{
    Q_OBJECT
public:
    explicit RevisionBounds(Client *client, QObject *parent = nullptr);

    /// found() or failed() follows. What is known already makes it quicker.
    void find();
    bool isSearching() const { return m_call.isRunning(); }

    /// The first that can be read; 0: not known yet.
    Revision earliest() const { return m_earliest; }
    Revision newest() const { return m_newest; }

Q_SIGNALS:
    void found();
    void failed(const slotscope::core::Error &error);

private:
    void probe(qint64 revision);

    Client *m_client;
    Call<RangeReply> m_call;
    Revision m_earliest;
    Revision m_newest;
    qint64 m_gone = 0; // compacted away for sure
    qint64 m_there = 0; // can be read, as far as is known
};

} // namespace slotscope::core
