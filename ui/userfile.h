// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QWidget>

#include <functional>

namespace slotscope::ui {

class Prompts;
struct FileQuestion;

/// Writes a file that the user has asked for, as a whole or not at all; only its owner may read it. Safe on
/// any thread.
core::Result<core::Nothing> writeForTheUser(const QString &path, const QByteArray &content);

/// Asks the user for a file, and writes it off the window's thread. `written` is told its name, while the
/// window lives; an error is shown under the title `failure`.
void saveForTheUser(Prompts *prompts, QWidget *window, const FileQuestion &question,
                    const QByteArray &content, const QString &failure,
                    std::function<void(const QString &)> written);

} // namespace slotscope::ui
