// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "core/table/livetable.h"

#include <QWidget>

#include <memory>

class QToolButton;

namespace slotscope::ui {

class Banner;

/// How one table follows the server: the buttons in its top line, and the words while it does not.
class LiveControls : public QWidget
{
    Q_OBJECT
public:
    LiveControls(std::shared_ptr<core::LiveTable> table, core::EditSession *edits, QWidget *parent = nullptr);

    /// To be placed above the table; hidden while nothing is to be said.
    Banner *banner() const { return m_banner; }

    void togglePause();
    /// `paused at 41, 7 changes waiting`; empty while the table is not paused.
    QString pauseText() const;

Q_SIGNALS:
    /// What is told of the table is something else now.
    void changed();
    void messageRaised(const QString &text);

private:
    void takePause();
    void tellPause();
    void goOnAfter(const core::CommitReport &report);

    std::shared_ptr<core::LiveTable> m_table;
    QToolButton *m_pause;
    Banner *m_banner;
};

} // namespace slotscope::ui
