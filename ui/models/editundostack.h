// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"

#include <QPointer>
#include <QUndoStack>

namespace slotscope::ui {

/// The history of an edit session for Qt's undo actions and views. The session alone undoes and redoes; this
/// follows it, whoever asked for it, and is empty when the session's history is.
class EditUndoStack : public QUndoStack
{
    Q_OBJECT
public:
    explicit EditUndoStack(core::EditSession *session, QObject *parent = nullptr);

private:
    class Step;
    void mirror();
    void perform(bool undo);

    QPointer<core::EditSession> m_session;
    bool m_mirroring = false; // the commands are only put in their places
    bool m_performing = false; // the session is at it, and tells so
};

} // namespace slotscope::ui
