// SPDX-License-Identifier: GPL-3.0-or-later
//
// Comparing from MainWindow: the table in front with its past, with another etcd or with a file.
#include "core/connection/pastconnection.h"
#include "core/table/recordjson.h"
#include "ui/dialogs/comparedialog.h"
#include "ui/mainwindow.h"
#include "ui/panels/recordtab.h"

#include <QComboBox>
#include <QDockWidget>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::compareTable()
{
    const RecordTab *tab = currentTab();
    if (!m_connection || !tab)
        return;
    const core::SlotInfo *info = tab->slot() ? m_connection->directory()->find(*tab->slot()) : nullptr;
    // A folder of plain keys is part of what looks like a slot.
    const bool isSlot = tab->slot() && tab->range() == core::KeyRange::slot(*tab->slot());
    CompareDialog::Subject subject {.range = tab->range(),
                                    .slot = isSlot ? tab->slot() : std::nullopt,
                                    .title = tab->title(),
                                    .codec = tab->model()->codec()};
    if (isSlot && info && info->entry)
        subject.oid = info->entry->oid;
    auto *dialog = new CompareDialog(present(), m_prompts.get(), std::move(subject), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    m_schemaDialogs.emplace_back(dialog);
    connect(dialog, &CompareDialog::showRequested, this, &MainWindow::goTo);
    connect(dialog, &CompareDialog::staged, this, [this](const QString &text) {
        statusBar()->showMessage(text, MessageMilliseconds);
        updateActions();
        if (m_past)
            updateTravelNote();
        else
            offerPending();
    });
    if (m_past)
        dialog->setSides(QString::number(m_past->at().value), QStringLiteral("now"));
    else
        dialog->setSides(QString(), QStringLiteral("now"));
    dialog->show();
    if (m_past)
        dialog->compare();
    else
        dialog->sideField(true)->setFocus();
}

} // namespace slotscope::ui
