// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/userfile.h"

#include <QSaveFile>

namespace slotscope::ui {

core::Result<core::Nothing> writeForTheUser(const QString &path, const QByteArray &content)
{
    QSaveFile file(path);
    // Values of a database are nobody else's business.
    if (!file.open(QIODevice::WriteOnly)
        || !file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        || file.write(content) != content.size() || !file.commit())
        return core::Unexpected {core::Error {
            .kind = core::ErrorKind::Io, .detail = QStringLiteral("%1: %2").arg(path, file.errorString())}};
    return core::Nothing {};
}

} // namespace slotscope::ui
