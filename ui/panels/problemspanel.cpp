// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/problemspanel.h"

#include "ui/errortext.h"
#include "ui/models/problemsmodel.h"
#include "ui/panels/panelparts.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::IndexFault;

ProblemsPanel::ProblemsPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new ProblemsModel(this))
    , m_view(new QTreeView)
    , m_summary(new QLabel)
    , m_progress(new QProgressBar)
    , m_check(new QPushButton)
    , m_repair(new QPushButton)
{
    setUpLines(m_view, m_model, QStringLiteral("problems"), tr("Problems"));
    const int unit = m_view->fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(ProblemsModel::FaultColumn, 22 * unit);
    m_view->header()->resizeSection(ProblemsModel::TableColumn, 18 * unit);
    m_view->header()->resizeSection(ProblemsModel::IndexColumn, 22 * unit);
    m_view->header()->resizeSection(ProblemsModel::KeyColumn, 34 * unit);

    m_check->setToolTip(
        tr("Compares all indexes with their tables, at one revision, and looks at the catalogue"));
    m_repair->setToolTip(
        tr("Stages what sets the selected (or all) entries right; nothing is written before you "
           "commit"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_summary->setTextFormat(Qt::PlainText);
    m_progress->setMaximumWidth(24 * unit);
    m_progress->hide();

    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_summary, 1);
    buttons->addWidget(m_progress);
    buttons->addWidget(m_check);
    buttons->addWidget(m_repair);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_view, 1);
    layout->addLayout(buttons);
    setFocusProxy(m_view);

    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        const QByteArray key = index.data(ProblemsModel::KeyRole).toByteArray();
        if (!key.isEmpty())
            Q_EMIT showRequested(key);
    });
    connect(m_view, &QTreeView::customContextMenuRequested, this, &ProblemsPanel::showContextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &ProblemsPanel::updateActions);
    connect(m_model, &QAbstractItemModel::modelReset, this, &ProblemsPanel::updateActions);
    connect(m_check, &QPushButton::clicked, this, [this] {
        if (isChecking())
            cancel();
        else
            check();
    });
    connect(m_repair, &QPushButton::clicked, this, &ProblemsPanel::stageRepairs);
    updateActions();
}

ProblemsPanel::~ProblemsPanel() = default;

void ProblemsPanel::follow(core::Connection *connection)
{
    m_doctor.reset();
    m_connection = connection;
    m_model->clear();
    m_progress->hide();
    m_summary->setText(connection ? tr("Not checked yet.") : QString());
    updateActions();
}

void ProblemsPanel::check(std::optional<core::Slot> slot)
{
    if (!m_connection || isChecking())
        return;
    if (m_connection->state() != core::Connection::State::Online || !m_connection->relations()->isKnown()) {
        m_summary->setText(m_connection->state() == core::Connection::State::Online
                               ? tr("The types of the tables are still being looked for.")
                               : tr("There is no connection to etcd now."));
        return;
    }
    std::vector<core::IndexInDatabase> indexes = m_connection->relations()->indexes();
    if (slot)
        std::erase_if(indexes, [slot](const core::IndexInDatabase &index) {
            return index.table != *slot && index.index != *slot;
        });
    m_doctor = std::make_unique<core::IndexDoctor>(m_connection->client(), std::move(indexes));
    connect(m_doctor.get(), &core::IndexDoctor::progress, this,
            [this](qint64 done, qint64 total) { showProgress(m_progress, done, total); });
    connect(m_doctor.get(), &core::IndexDoctor::finished, this,
            [this, slot](const core::Result<core::IndexReport> &result) { take(result, slot); });
    m_summary->setText(tr("Checking …"));
    m_progress->setRange(0, 0);
    m_progress->show();
    m_doctor->start();
    updateActions();
}

void ProblemsPanel::cancel()
{
    if (m_doctor)
        m_doctor->cancel();
}

