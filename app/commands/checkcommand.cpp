// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/checkcommand.h"

#include "app/commands/output.h"
#include "core/doctor/relations.h"
#include "core/table/recordjson.h"
#include "ui/models/faulttext.h"

#include <QLocale>

namespace slotscope::app {

using core::CatalogueFault;
using core::IndexFault;

QString CheckCommand::description() const
{
    return QStringLiteral(
        "Looks for what is wrong with indexes and the catalogue, of all tables or of the one in "
        "SLOT (a table or one of its indexes). Relations that no schema declares are found from "
        "the records. The exit code is 1 when anything is wrong. Nothing is written.");
}

QString CheckCommand::takeArguments(const QCommandLineParser &parser)
{
    const QStringList arguments = parser.positionalArguments();
    if (arguments.size() > 1)
        return QStringLiteral("check takes one SLOT at the most");
    m_slotText = arguments.value(0);
    return {};
}

void CheckCommand::begin()
{
    if (!m_slotText.isEmpty()) {
        m_slot = directory()->resolve(m_slotText);
        if (!m_slot || !directory()->find(*m_slot)) {
            failWithoutTable(m_slotText, m_slot);
            return;
        }
    }
    whenSampled({}, [this] {
        m_finder = std::make_unique<core::RelationFinder>(client(), core::slotsForRelations(*directory()));
        connect(m_finder.get(), &core::RelationFinder::finished, this, &CheckCommand::checkIndexes);
        m_finder->start();
    });
}

void CheckCommand::checkIndexes(const std::vector<core::FoundRelation> &found, bool complete)
{
    if (!complete) {
        fail(tr("the relations could not be looked for, since %1 did not answer").arg(serverName()));
        return;
    }
    std::vector<core::IndexInDatabase> indexes = core::indexesOf(*directory(), directory()->schema(), found);
    if (m_slot)
        std::erase_if(indexes, [this](const core::IndexInDatabase &index) {
            return index.table != *m_slot && index.index != *m_slot;
        });
    m_doctor = std::make_unique<core::IndexDoctor>(client(), std::move(indexes));
    connect(m_doctor.get(), &core::IndexDoctor::finished, this, &CheckCommand::takeReport);
    m_doctor->start();
}

void CheckCommand::takeReport(const core::Result<core::IndexReport> &result)
{
    if (!result) {
        fail(result.error());
        return;
    }
    for (const CatalogueFault &fault : core::checkCatalogue(*directory())) {
        if (!m_slot || fault.slot == *m_slot)
            printFault(fault);
    }
    for (const IndexFault &fault : result->faults)
        printFault(fault);
    summarize(*result);
    finish(m_faults > 0 ? Failed : Done);
}

QString CheckCommand::tableName(core::Slot slot) const
{
    const core::SlotInfo *info = directory()->find(slot);
    return info ? info->title() : QStringLiteral("slot %1").arg(slot.value);
}

QByteArray CheckCommand::keyNotation(const QByteArray &etcdKey) const
{
    const auto slot = core::SlotDirectory::slotOf(etcdKey);
    return slot ? recordNotation(*slot, etcdKey.mid(2)) : QByteArray("null");
}

QByteArray CheckCommand::recordNotation(core::Slot table, const QByteArray &tableKey) const
{
    const core::SlotInfo *info = directory()->find(table);
    const auto parts = info ? info->type.key.decode(tableKey) : core::KeyType().decode(tableKey);
    return core::keyNotation(parts ? *parts : core::ValueList {core::Value::bytes(tableKey)});
}

void CheckCommand::printFault(const IndexFault &fault)
{
    ++m_faults;
    if (!isJson()) {
        const QString key =
            fault.entryKey.isEmpty() ? QString() : QString::fromUtf8(keyNotation(fault.entryKey));
        print(QStringLiteral("%1 · %2 · %3 %4: %5")
                  .arg(tableName(fault.table), tableName(fault.index), core::indexFaultName(fault.kind), key,
                       ui::faultText(fault, *directory())));
        return;
    }
    core::JsonLine line;
    line.add("table", tableName(fault.table));
    line.add("index", tableName(fault.index));
    line.add("fault", core::indexFaultName(fault.kind));
    if (fault.entryKey.isEmpty()) {
        line.addNull("key");
        line.addNull("keyHex");
    } else {
        line.add("key", keyNotation(fault.entryKey));
        line.add("keyHex", QString::fromLatin1(fault.entryKey.toHex()));
    }
    if (fault.pointsTo.isEmpty())
        line.addNull("points_to");
    else
        line.add("points_to", recordNotation(fault.table, fault.pointsTo));
    if (fault.record.isEmpty())
        line.addNull("record");
    else
        line.add("record", keyNotation(fault.record));
    line.add("explanation", ui::faultText(fault, *directory()));
    print(line.line());
}

void CheckCommand::printFault(const CatalogueFault &fault)
{
    if (!fault.isFault()) {
        if (!isJson())
            print(tr("note: slot %1 %2").arg(fault.slot.value).arg(fault.what));
        return;
    }
    ++m_faults;
    if (!isJson()) {
        print(tr("catalogue · slot %1 · %2: %3")
                  .arg(fault.slot.value)
                  .arg(core::catalogueFaultName(fault.kind), fault.what));
        return;
    }
    core::JsonLine line;
    line.add("table", QStringLiteral("catalogue"));
    line.addNull("index");
    line.add("fault", core::catalogueFaultName(fault.kind));
    line.add("key", qint64(fault.slot.value));
    line.add("keyHex", QString::fromLatin1(fault.key.toHex()));
    line.addNull("points_to");
    line.addNull("record");
    line.add("explanation", fault.what);
    print(line.line());
}

void CheckCommand::summarize(const core::IndexReport &report)
{
    for (const core::IndexReport::Index &index : report.indexes) {
        const QString name = tr("%1 of %2").arg(tableName(index.what.index), tableName(index.what.table));
        if (!index.problem.isEmpty())
            writeError(tr("%1 was not checked: %2").arg(name, index.problem));
        else if (index.undecodable > 0)
            writeError(tr("%1: %2 records could not be read").arg(name).arg(index.undecodable));
    }
    if (isJson())
        return;
    qint64 entries = 0;
    for (const core::IndexReport::Index &index : report.indexes)
        entries += index.entries;
    const QLocale c = QLocale::c();
    print(m_faults == 0 ? tr("Nothing is wrong: %1 indexes with %2 entries, and the catalogue.")
                              .arg(report.indexes.size())
                              .arg(c.toString(entries))
                        : tr("%1 faults in %2 indexes with %3 entries, and the catalogue.")
                              .arg(m_faults)
                              .arg(report.indexes.size())
                              .arg(c.toString(entries)));
}

} // namespace slotscope::app
