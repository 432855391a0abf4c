// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/slotscommand.h"

#include "app/commands/output.h"
#include "app/commands/texttable.h"
#include "core/table/recordjson.h"

#include <QLocale>

namespace slotscope::app {

namespace {

using core::SlotInfo;
using core::SlotKind;

/// How sure the type is, for people.
QString sourceText(const SlotInfo &info)
{
    const QString source = core::typeSourceName(info.type.source);
    if (info.type.source != core::TypeSource::Inferred)
        return source;
    return QStringLiteral("%1 %2 %").arg(source).arg(qRound(info.type.confidence * 100));
}

} // namespace

QString SlotsCommand::description() const
{
    return QStringLiteral("Lists the slots of an etcd: their tables, how many records they hold, and what "
                          "their keys and values are.");
}

QString SlotsCommand::takeArguments(const QCommandLineParser &parser)
{
    return parser.positionalArguments().isEmpty() ? QString() : QStringLiteral("slots takes no arguments");
}

void SlotsCommand::begin()
{
    whenSampled({}, [this] {
        std::vector<const SlotInfo *> infos;
        for (const core::Slot slot : directory()->slotNumbers()) {
            const SlotInfo *info = directory()->find(slot);
            if (info && info->kind != SlotKind::Catalogue)
                infos.push_back(info);
        }
        if (isJson()) {
            for (const SlotInfo *info : infos)
                printJson(*info);
        } else {
            printTable(infos);
        }
        tellHidden();
        finish();
    });
}

void SlotsCommand::printJson(const SlotInfo &info)
{
    const core::CatalogueEntry entry = info.entry.value_or(core::CatalogueEntry {});
    core::JsonLine line;
    line.add("slot", static_cast<qint64>(info.slot.value));
    line.addTextOrNull("oid", entry.oid);
    line.addTextOrNull("name", entry.name);
    line.addTextOrNull("description", entry.description);
    line.add("records", info.records);
    if (info.kind == SlotKind::PlainKeys) {
        line.addNull("keyType"); // ordinary keys, which are no slot's
        line.addNull("valueType");
    } else {
        line.add("keyType", info.type.key.name());
        line.add("valueType", core::valueTypeName(info.type.value));
    }
    line.add("compression", core::compressionName(info.type.compression));
    line.add("source", core::typeSourceName(info.type.source));
    line.add("confidence", QByteArray::number(info.type.confidence, 'g', 3));
    print(line.line());
    if (!entry.warning.isEmpty())
        writeError(tr("slot %1: %2").arg(info.slot.value).arg(entry.warning));
}

void SlotsCommand::printTable(const std::vector<const SlotInfo *> &infos)
{
    TextTable table({{tr("SLOT"), true},
                     {tr("NAME")},
                     {tr("RECORDS"), true},
                     {tr("KEY")},
                     {tr("VALUE")},
                     {tr("COMPRESSED")},
                     {tr("TYPE KNOWN BY")},
                     {tr("DESCRIPTION")}},
                    outputWidth(), 60);
    QList<QStringList> rows;
    for (const SlotInfo *info : infos) {
        const bool plain = info->kind == SlotKind::PlainKeys;
        const bool compressed = info->type.compression != core::Compression::None;
        QStringList row {QString::number(info->slot.value),
                         info->title(),
                         QLocale::c().toString(info->records),
                         plain ? tr("text") : info->type.key.name(),
                         plain ? tr("text") : core::valueTypeName(info->type.value),
                         compressed ? core::compressionName(info->type.compression) : QString(),
                         plain ? QString() : sourceText(*info)};
        if (plain)
            row += tr("ordinary keys, no slot");
        else if (info->entry && !info->entry->warning.isEmpty())
            row += tr("damaged catalogue entry: %1").arg(info->entry->warning);
        else
            row += info->entry ? info->entry->description.simplified() : tr("not in the catalogue");
        table.measure(row);
        rows += row;
    }
    if (!print(table.headingLine()))
        return;
    for (const QStringList &row : std::as_const(rows)) {
        if (!print(table.line(row)))
            return;
    }
}

} // namespace slotscope::app
