// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/livecontrols.h"

#include "ui/panels/banner.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QLocale>
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

LiveControls::LiveControls(std::shared_ptr<core::LiveTable> table, core::EditSession *edits, QWidget *parent)
    : QWidget(parent)
    , m_table(std::move(table))
    , m_pause(new QToolButton(this))
    , m_banner(new Banner(parent))
{
    m_pause->setObjectName(QStringLiteral("pauseButton"));
    m_pause->setIcon(theme::icon(theme::Glyph::Pause));
    m_pause->setCheckable(true);
    m_pause->setAutoRaise(true);
    m_pause->setAccessibleName(tr("Pause"));
    // The table keeps the keyboard, where Space goes on again.
    m_pause->setFocusPolicy(Qt::TabFocus);
    m_banner->setObjectName(QStringLiteral("pauseBanner"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_pause);

    connect(m_pause, &QToolButton::clicked, this, &LiveControls::togglePause);
    connect(m_banner, &Banner::actionTriggered, this, &LiveControls::togglePause);
    connect(m_table.get(), &core::LiveTable::pausedChanged, this, &LiveControls::takePause);
    connect(m_table.get(), &core::LiveTable::waitingChanged, this, &LiveControls::tellPause);
    connect(edits, &core::EditSession::committed, this, &LiveControls::goOnAfter);
    takePause();
}

void LiveControls::togglePause()
{
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
