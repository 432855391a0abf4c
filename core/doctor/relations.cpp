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

Relations::Relations(Client *client, SlotDirectory *directory, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_directory(directory)
{
    constexpr std::chrono::milliseconds Delay(300); // slots tell of their types one after the other
    m_timer.setSingleShot(true);
    m_timer.setInterval(Delay);
    connect(&m_timer, &QTimer::timeout, this, &Relations::look);
    connect(directory, &SlotDirectory::sampled, this, &Relations::refresh);
    connect(directory, &SlotDirectory::slotChanged, this, &Relations::refresh);
    // Types that change with the schema are told by themselves. What it says beside them, the formats of
    // columns say, changes nothing that would have to be looked for.
    connect(directory, &SlotDirectory::schemaEdited, this, [this] {
        if (!isSettled())
            return;
        m_indexes = indexesOf(*m_directory, m_directory->schema(), m_found);
        Q_EMIT changed();
    });
    connect(directory, &SlotDirectory::slotAdded, this, &Relations::refresh);
    connect(directory, &SlotDirectory::slotRemoved, this, &Relations::refresh);
}

Relations::~Relations() = default;

void Relations::refresh()
{
    m_timer.start();
}

void Relations::look()
{
    if (!m_directory->isSampled())
        return; // sampled() comes back here
    m_finder = std::make_unique<RelationFinder>(m_client, slotsForRelations(*m_directory));
    connect(m_finder.get(), &RelationFinder::finished, this, &Relations::take);
    m_finder->start();
}

void Relations::take(const std::vector<FoundRelation> &found, bool complete)
{
    // What is known stays until etcd is back: then the directory is loaded and sampled again.
    if (!complete && m_known)
        return;
    m_settled = true;
    if (!complete) {
        m_indexes = indexesOf(*m_directory, m_directory->schema(), {});
        Q_EMIT changed();
        return;
    }
    m_found = found;
    m_indexes = indexesOf(*m_directory, m_directory->schema(), found);
    m_known = true;
    Q_EMIT changed();
}

const IndexInDatabase *Relations::indexAt(Slot slot) const
{
    const auto it = std::find_if(m_indexes.cbegin(), m_indexes.cend(),
                                 [slot](const IndexInDatabase &index) { return index.index == slot; });
    return it == m_indexes.cend() ? nullptr : &*it;
}

std::optional<Slot> Relations::targetOfKeyPart(Slot slot, int part) const
{
    for (const FoundRelation &found : m_found) {
        if (found.from == slot && found.kind == FoundRelation::Kind::Link && found.keyPart == part)
            return found.to;
    }
    return std::nullopt;
}

std::optional<Slot> Relations::targetOfField(Slot slot, const ValuePath &path) const
{
    if (const IndexInDatabase *index = path.isEmpty() ? indexAt(slot) : nullptr)
        return index->table;
    for (const FoundRelation &found : m_found) {
        if (found.from == slot && found.kind == FoundRelation::Kind::Link && found.keyPart < 0
            && found.path == path)
            return found.to;
    }
    return std::nullopt;
}

std::optional<QByteArray> Relations::linkedKey(Slot slot, const Column &column, const Value &cell) const
{
    std::optional<Slot> target;
    if (column.group == Column::Group::Key)
        target = targetOfKeyPart(slot, column.keyPart);
    else if (column.group == Column::Group::Field)
        target = targetOfField(slot, column.path);
    const SlotInfo *info = target ? m_directory->find(*target) : nullptr;
    if (!info || info->type.key.components().size() != 1)
        return std::nullopt;
    const auto part = asKeyPart(cell, info->type.key.components().front());
    if (!part)
        return std::nullopt;
    const auto key = SlotCodec(info->type).encodeKey(KeyRange::slot(*target).begin, {*part});
    return key ? std::optional(*key) : std::nullopt;
}

} // namespace slotscope::core
