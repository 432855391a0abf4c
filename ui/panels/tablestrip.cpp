// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/tablestrip.h"

#include "ui/panels/panelparts.h"

#include <QAbstractScrollArea>
#include <QEvent>
#include <QHBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QProgressBar>
#include <QScrollBar>
#include <QStyle>

namespace slotscope::ui {

TableStrip::TableStrip(QAbstractScrollArea *view, QWidget *parent)
    : QFrame(parent)
    , m_view(view)
    , m_layout(new QHBoxLayout(this))
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_bar(new QProgressBar(this))
{
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(fontMetrics().averageCharWidth() * 20);
    m_bar->setMaximumHeight(fontMetrics().height());
    m_layout->setContentsMargins(6, 2, 6, 2);
    m_layout->addWidget(m_icon);
    m_layout->addWidget(m_text, 1);
    m_layout->addWidget(m_bar);
    m_view->viewport()->installEventFilter(this);
    connect(m_view->verticalScrollBar(), &QScrollBar::valueChanged, this, &TableStrip::hideIfPossible);
    hide();
}

void TableStrip::setWanted(bool wanted)
{
    m_isWanted = wanted;
    if (wanted)
        show();
    else
        hideIfPossible();
}

// With more room a view that is scrolled to its end shows rows above those that it has shown.
bool TableStrip::wouldMoveRows() const
{
    const QScrollBar *bar = m_view->verticalScrollBar();
    return bar->maximum() > 0 && bar->value() == bar->maximum() && m_view->viewport()->underMouse();
}

void TableStrip::hideIfPossible()
{
    if (!m_isWanted && isVisibleTo(parentWidget()) && !wouldMoveRows())
        hide();
}

bool TableStrip::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Leave)
        QMetaObject::invokeMethod(this, &TableStrip::hideIfPossible, Qt::QueuedConnection);
    return QFrame::eventFilter(watched, event);
}

void TableStrip::setText(const QString &text, const QIcon &icon)
{
    m_text->setText(text);
    m_text->setAccessibleName(text);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize);
    m_icon->setVisible(!icon.isNull());
    m_icon->setPixmap(icon.isNull() ? QPixmap() : icon.pixmap(QSize(side, side), devicePixelRatioF()));
}

QString TableStrip::text() const
{
    return m_text->text();
}

void TableStrip::setProgress(qint64 done, qint64 total)
{
    m_bar->setVisible(total >= 0);
    if (total > 0)
        showProgress(m_bar, done, total);
    else
        m_bar->setRange(0, 0);
}

void TableStrip::addPart(QWidget *part)
{
    m_layout->addWidget(part);
}

} // namespace slotscope::ui
