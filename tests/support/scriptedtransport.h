// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/transport.h"

#include <QPointer>
#include <QStringList>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace slotscope::test {

/// A stream that says what the test makes it say.
class ScriptedStream final : public core::WatchStream
{
    Q_OBJECT
public:
    explicit ScriptedStream(std::vector<core::WatchCreateRequest> asked)
        : requests(std::move(asked))
    {
    }

    void say(const core::WatchReply &reply) { Q_EMIT received(reply); }
    void end(const core::Error &error) { Q_EMIT ended(error); }

    std::vector<core::WatchCreateRequest> requests;
};

/// A transport whose requests succeed with empty replies under `header`, unless the test has queued an error
/// for them.
class ScriptedTransport final : public core::Transport
{
    Q_OBJECT
public:
    core::Call<core::ServerVersion> detect() override
    {
        log.append(QStringLiteral("detect"));
        if (holdDetection) {
            heldDetection = new core::CallState<core::ServerVersion>;
            return core::Call<core::ServerVersion>(heldDetection);
        }
        return outcome(version, detections);
    }
    core::Call<core::RangeReply> range(const core::RangeRequest &) override
    {
        return answer<core::RangeReply>(QStringLiteral("range"));
    }
    core::Call<core::PutReply> put(const core::PutRequest &) override
    {
        return answer<core::PutReply>(QStringLiteral("put"));
    }
    core::Call<core::DeleteRangeReply> deleteRange(const core::DeleteRangeRequest &) override
    {
        return answer<core::DeleteRangeReply>(QStringLiteral("deleteRange"));
    }
    core::Call<core::TxnReply> txn(const core::TxnRequest &) override
    {
        return answer<core::TxnReply>(QStringLiteral("txn"));
    }
    core::Call<core::Nothing> compact(const core::CompactionRequest &) override
    {
        log.append(QStringLiteral("compact"));
        return outcome(core::Nothing {}, outcomes);
    }
    core::Call<core::StatusReply> status() override
    {
        return answer<core::StatusReply>(QStringLiteral("status"));
    }
    core::Call<core::LeaseGrantReply> leaseGrant(const core::LeaseGrantRequest &) override
    {
        return answer<core::LeaseGrantReply>(QStringLiteral("leaseGrant"));
    }
    core::Call<core::Nothing> leaseRevoke(core::LeaseId) override
    {
        log.append(QStringLiteral("leaseRevoke"));
        return outcome(core::Nothing {}, outcomes);
    }
    core::Call<core::LeaseLeasesReply> leaseLeases() override
    {
        return answer<core::LeaseLeasesReply>(QStringLiteral("leaseLeases"));
    }
    core::Call<core::LeaseTimeToLiveReply> leaseTimeToLive(core::LeaseId, bool) override
    {
        return answer<core::LeaseTimeToLiveReply>(QStringLiteral("leaseTimeToLive"));
    }
    std::unique_ptr<core::WatchStream> watch(const std::vector<core::WatchCreateRequest> &requests) override
    {
        log.append(QStringLiteral("watch"));
        auto made = std::make_unique<ScriptedStream>(requests);
        streams.emplace_back(made.get());
        return made;
    }

    /// The stream that was asked for last, if it lives.
    ScriptedStream *stream() const { return streams.empty() ? nullptr : streams.back().data(); }

    using Outcomes = std::deque<std::optional<core::Error>>;
    Outcomes outcomes; ///< for the next requests; nothing: success
    Outcomes detections; ///< for the next detections
    core::ServerVersion version {.server = QStringLiteral("3.4.23"), .cluster = QStringLiteral("3.4.0")};
    core::ResponseHeader header {
        .clusterId = 1, .memberId = 2, .revision = core::Revision(10), .raftTerm = 3};
    bool holdDetection = false;
    bool holdAnswers = false;
    QPointer<core::CallState<core::ServerVersion>> heldDetection;
    QStringList log;
    std::vector<QPointer<ScriptedStream>> streams;
    int aborted = 0;

private:
    template <typename T>
    static core::Call<T> outcome(T success, Outcomes &queue)
    {
        std::optional<core::Error> error;
        if (!queue.empty()) {
            error = queue.front();
            queue.pop_front();
        }
        if (error)
            return core::finishedCall<T>(core::Unexpected {*error});
        return core::finishedCall<T>(std::move(success));
    }
    template <typename T>
    core::Call<T> answer(const QString &name)
    {
        log.append(name);
        if (holdAnswers) {
            auto *state = new core::CallState<T>;
            state->setAbort([self = QPointer(this)] {
                if (self)
                    ++self->aborted;
            });
            return core::Call<T>(state);
        }
        T reply;
        reply.header = header;
        return outcome(std::move(reply), outcomes);
    }
};

} // namespace slotscope::test
