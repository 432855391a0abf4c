// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with the history of commits: takes a commit back, tells what others wrote over it soon
// after, stages it again, exports it.
#include "core/edit/receiptbook.h"
#include "ui/connectionprofile.h"
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/models/changesummary.h"
#include "ui/panels/banner.h"
#include "ui/userfile.h"

#include <QDockWidget>
#include <QLocale>
#include <QStatusBar>

#include <algorithm>

namespace slotscope::ui {

namespace {

// Indexes of the links.
enum OverwriteLink { ShowsIt, StagesAgain, ShowsHistory, GoesAway };

} // namespace

void MainWindow::review()
{
    m_pendingDock->show();
    m_pendingDock->raise();
}

// Restoring what was staged before is always possible; these are new edits.
bool MainWindow::stageFromHistory(const std::vector<core::Change> &changes, const QString &name)
{
    core::EditSession *edits = m_connection->edits();
    const QString refusal = stagingRefusal(*edits);
    if (refusal.isEmpty() && edits->restore(changes, {}, name))
        return true;
    statusBar()->showMessage(refusal, MessageMilliseconds);
    return false;
}

void MainWindow::undoCommit(const QString &receipt)
{
    const core::Receipt *done = m_connection ? m_connection->receipts()->find(receipt) : nullptr;
    if (!done || !done->wasWritten())
        return;
    core::EditSession *edits = m_connection->edits();
    const std::vector<core::Change> changes = core::inverseOf(*done);
    const auto staged = std::count_if(changes.cbegin(), changes.cend(), [edits](const core::Change &change) {
        return edits->find(change.key) != nullptr;
    });
    if (staged > 0) {
        statusBar()->showMessage(tr("Nothing was staged: other changes of %1 of its records are staged "
                                    "already. Commit or revert those first.")
                                     .arg(staged),
                                 MessageMilliseconds);
        return;
    }
    const QString when = QLocale().toString(done->time.toLocalTime(), QLocale::ShortFormat);
    if (!stageFromHistory(changes, tr("Undo the commit of %1").arg(when)))
        return;
    review();
    statusBar()->showMessage(tr("%1 that take the commit back are staged: review, then commit.")
                                 .arg(changesText(static_cast<int>(changes.size()))),
                             MessageMilliseconds);
}

void MainWindow::restage(const QString &receipt, const std::vector<QByteArray> &keys)
{
    const core::Receipt *done = m_connection ? m_connection->receipts()->find(receipt) : nullptr;
    if (!done)
        return;
    std::vector<core::Change> changes;
    for (const core::ReceiptChange &change : done->changes) {
        if (!change.overwritten || std::find(keys.cbegin(), keys.cend(), change.key) == keys.cend()
            || m_connection->edits()->find(change.key))
            continue;
        core::Change again {.key = change.key};
        if (change.overwritten->now.exists)
            again.base = change.overwritten->now;
        if (change.after.exists) {
            again.kind = again.base.exists ? core::Change::Kind::Update : core::Change::Kind::Insert;
            again.value = change.after.value;
        } else if (again.base.exists) {
            again.kind = core::Change::Kind::Delete;
        } else {
            continue; // it is gone by now, as the commit wanted
        }
        changes.push_back(std::move(again));
    }
    if (changes.empty()) {
        statusBar()->showMessage(
            tr("There is nothing to stage: it is staged already, or as it was committed."),
            MessageMilliseconds);
        return;
    }
    if (!stageFromHistory(changes, tr("Stage overwritten changes again")))
        return;
    review();
}

void MainWindow::tellOverwritten()
{
    if (m_overwritten.empty() || !m_connection) {
        m_overwriteBanner->clearMessage();
        return;
    }
    const Overwritten &last = m_overwritten.back();
    const ResolvedKey resolved = resolverFor(m_connection->directory())(last.key);
    const QString record = QStringLiteral("%1 · %2").arg(resolved.table, keyText(resolved.codec, last.key));
    QString text = last.now.exists
        ? tr("What you have committed was overwritten at revision %1 by another client: %2.")
        : tr("What you have committed was deleted at revision %1 by another client, or by its lease: %2.");
    text = text.arg(QString::number(last.now.modRevision.value), record);
    if (m_overwritten.size() > 1)
        text += QLatin1Char(' ')
            + tr("%1 records in all.").arg(QLocale().toString(qulonglong(m_overwritten.size())));
    m_overwriteBanner->setMessage(
        theme::Mark::Conflict, text,
        QStringList {tr("Show"), tr("Stage mine again"), tr("Commit history"), tr("Dismiss")});
}

void MainWindow::overwriteAction(int index)
{
    if (m_overwritten.empty() || !m_connection)
        return;
    if (index == ShowsIt) {
        goTo(QByteArray(m_overwritten.back().key));
        return;
    }
    if (index == ShowsHistory) {
        m_historyDock->show();
        m_historyDock->raise();
        return;
    }
    const std::vector<Overwritten> all = std::exchange(m_overwritten, {});
    tellOverwritten();
    if (index != StagesAgain)
        return;
    QStringList receipts;
    for (const Overwritten &each : all) {
        if (!receipts.contains(each.receipt))
            receipts << each.receipt;
    }
    for (const QString &receipt : receipts) {
        std::vector<QByteArray> keys;
        for (const Overwritten &each : all) {
            if (each.receipt == receipt)
                keys.push_back(each.key);
        }
        restage(receipt, keys);
    }
}

void MainWindow::exportHistory(const QByteArray &lines)
{
    saveForTheUser(m_prompts.get(), this,
                   {.mode = FileQuestion::Mode::Save,
                    .title = tr("Export commits"),
                    .suggestedPath = QStringLiteral("commits.jsonl"),
                    .nameFilters = {tr("JSON lines (*.jsonl)"), tr("All files (*)")}},
                   lines, tr("The commits were not exported"), [this](const QString &file) {
                       statusBar()->showMessage(tr("The commits were written to %1").arg(file),
                                                MessageMilliseconds);
                   });
}

} // namespace slotscope::ui
