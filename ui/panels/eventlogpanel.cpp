// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/eventlogpanel.h"

#include "core/live/eventjson.h"
#include "ui/panels/slotchooser.h"
#include "ui/theme.h"
#include "ui/tooltip.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QTreeWidget>
#include <QtConcurrentRun>

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds FilterDelay(250);
constexpr size_t MostAsked = 16; // keys of one entry that etcd is asked for
constexpr int KeyOfItem = Qt::UserRole;
constexpr std::array Kinds {core::EventFilter::Creates, core::EventFilter::Changes,
                            core::EventFilter::Deletions};

QString sizeText(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeTraditionalFormat);
}

} // namespace

EventLogPanel::EventLogPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new EventLogModel(this))
    , m_view(new QTableView)
    , m_detail(new QTreeWidget)
    , m_slot(new SlotChooser)
    , m_key(new QLineEdit)
    , m_condition(new QLineEdit)
    , m_alerts(new QPushButton(tr("&Alerts …")))
    , m_export(new QPushButton(tr("E&xport …")))
    , m_clear(new QPushButton(tr("C&lear")))
    , m_hint(new QLabel)
{
    m_view->setObjectName(QStringLiteral("eventLog"));
    m_view->setAccessibleName(tr("Event log"));
    m_view->setModel(m_model);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAlternatingRowColors(true);
    m_view->setWordWrap(false);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setStretchLastSection(true);
    const int unit = fontMetrics().averageCharWidth();
    for (const auto &[column, width] : {std::pair {EventLogModel::TimeColumn, 16},
                                        {EventLogModel::RevisionColumn, 11},
                                        {EventLogModel::WhatColumn, 15},
                                        {EventLogModel::TableColumn, 13},
                                        {EventLogModel::KeyColumn, 20}})
        m_view->setColumnWidth(column, width * unit);

    m_detail->setObjectName(QStringLiteral("eventDetail"));
    m_detail->setAccessibleName(tr("Fields of the transaction"));
    m_detail->setHeaderLabels({tr("Field"), tr("Before → after")});
    m_detail->setAlternatingRowColors(true);
    m_detail->setUniformRowHeights(true);
    m_detail->header()->resizeSection(0, 26 * unit);

    auto *filters = new QHBoxLayout;
    buildFilterRow(filters);
    auto *splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(m_view);
    splitter->addWidget(m_detail);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    m_hint->setTextFormat(Qt::PlainText);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_hint, 1);
    buttons->addWidget(m_alerts);
    buttons->addWidget(m_export);
    buttons->addWidget(m_clear);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(filters);
    layout->addWidget(splitter, 1);
    layout->addLayout(buttons);
    setFocusProxy(m_view);

    m_alerts->setToolTip(tr("What is to be told of as it happens"));
    m_export->setToolTip(tr("Writes the events that are shown to a file of JSON lines"));
    m_clear->setToolTip(tr("Forgets all events that came so far"));
    connect(m_alerts, &QPushButton::clicked, this, &EventLogPanel::alertsRequested);
    connect(m_export, &QPushButton::clicked, this, &EventLogPanel::exportRequested);
    connect(m_clear, &QPushButton::clicked, this, [this] {
        if (m_connection)
            m_connection->eventLog()->clear();
    });

    // Who looks at the newest line goes on to do so; who has scrolled up is left alone.
    QScrollBar *bar = m_view->verticalScrollBar();
    connect(bar, &QScrollBar::valueChanged, this,
            [this, bar](int value) { m_atEnd = value == bar->maximum(); });
    connect(bar, &QScrollBar::rangeChanged, this, [this, bar](int, int maximum) {
        if (m_atEnd)
            bar->setValue(maximum);
    });
    connect(m_model, &EventLogModel::countsChanged, this, &EventLogPanel::updateHint);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &EventLogPanel::showCurrent);
    connect(m_model, &QAbstractItemModel::modelReset, this, &EventLogPanel::showCurrent);
    connect(m_view, &QTableView::activated, this, [this](const QModelIndex &index) {
        const QByteArray key = index.data(EventLogModel::EventKeyRole).toByteArray();
        if (!key.isEmpty())
            Q_EMIT showRequested(key);
    });
    connect(m_view, &QTableView::customContextMenuRequested, this, &EventLogPanel::showContextMenu);
    connect(m_detail, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem *item) {
        while (item->parent())
            item = item->parent();
        const QByteArray key = item->data(0, KeyOfItem).toByteArray();
        if (!key.isEmpty())
            Q_EMIT showRequested(key);
    });
    updateHint();
}

