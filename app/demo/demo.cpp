// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demo.h"

#include "app/demo/demolife.h"
#include "app/demo/demowriter.h"
#include "ui/errortext.h"

namespace slotscope::app {

Demo::Demo(QObject *parent)
    : QObject(parent)
{
    connect(&m_server, &DemoServer::ready, this, &Demo::fill);
    connect(&m_server, &DemoServer::failed, this, &Demo::failed);
}

Demo::~Demo() = default;

void Demo::start()
{
    m_server.start();
}

void Demo::fill()
{
    m_data = std::make_unique<DemoData>();
    if (!m_data->error().isEmpty()) {
        m_server.stop();
        Q_EMIT failed(tr("the demo's data cannot be written: %1").arg(m_data->error()));
        return;
    }
    m_client = std::make_unique<core::Client>(endpoint());
    m_writer = std::make_unique<DemoWriter>(m_client.get(), m_data.get());
    connect(m_writer.get(), &DemoWriter::failed, this, [this](const core::Error &error) {
        m_server.stop();
        Q_EMIT failed(tr("the demo's data cannot be written: %1").arg(ui::describe(error).sentence()));
    });
    connect(m_writer.get(), &DemoWriter::finished, this, [this] {
        m_life = std::make_unique<DemoLife>(m_client.get(), m_data.get());
        m_life->start();
        Q_EMIT ready();
    });
    m_writer->start();
}

} // namespace slotscope::app
