// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"
#include "tests/support/etcdprocess.h"

#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QSslConfiguration>

namespace slotscope::test {

/// Users, roles and their permissions of one etcd, set up as its operator would. All wait for the reply, and
/// say on the console what etcd had against it.
class EtcdAuth
{
public:
    enum Access { Read, Write, ReadWrite };

    /// Arguments with which an etcd hashes passwords as quickly as can be; none where it cannot be told to
    /// (3.3).
    static QStringList quickHash();

    explicit EtcdAuth(const EtcdProcess &etcd);

    /// A user with a role of the same name. The one called root may do everything.
    bool addUser(const QString &name, const QString &password);
    bool grant(const QString &role, Access access, const core::KeyRange &range);
    bool revoke(const QString &role, const core::KeyRange &range);
    bool changePassword(const QString &name, const QString &password);
    /// Makes the user root with that password, and goes on as that one.
    bool enable(const QString &password);
    /// With the users there are.
    bool enableAgain();
    /// And the role of the same name.
    bool removeUser(const QString &name);
    bool disable();

private:
    bool authenticate();
    std::optional<QJsonObject> post(const QString &path, const QJsonObject &body);
    bool did(const QString &path, const QJsonObject &body) { return post(path, body).has_value(); }

    QString m_endpoint;
    QString m_gateway = QStringLiteral("/v3/");
    QSslConfiguration m_tls;
    QString m_password;
    QByteArray m_token;
    QNetworkAccessManager m_manager;
};

} // namespace slotscope::test
