// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/livecontrols.h"

#include "ui/models/recordmodel.h"
#include "ui/panels/banner.h"
#include "ui/theme.h"
#include "ui/views/recordview.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QScrollBar>
#include <QToolButton>

#include <algorithm>

namespace slotscope::ui {

namespace {

QString waitingText(qint64 changes)
{
    if (changes == 0)
        return LiveControls::tr("nothing waiting");
    return changes == 1 ? LiveControls::tr("1 change waiting")
                        : LiveControls::tr("%1 changes waiting").arg(QLocale().toString(changes));
}

} // namespace

LiveControls::LiveControls(std::shared_ptr<core::LiveTable> table, core::EditSession *edits,
                           RecordModel *model, RecordView *view, QWidget *parent)
    : QWidget(parent)
    , m_table(std::move(table))
    , m_model(model)
    , m_view(view)
    , m_pause(new QToolButton(this))
    , m_follow(new QToolButton(this))
    , m_news(new QToolButton(this))
    , m_banner(new Banner(parent))
{
    m_pause->setObjectName(QStringLiteral("pauseButton"));
    m_pause->setIcon(theme::icon(theme::Glyph::Pause));
    m_pause->setCheckable(true);
    m_pause->setAccessibleName(tr("Pause"));
    m_follow->setObjectName(QStringLiteral("followButton"));
    m_follow->setIcon(theme::icon(theme::Glyph::Follow));
    m_follow->setCheckable(true);
    m_follow->setAccessibleName(tr("Follow the newest"));
    m_follow->setToolTip(tr("Follow: bring the record that was written last in sight, until you scroll "
                            "(Ctrl+Shift+F)"));
    m_news->setObjectName(QStringLiteral("newsButton"));
    m_news->setIcon(theme::icon(theme::Glyph::News));
    m_news->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_news->setPopupMode(QToolButton::MenuButtonPopup);
    auto *menu = new QMenu(m_news);
    menu->addAction(tr("Next one\tF7"), this, &LiveControls::showNextNews);
    menu->addAction(tr("I have seen them\tCtrl+F7"), this, &LiveControls::clearNews);
    m_news->setMenu(menu);
    for (QToolButton *button : {m_pause, m_follow, m_news}) {
        button->setAutoRaise(true);
        // The table keeps the keyboard, where Space goes on again.
        button->setFocusPolicy(Qt::TabFocus);
    }
    m_banner->setObjectName(QStringLiteral("pauseBanner"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_news);
    layout->addWidget(m_follow);
    layout->addWidget(m_pause);

    connect(m_pause, &QToolButton::clicked, this, &LiveControls::togglePause);
    connect(m_banner, &Banner::actionTriggered, this, &LiveControls::togglePause);
    connect(m_table.get(), &core::LiveTable::pausedChanged, this, &LiveControls::takePause);
    connect(m_table.get(), &core::LiveTable::waitingChanged, this, &LiveControls::tellPause);
    connect(edits, &core::EditSession::committed, this, &LiveControls::goOnAfter);
    connect(m_follow, &QToolButton::clicked, this, &LiveControls::setFollowing);
    // After the model, which was there before: the rows stand where they belong.
    connect(m_table.get(), &core::LiveTable::changed, this, &LiveControls::showNewest);
    // Only what the user does to it, not what is done by setValue().
    connect(m_view->verticalScrollBar(), &QAbstractSlider::actionTriggered, this,
            [this] { setFollowing(false); });
    m_view->installEventFilter(this);
    connect(m_news, &QToolButton::clicked, this, &LiveControls::showNextNews);
    connect(m_model, &RecordModel::newsChanged, this, &LiveControls::tellNews);
    takePause();
    tellNews();
}

void LiveControls::setFollowing(bool following)
{
    following = following && !m_inPast;
    m_follow->setChecked(following);
    if (m_following == following)
        return;
    m_following = following;
    Q_EMIT changed();
}

bool LiveControls::eventFilter(QObject *watched, QEvent *event)
{
    if (m_following && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent *>(event)->key()) {
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
        case Qt::Key_Home:
        case Qt::Key_End:
            setFollowing(false);
            break;
        default:
            break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void LiveControls::showNewest(const core::TableDelta &delta)
{
    if (!m_following || m_view->indexWidget(m_view->currentIndex()))
        return;
    const core::RowStore &rows = m_table->rows();
    std::optional<core::RowId> newest;
    for (const auto *ids : {&delta.updated, &delta.inserted}) {
        for (const core::RowId id : *ids) {
            if (!newest || rows.row(id).modRevision >= rows.row(*newest).modRevision)
                newest = id;
        }
    }
    m_model->followNow();
    const int row = newest ? m_model->rowOf(rows.row(*newest).key.toByteArray()) : -1;
    if (row >= 0)
        m_view->scrollToRow(row);
}

void LiveControls::showNextNews()
{
    const int row = m_model->nextNews(m_view->currentIndex().row());
    if (row >= 0) {
        setFollowing(false);
        m_view->showRecord(m_model->keyAt(row));
        m_view->setFocus();
    } else {
        Q_EMIT messageRaised(m_model->newsCount() > 0
                                 ? tr("The filter lets none of the changed records through.")
                                 : tr("Nothing has changed since you looked."));
    }
}

void LiveControls::clearNews()
{
    m_model->clearNews();
}

void LiveControls::tellNews()
{
    const int count = m_model->newsCount();
    m_news->setVisible(count > 0);
    m_news->setText(tr("%1 new").arg(QLocale().toString(count)));
    m_news->setToolTip((count == 1
                            ? tr("1 record has changed since you looked.")
                            : tr("%1 records have changed since you looked.").arg(QLocale().toString(count)))
                       + tr(" Click for the next one (F7); Ctrl+F7 when you have seen them."));
    m_news->setAccessibleName(m_news->toolTip());
    Q_EMIT changed();
}

void LiveControls::setInPast()
{
    m_inPast = true;
    m_model->setTellsNews(false);
    hide();
}

void LiveControls::togglePause()
{
    if (m_inPast) {
        Q_EMIT messageRaised(tr("Nothing changes in the past."));
        return;
    }
    m_table->setPaused(!m_table->isPaused());
}

void LiveControls::takePause()
{
    const bool paused = m_table->isPaused();
    m_pause->setChecked(paused);
    m_pause->setToolTip(paused ? tr("Go on: apply all that has waited (Space)")
                               : tr("Pause: changes wait until you go on (Space)"));
    tellPause();
}

void LiveControls::tellPause()
{
    if (!m_table->isPaused()) {
        m_banner->clearMessage();
    } else {
        const qint64 events = m_table->waitingEvents();
        QString text = tr("Paused at revision %1: %2")
                           .arg(QString::number(m_table->revision().value), waitingText(events));
        if (m_table->waitingKeys() < events)
            text += m_table->waitingKeys() == 1
                ? tr(", all of one record")
                : tr(", of %1 records").arg(QLocale().toString(m_table->waitingKeys()));
        text += QLatin1Char('.');
        if (m_table->isReloadWaiting())
            text += tr(" The table is read again when you go on.");
        if (m_banner->message() != text)
            m_banner->setMessage(theme::Mark::Warning, text, tr("Go on (Space)"));
    }
    Q_EMIT changed();
}

QString LiveControls::pauseText() const
{
    if (!m_table->isPaused())
        return {};
    return tr("paused at %1, %2")
        .arg(QString::number(m_table->revision().value), waitingText(m_table->waitingEvents()));
}

void LiveControls::goOnAfter(const core::CommitReport &report)
{
    // What was just written is to be seen, and edited further as it is now.
    const bool isHere =
        std::any_of(report.written.cbegin(), report.written.cend(),
                    [this](const auto &change) { return m_table->range().contains(change.key); });
    if (!m_table->isPaused() || report.outcome != core::CommitReport::Outcome::Committed || !isHere)
        return;
    m_table->setPaused(false);
    Q_EMIT messageRaised(tr("Committed; the table follows the server again."));
}

} // namespace slotscope::ui
