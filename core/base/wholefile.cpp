// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wholefile.h"

#include <QSaveFile>

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

Result<Nothing> replaceFile(const QString &path, const QByteArray &content,
                            std::optional<QFileDevice::Permissions> permissions)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered)
        || (permissions && !file.setPermissions(*permissions)) || !writeWhole(&file, content)
        || !file.commit())
        return Unexpected {Error {.kind = ErrorKind::Io, .detail = file.errorString()}};
    return Nothing {};
}

} // namespace slotscope::core
