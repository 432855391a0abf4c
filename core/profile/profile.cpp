// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profile.h"

#include "core/profile/connectionwords.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QUuid>

namespace slotscope::core {

namespace {

const QString FormatWord = QStringLiteral("slotscope-profiles");
constexpr int FormatVersion = 1;

Unexpected<Error> wrong(const QString &what)
{
    return {Error {.kind = ErrorKind::Decode, .detail = what}};
}

/// Reads members, and remembers the first that is of another kind than it should be.
class Reader
{
public:
    explicit Reader(QJsonObject json)
        : m_json(std::move(json))
    {
    }

    QString text(const char *name)
    {
        const QJsonValue value = take(name);
        if (!value.isUndefined() && !value.isString())
            complain(name, QStringLiteral("text"));
        return value.toString();
    }
    bool flag(const char *name, bool otherwise)
    {
        const QJsonValue value = take(name);
        if (!value.isUndefined() && !value.isBool())
            complain(name, QStringLiteral("true or false"));
        return value.toBool(otherwise);
    }
    int number(const char *name, int least, int most, int otherwise)
    {
        const QJsonValue value = take(name);
        if (value.isUndefined())
            return otherwise;
        const double number = value.toDouble(least - 1.0);
        if (number < least || number > most || number != std::floor(number)) {
            complain(name, QStringLiteral("a number from %1 to %2").arg(least).arg(most));
            return otherwise;
        }
        return static_cast<int>(number);
    }
    QStringList texts(const char *name)
    {
        const QJsonValue value = take(name);
        QStringList all;
        const QJsonArray array = value.toArray();
        for (const auto &each : array) {
            if (!each.isString())
                complain(name, QStringLiteral("a list of texts"));
            all.append(each.toString());
        }
        if (!value.isUndefined() && !value.isArray())
            complain(name, QStringLiteral("a list of texts"));
        return all;
    }
    void complain(const char *name, const QString &wanted)
    {
        if (m_problem.isEmpty())
            m_problem = QStringLiteral("“%1” should be %2").arg(QLatin1String(name), wanted);
    }
    const QString &problem() const { return m_problem; }

private:
    QJsonValue take(const char *name) const { return m_json.value(QLatin1String(name)); }

