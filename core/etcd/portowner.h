// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace slotscope::core {

/// Who listens on a port of 127.0.0.1.
enum class PortOwner {
    Process, ///< the one that was asked for, or one that it has started
    Other, ///< any other, or nobody
    Unknown, ///< this system does not tell
};

/// Whether it is this process, by what Linux tells in /proc. Where another's open files are not to be seen,
/// whoever works under the same account counts as that process.
PortOwner portOwner(quint16 port, qint64 processId);

} // namespace slotscope::core
