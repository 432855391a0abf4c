// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace slotscope::test {

/// The absolute path of a file below tests/data.
QString dataFile(const QString &name);

} // namespace slotscope::test
