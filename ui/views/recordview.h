// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/models/recordcopy.h"

#include <QTableView>

#include <optional>
#include <vector>

namespace slotscope::ui {

class FilterHeader;
class RecordModel;
struct EditStart;

/// The table of records: fixed row heights, cheap headers, keys as in spreadsheets. Knows no files and asks
/// nothing.
class RecordView : public QTableView
{
    Q_OBJECT
public:
    explicit RecordView(QWidget *parent = nullptr);

    void setRecordModel(RecordModel *model);
    RecordModel *recordModel() const { return m_model; }
    /// Titles, and boxes below them.
    FilterHeader *filterHeader() const { return m_header; }

    /// The rows of the selection, ascending; of the current cell where nothing is selected.
    std::vector<int> selectedRows() const;
    /// How many these are, at no cost for each.
    int selectedRowCount() const;
    /// Makes the record current and scrolls to it. False if it is not shown.
    bool showRecord(const QByteArray &key);

    /// Brings the row in sight, whatever is current, and keeps the place sideways.
    void scrollToRow(int row);

    /// Takes what is being typed into a cell. False if it does not fit: its editor stays open and says why.
    bool finishEditing();

    void copyCell();
    /// Many records take their time, on other threads: see copier().
    void copyRows();
    void copyAsJson();
    void copyAsCsv();

    RecordCopier *copier() const { return m_copier; }

    /// Widths from what the first rows show, within bounds; of these columns, or all that are shown.
    void fitColumns(const std::vector<int> &columns = {});

Q_SIGNALS:
    /// Shift+Enter: the record is to be seen and edited in full.
    void detailRequested();
    void insertRequested();
    void deleteRequested();
    void pasteRequested();
    /// The selected cells are to be null, or their fields to go.
    void nullRequested();
    void removalRequested();
    /// What was typed into a cell is meant for all that are selected.
    void severalTyped(const slotscope::ui::EditStart &start, const QString &text);
    void currentRecordChanged();
    /// Space: the table is to stand still, or to go on.
    void pauseRequested();
    /// Esc, where no editor is open.
    void escapePressed();
    /// Many rows were selected, and are all over the table now: none is selected any more.
    void selectionGivenUp(int rows);

protected:
    void commitData(QWidget *editor) override;
    void keyPressEvent(QKeyEvent *event) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    /// Many records take their time, on other threads.
    void copyBlock(const CellBlock &block, RecordCopier::Form form);
    void holdPlace();
    void keepPlace();
    void holdSelection();
    void keepSelection();
    std::vector<std::pair<int, int>> selectedRuns() const;

    RecordModel *m_model = nullptr;
    FilterHeader *m_header;
    RecordCopier *m_copier;
    std::vector<std::pair<int, core::RowId>> m_place; // rows in sight, while rows move
    struct HeldSelection
    {
        std::vector<bool> rows; // by RowId
        int count = 0;
        int left = 0;
        int right = 0;
    };
    std::optional<HeldSelection> m_selected; // while rows take another order
};

} // namespace slotscope::ui
