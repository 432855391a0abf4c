// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/schema.h"

#include <QDir>

#include <algorithm>

namespace slotscope::core {

namespace {

struct PropertyName
{
    SchemaProperty property;
    const char *name;
};

constexpr std::array<PropertyName, SchemaPropertyCount> PropertyNames {{
    {SchemaProperty::ClassName, "class"},
    {SchemaProperty::Name, "name"},
    {SchemaProperty::Description, "description"},
    {SchemaProperty::KeyType, "keyType"},
    {SchemaProperty::KeyByteOrder, "keyByteOrder"},
    {SchemaProperty::ValueType, "valueType"},
    {SchemaProperty::ValueByteOrder, "valueByteOrder"},
    {SchemaProperty::Compression, "compression"},
    {SchemaProperty::FlatBuffersSchema, "flatBuffersSchema"},
    {SchemaProperty::FlatBuffersRoot, "flatBuffersRoot"},
}};

QString byteOrderName(ByteOrder order)
{
    return order == ByteOrder::BigEndian ? QStringLiteral("big") : QStringLiteral("little");
}

std::optional<ByteOrder> byteOrderFromName(QStringView name)
{
    for (const ByteOrder order : {ByteOrder::BigEndian, ByteOrder::LittleEndian}) {
        if (name == byteOrderName(order))
            return order;
    }
    return std::nullopt;
}

bool hasTimestamp(const KeyType &key)
{
    const auto &components = key.components();
    return std::find(components.begin(), components.end(), KeyComponent::Timestamp) != components.end();
}

// From less to more certain.
int certainty(TypeSource source)
{
    switch (source) {
    case TypeSource::Unknown:
        return 0;
    case TypeSource::Inferred:
        return 1;
    case TypeSource::Imported:
        return 2;
    case TypeSource::Pinned:
    case TypeSource::BuiltIn:
        break;
    }
    return 3;
}

} // namespace

TableId TableId::of(Slot slot, const std::optional<CatalogueEntry> &entry)
{
    return entry && !entry->oid.isEmpty() ? ofOid(entry->oid) : ofSlot(slot);
}

QString TableId::toString() const
{
    return hasOid() ? oid : QStringLiteral("slot %1").arg(slot.value);
}

QString SourceLine::toString() const
{
    return file.isEmpty() || line <= 0 ? file : QStringLiteral("%1:%2").arg(file).arg(line);
}

const std::vector<SchemaProperty> &allSchemaProperties()
{
    static const std::vector<SchemaProperty> properties = [] {
        std::vector<SchemaProperty> all;
        for (const PropertyName &entry : PropertyNames)
            all.push_back(entry.property);
        return all;
    }();
    return properties;
}

QString schemaPropertyName(SchemaProperty property)
{
    return QLatin1String(PropertyNames[size_t(property)].name);
}

std::optional<SchemaProperty> schemaPropertyFromName(QStringView name)
{
    for (const PropertyName &entry : PropertyNames) {
        if (name == QLatin1String(entry.name))
            return entry.property;
    }
    return std::nullopt;
}

QString schemaPropertyProblem(SchemaProperty property, const QString &text)
{
    switch (property) {
    case SchemaProperty::KeyType: {
        const auto key = KeyType::parse(text);
        return key ? QString() : QStringLiteral("there is no key type %1: %2").arg(text, key.error());
    }
    case SchemaProperty::ValueType:
        return valueTypeFromName(text) ? QString() : QStringLiteral("there is no value type %1").arg(text);
    case SchemaProperty::Compression:
        return compressionFromName(text)
            ? QString()
            : QStringLiteral("a compression is none, zlib or snappy, not %1").arg(text);
    case SchemaProperty::KeyByteOrder:
    case SchemaProperty::ValueByteOrder:
        return byteOrderFromName(text) ? QString()
                                       : QStringLiteral("a byte order is big or little, not %1").arg(text);
    case SchemaProperty::ClassName:
    case SchemaProperty::Name:
    case SchemaProperty::Description:
    case SchemaProperty::FlatBuffersSchema:
    case SchemaProperty::FlatBuffersRoot:
        break;
    }
    return {};
}

QString schemaPropertyText(SchemaProperty property, const SlotType &type)
{
    switch (property) {
    case SchemaProperty::KeyType:
        return type.key.name();
    case SchemaProperty::KeyByteOrder:
        return byteOrderName(type.key.timestampOrder());
    case SchemaProperty::ValueType:
        return valueTypeName(type.value);
    case SchemaProperty::ValueByteOrder:
        return byteOrderName(type.valueOrder);
    case SchemaProperty::Compression:
        return compressionName(type.compression);
    case SchemaProperty::FlatBuffersSchema:
        return type.flatBuffers.schemaFile;
    case SchemaProperty::FlatBuffersRoot:
        return type.flatBuffers.root;
    case SchemaProperty::ClassName:
    case SchemaProperty::Name:
    case SchemaProperty::Description:
        break;
    }
    return {};
}

bool IndexRelation::isMaintained() const
{
    // Wrong guesses write into tables that are none of the index's business; left out, they leave stale
    // entries, as the applications themselves do.
    constexpr double Sure = 0.9;
    constexpr qint64 EnoughEntries = 3;
    if (maintained)
        return *maintained;
    return provenance.source != TypeSource::Inferred
        || (provenance.confidence >= Sure && provenance.sample >= EnoughEntries);
}

const PropertyEntry *TableSchema::find(SchemaProperty property) const
{
    const auto it = properties.find(property);
    return it == properties.end() ? nullptr : &it->second;
}

QString TableSchema::text(SchemaProperty property) const
{
    const PropertyEntry *entry = find(property);
    return entry && entry->value() ? *entry->value() : QString();
}

bool TableSchema::isEmpty() const
{
    return properties.empty() && indexes.empty() && columns.empty() && other.empty();
}

void TableSchema::pin(SchemaProperty property, const QString &text)
{
    properties[property].pinned = text;
}

void TableSchema::unpin(SchemaProperty property)
{
    const auto it = properties.find(property);
    if (it == properties.end())
        return;
    it->second.pinned.reset();
    if (it->second.isEmpty())
        properties.erase(it);
}

void TableSchema::import(SchemaProperty property, const QString &text, const SourceLine &from)
{
    PropertyEntry &entry = properties[property];
    entry.imported = text;
    entry.from = from;
}

const TableSchema *Schema::find(const TableId &id) const
{
    const auto it = tables.find(id);
    return it == tables.end() ? nullptr : &it->second;
}

QString Schema::absolutePath(const QString &path) const
{
    return QDir::cleanPath(QDir(folder.isEmpty() ? QDir::currentPath() : folder).absoluteFilePath(path));
}

std::vector<TableId> Schema::named(const QString &name) const
{
    std::vector<TableId> found;
    for (const SchemaProperty property : {SchemaProperty::Name, SchemaProperty::ClassName}) {
        const QString wanted =
            property == SchemaProperty::Name ? name : name.mid(name.lastIndexOf(QLatin1Char('.')) + 1);
        for (const auto &[id, table] : tables) {
            if (!wanted.isEmpty() && table.text(property) == wanted)
                found.push_back(id);
        }
        if (!found.empty())
            break;
    }
    return found;
}

ResolvedType resolveType(const SlotType &inferred, const TableSchema *table)
{
    ResolvedType resolved {inferred, {}};
    const auto noteInferred = [&](SchemaProperty property, bool known) {
        if (known && inferred.source != TypeSource::Unknown)
            resolved.provenance[size_t(property)] = {
                .source = inferred.source, .confidence = inferred.confidence, .evidence = inferred.evidence};
    };
    // What the schema says of a property that it does say, and how that is known.
    const auto said = [&](SchemaProperty property) -> std::optional<QString> {
        const PropertyEntry *entry = table ? table->find(property) : nullptr;
        if (!entry || !entry->value())
            return std::nullopt;
        Provenance &from = resolved.provenance[size_t(property)];
        if (entry->pinned)
            from = {.source = TypeSource::Pinned, .confidence = 1};
        else
            from = {.source = TypeSource::Imported, .from = entry->from, .confidence = 1};
        return *entry->value();
    };
    for (const SchemaProperty property :
         {SchemaProperty::ClassName, SchemaProperty::Name, SchemaProperty::Description})
        said(property);

    SlotType &type = resolved.type;
    noteInferred(SchemaProperty::KeyType, !inferred.key.isUnknown());
    if (const auto text = said(SchemaProperty::KeyType)) {
        if (const auto key = KeyType::parse(*text))
            // The source does not tell in which byte order old data was written; the records may.
            type.key = key->components() == inferred.key.components() ? inferred.key : *key;
    }
    noteInferred(SchemaProperty::KeyByteOrder,
                 type.key.components() == inferred.key.components() && hasTimestamp(type.key));
    if (const auto text = said(SchemaProperty::KeyByteOrder)) {
        if (const auto order = byteOrderFromName(*text))
            type.key = KeyType(type.key.components(), *order);
    }

    noteInferred(SchemaProperty::ValueType, inferred.value != ValueType::Unknown);
    if (const auto text = said(SchemaProperty::ValueType))
        type.value = valueTypeFromName(*text).value_or(ValueType::Unknown);
    noteInferred(SchemaProperty::ValueByteOrder,
                 inferred.value == type.value
                     && (type.value == ValueType::Timestamp || type.value == ValueType::Bytes20Timestamp));
    if (const auto text = said(SchemaProperty::ValueByteOrder))
        type.valueOrder = byteOrderFromName(*text).value_or(ByteOrder::BigEndian);
    else if (type.value != inferred.value)
        type.valueOrder = ByteOrder::BigEndian;

    noteInferred(SchemaProperty::Compression, inferred.value != ValueType::Unknown);
    if (const auto text = said(SchemaProperty::Compression))
        type.compression = compressionFromName(*text).value_or(Compression::None);

    if (const auto text = said(SchemaProperty::FlatBuffersRoot))
        type.flatBuffers.root = *text;
    if (const auto text = said(SchemaProperty::FlatBuffersSchema)) {
        // Read by whoever has the time.
        type.flatBuffers.schemaFile = *text;
        type.flatBuffers.schema = nullptr;
    }

    // Where somebody says what it is, nothing else explains the samples as well.
    if (certainty(resolved.from(SchemaProperty::ValueType).source) > certainty(TypeSource::Inferred))
        type.otherValues.clear();
    const TypeSource key = resolved.from(SchemaProperty::KeyType).source;
    const TypeSource value = resolved.from(SchemaProperty::ValueType).source;
    const TypeSource compression = resolved.from(SchemaProperty::Compression).source;
    if (std::max(certainty(key), certainty(value)) <= certainty(TypeSource::Inferred))
        return resolved;
    TypeSource weakest = certainty(key) < certainty(value) ? key : value;
    // Nobody says that values are compressed where nobody says anything of it.
    if (compression != TypeSource::Unknown && certainty(compression) < certainty(weakest))
        weakest = compression;
    type.source = weakest;
    if (weakest != TypeSource::Inferred) {
        type.confidence = weakest == TypeSource::Unknown ? 0 : 1;
        type.evidence.clear();
    }
    return resolved;
}

} // namespace slotscope::core
