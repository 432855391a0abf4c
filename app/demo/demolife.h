// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/demo/demodata.h"
#include "core/etcd/client.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <vector>

namespace slotscope::app {

/// Keeps a few of the demo's records changing, as an application at work would: orders go their way, devices
/// report, new orders come, old ones are cleared away. It writes guarded by mod_revision, so that it never
/// overwrites anybody.
class DemoLife : public QObject
{
    Q_OBJECT
public:
    /// Both outlive it.
    DemoLife(core::Client *client, const DemoData *data, QObject *parent = nullptr);

    void start() { m_timer.start(); }

private:
    using Change = std::function<core::Value(const core::Value &before)>;
    void step();
    void moveOrder();
    void hearDevice();
    void addOrder();
    void removeOrder();
    /// Reads the record, changes it, and writes it unless somebody else was faster.
    void change(const QByteArray &key, const core::SlotCodec &codec, const Change &change);
    void send(const core::TxnRequest &request);

    core::Client *m_client;
    const DemoData *m_data;
    Random m_random;
    QTimer m_timer;
    std::vector<quint64> m_orders; // in ascending order
    bool m_busy = false;
};

} // namespace slotscope::app
