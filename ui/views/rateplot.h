// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>

#include <vector>

namespace slotscope::ui {

/// Events of consecutive seconds, the newest at the right, the most frequent as high as the place.
void paintRates(QPainter *painter, const QRect &place, const std::vector<quint32> &seconds,
                const QColor &colour);

/// A small plot of events per second over the last minutes, with the rate of now beside it.
class RatePlot : public QWidget
{
    Q_OBJECT
public:
    explicit RatePlot(QWidget *parent = nullptr);

    void setRates(double now, std::vector<quint32> seconds);
    QString text() const { return m_text; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<quint32> m_seconds;
    QString m_text;
};

} // namespace slotscope::ui
