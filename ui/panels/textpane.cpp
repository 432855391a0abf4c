// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/textpane.h"

#include "ui/panels/banner.h"
#include "ui/panels/findbar.h"
#include "ui/views/codeeditor.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

constexpr qsizetype LargeText = 65'536; // bytes; filling the editor with more could be felt
constexpr qsizetype LongestLine =
    65'536; // bytes; Scintilla measures a line as a whole, for minutes in the end

bool hasEndlessLine(const QByteArray &text)
{
    for (qsizetype at = 0; at < text.size();) {
        qsizetype end = text.indexOf('\n', at);
        end = end < 0 ? text.size() : end;
        if (end - at > LongestLine)
            return true;
        at = end + 1;
    }
    return false;
}

// Whole characters.
QByteArray beginningOf(const QByteArray &text)
{
    qsizetype size = std::min(text.size(), TextPane::BeginningSize);
    while (size > 0 && size < text.size() && (text.at(size) & 0xc0) == 0x80)
        --size;
    return text.left(size);
}

} // namespace

TextPane::TextPane(QWidget *parent)
    : QWidget(parent)
    , m_formBar(new QWidget)
    , m_formChoice(new QComboBox)
    , m_partBanner(new Banner(this))
    , m_errorBanner(new Banner(this))
    , m_overtakenBanner(new Banner(this))
    , m_editor(new CodeEditor)
    , m_findBar(new FindBar(tr("Find in text"), this))
{
    m_editor->area()->setAccessibleName(tr("Value as text"));
    m_formChoice->setAccessibleName(tr("Form of the text"));
    m_formChoice->setToolTip(tr("As stored: what is typed is stored to the byte.\n"
                                "Laid out: to be read; what is not changed stays stored as it is."));
    auto *formLayout = new QHBoxLayout(m_formBar);
    formLayout->setContentsMargins(0, 0, 0, 0);
    formLayout->addWidget(m_formChoice);
    formLayout->addStretch(1);
    m_formBar->hide();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_formBar);
    layout->addWidget(m_partBanner);
    layout->addWidget(m_overtakenBanner);
    layout->addWidget(m_errorBanner);
    layout->addWidget(m_editor, 1);
    layout->addWidget(m_findBar);
    setFocusProxy(m_editor);

    connect(m_findBar, &FindBar::opening, this, [this] {
        const QByteArray selected = m_editor->selectedText();
        if (!selected.isEmpty() && !selected.contains('\n'))
            m_findBar->line()->setText(QString::fromUtf8(selected));
    });
    connect(m_findBar, &FindBar::opened, this, &TextPane::countMatches);
    connect(m_findBar, &FindBar::closed, this, [this] { m_editor->setFocus(Qt::OtherFocusReason); });
    connect(m_findBar, &FindBar::findRequested, this, &TextPane::find);
    connect(m_findBar, &FindBar::wantedChanged, this, [this] {
        // Looks from the start of what is found, so that typing on extends the match instead of leaving it.
        m_editor->select(m_editor->selectionStart(), 0);
        find(false);
    });
    connect(m_partBanner, &Banner::actionTriggered, this, &TextPane::showWhole);
    connect(m_formChoice, &QComboBox::activated, this, [this](int index) {
        Q_EMIT formChosen(static_cast<TextForm>(m_formChoice->itemData(index).toInt()));
    });
    connect(m_errorBanner, &Banner::actionTriggered, this, [this] {
        m_editor->select(m_errorOffset, 0);
        m_editor->setFocus(Qt::OtherFocusReason);
    });
    connect(m_overtakenBanner, &Banner::actionTriggered, this, &TextPane::discardRequested);
    connect(m_editor, &CodeEditor::textEdited, this, [this] {
        if (m_findBar->isVisible())
            countMatches();
    });
}

QLineEdit *TextPane::findLine() const
{
    return m_findBar->line();
}
QLabel *TextPane::findResult() const
{
    return m_findBar->result();
}

void TextPane::setText(const QByteArray &text, TextForm form, bool keepPosition)
{
    const bool same = keepPosition && form == m_form;
    if (!same)
        m_wholeWanted = false;
    m_form = form;
    m_text = text;
    clearError();
    setOvertaken(false);
    fill(same && showsWhole());
}

void TextPane::setTypedText(const QByteArray &text, TextForm form)
{
    m_form = form;
    m_text = text;
    m_wholeWanted = true;
    clearError();
    setOvertaken(false);
    fill(false);
}

QByteArray TextPane::text() const
{
    return showsWhole() ? m_editor->text() : m_text;
}

