// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/rawgateway.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTest>

#include <memory>

namespace slotscope::test {

namespace {

constexpr int PatienceMs = 30'000;

QString base64(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toBase64());
}

QByteArray bytesIn(const QJsonObject &object, const char *name)
{
    return QByteArray::fromBase64(object.value(QLatin1String(name)).toString().toLatin1());
}

/// 64-bit numbers come as texts.
qint64 numberIn(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString().toLongLong();
}

/// The least key behind all that begin with the prefix, which ends with no 0xff.
QByteArray endOf(QByteArray prefix)
{
    prefix.back() = static_cast<char>(prefix.back() + 1);
    return prefix;
}

RawGateway::Event eventOf(const QJsonObject &kv, bool deleted)
{
    return {.key = bytesIn(kv, "key"),
            .value = deleted ? std::nullopt : std::optional(bytesIn(kv, "value")),
            .revision = numberIn(kv, "mod_revision"),
            .lease = numberIn(kv, "lease")};
}

QNetworkRequest requestTo(const QString &url)
{
    QNetworkRequest request {QUrl(url)};
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    return request;
}

} // namespace

QJsonObject RawGateway::post(const QString &path, const QJsonObject &body) const
{
    QNetworkAccessManager manager;
    const std::unique_ptr<QNetworkReply> reply(
        manager.post(requestTo(m_endpoint + path), QJsonDocument(body).toJson(QJsonDocument::Compact)));
    if (!QTest::qWaitFor([&reply] { return reply->isFinished(); }, PatienceMs)
        || reply->error() != QNetworkReply::NoError)
        return {};
    return QJsonDocument::fromJson(reply->readAll()).object();
}

qint64 RawGateway::put(const QByteArray &key, const QByteArray &value) const
{
    const QJsonObject reply =
        post(QStringLiteral("/v3/kv/put"),
             {{QStringLiteral("key"), base64(key)}, {QStringLiteral("value"), base64(value)}});
    return numberIn(reply.value(QLatin1String("header")).toObject(), "revision");
}

std::optional<std::vector<RawGateway::Event>> RawGateway::read(const QByteArray &prefix) const
{
    const QJsonObject reply =
        post(QStringLiteral("/v3/kv/range"),
             {{QStringLiteral("key"), base64(prefix)}, {QStringLiteral("range_end"), base64(endOf(prefix))}});
    if (reply.isEmpty())
        return std::nullopt;
    std::vector<Event> result;
    const QJsonArray kvs = reply.value(QLatin1String("kvs")).toArray();
    for (const QJsonValue &kv : kvs)
        result.push_back(eventOf(kv.toObject(), false));
    return result;
}

std::optional<std::vector<RawGateway::Event>> RawGateway::history(const QByteArray &prefix,
                                                                  qint64 after) const
{
    const QByteArray marker = prefix + "~end of history";
    const qint64 last = put(marker, "here");
    if (last == 0)
        return std::nullopt;
    const QJsonObject create {{QStringLiteral("key"), base64(prefix)},
                              {QStringLiteral("range_end"), base64(endOf(prefix))},
                              {QStringLiteral("start_revision"), QString::number(after + 1)}};
    QNetworkAccessManager manager;
    const std::unique_ptr<QNetworkReply> reply(
        manager.post(requestTo(m_endpoint + QStringLiteral("/v3/watch")),
                     QJsonDocument(QJsonObject {{QStringLiteral("create_request"), create}}).toJson()));
    std::vector<Event> result;
    QByteArray rest;
    bool ended = false;
    const auto take = [&] {
        rest += reply->readAll();
        for (qsizetype end = rest.indexOf('\n'); end >= 0 && !ended; end = rest.indexOf('\n')) {
            const QJsonObject line = QJsonDocument::fromJson(rest.first(end)).object();
            rest.remove(0, end + 1);
            const QJsonArray events =
                line.value(QLatin1String("result")).toObject().value(QLatin1String("events")).toArray();
            for (const QJsonValue &event : events) {
                const bool deleted = event[QLatin1String("type")].toString() == QLatin1String("DELETE");
                const Event each = eventOf(event[QLatin1String("kv")].toObject(), deleted);
                ended = ended || each.revision >= last;
                if (!ended && each.key != marker)
                    result.push_back(each);
            }
        }
        return ended || reply->isFinished();
    };
    if (!QTest::qWaitFor(take, PatienceMs) || !ended)
        return std::nullopt;
    return result;
}

} // namespace slotscope::test