void ProblemsPanel::take(const core::Result<core::IndexReport> &result, std::optional<core::Slot> slot)
{
    // The doctor is still in the middle of telling.
    m_doctor.release()->deleteLater();
    m_progress->hide();
    if (!result) {
        m_summary->setText(
            result.error().kind == core::ErrorKind::Cancelled
                ? tr("The check was cancelled.")
                : describe(result.error(), m_connection->options().endpoint().toString()).sentence());
        updateActions();
        Q_EMIT checked();
        return;
    }
    auto catalogue = core::checkCatalogue(*m_connection->directory());
    if (slot)
        std::erase_if(catalogue, [slot](const core::CatalogueFault &fault) { return fault.slot != *slot; });
    m_model->setReport(*result, catalogue, m_connection->directory());
    qint64 entries = 0;
    for (const core::IndexReport::Index &index : result->indexes)
        entries += index.entries;
    const auto broken = std::count_if(catalogue.cbegin(), catalogue.cend(),
                                      [](const core::CatalogueFault &fault) { return fault.isFault(); });
    const qint64 faults = qint64(result->faults.size()) + broken;
    const QLocale locale;
    // Without an index there was nothing to read, and so no revision.
    const QString what = result->indexes.empty()
        ? tr("the catalogue; there are no indexes")
        : tr("%1 indexes with %2 entries at revision %3, and the catalogue")
              .arg(result->indexes.size())
              .arg(locale.toString(entries), QString::number(result->revision.value));
    m_summary->setText(faults == 0 ? tr("Nothing is wrong. Checked: %1.").arg(what)
                                   : tr("%1 problems. Checked: %2.").arg(locale.toString(faults), what));
    updateActions();
    Q_EMIT checked();
}

std::vector<int> ProblemsPanel::rowsToRepair() const
{
    std::vector<int> rows;
    const QModelIndexList selected = m_view->selectionModel()->selectedRows();
    for (const QModelIndex &index : selected)
        rows.push_back(index.row());
    if (rows.empty()) {
        for (int row = 0; row < m_model->rowCount(); ++row)
            rows.push_back(row);
    }
    std::erase_if(rows, [this](int row) {
        return !m_model->index(row, 0).data(ProblemsModel::RepairableRole).toBool();
    });
    return rows;
}

void ProblemsPanel::stageRepairs()
{
    if (!m_connection)
        return;
    std::vector<core::EditSession::Intent> intents;
    for (const int row : rowsToRepair()) {
        const IndexFault &fault = *m_model->faultAt(row);
        intents.push_back({fault.entryKey,
                           fault.entry ? core::KeyState::of(*fault.entry) : core::KeyState::absent(),
                           fault.repairedValue()});
    }
    if (intents.empty()
        || !m_connection->edits()->stageAll(intents, tr("Repair %1 entries").arg(intents.size())))
        return;
    m_summary->setText(tr("%1 repairs are staged: review them, then commit.").arg(intents.size()));
    Q_EMIT reviewRequested();
}

void ProblemsPanel::showContextMenu(const QPoint &position)
{
    const QModelIndex index = m_view->indexAt(position);
    if (!index.isValid())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto show = [&](const QString &text, const QByteArray &key) {
        if (!key.isEmpty())
            connect(menu->addAction(text), &QAction::triggered, this,
                    [this, key] { Q_EMIT showRequested(key); });
    };
    if (const IndexFault *fault = m_model->faultAt(index.row())) {
        show(tr("Show entry"), fault->entry ? fault->entryKey : QByteArray());
        show(tr("Show record"), fault->record);
        const bool leadsSomewhere = fault->kind != IndexFault::Kind::Orphaned && !fault->pointsTo.isEmpty();
        show(tr("Show the record that it leads to"),
             leadsSomewhere ? core::KeyRange::slot(fault->table).begin + fault->pointsTo : QByteArray());
    } else {
        const QByteArray key = index.data(ProblemsModel::KeyRole).toByteArray();
        show(tr("Show entry"), key);
        if (const auto entry = core::readCatalogueEntry(key, {}))
            connect(menu->addAction(tr("Edit entry …")), &QAction::triggered, this,
                    [this, slot = entry->slot] { Q_EMIT entryRequested(slot); });
    }
    menu->addSeparator();
    QAction *repair = menu->addAction(m_repair->text());
    repair->setEnabled(m_repair->isEnabled());
    connect(repair, &QAction::triggered, m_repair, &QPushButton::click);
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

void ProblemsPanel::updateActions()
{
    m_check->setText(isChecking() ? tr("&Cancel") : tr("&Check all"));
    m_check->setEnabled(m_connection != nullptr);
    const size_t count = rowsToRepair().size();
    m_repair->setText(count > 0 ? tr("Stage &repairs (%1)").arg(count) : tr("Stage &repairs"));
    m_repair->setEnabled(count > 0 && !isChecking());
}

} // namespace slotscope::ui
