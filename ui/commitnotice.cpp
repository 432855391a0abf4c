// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/commitnotice.h"

#include "core/edit/editsession.h"

#include <QStatusBar>

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds Moment(50);

/// The message that is shown, as a child of the status bar: there is one at a time.
constexpr QLatin1String ToldName("toldOfStaged");

} // namespace

void followCommitting(core::EditSession *session, QObject *context, std::function<void()> update)
{
    auto *late = new QTimer(session);
    late->setSingleShot(true);
    late->setInterval(Moment);
    QObject::connect(late, &QTimer::timeout, context, update);
    QObject::connect(session, &core::EditSession::committingChanged, context,
                     [session, late, update = std::move(update)] {
                         if (session->isCommitting())
                             return late->start();
                         late->stop();
                         update();
                     });
}

void tellOfStaged(QStatusBar *bar, core::EditSession *session, const QString &message)
{
    delete bar->findChild<QObject *>(ToldName, Qt::FindDirectChildrenOnly);
    auto *told = new QObject(bar);
    told->setObjectName(ToldName);
    bar->showMessage(message);
    // Marks of conflicts change as well, and are no reason.
    const auto forget = [bar, session, told, message, depth = session->undoDepth(),
                         staged = session->changes().size()] {
        if (session->undoDepth() == depth && session->changes().size() == staged)
            return;
        if (bar->currentMessage() == message)
            bar->clearMessage();
        session->disconnect(told);
        told->deleteLater();
    };
    QObject::connect(session, &core::EditSession::changed, told, forget);
}

} // namespace slotscope::ui
