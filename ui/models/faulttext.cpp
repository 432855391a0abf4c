// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/faulttext.h"

#include "core/table/slotdirectory.h"
#include "ui/models/changesummary.h"

#include <QCoreApplication>

namespace slotscope::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("slotscope::ui::faultText", text);
}

} // namespace

QString tableKeyText(const core::SlotDirectory &directory, core::Slot table, const QByteArray &tableKey)
{
    const core::SlotInfo *info = directory.find(table);
    return keyText(core::SlotCodec(info ? info->type : core::SlotType(), 0), tableKey);
}

QString faultText(const core::IndexFault &fault, const core::SlotDirectory &directory)
{
    using Kind = core::IndexFault::Kind;
    const QString record = tableKeyText(directory, fault.table, fault.record.mid(2));
    const QString target = tableKeyText(directory, fault.table, fault.pointsTo);
    switch (fault.kind) {
    case Kind::Missing:
        return tr("the record %1 has no entry").arg(record);
    case Kind::Wrong:
        return tr("the entry of %1 leads to %2").arg(record, target);
    case Kind::Orphaned:
        return tr("leads to %1, which does not exist").arg(target);
    case Kind::Stale:
        return tr("leads to %1, which has other content by now").arg(target);
    case Kind::Shadowed:
        return tr("%1 has the same key as %2, which alone can be found").arg(record, target);
    case Kind::Unindexable:
        return tr("the record %1 cannot be in the index: %2").arg(record, fault.why);
    }
    return {};
}

} // namespace slotscope::ui
