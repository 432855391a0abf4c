// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace slotscope::ui {

/// Text to be read, selected and searched (Ctrl+F, F3, Shift+F3). Of a long text only the beginning is shown
/// until asked for more.
class TextPane : public QWidget
{
    Q_OBJECT
public:
    static constexpr qsizetype CutAt = 20'000; ///< characters

    explicit TextPane(QWidget *parent = nullptr);

    /// `keepPosition`: the same text in a newer state; the view stays where it is and as long as it is.
    void setText(const QString &text, bool keepPosition = false);
    bool isCut() const;
    void showAll();

    QPlainTextEdit *editor() const { return m_editor; }
    QLineEdit *findLine() const { return m_findLine; }

private:
    void showText(const QString &text, bool keepPosition);
    void openFind();
    void closeFind();
    void find(bool backward);

    QString m_text;
    bool m_all = false;
    QPlainTextEdit *m_editor;
    QWidget *m_cutBar;
    QLabel *m_cutLabel;
    QPushButton *m_showAll;
    QWidget *m_findBar;
    QLineEdit *m_findLine;
    QLabel *m_findResult;
};

} // namespace slotscope::ui
