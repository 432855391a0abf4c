// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/demo/demodata.h"
#include "core/etcd/client.h"

#include <QObject>

namespace slotscope::app {

/// Writes the demo's records into an empty etcd, in transactions that every etcd takes.
class DemoWriter : public QObject
{
    Q_OBJECT
public:
    /// Both outlive it.
    DemoWriter(core::Client *client, const DemoData *data, QObject *parent = nullptr);

    void start();

Q_SIGNALS:
    void finished();
    /// The last signal.
    void failed(const slotscope::core::Error &error);

private:
    void writeNext();

    core::Client *m_client;
    const DemoData *m_data;
    size_t m_next = 0;
    int m_underWay = 0;
    bool m_failed = false;
};

} // namespace slotscope::app
