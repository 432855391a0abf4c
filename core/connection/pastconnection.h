// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/etcd/revisiontransport.h"

namespace slotscope::core {

/// The etcd of another connection as it was at one revision. Everything is read at that revision, nothing
/// happens any more, and nothing can be staged. What is known of the types is shared with the other one.
class PastConnection : public Connection
{
    Q_OBJECT
public:
    /// `present` outlives it, or closes it before it goes.
    PastConnection(Connection *present, Revision at, QObject *parent = nullptr);
    /// By another way than the JSON gateway.
    PastConnection(Connection *present, std::unique_ptr<Transport> transport, Revision at,
                   QObject *parent = nullptr);

    /// The revision that is wanted; directory and tables say which one they show.
    Revision at() const { return m_transport->revision(); }
    /// Reads everything at another revision. What is shown stays until it is there.
    void travelTo(Revision revision);

Q_SIGNALS:
    /// What is not read yet of at() cannot be read any more.
    void compactedAway();

private:
    PastConnection(Connection *present, RevisionTransport *transport, QObject *parent);
    void takeSchema();

    QPointer<Connection> m_present;
    RevisionTransport *m_transport; // the client's
};

} // namespace slotscope::core
