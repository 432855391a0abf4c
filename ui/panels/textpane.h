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
class FindBar;

/// A text to be read, searched (Ctrl+F, F3, Shift+F3) and edited, the choice of its form, and what there is
/// to say about it. Of a text that would take long to lay out only the beginning is shown, not to be edited,
/// until the whole is asked for; and a large one reaches the editor when it is to be seen.
class TextPane : public QWidget
{
    Q_OBJECT
public:
    static constexpr qsizetype BeginningSize = 20'000; ///< bytes shown of a text that is not shown whole

    explicit TextPane(QWidget *parent = nullptr);

    /// `keepPosition`: the same text in a newer state.
    void setText(const QByteArray &text, TextForm form, bool keepPosition);
    /// One that somebody typed: the whole of it, whatever it costs.
    void setTypedText(const QByteArray &text, TextForm form);
    /// As shown or typed, be the editor filled with it or not.
    QByteArray text() const;
    /// The editor has the whole text.
    bool showsWhole() const { return m_filling == Filling::Whole; }
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
    QLineEdit *findLine() const;
    QLabel *findResult() const;
    Banner *partBanner() const { return m_partBanner; }
    Banner *errorBanner() const { return m_errorBanner; }
    Banner *overtakenBanner() const { return m_overtakenBanner; }

Q_SIGNALS:
    void formChosen(slotscope::ui::TextForm form);
    /// Give up what was typed.
    void discardRequested();

protected:
    void showEvent(QShowEvent *event) override;

private:
    enum class Filling { Nothing, Beginning, Whole }; // of the editor
    void fill(bool keepPosition);
    void showWhole();
    void find(bool backward);
    void countMatches();

    TextForm m_form = TextForm::Plain;
    QByteArray m_text; // while the editor does not have the whole
    Filling m_filling = Filling::Whole;
    bool m_wholeWanted = false;
    bool m_editable = true;
    qint64 m_errorOffset = -1;
    QWidget *m_formBar;
    QComboBox *m_formChoice;
    Banner *m_partBanner;
    Banner *m_errorBanner;
    Banner *m_overtakenBanner;
    CodeEditor *m_editor;
    FindBar *m_findBar;
};

} // namespace slotscope::ui
