// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/call.h"

namespace slotscope::core {

CallBase::CallBase(std::chrono::milliseconds deadline)
{
    if (deadline.count() <= 0)
        return;
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this, deadline] {
        if (m_finished)
            return;
        if (const auto abort = std::exchange(m_abort, nullptr))
            abort();
        fail({.kind = ErrorKind::Timeout,
              .detail = QStringLiteral("no answer within %1 ms").arg(deadline.count())});
    });
    m_deadline.start(deadline);
}

void CallBase::cancel()
{
    if (m_finished)
        return;
    if (const auto abort = std::exchange(m_abort, nullptr))
        abort();
    fail({.kind = ErrorKind::Cancelled, .detail = QStringLiteral("cancelled")});
}

void CallBase::finish()
{
    m_finished = true;
    m_deadline.stop();
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_abort = nullptr;
            if (m_hasReceiver && m_context)
                deliver();
            deleteLater();
        },
        Qt::QueuedConnection);
}

void CallBase::setContext(QObject *context)
{
    Q_ASSERT(context);
    m_context = context;
    m_hasReceiver = true;
    connect(context, &QObject::destroyed, this, &CallBase::abandon);
}

void CallBase::abandon()
{
    m_context.clear();
    cancel();
}

} // namespace slotscope::core
