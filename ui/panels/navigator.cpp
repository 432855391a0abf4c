// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/navigator.h"

#include "core/doctor/relations.h"
#include "core/table/plainkeys.h"
#include "ui/delegates/ratedelegate.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QStyle>
#include <QTreeView>
#include <QVBoxLayout>

namespace slotscope::ui {

Navigator::Navigator(QWidget *parent)
    : QWidget(parent)
    , m_model(new SlotTreeModel(this))
    , m_filter(new SlotTreeFilter(this))
    , m_filterLine(new QLineEdit)
    , m_view(new QTreeView)
    , m_hint(new QLabel)
{
    m_filter->setSourceModel(m_model);

    m_filterLine->setObjectName(QStringLiteral("navigatorFilter"));
    m_filterLine->setPlaceholderText(tr("Filter slots and keys"));
    m_filterLine->setClearButtonEnabled(true);
    m_filterLine->setAccessibleName(tr("Filter slots and keys"));
    m_filterLine->setToolTip(
        tr("Shows the slots and keys whose name, number, description or path contains this text"));
    m_filterLine->installEventFilter(this);

    m_view->setObjectName(QStringLiteral("navigatorTree"));
    m_view->setModel(m_filter);
    m_view->setAccessibleName(tr("Slots and keys"));
    m_view->setUniformRowHeights(true);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    // A double-click opens; groups, which cannot be opened, are toggled in activate().
    m_view->setExpandsOnDoubleClick(false);
    constexpr int Indentation = 14; // pixels; names need the room
    m_view->setIndentation(Indentation);
    m_view->setTextElideMode(Qt::ElideMiddle);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(SlotTreeModel::NameColumn, QHeaderView::Stretch);
    m_view->header()->setSectionResizeMode(SlotTreeModel::CountColumn, QHeaderView::ResizeToContents);
    m_view->header()->setResizeContentsPrecision(50);
    // Of one width: names do not move with each change of a number.
    m_view->header()->setSectionResizeMode(SlotTreeModel::RateColumn, QHeaderView::Fixed);
    const int margin = style()->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, m_view) + 1;
    m_view->header()->resizeSection(SlotTreeModel::RateColumn,
                                    fontMetrics().horizontalAdvance(QStringLiteral("9,999/s")) + 3 * margin);
    m_view->setItemDelegateForColumn(SlotTreeModel::RateColumn, new RateDelegate(m_view));
    m_view->setHeaderHidden(true);

    m_hint->setObjectName(QStringLiteral("navigatorHint"));
    m_hint->setWordWrap(true);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setMargin(12);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_filterLine);
    layout->addWidget(m_hint);
    layout->addWidget(m_view, 1);
    setTabOrder(m_filterLine, m_view);
    setFocusProxy(m_view);

    connect(m_filterLine, &QLineEdit::textChanged, this, &Navigator::setFilter);
    connect(m_view, &QTreeView::activated, this, &Navigator::activate);
    connect(m_view, &QTreeView::customContextMenuRequested, this, &Navigator::showContextMenu);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex &under) {
        if (!under.isValid())
            expandGroups();
        updateHint();
    });
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, &Navigator::updateHint);
    connect(m_filter, &QAbstractItemModel::modelReset, this, &Navigator::updateHint);
    connect(m_model, &SlotTreeModel::ratesChanged, this, &Navigator::showRates);
    showRates();
    updateHint();
}

void Navigator::showRates()
{
    // Where nothing changes, names get the room.
    m_view->setColumnHidden(SlotTreeModel::RateColumn, !m_model->hasRates());
}

void Navigator::follow(core::SlotDirectory *directory, core::PlainKeys *keys, core::Relations *relations,
                       core::LiveRates *rates)
{
    if (m_relations)
        m_relations->disconnect(this);
    m_relations = relations;
    m_model->follow(directory, keys);
    m_model->followRates(rates);
    if (relations) {
        const auto take = [this, relations] {
            std::map<core::Slot, core::Slot> tableOf;
            for (const core::IndexInDatabase &index : relations->indexes())
                tableOf[index.index] = index.table;
            // What was current may move to another place.
            const QVariant current = m_view->currentIndex().data(SlotTreeModel::SlotRole);
            m_model->setIndexes(std::move(tableOf));
            if (current.isValid() && !m_view->currentIndex().isValid())
                select(current.value<core::Slot>());
        };
        connect(relations, &core::Relations::changed, this, take);
        take();
    }
    expandGroups();
    updateHint();
}

