// SPDX-License-Identifier: GPL-3.0-or-later
//
// PendingPanel and the transaction that a commit would be: its size against the server's limits, its parts,
// and what is told beside the list.
#include "core/edit/commitparts.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/reviewdetail.h"

#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>

namespace slotscope::ui {

namespace {

constexpr size_t ManyChanges = 500; // their plan is made when nothing else comes
constexpr std::chrono::milliseconds PlanDelay(100);

QString sizeText(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeTraditionalFormat);
}

} // namespace

void PendingPanel::buildDetail()
{
    m_leaveOutRest->setToolTip(
        tr("Chooses a first part, in the order of staging, that the server takes in one "
           "transaction. The others stay staged for the next part."));
    m_nextPart->setToolTip(tr("Takes in what was left out, as much as the server takes in one transaction. "
                              "It is not committed before you say so."));
    m_showBytes->setText(tr("Bytes"));
    m_showBytes->setToolTip(tr("The bytes of the chosen change, before and after"));
    m_showTransaction->setText(tr("Transaction"));
    m_showTransaction->setToolTip(tr("Exactly what a commit sends, and scripts of it to copy"));
    m_detail->hide();
    for (QToolButton *button : {m_showBytes, m_showTransaction}) {
        button->setCheckable(true);
        const int page = button == m_showBytes ? ReviewDetail::BytesPage : ReviewDetail::TransactionPage;
        connect(button, &QToolButton::clicked, this, [this, page](bool on) { showDetail(page, on); });
    }
    connect(m_detail->tabs(), &QTabWidget::currentChanged, this,
            [this](int page) { showDetail(page, !m_detail->isHidden()); });
    connect(m_detail, &ReviewDetail::copied, this, &PendingPanel::messageRaised);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &PendingPanel::updateDetail);
    m_detail->setTransactionSource([this] {
        ReviewDetail::Transaction transaction;
        if (!m_session)
            return transaction;
        core::CommitPlan plan = m_session->plan();
        transaction.options.endpoint = m_endpoint;
        for (const core::Change &change : plan.writes) {
            if (change.kind != core::Change::Kind::Delete
                && change.lease.kind == core::LeaseChoice::Kind::New)
                transaction.options.newLeases.emplace(change.key, change.lease.ttl);
        }
        transaction.options.describe = [texts = m_model->keyTexts()](const QByteArray &key) {
            return texts.value(key);
        };
        transaction.request = std::move(plan.request);
        return transaction;
    });
    connect(m_leaveOutRest, &QPushButton::clicked, this, &PendingPanel::leaveOutWhatDoesNotFit);
    connect(m_nextPart, &QPushButton::clicked, this, &PendingPanel::takeNextPart);
    m_planTimer.setSingleShot(true);
    connect(&m_planTimer, &QTimer::timeout, this, &PendingPanel::updatePlan);
}

void PendingPanel::showDetail(int page, bool on)
{
    if (on && m_detail->isHidden())
        Q_EMIT roomWanted();
    m_detail->setVisible(on);
    if (on)
        m_detail->showPage(static_cast<ReviewDetail::Page>(page));
    m_showBytes->setChecked(on && page == ReviewDetail::BytesPage);
    m_showTransaction->setChecked(on && page == ReviewDetail::TransactionPage);
}

void PendingPanel::updateDetail()
{
    const QModelIndex current = m_view->currentIndex();
    const bool isChange = current.isValid() && !current.data(PendingModel::GuardRole).toBool();
    const core::Change *change = nullptr;
    if (m_session && isChange) {
        // Of what follows from a change its own bytes.
        const QByteArray key = current.data(PendingModel::ShownKeyRole).toByteArray();
        change = m_session->find(key);
        for (const core::DerivedChange &derived : m_session->derived()) {
            if (!change && derived.change.key == key)
                change = &derived.change;
        }
    }
    m_detail->setChange(change ? std::optional(*change) : std::nullopt);
}

void PendingPanel::planSoon()
{
    if (m_session && m_session->changes().size() > ManyChanges)
        m_planTimer.start(PlanDelay);
    else
        updatePlan();
}

