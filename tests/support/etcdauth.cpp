// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdauth.h"

#include "core/etcd/tls.h"

#include <QJsonDocument>
#include <QNetworkReply>

namespace slotscope::test {

namespace {

QString base64(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toBase64());
}

} // namespace

QStringList EtcdAuth::quickHash()
{
    static const QStringList arguments = [] {
        const QStringList quick {QStringLiteral("--bcrypt-cost"), QStringLiteral("4")};
        QProcess etcd;
        etcd.start(etcdProgram(), quick + QStringList {QStringLiteral("--version")});
        const bool knowsIt = etcd.waitForFinished() && etcd.exitCode() == 0;
        return knowsIt ? quick : QStringList();
    }();
    return arguments;
}

EtcdAuth::EtcdAuth(const EtcdProcess &etcd)
    : m_endpoint(etcd.endpoint())
{
    if (const auto tls = core::loadTls(etcd.options().tls))
        m_tls = *tls;
}

std::optional<QJsonObject> EtcdAuth::post(const QString &path, const QJsonObject &body)
{
    QNetworkRequest request(QUrl(m_endpoint + m_gateway + path));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    request.setSslConfiguration(m_tls);
    request.setTransferTimeout(15'000);
    if (!m_token.isEmpty())
        request.setRawHeader("Authorization", m_token);
    const std::unique_ptr<QNetworkReply> reply(m_manager.post(request, QJsonDocument(body).toJson()));
    const bool done = QTest::qWaitFor([&reply] { return reply->isFinished(); }, 20'000);
    const QByteArray text = reply->readAll();
    if (done && reply->error() == QNetworkReply::NoError)
        return QJsonDocument::fromJson(text).object();
    // Before 3.4 the gateway had another path.
    constexpr int NotFound = 404;
    const QString older = QStringLiteral("/v3beta/");
    if (reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() == NotFound
        && std::exchange(m_gateway, older) != older)
        return post(path, body);
    // Its tokens do not outlive the etcd.
    if (!std::exchange(m_token, {}).isEmpty() && text.contains("invalid auth token") && authenticate())
        return post(path, body);
    qWarning("%s: %s", qPrintable(path), text.constData());
    return {};
}

bool EtcdAuth::addUser(const QString &name, const QString &password)
{
    return did(QStringLiteral("auth/user/add"),
               {{QStringLiteral("name"), name}, {QStringLiteral("password"), password}})
        && did(QStringLiteral("auth/role/add"), {{QStringLiteral("name"), name}})
        && did(QStringLiteral("auth/user/grant"),
               {{QStringLiteral("user"), name}, {QStringLiteral("role"), name}});
}

bool EtcdAuth::grant(const QString &role, Access access, const core::KeyRange &range)
{
    const QJsonObject permission {{QStringLiteral("permType"), static_cast<int>(access)},
                                  {QStringLiteral("key"), base64(range.begin)},
                                  {QStringLiteral("range_end"), base64(range.end)}};
    return did(QStringLiteral("auth/role/grant"),
               {{QStringLiteral("name"), role}, {QStringLiteral("perm"), permission}});
}

bool EtcdAuth::revoke(const QString &role, const core::KeyRange &range)
{
    return did(QStringLiteral("auth/role/revoke"),
               {{QStringLiteral("role"), role},
                {QStringLiteral("key"), base64(range.begin)},
                {QStringLiteral("range_end"), base64(range.end)}});
}

bool EtcdAuth::changePassword(const QString &name, const QString &password)
{
    return did(QStringLiteral("auth/user/changepw"),
               {{QStringLiteral("name"), name}, {QStringLiteral("password"), password}});
}

bool EtcdAuth::removeUser(const QString &name)
{
    return did(QStringLiteral("auth/user/delete"), {{QStringLiteral("name"), name}})
        && did(QStringLiteral("auth/role/delete"), {{QStringLiteral("role"), name}});
}

bool EtcdAuth::enable(const QString &password)
{
    m_password = password;
    return addUser(QStringLiteral("root"), password) && enableAgain();
}

bool EtcdAuth::enableAgain()
{
    return did(QStringLiteral("auth/enable"), {}) && authenticate();
}

bool EtcdAuth::authenticate()
{
    const auto reply =
        post(QStringLiteral("auth/authenticate"),
             {{QStringLiteral("name"), QStringLiteral("root")}, {QStringLiteral("password"), m_password}});
    if (reply)
        m_token = reply->value(QStringLiteral("token")).toString().toUtf8();
    return !m_token.isEmpty();
}

bool EtcdAuth::disable()
{
    if (!did(QStringLiteral("auth/disable"), {}))
        return false;
    m_token.clear();
    return true;
}

} // namespace slotscope::test
