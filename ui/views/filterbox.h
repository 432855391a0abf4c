// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/fieldcondition.h"

#include <QLineEdit>
#include <QPointer>

#include <optional>

class QAction;
class QLabel;

namespace slotscope::ui {

/// What a filter is typed into: green or red while that goes on, with a mark, and with words and the place
/// below it where it is not understood.
class FilterBox : public QLineEdit
{
    Q_OBJECT
public:
    explicit FilterBox(QWidget *parent = nullptr);
    ~FilterBox() override;

    /// What came of reading the text. Blank ones have no look of their own.
    void setFault(const std::optional<core::FieldConditionError> &fault);
    /// In words, with the place; empty: understood.
    const QString &fault() const { return m_fault; }
    /// What the text means, for the tooltip; shown where there is no fault.
    void setMeaning(const QString &meaning);

Q_SIGNALS:
    /// Enter, or arrow down: on to the records.
    void entered();
    /// Alt+Down, and the menu's entry: what was typed here before is to be offered.
    void historyRequested();
    /// Tab and Shift+Tab, where somebody listens.
    void neighbourRequested(bool forward);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void moveEvent(QMoveEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void changeEvent(QEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void updateLook();
    void updateHint();

    QString m_fault;
    QString m_meaning;
    QAction *m_mark;
    QPointer<QLabel> m_hint; // a child of the window, below this; may go before it
};

} // namespace slotscope::ui
