// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/editundostack.h"

#include <QScopedValueRollback>
#include <QUndoCommand>

namespace slotscope::ui {

class EditUndoStack::Step : public QUndoCommand
{
public:
    Step(EditUndoStack *stack, const QString &name)
        : m_stack(stack)
    {
        // Behind the newline is what actions say, where an ampersand would be a mnemonic.
        setText(name + QLatin1Char('\n') + QString(name).replace(QLatin1Char('&'), QLatin1String("&&")));
    }
    void undo() override { m_stack->perform(true); }
    void redo() override { m_stack->perform(false); }

private:
    EditUndoStack *m_stack;
};

EditUndoStack::EditUndoStack(core::EditSession *session, QObject *parent)
    : QUndoStack(parent)
    , m_session(session)
{
    connect(session, &core::EditSession::historyChanged, this, &EditUndoStack::mirror);
    // While a commit is on its way nothing can be undone: in a group, its actions are off.
    connect(session, &core::EditSession::committingChanged, this,
            [this] { setActive(!m_session->isCommitting()); });
    mirror();
}

void EditUndoStack::mirror()
{
    if (m_performing || !m_session)
        return;
    const QScopedValueRollback<bool> guard(m_mirroring, true);
    const QStringList names = m_session->historyNames();
    const auto depth = static_cast<int>(m_session->undoDepth());
    int known = 0; // names that stand already
    while (known < count() && known < names.size() && text(known) == names[known])
        ++known;
    if (known == names.size() && known == count()) {
        setIndex(depth);
        return;
    }
    // The usual case, a step more; pushing forgets what could have been redone, as the session does.
    if (index() > known || depth < names.size())
        clear();
    for (auto i = index(); i < names.size(); ++i)
        push(new Step(this, names[i]));
    setIndex(depth);
}

void EditUndoStack::perform(bool undo)
{
    if (m_mirroring || !m_session)
        return;
    {
        const QScopedValueRollback<bool> guard(m_performing, true);
        if (undo)
            m_session->undo();
        else
            m_session->redo();
    }
    // The session may have refused, or done more; but Qt is in the middle of this step.
    QMetaObject::invokeMethod(this, &EditUndoStack::mirror, Qt::QueuedConnection);
}

} // namespace slotscope::ui
