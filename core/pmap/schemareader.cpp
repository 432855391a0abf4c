// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/schemafile.h"
#include "core/value/jsonreader.h"

#include <QSet>
#include <QUuid>

#include <algorithm>
#include <climits>
#include <functional>

namespace slotscope::core {

namespace {

/// Reads what is expected and remembers the first thing that is not, with its place.
class Reader
{
public:
    explicit Reader(const QByteArray &json)
        : m_json(json)
    {
    }

    bool failed() const { return !m_problem.isEmpty(); }
    Error error() const
    {
        return {.kind = ErrorKind::Decode,
                .detail = QStringLiteral("line %1: %2").arg(line(m_offset)).arg(m_problem),
                .offset = m_offset};
    }
    void fail(qint64 offset, const QString &problem)
    {
        if (failed())
            return;
        m_problem = problem;
        m_offset = std::clamp<qint64>(offset, 0, m_json.size());
    }
    void fail(const Value &at, const QString &problem) { fail(at.source().offset, problem); }

    Schema file(const Value &root);

private:
    using Visit = std::function<void(const QString &name, const Member &member)>;

    qsizetype line(qint64 offset) const { return m_json.first(offset).count('\n') + 1; }

    void object(const Value &value, const QString &what, const Visit &visit)
    {
        if (value.kind() != Value::Kind::Map)
            return fail(value, QStringLiteral("%1 is to be an object").arg(what));
        QSet<QString> seen;
        for (const Member &member : value.members()) {
            const QString &name = member.key.toText();
            if (seen.contains(name))
                return fail(member.key, QStringLiteral("%1 says %2 twice").arg(what, name));
            seen.insert(name);
            visit(name, member);
            if (failed())
                return;
        }
    }
    QString text(const Value &value, const QString &what)
    {
        if (value.kind() != Value::Kind::Text)
            fail(value, QStringLiteral("%1 is to be a text").arg(what));
        return value.toText();
    }
    bool boolean(const Value &value, const QString &what)
    {
        if (value.kind() != Value::Kind::Bool)
            fail(value, QStringLiteral("%1 is to be true or false").arg(what));
        return value.toBool();
    }
    int number(const Value &value, const QString &what, int largest)
    {
        const auto number = value.kind() == Value::Kind::Integer ? value.toInt64() : std::nullopt;
        if (!number || *number < 0 || *number > largest) {
            fail(value, QStringLiteral("%1 is to be a number from 0 to %2").arg(what).arg(largest));
            return 0;
        }
        return static_cast<int>(*number);
    }
    TableId oid(const Value &at, const QString &text)
    {
        const QUuid uuid(text);
        if (uuid.isNull())
            fail(at, QStringLiteral("%1 is no UUID").arg(text));
        return TableId::ofOid(uuid.toString(QUuid::WithoutBraces));
    }
    TableId slot(const Value &at, const QString &text)
    {
        bool isNumber = false;
        const ushort number = text.toUShort(&isNumber);
        if (!isNumber || number == 0)
            fail(at, QStringLiteral("%1 is no number of a slot (1 to 65535)").arg(text));
        return TableId::ofSlot(Slot(number));
    }

    void property(PropertyEntry *entry, SchemaProperty property, const Value &value);
    IndexRelation index(const Value &value);
    ColumnSetting column(const Value &value);
    void table(TableSchema *table, const Value &value);
    void list(const Value &value, const QString &what, const std::function<void(const Value &)> &visit);

