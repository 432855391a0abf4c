// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/referrerspanel.h"

#include "core/doctor/relations.h"
#include "ui/errortext.h"
#include "ui/models/changesummary.h"
#include "ui/panels/panelparts.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

constexpr int KeyRole = Qt::UserRole + 1;
constexpr int SlotRole = Qt::UserRole + 2;
/// Beyond this nobody reads on, and each is an item of the view.
constexpr int MostShown = 5000;

} // namespace

ReferrersPanel::ReferrersPanel(QWidget *parent)
    : QWidget(parent)
    , m_summary(new QLabel)
    , m_progress(new QProgressBar)
    , m_cancel(new QPushButton(tr("&Cancel")))
    , m_view(new QTreeWidget)
{
    m_view->setObjectName(QStringLiteral("referrers"));
    m_view->setHeaderLabels({tr("Record"), tr("Where it refers")});
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setAccessibleName(tr("References to the record"));
    m_view->header()->resizeSection(0, 60 * m_view->fontMetrics().averageCharWidth());
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_summary->setText(tr("Choose “Who refers to this record?” in the menu of a record."));
    m_progress->setMaximumWidth(24 * m_view->fontMetrics().averageCharWidth());
    auto *top = new QHBoxLayout;
    top->addWidget(m_summary, 1);
    top->addWidget(m_progress);
    top->addWidget(m_cancel);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);
    setFocusProxy(m_view);
    m_progress->hide();
    m_cancel->hide();

    connect(m_view, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem *item) {
        const QByteArray key = item->data(0, KeyRole).toByteArray();
        if (!key.isEmpty())
            Q_EMIT showRequested(key);
    });
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_search)
            m_search->cancel();
    });
}

ReferrersPanel::~ReferrersPanel() = default;

void ReferrersPanel::follow(core::Connection *connection)
{
    m_search.reset();
    m_connection = connection;
    m_view->clear();
    m_progress->hide();
    m_cancel->hide();
}

void ReferrersPanel::search(const QByteArray &key, const core::KeyType &type)
{
    if (!m_connection)
        return;
    m_search.reset();
    m_view->clear();
    m_found = 0;
    const ResolvedKey resolved = resolverFor(m_connection->directory())(key);
    m_target = resolved.table + QLatin1Char(' ') + keyText(resolved.codec, key);
    if (const QString problem = core::ReferrerSearch::problem(type); !problem.isEmpty()) {
        m_summary->setText(tr("Who refers to %1 cannot be told: %2.").arg(m_target, problem));
        return;
    }
    if (m_connection->state() != core::Connection::State::Online) {
        m_summary->setText(tr("There is no connection to etcd now."));
        return;
    }
    std::vector<core::SlotToSearch> places;
    for (const core::SlotForRelations &slot : core::slotsForRelations(*m_connection->directory()))
        places.push_back({slot.slot, slot.codec, m_connection->directory()->find(slot.slot)->records});
    m_search = std::make_unique<core::ReferrerSearch>(m_connection->client(), key, type, std::move(places));
    connect(m_search.get(), &core::ReferrerSearch::found, this, &ReferrersPanel::add);
    connect(m_search.get(), &core::ReferrerSearch::progress, this,
            [this](qint64 done, qint64 total) { showProgress(m_progress, done, total); });
    connect(m_search.get(), &core::ReferrerSearch::finished, this, &ReferrersPanel::finish);
    m_summary->setText(tr("Looking for references to %1 …").arg(m_target));
    m_progress->setRange(0, 0);
    m_progress->show();
    m_cancel->show();
    m_search->start();
}

void ReferrersPanel::add(const std::vector<core::Reference> &references)
{
    for (const core::Reference &reference : references) {
        ++m_found;
        if (m_found > MostShown)
            continue;
        const core::SlotInfo *info = m_connection->directory()->find(reference.slot);
        if (!info)
            continue;
        QTreeWidgetItem *table = nullptr;
        for (int i = 0; i < m_view->topLevelItemCount() && !table; ++i) {
            if (m_view->topLevelItem(i)->data(0, SlotRole).toInt() == reference.slot.value)
                table = m_view->topLevelItem(i);
        }
        if (!table) {
            table = new QTreeWidgetItem(m_view);
            table->setData(0, SlotRole, int(reference.slot.value));
            table->setFirstColumnSpanned(true);
            table->setExpanded(true);
        }
        QString where;
        if (reference.where == core::Reference::Where::Key) {
            const auto titles = info->type.key.componentTitles();
            where = tr("key: %1").arg(titles[size_t(reference.keyPart)]);
        } else {
            where = reference.path.isEmpty() ? tr("value") : reference.path.toString();
        }
        auto *item = new QTreeWidgetItem(table, {keyText(core::SlotCodec(info->type), reference.key), where});
        item->setData(0, KeyRole, reference.key);
        table->setText(0, tr("%1 (%2)").arg(info->title(), QLocale().toString(table->childCount())));
    }
}

void ReferrersPanel::finish(const core::Result<core::Revision> &result)
{
    const QString count = QLocale().toString(m_found);
    if (result)
        m_summary->setText(m_found == 0
                               ? tr("Nothing refers to %1 at revision %2.").arg(m_target).arg(result->value)
                               : tr("%1 references to %2 at revision %3.")
                                     .arg(count, m_target, QString::number(result->value)));
    else if (result.error().kind == core::ErrorKind::Cancelled)
        m_summary->setText(tr("Cancelled; %1 references to %2 until then.").arg(count, m_target));
    else
        m_summary->setText(
            describe(result.error(), m_connection->options().endpoint().toString()).sentence());
    if (m_found > MostShown)
        m_summary->setText(m_summary->text()
                           + tr(" The first %1 are shown.").arg(QLocale().toString(MostShown)));
    // It is still in the middle of telling.
    m_search.release()->deleteLater();
    m_progress->hide();
    m_cancel->hide();
}

} // namespace slotscope::ui
