// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with relations between records: following links and coming back, who refers to a
// record, and what the doctor finds.
#include "ui/mainwindow.h"
#include "ui/panels/problemspanel.h"
#include "ui/panels/recordtab.h"
#include "ui/panels/referrerspanel.h"
#include "ui/views/recordview.h"

#include <QAction>
#include <QDockWidget>
#include <QStatusBar>

namespace slotscope::ui {

namespace {

constexpr size_t MostPlaces = 100;

} // namespace

QByteArray MainWindow::currentKey() const
{
    const RecordTab *tab = currentTab();
    const int row = tab ? tab->view()->currentIndex().row() : -1;
    return row < 0 ? QByteArray() : tab->model()->keyAt(row);
}

void MainWindow::goTo(const QByteArray &key)
{
    const QByteArray here = currentKey();
    if (!here.isEmpty() && here != key) {
        m_back.push_back(here);
        if (m_back.size() > MostPlaces)
            m_back.erase(m_back.begin());
        m_forward.clear();
    }
    showKey(key);
    updateActions();
}

void MainWindow::goBack()
{
    if (m_back.empty())
        return;
    const QByteArray there = m_back.back();
    m_back.pop_back();
    if (const QByteArray here = currentKey(); !here.isEmpty())
        m_forward.push_back(here);
    showKey(there);
    updateActions();
}

void MainWindow::goForward()
{
    if (m_forward.empty())
        return;
    const QByteArray there = m_forward.back();
    m_forward.pop_back();
    if (const QByteArray here = currentKey(); !here.isEmpty())
        m_back.push_back(here);
    showKey(there);
    updateActions();
}

void MainWindow::followLink(const QByteArray &key)
{
    if (!m_connection)
        return;
    m_connection->client()
        ->range({.range = core::KeyRange::single(key), .countOnly = true})
        .then(this, [this, key](const core::Result<core::RangeReply> &reply) {
            // A staged record can be gone to as well; and without etcd, what is loaded.
            const bool staged = m_connection && m_connection->edits()->find(key);
            if (!reply || reply->count > 0 || staged) {
                goTo(key);
                return;
            }
            statusBar()->showMessage(tr("The record that this leads to does not exist."),
                                     MessageMilliseconds);
        });
}

void MainWindow::findReferrers()
{
    const QByteArray key = currentKey();
    if (key.isEmpty() || !currentTab()->slot())
        return;
    m_referrersDock->show();
    m_referrersDock->raise();
    m_referrers->search(key, currentTab()->model()->codec().type().key);
}

void MainWindow::checkProblems(std::optional<core::Slot> slot)
{
    m_problemsDock->show();
    m_problemsDock->raise();
    m_problems->check(slot);
}

} // namespace slotscope::ui
