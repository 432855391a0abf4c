// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that people bring, and those of ours that a disk or an editor may have damaged.
#include "core/edit/draft.h"
#include "core/edit/editscript.h"
#include "core/edit/rowsource.h"
#include "tests/fuzz/fuzztargets.h"

#include <QStringList>

#include <algorithm>
#include <array>
#include <utility>
#include <zlib.h>

namespace slotscope::fuzz {

using namespace core;

namespace {

/// With the checksum before every line that makes it one of a draft; no fuzzer would find it.
QByteArray withChecksums(const QByteArray &text)
{
    QByteArray draft;
    qsizetype begin = 0;
    for (qsizetype end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
        const QByteArray line = text.mid(begin, end - begin);
        const auto sum = crc32_z(0, reinterpret_cast<const Bytef *>(line.data()), size_t(line.size()));
        draft += QByteArray::number(qulonglong(sum), 16).rightJustified(8, '0') + ' ' + line + '\n';
        begin = end + 1;
    }
    return draft + text.mid(begin);
}

Complaint checkSource(const Expected<RowSource, QString> &source, qint64 lines)
{
    if (!source)
        return source.error().isEmpty() ? QStringLiteral("an error without words") : Complaint();
    if (source->rows.size() > MostSourceRows)
        return QStringLiteral("%1 rows").arg(source->rows.size());
    qint64 last = 0;
    for (const SourceRow &row : source->rows) {
        if (row.line < std::max<qint64>(last, 1)
            || (source->format != RowSource::Format::JsonArray && row.line > lines))
            return QStringLiteral("a row at line %1, behind one at %2, of %3")
                .arg(row.line)
                .arg(last)
                .arg(lines);
        last = row.line;
    }
    return {};
}

qint64 linesOf(QByteArrayView text)
{
    return 1 + std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
}

} // namespace

Complaint checkDraft(QByteArrayView bytes)
{
    const QByteArray file = withChecksums(bytes.toByteArray());
    Complaint complaint;
    const auto draft = measured(file.size(), &complaint, [&] { return readDraft(file); });
    if (!complaint.isEmpty())
        return complaint;
    if (!draft)
        return draft.error().detail.isEmpty() ? QStringLiteral("an error without words") : Complaint();
    if (draft->goodBytes < 1 || draft->goodBytes > file.size()
        || (draft->health == ReadDraft::Health::Whole) != (draft->goodBytes == file.size()))
        return QStringLiteral("%1 of %2 bytes are good").arg(draft->goodBytes).arg(file.size());
    // What is read is what is written again; a session that goes on begins its file so.
    const auto again = readDraft(writeDraftHeader(draft->header) + writeDraftStep(draft->state.asStep()));
    if (!again)
        return QStringLiteral("what was written again cannot be read: %1").arg(again.error().detail);
    if (again->health != ReadDraft::Health::Whole || !(again->header == draft->header)
        || again->state.changes() != draft->state.changes() || again->state.guards() != draft->state.guards()
        || again->state.isSent() != draft->state.isSent()
        || again->state.sentChanges() != draft->state.sentChanges())
        return QStringLiteral("it is another draft when it is written again");
    return {};
}

Complaint checkScript(QByteArrayView bytes)
{
    const QByteArray json = bytes.toByteArray();
    Complaint complaint;
    const auto script = measured(json.size(), &complaint, [&] { return readEditScript(json); });
    if (!complaint.isEmpty())
        return complaint;
    if (!script) {
        const ScriptProblem &problem = script.error();
        if (problem.what.isEmpty() || problem.line < 0 || problem.line > linesOf(json))
            return QStringLiteral("\"%1\" at line %2").arg(problem.what).arg(problem.line);
        return {};
    }
    int last = 0;
    for (const ScriptOperation &operation : script->operations) {
        if (operation.number <= std::exchange(last, operation.number) || operation.line < 1
            || operation.line > linesOf(json))
            return QStringLiteral("operation %1 at line %2").arg(operation.number).arg(operation.line);
        if (operation.part < 0 || (operation.part > 0 && operation.part >= int(script->parts.size())))
            return QStringLiteral("an operation of part %1, of %2")
                .arg(operation.part)
                .arg(script->parts.size());
    }
    return {};
}

Complaint checkRowSource(QByteArrayView bytes)
{
    const quint8 choice = bytes.isEmpty() ? 0 : quint8(bytes.front());
    const QByteArray text = bytes.sliced(bytes.isEmpty() ? 0 : 1).toByteArray();
    constexpr std::array<std::optional<char>, 4> Separators {std::nullopt, ',', '\t', ';'};
    constexpr std::array<std::optional<bool>, 3> Headers {std::nullopt, true, false};
    const ReadOptions options {.separator = Separators[choice % Separators.size()],
                               .hasHeader = Headers[(choice / Separators.size()) % Headers.size()],
                               .known = {QStringLiteral("name"), QStringLiteral("address.city")}};
    Complaint complaint;
    const auto source = measured(text.size(), &complaint, [&] { return readRows(text, options); });
    return complaint.isEmpty() ? checkSource(source, linesOf(text)) : complaint;
}

} // namespace slotscope::fuzz
