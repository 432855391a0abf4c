// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/columntext.h"

#include "ui/models/valuekinds.h"

#include <QCoreApplication>

namespace slotscope::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ColumnText", text);
}

QString typesOf(const core::Column &column)
{
    QStringList names;
    for (int kind = 0; kind <= int(core::Value::Kind::Opaque); ++kind) {
        if (column.has(core::Value::Kind(kind)))
            names.append(kindName(core::Value::Kind(kind)));
    }
    if (names.size() < 2)
        return names.value(0);
    const QString last = names.takeLast();
    return tr("%1 or %2").arg(names.join(QStringLiteral(", ")), last);
}

} // namespace

QString columnSummary(const core::Column &column)
{
    const QString types = typesOf(column);
    if (column.group != core::Column::Group::Field || column.path.isEmpty())
        return types;
    // Few are not none, and nearly all are not all.
    const double percent = column.fillRate * 100;
    const int rounded = percent > 0 && percent < 1 ? 1 : percent > 99 && percent < 100 ? 99 : qRound(percent);
    const QString rate = tr("in %1 % of the records looked at").arg(rounded);
    return types.isEmpty() ? rate : tr("%1, %2").arg(types, rate);
}

} // namespace slotscope::ui
