// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/watch.h"

#include <QObject>

#include <vector>

namespace slotscope::test {

/// A watch that notes what it says. Its pauses are short.
struct WatchRecorder
{
    explicit WatchRecorder(core::Client *client, const core::KeyRange &range = core::KeyRange::all(),
                           const core::Watch::Options &options = quick())
        : watch(client, range, options)
    {
        using core::Watch;
        QObject::connect(&watch, &Watch::eventsReceived, &watch, [this](const core::EventBatch &batch) {
            batches.push_back(batch);
            for (const core::Event &event : batch.events)
                events.push_back(event);
        });
        QObject::connect(&watch, &Watch::stateChanged, &watch,
                         [this](Watch::State state) { states.append(state); });
        QObject::connect(&watch, &Watch::progressed, &watch,
                         [this](core::Revision revision) { progress.append(revision); });
        QObject::connect(&watch, &Watch::compacted, &watch,
                         [this](core::Revision upTo) { compactions.append(upTo); });
    }

    static core::Watch::Options quick()
    {
        core::Watch::Options options;
        options.firstBackoff = std::chrono::milliseconds(2);
        options.longestBackoff = std::chrono::milliseconds(40);
        options.prevKv = true;
        return options;
    }
    /// The mod_revision of every event, in order of arrival.
    std::vector<qint64> revisions() const
    {
        std::vector<qint64> all;
        for (const core::Event &event : events)
            all.push_back(event.kv.modRevision.value);
        return all;
    }

    core::Watch watch;
    std::vector<core::Event> events;
    std::vector<core::EventBatch> batches;
    QList<core::Watch::State> states;
    QList<core::Revision> progress;
    QList<core::Revision> compactions;
};

} // namespace slotscope::test
