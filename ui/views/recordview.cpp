// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/recordview.h"

#include "ui/delegates/celldelegate.h"
#include "ui/models/recordcopy.h"
#include "ui/models/recordexport.h"
#include "ui/models/recordmodel.h"
#include "ui/views/filterheader.h"

#include <algorithm>

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMimeData>
#include <QScrollBar>

namespace slotscope::ui {

namespace {

constexpr int GutterWidth = 26;
constexpr int NarrowestColumn = 60;
constexpr int WidestColumn = 320;
/// Qt follows each selected row by itself when rows take another order; more than these it is spared.
constexpr int FewSelected = 1000;
/// A selection in more runs than this is no longer one; each costs time for every cell that is painted.
constexpr size_t MostSelectedRuns = 200;

/// The editor that is open; null pointer: none. The view's own state does not tell: it is NoState after any
/// rows have gone, also with an editor open over another.
QWidget *editorOf(const QAbstractItemView &view)
{
    return view.currentIndex().isValid() ? view.indexWidget(view.currentIndex()) : nullptr;
}

} // namespace

RecordView::RecordView(QWidget *parent)
    : QTableView(parent)
    , m_header(new FilterHeader(this))
    , m_copier(new RecordCopier(this))
{
    connect(m_copier, &RecordCopier::textMade, this,
            [](const QString &text) { QGuiApplication::clipboard()->setText(text); });
    setItemDelegate(new CellDelegate(this));
    setSelectionBehavior(QAbstractItemView::SelectItems);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed
                    | QAbstractItemView::AnyKeyPressed);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setShowGrid(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setCornerButtonEnabled(false);
    setTabKeyNavigation(false);

    setHorizontalHeader(m_header);
    horizontalHeader()->setSectionsClickable(true);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSortIndicatorShown(true);
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    horizontalHeader()->setSortIndicatorClearable(true);
    horizontalHeader()->setResizeContentsPrecision(60);
    horizontalHeader()->setMinimumSectionSize(36);
    horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    setSortingEnabled(true);

    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    verticalHeader()->setFixedWidth(GutterWidth);
    verticalHeader()->setHighlightSections(false);
    setContextMenuPolicy(Qt::CustomContextMenu);
}

void RecordView::setRecordModel(RecordModel *model)
{
    m_model = model;
    setModel(model);
    m_header->setRecordModel(model);
    // A header asks its selection model of every section that it paints whether all of it is selected, which
    // walks all rows. Highlights are off anyway, so it gets one in which nothing ever is.
    for (QHeaderView *header : {horizontalHeader(), verticalHeader()})
        header->setSelectionModel(new QItemSelectionModel(model, header));
    sortByColumn(-1, Qt::AscendingOrder);
    connect(model, &RecordModel::aboutToFollow, this, &RecordView::holdPlace);
    connect(model, &RecordModel::followed, this, &RecordView::keepPlace);
    connect(model, &RecordModel::aboutToArrange, this, &RecordView::holdSelection);
    connect(model, &RecordModel::arranged, this, &RecordView::keepSelection);
    model->setSight([this] {
        if (!isVisible())
            return RecordModel::Sight {};
        const int last = rowAt(viewport()->height() - 1);
        const bool isEdited = editorOf(*this) != nullptr;
        return RecordModel::Sight {.first = rowAt(0),
                                   .last = last < 0 ? m_model->rowCount() - 1 : last,
                                   .edited = isEdited ? currentIndex().row() : -1};
    });
}

void RecordView::holdPlace()
{
    m_place.clear();
    const int top = rowAt(0);
    if (top <= 0)
        return; // at the very top one sees what comes first
    const int last = rowAt(viewport()->height() - 1);
    for (int row = top; row <= (last < 0 ? m_model->rowCount() - 1 : last); ++row) {
        if (const auto id = m_model->idAt(row))
            m_place.emplace_back(row, *id);
    }
}

void RecordView::keepPlace()
{
    // By what most of the rows have moved; single ones may have gone elsewhere.
    std::vector<int> shifts;
    for (const auto &[row, id] : std::exchange(m_place, {})) {
        const int near = row + (shifts.empty() ? 0 : shifts.back());
        if (const int now = m_model->rowOf(id, near); now >= 0)
            shifts.push_back(now - row);
    }
    if (shifts.empty())
        return;
    const auto middle = shifts.begin() + static_cast<std::ptrdiff_t>(shifts.size() / 2);
    std::nth_element(shifts.begin(), middle, shifts.end());
    if (*middle == 0)
        return;
    const int at = verticalScrollBar()->value();
    executeDelayedItemsLayout();
    verticalScrollBar()->setValue(at + *middle);
}

void RecordView::holdSelection()
{
    m_selected.reset();
    const QItemSelection selection = selectionModel()->selection();
    const int count = selectedRowCount();
    const bool isAll = selection.size() == 1 && count == m_model->rowCount()
        && selection.first().width() == m_model->columnCount();
    if (count <= FewSelected || isAll)
        return;
    // All of it or nothing: with other columns in each row it could only be more than was selected.
    HeldSelection held {.left = selection.first().left(), .right = selection.first().right()};
    if (std::all_of(selection.cbegin(), selection.cend(), [&held](const QItemSelectionRange &range) {
            return range.left() == held.left && range.right() == held.right;
        })) {
        held.rows.resize(m_model->table()->rows().idCount(), false);
        // All at once: with a call for each of half a million rows it could be felt.
        const std::vector<core::RowId> ids = m_model->shownChoice().rows;
        for (const auto &[first, last] : selectedRuns()) {
            const auto end = std::min(size_t(last) + 1, ids.size());
            for (auto row = size_t(first); row < end; ++row)
                held.rows[ids[row].value] = true;
        }
    }
    held.count = count;
    m_selected = std::move(held);
    selectionModel()->clearSelection();
}

void RecordView::keepSelection()
{
    const std::optional<HeldSelection> held = std::exchange(m_selected, std::nullopt);
    if (!held)
        return;
    std::vector<std::pair<int, int>> runs;
    const std::vector<core::RowId> ids = m_model->shownChoice().rows;
    const int count = int(ids.size());
    for (int row = 0; row < count && runs.size() <= MostSelectedRuns; ++row) {
        const quint32 id = ids[size_t(row)].value;
        if (id >= held->rows.size() || !held->rows[id])
            continue;
        if (!runs.empty() && runs.back().second + 1 == row)
            runs.back().second = row;
        else
            runs.emplace_back(row, row);
    }
    if (runs.empty() || runs.size() > MostSelectedRuns) {
        Q_EMIT selectionGivenUp(held->count);
        return;
    }
    QItemSelection selection;
    for (const auto &[first, last] : runs)
        selection.append(
            QItemSelectionRange(m_model->index(first, held->left), m_model->index(last, held->right)));
    selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

std::vector<std::pair<int, int>> RecordView::selectedRuns() const
{
    std::vector<std::pair<int, int>> ranges;
    if (!selectionModel())
        return ranges;
    // Ranges, not indexes: a selection of all cells has millions of them.
    for (const QItemSelectionRange &range : selectionModel()->selection()) {
        if (range.isValid())
            ranges.emplace_back(range.top(), range.bottom());
    }
    if (ranges.empty() && currentIndex().isValid())
        ranges.emplace_back(currentIndex().row(), currentIndex().row());
    std::sort(ranges.begin(), ranges.end());
    std::vector<std::pair<int, int>> runs;
    for (const auto &range : ranges) {
        if (!runs.empty() && range.first <= runs.back().second + 1)
            runs.back().second = std::max(runs.back().second, range.second);
        else
            runs.push_back(range);
    }
    return runs;
}

std::vector<int> RecordView::selectedRows() const
{
    std::vector<int> rows;
    rows.reserve(static_cast<size_t>(selectedRowCount()));
    for (const auto &[first, last] : selectedRuns()) {
        for (int row = first; row <= last; ++row)
            rows.push_back(row);
    }
    return rows;
}

int RecordView::selectedRowCount() const
{
    int count = 0;
    for (const auto &[first, last] : selectedRuns())
        count += last - first + 1;
    return count;
}

bool RecordView::showRecord(const QByteArray &key)
{
    const int row = m_model ? m_model->rowOf(key) : -1;
    if (row < 0)
        return false;
    int column = std::max(0, currentIndex().column());
    if (isColumnHidden(column))
        column = horizontalHeader()->logicalIndex(0);
    // Not setCurrentIndex() of the view, which adds to the selection while the Ctrl of Ctrl+D is still down.
    selectionModel()->setCurrentIndex(m_model->index(row, column), QItemSelectionModel::ClearAndSelect);
    scrollTo(currentIndex());
    return true;
}

void RecordView::scrollToRow(int row)
{
    const int column = std::max(0, columnAt(viewport()->width() / 2));
    const int sideways = horizontalScrollBar()->value();
    scrollTo(m_model->index(row, column));
    horizontalScrollBar()->setValue(sideways);
}

bool RecordView::finishEditing()
{
    QWidget *editor = editorOf(*this);
    if (!editor)
        return true;
    if (CellDelegate::refuses(editor))
        return false;
    commitData(editor);
    closeEditor(editor, QAbstractItemDelegate::NoHint);
    return true;
}

void RecordView::copyCell()
{
    if (m_model && currentIndex().isValid())
        QGuiApplication::clipboard()->setText(m_model->copyText(currentIndex(), CopyForm::AsShown));
}

void RecordView::copyRows()
{
    if (!m_model || !selectionModel())
        return;
    const QItemSelection selection = selectionModel()->selection();
    if (selection.size() == 1 && selection.first().width() == 1 && selection.first().height() == 1) {
        copyCell();
        return;
    }
    copyBlock(selectedCells(*this), RecordCopier::Form::Cells);
}

void RecordView::copyAsJson()
{
    if (m_model)
        copyBlock({.rows = selectedRows(), .columns = {}}, RecordCopier::Form::Json);
}

void RecordView::copyAsCsv()
{
    if (m_model)
        copyBlock(selectedCells(*this), RecordCopier::Form::Csv);
}

void RecordView::copyBlock(const CellBlock &block, RecordCopier::Form form)
{
    if (block.rows.size() > RecordCopier::FewRows) {
        m_copier->start(*m_model, block, form);
        return;
    }
    QString text;
    switch (form) {
    case RecordCopier::Form::Cells:
        text = recordsAsText(*m_model, block, QLatin1Char('\t'), false, CopyForm::AsShown);
        break;
    case RecordCopier::Form::Csv:
        text = recordsAsText(*m_model, block, QLatin1Char(','), true, CopyForm::Exact);
        break;
    case RecordCopier::Form::Json:
        text = QString::fromUtf8(recordsAsJson(*m_model, block.rows));
        break;
    }
    QGuiApplication::clipboard()->setText(text);
}

void RecordView::commitData(QWidget *editor)
{
    int selected = 0;
    for (const QItemSelectionRange &range : selectionModel()->selection())
        selected += std::min(2, range.width() * range.height());
    const auto typed = CellDelegate::typedInto(editor);
    if (selected > 1 && typed && selectionModel()->isSelected(currentIndex()))
        Q_EMIT severalTyped(typed->first, typed->second);
    else
        QTableView::commitData(editor);
}

void RecordView::fitColumns(const std::vector<int> &columns)
{
    if (!m_model)
        return;
    for (int column = 0; column < m_model->columnCount(); ++column) {
        const bool isMeant =
            columns.empty() || std::find(columns.cbegin(), columns.cend(), column) != columns.cend();
        if (isColumnHidden(column) || !isMeant)
            continue;
        resizeColumnToContents(column);
        setColumnWidth(column, std::clamp(columnWidth(column), NarrowestColumn, WidestColumn));
    }
}

void RecordView::keyPressEvent(QKeyEvent *event)
{
    // What an open editor has no use for comes here as well; it is not meant for the records.
    if (editorOf(*this)) {
        QTableView::keyPressEvent(event);
        return;
    }
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter) {
        if (event->modifiers() & Qt::ShiftModifier)
            Q_EMIT detailRequested();
        else if (currentIndex().isValid())
            edit(currentIndex());
        return;
    }
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) {
        if (!event->isAutoRepeat())
            Q_EMIT pauseRequested();
        return;
    }
    if (event->key() == Qt::Key_Escape && event->modifiers() == Qt::NoModifier)
        Q_EMIT escapePressed(); // and on to whoever else may want it
    if (event->key() == Qt::Key_Insert && event->modifiers() == Qt::NoModifier) {
        Q_EMIT insertRequested();
        return;
    }
    if (event->key() == Qt::Key_Delete && (event->modifiers() & Qt::ControlModifier)) {
        if (event->modifiers() & Qt::ShiftModifier)
            Q_EMIT removalRequested();
        else
            Q_EMIT nullRequested();
        return;
    }
    if (event->matches(QKeySequence::Delete)) {
        Q_EMIT deleteRequested();
        return;
    }
    if (event->matches(QKeySequence::Paste)) {
        Q_EMIT pasteRequested();
        return;
    }
    if (event->matches(QKeySequence::Copy)) {
        copyRows();
        return;
    }
    QTableView::keyPressEvent(event);
}

void RecordView::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    Q_EMIT currentRecordChanged();
}

} // namespace slotscope::ui
