// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QAbstractScrollArea;
class QHBoxLayout;
class QLabel;
class QProgressBar;

namespace slotscope::ui {

/// A line below a table, for what goes on with it: words, how far it is, and room for buttons. It comes and
/// goes without moving a row that is under the mouse.
class TableStrip : public QFrame
{
    Q_OBJECT
public:
    TableStrip(QAbstractScrollArea *view, QWidget *parent);

    /// False: as soon as that moves nothing.
    void setWanted(bool wanted);
    bool isWanted() const { return m_isWanted; }
    void setText(const QString &text, const QIcon &icon = {});
    QString text() const;
    /// 0: it is not known how far it is; negative: nothing is under way.
    void setProgress(qint64 done, qint64 total);
    /// Behind the words.
    void addPart(QWidget *part);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    bool wouldMoveRows() const;
    void hideIfPossible();

    QAbstractScrollArea *m_view;
    QHBoxLayout *m_layout;
    QLabel *m_icon;
    QLabel *m_text;
    QProgressBar *m_bar;
    bool m_isWanted = false;
};

} // namespace slotscope::ui
