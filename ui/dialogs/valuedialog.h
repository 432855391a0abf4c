// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/value.h"

#include <QDialog>

class QLabel;
class QPushButton;

namespace slotscope::ui {

class CodeEditor;

/// Edits one value in a window of its own, as text of any length with as many lines as it takes. Accepted
/// (Ctrl+Enter) only with a text that fits.
class ValueDialog : public QDialog
{
    Q_OBJECT
public:
    ValueDialog(const QString &title, const core::Value &value, QWidget *parent = nullptr);

    CodeEditor *editor() const { return m_editor; }
    QLabel *message() const { return m_message; }

    void accept() override;

Q_SIGNALS:
    void edited(const slotscope::core::Value &value);

private:
    core::Value m_value;
    CodeEditor *m_editor;
    QLabel *m_message;
};

} // namespace slotscope::ui
