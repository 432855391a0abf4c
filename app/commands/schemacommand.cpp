// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/schemacommand.h"

#include "app/commands/output.h"
#include "app/commands/schemajson.h"
#include "app/commands/texttable.h"
#include "core/pmap/schemafile.h"

#include <QFileInfo>

namespace slotscope::app {

using core::SchemaProperty;

namespace {

QString fromText(const core::PropertyEntry *entry)
{
    return entry ? entry->from.toString() : QString();
}

QString conflictText(const core::SchemaConflict &conflict)
{
    const auto quoted = [](const QString &text) {
        return text.size() > 60 ? text.left(59).simplified() + u'…' : text.simplified();
    };
    return QStringLiteral("%1: %2 is %3 (%4), but %5 says %6")
        .arg(conflict.tableName, conflict.label, quoted(conflict.before), provenanceText(conflict.beforeFrom),
             conflict.afterFrom.toString(), quoted(conflict.after));
}

} // namespace

QString SchemaCommand::description() const
{
    return QStringLiteral(
        "import reads the declarations of tables from Python source (files, folders, wheels), which it does "
        "not "
        "run, and from zlmdb's YAML, lists them, and with -o lays them over a schema file. show lists what a "
        "schema file says; without one, what is known of every slot of an etcd, and where that comes from. A "
        "schema file is given to the other commands with --schema.");
}

void SchemaCommand::addOptions(QCommandLineParser *parser)
{
    parser->addOption({{QStringLiteral("o"), QStringLiteral("output")},
                       QStringLiteral("import: write to this schema file. One that is there is added to."),
                       QStringLiteral("FILE")});
    parser->addOption({QStringLiteral("replace"),
                       QStringLiteral("import: where the file says something else, take what is imported.")});
    parser->addOption({QStringLiteral("keep"),
                       QStringLiteral("import: where the file says something else, leave it as it is.")});
    parser->addOption({QStringLiteral("json-schema"),
                       QStringLiteral("show: the JSON Schema that describes schema files.")});
}

QString SchemaCommand::takeArguments(const QCommandLineParser &parser)
{
    QStringList arguments = parser.positionalArguments();
    const QString action = arguments.isEmpty() ? QString() : arguments.takeFirst();
    if (action == QLatin1String("import"))
        return takeImport(parser, arguments);
    if (action == QLatin1String("show"))
        return takeShow(parser, arguments);
    return action.isEmpty() ? QStringLiteral("schema is to be followed by import or show")
                            : QStringLiteral("schema knows import and show, not %1").arg(action);
}

QString SchemaCommand::takeImport(const QCommandLineParser &parser, const QStringList &paths)
{
    m_action = Action::Import;
    m_paths = paths;
    m_file = parser.value(QStringLiteral("output"));
    if (m_paths.isEmpty())
        return QStringLiteral("schema import needs a file or folder to read");
    if (parser.isSet(QStringLiteral("output")) && m_file.isEmpty())
        return QStringLiteral("-o needs a file name");
    if (parser.isSet(QStringLiteral("json-schema")))
        return QStringLiteral("--json-schema goes with schema show");
    const bool replace = parser.isSet(QStringLiteral("replace"));
    const bool keep = parser.isSet(QStringLiteral("keep"));
    if (replace && keep)
        return QStringLiteral("--replace and --keep exclude each other");
    if ((replace || keep) && m_file.isEmpty())
        return QStringLiteral("--replace and --keep go with -o");
    m_decision = replace ? Decision::Replace : keep ? Decision::Keep : Decision::None;
    return {};
}

QString SchemaCommand::takeShow(const QCommandLineParser &parser, const QStringList &files)
{
    for (const char *option : {"output", "replace", "keep"}) {
        if (parser.isSet(QLatin1String(option)))
            return QStringLiteral("--%1 goes with schema import").arg(QLatin1String(option));
    }
    if (files.size() > 1)
        return QStringLiteral("schema show takes one FILE at the most");
    m_file = files.value(0);
    const bool describe = parser.isSet(QStringLiteral("json-schema"));
    if (describe && !m_file.isEmpty())
        return QStringLiteral("--json-schema takes no FILE");
    m_action = describe ? Action::Describe : m_file.isEmpty() ? Action::ShowSlots : Action::ShowFile;
    return {};
}

void SchemaCommand::begin()
{
    switch (m_action) {
    case Action::Import:
        importPaths();
        break;
    case Action::ShowFile:
        showFile();
        break;
    case Action::ShowSlots:
        whenSampled({}, [this] { showSlots(); });
        break;
    case Action::Describe:
        if (print(core::schemaFileDescription().trimmed()))
            finish();
        break;
    }
}

void SchemaCommand::importPaths()
{
    for (const QString &path : std::as_const(m_paths)) {
        if (!QFileInfo::exists(path)) {
            fail(tr("there is no file or folder %1").arg(path));
            return;
        }
    }
    core::importSchema(m_paths).then(this, [this](const core::Result<core::SchemaImport> &import) {
        if (import)
            takeImported(*import);
        else
            fail(import.error().detail);
    });
}

void SchemaCommand::takeImported(const core::SchemaImport &import)
{
    for (const core::ImportProblem &problem : import.problems)
        writeError(problem.toString());
    if (import.schema.tables.empty()) {
        fail(tr("no table is declared in %1").arg(m_paths.join(QLatin1String(", "))));
        return;
    }
    QString summary = tr("%1 tables declared in %2 files").arg(import.schema.tables.size()).arg(import.files);
    if (!m_file.isEmpty() && !writeMerged(import.schema, &summary))
        return;
    if (!printSchema(import.schema))
        return;
    if (!isJson() && !print(summary))
        return;
    finish();
}

bool SchemaCommand::writeMerged(const core::Schema &imported, QString *summary)
{
    auto before = core::loadSchema(m_file);
    if (!before && before.error().kind != core::ErrorKind::NotFound) {
        fail(before.error().detail); // a damaged file is never overwritten
        return false;
    }
    core::SchemaMerge merge = core::mergeImport(before ? *before : core::Schema(), imported);
    if (!merge.conflicts.empty() && m_decision == Decision::None) {
        for (const core::SchemaConflict &conflict : merge.conflicts)
            writeError(conflictText(conflict));
        fail(tr("%1 says something else in %2 places, and nothing was written; --replace takes what is "
                "imported, "
                "--keep what the file says")
                 .arg(m_file)
                 .arg(merge.conflicts.size()));
        return false;
    }
    if (m_decision == Decision::Replace) {
        for (const core::SchemaConflict &conflict : merge.conflicts)
            core::takeImported(&merge.schema, imported, conflict);
    }
    if (const auto saved = core::saveSchema(merge.schema, m_file); !saved) {
        fail(saved.error().detail);
        return false;
    }
    *summary += tr("; %1: %2 new tables, %3 changes").arg(m_file).arg(merge.added).arg(merge.changed);
    return true;
}

void SchemaCommand::showFile()
{
    const auto schema = core::loadSchema(m_file);
    if (!schema) {
        fail(schema.error().detail);
        return;
    }
    if (printSchema(*schema))
        finish();
}

bool SchemaCommand::printSchema(const core::Schema &schema)
{
    if (isJson()) {
        for (const auto &[id, table] : schema.tables) {
            if (!print(tableJson(id, table)))
                return false;
        }
        return true;
    }
    TextTable table({{tr("CLASS")},
                     {tr("KEY")},
                     {tr("VALUE")},
                     {tr("COMPRESSED")},
                     {tr("INDEXES"), true},
                     {tr("OID")},
                     {tr("FROM")}},
                    outputWidth(), 60);
    QList<QStringList> rows;
    for (const auto &[id, entry] : schema.tables) {
        const QString compression = entry.text(SchemaProperty::Compression);
        const QString from = fromText(entry.find(SchemaProperty::ClassName));
        rows += {entry.text(SchemaProperty::ClassName),
                 entry.text(SchemaProperty::KeyType),
                 entry.text(SchemaProperty::ValueType),
                 compression == QLatin1String("none") ? QString() : compression,
                 entry.indexes.empty() ? QString() : QString::number(entry.indexes.size()),
                 id.toString(),
                 from.isEmpty() ? tr("pinned") : from};
        table.measure(rows.back());
    }
    if (!print(table.headingLine()))
        return false;
    for (const QStringList &row : std::as_const(rows)) {
        if (!print(table.line(row)))
            return false;
    }
    return true;
}

void SchemaCommand::showSlots()
{
    for (const core::Slot slot : directory()->slotNumbers()) {
        const core::SlotInfo *info = directory()->find(slot);
        const bool isTable = info->kind == core::SlotKind::Table || info->kind == core::SlotKind::Untyped;
        if (isTable && !printSlot(*info))
            return;
    }
    finish();
}

bool SchemaCommand::printSlot(const core::SlotInfo &info)
{
    const core::TableSchema *table = directory()->schema().find(info.id());
    if (isJson())
        return print(slotJson(info, table));
    const QString oid = info.entry ? info.entry->oid : QString();
    if (!print(QStringLiteral("%1 %2 %3").arg(info.slot.value).arg(info.title(), oid).trimmed()))
        return false;
    for (const SchemaProperty property : core::allSchemaProperties()) {
        const core::Provenance &from = info.from(property);
        if (from.source == core::TypeSource::Unknown)
            continue;
        const QString said = table ? table->text(property) : QString();
        const QString value =
            said.isEmpty() ? core::schemaPropertyText(property, info.type) : said.simplified();
        if (!print(QStringLiteral("    %1 %2 (%3)")
                       .arg(core::schemaPropertyName(property), -17)
                       .arg(TextTable::cut(value, 60), provenanceText(from))))
            return false;
    }
    return info.typeProblem.isEmpty() || print(tr("    problem: %1").arg(info.typeProblem));
}

} // namespace slotscope::app
