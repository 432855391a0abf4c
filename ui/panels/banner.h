// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme.h"

#include <QFrame>

class QLabel;

namespace slotscope::ui {

/// A message in place: icon, words and a tint of its kind. Hidden while it has nothing to say.
class Banner : public QFrame
{
    Q_OBJECT
public:
    explicit Banner(QWidget *parent = nullptr);

    /// `action`: the text of a link behind the message; empty: none.
    void setMessage(theme::Mark mark, const QString &text, const QString &action = {});
    /// With several links.
    void setMessage(theme::Mark mark, const QString &text, const QStringList &actions);
    /// The technical side of the message, shown and copied on demand; goes with the message. Empty: none.
    void setDetail(const QString &technical);
    void clearMessage();
    QString message() const { return m_message; }

Q_SIGNALS:
    void actionTriggered();
    /// Which of several; along with actionTriggered().
    void actionChosen(int index);

protected:
    void changeEvent(QEvent *event) override;

private:
    void takeColours();
    void showText();
    void followLink(const QString &link);

    QLabel *m_icon;
    QLabel *m_text;
    QString m_message;
    QStringList m_actions;
    QString m_detail;
    bool m_detailShown = false;
    theme::Mark m_mark = theme::Mark::Warning;
};

} // namespace slotscope::ui
