// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a RecordTab does with several cells or records at once.
#include "core/value/recordstyle.h"
#include "core/value/valuetext.h"
#include "ui/dialogs/renamedialog.h"
#include "ui/dialogs/replacedialog.h"
#include "ui/dialogs/rowsdialog.h"
#include "ui/dialogs/setfielddialog.h"
#include "ui/panels/bulkrunner.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>

#include <algorithm>
#include <map>
#include <set>

namespace slotscope::ui {

using core::CellOutcome;
using core::Column;
using core::Value;
using Outcome = core::Expected<CellOutcome, QString>;

namespace {

constexpr qsizetype MostFieldsNamed = 3;

/// What may be read of a column on another thread.
quint32 kindsOf(const std::vector<Column> &columns, const core::ValuePath &path)
{
    const auto it = std::find_if(columns.cbegin(), columns.cend(), [&path](const Column &column) {
        return column.group == Column::Group::Field && column.path == path;
    });
    return it == columns.cend() ? 0 : it->kinds;
}

} // namespace

void RecordTab::setPrompts(Prompts *prompts)
{
    m_bulk->setPrompts(prompts);
}

void RecordTab::addBulkActions(QMenu *menu, bool on)
{
    menu->addAction(tr("Remove field\tCtrl+Shift+Del"), this, &RecordTab::removeFields)->setEnabled(on);
    menu->addAction(tr("Fill down\tCtrl+Shift+D"), this, &RecordTab::fillCells)->setEnabled(on);
    menu->addAction(tr("Set a field …\tCtrl+E"), this, &RecordTab::setField)->setEnabled(on);
    menu->addAction(tr("Find and replace …\tCtrl+H"), this, &RecordTab::replaceInColumn);
    menu->addSeparator();
    menu->addAction(tr("Insert with key …\tCtrl+N"), this, &RecordTab::insertWithKey);
    menu->addAction(tr("Clone with key …"), this, &RecordTab::cloneWithKey)->setEnabled(on);
    menu->addAction(tr("Rename key …\tShift+F6"), this, &RecordTab::renameKey)->setEnabled(on);
    menu->addSeparator();
    menu->addAction(tr("Revert all of this table"), this, &RecordTab::revertTable);
}

std::vector<core::CellChoice> RecordTab::selectedCells(bool *wholeRows) const
{
    QItemSelection selection = m_view->selectionModel()->selection();
    if (selection.isEmpty() && m_view->currentIndex().isValid())
        selection.select(m_view->currentIndex(), m_view->currentIndex());
    // Between two places where a range begins or ends, all rows have the same cells selected.
    std::set<int> bounds;
    for (const QItemSelectionRange &range : selection) {
        bounds.insert(range.top());
        bounds.insert(range.bottom() + 1);
    }
    std::map<std::vector<int>, std::vector<int>> rowsOf; // by their columns
    for (auto it = bounds.cbegin(); it != bounds.cend() && std::next(it) != bounds.cend(); ++it) {
        std::set<int> columns;
        for (const QItemSelectionRange &range : selection) {
            for (int column = range.left();
                 range.top() <= *it && *it <= range.bottom() && column <= range.right(); ++column)
                columns.insert(column);
        }
        if (columns.empty())
            continue;
        std::vector<int> &rows = rowsOf[{columns.cbegin(), columns.cend()}];
        for (int row = *it; row < *std::next(it); ++row)
            rows.push_back(row);
    }
    std::vector<core::CellChoice> cells;
    if (wholeRows)
        *wholeRows = !rowsOf.empty();
    for (const auto &[columns, rows] : rowsOf) {
        core::CellChoice choice {m_model->choiceOf(rows), {}};
        int unselected = 0;
        for (int column = 0; column < m_model->columnCount(); ++column) {
            const bool selected = std::binary_search(columns.cbegin(), columns.cend(), column);
            const Column &known = m_model->columns()[size_t(column)];
            if (m_view->isColumnHidden(column))
                continue;
            if (selected && known.group == Column::Group::Field)
                choice.fields.push_back(known.path);
            unselected += selected ? 0 : 1;
        }
        if (wholeRows && unselected > 0)
            *wholeRows = false;
        cells.push_back(std::move(choice));
    }
    return cells;
}

std::function<QString(const QString &)> RecordTab::stepName(const QString &pattern,
                                                            const std::vector<core::CellChoice> &cells) const
{
    QStringList names;
    for (const core::CellChoice &choice : cells) {
        for (const core::ValuePath &path : choice.fields) {
            const QString name = path.isEmpty() ? QStringLiteral("value") : path.toString();
            if (!names.contains(name))
                names.append(name);
        }
    }
    QString text =
        names.size() > MostFieldsNamed ? tr("%1 fields").arg(names.size()) : names.join(QLatin1String(", "));
    text = names.size() == 1 ? QStringLiteral("%1.%2").arg(m_title, text)
                             : QStringLiteral("%1 (%2)").arg(m_title, text);
    return [pattern, text](const QString &records) { return pattern.arg(text, records); };
}

void RecordTab::editCells(const QString &pattern, const core::CellEdit &edit)
{
    std::vector<core::CellChoice> cells = selectedCells();
    std::erase_if(cells, [](const core::CellChoice &choice) { return choice.fields.empty(); });
    if (cells.empty()) {
        Q_EMIT messageRaised(
            tr("No field is selected. The key of a record is changed by renaming it, and the "
               "other columns are kept by etcd."));
        return;
    }
    m_bulk->run(stepName(pattern, cells),
                [codec = m_model->codec(), cells, edit](const core::StagedRows &rows, const core::Job &job) {
                    return core::planCells(codec, rows, cells, edit, job);
                });
}

void RecordTab::typeIntoCells(const EditStart &start, const QString &text)
{
    const QModelIndex current = m_view->currentIndex();
    // Where somebody else has written the very cell meanwhile, that is a conflict, as when it is typed alone.
    if (m_model->keyAt(current.row()) == start.key && m_model->editStart(current).value != start.value)
        (void)m_model->finishEdit(current, start, text);
    setCells(text);
}

void RecordTab::setCells(const QString &text)
{
    editCells(tr("Set %1 on %2"),
              [text, columns = m_model->columns()](const core::StagedRow &, const core::ValuePath &path,
                                                   const Value *cell) -> Outcome {
                  auto value = core::parseCell(cell, text, kindsOf(columns, path));
                  return value ? Outcome(CellOutcome::set(*std::move(value)))
                               : Outcome(core::Unexpected {value.error()});
              });
}

void RecordTab::setCellsToNull()
{
    editCells(tr("Set %1 to null on %2"),
              [](const core::StagedRow &, const core::ValuePath &, const Value *cell) -> Outcome {
                  return cell && cell->isNull() && !core::isAbsent(*cell) ? CellOutcome::leave()
                                                                          : CellOutcome::set(Value());
              });
}

void RecordTab::removeFields()
{
    editCells(tr("Remove %1 from %2"),
              [](const core::StagedRow &, const core::ValuePath &path, const Value *cell) -> Outcome {
                  if (path.isEmpty())
                      return core::Unexpected {tr("a value cannot be removed without its record")};
                  return cell && !core::isAbsent(*cell) ? CellOutcome::remove() : CellOutcome::leave();
              });
}

void RecordTab::fillCells()
{
    const std::vector<int> rows = m_view->selectedRows();
    if (rows.size() < 2) {
        Q_EMIT messageRaised(
            tr("Select the cell to fill from, and those below it that are to get its content."));
        return;
    }
    const ShownRow first = m_model->recordAt(rows.front());
    const auto value = m_model->codec().decodeValue(first.value());
    if (!value) {
        Q_EMIT messageRaised(tr("The value cannot be decoded: %1.").arg(value.error().what));
        return;
    }
    editCells(
        tr("Fill %1 on %2"),
        [from = *value](const core::StagedRow &, const core::ValuePath &path, const Value *cell) -> Outcome {
            const Value *source = path.find(from);
            if (!source || core::isAbsent(*source))
                return cell && !core::isAbsent(*cell) ? CellOutcome::remove() : CellOutcome::leave();
            return cell && *cell == *source ? CellOutcome::leave() : CellOutcome::set(*source);
        });
}

void RecordTab::revertRecords()
{
    bool wholeRows = false;
    std::vector<core::CellChoice> cells = selectedCells(&wholeRows);
    if (wholeRows) {
        for (core::CellChoice &choice : cells)
            choice.fields.clear();
    }
    m_bulk->run([](const QString &records) { return tr("Revert %1").arg(records); },
                [codec = m_model->codec(), cells](const core::StagedRows &staged, const core::Job &job) {
                    return core::planReverts(codec, staged, cells, job);
                });
}

void RecordTab::revertTable()
{
    std::vector<QByteArray> keys;
    for (const core::Change &change : m_connection->edits()->changes()) {
        if (range().contains(change.key))
            keys.push_back(change.key);
    }
    if (!m_connection->edits()->revert(keys, tr("Revert all of %1").arg(m_title)))
        Q_EMIT messageRaised(tr("A commit is on its way."));
}

template <typename Dialog>
Dialog *RecordTab::open(Dialog *dialog)
{
    dialog->setTableTitle(m_title);
    connect(dialog, &PlanDialog::staged, this,
            [this](qsizetype records) { Q_EMIT messageRaised(tr("%1 staged.").arg(recordsText(records))); });
    dialog->open();
    return dialog;
}

void RecordTab::replaceInColumn()
{
    const std::vector<int> rows = m_view->selectedRows();
    open(new ReplaceDialog(m_model, m_view->currentIndex().column(), rows, this));
}

void RecordTab::setField()
{
    const std::vector<int> rows = m_view->selectedRows();
    open(new SetFieldDialog(m_model, m_view->currentIndex().column(), rows, this));
}

RowsDialog *RecordTab::openRows()
{
    RowsDialog::Place place;
    const QHeaderView *header = m_view->horizontalHeader();
    const QModelIndex current = m_view->currentIndex();
    for (int visual = 0; visual < header->count(); ++visual) {
        const int logical = header->logicalIndex(visual);
        if (m_view->isColumnHidden(logical))
            continue;
        if (logical == current.column())
            place.first = place.shown.size();
        place.shown.push_back(m_model->columns()[size_t(logical)]);
    }
    std::vector<int> rows = m_view->selectedRows();
    if (rows.size() < 2 && current.isValid()) {
        rows.clear();
        for (int row = current.row(); row < m_model->rowCount() && rows.size() < core::MostStaged; ++row)
            rows.push_back(row);
    }
    place.onto = m_model->choiceOf(rows);
    return open(new RowsDialog(m_model, std::move(place), this));
}

void RecordTab::pasteRecords()
{
    const QString text = QGuiApplication::clipboard()->text();
    if (text.trimmed().isEmpty()) {
        Q_EMIT messageRaised(tr("The clipboard has no text."));
        return;
    }
    // What is no row is for the cells that are selected, as in a spreadsheet, which ends a lone cell with a
    // line break.
    const QString cell = text.endsWith(QLatin1Char('\n')) ? text.chopped(1) : text;
    const bool isJson = cell.startsWith(QLatin1Char('{')) || cell.startsWith(QLatin1Char('['));
    if (!isJson && !cell.contains(QLatin1Char('\n')) && !cell.contains(QLatin1Char('\t')))
        setCells(cell);
    else
        openRows()->readText(text);
}

void RecordTab::importRecords(const QString &path)
{
    openRows()->readFile(path);
}

void RecordTab::insertWithKey()
{
    openKeyDialog(new KeyDialog(KeyDialog::Purpose::New, m_model, {}, this), false);
}

void RecordTab::cloneWithKey()
{
    const QByteArray key = m_model->keyAt(m_view->currentIndex().row());
    if (!key.isEmpty())
        openKeyDialog(new KeyDialog(KeyDialog::Purpose::Clone, m_model, key, this), true);
}

void RecordTab::openKeyDialog(KeyDialog *dialog, bool withContent)
{
    const QByteArray from = m_model->keyAt(m_view->currentIndex().row());
    connect(dialog, &KeyDialog::keyChosen, this, [this, from, withContent](const QByteArray &key) {
        report(m_model->stageNew(m_model->rowOf(from), withContent, key));
    });
    dialog->open();
}

void RecordTab::renameKey()
{
    const ShownRow shown = m_model->recordAt(m_view->currentIndex().row());
    if (shown.key.isEmpty())
        return;
    if (shown.state == RowState::Deleted) {
        Q_EMIT messageRaised(tr("The record is marked for deletion."));
        return;
    }
    auto *dialog = new RenameDialog(m_connection, m_model, shown.key, this);
    connect(dialog, &RenameDialog::renamed, this, [this](const QByteArray &key, const QString &message) {
        m_view->showRecord(key);
        Q_EMIT messageRaised(message);
    });
    dialog->open();
}

} // namespace slotscope::ui
