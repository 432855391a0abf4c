// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/edit/bulkplan.h"
#include "core/table/livetable.h"
#include "ui/models/recordmodel.h"

#include <QVariantMap>
#include <QWidget>

#include <functional>

class QLabel;
class QMenu;
class QToolButton;

namespace slotscope::ui {

class Banner;
class BulkRunner;
class FilterBar;
class KeyDialog;
class LiveControls;
class LoadStrip;
class Prompts;
class RecordView;
class RowsDialog;
class TableStrip;

/// One open slot or plain-key folder: filter line, table, and what there is to say about loading it.
class RecordTab : public QWidget
{
    Q_OBJECT
public:
    /// `slot`: whose type the records have; nothing for keys that belong to no slot.
    RecordTab(core::Connection *connection, const core::KeyRange &range, std::optional<core::Slot> slot,
              QString title, QWidget *parent = nullptr);
    ~RecordTab() override;

    const QString &title() const { return m_title; }
    const core::KeyRange &range() const { return m_table->range(); }
    std::optional<core::Slot> slot() const { return m_slot; }
    core::LiveTable *table() const { return m_table.get(); }
    RecordModel *model() const { return m_model; }
    RecordView *view() const { return m_view; }
    /// Says what the records are and how that is known.
    QToolButton *typeLabel() const { return m_typeLabel; }
    /// Pause and the like.
    LiveControls *live() const { return m_live; }
    /// What settings are kept under: the table's oid, or its key range.
    QString settingsKey() const;

    /// `1,998 of 2,000 rows, 3 selected`.
    QString statusText() const;
    /// Who asks the user.
    void setPrompts(Prompts *prompts);
    /// Carries out what is done with several cells at once.
    BulkRunner *bulkRunner() const { return m_bulk; }
    /// The setting for what decoded cells may take up is another one.
    void takeCellMemory();
    /// The setting for how much is loaded at first is another one.
    void takeTableLimit();
    /// How loading goes, and what of the records is there.
    LoadStrip *loadStrip() const { return m_loadStrip; }
    /// What is shown of the records.
    FilterBar *filterBar() const { return m_filter; }
    /// Makes the record current, as soon as it is loaded; says so where it does not exist or the filter hides
    /// it.
    void showRecord(const QByteArray &key);
    void saveLayout() const;

    // What the menu of the window and that of the table offer.
    void insertRecord();
    void cloneRecord();
    void deleteRecords();
    /// The selected cells; where none of a record is edited, the record.
    void revertRecords();
    void revertTable();
    /// Asks which lease the selected records are to have, and stages it.
    void chooseLease();
    void reload();

    // With several cells or records at once, see recordtab_bulk.cpp.
    void setCellsToNull();
    void removeFields();
    /// With what the topmost selected row has in each column.
    void fillCells();
    void replaceInColumn();
    /// Of the selected records.
    void setField();
    void pasteRecords();
    void importRecords(const QString &path);
    // With a key that the user chooses.
    void insertWithKey();
    void cloneWithKey();
    void renameKey();

    /// The box below the header of the current cell's column.
    void focusColumnFilter();
    /// What the current cell has, and nothing else; or all but that.
    void filterByCurrent(bool exclude);
    /// The field of a record, also one that is no column, in the condition: is it equal to this? False where
    /// conditions cannot say so.
    bool addFieldToFilter(const core::ValuePath &path, const core::Value &value, bool exclude);

    /// Follows the link in the current cell, or says that there is none.
    void followCurrent();
    /// The key of the record that a cell leads to; nothing if it leads nowhere.
    std::optional<QByteArray> linkAt(const QModelIndex &index) const;
    /// Show or hide each column and choose its format; made anew for each showing. `column`: what concerns
    /// this one comes first.
    void fillColumnMenu(QMenu *menu, int column = -1);
    /// Shows a field as a column, and brings it in view. False where a schema has no name for its path.
    bool showColumn(const core::ValuePath &path);
    /// How the cells of a column are shown; kept in the schema.
    void setFormat(int column, DisplayFormat format);

Q_SIGNALS:
    void statusChanged();
    void currentRecordChanged();
    void detailRequested();
    /// The record that the current cell leads to is to be shown.
    void followRequested(const QByteArray &key);
    void referrersRequested();
    /// How the slot is decoded is to be chosen.
    void typeRequested();
    /// A refused edit and the like, for the status bar.
    void messageRaised(const QString &text);

private:
    void addStrips();
    void followLeases();
    void updateCodec();
    void updateEmpty();
    void applyLayout();
    QVariantMap currentLayout() const;
    const core::TableSchema *tableSchema() const;
    const core::ColumnSetting *settingOf(const QString &column) const;
    bool isShownByDefault(const core::Column &column) const;
    ColumnLook lookOf(const core::Column &column) const;
    void takeSettings();
    void editSetting(const core::Column &column, const std::function<void(core::ColumnSetting &)> &edit);
    void removeColumn(const QString &id);
    void addFormats(QMenu *menu, int column);
    void fitUnsized();
    void holdPlace();
    void showWanted();
    bool currentHasChanged();
    void findPlace();
    void showContextMenu(const QPoint &position);
    void addGuardAction(QMenu *menu);
    void report(const core::Expected<QByteArray, QString> &made);
    /// What the box of its column is to say for the cell; nothing where it cannot.
    std::optional<QString> boxTextAt(const QModelIndex &index) const;
    void addFilterActions(QMenu *menu, const QPersistentModelIndex &index);
    void filterByCell(const QModelIndex &index, bool exclude, bool only);
    void addBulkActions(QMenu *menu, bool on);
    /// Key columns and those of etcd left out. `wholeRows`: nothing on the screen is left out.
    std::vector<core::CellChoice> selectedCells(bool *wholeRows = nullptr) const;
    std::function<QString(const QString &)> stepName(const QString &pattern,
                                                     const std::vector<core::CellChoice> &cells) const;
    void editCells(const QString &pattern, const core::CellEdit &edit);
    void typeIntoCells(const EditStart &start, const QString &text);
    void setCells(const QString &text);
    template <typename Dialog>
    Dialog *open(Dialog *dialog);
    RowsDialog *openRows();
    void openKeyDialog(KeyDialog *dialog, bool withContent);

    core::Connection *m_connection;
    std::shared_ptr<core::LiveTable> m_table;
    std::optional<core::Slot> m_slot;
    QString m_title;
    RecordModel *m_model;
    RecordView *m_view;
    BulkRunner *m_bulk;
    FilterBar *m_filter;
    QToolButton *m_columnsButton;
    Banner *m_banner;
    QToolButton *m_typeLabel;
    LiveControls *m_live;
    QLabel *m_empty;
    LoadStrip *m_loadStrip;
    TableStrip *m_copyStrip;
    struct Place // where the user is
    {
        QByteArray key;
        QString column;
        QByteArray firstKey; // of the topmost row
        int sideways = 0;
    };
    Place m_place;
    struct Told // of the current record, when currentRecordChanged() was last emitted for what it holds
    {
        QByteArray key;
        core::Revision stored;
        core::Revision current;
        std::optional<core::Change> change;

        friend bool operator==(const Told &, const Told &) = default;
    };
    Told m_told;
    QVariantMap m_layout; // over a reset; empty: as in the settings
    QByteArray m_wanted; // the record to be shown once it is there
    bool m_layoutApplied = false;
    std::vector<int> m_unsized; // columns without a width; to be fitted once something is decoded
};

} // namespace slotscope::ui
