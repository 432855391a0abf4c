// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recordexport.h"

#include "core/table/recordjson.h"
#include "ui/models/recordmodel.h"

#include <QHeaderView>
#include <QTableView>

namespace slotscope::ui {

QString quotedCell(const QString &text, QChar separator)
{
    const bool needsQuotes = text.contains(separator) || text.contains(QLatin1Char('"'))
        || text.contains(QLatin1Char('\n')) || text.contains(QLatin1Char('\r'));
    if (!needsQuotes)
        return text;
    QString result = text;
    result.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + result + QLatin1Char('"');
}

CellBlock selectedCells(const QTableView &view)
{
    CellBlock block;
    if (!view.selectionModel())
        return block;
    std::vector<bool> rows(static_cast<size_t>(view.model()->rowCount()), false);
    std::vector<bool> columns(static_cast<size_t>(view.model()->columnCount()), false);
    QItemSelection selection = view.selectionModel()->selection();
    const bool oneCell = selection.isEmpty()
        || (selection.size() == 1 && selection.first().width() == 1 && selection.first().height() == 1);
    if (selection.isEmpty() && view.currentIndex().isValid())
        selection.select(view.currentIndex(), view.currentIndex());
    for (const QItemSelectionRange &range : selection) {
        for (int row = range.top(); row <= range.bottom(); ++row)
            rows[static_cast<size_t>(row)] = true;
        for (int column = range.left(); column <= range.right(); ++column)
            columns[static_cast<size_t>(column)] = true;
    }
    for (size_t row = 0; row < rows.size(); ++row) {
        if (rows[row])
            block.rows.push_back(static_cast<int>(row));
    }
    for (int visual = 0; visual < view.horizontalHeader()->count(); ++visual) {
        const int logical = view.horizontalHeader()->logicalIndex(visual);
        if (!view.isColumnHidden(logical) && (oneCell || columns[static_cast<size_t>(logical)]))
            block.columns.push_back(logical);
    }
    return block;
}

QString recordsAsText(const RecordModel &model, const CellBlock &block, QChar separator, bool header,
                      CopyForm form)
{
    QStringList lines;
    QStringList cells;
    if (header) {
        for (const int column : block.columns)
            cells.append(quotedCell(model.columns()[static_cast<size_t>(column)].title, separator));
        lines.append(cells.join(separator));
    }
    for (const int row : block.rows) {
        cells.clear();
        for (const QString &text : model.copyTexts(row, block.columns, form))
            cells.append(quotedCell(text, separator));
        lines.append(cells.join(separator));
    }
    return lines.join(QLatin1Char('\n'));
}

QByteArray recordsAsJson(const RecordModel &model, const std::vector<int> &rows)
{
    QByteArrayList records;
    for (const int row : rows) {
        const ShownRow shown = model.recordAt(row);
        core::KeyValue kv = shown.stored.value_or(core::KeyValue {.key = shown.key});
        kv.value = shown.value();
        core::JsonLine line;
        core::addRecord(&line, model.codec(), kv);
        records.append(line.line());
    }
    return "[\n" + records.join(",\n") + "\n]\n";
}

} // namespace slotscope::ui
