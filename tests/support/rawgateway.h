// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <optional>
#include <vector>

namespace slotscope::test {

/// etcd's JSON gateway without anything of the program between: what its own client says is held against
/// this.
class RawGateway
{
public:
    explicit RawGateway(QString endpoint)
        : m_endpoint(std::move(endpoint))
    {
    }

    /// The reply to a POST, waited for; an empty object when there was none.
    QJsonObject post(const QString &path, const QJsonObject &body) const;

    /// One put or deletion.
    struct Event
    {
        QByteArray key;
        std::optional<QByteArray> value; ///< nothing: deleted
        qint64 revision = 0;
        qint64 lease = 0;
    };
    /// Everything that was written to keys with the prefix after the revision, up to now. Nothing when it
    /// cannot be had. Writes one more key itself, to know where "now" is.
    std::optional<std::vector<Event>> history(const QByteArray &prefix, qint64 after) const;

    /// The keys with the prefix as they are; nothing when that cannot be had.
    std::optional<std::vector<Event>> read(const QByteArray &prefix) const;
    /// The revision of the write; 0: it failed.
    qint64 put(const QByteArray &key, const QByteArray &value) const;

private:
    QString m_endpoint;
};

} // namespace slotscope::test
