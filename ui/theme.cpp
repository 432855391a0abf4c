// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <QFontDatabase>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

namespace slotscope::ui::theme {

namespace {

// Degrees on the colour wheel; the lightness comes from the palette.
int hueOf(Mark mark)
{
    switch (mark) {
    case Mark::Edited:
        return 42;
    case Mark::Inserted:
        return 130;
    case Mark::Deleted:
        return 4;
    case Mark::Conflict:
        return 300;
    case Mark::Flash:
        return 210;
    case Mark::Warning:
        return 32;
    case Mark::Match:
        return 52;
    case Mark::Past:
        return 176;
    }
    return 0;
}

int hueOf(Caution caution)
{
    switch (caution) {
    case Caution::Open:
        return 130;
    case Caution::Confirm:
        return 45;
    case Caution::Locked:
        return 285;
    case Caution::Unlocked:
        return 4;
    case Caution::ReadOnly:
        return 210;
    }
    return 0;
}

Mark markOf(Glyph glyph)
{
    switch (glyph) {
    case Glyph::Inserted:
        return Mark::Inserted;
    case Glyph::Deleted:
        return Mark::Deleted;
    case Glyph::Conflict:
        return Mark::Conflict;
    case Glyph::News:
        return Mark::Flash;
    case Glyph::Warning:
        return Mark::Warning;
    case Glyph::Clock:
        return Mark::Past;
    default:
        return Mark::Edited;
    }
}

std::optional<Caution> cautionOf(Glyph glyph)
{
    switch (glyph) {
    case Glyph::Pen:
        return Caution::Open;
    case Glyph::Confirm:
        return Caution::Confirm;
    case Glyph::Locked:
        return Caution::Locked;
    case Glyph::Unlocked:
        return Caution::Unlocked;
    case Glyph::Eye:
        return Caution::ReadOnly;
    default:
        return std::nullopt;
    }
}

bool hasMarkColour(Glyph glyph)
{
    return glyph <= Glyph::Warning || glyph == Glyph::Clock;
}

// All glyphs are drawn on a board of 16 by 16.
void drawTriangle(QPainter &painter, const QRectF &box, const QColor &colour)
{
    QPainterPath triangle;
    triangle.moveTo(box.center().x(), box.top());
    triangle.lineTo(box.right(), box.bottom());
    triangle.lineTo(box.left(), box.bottom());
    triangle.closeSubpath();
    painter.setPen(QPen(colour, 1, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(colour);
    painter.drawPath(triangle);
    const QColor inside = colour.lightness() > 140 ? QColor(Qt::black) : QColor(Qt::white);
    painter.setPen(QPen(inside, box.width() / 8, Qt::SolidLine, Qt::RoundCap));
    const qreal x = box.center().x();
    painter.drawLine(QPointF(x, box.top() + box.height() * 0.38),
                     QPointF(x, box.top() + box.height() * 0.64));
    painter.drawPoint(QPointF(x, box.top() + box.height() * 0.84));
}

void drawGlyph(QPainter &painter, Glyph glyph, const QColor &colour)
{
    const QPen pen(colour, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    const QColor light = QColor(colour.red(), colour.green(), colour.blue(), 70);
    switch (glyph) {
    case Glyph::Edited: {
        // A pencil.
        QPainterPath path;
        path.moveTo(3, 13);
        path.lineTo(4, 9.8);
        path.lineTo(11, 2.8);
        path.lineTo(13.2, 5);
        path.lineTo(6.2, 12);
        path.closeSubpath();
        painter.setBrush(light);
        painter.drawPath(path);
        break;
    }
    case Glyph::Inserted:
        painter.setPen(QPen(colour, 2.4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(8, 3), QPointF(8, 13));
        painter.drawLine(QPointF(3, 8), QPointF(13, 8));
        break;
    case Glyph::Deleted:
        painter.setPen(QPen(colour, 2.4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(3.5, 3.5), QPointF(12.5, 12.5));
        painter.drawLine(QPointF(12.5, 3.5), QPointF(3.5, 12.5));
        break;
    case Glyph::Conflict: {
        // Two arrows that pass each other.
        painter.setPen(QPen(colour, 1.7, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawLine(QPointF(2, 5), QPointF(13.5, 5));
        painter.drawLine(QPointF(2.5, 11), QPointF(14, 11));
        const QPointF there[] = {{10.5, 2}, {13.5, 5}, {10.5, 8}};
        const QPointF back[] = {{5.5, 8}, {2.5, 11}, {5.5, 14}};
        painter.drawPolyline(there, 3);
        painter.drawPolyline(back, 3);
        break;
    }
    case Glyph::News:
        painter.setBrush(colour);
        painter.drawEllipse(QPointF(8, 8), 2.6, 2.6);
        break;
    case Glyph::Warning:
        drawTriangle(painter, QRectF(2, 2, 12, 11.5), colour);
        break;
    case Glyph::Pen:
        drawGlyph(painter, Glyph::Edited, colour);
        break;
    case Glyph::Confirm:
        // A tick in a box.
        painter.drawRoundedRect(QRectF(2.5, 2.5, 11, 11), 2, 2);
        painter.setPen(QPen(colour, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawLine(QPointF(5, 8.2), QPointF(7.2, 10.6));
        painter.drawLine(QPointF(7.2, 10.6), QPointF(11, 5.4));
        break;
    case Glyph::Locked:
    case Glyph::Unlocked: {
        painter.setBrush(colour);
        painter.drawRoundedRect(QRectF(3, 7.5, 10, 6.5), 1, 1);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, 1.8, Qt::SolidLine, Qt::RoundCap));
        // The shackle: closed, or swung to the side.
        const qreal aside = glyph == Glyph::Locked ? 0 : 4.5;
        QPainterPath shackle;
        shackle.moveTo(5.2 + aside, 7.2);
        shackle.lineTo(5.2 + aside, 5);
        shackle.arcTo(QRectF(5.2 + aside, 2, 5.6, 5.6), 180, -180);
        if (glyph == Glyph::Locked)
            shackle.lineTo(10.8, 7.2);
        painter.drawPath(shackle);
        break;
    }
    case Glyph::Eye: {
        QPainterPath lids;
        lids.moveTo(1.5, 8);
        lids.quadTo(8, 1.5, 14.5, 8);
        lids.quadTo(8, 14.5, 1.5, 8);
        painter.setBrush(light);
        painter.drawPath(lids);
        painter.setBrush(colour);
        painter.drawEllipse(QPointF(8, 8), 2.1, 2.1);
        break;
    }
    case Glyph::Clock:
        painter.setBrush(light);
        painter.drawEllipse(QPointF(8, 8), 6, 6);
        painter.drawLine(QPointF(8, 8), QPointF(8, 4));
        painter.drawLine(QPointF(8, 8), QPointF(10.8, 9.6));
        break;
    case Glyph::Table:
        painter.fillRect(QRectF(2, 3, 12, 3), light);
        painter.drawRect(QRectF(2, 3, 12, 10));
        painter.drawLine(QPointF(2, 6.3), QPointF(14, 6.3));
        painter.drawLine(QPointF(2, 9.6), QPointF(14, 9.6));
        painter.drawLine(QPointF(6.5, 3), QPointF(6.5, 13));
        break;
    case Glyph::Index:
        // A list that points elsewhere.
        painter.drawLine(QPointF(2, 4), QPointF(9, 4));
        painter.drawLine(QPointF(2, 8), QPointF(7, 8));
        painter.drawLine(QPointF(2, 12), QPointF(9, 12));
        painter.drawLine(QPointF(9.5, 8), QPointF(14, 8));
        painter.drawLine(QPointF(12, 6), QPointF(14, 8));
        painter.drawLine(QPointF(12, 10), QPointF(14, 8));
        break;
    case Glyph::Untyped: {
        painter.setPen(QPen(colour, 1.2, Qt::DashLine));
        painter.drawRect(QRectF(2, 3, 12, 10));
        painter.setPen(pen);
        QPainterPath mark;
        mark.moveTo(6.3, 6.6);
        mark.cubicTo(6.3, 4.4, 9.7, 4.4, 9.7, 6.5);
        mark.cubicTo(9.7, 7.8, 8, 7.8, 8, 9.2);
        painter.drawPath(mark);
        painter.drawPoint(QPointF(8, 11));
        break;
    }
    case Glyph::Folder: {
        QPainterPath path;
        path.moveTo(2, 13);
        path.lineTo(2, 3.5);
        path.lineTo(6, 3.5);
        path.lineTo(7.5, 5.2);
        path.lineTo(14, 5.2);
        path.lineTo(14, 13);
        path.closeSubpath();
        painter.setBrush(light);
        painter.drawPath(path);
        break;
    }
    case Glyph::Key:
        painter.setBrush(light);
        painter.drawEllipse(QPointF(5, 8), 3, 3);
        painter.drawLine(QPointF(8, 8), QPointF(14, 8));
        painter.drawLine(QPointF(13.5, 8), QPointF(13.5, 11));
        painter.drawLine(QPointF(11, 8), QPointF(11, 10.3));
        break;
    case Glyph::Catalogue:
        painter.fillRect(QRectF(3, 2.5, 2.5, 11), light);
        painter.drawRect(QRectF(3, 2.5, 10, 11));
        painter.drawLine(QPointF(5.5, 2.5), QPointF(5.5, 13.5));
        painter.drawLine(QPointF(7.5, 6), QPointF(11, 6));
        painter.drawLine(QPointF(7.5, 9), QPointF(11, 9));
        break;
    case Glyph::Pause:
        painter.setBrush(colour);
        painter.drawRect(QRectF(4, 3.5, 2.4, 9));
        painter.drawRect(QRectF(9.6, 3.5, 2.4, 9));
        break;
    case Glyph::Follow:
        // Down to the last line.
        painter.drawLine(QPointF(8, 2), QPointF(8, 10));
        painter.drawLine(QPointF(4.5, 6.5), QPointF(8, 10));
        painter.drawLine(QPointF(11.5, 6.5), QPointF(8, 10));
        painter.drawLine(QPointF(3, 13.5), QPointF(13, 13.5));
        break;
    }
}

class GlyphEngine : public QIconEngine
{
public:
    GlyphEngine(Glyph glyph, bool badge)
        : m_glyph(glyph)
        , m_badge(badge)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        const std::optional<Caution> caution = cautionOf(m_glyph);
        QColor colour = caution      ? accent(*caution, palette)
            : hasMarkColour(m_glyph) ? accent(markOf(m_glyph), palette)
                                     : mutedText(palette);
        if (mode == QIcon::Selected && !caution && !hasMarkColour(m_glyph))
            colour = palette.color(QPalette::HighlightedText);
        else if (mode == QIcon::Disabled)
            colour = palette.color(QPalette::Disabled, QPalette::Text);
        const qreal side = std::min(rect.width(), rect.height());
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(QRectF(rect).center() - QPointF(side / 2, side / 2));
        painter->scale(side / 16, side / 16);
        drawGlyph(*painter, m_glyph, colour);
        if (m_badge)
            drawTriangle(*painter, QRectF(7, 7, 8.5, 8), accent(Mark::Warning, palette));
        painter->restore();
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }
    QIconEngine *clone() const override { return new GlyphEngine(*this); }

private:
    Glyph m_glyph;
    bool m_badge;
};

/// How light a colour is to the eye, 0 to 1, as WCAG has it.
double luminance(const QColor &colour)
{
    const auto linear = [](double part) {
        return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF());
}

double contrast(const QColor &a, const QColor &b)
{
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

} // namespace

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < 128;
}

QColor mixed(const QColor &a, const QColor &b, qreal share)
{
    const auto mix = [share](int x, int y) { return qRound(x + (y - x) * share); };
    return QColor(mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue()));
}

namespace {

QColor accentOf(int hue, const QPalette &palette)
{
    // Yellow hues look lighter than others of the same lightness.
    const bool yellowish = hue > 20 && hue < 90;
    return isDark(palette) ? QColor::fromHsl(hue, 200, 160) : QColor::fromHsl(hue, 210, yellowish ? 82 : 95);
}

} // namespace

QColor accent(Mark mark, const QPalette &palette)
{
    return accentOf(hueOf(mark), palette);
}

QColor accent(Caution caution, const QPalette &palette)
{
    return accentOf(hueOf(caution), palette);
}

QColor tint(Caution caution, const QPalette &palette)
{
    // Where things are as one likes them a little is enough.
    const qreal share = caution == Caution::Open ? 0.14 : 0.36;
    return mixed(palette.color(QPalette::Base), QColor::fromHsl(hueOf(caution), 220, 128), share);
}

QColor tint(Mark mark, const QPalette &palette, qreal strength)
{
    const QColor base = palette.color(QPalette::Base);
    const QColor strong = QColor::fromHsl(hueOf(mark), 220, 128);
    const qreal share = mark == Mark::Match ? 0.45 : 0.26;
    return mixed(base, strong, share * std::clamp(strength, 0.0, 1.0));
}

QColor mutedText(const QPalette &palette)
{
    return mixed(palette.color(QPalette::Text), palette.color(QPalette::Base), 0.38);
}

QColor linkText(const QPalette &palette)
{
    // Qt's dark palettes keep the dark blue of light ones.
    constexpr double ReadableContrast = 4.5;
    const QColor base = palette.color(QPalette::Base);
    const QColor link = palette.color(QPalette::Link);
    const QColor text = palette.color(QPalette::Text);
    QColor colour = mixed(link, text, 0.4); // quieter than on a page of text
    for (double share = 0.45; share < 1 && contrast(colour, base) < ReadableContrast; share += 0.05)
        colour = mixed(link, text, share);
    return colour;
}

QIcon icon(Glyph glyph, bool badge)
{
    return QIcon(new GlyphEngine(glyph, badge));
}

QIcon icon(Mark mark)
{
    switch (mark) {
    case Mark::Edited:
        return icon(Glyph::Edited);
    case Mark::Inserted:
        return icon(Glyph::Inserted);
    case Mark::Deleted:
        return icon(Glyph::Deleted);
    case Mark::Conflict:
        return icon(Glyph::Conflict);
    case Mark::Warning:
        return icon(Glyph::Warning);
    case Mark::Past:
        return icon(Glyph::Clock);
    case Mark::Flash:
        return icon(Glyph::News);
    case Mark::Match:
        break;
    }
    return {};
}

QIcon icon(Caution caution)
{
    switch (caution) {
    case Caution::Open:
        return icon(Glyph::Pen);
    case Caution::Confirm:
        return icon(Glyph::Confirm);
    case Caution::Locked:
        return icon(Glyph::Locked);
    case Caution::Unlocked:
        return icon(Glyph::Unlocked);
    case Caution::ReadOnly:
        break;
    }
    return icon(Glyph::Eye);
}

QFont monospaceFont()
{
    return QFontDatabase::systemFont(QFontDatabase::FixedFont);
}

} // namespace slotscope::ui::theme
