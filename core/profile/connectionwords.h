// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"

#include <QMap>
#include <QProcessEnvironment>

namespace slotscope::core {

/// What is said of a connection in words: by options of the command line and variables of the environment,
/// named as etcdctl names them.
class ConnectionWords
{
public:
    struct Word
    {
        const char *name; ///< of the option, without its hyphens
        const char *variable; ///< empty: none
        const char *value; ///< what help calls its value; empty: it has none
        const char *help;
    };
    /// All there are, in the order in which help lists them.
    static const std::vector<Word> &all();
    /// Of ETCDCTL_…, ETCD_URL and our own. What is set and empty counts as not set.
    static ConnectionWords fromEnvironment(const QProcessEnvironment &environment);

    /// Replaces what was said before; an empty value is as not set.
    void set(const QString &name, const QString &value);
    /// These words before those said so far.
    void add(const ConnectionWords &words) { m_values.insert(words.m_values); }
    QString value(const QString &name) const { return m_values.value(name); }
    bool isEmpty() const { return m_values.isEmpty(); }
    /// Whether it says where to connect to.
    bool namesEndpoints() const { return m_values.contains(QStringLiteral("endpoints")); }

    /// Puts what is said into these options, and leaves the rest of them. An address without a scheme means
    /// https where certificates are named. The error's detail names the word that is wrong.
    Result<ConnectionOptions> applyTo(ConnectionOptions options) const;

private:
    QMap<QString, QString> m_values;
};

/// As Go writes durations: `1m30s`, `2.5s`, `300ms`; nothing when it is none, or is not above zero.
std::optional<std::chrono::milliseconds> parseDuration(const QString &text);
/// A proxy as a URL: `http://host:port`, `socks5://user@host:port`, or `none`; empty: as the system says.
Result<QNetworkProxy> parseProxy(const QString &text);
/// The inverse; without a password.
QString proxyText(const QNetworkProxy &proxy);

} // namespace slotscope::core
