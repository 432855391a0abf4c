// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/prompts.h"

#include <QTimer>
#include <QWidget>

#include <deque>
#include <functional>
#include <vector>

namespace slotscope::test {

/// Prompts for tests: answers from a script, and remembers what was asked. Header only, so that tests without
/// a window need not link the ui. What is not in the script is left unanswered, as a user does who has gone
/// for coffee.
class ScriptedPrompts : public ui::Prompts
{
public:
    struct ShownError
    {
        QString title;
        ui::ErrorText error;
        bool offersRetry = false;
    };

    // What happened.
    std::vector<ui::Question> questions;
    std::vector<ui::TypedText> typedTexts; ///< that questions among these wanted
    std::vector<ShownError> errors;
    std::vector<ui::FileQuestion> fileQuestions;

    // The script.
    std::deque<int> answers; ///< button indexes
    int retries = 0; ///< how many of the next errors to answer with Retry
    std::deque<QString> typed; ///< of the next questions that want something typed
    std::deque<QString> files; ///< an empty one: the user gives up

    void ask(QWidget *parent, const ui::Question &question, std::function<void(int)> answered) override
    {
        questions.push_back(question);
        if (answers.empty())
            return;
        const int answer = answers.front();
        answers.pop_front();
        later(parent, [answered = std::move(answered), answer] { answered(answer); });
    }
    void askTyped(QWidget *parent, const ui::Question &question, const ui::TypedText &text,
                  std::function<void(int, const QString &)> answered) override
    {
        typedTexts.push_back(text);
        QString words;
        if (!typed.empty()) {
            words = typed.front();
            typed.pop_front();
        }
        ask(parent, question,
            [answered = std::move(answered), words](int button) { answered(button, words); });
    }
    void showError(QWidget *parent, const QString &title, const ui::ErrorText &error,
                   std::function<void()> retry) override
    {
        errors.push_back({title, error, static_cast<bool>(retry)});
        if (!retry || retries <= 0)
            return;
        --retries;
        later(parent, std::move(retry));
    }
    void chooseFile(QWidget *parent, const ui::FileQuestion &question,
                    std::function<void(const QString &)> chosen) override
    {
        fileQuestions.push_back(question);
        if (files.empty())
            return;
        const QString file = files.front();
        files.pop_front();
        if (!file.isEmpty())
            later(parent, [chosen = std::move(chosen), file] { chosen(file); });
    }

private:
    static void later(QWidget *parent, std::function<void()> call)
    {
        QTimer::singleShot(0, parent, std::move(call));
    }
};

} // namespace slotscope::test
