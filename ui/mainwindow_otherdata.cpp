// SPDX-License-Identifier: GPL-3.0-or-later
//
// MainWindow and an etcd that has other data than before: set up anew, restored from a backup, or another one
// at the same address.
#include "ui/mainwindow.h"
#include "ui/panels/banner.h"

namespace slotscope::ui {

void MainWindow::buildDataBanner()
{
    m_dataBanner = new Banner(this);
    m_dataBanner->setObjectName(QStringLiteral("dataBanner"));
    connect(m_dataBanner, &Banner::actionTriggered, m_dataBanner, &Banner::clearMessage);
}

void MainWindow::followData()
{
    m_dataBanner->clearMessage();
    m_stagedForOtherData = false;
    connect(m_connection.get(), &core::Connection::otherDataFound, this, &MainWindow::tellOtherData);
    connect(m_connection->edits(), &core::EditSession::changed, this,
            [this] { m_stagedForOtherData = m_stagedForOtherData && !m_connection->edits()->isEmpty(); });
}

void MainWindow::tellOtherData()
{
    const auto staged = static_cast<int>(m_connection->edits()->changes().size());
    m_stagedForOtherData = staged > 0;
    const QString text =
        tr("This etcd has other data than before: it was set up anew or restored from a backup, "
           "or another one answers. Everything is read again.");
    m_dataBanner->setMessage(
        theme::Mark::Warning,
        staged == 0
            ? text
            : tr("%1 What is staged (%2) was made for the data before.").arg(text, changesText(staged)),
        tr("Dismiss"));
}

bool MainWindow::asksForOtherData()
{
    if (!m_stagedForOtherData)
        return false;
    const Question question {
        .title = tr("Commit to other data than the changes were made for?"),
        .text =
            tr("Since they were staged, etcd was set up anew or restored from a backup, or another one "
               "answers. What was deleted there would be written again; records that differ are refused."),
        .buttons = {{tr("&Commit"), PromptButton::Role::Accept}, {tr("Cancel"), PromptButton::Role::Reject}},
        .defaultButton = 1,
        .warning = true};
    m_prompts->ask(this, question, [this, connection = QPointer(m_connection.get())](int button) {
        if (button != 0 || !connection || connection != m_connection.get())
            return;
        m_stagedForOtherData = false;
        confirmCommit();
    });
    return true;
}

} // namespace slotscope::ui
