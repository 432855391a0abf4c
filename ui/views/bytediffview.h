// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/bytediff.h"

#include <QAbstractScrollArea>

namespace slotscope::ui {

/// Two byte strings side by side as hex and ASCII, before at the left, after at the right; what differs is
/// marked, and gaps keep what is the same on one height. Paints only the lines that are seen.
class ByteDiffView : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit ByteDiffView(QWidget *parent = nullptr);

    /// `runs`: byteRuns() of the two. Shows the first difference.
    void setDiff(const QByteArray &before, const QByteArray &after, std::vector<core::ByteRun> runs);
    void clear() { setDiff({}, {}, {}); }

    const std::vector<core::ByteRun> &runs() const { return m_runs; }
    int differences() const;
    /// N, Shift+N: to the next or previous difference that is not seen now, around the end.
    void showNext(bool backward = false);

    int lineCount() const;
    /// One line as text: offset and bytes of both sides, differing bytes in brackets, gaps as dots.
    QString lineText(int line) const;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    // A place of both sides; -1: nothing of that side is there.
    struct Cell
    {
        qsizetype before = -1;
        qsizetype after = -1;
        bool same = true;
    };
    static qsizetype cellsOf(const core::ByteRun &run) { return std::max(run.beforeLength, run.afterLength); }
    Cell cellAt(qsizetype cell) const;
    void takeFont();
    void layoutLines();
    int sideWidth(int bytes) const;
    void paintSide(QPainter &painter, int line, int left, int top, bool after) const;

    QByteArray m_before;
    QByteArray m_after;
    std::vector<core::ByteRun> m_runs;
    std::vector<qsizetype> m_firstCell {0}; // of each run, and the count of all at the end
    int m_bytesPerLine = 16;
    int m_charWidth = 8;
    int m_lineHeight = 16;
};

} // namespace slotscope::ui
