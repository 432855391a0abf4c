// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wholefile.h"

namespace slotscope::core {

bool writeWhole(QFileDevice *file, const QByteArray &bytes)
{
    qint64 written = 0;
    while (written < bytes.size()) {
        const qint64 more = file->write(bytes.constData() + written, bytes.size() - written);
        if (more <= 0)
            return false;
        written += more;
    }
    return true;
}

} // namespace slotscope::core
