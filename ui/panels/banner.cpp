// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/banner.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPointer>
#include <QStyle>

namespace slotscope::ui {

namespace {

constexpr QLatin1String DetailsLink("details");
constexpr QLatin1String CopyLink("copy");

} // namespace

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
    connect(m_text, &QLabel::linkActivated, this, &Banner::followLink);
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
    m_actions = actions;
    m_detail.clear();
    m_detailShown = false;
    showText();
    m_text->setAccessibleName(text);
    takeColours();
    show();
}

void Banner::setDetail(const QString &technical)
{
    m_detail = technical;
    m_detailShown = false;
    showText();
}

void Banner::showText()
{
    const auto link = [](const QString &where, const QString &text) {
        return QStringLiteral(" &nbsp;<a href=\"%1\">%2</a>").arg(where, text.toHtmlEscaped());
    };
    QString markup = m_message.toHtmlEscaped();
    for (qsizetype i = 0; i < m_actions.size(); ++i)
        markup += link(QString::number(i), m_actions[i]);
    if (!m_detail.isEmpty()) {
        markup += link(DetailsLink, m_detailShown ? tr("Hide details") : tr("Details"));
        if (m_detailShown)
            markup += QStringLiteral("<br>") + m_detail.toHtmlEscaped() + link(CopyLink, tr("Copy"));
    }
    m_text->setText(markup);
}

void Banner::followLink(const QString &link)
{
    if (link == DetailsLink) {
        m_detailShown = !m_detailShown;
        showText();
    } else if (link == CopyLink) {
        QGuiApplication::clipboard()->setText(m_message + QLatin1Char('\n') + m_detail);
    } else {
        const QPointer<Banner> self(this); // whoever listens may delete it
        Q_EMIT actionTriggered();
        if (self)
            Q_EMIT actionChosen(link.toInt());
    }
}

void Banner::clearMessage()
{
    m_message.clear();
    m_detail.clear();
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
