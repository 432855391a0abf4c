// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with drafts: asks before staged edits are left, offers what earlier sessions left, and
// tells what became of that.
#include "core/edit/aftercommit.h"
#include "ui/mainwindow.h"
#include "ui/models/changesummary.h"
#include "ui/panels/banner.h"
#include "ui/panels/historypanel.h"
#include "ui/panels/inspector.h"
#include "ui/sessionsettings.h"

#include <QDockWidget>
#include <QLocale>
#include <QStatusBar>

namespace slotscope::ui {

namespace {

// Indexes of the buttons.
enum LeaveAnswer { LeaveDiscards, LeaveCancels, LeaveKeeps };
enum DraftAnswer { DraftRestores, DraftWaits, DraftGoes };

constexpr qsizetype MostNamed = 200; // changes in a list that people look through

QString whenText(const QDateTime &time)
{
    return QLocale().toString(time.toLocalTime(), QLocale::ShortFormat);
}

} // namespace

void MainWindow::unlessStaged(const QString &what, std::function<void()> go)
{
    returnToPresent();
    const qsizetype staged =
        m_connection && !m_keptAsDraft ? static_cast<qsizetype>(m_connection->edits()->changes().size()) : 0;
    // A text that is not valid yet is not staged, but somebody's work as well.
    const qsizetype wrong = m_inspector->wrongTexts();
    if (staged == 0 && wrong == 0) {
        go();
        return;
    }
    const bool canKeep = staged > 0 && m_connection->drafts()->isKeeping();
    Question question {.buttons = {{tr("Discard"), PromptButton::Role::Destructive},
                                   {tr("Cancel"), PromptButton::Role::Reject}},
                       .defaultButton = LeaveCancels,
                       .escapeButton = LeaveCancels,
                       .warning = true};
    if (staged == 0) {
        question.title = tr("Discard the text that is not valid yet?");
        question.text = tr("It is not staged, and %1 would lose it.").arg(what);
    } else if (canKeep) {
        question.title = tr("Keep %1 as a draft?").arg(changesText(static_cast<int>(staged)));
        question.text = tr("They have not been committed. A draft is offered again when you connect to this "
                           "etcd the next time.");
        question.buttons.push_back({tr("Keep as draft"), PromptButton::Role::Accept});
        question.defaultButton = LeaveKeeps;
    } else {
        question.title = tr("Discard %1?").arg(changesText(static_cast<int>(staged)));
        question.text = tr("They have not been committed, and %1 would lose them.").arg(what);
    }
    if (staged > 0 && wrong > 0)
        question.text += QLatin1Char(' ')
            + (canKeep ? tr("Text in the inspector that is not valid yet would be lost.")
                       : tr("So it would text in the inspector that is not valid yet."));
    m_prompts->ask(this, question, [this, staged, go = std::move(go)](int answer) {
        if (answer == LeaveCancels)
            return;
        if (answer == LeaveKeeps)
            m_keptAsDraft = true;
        else if (staged > 0 && m_connection)
            m_connection->edits()->revertAll(); // not while a commit is on its way: its draft tells of it
        go();
    });
}

void MainWindow::followEdits()
{
    core::Connection *connection = m_connection.get();
    core::DraftKeeper *drafts = connection->drafts();
    if (m_remember) // else its etcd goes with the program
        connection->keepEditsIn(draftFolder(), historyFolder());
    connection->receipts()->setLimit(historyLimit());
    connection->afterCommit()->setDuration(afterCommitDuration());
    m_history->follow(connection);
    connect(drafts, &core::DraftKeeper::searched, this, [this] {
        for (const QString &complaint : m_connection->drafts()->complaints())
            m_draftNews << tr("A draft cannot be used: %1").arg(complaint);
        if (std::exchange(m_lookedForDrafts, false) && m_connection->drafts()->offers().empty())
            statusBar()->showMessage(tr("There is no draft of another session."), MessageMilliseconds);
        tellOfDrafts();
        offerDraft();
    });
    connect(connection->directory(), &core::SlotDirectory::sampled, this, &MainWindow::offerDraft);
    connect(drafts, &core::DraftKeeper::problemChanged, this, &MainWindow::tellOfDrafts);
    connect(drafts, &core::DraftKeeper::commitFound, this,
            [this](const core::DraftKeeper::FoundCommit &commit) {
                m_draftNews << tr("The commit of %1 that was on its way when an earlier session ended (%2) "
                                  "was carried out, at revision %3.")
                                   .arg(changesText(static_cast<int>(commit.changes.size())),
                                        whenText(commit.sent))
                                   .arg(commit.revision.value);
                tellOfDrafts();
            });
    connect(connection->receipts(), &core::ReceiptBook::changed, this, &MainWindow::tellOfDrafts);
    connect(connection->afterCommit(), &core::AfterCommit::overwritten, this,
            [this](const QString &receipt, const QByteArray &key, const core::KeyState &now) {
                std::erase_if(m_overwritten, [&](const Overwritten &known) { return known.key == key; });
                m_overwritten.push_back({receipt, key, now});
                tellOverwritten();
            });
}

void MainWindow::lookForDrafts()
{
    if (!m_connection || m_offeringDraft)
        return;
    m_lookedForDrafts = true;
    m_connection->drafts()->look();
}

void MainWindow::offerDraft()
{
    // Names of tables and decoded keys belong to the question.
    if (!m_connection || m_offeringDraft || !m_connection->directory()->isSampled()
        || m_connection->drafts()->offers().empty())
        return;
    m_offeringDraft = true;
    const core::DraftKeeper::Offer &offer = m_connection->drafts()->offers().front();
    const KeyResolver resolver = resolverFor(m_connection->directory());
    QStringList tables;
    QStringList lines;
    for (const core::Change &change : offer.changes) {
        const ResolvedKey resolved = resolver(change.key);
        if (!tables.contains(resolved.table))
            tables << resolved.table;
        if (lines.size() < MostNamed)
            lines << QStringLiteral("%1  %2  %3")
                         .arg(operationText(change.kind), resolved.table,
                              keyText(resolved.codec, change.key));
    }
    const auto count = static_cast<int>(offer.changes.size());
    if (count > lines.size())
        lines << tr("and %1 more").arg(QLocale().toString(count - lines.size()));
    QStringList text {tr("It was left on %1, with changes in %2.")
                          .arg(whenText(offer.changed), tables.join(QStringLiteral(", ")))};
    if (offer.overtaken == size_t(1))
        text << tr("One of its records was changed on the server since then; restored it is in conflict.");
    else if (offer.overtaken.value_or(0) > 1)
        text << tr("%1 of its records were changed on the server since then; restored they are in conflict.")
                    .arg(*offer.overtaken);
    if (offer.sent == core::DraftKeeper::Offer::Sent::NotCarriedOut)
        text << tr("It ended in the middle of a commit, which was not carried out.");
    else if (offer.sent == core::DraftKeeper::Offer::Sent::Unknown)
        text << tr(
            "It ended in the middle of a commit. Whether that was carried out cannot be told any more.");
    if (offer.torn)
        text << tr("The last step was not completely written, and is missing.");
    if (!offer.setAside.isEmpty())
        text << tr("The file was damaged, and what comes after the damage is missing. It is now %1.")
                    .arg(offer.setAside);
    m_prompts->ask(this,
                   {.title = tr("Restore the draft of %1?").arg(changesText(count)),
                    .text = text.join(QLatin1Char(' ')),
                    .detail = lines.join(QLatin1Char('\n')),
                    .buttons = {{tr("Restore"), PromptButton::Role::Accept},
                                {tr("Later"), PromptButton::Role::Reject},
                                {tr("Discard"), PromptButton::Role::Destructive}},
                    .defaultButton = DraftRestores,
                    .escapeButton = DraftWaits},
                   [this, file = offer.file, connection = QPointer(m_connection.get())](int answer) {
                       if (connection && connection == m_connection.get())
                           takeDraft(file, answer);
                   });
}

void MainWindow::takeDraft(const QString &file, int answer)
{
    m_offeringDraft = false;
    core::DraftKeeper *drafts = m_connection->drafts();
    if (answer == DraftWaits) {
        drafts->postpone(file);
    } else if (answer == DraftGoes) {
        drafts->discard(file);
    } else {
        const auto left = drafts->restore(file, tr("Restore draft"));
        if (!left) {
            statusBar()->showMessage(tr("The draft cannot be restored while a commit is on its way."),
                                     MessageMilliseconds);
            drafts->postpone(file);
        } else if (*left > 0) {
            m_draftNews << tr("Of the draft, %1 were not restored, because other changes of the same records "
                              "are staged. They stay in the draft.")
                               .arg(changesText(static_cast<int>(*left)));
            tellOfDrafts();
        }
    }
    offerDraft();
}

void MainWindow::tellOfDrafts()
{
    const core::Connection *connection = m_connection.get();
    QStringList texts;
    if (connection && !m_draftProblemDismissed) {
        if (const QString problem = connection->drafts()->problem(); !problem.isEmpty())
            texts << tr("What is staged cannot be kept on disk, and is in this window only: %1").arg(problem);
        if (const QString problem = connection->receipts()->problem(); !problem.isEmpty())
            texts << tr("The history of commits cannot be kept on disk: %1").arg(problem);
    }
    const bool isProblem = !texts.isEmpty();
    texts += m_draftNews;
    if (texts.isEmpty())
        m_draftBanner->clearMessage();
    else
        m_draftBanner->setMessage(isProblem ? theme::Mark::Warning : theme::Mark::Edited,
                                  texts.join(QLatin1Char(' ')), tr("Dismiss"));
}

} // namespace slotscope::ui
