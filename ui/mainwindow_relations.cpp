// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with relations between records: following links and coming back, who refers to a
// record, and what the doctor finds.
#include "core/pmap/indexkey.h"
#include "ui/mainwindow.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/inspector.h"
#include "ui/panels/inspectortree.h"
#include "ui/panels/problemspanel.h"
#include "ui/panels/recordtab.h"
#include "ui/panels/referrerspanel.h"
#include "ui/panels/versionspanel.h"
#include "ui/views/recordview.h"

#include <QAction>
#include <QDockWidget>
#include <QMenu>
#include <QStatusBar>
#include <QTreeView>

namespace slotscope::ui {

namespace {

constexpr size_t MostPlaces = 100;
/// Tables that are searched for a key at once: etcd takes so many operations in a transaction by default.
constexpr size_t MostSearched = 128;

/// Whether a key of one such component is unlikely to be found in a table by chance.
bool isTelling(core::KeyComponent component)
{
    switch (component) {
    case core::KeyComponent::Uuid:
    case core::KeyComponent::Bytes16:
    case core::KeyComponent::Bytes20:
    case core::KeyComponent::Bytes32:
        return true;
    default:
        return false;
    }
}

/// The keys that records with this value as their key would have, tables before indexes.
std::vector<QByteArray> possibleKeys(const core::Connection &connection, const core::Value &value)
{
    std::vector<QByteArray> keys;
    std::vector<QByteArray> inIndexes;
    const core::SlotDirectory &directory = *connection.directory();
    for (const core::Slot slot : directory.slotNumbers()) {
        const core::SlotInfo &info = *directory.find(slot);
        const auto &components = info.type.key.components();
        if ((info.kind != core::SlotKind::Table && info.kind != core::SlotKind::Untyped)
            || components.size() != 1 || !isTelling(components.front()))
            continue;
        const auto part = core::asKeyPart(value, components.front());
        if (!part)
            continue;
        const auto key = core::SlotCodec(info.type).encodeKey(core::KeyRange::slot(slot).begin, {*part});
        if (key)
            (connection.relations()->indexAt(slot) ? inIndexes : keys).push_back(*key);
    }
    keys.insert(keys.end(), inIndexes.cbegin(), inIndexes.cend());
    if (keys.size() > MostSearched)
        keys.resize(MostSearched);
    return keys;
}

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
    m_versions->visit(key);
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

void MainWindow::addNodeActions(QMenu *menu)
{
    const InspectorTree *tree = m_inspector->tree();
    RecordTab *tab = currentTab();
    if (!tab || !tab->slot() || !tree->view()->currentIndex().isValid())
        return;
    const core::ValuePath path = tree->currentPath();
    const core::Value node = tree->model()->valueAt(tree->view()->currentIndex());
    menu->addSeparator();
    menu->addAction(tr("&Show as column"), tab, [this, tab, path] {
        if (!tab->showColumn(path))
            statusBar()->showMessage(tr("This place has no name that a column could be kept by."),
                                     MessageMilliseconds);
    });
    menu->addAction(tr("Add to fi&lter"), this, [this, path, node] { addFieldToFilter(path, node, false); });
    menu->addAction(tr("Exclude by filter"), this,
                    [this, path, node] { addFieldToFilter(path, node, true); });
    const bool leads =
        m_connection->relations()->linkedKey(*tab->slot(), core::Column::ofField(path), node).has_value()
        || !possibleKeys(*m_connection, node).empty();
    menu->addAction(tr("&Follow link"), this, [this, path, node] { followNode(path, node); })
        ->setEnabled(leads);
}

void MainWindow::followNode(const core::ValuePath &path, const core::Value &node)
{
    const RecordTab *tab = currentTab();
    if (!m_connection || !tab || !tab->slot())
        return;
    if (const auto key =
            m_connection->relations()->linkedKey(*tab->slot(), core::Column::ofField(path), node)) {
        followLink(*key);
        return;
    }
    const std::vector<QByteArray> keys = possibleKeys(*m_connection, node);
    core::TxnRequest search;
    for (const QByteArray &key : keys)
        search.success.push_back(
            {core::RangeRequest {.range = core::KeyRange::single(key), .countOnly = true}});
    m_connection->client()->txn(search).then(this, [this, keys](const core::Result<core::TxnReply> &reply) {
        if (!reply) {
            statusBar()->showMessage(tr("etcd cannot be asked for the record now."), MessageMilliseconds);
            return;
        }
        for (size_t i = 0; i < keys.size() && i < reply->responses.size(); ++i) {
            const auto *range = std::get_if<core::RangeReply>(&reply->responses[i].response);
            if (range && range->count > 0) {
                goTo(keys[i]);
                return;
            }
        }
        statusBar()->showMessage(tr("No table has a record with this key."), MessageMilliseconds);
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
