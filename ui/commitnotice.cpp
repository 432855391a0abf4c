// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/commitnotice.h"

#include "core/edit/editsession.h"

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds Moment(50);

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

} // namespace slotscope::ui
