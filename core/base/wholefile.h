// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileDevice>

namespace slotscope::core {

/// All of it, to a file that is open without a buffer; or false, with the file's words for it: a disk without
/// room takes a part without a word, and says why only when it is asked to take the rest.
bool writeWhole(QFileDevice *file, const QByteArray &bytes);

} // namespace slotscope::core
