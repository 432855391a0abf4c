// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/textdiffview.h"

#include "ui/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHash>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>

namespace slotscope::ui {

namespace {

constexpr qsizetype MostText = 200'000; // characters of a side
constexpr qsizetype LongestLine = 5'000;
constexpr qsizetype MostMarks = 2'000; // lines of a side
constexpr int LinesBefore = 2; // seen above a difference that is gone to

QStringList linesOf(const QString &text)
{
    QStringList lines = text.left(MostText).split(QLatin1Char('\n'));
    for (QString &line : lines) {
        if (line.size() > LongestLine) {
            line.truncate(LongestLine);
            line += QChar(0x2026);
        }
    }
    if (text.size() > MostText)
        lines << QString(QChar(0x2026));
    return lines;
}

} // namespace

LineDiff LineDiff::of(const QString &before, const QString &after)
{
    LineDiff diff;
    if (!before.isNull())
        diff.before = linesOf(before);
    if (!after.isNull())
        diff.after = linesOf(after);
    QHash<QString, quint32> numbers;
    const auto numbered = [&numbers](const QStringList &lines) {
        std::vector<quint32> result;
        for (const QString &line : lines) {
            const auto number = numbers.constFind(line);
            result.push_back(number != numbers.cend() ? *number : static_cast<quint32>(numbers.size()));
            numbers.insert(line, result.back());
        }
        return result;
    };
    const std::vector<quint32> old = numbered(diff.before);
    diff.runs = core::itemRuns(old, numbered(diff.after));
    return diff;
}

int LineDiff::differences() const
{
    return static_cast<int>(
        std::count_if(runs.cbegin(), runs.cend(), [](const core::ByteRun &run) { return !run.same; }));
}

TextDiffView::TextDiffView(QWidget *parent)
    : QWidget(parent)
    , m_before(new QPlainTextEdit)
    , m_after(new QPlainTextEdit)
{
    m_before->setAccessibleName(tr("Text before"));
    m_after->setAccessibleName(tr("Text after"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    for (QPlainTextEdit *side : {m_before, m_after}) {
        side->setReadOnly(true);
        side->setUndoRedoEnabled(false);
        side->setLineWrapMode(QPlainTextEdit::NoWrap);
        side->setFont(theme::monospaceFont());
        layout->addWidget(side, 1);
        QPlainTextEdit *other = side == m_before ? m_after : m_before;
        connect(side->verticalScrollBar(), &QScrollBar::valueChanged, other->verticalScrollBar(),
                &QScrollBar::setValue);
        connect(side->horizontalScrollBar(), &QScrollBar::valueChanged, other->horizontalScrollBar(),
                &QScrollBar::setValue);
    }
    setFocusProxy(m_after);
}

void TextDiffView::setDiff(const LineDiff &diff)
{
    m_places.clear();
    m_current = 0;
    QStringList before;
    QStringList after;
    for (const core::ByteRun &run : diff.runs) {
        const auto height = std::max(run.beforeLength, run.afterLength);
        if (!run.same)
            m_places.push_back({static_cast<int>(before.size()), static_cast<int>(height),
                                static_cast<int>(run.beforeLength), static_cast<int>(run.afterLength)});
        before << diff.before.mid(run.before, run.beforeLength);
        after << diff.after.mid(run.after, run.afterLength);
        before.resize(before.size() + height - run.beforeLength);
        after.resize(after.size() + height - run.afterLength);
    }
    m_before->setPlainText(before.join(QLatin1Char('\n')));
    m_after->setPlainText(after.join(QLatin1Char('\n')));
    mark();
    if (!m_places.empty())
        goTo(0);
}

void TextDiffView::mark()
{
    for (QPlainTextEdit *side : {m_before, m_after}) {
        QList<QTextEdit::ExtraSelection> selections;
        for (const Place &place : m_places) {
            const int own = side == m_before ? place.beforeCount : place.afterCount;
            for (int i = 0; i < place.count && selections.size() < MostMarks; ++i) {
                QTextEdit::ExtraSelection selection;
                selection.cursor = QTextCursor(side->document()->findBlockByNumber(place.line + i));
                selection.format.setProperty(QTextFormat::FullWidthSelection, true);
                if (i < own)
                    selection.format.setBackground(theme::tint(
                        side == m_before ? theme::Mark::Deleted : theme::Mark::Inserted, palette()));
                else
                    selection.format.setBackground(palette().color(QPalette::AlternateBase));
                selections << selection;
            }
        }
        side->setExtraSelections(selections);
    }
}

void TextDiffView::goTo(size_t place)
{
    m_current = place;
    m_after->verticalScrollBar()->setValue(std::max(0, m_places[place].line - LinesBefore));
}

void TextDiffView::showNext(bool backward)
{
    if (m_places.empty())
        return;
    goTo((m_current + (backward ? m_places.size() - 1 : 1)) % m_places.size());
}

void TextDiffView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        mark();
}

} // namespace slotscope::ui
