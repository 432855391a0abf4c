// SPDX-License-Identifier: GPL-3.0-or-later
//
// The conflicts of PendingPanel: changes that somebody else has overtaken, and what a commit depends on.
#include "ui/conflictsettler.h"
#include "ui/panels/banner.h"
#include "ui/panels/pendingpanel.h"

#include <QPushButton>
#include <QTreeView>

#include <algorithm>

namespace slotscope::ui {

void PendingPanel::buildConflicts()
{
    m_merge->setToolTip(tr("Shows a conflict field by field, to choose what becomes of it"));
    m_keepMine->setToolTip(
        tr("The fields that you have changed stay as you want them; what else somebody has "
           "written meanwhile stays theirs"));
    m_takeTheirs->setToolTip(tr("Drops your change of the selected records in conflict"));
    connect(m_merge, &QPushButton::clicked, this, [this] {
        const std::vector<QByteArray> keys = selectedKeys(true);
        const auto change = std::find_if(keys.begin(), keys.end(),
                                         [this](const QByteArray &key) { return m_session->find(key); });
        if (change != keys.end())
            Q_EMIT mergeRequested(*change);
        else
            Q_EMIT guardsRequested();
    });
    connect(m_keepMine, &QPushButton::clicked, this, [this] {
        const std::vector<QByteArray> keys = selectedKeys(true);
        m_settler->keepMine(keys);
        acceptGuards(keys);
    });
    connect(m_takeTheirs, &QPushButton::clicked, this, [this] {
        const std::vector<QByteArray> keys = selectedKeys(true);
        for (const QByteArray &key : keys)
            m_session->takeTheirs(key, tr("Take theirs"));
        acceptGuards(keys);
    });
    connect(m_settler, &ConflictSettler::refused, this, [this](const QByteArray &, const QString &reason) {
        Q_EMIT messageRaised(tr("Yours cannot be kept as it is: %1.").arg(reason));
    });
    connect(m_guardBanner, &Banner::actionTriggered, this, &PendingPanel::guardsRequested);
}

// Of what the commit depends on: what is there now is fine as well.
void PendingPanel::acceptGuards(const std::vector<QByteArray> &keys)
{
    const std::vector<core::Guard> guards = m_session->guards();
    for (const core::Guard &guard : guards) {
        if (guard.conflict && std::find(keys.begin(), keys.end(), guard.key) != keys.end())
            m_session->addGuard(guard.key, *guard.conflict, tr("Depend on what is there now"));
    }
}

void PendingPanel::takeChanges()
{
    // What holds up the commit is selected by itself, so that it can be settled at once.
    if (m_session && m_session->hasConflicts() && selectedKeys(true).empty()) {
        for (int row = 0; row < m_model->rowCount(); ++row) {
            const QModelIndex index = m_model->index(row, 0);
            if (index.data(PendingModel::ConflictRole).toBool()) {
                m_view->selectionModel()->setCurrentIndex(
                    index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
                m_view->scrollTo(index);
                break;
            }
        }
    }
    updateActions();
    planSoon();
}

void PendingPanel::updateConflicts(bool free)
{
    const auto isInConflict = [](const auto &one) { return one.conflict.has_value(); };
    const bool conflicts = m_session && m_session->hasConflicts();
    const bool selected = conflicts && !selectedKeys(true).empty();
    for (QPushButton *button : {m_merge, m_keepMine, m_takeTheirs}) {
        button->setVisible(conflicts);
        button->setEnabled(free && selected);
    }
    const auto guards =
        m_session ? std::count_if(m_session->guards().begin(), m_session->guards().end(), isInConflict) : 0;
    if (guards == 0)
        m_guardBanner->clearMessage();
    else
        m_guardBanner->setMessage(
            theme::Mark::Conflict,
            guards == 1 ? tr("A record that the commit depends on has changed meanwhile.")
                        : tr("%1 records that the commit depends on have changed meanwhile.").arg(guards),
            tr("Look …"));
}

} // namespace slotscope::ui
