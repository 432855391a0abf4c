// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QFileDevice>

#include <optional>

namespace slotscope::core {

/// All of it, to a file that is open without a buffer; or false, with the file's words for it: a disk without
/// room takes a part without a word, and says why only when it is asked to take the rest.
bool writeWhole(QFileDevice *file, const QByteArray &bytes);

/// Puts a file with this content in the place of the one that is there, if there is one; whole or not at all.
/// Without permissions given, a file keeps its own. Of an Io error, the detail is what the file says, without
/// its name.
Result<Nothing> replaceFile(const QString &path, const QByteArray &content,
                            std::optional<QFileDevice::Permissions> permissions = {});

/// Values of a database are nobody else's business.
constexpr QFileDevice::Permissions OwnFile = QFileDevice::ReadOwner | QFileDevice::WriteOwner;

} // namespace slotscope::core
