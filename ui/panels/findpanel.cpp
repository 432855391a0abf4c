// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/findpanel.h"

#include "core/connection/pastconnection.h"
#include "ui/errortext.h"
#include "ui/models/findmodel.h"
#include "ui/panels/panelparts.h"
#include "ui/panels/slotchooser.h"
#include "ui/theme.h"
#include "ui/tooltip.h"
#include "ui/views/filterbox.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTreeView>

namespace slotscope::ui {

namespace {

/// Marks what was looked for in the text around it.
class MatchDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        const int length = index.data(FindModel::MatchLengthRole).toInt();
        if (length <= 0)
            return;
        const QString text = index.data(Qt::DisplayRole).toString();
        const int offset = index.data(FindModel::MatchOffsetRole).toInt();
        const int margin =
            option.widget->style()->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, option.widget) + 1;
        const int left =
            option.rect.left() + margin + option.fontMetrics.horizontalAdvance(text.left(offset));
        const int width = option.fontMetrics.horizontalAdvance(text.mid(offset, length));
        const QRect mark(left, option.rect.bottom() - 2, width, 2);
        painter->fillRect(mark.intersected(option.rect), theme::accent(theme::Mark::Match, option.palette));
    }
};

} // namespace

FindPanel::FindPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new FindModel(this))
    , m_text(new QLineEdit)
    , m_condition(new FilterBox)
    , m_slot(new SlotChooser)
    , m_go(new QPushButton(tr("&Find")))
    , m_summary(new QLabel)
    , m_progress(new QProgressBar)
    , m_view(new QTreeView)
{
    setUpLines(m_view, m_model, QStringLiteral("findResults"), tr("Records that were found"));
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->setItemDelegateForColumn(FindModel::FoundColumn, new MatchDelegate(m_view));
    const int unit = fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(FindModel::RecordColumn, 40 * unit);
    m_view->header()->resizeSection(FindModel::WhereColumn, 20 * unit);
    m_view->header()->resizeSection(FindModel::FoundColumn, 60 * unit);

    m_text->setObjectName(QStringLiteral("findText"));
    m_text->setPlaceholderText(tr("Text in keys and values of all tables"));
    m_text->setAccessibleName(tr("Text to find everywhere"));
    m_text->setClearButtonEnabled(true);
    m_condition->setObjectName(QStringLiteral("findCondition"));
    m_condition->setPlaceholderText(tr("Condition: email contains example.org"));
    m_condition->setAccessibleName(tr("Condition on fields of what is to be found"));
    m_condition->setClearButtonEnabled(true);
    m_condition->setMeaning(tr("As in the filter of a table. Both text and condition have to be met."));
    m_slot->setAccessibleName(tr("Where to look"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_progress->setMaximumWidth(24 * unit);
    m_progress->hide();
    auto *top = new QHBoxLayout;
    top->setContentsMargins(6, 6, 6, 0);
    top->addWidget(m_text, 2);
    top->addWidget(m_condition, 2);
    top->addWidget(m_slot);
    top->addWidget(m_go);
    auto *bottom = new QHBoxLayout;
    bottom->addWidget(m_summary, 1);
    bottom->addWidget(m_progress);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);
    layout->addLayout(bottom);
    setFocusProxy(m_text);

    connect(m_text, &QLineEdit::returnPressed, this, &FindPanel::search);
    connect(m_condition, &QLineEdit::textChanged, this, [this](const QString &text) {
        const auto condition = core::FieldCondition::parse(text);
        m_condition->setFault(condition ? std::nullopt : std::optional(condition.error()));
    });
    connect(m_condition, &FilterBox::entered, this, &FindPanel::search);
    connect(m_go, &QPushButton::clicked, this, [this] {
        if (isSearching())
            cancel();
        else
            search();
    });
    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        const QByteArray key = index.data(FindModel::KeyRole).toByteArray();
        if (!key.isEmpty())
            Q_EMIT showRequested(key);
    });
    connect(m_view, &QWidget::customContextMenuRequested, this, &FindPanel::showContextMenu);
    // What is found is to be seen; who folds a table up has it so.
    connect(m_model, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex &group, int first) {
        if (group.isValid() && first == 0)
            m_view->expand(group);
    });
}

FindPanel::~FindPanel() = default;

void FindPanel::follow(core::Connection *connection)
{
    m_search.reset();
    m_connection = connection;
    m_slot->follow(connection);
    m_model->begin(nullptr);
    m_summary->clear();
    tell();
}

