// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tablelimit.h"

#include <QSettings>

namespace slotscope::ui {

namespace {

const QString RowsKey = QStringLiteral("table/firstRecords");
const QString MegabytesKey = QStringLiteral("table/firstMegabytes");
constexpr qint64 UsualRows = 2'000'000;
constexpr qint64 UsualMegabytes = 1024;

/// Whatever somebody has written there by hand.
qint64 setting(const QString &key, qint64 usual)
{
    bool isNumber = false;
    const qint64 number = QSettings().value(key, usual).toLongLong(&isNumber);
    return isNumber && number >= 0 ? number : usual;
}

} // namespace

core::LiveTable::Limit tableLimit()
{
    const qint64 rows = setting(RowsKey, UsualRows);
    const qint64 megabytes = setting(MegabytesKey, UsualMegabytes);
    return {.rows = rows == 0 ? NoTableLimit : rows,
            .bytes =
                megabytes == 0 || megabytes > NoTableLimit / Megabyte ? NoTableLimit : megabytes * Megabyte};
}

void rememberTableLimit(const core::LiveTable::Limit &limit)
{
    QSettings().setValue(RowsKey, limit.rows == NoTableLimit ? 0 : limit.rows);
    QSettings().setValue(MegabytesKey, limit.bytes == NoTableLimit ? 0 : limit.bytes / Megabyte);
}

} // namespace slotscope::ui