void EventLogPanel::buildFilterRow(QHBoxLayout *row)
{
    m_slot->setAccessibleName(tr("Events of this table"));
    m_key->setPlaceholderText(tr("Key contains"));
    m_key->setAccessibleName(tr("Text in the key"));
    m_condition->setPlaceholderText(tr("Condition: status = packed and total > 100"));
    m_condition->setAccessibleName(tr("Condition on the fields"));
    m_condition->setToolTip(
        tr("Fields with = <> < <= > >= contains ~ /regex/ a..b, is null, is absent; and, or, not, "
           "parentheses. `key` is the record's key. Of a deletion what the record was counts."));
    for (QLineEdit *line : {m_key, m_condition})
        line->setClearButtonEnabled(true);
    row->setContentsMargins(6, 6, 6, 0);
    row->addWidget(m_slot);
    row->addWidget(m_key, 1);
    row->addWidget(m_condition, 2);
    const std::array texts {tr("New"), tr("Changed"), tr("Deleted")};
    const std::array marks {theme::Mark::Inserted, theme::Mark::Edited, theme::Mark::Deleted};
    for (size_t i = 0; i < m_kinds.size(); ++i) {
        auto *button = new QToolButton;
        button->setText(texts[i]);
        button->setIcon(theme::icon(marks[i]));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setCheckable(true);
        button->setChecked(true);
        m_kinds[i] = button;
        row->addWidget(button);
        connect(button, &QToolButton::toggled, this, &EventLogPanel::applyFilter);
    }
    m_filterDelay.setSingleShot(true);
    m_filterDelay.setInterval(FilterDelay);
    connect(&m_filterDelay, &QTimer::timeout, this, &EventLogPanel::applyFilter);
    for (QLineEdit *line : {m_key, m_condition}) {
        connect(line, &QLineEdit::textChanged, &m_filterDelay, qOverload<>(&QTimer::start));
        connect(line, &QLineEdit::returnPressed, this, &EventLogPanel::applyFilter);
    }
    connect(m_slot, &QComboBox::activated, this, &EventLogPanel::applyFilter);
    connect(m_slot, &SlotChooser::slotLost, this, &EventLogPanel::applyFilter);
}

void EventLogPanel::follow(core::Connection *connection)
{
    m_connection = connection;
    m_slot->follow(connection);
    m_model->follow(connection);
    applyFilter();
}

void EventLogPanel::applyFilter()
{
    m_filterDelay.stop();
    core::EventFilter filter;
    filter.slot = m_slot->slot();
    filter.keyText = m_key->text().trimmed();
    filter.kinds = 0;
    for (size_t i = 0; i < m_kinds.size(); ++i) {
        if (m_kinds[i]->isChecked())
            filter.kinds = quint8(filter.kinds | Kinds[i]);
    }
    QPalette palette;
    if (auto condition = core::FieldCondition::parse(m_condition->text())) {
        m_conditionFault.clear();
        filter.condition = *std::move(condition);
    } else {
        // The lines stay as they were filtered before: nobody wants to see less for a word half typed.
        m_conditionFault = tr("The condition is not understood at character %1: %2.")
                               .arg(condition.error().offset + 1)
                               .arg(condition.error().what);
        palette.setColor(QPalette::Base, theme::tint(theme::Mark::Conflict, palette));
        filter.condition = m_model->filter().condition;
    }
    m_condition->setPalette(palette);
    const core::EventFilter &before = m_model->filter();
    if (filter.slot != before.slot || filter.keyText != before.keyText || filter.kinds != before.kinds
        || filter.condition.text() != before.condition.text())
        m_model->setFilter(filter);
    updateHint();
}

void EventLogPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_atEnd = true;
    m_model->setActive(true);
}

void EventLogPanel::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_model->setActive(false);
}

void EventLogPanel::showEntry(qint64 number)
{
    // Numbers go up; a filter may have left it out.
    int begin = 0;
    int end = m_model->rowCount();
    while (begin < end) {
        const int middle = begin + (end - begin) / 2;
        if (m_model->index(middle, 0).data(EventLogModel::NumberRole).toLongLong() < number)
            begin = middle + 1;
        else
            end = middle;
    }
    const QModelIndex index = m_model->index(begin, 0);
    if (index.isValid() && index.data(EventLogModel::NumberRole).toLongLong() == number) {
        m_view->setCurrentIndex(index);
        m_view->scrollTo(index);
    }
}

void EventLogPanel::showCurrent()
{
    const QModelIndex current = m_view->currentIndex();
    const qint64 number = current.isValid() ? current.data(EventLogModel::NumberRole).toLongLong() : -1;
    if (number == m_shown)
        return;
    m_shown = number;
    const quint64 generation = ++m_detailGeneration;
    if (number < 0 || !m_model->log()) {
        m_detail->clear();
        return;
    }
    using Read = std::pair<core::LogEntry, std::vector<EventDetail>>;
    auto *watcher = new QFutureWatcher<Read>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, generation] {
        watcher->deleteLater();
        if (generation != m_detailGeneration)
            return;
        const Read read = watcher->result();
        showDetail(read.second);
        askForBefore(read.first);
    });
    watcher->setFuture(
        QtConcurrent::run([snapshot = m_model->log()->snapshot(), number, book = m_model->book()] {
            const std::vector<core::LogEntry> entries = snapshot.read(number, 1);
            return entries.empty() ? Read() : Read {entries.front(), eventDetails(entries.front(), book)};
        }));
}