void FindPanel::focusText(const QString &text)
{
    if (!text.isEmpty())
        m_text->setText(text);
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

void FindPanel::search()
{
    if (!m_connection)
        return;
    const auto condition = core::FieldCondition::parse(m_condition->text());
    if (!condition) {
        m_summary->setText(m_condition->fault());
        m_condition->setFocus();
        return;
    }
    core::SearchQuery query {.text = m_text->text(), .condition = *condition};
    if (query.isEmpty()) {
        m_summary->setText(tr("Type what is to be found."));
        return;
    }
    if (m_connection->state() != core::Connection::State::Online || !m_connection->directory()->isLoaded()) {
        m_summary->setText(tr("There is no connection to etcd now."));
        return;
    }
    if (const auto slot = m_slot->slot())
        query.slotNumbers = {*slot};
    if (const auto *past = qobject_cast<core::PastConnection *>(m_connection.data()))
        query.revision = past->at();
    m_model->begin(m_connection->directory());
    m_search = std::make_unique<core::Search>(m_connection->client(), m_connection->directory(), query);
    core::Search *search = m_search.get();
    connect(search, &core::Search::found, m_model, &FindModel::add);
    connect(search, &core::Search::restarted, this,
            [this] { m_model->begin(m_connection ? m_connection->directory() : nullptr); });
    connect(search, &core::Search::progressChanged, this, &FindPanel::tell);
    connect(search, &core::Search::finished, this, &FindPanel::finish);
    search->start();
    tell();
}

void FindPanel::cancel()
{
    if (m_search)
        m_search->cancel();
}

QString FindPanel::slotTitle(core::Slot slot) const
{
    const core::SlotInfo *info = m_connection ? m_connection->directory()->find(slot) : nullptr;
    return info ? info->title() : tr("slot %1").arg(slot.value);
}

QString FindPanel::foundText() const
{
    const qint64 hits = m_model->hitCount();
    return hits == 1 ? tr("1 record found") : tr("%1 records found").arg(QLocale().toString(hits));
}

void FindPanel::tell()
{
    m_go->setText(m_search ? tr("&Cancel") : tr("&Find"));
    m_go->setEnabled(m_connection);
    m_progress->setVisible(m_search != nullptr);
    if (!m_search)
        return;
    const core::Search::Progress progress = m_search->progress();
    showProgress(m_progress, progress.records, progress.total);
    QString text = tr("%1 so far; looked at %2 of %3")
                       .arg(foundText(), QLocale().toString(progress.records),
                            QLocale().toString(std::max(progress.records, progress.total)));
    if (progress.slot)
        text += tr(", now in %1").arg(slotTitle(*progress.slot));
    m_summary->setText(text);
}

void FindPanel::finish()
{
    // It is still in the middle of telling.
    core::Search *search = m_search.release();
    search->deleteLater();
    tell();
    const QString records = QLocale().toString(search->progress().records);
    QString text;
    switch (search->state()) {
    case core::Search::State::Full:
        text = tr("The first %1 are shown; there are more. Say more exactly what you look for.")
                   .arg(QLocale().toString(m_model->hitCount()));
        break;
    case core::Search::State::Cancelled:
        text = tr("Cancelled; %1 among %2 that were looked at.").arg(foundText(), records);
        break;
    case core::Search::State::Failed:
        text = describe(search->error(),
                        m_connection ? m_connection->options().endpoint().toString() : QString())
                   .sentence();
        if (m_model->hitCount() > 0)
            text += QLatin1Char(' ') + tr("%1 before that.").arg(foundText());
        break;
    default:
        text = tr("%1 among %2, at revision %3.").arg(foundText(), records).arg(search->revision().value);
    }
    if (!search->refused().empty()) {
        QStringList titles;
        for (const core::Slot slot : search->refused())
            titles << slotTitle(slot);
        text += QLatin1Char(' ') + tr("You may not read %1.").arg(titles.join(QStringLiteral(", ")));
    }
    m_summary->setText(text);
    m_summary->setToolTip(asTip(text));
}

void FindPanel::showContextMenu(const QPoint &position)
{
    const QByteArray key = m_view->indexAt(position).data(FindModel::KeyRole).toByteArray();
    if (key.isEmpty())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Show record"), this, [this, key] { Q_EMIT showRequested(key); });
    const QString text = m_view->indexAt(position).siblingAtColumn(FindModel::FoundColumn).data().toString();
    menu->addAction(tr("Copy what was found"), this, [text] { QGuiApplication::clipboard()->setText(text); });
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

} // namespace slotscope::ui
