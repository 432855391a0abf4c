// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/prompts.h"

#include <QDialog>

class QAbstractButton;
class QLineEdit;

namespace slotscope::ui {

/// A question that wants a text typed before it can be answered with anything but a Reject button. To be
/// shown with open().
class TypedDialog : public QDialog
{
    Q_OBJECT
public:
    TypedDialog(const Question &question, const TypedText &text, QWidget *parent = nullptr);

    QLineEdit *line() const { return m_line; }
    const std::vector<QAbstractButton *> &buttons() const { return m_buttons; }
    /// Index of the button that ended it; the question's escape button if none did.
    int chosenButton() const { return m_chosen; }
    QString typed() const;

private:
    void allow();

    Question m_question;
    TypedText m_text;
    QLineEdit *m_line;
    std::vector<QAbstractButton *> m_buttons;
    int m_chosen;
};

} // namespace slotscope::ui
