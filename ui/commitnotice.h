// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

class QObject;

namespace slotscope::core {
class EditSession;
}

namespace slotscope::ui {

/// Calls `update` on behalf of `context` when a commit has been on its way for a moment, and whenever one has
/// ended. Most are over before anybody could see that one is, and painting it would hold up the network.
void followCommitting(core::EditSession *session, QObject *context, std::function<void()> update);

} // namespace slotscope::ui
