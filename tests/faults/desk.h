// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"

#include <QtTest>

#include <functional>
#include <optional>

namespace slotscope::test {

/// How long what is to come is waited for: a busy machine is slow, not faulty.
inline constexpr int Patience = 120'000;

/// Waits for it while all events are processed at once. QTest's own waiting sleeps for 10 ms between them,
/// of which a connection needs some hundred.
bool comes(const std::function<bool()> &condition);

// What the rows of the table write and read.
inline const core::KeyRange FaultRange = core::KeyRange::prefix("/fault/");
inline const QByteArray Mine = "/fault/mine";
inline const QByteArray Others = "/fault/others";

/// A connection with a table and something to stage, as a window has it.
struct Desk
{
    core::Connection connection;
    std::shared_ptr<core::LiveTable> table;

    explicit Desk(const core::ConnectionOptions &options);

    /// Waits until it is live.
    bool open();
    bool isLive() const;
    core::EditSession &edits() const { return *connection.edits(); }
    /// For the key `Mine`.
    bool stage(const QByteArray &value) const;
    /// What stands staged for that key; nothing: it is not.
    std::optional<QByteArray> staged() const;
    /// Waits for what becomes of it; nothing: that is not told.
    std::optional<core::CommitReport> commit() const;
    /// Commits until nothing is staged any more, as a user does who does not give up.
    bool commitAtLast() const;
    /// What stands in the bar, without the time.
    QString told() const;
};

/// What never comes is given up while the test runs; what is only slow is so, too, sometimes.
core::ConnectionOptions quick(const QString &address);
/// Nothing is given up.
core::ConnectionOptions patient(const QString &address);

/// Whether the table comes to hold what a fresh read of its range gives, revisions included.
bool becomesAsOnServer(const core::LiveTable &table, const core::ConnectionOptions &direct);
/// Whether the key comes to have this value there.
bool becomes(const core::ConnectionOptions &direct, const QByteArray &key, const QByteArray &value);

} // namespace slotscope::test
