// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testpaths.h"

namespace slotscope::test {

QString dataFile(const QString &name)
{
    return QStringLiteral(SLOTSCOPE_TEST_DATA "/") + name;
}

} // namespace slotscope::test
