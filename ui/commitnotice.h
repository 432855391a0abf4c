// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>

class QObject;
class QStatusBar;

namespace slotscope::core {
class EditSession;
}

namespace slotscope::ui {

/// Calls `update` on behalf of `context` when a commit has been on its way for a moment, and whenever one has
/// ended. Most are over before anybody could see that one is, and painting it would hold up the network.
void followCommitting(core::EditSession *session, QObject *context, std::function<void()> update);

/// Shows a message about what is staged. It goes when other things are staged: after an edit, an undo, a
/// commit, or when all is discarded.
void tellOfStaged(QStatusBar *bar, core::EditSession *session, const QString &message);

} // namespace slotscope::ui
