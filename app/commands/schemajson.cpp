// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/schemajson.h"

#include "core/table/recordjson.h"
#include "core/value/jsonreader.h"

#include <algorithm>

namespace slotscope::app {

using core::JsonLine;
using core::SchemaProperty;

namespace {

void addBool(JsonLine *line, const char *name, bool value)
{
    line->add(name, QByteArray(value ? "true" : "false"));
}

void addSource(JsonLine *line, const core::SourceLine &from)
{
    line->addTextOrNull("file", from.file);
    if (from.line > 0)
        line->add("line", qint64(from.line));
    else
        line->addNull("line");
}

void addId(JsonLine *line, const core::TableId &id)
{
    line->addTextOrNull("oid", id.oid);
    if (id.hasOid() || id.slot == core::CatalogueSlot)
        line->addNull("slot");
    else
        line->add("slot", qint64(id.slot.value));
}

QByteArray indexJson(const core::IndexRelation &index)
{
    JsonLine line;
    line.addTextOrNull("name", index.name);
    addId(&line, index.table);
    line.addTextOrNull("class", index.className);
    QByteArrayList fields;
    for (const core::ValuePath &field : index.fields)
        fields += core::jsonString(field.toString());
    line.add("fields", '[' + fields.join(',') + ']');
    addBool(&line, "composite", index.composite);
    addBool(&line, "nullable", index.nullable);
    addBool(&line, "unique", index.unique);
    line.addTextOrNull("expression", index.expression);
    line.add("source", core::typeSourceName(index.provenance.source));
    addSource(&line, index.provenance.from);
    return line.line();
}

QByteArray indexesJson(const core::TableSchema &table)
{
    QByteArrayList indexes;
    for (const core::IndexRelation &index : table.indexes)
        indexes += indexJson(index);
    return '[' + indexes.join(',') + ']';
}

} // namespace

QByteArray tableJson(const core::TableId &id, const core::TableSchema &table)
{
    JsonLine line;
    addId(&line, id);
    const auto add = [&](SchemaProperty property) {
        line.addTextOrNull(core::schemaPropertyName(property).toLatin1().constData(), table.text(property));
    };
    for (const SchemaProperty property :
         {SchemaProperty::ClassName, SchemaProperty::Name, SchemaProperty::KeyType, SchemaProperty::ValueType,
          SchemaProperty::Compression, SchemaProperty::Description})
        add(property);
    const core::PropertyEntry *declared = table.find(SchemaProperty::ClassName);
    addSource(&line, declared ? declared->from : core::SourceLine());
    line.add("indexes", indexesJson(table));
    // Only where they are said: not every table has them.
    for (const SchemaProperty property :
         {SchemaProperty::KeyByteOrder, SchemaProperty::ValueByteOrder, SchemaProperty::FlatBuffersSchema,
          SchemaProperty::FlatBuffersRoot}) {
        if (!table.text(property).isEmpty())
            add(property);
    }
    QByteArrayList pinned;
    for (const auto &[property, entry] : table.properties) {
        if (entry.pinned)
            pinned += core::jsonString(core::schemaPropertyName(property));
    }
    if (!pinned.isEmpty())
        line.add("pinned", '[' + pinned.join(',') + ']');
    return line.line();
}

QByteArray slotJson(const core::SlotInfo &info, const core::TableSchema *table)
{
    JsonLine line;
    line.add("slot", qint64(info.slot.value));
    line.addTextOrNull("oid", info.entry ? info.entry->oid : QString());
    for (const SchemaProperty property : core::allSchemaProperties()) {
        const core::Provenance &from = info.from(property);
        const QByteArray name = core::schemaPropertyName(property).toLatin1();
        const QString ofType = core::schemaPropertyText(property, info.type);
        const QString said = table ? table->text(property) : QString();
        const QString value = said.isEmpty() ? ofType : said;
        if (value.isEmpty() || from.source == core::TypeSource::Unknown) {
            line.addNull(name.constData());
            continue;
        }
        JsonLine entry;
        entry.add("value", value);
        entry.add("source", core::typeSourceName(from.source));
        if (from.source == core::TypeSource::Inferred) {
            entry.add("confidence", QByteArray::number(from.confidence, 'g', 3));
            entry.addTextOrNull("evidence", from.evidence);
        }
        if (from.source == core::TypeSource::Imported)
            addSource(&entry, from.from);
        line.add(name.constData(), entry.line());
    }
    line.add("indexes", table ? indexesJson(*table) : QByteArray("[]"));
    line.addTextOrNull("problem", info.typeProblem);
    return line.line();
}

QString provenanceText(const core::Provenance &from)
{
    const QString source = core::typeSourceName(from.source);
    if (from.source == core::TypeSource::Inferred)
        return QStringLiteral("%1 %2 %").arg(source).arg(qRound(from.confidence * 100));
    const QString place = from.from.toString();
    return place.isEmpty() ? source : QStringLiteral("%1 from %2").arg(source, place);
}

} // namespace slotscope::app
