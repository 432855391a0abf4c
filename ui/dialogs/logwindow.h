// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log.h"

#include <QDialog>

class QComboBox;
class QLineEdit;
class QPlainTextEdit;

namespace slotscope::ui {

/// What the program has logged, as it comes: filtered by level and words, to be copied and saved.
class LogWindow : public QDialog
{
    Q_OBJECT
public:
    explicit LogWindow(QWidget *parent = nullptr);

    QPlainTextEdit *text() const { return m_text; }
    QComboBox *levelBox() const { return m_level; }
    QLineEdit *filterLine() const { return m_filter; }

Q_SIGNALS:
    /// What is shown is to be written to a file; whoever asks for its name.
    void saveRequested(const QByteArray &lines);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void rebuild();
    void append();
    bool isShown(const core::LogLine &line) const;

    QComboBox *m_level;
    QLineEdit *m_filter;
    QPlainTextEdit *m_text;
    quint64 m_seen = 0; ///< lines of the log
};

} // namespace slotscope::ui
