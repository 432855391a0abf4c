// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/schema.h"

#include <QDir>

#include <algorithm>

namespace slotscope::core {

namespace {

QString displayName(const TableId &id, const TableSchema &table)
{
    for (const SchemaProperty property : {SchemaProperty::ClassName, SchemaProperty::Name}) {
        if (const QString name = table.text(property); !name.isEmpty())
            return name;
    }
    return id.toString();
}

// Two relations that mean the same index: the same table of entries, or where that is not known the same
// name.
bool isSameIndex(const IndexRelation &a, const IndexRelation &b)
{
    return a.table == TableId() && b.table == TableId() ? a.name == b.name : a.table == b.table;
}

/// Sources say nothing of whether an index is maintained here.
void keepDecision(const IndexRelation &before, IndexRelation *after)
{
    if (!after->maintained)
        after->maintained = before.maintained;
}

QString indexText(const IndexRelation &index)
{
    QStringList parts;
    for (const ValuePath &field : index.fields)
        parts += field.toString();
    QString text = index.fields.empty() ? index.expression : parts.join(QLatin1String(", "));
    if (index.composite)
        text = QStringLiteral("(%1)").arg(text);
    if (index.nullable)
        text += QStringLiteral(", nullable");
    if (!index.unique)
        text += QStringLiteral(", not unique");
    if (index.maintained)
        text += *index.maintained ? QStringLiteral(", maintained") : QStringLiteral(", not maintained");
    return index.name.isEmpty() ? text : QStringLiteral("%1: %2").arg(index.name, text);
}

void mergeProperty(SchemaMerge *merge, const TableId &id, const QString &name, SchemaProperty property,
                   const PropertyEntry &incoming)
{
    if (!incoming.imported)
        return;
    PropertyEntry &entry = merge->schema.tables[id].properties[property];
    const QString &after = *incoming.imported;
    const bool isNews = entry.imported != after;
    const auto conflict = [&](const QString &before, const Provenance &from) {
        merge->conflicts.push_back({.table = id,
                                    .tableName = name,
                                    .property = property,
                                    .label = schemaPropertyName(property),
                                    .before = before,
                                    .beforeFrom = from,
                                    .after = after,
                                    .afterFrom = incoming.from});
    };
    if (isNews && entry.imported && entry.from.file != incoming.from.file) {
        conflict(*entry.imported, {.source = TypeSource::Imported, .from = entry.from, .confidence = 1});
        return;
    }
    if (isNews && entry.pinned && *entry.pinned != after)
        conflict(*entry.pinned, {.source = TypeSource::Pinned, .confidence = 1});
    if (isNews)
        ++merge->changed;
    entry.imported = after;
    entry.from = incoming.from;
}

void mergeIndex(SchemaMerge *merge, const TableId &id, const QString &name, const TableSchema &incoming,
                size_t nth)
{
    IndexRelation after = incoming.indexes[nth];
    std::vector<IndexRelation> &known = merge->schema.tables[id].indexes;
    const auto before = std::find_if(known.begin(), known.end(), [&](const IndexRelation &candidate) {
        return isSameIndex(candidate, after);
    });
    if (before == known.end()) {
        known.push_back(after);
        ++merge->changed;
        return;
    }
    keepDecision(*before, &after);
    const bool sameSource = before->provenance.source == TypeSource::Imported
        && before->provenance.from.file == after.provenance.from.file;
    if (*before == after || sameSource) {
        if (*before == after && !sameSource)
            return;
        if (*before != after)
            ++merge->changed;
        MemberList other = std::move(before->other);
        *before = after;
        before->other = std::move(other);
        return;
    }
    merge->conflicts.push_back(
        {.table = id,
         .tableName = name,
         .what = SchemaConflict::What::Index,
         .label = QStringLiteral("index %1").arg(after.className.isEmpty() ? after.name : after.className),
         .before = indexText(*before),
         .beforeFrom = before->provenance,
         .after = indexText(after),
         .afterFrom = after.provenance.from,
         .index = nth});
}

/// Those that the file which declares the table had attached, and does not attach any more.
void dropGoneIndexes(SchemaMerge *merge, const TableId &id, const TableSchema &incoming)
{
    const PropertyEntry *declared = incoming.find(SchemaProperty::ClassName);
    if (!declared)
        return;
    const auto gone = [&](const IndexRelation &index) {
        return index.provenance.source == TypeSource::Imported
            && index.provenance.from.file == declared->from.file
            && std::none_of(incoming.indexes.begin(), incoming.indexes.end(),
                            [&](const IndexRelation &other) { return isSameIndex(index, other); });
    };
    merge->changed += static_cast<int>(std::erase_if(merge->schema.tables[id].indexes, gone));
}

} // namespace

SchemaMerge mergeImport(const Schema &schema, const Schema &imported)
{
    SchemaMerge merge;
    merge.schema = schema;
    for (const QString &path : imported.flatBuffersFolders) {
        // Relative to where it is written; here it is said from elsewhere.
        const QString folder = imported.folder == schema.folder ? path : imported.absolutePath(path);
        if (!merge.schema.flatBuffersFolders.contains(folder))
            merge.schema.flatBuffersFolders += folder;
    }
    for (const auto &[id, incoming] : imported.tables) {
        const QString name = displayName(id, incoming);
        const bool isNew = !schema.tables.contains(id);
        const int changed = merge.changed;
        for (const auto &[property, entry] : incoming.properties)
            mergeProperty(&merge, id, name, property, entry);
        dropGoneIndexes(&merge, id, incoming);
        for (size_t i = 0; i < incoming.indexes.size(); ++i)
            mergeIndex(&merge, id, name, incoming, i);
        if (isNew) {
            ++merge.added;
            merge.changed = changed;
        }
    }
    return merge;
}

void takeImported(Schema *schema, const Schema &imported, const SchemaConflict &conflict)
{
    const TableSchema *incoming = imported.find(conflict.table);
    if (!incoming)
        return;
    TableSchema &table = schema->tables[conflict.table];
    if (conflict.what == SchemaConflict::What::Property) {
        const PropertyEntry *entry = incoming->find(conflict.property);
        if (!entry || !entry->imported)
            return;
        table.properties[conflict.property].pinned.reset();
        table.import(conflict.property, *entry->imported, entry->from);
    } else if (conflict.index < incoming->indexes.size()) {
        IndexRelation after = incoming->indexes[conflict.index];
        const auto before =
            std::find_if(table.indexes.begin(), table.indexes.end(),
                         [&](const IndexRelation &candidate) { return isSameIndex(candidate, after); });
        if (before == table.indexes.end()) {
            table.indexes.push_back(after);
        } else {
            keepDecision(*before, &after);
            *before = after;
        }
    }
}

Schema asImported(const Schema &schema, const QString &file)
{
    Schema result = schema;
    for (auto &[id, table] : result.tables) {
        for (auto &[property, entry] : table.properties) {
            if (!entry.value())
                continue;
            QString text = *entry.value();
            if (property == SchemaProperty::FlatBuffersSchema)
                text = schema.absolutePath(text);
            entry = {.imported = text, .from = {file, 0}, .other = entry.other};
        }
        for (IndexRelation &index : table.indexes) {
            index.provenance.source = TypeSource::Imported;
            index.provenance.from = {file, 0};
        }
    }
    return result;
}

Schema movedTo(const Schema &schema, const QString &folder)
{
    Schema result = schema;
    result.folder = folder;
    const auto moved = [&](const QString &path) {
        const QString absolute = schema.absolutePath(path);
        const QString relative = QDir(folder).relativeFilePath(absolute);
        return relative.startsWith(QLatin1String("..")) ? absolute : relative;
    };
    for (QString &path : result.flatBuffersFolders)
        path = moved(path);
    for (auto &[id, table] : result.tables) {
        const auto entry = table.properties.find(SchemaProperty::FlatBuffersSchema);
        if (entry == table.properties.end())
            continue;
        for (std::optional<QString> *text : {&entry->second.pinned, &entry->second.imported}) {
            if (*text)
                *text = moved(**text);
        }
    }
    return result;
}

Schema rebasedSchema(const Schema &base, const Schema &mine, const Schema &theirs)
{
    static const TableSchema nothing;
    Schema result = theirs;
    if (mine.flatBuffersFolders != base.flatBuffersFolders)
        result.flatBuffersFolders = mine.flatBuffersFolders;
    const auto apply = [&](const TableId &id) {
        const TableSchema *mineTable = mine.find(id);
        const TableSchema *baseTable = base.find(id);
        const TableSchema &after = mineTable ? *mineTable : nothing;
        const TableSchema &before = baseTable ? *baseTable : nothing;
        TableSchema &table = result.tables[id];
        for (const SchemaProperty property : allSchemaProperties()) {
            const PropertyEntry *now = after.find(property);
            const PropertyEntry *then = before.find(property);
            if ((now ? *now : PropertyEntry()) == (then ? *then : PropertyEntry()))
                continue;
            if (now)
                table.properties[property] = *now;
            else
                table.properties.erase(property);
        }
        if (after.indexes != before.indexes)
            table.indexes = after.indexes;
        if (after.columns != before.columns)
            table.columns = after.columns;
        if (table.isEmpty())
            result.tables.erase(id);
    };
    for (const auto &[id, table] : mine.tables)
        apply(id);
    for (const auto &[id, table] : base.tables) {
        if (!mine.tables.contains(id))
            apply(id);
    }
    return result;
}

} // namespace slotscope::core
