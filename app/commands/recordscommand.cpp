// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/recordscommand.h"

#include "app/commands/output.h"
#include "core/table/recordjson.h"
#include "core/value/valuetext.h"

#include <algorithm>

namespace slotscope::app {

namespace {

constexpr qint64 PageSize = 1000;
/// As many as the window looks at to find the columns.
constexpr size_t ColumnSample = 200;

} // namespace

QString RecordsCommand::description() const
{
    return QStringLiteral(
        "Lists the records of a slot, in the order of their keys. SLOT is a number, a table's name "
        "(short or qualified) or its oid.");
}

void RecordsCommand::addOptions(QCommandLineParser *parser)
{
    parser->addOption({{QStringLiteral("n"), QStringLiteral("limit")},
                       QStringLiteral("Stop after N records."),
                       QStringLiteral("N")});
}

QString RecordsCommand::takeArguments(const QCommandLineParser &parser)
{
    const QStringList arguments = parser.positionalArguments();
    if (arguments.size() != 1)
        return QStringLiteral("records takes one SLOT");
    m_slotText = arguments.front();
    if (parser.isSet(QStringLiteral("limit"))) {
        bool isNumber = false;
        m_limit = parser.value(QStringLiteral("limit")).toLongLong(&isNumber);
        if (!isNumber || m_limit <= 0)
            return QStringLiteral("--limit takes a number from 1 on");
    }
    return {};
}

void RecordsCommand::begin()
{
    const auto slot = directory()->resolve(m_slotText);
    if (!slot || !directory()->find(*slot)) {
        failWithoutTable(m_slotText, slot);
        return;
    }
    // The catalogue may name what may not be read; that is not empty.
    if (!mayReadOrFail(*slot))
        return;
    m_slot = *slot;
    whenSampled({m_slot}, [this] {
        m_codec = core::codecFor(directory()->find(m_slot));
        m_rest = core::KeyRange::slot(m_slot);
        requestPage();
    });
}

void RecordsCommand::requestPage()
{
    const qint64 size = m_limit > 0 ? std::min(PageSize, m_limit - m_printed) : PageSize;
    client()
        ->range({.range = m_rest, .limit = size, .revision = m_revision})
        .then(this, [this](const core::Result<core::RangeReply> &reply) {
            if (reply)
                takePage(*reply);
            else
                fail(reply.error());
        });
}

void RecordsCommand::takePage(const core::RangeReply &reply)
{
    if (m_revision.value == 0)
        m_revision = reply.header.revision;
    if (!printPage(reply.kvs))
        return;
    m_printed += static_cast<qint64>(reply.kvs.size());
    if (!reply.more || reply.kvs.empty() || (m_limit > 0 && m_printed >= m_limit)) {
        finish();
        return;
    }
    m_rest.begin = reply.kvs.back().key + '\0';
    requestPage();
}

bool RecordsCommand::printPage(const std::vector<core::KeyValue> &kvs)
{
    if (isJson()) {
        return std::all_of(kvs.cbegin(), kvs.cend(), [this](const core::KeyValue &kv) {
            core::JsonLine line;
            core::addRecord(&line, m_codec, kv);
            return print(line.line());
        });
    }
    if (!m_table) {
        discoverTable(kvs);
        if (!print(m_table->headingLine()))
            return false;
    }
    return std::all_of(kvs.cbegin(), kvs.cend(),
                       [this](const core::KeyValue &kv) { return print(m_table->line(cells(kv))); });
}

/// The first page decides on the columns and their widths.
void RecordsCommand::discoverTable(const std::vector<core::KeyValue> &kvs)
{
    std::vector<core::DecodedRow> sample;
    for (size_t i = 0; i < std::min(kvs.size(), ColumnSample); ++i)
        sample.push_back(core::decodeRow(m_codec, kvs[i].key, kvs[i].value));
    m_columns = core::discoverColumns(m_codec.type(), sample);
    std::erase_if(m_columns, [](const core::Column &column) { return !column.shown; });

    std::vector<TextTable::Heading> headings;
    for (const core::Column &column : m_columns)
        headings.push_back({column.title, column.numeric});
    m_table.emplace(std::move(headings), outputWidth());
    for (const core::KeyValue &kv : kvs)
        m_table->measure(cells(kv));
}

QStringList RecordsCommand::cells(const core::KeyValue &kv) const
{
    const core::DecodedRow row = core::decodeRow(m_codec, kv.key, kv.value);
    QStringList result;
    bool told = false;
    for (const core::Column &column : m_columns) {
        const bool broken = column.group == core::Column::Group::Field && row.valueError;
        const core::Value *value = core::cellValue(row, column);
        if (broken && !std::exchange(told, true))
            result += tr("⚠ %1").arg(row.valueError->what);
        else
            result += value ? core::displayText(*value, 200) : QString();
    }
    return result;
}

} // namespace slotscope::app
