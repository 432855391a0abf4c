// SPDX-License-Identifier: GPL-3.0-or-later
//
// zlmdb's YAML: `slots: [{index: 100, name: users, key: uuid, value: cbor, schema: user, description: …}]`.
#include "core/pmap/schemaimport.h"

#include <yaml-cpp/yaml.h>

#include <functional>

namespace slotscope::core {

namespace {

class YamlReader
{
public:
    YamlReader(SchemaImport *import, QString file)
        : m_import(import)
        , m_file(std::move(file))
    {
    }

    void readSlots(const YAML::Node &list)
    {
        if (!list.IsSequence())
            return problem(list, QStringLiteral("slots is to be a list"));
        for (const YAML::Node &slot : list)
            readSlot(slot);
    }

private:
    SourceLine at(const YAML::Node &node) const { return {m_file, node.Mark().line + 1}; }
    void problem(const YAML::Node &node, const QString &text)
    {
        m_import->problems.push_back({at(node), text});
    }

    void readSlot(const YAML::Node &slot)
    {
        if (!slot.IsMap())
            return problem(slot, QStringLiteral("a slot is to be a map with index, name, key and value"));
        const YAML::Node index = slot["index"];
        const int number = index && index.IsScalar() ? index.as<int>(0) : 0;
        if (number < 1 || number > UINT16_MAX)
            return problem(index ? index : slot, QStringLiteral("a slot needs an index from 1 to 65535"));
        const TableId id = TableId::ofSlot(Slot(static_cast<quint16>(number)));
        if (m_import->schema.tables.contains(id))
            return problem(index, QStringLiteral("there is another slot %1 above").arg(number));

        TableSchema table;
        const auto import = [&](SchemaProperty property, const char *member,
                                const std::function<QString(const QString &)> &named) {
            const YAML::Node node = slot[member];
            if (!node || node.IsNull())
                return;
            if (!node.IsScalar())
                return problem(node,
                               QStringLiteral("the %1 of slot %2 is to be a text")
                                   .arg(QLatin1String(member))
                                   .arg(number));
            const QString text = QString::fromStdString(node.Scalar()).trimmed();
            const QString name = named(text);
            if (name.isEmpty())
                return problem(node,
                               QStringLiteral("slot %1: %2 is no type that is known").arg(number).arg(text));
            table.import(property, name, at(node));
        };
        const auto same = [](const QString &text) { return text; };
        import(SchemaProperty::ClassName, "name", same);
        import(SchemaProperty::Description, "description", same);
        import(SchemaProperty::KeyType, "key", keyTypeName);
        import(SchemaProperty::ValueType, "value", valueTypeNameOf);
        import(SchemaProperty::Compression, "compression", [](const QString &text) {
            return compressionFromName(text.toLower()) ? text.toLower() : QString();
    });
    // zlmdb reads values that have a schema through it, which says nothing of their bytes.
    m_import->schema.tables.emplace(id, std::move(table));
}

/// `uuid`, `uuid-timestamp` as the class names have it; empty when there is none.
static QString
keyTypeName(const QString &text)
{
    const QString plain = lettersOf(text);
    for (const QString &name : libraryKeyTypeNames()) {
        if (name.compare(plain, Qt::CaseInsensitive) == 0)
            return name;
    }
    return {};
}
static QString valueTypeNameOf(const QString &text)
{
    const QString plain = lettersOf(text);
    for (const ValueType type : allValueTypes()) {
        if (type != ValueType::Unknown && type != ValueType::TextOrBytes
            && valueTypeName(type).compare(plain, Qt::CaseInsensitive) == 0)
            return valueTypeName(type);
    }
    return {};
}
static QString lettersOf(const QString &text)
{
    QString letters;
    for (const QChar letter : text) {
        if (letter.isLetterOrNumber())
            letters += letter;
    }
    return letters;
}

SchemaImport *m_import;
QString m_file;
}; // namespace

} // namespace slotscope::core

SchemaImport readYamlSchema(const QByteArray &yaml, const QString &file, bool mustBeSchema)
{
    SchemaImport import;
    const auto problem = [&](int line, const QString &text) {
        if (mustBeSchema)
            import.problems.push_back({{file, line}, text});
    };
    try {
        const YAML::Node root = YAML::Load(yaml.toStdString());
        const YAML::Node slotList = root.IsMap() ? root["slots"] : YAML::Node();
        const bool isSchema = slotList
            && (mustBeSchema
                || (slotList.IsSequence() && slotList.size() > 0 && slotList[0].IsMap()
                    && slotList[0]["index"]));
        if (isSchema) {
            YamlReader(&import, file).readSlots(slotList);
            import.files = 1;
        } else {
            problem(0, QStringLiteral("is no YAML schema of zlmdb (it has no list called slots)"));
        }
    } catch (const YAML::Exception &error) {
        problem(error.mark.is_null() ? 0 : error.mark.line + 1,
                QStringLiteral("is no YAML that can be read: %1").arg(QString::fromStdString(error.msg)));
    }
    return import;
}

} // namespace slotscope::core
