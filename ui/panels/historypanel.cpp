// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/historypanel.h"

#include "core/edit/aftercommit.h"
#include "ui/panels/panelparts.h"
#include "ui/sessionsettings.h"

#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

constexpr qint64 MiB = qint64(1024) * 1024;

} // namespace

HistoryPanel::HistoryPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new ReceiptModel(this))
    , m_filter(new ReceiptFilter(this))
    , m_search(new QLineEdit)
    , m_view(new QTreeView)
    , m_hint(new QLabel)
    , m_undo(new QPushButton(tr("&Undo this commit")))
    , m_restage(new QPushButton(tr("&Stage mine again")))
    , m_export(new QPushButton(tr("E&xport …")))
{
    m_filter->setSourceModel(m_model);
    setUpLines(m_view, m_filter, QStringLiteral("commitHistory"), tr("Commit history"));
    m_view->setRootIsDecorated(true);
    const int unit = m_view->fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(ReceiptModel::WhenColumn, 26 * unit);
    m_view->header()->resizeSection(ReceiptModel::TableColumn, 20 * unit);
    m_view->header()->resizeSection(ReceiptModel::KeyColumn, 40 * unit);

    m_search->setPlaceholderText(tr("Search for a key, a table, a value"));
    m_search->setAccessibleName(tr("Search the commit history"));
    m_search->setClearButtonEnabled(true);
    m_undo->setToolTip(
        tr("Stages what takes the commit back; what others have changed since is in conflict"));
    m_restage->setToolTip(tr("Stages again what others have overwritten, upon what they wrote"));
    m_export->setToolTip(tr("Writes the selected commits, or all that are shown, to a file of JSON lines"));
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setTextFormat(Qt::PlainText);

    auto *settings = new QPushButton(tr("&Keep"));
    auto *menu = new QMenu(settings);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] { fillSettings(menu); });
    settings->setMenu(menu);
    settings->setToolTip(tr("How much is kept, and how long it is looked after what was committed"));

    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_search, 1);
    buttons->addWidget(m_hint, 1);
    buttons->addWidget(settings);
    buttons->addWidget(m_export);
    buttons->addSpacing(12);
    buttons->addWidget(m_restage);
    buttons->addWidget(m_undo);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_view, 1);
    layout->addLayout(buttons);
    setFocusProxy(m_view);

    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_filter->setText(text);
        updateActions();
    });
    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        const QByteArray key = index.data(ReceiptModel::KeyRole).toByteArray();
        if (!key.isEmpty())
            Q_EMIT showRequested(key);
    });
    connect(m_view, &QTreeView::customContextMenuRequested, this, &HistoryPanel::showContextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &HistoryPanel::updateActions);
    connect(m_filter, &QAbstractItemModel::modelReset, this, &HistoryPanel::updateActions);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, &HistoryPanel::updateActions);
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, &HistoryPanel::updateActions);
    connect(m_filter, &QAbstractItemModel::dataChanged, this, &HistoryPanel::updateActions);
    connect(m_undo, &QPushButton::clicked, this, &HistoryPanel::undoCurrent);
    connect(m_restage, &QPushButton::clicked, this, &HistoryPanel::restageCurrent);
    connect(m_export, &QPushButton::clicked, this, &HistoryPanel::exportShown);
    updateActions();
}

void HistoryPanel::follow(core::Connection *connection)
{
    m_connection = connection;
    m_model->follow(connection ? connection->receipts() : nullptr,
                    connection ? connection->directory() : nullptr);
    if (connection && isVisible())
        connection->receipts()->load();
    updateActions();
}

void HistoryPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    // Nobody has looked before: then it need not be read.
    if (m_connection && !m_connection->receipts()->isLoaded())
        m_connection->receipts()->load();
}

QModelIndex HistoryPanel::current() const
{
    QModelIndex index = m_view->currentIndex();
    if (!index.isValid() && m_filter->rowCount() == 1)
        index = m_filter->index(0, 0);
    return index;
}

void HistoryPanel::undoCurrent()
{
    if (const QModelIndex index = current(); index.isValid())
        Q_EMIT undoRequested(index.data(ReceiptModel::ReceiptRole).toString());
}

