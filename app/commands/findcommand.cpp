// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/findcommand.h"

#include "app/commands/output.h"
#include "app/commands/texttable.h"
#include "core/table/decodedrow.h"
#include "core/table/recordjson.h"
#include "core/value/valuetext.h"

#include <algorithm>
#include <limits>

namespace slotscope::app {

QString FindCommand::description() const
{
    return QStringLiteral(
        "Finds records of the given slots, or of all slots and plain keys, whose key or decoded value holds "
        "TEXT in any case. All are read at one revision, a page at a time. With --condition every argument "
        "is a SLOT.");
}

void FindCommand::addOptions(QCommandLineParser *parser)
{
    parser->addOption({QStringLiteral("condition"),
                       QStringLiteral("Records that meet the condition instead, such as “balance > 1000 and "
                                      "name contains Ann”."),
                       QStringLiteral("CONDITION")});
    parser->addOption({{QStringLiteral("n"), QStringLiteral("limit")},
                       QStringLiteral("Stop after N records."),
                       QStringLiteral("N")});
}

QString FindCommand::takeArguments(const QCommandLineParser &parser)
{
    m_slotTexts = parser.positionalArguments();
    if (parser.isSet(QStringLiteral("condition"))) {
        const auto condition = core::FieldCondition::parse(parser.value(QStringLiteral("condition")));
        if (!condition)
            return tr("--condition, at character %1: %2")
                .arg(condition.error().offset + 1)
                .arg(condition.error().what);
        if (condition->isEmpty())
            return tr("--condition takes a condition");
        m_query.condition = *condition;
    } else if (m_slotTexts.isEmpty() || m_slotTexts.front().isEmpty()) {
        return tr("find takes a TEXT to look for, or --condition");
    } else {
        m_query.text = m_slotTexts.takeFirst();
    }
    m_query.mostHits = std::numeric_limits<qint64>::max();
    if (parser.isSet(QStringLiteral("limit"))) {
        bool isNumber = false;
        m_query.mostHits = parser.value(QStringLiteral("limit")).toLongLong(&isNumber);
        if (!isNumber || m_query.mostHits <= 0)
            return tr("--limit takes a number from 1 on");
    }
    return {};
}

void FindCommand::begin()
{
    for (const QString &text : std::as_const(m_slotTexts)) {
        const auto slot = directory()->resolve(text);
        if (!slot || !directory()->find(*slot)) {
            failWithoutTable(text, slot);
            return;
        }
        std::vector<core::Slot> &numbers = m_query.slotNumbers;
        if (std::find(numbers.cbegin(), numbers.cend(), *slot) == numbers.cend())
            numbers.push_back(*slot);
    }
    search();
}

void FindCommand::search()
{
    m_search = std::make_unique<core::Search>(client(), directory(), m_query);
    connect(m_search.get(), &core::Search::found, this, &FindCommand::printHits);
    connect(m_search.get(), &core::Search::restarted, this, [this] {
        // What stands there already cannot be taken back.
        fail(tr("the revision that is searched was compacted away meanwhile; please ask again"));
    });
    connect(m_search.get(), &core::Search::finished, this, &FindCommand::end);
    m_search->start();
}

void FindCommand::printHits(const std::vector<core::SearchHit> &hits)
{
    for (const core::SearchHit &hit : hits) {
        if (isJson() ? !printJson(hit) : !printText(hit))
            return;
    }
}

bool FindCommand::printJson(const core::SearchHit &hit)
{
    const core::SlotInfo *info = core::slotInfoOf(*directory(), hit.record.key);
    core::JsonLine line;
    if (info && info->kind != core::SlotKind::PlainKeys)
        line.add("slot", static_cast<qint64>(info->slot.value));
    else
        line.addNull("slot");
    line.addTextOrNull("field", hit.field);
    core::addRecord(&line, core::codecFor(info), hit.record);
    return print(line.line());
}

bool FindCommand::printText(const core::SearchHit &hit)
{
    const core::SlotInfo *info = core::slotInfoOf(*directory(), hit.record.key);
    const core::DecodedRow row = core::decodeRow(core::codecFor(info), hit.record.key, hit.record.value);
    QStringList parts;
    for (const core::Value &part : row.keyParts)
        parts += core::displayText(part, 60);
    const QString where = !info || info->kind == core::SlotKind::PlainKeys ? tr("plain key") : info->title();
    const bool inKey = hit.field.startsWith(QLatin1String("key"));
    QString what = hit.field.isEmpty() || hit.field == QLatin1String("value")
        ? hit.excerpt
        : QStringLiteral("%1: %2").arg(hit.field, hit.excerpt);
    if (inKey && row.keyParts.size() == 1)
        what = core::displayText(row.value);
    const QString line =
        QStringLiteral("%1  %2  %3").arg(where.leftJustified(12), parts.join(QLatin1String(", ")), what);
    const int width = outputWidth();
    return print(width > 0 ? TextTable::cut(line, width) : line);
}

void FindCommand::end()
{
    if (m_search->state() == core::Search::State::Failed) {
        fail(m_search->error());
        return;
    }
    for (const core::Slot slot : m_search->refused())
        writeError(tr("slot %1 was passed over: this user may not read it").arg(slot.value));
    if (m_search->state() == core::Search::State::Full)
        writeError(tr("there are more; stopped at --limit %1").arg(m_query.mostHits));
    finish();
}

} // namespace slotscope::app
