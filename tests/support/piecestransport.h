// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/gatewaytransport.h"

namespace slotscope::test {

/// Passes on what is asked for, and knows of the pieces of ranges how many are out at once.
class PiecesTransport final : public core::Transport
{
    Q_OBJECT
public:
    explicit PiecesTransport(std::unique_ptr<core::GatewayTransport> to)
        : m_to(std::move(to))
    {
        connect(m_to.get(), &core::Transport::memberLost, this, &core::Transport::memberLost);
    }

    core::GatewayTransport *inner() const { return m_to.get(); }
    /// Pieces that were out at once, at most.
    int mostOut() const { return m_most; }
    /// Of the pieces that failed.
    const QList<core::ErrorKind> &failures() const { return m_failures; }
    /// Once, as soon as so many pieces are out; the last of them is asked for when that is done.
    void callWhenOut(int pieces, std::function<core::Call<core::Nothing>()> what)
    {
        m_when = pieces;
        m_what = std::move(what);
    }

    core::Call<core::RowsReply> rows(const core::RangeRequest &request) override
    {
        auto *state = new core::CallState<core::RowsReply>;
        m_most = std::max(m_most, ++m_out);
        state->setAbort([self = QPointer(this)] {
            if (self)
                --self->m_out;
        });
        if (m_what && m_out == m_when)
            std::exchange(m_what, {})().then(
                state, [=, this](const core::Result<core::Nothing> &) { send(request, state); });
        else
            send(request, state);
        return core::Call<core::RowsReply>(state);
    }

    core::Call<core::ServerVersion> detect() override { return m_to->detect(); }
    core::Call<core::RangeReply> range(const core::RangeRequest &request) override
    {
        return m_to->range(request);
    }
    core::Call<core::PutReply> put(const core::PutRequest &request) override { return m_to->put(request); }
    core::Call<core::DeleteRangeReply> deleteRange(const core::DeleteRangeRequest &request) override
    {
        return m_to->deleteRange(request);
    }
    core::Call<core::TxnReply> txn(const core::TxnRequest &request) override { return m_to->txn(request); }
    core::Call<core::Nothing> compact(const core::CompactionRequest &request) override
    {
        return m_to->compact(request);
    }
    core::Call<core::StatusReply> status() override { return m_to->status(); }
    core::Call<core::LeaseGrantReply> leaseGrant(const core::LeaseGrantRequest &request) override
    {
        return m_to->leaseGrant(request);
    }
    core::Call<core::Nothing> leaseRevoke(core::LeaseId lease) override { return m_to->leaseRevoke(lease); }
    core::Call<core::LeaseTimeToLiveReply> leaseTimeToLive(core::LeaseId lease, bool keys) override
    {
        return m_to->leaseTimeToLive(lease, keys);
    }
    core::Call<core::LeaseLeasesReply> leaseLeases() override { return m_to->leaseLeases(); }
    std::unique_ptr<core::WatchStream> watch(const std::vector<core::WatchCreateRequest> &requests) override
    {
        return m_to->watch(requests);
    }

private:
    void send(const core::RangeRequest &request, core::CallState<core::RowsReply> *state)
    {
        const core::Call<core::RowsReply> call = m_to->rows(request);
        state->setAbort([call, self = QPointer(this)] {
            call.cancel();
            if (self)
                --self->m_out;
        });
        call.then(state, [this, state](const core::Result<core::RowsReply> &reply) {
            --m_out;
            if (!reply)
                m_failures.append(reply.error().kind);
            state->complete(reply);
        });
    }

    std::unique_ptr<core::GatewayTransport> m_to;
    int m_out = 0;
    int m_most = 0;
    int m_when = 0;
    std::function<core::Call<core::Nothing>()> m_what;
    QList<core::ErrorKind> m_failures;
};

} // namespace slotscope::test