    const QByteArray &m_json;
    QString m_problem;
    qint64 m_offset = 0;
};

void Reader::list(const Value &value, const QString &what, const std::function<void(const Value &)> &visit)
{
    if (value.kind() != Value::Kind::Array)
        return fail(value, QStringLiteral("%1 is to be a list").arg(what));
    for (const Value &item : value.items()) {
        visit(item);
        if (failed())
            return;
    }
}

void Reader::property(PropertyEntry *entry, SchemaProperty property, const Value &value)
{
    const QString what = schemaPropertyName(property);
    object(value, what, [&](const QString &name, const Member &member) {
        if (name == QLatin1String("pinned") || name == QLatin1String("imported")) {
            const QString said = text(member.value, QStringLiteral("what is %1 for %2").arg(name, what));
            if (const QString problem = schemaPropertyProblem(property, said); !problem.isEmpty())
                fail(member.value, problem);
            (name == QLatin1String("pinned") ? entry->pinned : entry->imported) = said;
        } else if (name == QLatin1String("file")) {
            entry->from.file = text(member.value, QStringLiteral("a file"));
        } else if (name == QLatin1String("line")) {
            entry->from.line = number(member.value, QStringLiteral("a line"), INT_MAX);
        } else {
            entry->other.push_back(member);
        }
    });
}

IndexRelation Reader::index(const Value &value)
{
    IndexRelation index;
    object(value, QStringLiteral("an index"), [&](const QString &name, const Member &member) {
        const QString what = QStringLiteral("the %1 of an index").arg(name);
        if (name == QLatin1String("name")) {
            index.name = text(member.value, what);
        } else if (name == QLatin1String("class")) {
            index.className = text(member.value, what);
        } else if (name == QLatin1String("expression")) {
            index.expression = text(member.value, what);
        } else if (name == QLatin1String("oid")) {
            index.table = oid(member.value, text(member.value, what));
        } else if (name == QLatin1String("slot")) {
            index.table = TableId::ofSlot(Slot(static_cast<quint16>(number(member.value, what, UINT16_MAX))));
        } else if (name == QLatin1String("fields")) {
            list(member.value, what, [&](const Value &item) {
                auto path = ValuePath::parse(text(item, QStringLiteral("a field")));
                if (path)
                    index.fields.push_back(*std::move(path));
                else
                    fail(item, path.error());
            });
        } else if (name == QLatin1String("composite")) {
            index.composite = boolean(member.value, what);
        } else if (name == QLatin1String("nullable")) {
            index.nullable = boolean(member.value, what);
        } else if (name == QLatin1String("unique")) {
            index.unique = boolean(member.value, what);
        } else if (name == QLatin1String("maintained")) {
            index.maintained = boolean(member.value, what);
        } else if (name == QLatin1String("source")) {
            const QString source = text(member.value, what);
            for (const TypeSource known : {TypeSource::Imported, TypeSource::Pinned}) {
                if (source == typeSourceName(known))
                    index.provenance.source = known;
            }
            if (index.provenance.source == TypeSource::Unknown)
                fail(member.value, QStringLiteral("%1 is to be imported or pinned").arg(what));
        } else if (name == QLatin1String("file")) {
            index.provenance.from.file = text(member.value, what);
        } else if (name == QLatin1String("line")) {
            index.provenance.from.line = number(member.value, what, INT_MAX);
        } else {
            index.other.push_back(member);
        }
    });
    if (index.provenance.source == TypeSource::Unknown)
        index.provenance.source = TypeSource::Pinned; // written by hand
    index.provenance.confidence = 1;
    return index;
}

ColumnSetting Reader::column(const Value &value)
{
    ColumnSetting column;
    object(value, QStringLiteral("a column"), [&](const QString &name, const Member &member) {
        const QString what = QStringLiteral("the %1 of a column").arg(name);
        if (name == QLatin1String("column"))
            column.column = text(member.value, what);
        else if (name == QLatin1String("hidden"))
            column.shown = !boolean(member.value, what);
        else if (name == QLatin1String("width"))
            column.width = number(member.value, what, UINT16_MAX);
        else if (name == QLatin1String("format"))
            column.format = text(member.value, what);
        else
            column.other.push_back(member);
    });
    if (column.column.isEmpty())
        fail(value, QStringLiteral("a column is to say which: column"));
    return column;
}

void Reader::table(TableSchema *table, const Value &value)
{
    object(value, QStringLiteral("a table"), [&](const QString &name, const Member &member) {
        if (const auto known = schemaPropertyFromName(name))
            property(&table->properties[*known], *known, member.value);
        else if (name == QLatin1String("indexes"))
            list(member.value, name, [&](const Value &item) { table->indexes.push_back(index(item)); });
        else if (name == QLatin1String("columns"))
            list(member.value, name, [&](const Value &item) { table->columns.push_back(column(item)); });
        else
            table->other.push_back(member);
    });
}

Schema Reader::file(const Value &root)
{
    Schema schema;
    bool marked = false;
    object(root, QStringLiteral("a schema file"), [&](const QString &name, const Member &member) {
        if (name == QLatin1String("slotscope")) {
            const int version = number(member.value, QStringLiteral("the version of a schema file"), INT_MAX);
            if (!failed() && version != 1)
                fail(member.value,
                     QStringLiteral("this is a schema file of version %1; only version 1 is known here")
                         .arg(version));
            marked = true;
            return;
        }
        if (name == QLatin1String("flatBuffersFolders")) {
            list(member.value, name, [&](const Value &item) {
                schema.flatBuffersFolders += text(item, QStringLiteral("a folder of FlatBuffers schemas"));
            });
            return;
        }
        const bool byOid = name == QLatin1String("tables");
        if (!byOid && name != QLatin1String("slots")) {
            schema.other.push_back(member);
            return;
        }
        object(member.value, name, [&](const QString &key, const Member &entry) {
            const TableId id = byOid ? oid(entry.key, key) : slot(entry.key, key);
            if (failed())
                return;
            if (schema.tables.contains(id))
                return fail(entry.key, QStringLiteral("%1 says %2 twice").arg(name, key));
            table(&schema.tables[id], entry.value);
        });
    });
    if (!marked)
        fail(0,
             QStringLiteral("this is no schema file of Slotscope (it does not begin with \"slotscope\": 1)"));
    return schema;
}

} // namespace

Result<Schema> readSchema(const QByteArray &json)
{
    Reader reader(json);
    const auto root = readJson(json, {.keepStyle = true, .maximumDepth = 64});
    if (!root) {
        reader.fail(root.error().offset,
                    json.trimmed().isEmpty() ? QStringLiteral("the file is empty") : root.error().what);
        return Unexpected {reader.error()};
    }
    Schema schema = reader.file(*root);
    if (reader.failed())
        return Unexpected {reader.error()};
    return schema;
}

} // namespace slotscope::core