void HistoryPanel::restageCurrent()
{
    const QModelIndex index = current();
    const QString id = index.data(ReceiptModel::ReceiptRole).toString();
    const core::Receipt *receipt = m_connection ? m_connection->receipts()->find(id) : nullptr;
    if (!receipt)
        return;
    // Of a record its own, of a commit all of them.
    const QByteArray only = index.data(ReceiptModel::KeyRole).toByteArray();
    std::vector<QByteArray> keys;
    for (const core::ReceiptChange &change : receipt->changes) {
        if (change.overwritten && (only.isEmpty() || only == change.key))
            keys.push_back(change.key);
    }
    Q_EMIT restageRequested(id, keys);
}

void HistoryPanel::exportShown()
{
    QStringList ids;
    const QModelIndexList selected = m_view->selectionModel()->selectedRows();
    for (const QModelIndex &index : selected)
        ids << index.data(ReceiptModel::ReceiptRole).toString();
    if (ids.isEmpty()) {
        for (int row = 0; row < m_filter->rowCount(); ++row)
            ids << m_filter->index(row, 0).data(ReceiptModel::ReceiptRole).toString();
    }
    if (!ids.isEmpty())
        Q_EMIT exportRequested(m_model->exportLines(ids));
}

void HistoryPanel::fillSettings(QMenu *menu)
{
    menu->clear();
    const auto choice = [menu](QActionGroup *group, const QString &text, bool isChosen, auto &&choose) {
        QAction *action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(isChosen);
        group->addAction(action);
        QObject::connect(action, &QAction::triggered, group, choose);
    };
    menu->addSection(tr("History of each etcd"));
    auto *limits = new QActionGroup(menu);
    for (const qint64 size : {qint64(0), 4 * MiB, 32 * MiB, 256 * MiB}) {
        const QString text = size == 0
            ? tr("Keep none")
            : tr("The latest %1")
                  .arg(QLocale().formattedDataSize(size, 0, QLocale::DataSizeTraditionalFormat));
        choice(limits, text, historyLimit() == size, [this, size] {
            rememberHistoryLimit(size);
            if (m_connection)
                m_connection->receipts()->setLimit(size);
        });
    }
    menu->addSection(tr("After a commit, tell what others write over it"));
    auto *durations = new QActionGroup(menu);
    for (const int seconds : {0, 60, 300, 3600}) {
        const QString text = seconds == 0 ? tr("Never")
            : seconds == 60               ? tr("For a minute")
                                          : tr("For %1 minutes").arg(seconds / 60);
        choice(durations, text, afterCommitDuration().count() == seconds, [this, seconds] {
            rememberAfterCommitDuration(std::chrono::seconds(seconds));
            if (m_connection)
                m_connection->afterCommit()->setDuration(std::chrono::seconds(seconds));
        });
    }
}

void HistoryPanel::showContextMenu(const QPoint &position)
{
    const QModelIndex index = m_view->indexAt(position);
    if (!index.isValid())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const QByteArray key = index.data(ReceiptModel::KeyRole).toByteArray(); !key.isEmpty()) {
        connect(menu->addAction(tr("Show record")), &QAction::triggered, this,
                [this, key] { Q_EMIT showRequested(key); });
        menu->addSeparator();
    }
    for (QPushButton *button : {m_undo, m_restage, m_export}) {
        QAction *action = menu->addAction(button->text());
        action->setEnabled(button->isEnabled());
        connect(action, &QAction::triggered, button, &QPushButton::click);
    }
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

void HistoryPanel::updateActions()
{
    const QModelIndex index = current();
    m_undo->setEnabled(index.data(ReceiptModel::WrittenRole).toBool());
    m_restage->setEnabled(index.data(ReceiptModel::OverwrittenRole).toBool());
    m_export->setEnabled(m_filter->rowCount() > 0);
    const int all = m_model->rowCount();
    QString text;
    if (all == 0)
        text = tr("Nothing was committed yet.");
    else if (m_filter->rowCount() < all)
        text = tr("%1 of %2 commits").arg(m_filter->rowCount()).arg(all);
    else
        text = all == 1 ? tr("1 commit") : tr("%1 commits").arg(all);
    if (m_connection && m_connection->receipts()->unreadable() > 0)
        text += QStringLiteral("; ")
            + tr("%1 lines of the history cannot be read").arg(m_connection->receipts()->unreadable());
    m_hint->setText(text);
}

} // namespace slotscope::ui
