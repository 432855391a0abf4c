// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "core/table/livetable.h"

#include <QWidget>

#include <memory>

class QToolButton;

namespace slotscope::ui {

class Banner;
class RecordModel;
class RecordView;

/// How one table follows the server: the buttons in its top line, and the words while it does not.
class LiveControls : public QWidget
{
    Q_OBJECT
public:
    LiveControls(std::shared_ptr<core::LiveTable> table, core::EditSession *edits, RecordModel *model,
                 RecordView *view, QWidget *parent = nullptr);

    /// To be placed above the table; hidden while nothing is to be said.
    Banner *banner() const { return m_banner; }

    /// In the past nothing happens that could be followed, and so nothing of this is offered.
    void setInPast();
    void togglePause();
    /// `paused at 41, 7 changes waiting`; empty while the table is not paused.
    QString pauseText() const;

    /// Brings the record that was written last in sight, again and again, until the user scrolls or moves.
    void setFollowing(bool following);
    bool isFollowing() const { return m_following; }
    /// Goes to the next record that has changed since the user looked.
    void showNextNews();
    void clearNews();

Q_SIGNALS:
    /// What is told of the table is something else now.
    void changed();
    void messageRaised(const QString &text);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void takePause();
    void tellPause();
    void goOnAfter(const core::CommitReport &report);
    void showNewest(const core::TableDelta &delta);
    void tellNews();

    std::shared_ptr<core::LiveTable> m_table;
    RecordModel *m_model;
    RecordView *m_view;
    QToolButton *m_pause;
    QToolButton *m_follow;
    QToolButton *m_news;
    bool m_following = false;
    bool m_inPast = false;
    Banner *m_banner;
};

} // namespace slotscope::ui
