// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with what is known of tables: the slot editor, imports, the schema file, folders of
// FlatBuffers schemas, entries of the catalogue.
#include "core/pmap/schemafile.h"
#include "ui/dialogs/cataloguedialog.h"
#include "ui/dialogs/flatfoldersdialog.h"
#include "ui/dialogs/importdialog.h"
#include "ui/dialogs/slotdialog.h"
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/panels/banner.h"
#include "ui/panels/recordtab.h"
#include "ui/sessionsettings.h"

#include <QDockWidget>
#include <QFileInfo>
#include <QFutureWatcher>
#include <QStatusBar>
#include <QtConcurrentRun>

namespace slotscope::ui {

namespace {

QStringList schemaFilters()
{
    return {MainWindow::tr("Schema files (*.json)"), MainWindow::tr("All files (*)")};
}

} // namespace

void MainWindow::followSchema()
{
    core::SchemaKeeper *keeper = m_connection->schema();
    if (m_remember) { // else its etcd goes with the program
        m_connection->keepSchemaIn(schemaFolder());
        const QString remembered = rememberedSchemaFile(m_connection->endpoint());
        const QString file = m_profile.schemaFile.isEmpty() ? remembered : m_profile.schemaFile;
        if (!file.isEmpty())
            m_connection->keepSchemaAt(file);
    }
    connect(keeper, &core::SchemaKeeper::changed, this, [this, keeper] {
        if (!m_connection)
            return; // on its way out
        if (keeper->problem().isEmpty())
            m_schemaBanner->clearMessage();
        else
            m_schemaBanner->setMessage(
                theme::Mark::Warning,
                tr("The schema file is not used and not written over; what is pinned now is kept in this "
                   "window only, until the file is mended. %1")
                    .arg(keeper->problem()),
                tr("Keep in a new file …"));
        m_connection->relations()->refresh();
    });
}

template <typename Dialog>
Dialog *MainWindow::openDialog(Dialog *dialog)
{
    // They talk to the connection, and go with it.
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    m_schemaDialogs.push_back(dialog);
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
    return dialog;
}

void MainWindow::closeSchemaDialogs()
{
    for (const QPointer<QDialog> &dialog : std::exchange(m_schemaDialogs, {}))
        delete dialog.data();
    m_schemaBanner->clearMessage();
}

void MainWindow::decodeAs(std::optional<core::Slot> slot)
{
    const core::SlotInfo *info = m_connection && slot ? m_connection->directory()->find(*slot) : nullptr;
    if (!info || info->kind == core::SlotKind::Catalogue) {
        statusBar()->showMessage(tr("Only slots have types that can be chosen."), MessageMilliseconds);
        return;
    }
    std::erase_if(m_schemaDialogs, [](const QPointer<QDialog> &dialog) { return dialog.isNull(); });
    for (const QPointer<QDialog> &open : m_schemaDialogs) {
        auto *dialog = qobject_cast<SlotDialog *>(open.data());
        if (dialog && dialog->isVisible() && dialog->slot() == *slot) {
            dialog->raise();
            dialog->activateWindow();
            return;
        }
    }
    auto *dialog = openDialog(new SlotDialog(m_connection.get(), m_prompts.get(), *slot, this));
    connect(dialog, &SlotDialog::showRequested, this, &MainWindow::goTo);
    connect(dialog, &SlotDialog::foldersRequested, this, &MainWindow::editFlatFolders);
}

void MainWindow::importSchema()
{
    if (!m_connection)
        return;
    auto *dialog = openDialog(new ImportDialog(m_connection->directory(), m_prompts.get(), this));
    connect(dialog, &ImportDialog::imported, this, [this](const QString &summary) {
        m_connection->relations()->refresh();
        statusBar()->showMessage(summary, MessageMilliseconds);
    });
}

void MainWindow::editFlatFolders()
{
    if (m_connection)
        openDialog(new FlatFoldersDialog(m_connection->directory(), m_prompts.get(), this));
}

void MainWindow::writeSchemaTo(const QString &file, std::function<void()> written)
{
    const core::Schema schema =
        core::movedTo(m_connection->directory()->schema(), QFileInfo(file).absolutePath());
    auto *watcher = new QFutureWatcher<core::Result<core::Nothing>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, written = std::move(written)] {
        watcher->deleteLater();
        const auto result = watcher->result();
        if (!result)
            m_prompts->showError(this, tr("The schema was not written"), describe(result.error()));
        else if (m_connection)
            written();
    });
    watcher->setFuture(QtConcurrent::run([schema, file] { return core::saveSchema(schema, file); }));
}

void MainWindow::exportSchema()
{
    if (!m_connection)
        return;
    m_prompts->chooseFile(this,
                          {.mode = FileQuestion::Mode::Save,
                           .title = tr("Export the schema"),
                           .suggestedPath = QStringLiteral("schema.json"),
                           .nameFilters = schemaFilters()},
                          [this](const QString &file) {
                              if (!m_connection)
                                  return;
                              writeSchemaTo(file, [this, file] {
                                  statusBar()->showMessage(tr("The schema was written to %1").arg(file),
                                                           MessageMilliseconds);
                              });
                          });
}

void MainWindow::keepSchemaInNewFile()
{
    if (!m_connection)
        return;
    m_prompts->chooseFile(this,
                          {.mode = FileQuestion::Mode::Save,
                           .title = tr("Keep the schema in a new file"),
                           .suggestedPath = QStringLiteral("schema.json"),
                           .nameFilters = schemaFilters()},
                          [this](const QString &file) {
                              if (!m_connection)
                                  return;
                              writeSchemaTo(file, [this, file] { useSchemaFile(file); });
                          });
}

void MainWindow::openSchemaFile()
{
    if (!m_connection)
        return;
    m_prompts->chooseFile(this,
                          {.title = tr("Schema file of this etcd"),
                           .suggestedPath = m_connection->schema()->file(),
                           .nameFilters = schemaFilters()},
                          [this](const QString &file) {
                              if (m_connection)
                                  useSchemaFile(file);
                          });
}

void MainWindow::useSchemaFile(const QString &file)
{
    rememberSchemaFile(m_connection->endpoint(), file);
    m_connection->keepSchemaAt(file);
    statusBar()->showMessage(tr("The schema is kept in %1").arg(m_connection->schema()->file()),
                             MessageMilliseconds);
}

void MainWindow::editEntry(std::optional<core::Slot> slot)
{
    if (!m_connection || slot == core::CatalogueSlot)
        return;
    auto *dialog = openDialog(new CatalogueDialog(m_connection.get(), slot, this));
    connect(dialog, &CatalogueDialog::staged, this, [this] {
        m_pendingDock->show();
        m_pendingDock->raise();
    });
}

} // namespace slotscope::ui
