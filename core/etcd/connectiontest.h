// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"
#include "core/etcd/connectionreport.h"

#include <QNetworkAccessManager>
#include <QObject>
#include <QPointer>
#include <QSslConfiguration>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

class QHostInfo;
class QJsonObject;
class QNetworkReply;
class QSslError;
class QSslSocket;

namespace slotscope::core {

class SshTunnel;

/// Tries one endpoint step by step, and finds out where a connection fails, and for what reason. Reads only,
/// and keeps nothing. The password goes to the server as any connection sends it, and nowhere else.
class ConnectionTest : public QObject
{
    Q_OBJECT
public:
    /// Of the endpoint, which need not be the first one of the options.
    ConnectionTest(const ConnectionOptions &options, const Endpoint &endpoint, QObject *parent = nullptr);
    ~ConnectionTest() override;

    void start();
    bool isRunning() const { return m_step.has_value(); }
    const ConnectionReport &report() const { return m_report; }

Q_SIGNALS:
    /// The report has changed.
    void progressed();
    /// Once for each start(); the last signal of it.
    void finished();

private:
    // What a step does at its end; each leads to the next one.
    void begin(TestStep step);
    void end(TestStep step, StepOutcome outcome, ConnectionFault fault = ConnectionFault::None,
             const Error &error = {});
    void fail(ConnectionFault fault, const Error &error);
    void failBySocket();
    void finish();

    void checkFiles();
    void lookUpName();
    void openTunnel();
    void takeAddresses(const QHostInfo &info);
    void connectTcp();
    void startTls();
    void takeSslErrors(const QList<QSslError> &errors);
    void tlsReady();
    void tlsFailed();
    void takeCertificates();
    void askHttp();
    void readHttp(bool ended);
    void judgeHttp();
    void notHttp();

    // connectiontest_gateway.cpp
    using Answer = std::function<void(const Result<QByteArray> &)>;
    void ask(QNetworkReply *reply, Answer then);
    void get(const QString &path, Answer then);
    void post(const QString &path, const QJsonObject &body, Answer then);
    QNetworkRequest request(const QString &path) const;
    void askVersion();
    void tryGateway();
    void takeStatus(const QString &path, const StatusReply &status);
    void noGateway(const Error &error);
    void authenticate();
    void findOutWhetherAuth();
    void askPermissions();
    void askRoles(QStringList roles);
    void judgePermissions();

    bool isTls() const;
    void dropSocket();
    /// From a callback that may come too late: nothing where the test has gone on.
    template <typename F>
    auto during(TestStep step, F &&run)
    {
        return [this, round = m_round, step, run = std::forward<F>(run)](const auto &...arguments) {
            if (m_round == round && m_step == step)
                run(arguments...);
        };
    }

    ConnectionOptions m_options;
    QUrl m_url;
    QNetworkProxy m_proxy; ///< on the way
    ConnectionReport m_report;
    std::optional<TestStep> m_step; ///< under way
    int m_round = 0;
    qint64 m_stepBegan = 0; ///< milliseconds of a steady clock
    QTimer m_patience;
    QSslConfiguration m_tls;
    std::unique_ptr<SshTunnel> m_tunnel;
    QSslSocket *m_socket = nullptr;
    QList<QSslError> m_sslErrors;
    QByteArray m_received;
    QNetworkAccessManager m_manager;
    QStringList m_untried; ///< paths of gateways
    Error m_versionError;
    QByteArray m_token;
};

} // namespace slotscope::core
