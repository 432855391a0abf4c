// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/relations.h"

#include <algorithm>

namespace slotscope::core {

std::vector<SlotForRelations> slotsForRelations(const SlotDirectory &directory)
{
    std::vector<SlotForRelations> result;
    for (const Slot slot : directory.slotNumbers()) {
        const SlotInfo &info = *directory.find(slot);
        if ((info.kind == SlotKind::Table || info.kind == SlotKind::Untyped) && info.records > 0)
            result.push_back({slot, TableId::of(slot, info.entry), SlotCodec(info.type)});
    }
    return result;
}

std::vector<IndexInDatabase> indexesOf(const SlotDirectory &directory, const Schema &schema,
                                       const std::vector<FoundRelation> &found)
{
    std::map<TableId, Slot> slotOf;
    for (const Slot slot : directory.slotNumbers()) {
        slotOf.try_emplace(TableId::of(slot, directory.find(slot)->entry), slot);
        slotOf.try_emplace(TableId::ofSlot(slot), slot);
    }
    std::vector<IndexInDatabase> indexes;
    const auto add = [&](Slot table, Slot index, const IndexRelation &relation) {
        indexes.push_back({table, SlotCodec(directory.find(table)->type), index,
                           SlotCodec(directory.find(index)->type), relation});
    };
    for (const auto &[id, table] : schema.tables) {
        const auto tableSlot = slotOf.find(id);
        if (tableSlot == slotOf.end())
            continue;
        for (const IndexRelation &relation : table.indexes) {
            const auto indexSlot = slotOf.find(relation.table);
            if (indexSlot != slotOf.end())
                add(tableSlot->second, indexSlot->second, relation);
        }
    }
    const size_t declared = indexes.size();
    for (const FoundRelation &relation : found) {
        const bool known = std::any_of(indexes.cbegin(), indexes.cbegin() + std::ptrdiff_t(declared),
                                       [&](const auto &index) { return index.index == relation.from; });
        if (relation.kind == FoundRelation::Kind::Index && !known && directory.find(relation.to)
            && directory.find(relation.from))
            add(relation.to, relation.from, relation.index);
    }
    return indexes;
}

} // namespace slotscope::core
