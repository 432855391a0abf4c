// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/pmap/schemaimport.h"
#include "core/table/slotdirectory.h"
#include "ui/prompts.h"

#include <QDialog>
#include <QFutureWatcher>

class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTabWidget;
class QTreeWidget;

namespace slotscope::ui {

/// Declarations of tables from Python source, zlmdb's YAML or another schema file: read, shown with the slots
/// that they are of, conflicts decided one by one, and taken into the schema when the dialog is accepted.
class ImportDialog : public QDialog
{
    Q_OBJECT
public:
    /// Both are to outlive the dialog.
    ImportDialog(core::SlotDirectory *directory, Prompts *prompts, QWidget *parent = nullptr);
    ~ImportDialog() override;

    /// Starts reading a file or folder.
    void read(const QString &path);
    bool isReading() const { return m_reading; }
    QLineEdit *pathField() const { return m_path; }
    QTreeWidget *tables() const { return m_tables; }
    QTreeWidget *problems() const { return m_problems; }
    QTreeWidget *conflicts() const { return m_conflicts; }
    QCheckBox *useFolder() const { return m_useFolder; }
    QLabel *summary() const { return m_summary; }
    QPushButton *applyButton() const { return m_apply; }

    void accept() override;
    void reject() override;

Q_SIGNALS:
    /// The schema has taken the import in; so in words.
    void imported(const QString &summary);

private:
    struct SchemaRead // what is not Python, read on another thread
    {
        core::Result<core::SchemaImport> import = core::SchemaImport();
        bool holdsFlatBuffers = false;
    };
    void choose(FileQuestion::Mode mode);
    void take(const core::Result<core::SchemaImport> &result);
    void fillTables();
    void fillConflicts();
    void setReading(bool reading);
    void cancel();

    core::SlotDirectory *m_directory;
    Prompts *m_prompts;
    core::SchemaImport m_import;
    std::vector<core::SchemaConflict> m_shownConflicts;
    core::Call<core::SchemaImport> m_call;
    QFutureWatcher<SchemaRead> m_files;
    QString m_source; // what is being read
    bool m_reading = false;
    bool m_hasImport = false;
    QLineEdit *m_path;
    QPushButton *m_file;
    QPushButton *m_folder;
    QPushButton *m_read;
    QProgressBar *m_progress;
    QTabWidget *m_tabs;
    QTreeWidget *m_tables;
    QTreeWidget *m_problems;
    QTreeWidget *m_conflicts;
    QCheckBox *m_useFolder;
    QLabel *m_summary;
    QPushButton *m_apply = nullptr;
};

} // namespace slotscope::ui
