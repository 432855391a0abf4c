// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/history/revisionbounds.h"

#include <QElapsedTimer>
#include <QObject>

#include <chrono>

namespace slotscope::core {

/// Notices compactions. etcd tells nobody of them, so it is asked: when there is a reason, and now and then
/// while etcd talks to us anyway; an idle connection stays idle. Lives on the client's thread.
class CompactionMonitor : public QObject
{
    Q_OBJECT
public:
    explicit CompactionMonitor(Client *client, QObject *parent = nullptr);

    /// Revisions before this one are gone; 0: not known yet, 1: none are.
    Revision revision() const { return m_revision; }

    /// Asks now.
    void check();
    /// Events or a sign of life came: asks, unless that was done a short while ago.
    void noteTraffic();
    /// How long after a question noteTraffic() asks the next one.
    void setInterval(std::chrono::milliseconds interval) { m_interval = interval; }

Q_SIGNALS:
    /// revision() is known for the first time, or of other data than before.
    void known();
    /// It happened since the last time that it was asked for.
    void compacted(slotscope::core::Revision revision);

private:
    void take();

    RevisionBounds m_bounds;
    Revision m_revision;
    QElapsedTimer m_asked;
    std::chrono::milliseconds m_interval {10'000};
};

} // namespace slotscope::core
