// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;

namespace slotscope::ui {

/// What to find in the widget above it, and what came of it. Hidden until it is opened; it takes the keys of
/// its pane for that: Ctrl+F opens, F3 and Shift+F3 find the next and the previous match, Esc closes.
class FindBar : public QWidget
{
    Q_OBJECT
public:
    /// `pane`: where the keys count; it has the bar as a child.
    FindBar(const QString &name, QWidget *pane);

    /// Different things that can be looked for; there is no choice before the second one.
    void addKind(const QString &name, const QString &placeholder);
    int kind() const;
    QString wanted() const;
    void setResult(const QString &words);

    QLineEdit *line() const { return m_line; }
    QLabel *result() const { return m_result; }

    void open();
    void close();

Q_SIGNALS:
    /// Before it is shown: what is selected may be taken as what to find.
    void opening();
    void opened();
    void closed();
    void wantedChanged();
    void findRequested(bool backward);

private:
    QComboBox *m_kind;
    QLineEdit *m_line;
    QLabel *m_result;
};

} // namespace slotscope::ui