void TextPane::fill(bool keepPosition)
{
    const bool whole = m_wholeWanted || CodeEditor::isQuicklyShown(m_text);
    if (m_text.size() > LargeText && !m_wholeWanted && !isVisible())
        m_filling = Filling::Nothing;
    else
        m_filling = whole ? Filling::Whole : Filling::Beginning;
    m_editor->setReadOnly(!m_editable || !showsWhole());
    m_editor->setLanguage(m_form == TextForm::Plain || !whole ? CodeEditor::Language::Plain
                                                              : CodeEditor::Language::Json);
    switch (m_filling) {
    case Filling::Nothing:
        m_editor->setText({});
        break;
    case Filling::Beginning:
        m_editor->setText(beginningOf(m_text));
        break;
    case Filling::Whole:
        if (keepPosition)
            m_editor->updateText(m_text);
        else
            m_editor->setText(m_text);
        m_text.clear();
        break;
    }
    if (m_filling == Filling::Beginning) {
        const QString size =
            QLocale().formattedDataSize(m_text.size(), 1, QLocale::DataSizeTraditionalFormat);
        if (hasEndlessLine(m_text))
            m_partBanner->setMessage(
                theme::Mark::Warning,
                tr("This is the beginning of a text (%1) with a line too long for a text "
                   "editor. It can be edited as tree and as bytes.")
                    .arg(size));
        else
            m_partBanner->setMessage(theme::Mark::Warning,
                                     tr("This is the beginning of a long text (%1), which cannot be edited "
                                        "before all of it is shown.")
                                         .arg(size),
                                     tr("Show all"));
    } else {
        m_partBanner->clearMessage();
    }
    if (m_findBar->isVisible())
        countMatches();
}

void TextPane::showWhole()
{
    m_wholeWanted = true;
    if (!showsWhole())
        fill(false);
}

void TextPane::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (m_filling == Filling::Nothing)
        fill(false);
}

void TextPane::setForms(const std::vector<TextForm> &forms, TextForm current)
{
    m_formChoice->clear();
    for (const TextForm form : forms) {
        m_formChoice->addItem(textFormName(form), static_cast<int>(form));
        if (form == current)
            m_formChoice->setCurrentIndex(m_formChoice->count() - 1);
    }
    m_formBar->setVisible(forms.size() > 1);
}

void TextPane::setEditable(bool editable)
{
    m_editable = editable;
    m_editor->setReadOnly(!m_editable || !showsWhole());
}

void TextPane::setError(const core::DecodeError &error)
{
    m_errorOffset = error.offset;
    QString message;
    if (error.offset >= 0) {
        const CodeEditor::Position at = m_editor->positionOf(error.offset);
        message = tr("Line %1, column %2: %3.").arg(at.line).arg(at.column).arg(error.what);
        m_editor->setError(error.offset);
    } else {
        message = tr("This cannot be stored: %1.").arg(error.what);
        m_editor->clearError();
    }
    message += QLatin1Char(' ') + tr("Until it is mended, the last good value stays.");
    m_errorBanner->setMessage(theme::Mark::Warning, message, error.offset >= 0 ? tr("Go there") : QString());
}

void TextPane::clearError()
{
    m_errorOffset = -1;
    m_editor->clearError();
    m_errorBanner->clearMessage();
}

void TextPane::setOvertaken(bool overtaken)
{
    if (!overtaken)
        m_overtakenBanner->clearMessage();
    else if (m_overtakenBanner->isHidden())
        m_overtakenBanner->setMessage(theme::Mark::Conflict,
                                      tr("The value has changed since you began to type; your text is kept."),
                                      tr("Show the value as it is now"));
}

void TextPane::find(bool backward)
{
    m_editor->find(m_findBar->wanted().toUtf8(), backward);
    countMatches();
}

void TextPane::countMatches()
{
    if (m_findBar->wanted().isEmpty()) {
        m_findBar->setResult({});
        return;
    }
    const CodeEditor::Matches matches = m_editor->matches(m_findBar->wanted().toUtf8());
    const QString count =
        QLocale().toString(matches.count) + (matches.more ? QStringLiteral("+") : QString());
    QString words = count;
    if (matches.count == 0)
        words = tr("not found");
    else if (matches.current > 0)
        words = tr("%1 of %2").arg(matches.current).arg(count);
    // Nobody shall believe that it is nowhere in the text.
    m_findBar->setResult(showsWhole() ? words : tr("%1 in the part shown").arg(words));
}

} // namespace slotscope::ui
