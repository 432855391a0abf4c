// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/prompts.h"

#include "ui/dialogs/typeddialog.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>

namespace slotscope::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Prompts", text);
}

QMessageBox::ButtonRole messageBoxRole(PromptButton::Role role)
{
    switch (role) {
    case PromptButton::Role::Accept:
        return QMessageBox::AcceptRole;
    case PromptButton::Role::Destructive:
        return QMessageBox::DestructiveRole;
    case PromptButton::Role::Reject:
        break;
    }
    return QMessageBox::RejectRole;
}

} // namespace

void DialogPrompts::ask(QWidget *parent, const Question &question, std::function<void(int)> answered)
{
    auto *box = new QMessageBox(parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIcon(question.warning ? QMessageBox::Warning : QMessageBox::Question);
    box->setWindowTitle(QCoreApplication::applicationName());
    // Names of tables and words of servers come along here; they must not be taken for markup.
    box->setTextFormat(Qt::PlainText);
    box->setText(question.title);
    box->setInformativeText(question.text);
    if (!question.detail.isEmpty())
        box->setDetailedText(question.detail);

    std::vector<QAbstractButton *> buttons;
    for (const PromptButton &button : question.buttons)
        buttons.push_back(box->addButton(button.text, messageBoxRole(button.role)));
    const int count = static_cast<int>(buttons.size());
    const auto valid = [count](int index) { return index >= 0 && index < count; };
    const int escape = valid(question.escapeButton) ? question.escapeButton : count - 1;
    if (valid(question.defaultButton))
        box->setDefaultButton(
            qobject_cast<QPushButton *>(buttons[static_cast<size_t>(question.defaultButton)]));
    if (valid(escape))
        box->setEscapeButton(buttons[static_cast<size_t>(escape)]);

    QObject::connect(box, &QDialog::finished, box, [box, buttons, escape, answered = std::move(answered)] {
        const auto hit = std::find(buttons.begin(), buttons.end(), box->clickedButton());
        if (answered)
            answered(hit == buttons.end() ? escape : static_cast<int>(hit - buttons.begin()));
    });
    box->open();
}

void DialogPrompts::askTyped(QWidget *parent, const Question &question, const TypedText &text,
                             std::function<void(int, const QString &)> answered)
{
    auto *dialog = new TypedDialog(question, text, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QDialog::finished, dialog, [dialog, answered = std::move(answered)] {
        if (answered)
            answered(dialog->chosenButton(), dialog->typed());
    });
    dialog->open();
}

void DialogPrompts::showError(QWidget *parent, const QString &title, const ErrorText &error,
                              std::function<void()> retry)
{
    Question question;
    question.title = title;
    question.text = error.sentence();
    question.detail = error.technical;
    question.warning = true;
    if (retry) {
        question.buttons = {{tr("&Retry"), PromptButton::Role::Accept},
                            {tr("Close"), PromptButton::Role::Reject}};
    } else {
        question.buttons = {{tr("Close"), PromptButton::Role::Reject}};
    }
    ask(parent, question, [retry = std::move(retry)](int button) {
        if (button == 0 && retry)
            retry();
    });
}

void DialogPrompts::chooseFile(QWidget *parent, const FileQuestion &question,
                               std::function<void(const QString &)> chosen)
{
    auto *dialog = new QFileDialog(parent, question.title, question.suggestedPath);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (question.mode == FileQuestion::Mode::Save) {
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setFileMode(QFileDialog::AnyFile);
        if (!question.suggestedPath.isEmpty())
            dialog->selectFile(question.suggestedPath);
    } else if (question.mode == FileQuestion::Mode::Folder) {
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
    } else {
        dialog->setFileMode(QFileDialog::ExistingFile);
    }
    if (!question.nameFilters.isEmpty())
        dialog->setNameFilters(question.nameFilters);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog,
                     [chosen = std::move(chosen)](const QString &path) {
                         if (chosen && !path.isEmpty())
                             chosen(path);
                     });
    dialog->open();
}

} // namespace slotscope::ui
