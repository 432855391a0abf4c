// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/cataloguecheck.h"

#include "core/table/slotdirectory.h"

#include <map>

namespace slotscope::core {

namespace {

QByteArray entryKey(Slot slot)
{
    return KeyRange::slot(CatalogueSlot).begin + KeyRange::slot(slot).begin;
}

} // namespace

QString catalogueFaultName(CatalogueFault::Kind kind)
{
    switch (kind) {
    case CatalogueFault::Kind::BrokenEntry:
        return QStringLiteral("broken-entry");
    case CatalogueFault::Kind::NumberMismatch:
        return QStringLiteral("number-mismatch");
    case CatalogueFault::Kind::DuplicateOid:
        return QStringLiteral("duplicate-oid");
    case CatalogueFault::Kind::NoEntry:
        return QStringLiteral("no-entry");
    }
    return {};
}

std::vector<CatalogueFault> checkCatalogue(const SlotDirectory &directory)
{
    std::vector<CatalogueFault> faults;
    std::map<QString, Slot> owners;
    for (const Slot slot : directory.slotNumbers()) {
        const SlotInfo &info = *directory.find(slot);
        const auto add = [&](CatalogueFault::Kind kind, const QString &what) {
            faults.push_back({kind, slot, entryKey(slot), what});
        };
        if (!info.entry) {
            if (info.kind == SlotKind::Untyped && info.records > 0)
                add(CatalogueFault::Kind::NoEntry,
                    QStringLiteral("holds %1 records, but is not in the catalogue").arg(info.records));
            continue;
        }
        if (info.entry->saysOtherSlot)
            add(CatalogueFault::Kind::NumberMismatch, info.entry->warning);
        else if (!info.entry->warning.isEmpty())
            add(CatalogueFault::Kind::BrokenEntry, info.entry->warning);
        if (info.entry->oid.isEmpty())
            continue;
        const auto [owner, isFirst] = owners.try_emplace(info.entry->oid.toLower(), slot);
        if (!isFirst)
            add(CatalogueFault::Kind::DuplicateOid,
                QStringLiteral("has the oid of slot %1, %2").arg(owner->second.value).arg(owner->first));
    }
    return faults;
}

} // namespace slotscope::core
