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
    const FlatBuffersType &flat = info->type.flatBuffers;
    if (info->type.value == ValueType::FlatBuffers && flat.schema && info->inference
        && !info->inference->values.empty()) {
        for (const SchemaProperty property :
             {SchemaProperty::FlatBuffersSchema, SchemaProperty::FlatBuffersRoot}) {
            Provenance &from = info->provenance[size_t(property)];
            const ValueReading &reading = info->inference->values.front();
            if (from.source == TypeSource::Unknown)
                from = {.source = TypeSource::Inferred,
                        .confidence = reading.confidence,
                        .sample = static_cast<qint64>(info->inference->samples),
                        .evidence = reading.evidence};
        }
    }
}

// Where no schema file is named: the table of that name in the folders, or for an empty slot, where nothing
// can be verified, the one called like its class.
void SlotDirectory::findInFolders(SlotInfo *info)
{
    FlatBuffersType &flat = info->type.flatBuffers;
    if (flat.root.isEmpty() ? info->records > 0
                            : flat.schema && flat.schema->tableNames().contains(flat.root))
        return;
    const FlatBuffersType *found = nullptr;
    for (const FlatBuffersType &table : m_flatFolders.tables) {
        if (flat.root.isEmpty() ? !fitsClassName(table.root, info->title()) : table.root != flat.root)
            continue;
        if (found)
            return; // two of them; somebody has to say which
        found = &table;
    }
    if (!found)
        return;
    flat.schema = found->schema;
    flat.root = found->root;
    flat.schemaFile = found->schemaFile;
}

void SlotDirectory::completeFlatBuffers(SlotInfo *info)
{
    FlatBuffersType &flat = info->type.flatBuffers;
    if (info->type.value == ValueType::FlatBuffers
        && info->from(SchemaProperty::FlatBuffersSchema).source == TypeSource::Unknown)
        findInFolders(info);
    if (info->type.value != ValueType::FlatBuffers || flat.schemaFile.isEmpty() || flat.schema)
        return;
    const QString path = m_schema.absolutePath(flat.schemaFile);
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
    watcher->setFuture(
        QtConcurrent::run([path, folders = absoluteFolders()] { return FlatSchema::load(path, folders); }));
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
    const QStringList folders = absoluteFolders();
    m_schema = std::move(schema);
    if (absoluteFolders() != folders)
        readFlatBuffersFolders();
    // Read anew: whoever gives a schema again may have mended what it refers to.
    std::erase_if(m_flatSchemas, [](const auto &entry) { return entry.second.has_value(); });
    resolveAll();
}

void SlotDirectory::editSchema(Schema schema)
{
    setSchema(std::move(schema));
    Q_EMIT schemaEdited();
}

QStringList SlotDirectory::absoluteFolders() const
{
    QStringList folders;
    for (const QString &folder : m_schema.flatBuffersFolders)
        folders += m_schema.absolutePath(folder);
    return folders;
}

QString SlotDirectory::pathForSchema(const QString &file) const
{
    if (m_schema.folder.isEmpty())
        return file;
    const QString relative = QDir(m_schema.folder).relativeFilePath(file);
    return relative.startsWith(QLatin1String("..")) ? file : relative;
}

void SlotDirectory::setFlatBuffersFolders(const QStringList &folders)
{
    const bool isNews = m_schema.flatBuffersFolders != folders;
    m_schema.flatBuffersFolders = folders;
    readFlatBuffersFolders();
    if (isNews)
        Q_EMIT schemaEdited();
}

void SlotDirectory::readFlatBuffersFolders()
{
    // Reading that is under way already is of no use any more; setFuture() lets go of it.
    m_foldersReading.setFuture(QtConcurrent::run(readFlatFolders, absoluteFolders()));
}

void SlotDirectory::takeFlatBuffersFolders(const FlatFolders &found)
{
    m_flatFolders = found;
    for (auto &[slot, info] : m_slots) {
        const bool isFlat =
            info.inferred.value == ValueType::FlatBuffers || info.type.value == ValueType::FlatBuffers;
        if (!isFlat || info.records == 0)
            continue;
        info.sampled = false;
        if (std::find(m_toSample.begin(), m_toSample.end(), slot) == m_toSample.end())
            m_toSample.push_back(slot);
    }
    // A schema may have been waiting for what it includes.
    std::erase_if(m_flatSchemas, [](const auto &entry) { return entry.second.has_value(); });
    resolveAll();
    Q_EMIT flatFoldersRead();
    if (m_loaded)
        sampleNext();
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
                const QString text = schemaPropertyText(property, type);
                const bool isFile = property == SchemaProperty::FlatBuffersSchema;
                if (!text.isEmpty())
                    table.pin(property, isFile ? pathForSchema(text) : text);
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
