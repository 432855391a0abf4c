// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does when somebody else was faster: merges are told, conflicts brought up and settled.
#include "ui/commitnotice.h"
#include "ui/dialogs/mergedialog.h"
#include "ui/mainwindow.h"
#include "ui/panels/inspector.h"
#include "ui/panels/pendingpanel.h"

#include <QDockWidget>
#include <QStatusBar>

#include <algorithm>

namespace slotscope::ui {

namespace {

QString conflictAdvice()
{
    return MainWindow::tr(
        "Somebody else has changed what you have edited: merge it, keep yours or take theirs, "
        "then commit.");
}

} // namespace

void MainWindow::followConflicts()
{
    core::EditSession *edits = m_connection->edits();
    connect(edits, &core::EditSession::merged, this, &MainWindow::tellMerged);
    connect(edits, &core::EditSession::guardsChanged, this, [this] {
        noticeConflicts();
        updateActions();
    });
}

void MainWindow::noticeConflicts()
{
    const bool conflicts = m_connection->edits()->hasConflicts();
    if (conflicts && !m_inConflict) {
        offerPending();
        m_pendingDock->raise();
        tellOfStaged(statusBar(), m_connection->edits(), conflictAdvice());
    } else if (!conflicts && m_inConflict) {
        statusBar()->clearMessage();
    }
    m_inConflict = conflicts;
}

void MainWindow::tellMerged(const std::vector<QByteArray> &keys, core::Revision revision)
{
    // Where both had done the same, nothing is left to be written.
    const core::EditSession *edits = m_connection->edits();
    const auto staged = std::count_if(keys.begin(), keys.end(),
                                      [edits](const QByteArray &key) { return edits->find(key) != nullptr; });
    const auto same = qsizetype(keys.size()) - staged;
    QStringList sentences;
    if (staged == 1)
        sentences +=
            tr("Somebody else has changed other fields of a record that you have edited: merged with "
               "revision %1.")
                .arg(revision.value);
    else if (staged > 1)
        sentences +=
            tr("Somebody else has changed other fields of %1 records that you have edited: merged with "
               "revision %2.")
                .arg(staged)
                .arg(revision.value);
    if (same > 0)
        sentences += same == 1
            ? tr("Somebody else has made the very change that you had staged, at revision %1.")
                  .arg(revision.value)
            : tr("Somebody else has made %1 of the changes that you had staged, at revision %2.")
                  .arg(same)
                  .arg(revision.value);
    if (edits->hasConflicts())
        sentences += conflictAdvice();
    // It stays until something else is to be said, or staged.
    tellOfStaged(statusBar(), m_connection->edits(), sentences.join(QLatin1Char(' ')));
}

void MainWindow::mergeConflict(QByteArray key)
{
    if (!m_connection)
        return;
    core::EditSession *edits = m_connection->edits();
    const auto isInConflict = [edits](const QByteArray &one) {
        const core::Change *change = one.isNull() ? nullptr : edits->find(one);
        return change && change->conflict;
    };
    if (key.isNull())
        key = currentKey();
    if (!isInConflict(key)) {
        const auto first =
            std::find_if(edits->changes().begin(), edits->changes().end(),
                         [](const core::Change &change) { return change.conflict.has_value(); });
        if (first == edits->changes().end()) {
            statusBar()->showMessage(tr("Nothing is in conflict."), MessageMilliseconds);
            return;
        }
        key = first->key;
    }
    for (auto *open : findChildren<MergeDialog *>()) {
        if (open->key() == key && open->isVisible()) {
            open->raise();
            open->activateWindow();
            return;
        }
    }
    auto *dialog = new MergeDialog(edits, resolverFor(m_connection->directory()), key, this);
    connect(dialog, &MergeDialog::settled, this,
            [this](const QString &how) { statusBar()->showMessage(how, MessageMilliseconds); });
    dialog->show();
}

void MainWindow::settleGuards()
{
    if (!m_connection)
        return;
    const std::vector<core::Guard> &guards = m_connection->edits()->guards();
    const auto found = std::find_if(guards.begin(), guards.end(),
                                    [](const core::Guard &guard) { return guard.conflict.has_value(); });
    if (found == guards.end())
        return;
    const core::Guard &guard = *found;
    const ResolvedKey resolved = resolverFor(m_connection->directory())(guard.key);
    m_prompts->ask(this,
                   {.title = tr("The commit depends on a record that has changed"),
                    .text = tr("%1, %2: %3")
                                .arg(resolved.table, keyText(resolved.codec, guard.key),
                                     guardText(resolved.codec, guard)),
                    .buttons = {{tr("Depend on what is there now"), PromptButton::Role::Accept},
                                {tr("Do not depend on it"), PromptButton::Role::Destructive},
                                {tr("Cancel"), PromptButton::Role::Reject}},
                    .defaultButton = 2,
                    .escapeButton = 2,
                    .warning = true},
                   [this, guard](int button) {
                       core::EditSession *edits = m_connection ? m_connection->edits() : nullptr;
                       if (!edits || button == 2)
                           return;
                       const auto now =
                           std::find_if(edits->guards().begin(), edits->guards().end(),
                                        [&guard](const core::Guard &one) { return one.key == guard.key; });
                       // Only what was seen is agreed to.
                       if (now != edits->guards().end() && *now == guard) {
                           if (button == 0)
                               edits->addGuard(guard.key, *guard.conflict, tr("Depend on what is there now"));
                           else
                               edits->removeGuard(guard.key, tr("Do not depend on it"));
                       }
                       settleGuards();
                   });
}

} // namespace slotscope::ui