    QJsonObject m_json;
    QString m_problem;
};

void put(QJsonObject *json, const char *name, const QString &text)
{
    if (!text.isEmpty())
        json->insert(QLatin1String(name), text);
}

} // namespace

QString Profile::title() const
{
    const QString given = name.simplified();
    return given.isEmpty() ? options.endpoint().url.authority() : given;
}

QString safetyWord(SafetyLevel level)
{
    switch (level) {
    case SafetyLevel::Open:
        return QStringLiteral("open");
    case SafetyLevel::Confirm:
        return QStringLiteral("confirm");
    case SafetyLevel::Guarded:
        return QStringLiteral("guarded");
    case SafetyLevel::ReadOnly:
        break;
    }
    return QStringLiteral("read-only");
}

SafetyLevel safetyOf(const QString &word)
{
    for (const SafetyLevel level : {SafetyLevel::Open, SafetyLevel::Confirm, SafetyLevel::Guarded}) {
        if (safetyWord(level) == word)
            return level;
    }
    return SafetyLevel::ReadOnly;
}

QJsonObject toJson(const Profile &profile)
{
    const ConnectionOptions usual;
    const ConnectionOptions &options = profile.options;
    QJsonObject json;
    put(&json, "id", profile.id);
    put(&json, "name", profile.name);
    QJsonArray endpoints;
    for (const Endpoint &endpoint : options.endpoints)
        endpoints.append(endpoint.toString());
    json.insert(QStringLiteral("endpoints"), endpoints);
    put(&json, "safety", safetyWord(profile.safety));
    put(&json, "colour", profile.colour);
    put(&json, "schemaFile", profile.schemaFile);
    put(&json, "user", options.user);
    // Any bytes: text where it is text.
    if (QString::fromUtf8(options.prefix).toUtf8() == options.prefix)
        put(&json, "prefix", QString::fromUtf8(options.prefix));
    else
        put(&json, "prefixHex", QString::fromLatin1(options.prefix.toHex()));
    put(&json, "proxy", proxyText(options.proxy));
    put(&json, "ssh", options.ssh.destination);
    if (options.ssh.port != 0)
        json.insert(QStringLiteral("sshPort"), options.ssh.port);
    put(&json, "sshIdentityFile", options.ssh.identityFile);
    if (options.connectTimeout != usual.connectTimeout)
        json.insert(QStringLiteral("connectTimeoutMs"), static_cast<qint64>(options.connectTimeout.count()));
    if (options.requestTimeout != usual.requestTimeout)
        json.insert(QStringLiteral("requestTimeoutMs"), static_cast<qint64>(options.requestTimeout.count()));
    if (options.serializableReads)
        json.insert(QStringLiteral("serializableReads"), true);
    if (!options.grpc)
        json.insert(QStringLiteral("grpc"), false);

    const TlsOptions &tls = options.tls;
    put(&json, "caFile", tls.caFile);
    put(&json, "certFile", tls.certFile);
    put(&json, "keyFile", tls.keyFile);
    put(&json, "pkcs12File", tls.pkcs12File);
    put(&json, "serverName", tls.serverName);
    QJsonArray fingerprints;
    for (const QByteArray &fingerprint : tls.trustedFingerprints)
        fingerprints.append(QString::fromLatin1(fingerprint.toHex()));
    if (!fingerprints.isEmpty())
        json.insert(QStringLiteral("trustedFingerprints"), fingerprints);
    // Not to verify at all is said each time anew.
    return json;
}

Result<Profile> profileFromJson(const QJsonObject &json)
{
    constexpr int LongestTimeout = 24 * 3'600'000;
    Reader reader(json);
    Profile profile;
    ConnectionOptions &options = profile.options;
    profile.id = reader.text("id");
    profile.name = reader.text("name");
    const QStringList endpoints = reader.texts("endpoints");
    for (const QString &text : endpoints) {
        const auto endpoint = Endpoint::parse(text);
        if (!endpoint)
            return wrong(QStringLiteral("“endpoints”: %1").arg(endpoint.error().detail));
        options.endpoints.push_back(*endpoint);
    }
    if (options.endpoints.empty())
        return wrong(QStringLiteral("“endpoints” names none"));
    // Without a word nothing is allowed, as with one that is not known.
    profile.safety = safetyOf(reader.text("safety"));
    profile.colour = reader.text("colour");
    static const QRegularExpression colour(QStringLiteral("^(#[0-9a-fA-F]{6})?$"));
    if (!colour.match(profile.colour).hasMatch())
        reader.complain("colour", QStringLiteral("#rrggbb"));
    profile.schemaFile = reader.text("schemaFile");
    options.user = reader.text("user");
    options.prefix = reader.text("prefix").toUtf8();
    if (const QString hex = reader.text("prefixHex"); !hex.isEmpty())
        options.prefix = QByteArray::fromHex(hex.toLatin1());
    const auto proxy = parseProxy(reader.text("proxy"));
    if (!proxy)
        return wrong(proxy.error().detail);
    options.proxy = *proxy;
    options.setProxyPassword({});
    options.ssh.destination = reader.text("ssh");
    options.ssh.port = static_cast<quint16>(reader.number("sshPort", 0, 65535, 0));
    options.ssh.identityFile = reader.text("sshIdentityFile");
    options.connectTimeout = std::chrono::milliseconds(reader.number(
        "connectTimeoutMs", 1, LongestTimeout, static_cast<int>(options.connectTimeout.count())));
    options.requestTimeout = std::chrono::milliseconds(reader.number(
        "requestTimeoutMs", 1, LongestTimeout, static_cast<int>(options.requestTimeout.count())));
    options.serializableReads = reader.flag("serializableReads", false);
    options.grpc = reader.flag("grpc", true);
    options.tls.caFile = reader.text("caFile");
    options.tls.certFile = reader.text("certFile");
    options.tls.keyFile = reader.text("keyFile");
    options.tls.pkcs12File = reader.text("pkcs12File");
    options.tls.serverName = reader.text("serverName");
    const QStringList fingerprints = reader.texts("trustedFingerprints");
    for (const QString &text : fingerprints) {
        constexpr qsizetype Sha256Size = 32;
        const QByteArray fingerprint = QByteArray::fromHex(text.toLatin1());
        if (fingerprint.size() != Sha256Size)
            reader.complain("trustedFingerprints", QStringLiteral("SHA-256 in hex"));
        options.tls.trustedFingerprints.append(fingerprint);
    }
    if (!reader.problem().isEmpty())
        return wrong(reader.problem());
    return profile;
}

QByteArray exportProfiles(const std::vector<Profile> &profiles)
{
    QJsonArray list;
    for (const Profile &profile : profiles) {
        QJsonObject json = toJson(profile);
        json.remove(QStringLiteral("id"));
        list.append(json);
    }
    return QJsonDocument(QJsonObject {{QStringLiteral("format"), FormatWord},
                                      {QStringLiteral("version"), FormatVersion},
                                      {QStringLiteral("profiles"), list}})
        .toJson();
}

Result<std::vector<Profile>> importProfiles(const QByteArray &file)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(file, &problem);
    if (problem.error != QJsonParseError::NoError)
        return Unexpected {Error {.kind = ErrorKind::Decode,
                                  .detail = QStringLiteral("it is no JSON: %1").arg(problem.errorString()),
                                  .offset = problem.offset}};
    const QJsonObject json = document.object();
    if (json.value(QStringLiteral("format")).toString() != FormatWord)
        return wrong(QStringLiteral("it holds no profiles (“format” is not “%1”)").arg(FormatWord));
    if (json.value(QStringLiteral("version")).toInt() > FormatVersion)
        return wrong(QStringLiteral("it was written by a newer version of Slotscope"));
    std::vector<Profile> profiles;
    const QJsonArray list = json.value(QStringLiteral("profiles")).toArray();
    for (const auto &each : list) {
        auto profile = profileFromJson(each.toObject());
        if (!profile)
            return wrong(
                QStringLiteral("profile %1: %2").arg(profiles.size() + 1).arg(profile.error().detail));
        if (profile->id.isEmpty())
            profile->id = newProfileId();
        profiles.push_back(*std::move(profile));
    }
    return profiles;
}

QString newProfileId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

} // namespace slotscope::core