bool Navigator::select(core::Slot slot)
{
    const QModelIndex index = m_filter->mapFromSource(m_model->slotIndex(slot));
    if (!index.isValid())
        return false;
    m_view->setCurrentIndex(index);
    m_view->scrollTo(index);
    return true;
}

void Navigator::focusFilter()
{
    m_filterLine->setFocus(Qt::ShortcutFocusReason);
    m_filterLine->selectAll();
}

void Navigator::activate(const QModelIndex &index)
{
    if (const std::optional<OpenTarget> target = SlotTreeModel::target(index))
        Q_EMIT openRequested(*target);
    else
        m_view->setExpanded(index.siblingAtColumn(0), !m_view->isExpanded(index.siblingAtColumn(0)));
}

void Navigator::setFilter(const QString &text)
{
    m_filter->setFilterFixedString(text.trimmed());
    if (!text.trimmed().isEmpty()) {
        // What is found is to be seen; a filter that finds very much is better narrowed first.
        constexpr int DeepEnough = 4;
        m_view->expandToDepth(DeepEnough);
    }
    updateHint();
}

void Navigator::expandGroups()
{
    for (int row = 0; row < m_filter->rowCount(); ++row)
        m_view->expand(m_filter->index(row, 0));
}

void Navigator::updateHint()
{
    const bool empty = m_filter->rowCount() == 0;
    if (empty) {
        m_hint->setText(m_filterLine->text().trimmed().isEmpty()
                            ? tr("There are no slots and no keys here yet.")
                            : tr("Nothing matches the filter."));
    }
    m_hint->setVisible(empty);
}

void Navigator::showContextMenu(const QPoint &position)
{
    const QModelIndex index = m_view->indexAt(position);
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const std::optional<OpenTarget> target = SlotTreeModel::target(index)) {
        connect(menu->addAction(tr("Open %1").arg(target->title)), &QAction::triggered, this,
                [this, target = *target] { Q_EMIT openRequested(target); });
        connect(menu->addAction(tr("Copy name")), &QAction::triggered, this,
                [title = target->title] { QGuiApplication::clipboard()->setText(title); });
        if (target->slot && *target->slot != core::CatalogueSlot) {
            connect(menu->addAction(tr("Decode as …")), &QAction::triggered, this,
                    [this, slot = *target->slot] { Q_EMIT decodeRequested(slot); });
            connect(menu->addAction(tr("Edit catalogue entry …")), &QAction::triggered, this,
                    [this, slot = *target->slot] { Q_EMIT entryRequested(slot); });
        }
        menu->addSeparator();
    }
    connect(menu->addAction(tr("New catalogue entry …")), &QAction::triggered, this,
            [this] { Q_EMIT entryRequested(std::nullopt); });
    connect(menu->addAction(tr("Expand all")), &QAction::triggered, m_view, &QTreeView::expandAll);
    connect(menu->addAction(tr("Collapse all")), &QAction::triggered, this, [this] {
        m_view->collapseAll();
        expandGroups();
    });
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

bool Navigator::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_filterLine && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Escape && !m_filterLine->text().isEmpty()) {
            m_filterLine->clear();
            return true;
        }
        if (key->key() == Qt::Key_Down || key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            // From the filter right to the first thing that was found.
            QModelIndex index = m_filter->index(0, 0);
            while (index.isValid() && !SlotTreeModel::target(index))
                index = m_filter->index(0, 0, index);
            if (!m_view->currentIndex().isValid() || !m_filterLine->text().isEmpty())
                m_view->setCurrentIndex(index);
            m_view->setFocus(Qt::OtherFocusReason);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace slotscope::ui
