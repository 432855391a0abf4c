// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace slotscope::app {

/// Turns SIGINT, SIGTERM and SIGHUP into a signal of the event loop, and makes writing to a closed pipe an
/// ordinary error. One at a time, on the main thread; it needs a QCoreApplication.
class Interrupt : public QObject
{
    Q_OBJECT
public:
    explicit Interrupt(QObject *parent = nullptr);
    ~Interrupt() override;

Q_SIGNALS:
    void received(int signalNumber);
};

} // namespace slotscope::app
