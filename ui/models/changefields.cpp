// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/changefields.h"

#include "core/value/valuetext.h"

#include <QCoreApplication>
#include <QLocale>

namespace slotscope::ui {

using core::Change;
using core::Value;

namespace {

constexpr size_t MostLines = 500; // a list that people read
constexpr int LineText = 200; // characters of a value in its line
constexpr int LongText = 2000; // and in its tooltip

QString tr(const char *text)
{
    return QCoreApplication::translate("ChangeFields", text);
}

QString sideText(const std::optional<Value> &value, int limit)
{
    return value ? shortText(*value, limit) : tr("absent");
}

std::vector<FieldLine> linesOf(const core::ValueDifferences &found, bool whole)
{
    std::vector<FieldLine> lines;
    lines.reserve(found.list.size() + 1);
    for (const core::ValueDifference &difference : found.list) {
        FieldLine line;
        line.field = difference.path.toString();
        // Of a record that comes or goes as a whole nobody needs to be told that each field does.
        line.change = whole ? sideText(difference.after ? difference.after : difference.before, LineText)
                            : fieldText(difference, LineText);
        line.tooltip = whole
            ? sideText(difference.after ? difference.after : difference.before, LongText)
            : tr("before: %1\nafter: %2")
                  .arg(sideText(difference.before, LongText), sideText(difference.after, LongText));
        lines.push_back(std::move(line));
    }
    if (found.count > found.list.size()) {
        const QString more = tr("and %1 more").arg(QLocale().toString(found.count - found.list.size()));
        lines.push_back({{}, more, more});
    }
    return lines;
}

// What can be said of bytes that are not understood.
FieldLine bytesLine(const QByteArray &before, const QByteArray &after)
{
    const auto shorter = std::min(before.size(), after.size());
    const auto differs = std::mismatch(before.cbegin(), before.cbegin() + shorter, after.cbegin());
    const QLocale locale;
    const QString text = tr("%1 bytes → %2 bytes, different from byte %3 on")
                             .arg(locale.toString(before.size()), locale.toString(after.size()),
                                  locale.toString(differs.first - before.cbegin()));
    return {{}, text, text};
}

} // namespace

std::vector<FieldLine> fieldLines(const core::SlotCodec &codec, const Change &change)
{
    if (change.kind != Change::Kind::Update) {
        const bool comes = change.kind == Change::Kind::Insert;
        const QByteArray &bytes = comes ? change.value : change.base.value;
        const auto value = codec.decodeValue(bytes);
        return linesOf(core::partsOf(value ? *value : Value::bytes(bytes), comes, MostLines), true);
    }
    if (change.value == change.base.value)
        return {};
    const auto before = codec.decodeValue(change.base.value);
    const auto after = codec.decodeValue(change.value);
    if (!before || !after)
        return {bytesLine(change.base.value, change.value)};
    const auto found = core::differencesOf(*before, *after, core::DiffDepth::Everything, MostLines);
    if (found.count == 0) {
        FieldLine line = bytesLine(change.base.value, change.value);
        line.change = tr("the same content, written differently: %1").arg(line.change);
        return {line};
    }
    return linesOf(found, false);
}

} // namespace slotscope::ui
