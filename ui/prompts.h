// SPDX-License-Identifier: GPL-3.0-or-later
//
// The modal seam: everything that asks the user something goes through Prompts, so that tests can answer.
// Nothing here blocks or runs a nested event loop: answers come as callbacks.
#pragma once

#include "ui/errortext.h"

#include <QPointer>
#include <QString>
#include <QStringList>

#include <functional>
#include <vector>

class QWidget;

namespace slotscope::ui {

struct PromptButton
{
    enum class Role { Accept, Destructive, Reject };
    QString text;
    Role role = Role::Accept;
};

struct Question
{
    QString title; ///< the one-line question
    QString text; ///< what follows from the answers
    QString detail; ///< long text, shown on demand
    std::vector<PromptButton> buttons; ///< at least one
    int defaultButton = 0; ///< for Enter
    int escapeButton = -1; ///< for Escape and closing; -1: the last
    bool warning = false;
};

/// What is to be typed before anything but a Reject button can be pressed.
struct TypedText
{
    QString label; ///< `Type “orders”:`
    QString expected; ///< blanks around it do not matter
};

struct FileQuestion
{
    enum class Mode { Open, Save, Folder };
    Mode mode = Mode::Open;
    QString title;
    QString suggestedPath;
    QStringList nameFilters; ///< `JSON (*.json)`
};

/// Asks people. Callbacks come later, never from within the call, and not at all once `parent` is gone.
class Prompts
{
public:
    virtual ~Prompts() = default;

    /// `answered` gets the index of the button.
    virtual void ask(QWidget *parent, const Question &question, std::function<void(int)> answered) = 0;
    /// `answered` gets what was typed, too.
    virtual void askTyped(QWidget *parent, const Question &question, const TypedText &text,
                          std::function<void(int, const QString &)> answered) = 0;
    /// With a button Retry if `retry` is set. `title`: what did not succeed, in a few words.
    virtual void showError(QWidget *parent, const QString &title, const ErrorText &error,
                           std::function<void()> retry = {}) = 0;
    /// `chosen` is not called when the user gives up.
    virtual void chooseFile(QWidget *parent, const FileQuestion &question,
                            std::function<void(const QString &)> chosen) = 0;
};

/// Prompts as window-modal dialogs.
class DialogPrompts : public Prompts
{
public:
    void ask(QWidget *parent, const Question &question, std::function<void(int)> answered) override;
    void askTyped(QWidget *parent, const Question &question, const TypedText &text,
                  std::function<void(int, const QString &)> answered) override;
    void showError(QWidget *parent, const QString &title, const ErrorText &error,
                   std::function<void()> retry = {}) override;
    void chooseFile(QWidget *parent, const FileQuestion &question,
                    std::function<void(const QString &)> chosen) override;
};

} // namespace slotscope::ui
