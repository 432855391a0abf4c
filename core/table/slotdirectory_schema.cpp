// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the types of slots follow from what was inferred and what a schema says.
#include "core/table/slotdirectory.h"

#include <QDir>
#include <QFutureWatcher>
#include <QtConcurrentRun>

#include <algorithm>
#include <tuple>

namespace slotscope::core {

namespace {

bool saysTypes(const TableSchema *table)
{
    return table
        && (!table->text(SchemaProperty::KeyType).isEmpty()
            || !table->text(SchemaProperty::ValueType).isEmpty());
}

bool hasTimestamp(const KeyType &key)
{
    return std::find(key.components().begin(), key.components().end(), KeyComponent::Timestamp)
        != key.components().end();
}

} // namespace

void SlotDirectory::resolve(SlotInfo *info)
{
    info->typeProblem.clear();
    if (info->kind == SlotKind::Catalogue) {
        info->type = info->inferred;
        return;
    }
    const TableSchema *table = m_schema.find(info->id());
    // Text keys by the look of them, unless somebody says otherwise.
    if (info->kind == SlotKind::PlainKeys || info->kind == SlotKind::Untyped)
        info->kind = info->looksPlain && !saysTypes(table) ? SlotKind::PlainKeys : SlotKind::Untyped;
    if (info->kind == SlotKind::PlainKeys) {
        info->type = info->inferred;
        info->provenance = {};
        return;
    }
    ResolvedType resolved = resolveType(info->looksPlain ? SlotType() : info->inferred, table);
    info->type = std::move(resolved.type);
    if (const auto lenient = m_leniency.find(info->slot); lenient != m_leniency.end())
        std::tie(info->type.flatBuffers.dropUnknownFields, info->type.flatBuffers.anyIdentifier) =
            lenient->second;
    info->provenance = std::move(resolved.provenance);
    if (info->inference) {
        // What is inferred of the key rests on the keys alone, and so with the values.
        const auto detail = [info](SchemaProperty property, const auto &readings) {
            Provenance &from = info->provenance[size_t(property)];
            if (from.source != TypeSource::Inferred || readings.empty())
                return;
            from.sample = static_cast<qint64>(info->inference->samples);
            from.confidence = readings.front().confidence;
            from.evidence = readings.front().evidence;
        };
        detail(SchemaProperty::KeyType, info->inference->keys);
        detail(SchemaProperty::KeyByteOrder, info->inference->keys);
        detail(SchemaProperty::ValueType, info->inference->values);
        detail(SchemaProperty::ValueByteOrder, info->inference->values);
        detail(SchemaProperty::Compression, info->inference->values);
    }
    completeFlatBuffers(info);
}

void SlotDirectory::completeFlatBuffers(SlotInfo *info)
{
    FlatBuffersType &flat = info->type.flatBuffers;
    if (info->type.value != ValueType::FlatBuffers || flat.schemaFile.isEmpty() || flat.schema)
        return;
    const QString path = QDir(m_schema.folder.isEmpty() ? QDir::currentPath() : m_schema.folder)
                             .absoluteFilePath(flat.schemaFile);
    const auto [it, isNew] = m_flatSchemas.try_emplace(path);
    if (const auto &outcome = it->second; outcome && *outcome) {
        flat.schema = **outcome;
        if (!flat.root.isEmpty() && !flat.schema->tableNames().contains(flat.root))
            info->typeProblem = QStringLiteral("%1 has no table %2").arg(flat.schemaFile, flat.root);
    } else if (outcome) {
        info->typeProblem = outcome->error().text();
    }
    if (!isNew)
        return;
    auto *watcher = new QFutureWatcher<FlatSchema::Outcome>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, path] {
        watcher->deleteLater();
        m_flatSchemas[path] = watcher->result();
        resolveAll();
    });
    watcher->setFuture(QtConcurrent::run([path] { return FlatSchema::load(path); }));
}

void SlotDirectory::resolveAndTell(Slot slot)
{
    const auto it = m_slots.find(slot);
    if (it == m_slots.end())
        return;
    const SlotInfo before = it->second;
    resolve(&it->second);
    if (before.type != it->second.type || before.provenance != it->second.provenance
        || before.kind != it->second.kind || before.typeProblem != it->second.typeProblem)
        Q_EMIT slotChanged(slot);
}

void SlotDirectory::resolveAll()
{
    for (const Slot slot : slotNumbers())
        resolveAndTell(slot);
}

void SlotDirectory::setSchema(Schema schema)
{
    m_schema = std::move(schema);
    // Read anew: whoever gives a schema again may have mended what it refers to.
    std::erase_if(m_flatSchemas, [](const auto &entry) { return entry.second.has_value(); });
    resolveAll();
}

void SlotDirectory::editTable(Slot slot, const std::function<void(TableSchema &)> &edit)
{
    const SlotInfo *info = find(slot);
    const TableId id = info ? info->id() : TableId::ofSlot(slot);
    TableSchema &table = m_schema.tables[id];
    edit(table);
    if (table.isEmpty())
        m_schema.tables.erase(id);
    resolveAndTell(slot);
    Q_EMIT schemaEdited();
}

void SlotDirectory::pin(Slot slot, SchemaProperty property, const QString &text)
{
    editTable(slot, [&](TableSchema &table) { table.pin(property, text); });
}

void SlotDirectory::unpin(Slot slot, SchemaProperty property)
{
    editTable(slot, [&](TableSchema &table) { table.unpin(property); });
}

void SlotDirectory::pinType(Slot slot, const SlotType &type)
{
    editTable(slot, [&](TableSchema &table) {
        const auto pinOne = [&](SchemaProperty property) {
            table.pin(property, schemaPropertyText(property, type));
        };
        pinOne(SchemaProperty::KeyType);
        pinOne(SchemaProperty::ValueType);
        pinOne(SchemaProperty::Compression);
        if (hasTimestamp(type.key))
            pinOne(SchemaProperty::KeyByteOrder);
        if (type.value == ValueType::Timestamp || type.value == ValueType::Bytes20Timestamp)
            pinOne(SchemaProperty::ValueByteOrder);
        if (type.value == ValueType::FlatBuffers) {
            for (const SchemaProperty property :
                 {SchemaProperty::FlatBuffersSchema, SchemaProperty::FlatBuffersRoot}) {
                if (!schemaPropertyText(property, type).isEmpty())
                    pinOne(property);
            }
        }
    });
}

void SlotDirectory::setFlatBuffersLeniency(Slot slot, bool dropUnknownFields, bool anyIdentifier)
{
    m_leniency[slot] = {dropUnknownFields, anyIdentifier};
    resolveAndTell(slot);
}

void SlotDirectory::setTableSchema(Slot slot, const TableSchema &table)
{
    editTable(slot, [&](TableSchema &known) { known = table; });
}

} // namespace slotscope::core
