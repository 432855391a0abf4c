// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/json.h"
#include "core/pmap/schemafile.h"
#include "core/value/jsonreader.h"

#include <algorithm>

namespace slotscope::core {

namespace {

QByteArray textJson(const QString &text)
{
    return jsonString(text);
}

/// An object whose members are sorted by name.
class ObjectWriter
{
public:
    void add(const QString &name, const QByteArray &json) { m_members.emplace_back(name, json); }
    void add(const char *name, const QString &text) { add(QLatin1String(name), textJson(text)); }
    void addTrue(const char *name, bool value)
    {
        if (value)
            add(QLatin1String(name), QByteArray("true"));
    }
    void add(const char *name, qint64 number) { add(QLatin1String(name), QByteArray::number(number)); }
    void addText(const char *name, const QString &text)
    {
        if (!text.isEmpty())
            add(name, text);
    }
    void add(const MemberList &others)
    {
        for (const Member &member : others) {
            // Read from JSON, so it can be written as JSON.
            if (const auto json = jsonCodec().encode(member.value))
                add(member.key.toText(), *json);
        }
    }
    bool isEmpty() const { return m_members.empty(); }

    QByteArray oneLine() { return '{' + joined(", ") + '}'; }
    /// A member a line, two blanks further in than `indent`.
    QByteArray lines(const QByteArray &indent)
    {
        if (m_members.empty())
            return "{}";
        return "{\n" + indent + "  " + joined(",\n" + indent + "  ") + '\n' + indent + '}';
    }

private:
    QByteArray joined(const QByteArray &separator)
    {
        std::stable_sort(m_members.begin(), m_members.end(),
                         [](const auto &a, const auto &b) { return a.first < b.first; });
        QByteArray text;
        for (const auto &[name, json] : m_members) {
            if (!text.isEmpty())
                text += separator;
            text += textJson(name) + ": " + json;
        }
        return text;
    }

    std::vector<std::pair<QString, QByteArray>> m_members;
};

QByteArray listJson(const QByteArrayList &items, const QByteArray &indent)
{
    return "[\n" + indent + "  " + items.join(",\n" + indent + "  ") + '\n' + indent + ']';
}

void addSource(ObjectWriter *object, const SourceLine &from)
{
    object->addText("file", from.file);
    if (from.line > 0)
        object->add("line", qint64(from.line));
}

QByteArray propertyJson(const PropertyEntry &entry)
{
    ObjectWriter object;
    if (entry.pinned)
        object.add("pinned", *entry.pinned);
    if (entry.imported) {
        object.add("imported", *entry.imported);
        addSource(&object, entry.from);
    }
    object.add(entry.other);
    return object.oneLine();
}

QByteArray indexJson(const IndexRelation &index)
{
    ObjectWriter object;
    object.addText("name", index.name);
    object.addText("class", index.className);
    if (index.table.hasOid())
        object.add("oid", index.table.oid);
    else if (index.table.slot != CatalogueSlot)
        object.add("slot", qint64(index.table.slot.value));
    QByteArrayList fields;
    for (const ValuePath &field : index.fields)
        fields += textJson(field.toString());
    object.add(QStringLiteral("fields"), '[' + fields.join(", ") + ']');
    object.addTrue("composite", index.composite);
    object.addTrue("nullable", index.nullable);
    if (!index.unique)
        object.add(QStringLiteral("unique"), QByteArray("false"));
    if (index.maintained)
        object.add(QStringLiteral("maintained"), QByteArray(*index.maintained ? "true" : "false"));
    object.addText("expression", index.expression);
    object.add("source", typeSourceName(index.provenance.source));
    addSource(&object, index.provenance.from);
    object.add(index.other);
    return object.oneLine();
}

QByteArray columnJson(const ColumnSetting &column)
{
    ObjectWriter object;
    object.add("column", column.column);
    object.addTrue("hidden", !column.shown);
    if (column.width > 0)
        object.add("width", qint64(column.width));
    object.addText("format", column.format);
    object.add(column.other);
    return object.oneLine();
}

QByteArray tableJson(const TableSchema &table)
{
    const QByteArray indent(4, ' ');
    ObjectWriter object;
    for (const auto &[property, entry] : table.properties) {
        if (!entry.isEmpty())
            object.add(schemaPropertyName(property), propertyJson(entry));
    }
    std::vector<IndexRelation> indexes = table.indexes;
    std::stable_sort(indexes.begin(), indexes.end(), [](const IndexRelation &a, const IndexRelation &b) {
        return a.name != b.name ? a.name < b.name : a.table < b.table;
    });
    QByteArrayList lines;
    for (const IndexRelation &index : indexes)
        lines += indexJson(index);
    if (!lines.isEmpty())
        object.add(QStringLiteral("indexes"), listJson(lines, indent + "  "));
    lines.clear();
    for (const ColumnSetting &column : table.columns)
        lines += columnJson(column);
    if (!lines.isEmpty())
        object.add(QStringLiteral("columns"), listJson(lines, indent + "  "));
    object.add(table.other);
    return object.lines(indent);
}

} // namespace

QByteArray writeSchema(const Schema &schema)
{
    // Slots in the order of their numbers, not of the numbers' digits.
    QByteArrayList slotLines;
    ObjectWriter tables;
    for (const auto &[id, table] : schema.tables) {
        if (table.isEmpty())
            continue;
        if (id.hasOid())
            tables.add(id.oid, tableJson(table));
        else
            slotLines += '"' + QByteArray::number(id.slot.value) + "\": " + tableJson(table);
    }
    ObjectWriter file;
    file.add("slotscope", qint64(1));
    if (!slotLines.isEmpty())
        file.add(QStringLiteral("slots"), "{\n    " + slotLines.join(",\n    ") + "\n  }");
    if (!tables.isEmpty())
        file.add(QStringLiteral("tables"), tables.lines("  "));
    QByteArrayList folders;
    for (const QString &folder : schema.flatBuffersFolders)
        folders += textJson(folder);
    if (!folders.isEmpty())
        file.add(QStringLiteral("flatBuffersFolders"), listJson(folders, "  "));
    file.add(schema.other);
    return file.lines({}) + '\n';
}

} // namespace slotscope::core
