// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/demo/demodata.h"
#include "app/demo/demoserver.h"

#include <QObject>

#include <memory>

namespace slotscope::app {

class DemoLife;
class DemoWriter;

/// The whole demo: a private etcd, filled with made-up data, some of which keeps changing.
class Demo : public QObject
{
    Q_OBJECT
public:
    explicit Demo(QObject *parent = nullptr);
    ~Demo() override;

    /// Once; ready() or failed() follows.
    void start();
    /// Known from ready() on.
    const core::Endpoint &endpoint() const { return m_server.endpoint(); }

Q_SIGNALS:
    /// All data is there.
    void ready();
    /// In plain words; the etcd is gone then.
    void failed(const QString &reason);

private:
    void fill();

    std::unique_ptr<DemoData> m_data;
    DemoServer m_server;
    std::unique_ptr<core::Client> m_client;
    std::unique_ptr<DemoWriter> m_writer;
    std::unique_ptr<DemoLife> m_life;
};

} // namespace slotscope::app
