// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/messages.h"

#include <QUrl>

namespace slotscope::core {

/// Looks every few seconds whether the member that requests go to still serves, so that a machine that hangs
/// or is cut off is noticed before anybody waits for it in vain. It is given up only when another member of
/// the cluster is there to go on with.
class MemberProbe : public QObject
{
    Q_OBJECT
public:
    struct Steps
    {
        /// How the member is.
        std::function<Call<StatusReply>()> ask;
        /// The address of a member that serves, that of this one preferred.
        std::function<Call<QUrl>()> choose;
        /// Of this one.
        std::function<QUrl()> address;
    };

    MemberProbe(Steps steps, std::chrono::milliseconds interval, QObject *parent = nullptr);

    /// Does nothing when it is running.
    void start();
    void stop();

Q_SIGNALS:
    /// It does not serve, but another one does. The probe has stopped.
    void lost(const slotscope::core::Error &error);

private:
    void ask();
    void doubt(const Error &error);

    Steps m_steps;
    QTimer m_next;
    bool m_running = false;
    quint64 m_generation = 0; ///< counts start() and stop()
};

} // namespace slotscope::core
