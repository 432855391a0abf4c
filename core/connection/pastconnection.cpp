// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/pastconnection.h"

#include "core/etcd/maketransport.h"
#include "core/history/compactionmonitor.h"

namespace slotscope::core {

PastConnection::PastConnection(Connection *present, Revision at, QObject *parent)
    : PastConnection(present, makeTransport(present->options()), at, parent)
{
}

PastConnection::PastConnection(Connection *present, std::unique_ptr<Transport> transport, Revision at,
                               QObject *parent)
    : PastConnection(present, new RevisionTransport(std::move(transport), at), parent)
{
}

PastConnection::PastConnection(Connection *present, RevisionTransport *transport, QObject *parent)
    : Connection(present->endpoint(), std::unique_ptr<Transport>(transport), parent)
    , m_present(present)
    , m_transport(transport)
{
    connect(transport, &RevisionTransport::compacted, this, &PastConnection::compactedAway);
    safety()->setClusterName(present->safety()->clusterName());
    safety()->setLevel(present->safety()->level());
    safety()->setPast(transport->revision());

    // Compactions are told in the present.
    disconnect(directory(), nullptr, compactions(), nullptr);
    disconnect(watch(), nullptr, compactions(), nullptr);

    // What is pinned here is pinned there, where it is kept; and the other way round.
    directory()->expectTypesOf(*present->directory());
    directory()->setSchema(present->directory()->schema());
    connect(present->directory(), &SlotDirectory::schemaEdited, this, &PastConnection::takeSchema);
    connect(present->schema(), &SchemaKeeper::changed, this, &PastConnection::takeSchema);
    connect(directory(), &SlotDirectory::schemaEdited, this, [this] {
        if (m_present)
            m_present->directory()->editSchema(directory()->schema());
    });
}

void PastConnection::takeSchema()
{
    if (!m_present)
        return;
    directory()->setSchema(m_present->directory()->schema());
    Q_EMIT schema()->changed();
}

void PastConnection::travelTo(Revision revision)
{
    if (revision == at())
        return;
    m_transport->setRevision(revision);
    safety()->setPast(revision);
    if (state() == State::Online || directory()->isLoaded())
        directory()->load();
    // Else an attempt is on its way or due, and reads at the new one; what it has read already of the other
    // is read again.
}

} // namespace slotscope::core
