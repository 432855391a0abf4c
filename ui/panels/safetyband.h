// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/safety.h"

#include <QPointer>
#include <QToolBar>

class QLabel;
class QMenu;
class QPushButton;

namespace slotscope::ui {

/// The band across the window that says how careful the connection is: colour, icon and words; locked and
/// unlocked from here.
class SafetyBand : public QToolBar
{
    Q_OBJECT
public:
    explicit SafetyBand(QWidget *parent = nullptr);

    /// Follows the gate while it lives; hidden without one.
    void follow(core::SafetyGate *gate);
    /// Unlocks for the chosen minutes; for the menu of the window, too.
    QMenu *unlockMenu() const { return m_menu; }

    QPushButton *unlockButton() const { return m_unlock; }
    QPushButton *lockButton() const { return m_lock; }
    QString text() const;

protected:
    void changeEvent(QEvent *event) override;

private:
    void update();
    void takeColours();
    void unlockFor(int minutes);

    QPointer<core::SafetyGate> m_gate;
    QMenu *m_menu;
    QLabel *m_icon;
    QLabel *m_state;
    QLabel *m_text;
    QLabel *m_remaining;
    QPushButton *m_unlock;
    QPushButton *m_lock;
    QAction *m_unlockAction; // a widget in a tool bar is shown and hidden by its action only
    QAction *m_lockAction;
};

} // namespace slotscope::ui
