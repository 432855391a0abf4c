// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/notation.h"
#include "ui/models/textforms.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;

namespace slotscope::ui {

class Banner;
class CodeEditor;

/// A text to be read, searched (Ctrl+F, F3, Shift+F3) and edited, the choice of its form, and what there is
/// to say about it.
class TextPane : public QWidget
{
    Q_OBJECT
public:
    explicit TextPane(QWidget *parent = nullptr);

    /// `keepPosition`: the same text in a newer state.
    void setText(const QByteArray &text, TextForm form, bool keepPosition);
    TextForm form() const { return m_form; }
    void setForms(const std::vector<TextForm> &forms, TextForm current);
    void setEditable(bool editable);

    /// Where what was typed is wrong; it is not staged then.
    void setError(const core::DecodeError &error);
    void clearError();
    /// The value has become another while something was typed.
    void setOvertaken(bool overtaken);

    CodeEditor *editor() const { return m_editor; }
    QComboBox *formChoice() const { return m_formChoice; }
    QLineEdit *findLine() const { return m_findLine; }
    QLabel *findResult() const { return m_findResult; }
    Banner *errorBanner() const { return m_errorBanner; }
    Banner *overtakenBanner() const { return m_overtakenBanner; }

Q_SIGNALS:
    void formChosen(slotscope::ui::TextForm form);
    /// Give up what was typed.
    void discardRequested();

private:
    void openFind();
    void closeFind();
    void find(bool backward);
    void countMatches();
    QWidget *makeFindBar();

    TextForm m_form = TextForm::Plain;
    qint64 m_errorOffset = -1;
    QWidget *m_formBar;
    QComboBox *m_formChoice;
    Banner *m_errorBanner;
    Banner *m_overtakenBanner;
    CodeEditor *m_editor;
    QWidget *m_findBar;
    QLineEdit *m_findLine;
    QLabel *m_findResult;
};

} // namespace slotscope::ui
