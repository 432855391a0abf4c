// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/banner.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPointer>
#include <QStyle>

namespace slotscope::ui {

Banner::Banner(QWidget *parent)
    : QFrame(parent)
    , m_icon(new QLabel)
    , m_text(new QLabel)
{
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::RichText);
    m_text->setTextInteractionFlags(Qt::TextBrowserInteraction);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 4);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    connect(m_text, &QLabel::linkActivated, this, [this](const QString &link) {
        const QPointer<Banner> self(this); // whoever listens may delete it
        Q_EMIT actionTriggered();
        if (self)
            Q_EMIT actionChosen(link.toInt());
    });
    hide();
}

void Banner::setMessage(theme::Mark mark, const QString &text, const QString &action)
{
    setMessage(mark, text, action.isEmpty() ? QStringList() : QStringList {action});
}

void Banner::setMessage(theme::Mark mark, const QString &text, const QStringList &actions)
{
    m_mark = mark;
    m_message = text;
    QString markup = text.toHtmlEscaped();
    for (qsizetype i = 0; i < actions.size(); ++i)
        markup += QStringLiteral(" &nbsp;<a href=\"%1\">%2</a>").arg(i).arg(actions[i].toHtmlEscaped());
    m_text->setText(markup);
    m_text->setAccessibleName(text);
    takeColours();
    show();
}

void Banner::clearMessage()
{
    m_message.clear();
    m_text->clear();
    hide();
}

void Banner::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::StyleChange)
        takeColours();
}

void Banner::takeColours()
{
    const QPalette inherited = parentWidget() ? parentWidget()->palette() : QPalette();
    QPalette tinted = inherited;
    const QColor background = theme::tint(m_mark, inherited);
    tinted.setColor(QPalette::Window, background);
    tinted.setColor(QPalette::WindowText, inherited.color(QPalette::Text));
    setPalette(tinted);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize);
    m_icon->setPixmap(theme::icon(m_mark).pixmap(QSize(side, side), devicePixelRatioF()));
}

} // namespace slotscope::ui
