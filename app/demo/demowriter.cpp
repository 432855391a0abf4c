// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demowriter.h"

#include <algorithm>

namespace slotscope::app {

namespace {

/// etcd's default for --max-txn-ops.
constexpr size_t OperationsPerTxn = 128;
/// etcd writes transactions that wait together to its log together.
constexpr int AtOnce = 4;

} // namespace

DemoWriter::DemoWriter(core::Client *client, const DemoData *data, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_data(data)
{
}

void DemoWriter::start()
{
    for (int i = 0; i < AtOnce; ++i)
        writeNext();
}

void DemoWriter::writeNext()
{
    const std::vector<DemoRecord> &records = m_data->records();
    if (m_failed || m_next >= records.size())
        return;
    core::TxnRequest request;
    const size_t end = std::min(m_next + OperationsPerTxn, records.size());
    for (; m_next < end; ++m_next)
        request.success.push_back(
            {core::PutRequest {.key = records[m_next].key, .value = records[m_next].value}});
    ++m_underWay;
    m_client->txn(request).then(this, [this](const core::Result<core::TxnReply> &reply) {
        --m_underWay;
        if (m_failed)
            return;
        if (!reply) {
            m_failed = true;
            Q_EMIT failed(reply.error());
            return;
        }
        writeNext();
        if (m_underWay == 0)
            Q_EMIT finished();
    });
}

} // namespace slotscope::app
