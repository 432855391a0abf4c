// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/profile/profile.h"
#include "ui/theme.h"

#include <QString>

#include <array>
#include <optional>

namespace slotscope::core {
class EditSession;
}

namespace slotscope::ui {

/// What the user says of an etcd beyond its address.
struct ConnectionProfile
{
    QString name {}; ///< of the cluster; empty: its host and port
    core::SafetyLevel safety = core::SafetyLevel::Open;

    friend bool operator==(const ConnectionProfile &, const ConnectionProfile &) = default;
};

/// Of an etcd that was never spoken of: open on this machine, else whatever is written is confirmed.
ConnectionProfile profileFor(const core::Endpoint &endpoint);
/// The profile's name, or host and port.
QString clusterNameOf(const ConnectionProfile &profile, const core::Endpoint &endpoint);

inline constexpr std::array SafetyLevels {core::SafetyLevel::Open, core::SafetyLevel::Confirm,
                                          core::SafetyLevel::Guarded, core::SafetyLevel::ReadOnly};
using core::safetyOf;
using core::safetyWord;

/// `Guarded`
QString safetyName(core::SafetyLevel level);
/// What the level means, in a sentence.
QString safetyExplanation(core::SafetyLevel level);
/// `Guarded, locked`
QString safetyState(const core::SafetyGate &gate);
theme::Caution cautionOf(const core::SafetyGate &gate);
theme::Caution cautionOf(core::SafetyLevel level);
/// Why nothing can be edited there now; empty if it can.
QString stagingRefusal(const std::optional<core::Error> &refusal);
/// The same of a session, which takes nothing either while it commits.
QString stagingRefusal(const core::EditSession &edits);
/// `4:05`, in minutes; rounded up to whole seconds.
QString countdownText(std::chrono::milliseconds remaining);

} // namespace slotscope::ui
