// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/mapclass.h"
#include "core/pmap/schemaimport.h"

#include <nlohmann/json.hpp>

namespace slotscope::core {

namespace {

using Json = nlohmann::json;

QString text(const Json &object, const char *name)
{
    const auto it = object.find(name);
    return it != object.end() && it->is_string() ? QString::fromStdString(it->get_ref<const std::string &>())
                                                 : QString();
}

int number(const Json &object, const char *name)
{
    const auto it = object.find(name);
    return it != object.end() && it->is_number_integer() ? it->get<int>() : 0;
}

bool flag(const Json &object, const char *name)
{
    const auto it = object.find(name);
    return it != object.end() && it->is_boolean() && it->get<bool>();
}

TableId identity(const Json &object)
{
    const QString oid = text(object, "oid");
    return oid.isEmpty() ? TableId::ofSlot(Slot(static_cast<quint16>(number(object, "slot"))))
                         : TableId::ofOid(oid);
}

IndexRelation readIndex(const Json &json)
{
    IndexRelation index;
    index.name = text(json, "name");
    index.table = identity(json);
    index.className = text(json, "class");
    if (json.at("fields").is_array()) {
        for (const Json &field : json.at("fields")) {
            QStringList steps;
            for (const Json &step : field)
                steps += QString::fromStdString(step.get<std::string>());
            index.fields.push_back(ValuePath::fields(steps));
        }
    }
    index.composite = flag(json, "composite");
    index.nullable = flag(json, "nullable");
    index.unique = flag(json, "unique");
    index.expression = text(json, "expression");
    index.provenance = {
        .source = TypeSource::Imported, .from = {text(json, "file"), number(json, "line")}, .confidence = 1};
    return index;
}

void readTable(const Json &json, SchemaImport *import)
{
    const SourceLine at {text(json, "file"), number(json, "line")};
    const QString className = text(json, "class");
    TableSchema table;
    const auto set = [&](SchemaProperty property, const QString &value, const SourceLine &from) {
        if (value.isEmpty())
            return;
        const QString problem = schemaPropertyProblem(property, value);
        if (problem.isEmpty())
            table.import(property, value, from);
        else
            import->problems.push_back({from, QStringLiteral("%1: %2").arg(className, problem)});
    };
    set(SchemaProperty::ClassName, className, at);
    set(SchemaProperty::Name, text(json, "name"), at);
    set(SchemaProperty::Description, text(json, "description"), at);
    set(SchemaProperty::FlatBuffersRoot, text(json, "root"), at);
    const int compressionLine = number(json, "compressionLine");
    set(SchemaProperty::Compression, text(json, "compression"),
        {at.file, compressionLine > 0 ? compressionLine : at.line});
    // Mixins name the two apart; a class name is to be split.
    QString keyType = text(json, "keys");
    QString valueType = text(json, "values");
    if (const QString map = text(json, "map"); !map.isEmpty()) {
        if (const auto types = parseMapClass(map)) {
            keyType = types->keyType;
            valueType = types->valueType;
        } else {
            import->problems.push_back({at, QStringLiteral("%1: %2").arg(className, types.error())});
        }
    }
    set(SchemaProperty::KeyType, keyType, at);
    set(SchemaProperty::ValueType, valueType, at);
    for (const Json &index : json.at("indexes"))
        table.indexes.push_back(readIndex(index));
    import->schema.tables[identity(json)] = std::move(table);
}

} // namespace

Result<SchemaImport> readPythonDeclarations(const QByteArray &json, QStringList *yamlFiles)
{
    // What our own program writes is as it should be, unless it was cut off.
    try {
        const Json root = Json::parse(json.begin(), json.end());
        SchemaImport import;
        for (const Json &problem : root.at("problems"))
            import.problems.push_back(
                {{text(problem, "file"), number(problem, "line")}, text(problem, "text")});
        for (const Json &table : root.at("tables"))
            readTable(table, &import);
        for (const Json &path : root.at("yaml"))
            *yamlFiles += QString::fromStdString(path.get<std::string>());
        import.files = number(root, "files");
        return import;
    } catch (const Json::exception &error) {
        return Unexpected {Error {.kind = ErrorKind::Decode,
                                  .detail = QStringLiteral("python3 did not say what the sources declare: %1")
                                                .arg(QString::fromUtf8(error.what()))}};
    }
}

} // namespace slotscope::core