// What a key was is still to be had from etcd itself, at the revision before.
void EventLogPanel::askForBefore(const core::LogEntry &entry)
{
    if (!m_connection)
        return;
    const auto known = std::make_shared<core::LogEntry>(entry);
    size_t asked = 0;
    for (size_t i = 0; i < entry.events.size() && asked < MostAsked; ++i) {
        if (entry.events[i].before != core::LoggedEvent::Before::Unknown)
            continue;
        ++asked;
        core::RangeRequest request;
        request.range = core::KeyRange::single(entry.events[i].event.kv.key);
        request.revision = core::Revision(entry.revision.value - 1);
        m_connection->client()->range(request).then(
            this,
            [this, known, i, generation = m_detailGeneration](const core::Result<core::RangeReply> &reply) {
                // Compacted away, or not to be reached: then it stays unknown.
                if (generation != m_detailGeneration || !reply || reply->kvs.empty())
                    return;
                known->events[i].event.prevKv = reply->kvs.front();
                known->events[i].before = core::LoggedEvent::Before::Known;
                showDetail(eventDetails(*known, m_model->book()));
            });
    }
}

void EventLogPanel::showDetail(const std::vector<EventDetail> &details)
{
    m_detail->clear();
    QList<QTreeWidgetItem *> items;
    for (const EventDetail &detail : details) {
        auto *item = new QTreeWidgetItem({detail.title});
        item->setData(0, KeyOfItem, detail.key);
        item->setToolTip(0, asTip(detail.title));
        item->setFirstColumnSpanned(true);
        if (detail.beforeUnknown)
            item->addChild(new QTreeWidgetItem({QString(), tr("It is not known what it was before.")}));
        for (const FieldLine &line : detail.lines) {
            auto *child = new QTreeWidgetItem({line.field, line.change});
            child->setToolTip(1, asTip(line.tooltip));
            item->addChild(child);
        }
        items << item;
    }
    m_detail->addTopLevelItems(items);
    m_detail->expandAll();
    for (QTreeWidgetItem *item : items)
        item->setFirstColumnSpanned(true);
}

void EventLogPanel::showContextMenu(const QPoint &position)
{
    const QModelIndex index = m_view->indexAt(position);
    if (!index.isValid())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QByteArray key = index.data(EventLogModel::EventKeyRole).toByteArray();
    QAction *show = menu->addAction(tr("Show record"));
    show->setEnabled(!key.isEmpty());
    connect(show, &QAction::triggered, this, [this, key] { Q_EMIT showRequested(key); });
    QAction *only = menu->addAction(tr("Only events of this key"));
    only->setEnabled(!key.isEmpty());
    connect(only, &QAction::triggered, this, [this, key] {
        m_key->setText(QStringLiteral("0x") + QString::fromLatin1(key.toHex()));
        applyFilter();
    });
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

void EventLogPanel::exportTo(const QString &file)
{
    if (!m_model->log())
        return;
    auto *watcher = new QFutureWatcher<core::Result<qint64>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, file] {
        watcher->deleteLater();
        Q_EMIT exported(file, watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(
        [snapshot = m_model->log()->snapshot(), filter = m_model->filter(), book = m_model->book(), file] {
            return core::exportEvents(snapshot, filter, book, file);
        }));
}

void EventLogPanel::updateHint()
{
    const core::EventLog *log = m_model->log();
    m_export->setEnabled(log && m_model->rowCount() > 0);
    m_clear->setEnabled(log && log->end() > log->begin());
    m_alerts->setEnabled(log);
    if (!m_conditionFault.isEmpty()) {
        m_hint->setText(m_conditionFault);
        return;
    }
    if (!log) {
        m_hint->clear();
        return;
    }
    const QLocale locale;
    const qint64 kept = log->end() - log->begin();
    QString text = kept == 1 ? tr("1 transaction") : tr("%1 transactions").arg(locale.toString(kept));
    if (!m_model->filter().isEmpty())
        text = (m_model->isSearching() ? tr("%1 of %2, still looking") : tr("%1 of %2"))
                   .arg(locale.toString(m_model->rowCount()), text);
    if (log->begin() > 0)
        text += tr("; the first %1 are not kept any more").arg(locale.toString(log->begin()));
    text +=
        tr("; %1 in memory, %2 in files").arg(sizeText(log->bytesInMemory()), sizeText(log->bytesOnDisk()));
    if (const QString problem = log->problem(); !problem.isEmpty())
        text += tr("; older ones cannot be written to files: %1").arg(problem);
    m_hint->setText(text);
    m_hint->setToolTip(text);
}

} // namespace slotscope::ui
