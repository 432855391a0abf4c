// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/rateplot.h"

#include "ui/models/ratetext.h"
#include "ui/theme.h"

#include <QPainter>

#include <algorithm>

namespace slotscope::ui {

namespace {

constexpr int PlotWidth = 100;
constexpr int TextRoom = 4;

} // namespace

void paintRates(QPainter *painter, const QRect &place, const std::vector<quint32> &seconds,
                const QColor &colour)
{
    const int width = place.width();
    if (width <= 0 || seconds.empty())
        return;
    // A bar a pixel: of the seconds that share one, the busiest.
    std::vector<quint32> bars(static_cast<size_t>(width), 0);
    for (size_t i = 0; i < seconds.size(); ++i) {
        quint32 &bar = bars[i * bars.size() / seconds.size()];
        bar = std::max(bar, seconds[i]);
    }
    const quint32 most = *std::max_element(bars.cbegin(), bars.cend());
    for (int x = 0; x < width && most > 0; ++x) {
        const quint32 bar = bars[static_cast<size_t>(x)];
        if (bar == 0)
            continue;
        const int height = std::max(1, qRound(double(bar) / most * place.height()));
        painter->fillRect(place.left() + x, place.bottom() + 1 - height, 1, height, colour);
    }
}

RatePlot::RatePlot(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setRates(0, {});
}

void RatePlot::setRates(double now, std::vector<quint32> seconds)
{
    m_seconds = std::move(seconds);
    m_text = now > 0 ? rateText(now) : tr("quiet");
    const QString summary = tr("Changes in this etcd: %1 lately, %2.").arg(m_text, rateSummary(m_seconds));
    setToolTip(summary);
    setAccessibleName(summary);
    update();
}

QSize RatePlot::sizeHint() const
{
    const int text = fontMetrics().horizontalAdvance(QStringLiteral("9,999/s  "));
    return {PlotWidth + TextRoom + text, fontMetrics().height() + 2};
}

void RatePlot::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRect plot(0, 1, PlotWidth, height() - 2);
    painter.fillRect(plot, palette().color(QPalette::Base));
    paintRates(&painter, plot, m_seconds, theme::accent(theme::Mark::Flash, palette()));
    painter.drawText(rect().adjusted(PlotWidth + TextRoom, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                     m_text);
}

} // namespace slotscope::ui
