// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/rowimport.h"
#include "ui/dialogs/plandialog.h"

class QCheckBox;
class QTreeWidget;

namespace slotscope::ui {

/// Rows from the clipboard or a file become records: which column goes where, which rows are new, changed or
/// wrong, and what exactly would be staged.
class RowsDialog : public PlanDialog
{
    Q_OBJECT
public:
    /// Where the rows are put down.
    struct Place
    {
        std::vector<core::Column> shown; ///< the columns on the screen
        size_t first = 0; ///< of these, the one that is pasted into
        core::RowChoice onto; ///< the rows from the one on that is pasted into
    };

    RowsDialog(RecordModel *model, Place place, QWidget *parent = nullptr);
    ~RowsDialog() override;

    void readText(const QString &text);
    void readFile(const QString &path);
    bool isReading() const { return bool(m_reading); }

    QComboBox *separatorBox() const { return m_separator; }
    QCheckBox *headerBox() const { return m_header; }
    QComboBox *rowsBox() const { return m_rows; }
    QComboBox *emptyBox() const { return m_empty; }
    /// A line for each column of the source; in its last column a box with the targets.
    QTreeWidget *mapping() const { return m_mapping; }
    QComboBox *targetBox(int column) const;

    void done(int result) override;

protected:
    core::Expected<Work, QString> makeWork() override;
    QString stepName(const QString &records) const override;
    QString summaryOf(const core::BulkPlan &plan) const override;
    QString actionName(const QString &records) const override;

private:
    using Read = core::Expected<core::RowSource, QString>;
    void read();
    void takeRead();
    void cancelReading();
    void fillMapping();
    void chooseRows();
    core::ImportOptions options() const;

    Place m_place;
    QByteArray m_text;
    QString m_path; // empty: m_text
    QString m_from; // where the rows come from, for people
    std::shared_ptr<const core::RowSource> m_source; // null pointer: nothing is read
    QString m_problem; // why nothing is
    core::Job m_reading;
    QFutureWatcher<std::shared_ptr<Read>> m_reader;
    std::vector<core::ImportTarget> m_targets; // that the boxes offer
    bool m_headerChosen = false;
    QComboBox *m_separator;
    QCheckBox *m_header;
    QComboBox *m_rows;
    QComboBox *m_empty;
    QTreeWidget *m_mapping;
};

} // namespace slotscope::ui
