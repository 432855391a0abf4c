// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/bytediff.h"

#include <QStringList>
#include <QWidget>

#include <vector>

class QPlainTextEdit;

namespace slotscope::ui {

/// Two texts by lines, and where they differ. Nothing here needs the UI thread.
struct LineDiff
{
    QStringList before;
    QStringList after;
    std::vector<core::ByteRun> runs; ///< in lines

    /// Of texts that are cut where they are too much to read.
    static LineDiff of(const QString &before, const QString &after);
    int differences() const;
};

/// Two texts side by side, before at the left, after at the right; lines that differ are marked, and empty
/// ones keep what is the same on one height. Both sides scroll together.
class TextDiffView : public QWidget
{
    Q_OBJECT
public:
    explicit TextDiffView(QWidget *parent = nullptr);

    /// Shows the first difference.
    void setDiff(const LineDiff &diff);
    void clear() { setDiff({}); }
    int differences() const { return static_cast<int>(m_places.size()); }
    /// To the next or previous difference, around the end.
    void showNext(bool backward = false);

    QPlainTextEdit *before() const { return m_before; }
    QPlainTextEdit *after() const { return m_after; }

protected:
    void changeEvent(QEvent *event) override;

private:
    void mark();
    void goTo(size_t place);

    QPlainTextEdit *m_before;
    QPlainTextEdit *m_after;
    struct Place
    {
        int line = 0;
        int count = 0;
        int beforeCount = 0; // of these lines, the others only keep the height
        int afterCount = 0;
    };
    std::vector<Place> m_places; // the differences
    size_t m_current = 0;
};

} // namespace slotscope::ui
