// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/safetyband.h"

#include "ui/connectionprofile.h"
#include "ui/panels/panelparts.h"

#include <QEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

namespace slotscope::ui {

namespace {

constexpr std::array UnlockMinutes {1, 5, 15, 30, 60};

} // namespace

SafetyBand::SafetyBand(QWidget *parent)
    : QToolBar(tr("Safety"), parent)
    , m_menu(new QMenu(tr("&Unlock for"), this))
    , m_icon(new QLabel(this))
    , m_state(new QLabel(this))
    , m_text(new QLabel(this))
    , m_remaining(new QLabel(this))
    , m_unlock(new QPushButton(tr("&Unlock for"), this))
    , m_lock(new QPushButton(tr("&Lock now"), this))
{
    setObjectName(QStringLiteral("safetyBand"));
    setUpBand(this, m_icon, m_state);
    m_state->setContentsMargins(0, 0, 10, 0);
    m_remaining->setContentsMargins(0, 0, 8, 0);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_text->setMinimumWidth(1); // a long name does not widen the window
    for (const int minutes : UnlockMinutes) {
        QAction *action = m_menu->addAction(minutes == 1 ? tr("1 minute") : tr("%1 minutes").arg(minutes));
        action->setData(minutes);
        connect(action, &QAction::triggered, this, [this, minutes] { unlockFor(minutes); });
    }
    m_unlock->setMenu(m_menu);
    addWidget(m_icon);
    addWidget(m_state);
    addWidget(m_text);
    addWidget(m_remaining);
    m_unlockAction = addWidget(m_unlock);
    m_lockAction = addWidget(m_lock);
    connect(m_lock, &QPushButton::clicked, this, [this] {
        if (m_gate)
            m_gate->lock();
    });
    update();
}

void SafetyBand::follow(core::SafetyGate *gate)
{
    if (m_gate)
        disconnect(m_gate, nullptr, this, nullptr);
    m_gate = gate;
    if (gate) {
        connect(gate, &core::SafetyGate::changed, this, &SafetyBand::update);
        connect(gate, &core::SafetyGate::remainingChanged, this, &SafetyBand::update);
        connect(gate, &QObject::destroyed, this, &SafetyBand::update);
    }
    update();
}

void SafetyBand::unlockFor(int minutes)
{
    if (m_gate)
        m_gate->unlock(std::chrono::minutes(minutes));
}

QString SafetyBand::text() const
{
    return m_gate ? m_state->text() + QStringLiteral(": ") + m_text->text() : QString();
}

void SafetyBand::update()
{
    setVisible(m_gate != nullptr);
    const bool guarded = m_gate && m_gate->level() == core::SafetyLevel::Guarded;
    const bool locked = m_gate && m_gate->isLocked();
    m_unlockAction->setVisible(guarded && locked);
    m_lockAction->setVisible(guarded && !locked);
    m_menu->setEnabled(guarded);
    if (!m_gate)
        return;
    m_state->setText(safetyState(*m_gate));
    QString text = safetyExplanation(m_gate->level());
    if (guarded)
        text = locked ? tr("nothing can be edited until you unlock it.")
                      : tr("commits are written once the name is typed.");
    m_text->setText(tr("%1 — %2").arg(m_gate->clusterName(), text));
    m_text->setToolTip(safetyExplanation(m_gate->level()));
    m_remaining->setText(guarded && !locked ? tr("locks itself in %1").arg(countdownText(m_gate->remaining()))
                                            : QString());
    setAccessibleName(this->text());
    takeColours();
}

void SafetyBand::changeEvent(QEvent *event)
{
    QToolBar::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::StyleChange)
        takeColours();
}

void SafetyBand::takeColours()
{
    if (!m_gate)
        return;
    const theme::Caution caution = cautionOf(*m_gate);
    const QPalette inherited = parentWidget() ? parentWidget()->palette() : QPalette();
    tintBand(this, theme::tint(caution, inherited), m_icon, theme::icon(caution));
}

} // namespace slotscope::ui
