// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

#include <memory>

namespace slotscope::app {

/// A private etcd on free loopback ports with its data in a temporary folder.
///
/// It ends with this object, and also when the program is killed; the folder is removed in both cases.
class DemoServer : public QObject
{
    Q_OBJECT
public:
    explicit DemoServer(QObject *parent = nullptr);
    ~DemoServer() override;

    /// The etcd program: what SLOTSCOPE_ETCD names, or else from PATH; empty if there is none.
    static QString findProgram();

    /// Once; ready() or failed() follows.
    void start();
    /// Ends etcd and waits for that, a few seconds at most, then removes its data. No signal comes after it.
    void stop();

    /// Known from ready() on.
    const core::Endpoint &endpoint() const { return m_endpoint; }
    qint64 processId() const { return m_process ? m_process->processId() : 0; }

Q_SIGNALS:
    void ready();
    /// It could not be started, or ended by itself later; the reason is in plain words.
    void failed(const QString &reason);

private:
    void launch();
    void startCleaner();
    void ask();
    void processEnded();
    void fail(const QString &reason);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QProcess> m_process;
    std::unique_ptr<QProcess> m_cleaner;
    std::unique_ptr<core::Client> m_client;
    core::Endpoint m_endpoint;
    QByteArray m_log; // the last of what etcd said
    QTimer m_askAgain;
    QTimer m_deadline;
    int m_attempts = 0;
    bool m_ready = false;
};

} // namespace slotscope::app
