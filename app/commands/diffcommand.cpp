// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/diffcommand.h"

#include "app/commands/output.h"
#include "app/commands/texttable.h"
#include "core/table/decodedrow.h"
#include "core/table/recordjson.h"
#include "core/value/notation.h"
#include "core/value/valuediff.h"
#include "core/value/valuetext.h"
#include "ui/errortext.h"
#include "ui/models/changefields.h"

#include <algorithm>

namespace slotscope::app {

namespace {

using core::DiffEnd;
using core::RowDifference;

constexpr size_t MostFields = 1000; // of one record
constexpr std::chrono::seconds TypePatience(30);

QString kindWord(RowDifference::Kind kind)
{
    switch (kind) {
    case RowDifference::Kind::Added:
        return QStringLiteral("added");
    case RowDifference::Kind::Removed:
        return QStringLiteral("removed");
    case RowDifference::Kind::Changed:
        break;
    }
    return QStringLiteral("changed");
}

void addRevision(core::JsonLine *line, const char *name, core::Revision revision)
{
    if (revision.value == 0)
        line->addNull(name);
    else
        line->add(name, revision.value);
}

/// `[{"path":…,"before":…,"after":…}]`; a field that is not there has no member for that side.
QByteArray fieldsJson(const core::Value &before, const core::Value &after)
{
    QByteArray json;
    const auto found = core::differencesOf(before, after, core::DiffDepth::Everything, MostFields);
    for (const core::ValueDifference &difference : found.list) {
        core::JsonLine field;
        field.add("path", difference.path.toString());
        if (difference.before)
            field.add("before", core::toNotation(*difference.before));
        if (difference.after)
            field.add("after", core::toNotation(*difference.after));
        json += (json.isEmpty() ? "" : ",") + field.line();
    }
    return '[' + json + ']';
}

} // namespace

QString DiffCommand::description() const
{
    return QStringLiteral(
        "Compares tables in two states, A and B. Each is a revision, `now`, the URL of another etcd (with @ "
        "and a revision behind it for its past), or a file that `records --json` wrote. Tables of two etcds "
        "are the same when their oids are, others when their slots are. Without SLOT all are compared. Exit "
        "code 0 also where there are differences.");
}

void DiffCommand::addOptions(QCommandLineParser *parser)
{
    parser->addOption({QStringLiteral("filter"),
                       QStringLiteral("Only records that are or were so: a condition on their fields."),
                       QStringLiteral("CONDITION")});
    parser->addOption(
        {QStringLiteral("exit-code"), QStringLiteral("Exit code 1 when there are differences.")});
}

QString DiffCommand::takeArguments(const QCommandLineParser &parser)
{
    QStringList arguments = parser.positionalArguments();
    if (arguments.size() < 2)
        return QStringLiteral("diff takes two states to compare, A and B");
    for (core::DiffSource &source : m_sources) {
        auto parsed = core::DiffSource::parse(arguments.takeFirst());
        if (!parsed)
            return parsed.error();
        source = *std::move(parsed);
    }
    m_slotTexts = arguments;
    m_exitCode = parser.isSet(QStringLiteral("exit-code"));
    auto filter = core::FieldCondition::parse(parser.value(QStringLiteral("filter")));
    if (!filter)
        return QStringLiteral("--filter: %1 (at character %2)")
            .arg(filter.error().what)
            .arg(filter.error().offset + 1);
    m_filter = *std::move(filter);
    return {};
}

void DiffCommand::begin()
{
    m_typePatience.setSingleShot(true);
    m_typePatience.setInterval(TypePatience);
    // What is not known by then is compared as bytes.
    connect(&m_typePatience, &QTimer::timeout, this, [this] {
        if (!std::exchange(m_typesKnown, true))
            compareNext();
    });
    const auto make = [this](const core::DiffSource &source) {
        return std::make_unique<DiffEnd>(source, options(), DiffEnd::Types::Wanted, schema());
    };
    m_before = make(m_sources[0]);
    m_after = make(m_sources[1]);
    openEnd(m_before.get());
    openEnd(m_after.get());
}

void DiffCommand::openEnd(DiffEnd *end)
{
    connect(end, &DiffEnd::failed, this, [this, end](const core::Error &error) { failFor(error, *end); });
    connect(end, &DiffEnd::opened, this, [this] {
        if (++m_open == 2)
            findTables();
    });
    end->open();
}

void DiffCommand::failFor(const core::Error &error, const DiffEnd &end)
{
    if (end.isFile() || end.source().kind == core::DiffSource::Kind::File) {
        fail(error.detail);
        return;
    }
    const core::Endpoint server =
        end.source().kind == core::DiffSource::Kind::Server ? end.source().server : endpoint();
    if (error.kind == core::ErrorKind::Compacted)
        fail(tr("revision %1 of %2 has been compacted away")
                 .arg(end.revision().value)
                 .arg(server.url.authority()));
    else if (error.kind == core::ErrorKind::FutureRevision)
        fail(tr("there is no revision %1 of %2 yet").arg(end.revision().value).arg(server.url.authority()));
    else
        fail(ui::describe(error, server.url.authority()).sentence());
}

void DiffCommand::findTables()
{
    if (m_slotTexts.isEmpty())
        findAll();
    else if (!findNamed())
        return;
    whenTypesKnown();
}

bool DiffCommand::findNamed()
{
    for (const QString &text : std::as_const(m_slotTexts)) {
        std::optional<core::Slot> slot;
        QString oid;
        // As it is called now; what is gone since as it was called then.
        for (const DiffEnd *end : {m_after.get(), m_before.get()}) {
            if (!slot && end->directory())
                slot = end->directory()->resolve(text);
            if (slot && oid.isEmpty() && end->tables().contains(*slot))
                oid = end->tables().at(*slot);
        }
        bool isNumber = false;
        if (const ushort number = text.toUShort(&isNumber); !slot && isNumber)
            slot = core::Slot(number);
        if (!slot && m_before->isFile() && m_after->isFile()) {
            fail(tr("files know slots by their numbers only: %1").arg(text));
            return false;
        }
        if (!slot) {
            fail(tr("there is no table, or more than one, called %1 on either side").arg(text));
            return false;
        }
        Pair pair {.before = m_before->find(*slot, oid), .after = m_after->find(*slot, oid)};
        if (!pair.before && !pair.after) {
            fail(tr("slot %1 holds nothing on either side").arg(text));
            return false;
        }
        m_pairs.push_back(std::move(pair));
    }
    return true;
}

void DiffCommand::findAll()
{
    std::set<core::Slot> paired; // of the first side
    // A file says nothing of tables that it does not hold.
    const auto speaksOf = [](const DiffEnd &end, core::Slot slot) {
        return !end.isFile() || end.tables().contains(slot);
    };
    for (const auto &[slot, oid] : m_after->tables()) {
        if (!speaksOf(*m_before, slot))
            continue;
        Pair pair {.before = m_before->find(slot, oid), .after = slot};
        if (pair.before)
            paired.insert(*pair.before);
        m_pairs.push_back(std::move(pair));
    }
    for (const auto &[slot, oid] : m_before->tables()) {
        if (!paired.contains(slot) && speaksOf(*m_after, slot))
            m_pairs.push_back({.before = slot});
    }
}

/// The side that says what the records of a table mean; null pointer where only files are compared.
DiffEnd *DiffCommand::typedEnd(const Pair &pair) const
{
    const auto holds = [](const DiffEnd &end, std::optional<core::Slot> slot) {
        const core::SlotInfo *info = slot && end.directory() ? end.directory()->find(*slot) : nullptr;
        return info && info->records > 0;
    };
    if (holds(*m_after, pair.after))
        return m_after.get();
    return holds(*m_before, pair.before) ? m_before.get() : nullptr;
}

void DiffCommand::whenTypesKnown()
{
    m_typePatience.start();
    const auto check = [this] {
        const bool known = std::all_of(m_pairs.cbegin(), m_pairs.cend(), [this](const Pair &pair) {
            DiffEnd *end = typedEnd(pair);
            if (!end)
                return true;
            const core::Slot slot = end == m_after.get() ? *pair.after : *pair.before;
            end->directory()->sample(slot);
            return end->directory()->find(slot)->sampled;
        });
        if (known && !std::exchange(m_typesKnown, true))
            compareNext();
    };
    for (DiffEnd *end : {m_before.get(), m_after.get()}) {
        if (end->directory())
            connect(end->directory(), &core::SlotDirectory::slotChanged, this, check, Qt::QueuedConnection);
    }
    check();
}

void DiffCommand::describePair(Pair *pair) const
{
    const DiffEnd *end = typedEnd(*pair);
    const core::Slot slot = pair->after ? *pair->after : *pair->before;
    const core::SlotInfo *info = nullptr;
    if (end) {
        info = end->directory()->find(end == m_after.get() ? *pair->after : *pair->before);
    } else if (const DiffEnd *file = m_after->isFile() && pair->after ? m_after.get() : m_before.get();
               file->isFile()) {
        pair->codec = core::SlotCodec(file->typeFromFile(slot));
    }
    if (info)
        pair->codec = core::codecFor(info);
    pair->title = info ? info->title() : QStringLiteral("slot %1").arg(slot.value);
}

void DiffCommand::compareNext()
{
    m_typePatience.stop();
    if (m_pairs.empty()) {
        finish(m_exitCode && m_differing > 0 ? Failed : Done);
        return;
    }
    Pair &pair = m_pairs.front();
    describePair(&pair);
    m_shown = 0;
    m_diff = std::make_unique<core::TableDiff>(m_before->side(pair.before), m_after->side(pair.after));
    connect(m_diff.get(), &core::TableDiff::found, this,
            [this](const std::vector<RowDifference> &differences) {
                for (const RowDifference &difference : differences) {
                    if (!show(difference))
                        return;
                }
            });
    connect(m_diff.get(), &core::TableDiff::failed, this,
            [this](const core::Error &error, bool first) { failFor(error, first ? *m_before : *m_after); });
    connect(
        m_diff.get(), &core::TableDiff::finished, this,
        [this] {
            if (!showCounts())
                return;
            m_pairs.pop_front();
            compareNext();
        },
        Qt::QueuedConnection); // which replaces the sender
    m_diff->start();
}

bool DiffCommand::show(const RowDifference &difference)
{
    const Pair &pair = m_pairs.front();
    const std::optional<core::Slot> slot =
        difference.kind == RowDifference::Kind::Removed ? pair.before : pair.after;
    const QByteArray key = (slot ? core::KeyRange::slot(*slot).begin : QByteArray()) + difference.key;
    if (!m_filter.isEmpty()) {
        const auto fits = [&](const QByteArray &value) {
            return m_filter.matches(core::decodeRow(pair.codec, key, value));
        };
        const bool was = difference.kind != RowDifference::Kind::Added && fits(difference.before);
        if (!was && (difference.kind == RowDifference::Kind::Removed || !fits(difference.after)))
            return true;
    }
    ++m_shown;
    ++m_differing;
    return isJson() ? showJson(difference, key) : showText(difference, key);
}

bool DiffCommand::showJson(const RowDifference &difference, const QByteArray &key)
{
    const Pair &pair = m_pairs.front();
    QStringList wrong;
    core::JsonLine line;
    line.add("type", kindWord(difference.kind));
    const std::optional<core::Slot> slot =
        difference.kind == RowDifference::Kind::Removed ? pair.before : pair.after;
    line.add("slot", static_cast<qint64>(slot->value));
    line.add("table", pair.title);
    wrong += core::addKey(&line, pair.codec, key);
    if (difference.kind == RowDifference::Kind::Added)
        line.addNull("before");
    else
        wrong += core::addValue(&line, "before", pair.codec, difference.before);
    if (difference.kind == RowDifference::Kind::Removed)
        line.addNull("after");
    else
        wrong += core::addValue(&line, "after", pair.codec, difference.after);
    addRevision(&line, "beforeRevision", difference.beforeRevision);
    addRevision(&line, "afterRevision", difference.afterRevision);
    if (difference.kind == RowDifference::Kind::Changed) {
        const auto before = pair.codec.decodeValue(difference.before);
        const auto after = pair.codec.decodeValue(difference.after);
        line.add("fields", before && after ? fieldsJson(*before, *after) : QByteArrayLiteral("[]"));
    }
    wrong.removeAll(QString());
    if (!wrong.isEmpty())
        line.add("error", wrong.join(QLatin1String("; ")));
    return print(line.line());
}

bool DiffCommand::showText(const RowDifference &difference, const QByteArray &key)
{
    const Pair &pair = m_pairs.front();
    if (m_shown == 1 && !print(tr("%1:").arg(pair.title)))
        return false;
    const core::DecodedRow row = core::decodeRow(
        pair.codec, key,
        difference.kind == RowDifference::Kind::Removed ? difference.before : difference.after);
    QStringList parts;
    for (const core::Value &part : row.keyParts)
        parts += core::displayText(part, 60);
    QString sign = QStringLiteral("~");
    QStringList details;
    if (difference.kind == RowDifference::Kind::Changed) {
        const core::Change change {.key = key,
                                   .kind = core::Change::Kind::Update,
                                   .value = difference.after,
                                   .base = {.exists = true, .value = difference.before}};
        for (const ui::FieldLine &field : ui::fieldLines(pair.codec, change))
            details += field.field.isEmpty() ? field.change
                                             : QStringLiteral("%1: %2").arg(field.field, field.change);
    } else {
        sign = difference.kind == RowDifference::Kind::Added ? QStringLiteral("+") : QStringLiteral("-");
        details += core::displayText(row.value);
    }
    const QString line = QStringLiteral("%1 %2  %3")
                             .arg(sign, parts.join(QLatin1String(", ")), details.join(QLatin1String(", ")));
    const int width = outputWidth();
    return print(width > 0 ? TextTable::cut(line, width) : line);
}

bool DiffCommand::showCounts()
{
    const Pair &pair = m_pairs.front();
    const core::TableDiff::Counts &counts = m_diff->counts();
    if (isJson()) {
        core::JsonLine line;
        line.add("type", QStringLiteral("table"));
        line.add("slot", static_cast<qint64>((pair.after ? pair.after : pair.before)->value));
        line.add("table", pair.title);
        line.add("added", counts.added);
        line.add("removed", counts.removed);
        line.add("changed", counts.changed);
        line.add("same", counts.same);
        return print(line.line());
    }
    QString where;
    if (!pair.before || !pair.after)
        where = pair.after ? tr(" (there is no such table in %1)").arg(m_before->source().text())
                           : tr(" (there is no such table in %1)").arg(m_after->source().text());
    return print(tr("%1: %2 added, %3 removed, %4 changed, %5 the same%6")
                     .arg(pair.title)
                     .arg(counts.added)
                     .arg(counts.removed)
                     .arg(counts.changed)
                     .arg(counts.same)
                     .arg(where));
}

} // namespace slotscope::app
