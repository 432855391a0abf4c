// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/connectionwords.h"

#include <QRegularExpression>

namespace slotscope::core {

namespace {

using namespace std::chrono;

Unexpected<Error> wrong(const QString &what)
{
    return {Error {.kind = ErrorKind::InvalidArgument, .detail = what}};
}

/// As Go's strconv.ParseBool, which etcdctl's variables go through.
std::optional<bool> parseBool(const QString &text)
{
    const QString word = text.toLower();
    if (word == QLatin1String("1") || word == QLatin1String("t") || word == QLatin1String("true"))
        return true;
    if (word == QLatin1String("0") || word == QLatin1String("f") || word == QLatin1String("false"))
        return false;
    return std::nullopt;
}

std::optional<Error> setDuration(const QString &name, const QString &text, milliseconds *duration)
{
    if (text.isEmpty())
        return std::nullopt;
    const auto parsed = parseDuration(text);
    if (!parsed)
        return wrong(QStringLiteral("%1: “%2” is no duration, such as 5s or 500ms").arg(name, text)).error;
    *duration = *parsed;
    return std::nullopt;
}

std::optional<Error> setSwitch(const QString &name, const QString &text, bool *value, bool whenTrue)
{
    if (text.isEmpty())
        return std::nullopt;
    const auto parsed = parseBool(text);
    if (!parsed)
        return wrong(QStringLiteral("%1: “%2” is neither true nor false").arg(name, text)).error;
    *value = *parsed == whenTrue;
    return std::nullopt;
}

void setIfSaid(const QString &text, QString *value)
{
    if (!text.isEmpty())
        *value = text;
}

} // namespace

const std::vector<ConnectionWords::Word> &ConnectionWords::all()
{
    static const std::vector<Word> words {
        {"endpoints", "ETCDCTL_ENDPOINTS", "URLS", "The members of the etcd, with commas between them."},
        {"cacert", "ETCDCTL_CACERT", "FILE", "Trust servers that this CA (PEM) has signed, and no others."},
        {"cert", "ETCDCTL_CERT", "FILE", "The client's certificate (PEM)."},
        {"key", "ETCDCTL_KEY", "FILE", "The client's key (PEM)."},
        {"pkcs12", "SLOTSCOPE_PKCS12", "FILE", "The client's certificate and key as PKCS#12."},
        {"server-name", "SLOTSCOPE_SERVER_NAME", "NAME", "What the server's certificate is to be for."},
        {"insecure-skip-tls-verify", "ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "",
         "Believe whoever answers (for tests only)."},
        {"user", "ETCDCTL_USER", "NAME[:PASSWORD]", "The user; without a password it is asked for."},
        {"password", "ETCDCTL_PASSWORD", "PASSWORD", "The user's password; better by the variable."},
        {"key-prefix", "SLOTSCOPE_KEY_PREFIX", "PREFIX",
         "Show the keys below this prefix only, and without it."},
        {"ssh", "SLOTSCOPE_SSH", "HOST", "Go through the system's ssh to this host."},
        {"proxy", "SLOTSCOPE_PROXY", "URL",
         "http://[USER@]HOST:PORT, socks5://[USER@]HOST:PORT, or none; default: the system's."},
        {"dial-timeout", "ETCDCTL_DIAL_TIMEOUT", "DURATION", "Until it is known who answers; default 10s."},
        {"command-timeout", "ETCDCTL_COMMAND_TIMEOUT", "DURATION",
         "For every request but large reads; default 10s."},
        {"serializable", "SLOTSCOPE_SERIALIZABLE", "",
         "Read from any member, perhaps a moment old, also without a quorum."},
        {"no-grpc", "SLOTSCOPE_NO_GRPC", "", "Read everything by JSON."},
        {"", "SLOTSCOPE_KEY_PASSWORD", "", "The password of the client's key."},
        {"", "SLOTSCOPE_PROXY_PASSWORD", "", "The password of the proxy's user."},
    };
    return words;
}

ConnectionWords ConnectionWords::fromEnvironment(const QProcessEnvironment &environment)
{
    ConnectionWords words;
    for (const Word &word : all()) {
        const QString variable = QString::fromLatin1(word.variable);
        // What is no option, since it is a secret, is called as its variable: key-password.
        const QString name = *word.name != '\0'
            ? QString::fromLatin1(word.name)
            : variable.mid(variable.indexOf(u'_') + 1).toLower().replace(u'_', u'-');
        words.set(name, environment.value(variable));
    }
    if (!words.namesEndpoints())
        words.set(QStringLiteral("endpoints"), environment.value(QStringLiteral("ETCD_URL")));
    return words;
}

void ConnectionWords::set(const QString &name, const QString &value)
{
    // Blanks may be part of passwords and of prefixes.
    const bool exact = name.endsWith(QLatin1String("password")) || name == QLatin1String("key-prefix");
    const QString text = exact ? value : value.trimmed();
    if (text.isEmpty())
        m_values.remove(name);
    else
        m_values.insert(name, text);
}

Result<ConnectionOptions> ConnectionWords::applyTo(ConnectionOptions options) const
{
    const auto said = [this](const char *name) { return m_values.value(QString::fromLatin1(name)); };

    setIfSaid(said("cacert"), &options.tls.caFile);
    setIfSaid(said("cert"), &options.tls.certFile);
    setIfSaid(said("key"), &options.tls.keyFile);
    setIfSaid(said("pkcs12"), &options.tls.pkcs12File);
    setIfSaid(said("server-name"), &options.tls.serverName);
    if (const QString password = said("key-password"); !password.isEmpty())
        options.tls.keyPassword = password.toUtf8();

    if (const QString user = said("user"); !user.isEmpty()) {
        const qsizetype colon = user.indexOf(QLatin1Char(':'));
        options.user = colon < 0 ? user : user.first(colon);
        options.password = colon < 0 ? QString() : user.sliced(colon + 1);
    }
    setIfSaid(said("password"), &options.password);
    if (options.user.isEmpty() && !options.password.isEmpty())
        return wrong(QStringLiteral("password: there is no user that it could be of"));

    if (const QString prefix = said("key-prefix"); !prefix.isEmpty())
        options.prefix = prefix.toUtf8();
    if (const QString destination = said("ssh"); !destination.isEmpty())
        options.ssh = {.destination = destination};
    if (const QString text = said("proxy"); !text.isEmpty()) {
        const auto proxy = parseProxy(text);
        if (!proxy)
            return Unexpected {proxy.error()};
        options.proxy = *proxy;
    }
    if (const QString password = said("proxy-password"); !password.isEmpty() && options.lacksProxyPassword())
        options.setProxyPassword(password);

    const auto first = [](std::initializer_list<std::optional<Error>> problems) {
        for (const std::optional<Error> &problem : problems) {
            if (problem)
                return problem;
        }
        return std::optional<Error>();
    };
    const auto problem = first({
        setDuration(QStringLiteral("dial-timeout"), said("dial-timeout"), &options.connectTimeout),
        setDuration(QStringLiteral("command-timeout"), said("command-timeout"), &options.requestTimeout),
        setSwitch(QStringLiteral("insecure-skip-tls-verify"), said("insecure-skip-tls-verify"),
                  &options.tls.verify, false),
        setSwitch(QStringLiteral("serializable"), said("serializable"), &options.serializableReads, true),
        setSwitch(QStringLiteral("no-grpc"), said("no-grpc"), &options.grpc, false),
    });
    if (problem)
        return Unexpected {*problem};

    if (namesEndpoints()) {
        const QString scheme = options.tls.isUsed() ? QStringLiteral("https") : QStringLiteral("http");
        const auto endpoints = Endpoint::parseList(said("endpoints"), scheme);
        if (!endpoints)
            return Unexpected {endpoints.error()};
        options.endpoints = *endpoints;
    }
    return options;
}

std::optional<milliseconds> parseDuration(const QString &text)
{
    static const QRegularExpression whole(QStringLiteral("^(?:[0-9]+(?:\\.[0-9]+)?(?:h|ms|m|s))+$"));
    static const QRegularExpression part(QStringLiteral("([0-9]+(?:\\.[0-9]+)?)(h|ms|m|s)"));
    if (!whole.match(text).hasMatch())
        return std::nullopt;
    double total = 0;
    auto parts = part.globalMatch(text);
    while (parts.hasNext()) {
        const auto match = parts.next();
        const QString unit = match.captured(2);
        const double factor = unit == QLatin1String("h") ? 3'600'000
            : unit == QLatin1String("m")                 ? 60'000
            : unit == QLatin1String("s")                 ? 1'000
                                                         : 1;
        total += match.captured(1).toDouble() * factor;
    }
    constexpr double Longest = 24.0 * 3'600'000;
    if (total < 1 || total > Longest)
        return std::nullopt;
    return milliseconds(static_cast<qint64>(total));
}

Result<QNetworkProxy> parseProxy(const QString &text)
{
    if (text.isEmpty())
        return QNetworkProxy(); // one that is told to be the default is not equal to it
    if (text == QLatin1String("none"))
        return QNetworkProxy(QNetworkProxy::NoProxy);
    const QUrl url(text, QUrl::StrictMode);
    const QString scheme = url.scheme();
    const bool socks = scheme == QLatin1String("socks5") || scheme == QLatin1String("socks5h");
    if (!url.isValid() || url.host().isEmpty() || url.port() <= 0
        || (!socks && scheme != QLatin1String("http")))
        return wrong(QStringLiteral("proxy: “%1” is neither http://host:port nor socks5://host:port nor none")
                         .arg(url.isValid() ? url.toString(QUrl::RemovePassword) : QString()));
    return QNetworkProxy(socks ? QNetworkProxy::Socks5Proxy : QNetworkProxy::HttpProxy, url.host(),
                         static_cast<quint16>(url.port()), url.userName(QUrl::FullyDecoded),
                         url.password(QUrl::FullyDecoded));
}

QString proxyText(const QNetworkProxy &proxy)
{
    if (proxy.type() == QNetworkProxy::NoProxy)
        return QStringLiteral("none");
    if (proxy.type() != QNetworkProxy::Socks5Proxy && proxy.type() != QNetworkProxy::HttpProxy)
        return {};
    QUrl url;
    url.setScheme(proxy.type() == QNetworkProxy::Socks5Proxy ? QStringLiteral("socks5")
                                                             : QStringLiteral("http"));
    url.setHost(proxy.hostName());
    url.setPort(proxy.port());
    if (!proxy.user().isEmpty())
        url.setUserName(proxy.user(), QUrl::DecodedMode);
    return url.toString();
}

} // namespace slotscope::core