QString PendingPanel::planText(const core::CommitPlan &plan) const
{
    const QLocale locale;
    const auto leftOut =
        static_cast<int>(std::count_if(m_session->changes().begin(), m_session->changes().end(),
                                       [](const core::Change &change) { return change.leftOut; }));
    const QString rest =
        leftOut > 0 ? QStringLiteral(" ") + tr("%1 left out.").arg(locale.toString(leftOut)) : QString();
    if (plan.writes.empty())
        return tr("Nothing goes into the next commit.") + rest;
    const size_t count = std::max(plan.operations(), plan.compares());
    QString text = tr("%1 of %2 operations, %3 of %4.")
                       .arg(locale.toString(count), locale.toString(plan.limits.operations),
                            sizeText(plan.bytes), sizeText(plan.limits.bytes))
        + rest;
    QStringList over;
    if (plan.operationsOver() > 0)
        over << tr("%1 operations").arg(locale.toString(plan.operationsOver()));
    if (plan.bytesOver() > 0)
        over << sizeText(plan.bytesOver());
    if (!over.isEmpty())
        text = tr("Too much for one transaction, by %1: ").arg(over.join(tr(" and "))) + text;
    return text;
}

void PendingPanel::updatePlan()
{
    m_planTimer.stop();
    m_detail->invalidateTransaction();
    if (!m_session || (m_session->isEmpty() && m_session->guards().empty())) {
        m_fits = true;
        m_hint->setText(tr("No pending changes."));
        updateActions();
        return;
    }
    const core::CommitPlan plan = m_session->plan();
    m_fits = plan.fits();
    const QString problems = problemsText(m_session->derived());
    if (m_session->isCommitting())
        m_hint->setText(tr("Committing…"));
    else if (m_session->hasConflicts())
        m_hint->setText(tr("Settle the conflicts before committing."));
    else if (!problems.isEmpty())
        m_hint->setText(tr("What is marked below the changes holds up the commit."));
    else
        m_hint->setText(planText(plan));
    m_hint->setToolTip(problems.isEmpty() ? tr(
                           "The limits are those of etcd's options --max-txn-ops and --max-request-bytes; "
                           "tell others by Edit ▸ Limits of this etcd")
                                          : problems);
    updateActions();
}

void PendingPanel::leaveOutWhatDoesNotFit()
{
    if (!m_session)
        return;
    const core::PartChoice choice = core::choosePart(m_session->changes(), m_session->derived(),
                                                     m_session->guards(), m_session->limits());
    m_fitting = !choice.leaveOut.empty();
    if (choice.leaveOut.empty())
        return;
    for (const QByteArray &key : choice.leaveOut)
        m_waiting.insert(key);
    m_session->setLeftOut(choice.leaveOut, true,
                          tr("Leave out %1 changes that do not fit").arg(choice.leaveOut.size()));
    if (!choice.neverFit.empty())
        Q_EMIT messageRaised(tr("%1 changes do not fit into a transaction of this etcd, even alone.")
                                 .arg(choice.neverFit.size()));
    fitWhenDerived();
}

void PendingPanel::takeNextPart()
{
    if (!m_session)
        return;
    std::vector<QByteArray> waiting;
    for (const core::Change &change : m_session->changes()) {
        if (change.leftOut && m_waiting.contains(change.key))
            waiting.push_back(change.key);
    }
    // Left out by hand, or by somebody before a restart.
    if (waiting.empty()) {
        for (const core::Change &change : m_session->changes()) {
            if (change.leftOut)
                waiting.push_back(change.key);
        }
    }
    m_waiting.clear();
    m_fitting = true;
    m_session->setLeftOut(waiting, false, tr("Take in %1 changes").arg(waiting.size()));
    fitWhenDerived();
}

// What follows from the changes of a part is known only when they are taken in, and may make it too large.
void PendingPanel::fitWhenDerived()
{
    if (!m_fitting || !m_session || m_session->isDeriving())
        return;
    if (m_session->plan().fits())
        m_fitting = false;
    else
        leaveOutWhatDoesNotFit();
}

} // namespace slotscope::ui
