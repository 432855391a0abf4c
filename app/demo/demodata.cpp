// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demodata.h"

#include "app/demo/demotables.h"
#include "app/demo/words.h"

#include <QDateTime>
#include <QSet>
#include <QTimeZone>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace slotscope::app {

namespace {

using core::Member;
using core::MemberList;
using core::Value;
using core::ValueList;

constexpr size_t UserCount = 2000;
constexpr size_t OrderCount = 3000;
constexpr size_t DeviceCount = 800;
constexpr size_t SessionCount = 200;
constexpr size_t DocumentCount = 300;
constexpr size_t ReadingCount = 60;
constexpr quint64 FirstOrder = 240'001;
/// The moment at which the demo's data ends: 2025-06-01T08:00:00Z.
constexpr qint64 Now = 1'748'764'800;

Value text(const QString &value)
{
    return Value::text(value);
}

Member field(const char *name, Value value)
{
    return {Value::text(QString::fromLatin1(name)), std::move(value)};
}

QString iso(qint64 seconds)
{
    return QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC).toString(Qt::ISODate);
}

/// CBOR's tag for date and time as text, as cbor2 writes a datetime.
Value dateTime(const QString &isoText)
{
    return Value::tag(0, Value::text(isoText));
}

Value money(qint64 cents)
{
    return Value::number(static_cast<double>(cents) / 100);
}

/// As the name goes into an e-mail address.
QString plainLetters(const QString &name)
{
    static const std::unordered_map<char16_t, const char *> replacements {
        {u'ä', "ae"}, {u'ö', "oe"}, {u'ü', "ue"}, {u'ß', "ss"}, {u'ø', "o"}, {u'ł', "l"}, {u'ı', "i"}};
    QString result;
    const QString lower = name.toLower();
    for (const QChar letter : lower) {
        if (const auto it = replacements.find(letter.unicode()); it != replacements.end()) {
            result += QLatin1String(it->second);
            continue;
        }
        const QString parts = QString(letter).normalized(QString::NormalizationForm_D);
        if (parts.front().isLetter() && parts.front().unicode() < 128)
            result += parts.front();
    }
    return result;
}

} // namespace

DemoData::DemoData(quint32 seed)
    : m_random(seed)
{
    addCatalogue();
    addUsers();
    addOrders();
    addDevices();
    addSessions();
    addDocuments();
    addReadings();
    addConfiguration();
}

void DemoData::put(Value keyPart, const Value &value, DemoSlot number)
{
    const core::SlotCodec codec = demoCodec(number);
    const auto key = codec.encodeKey(demoPrefix(number), {std::move(keyPart)});
    const auto bytes = codec.encodeValue(value);
    if (!key || !bytes) {
        if (m_error.isEmpty())
            m_error = QStringLiteral("slot %1: %2")
                          .arg(static_cast<quint16>(number))
                          .arg(key ? bytes.error().what : key.error().what);
        return;
    }
    m_records.push_back({*key, *bytes});
}

void DemoData::addCatalogue()
{
    const core::SlotCodec codec({.value = core::ValueType::Cbor});
    for (const DemoTable &table : demoTables()) {
        const auto number = static_cast<quint16>(table.slot);
        const auto value = codec.encodeValue(Value::map({field("oid", text(table.oid)), //
                                                         field("name", text(table.name)), //
                                                         field("description", text(table.description)), //
                                                         field("creator", text(QStringLiteral("demo"))), //
                                                         field("slot", Value::integer(number))}));
        if (value)
            m_records.push_back({QByteArray(2, '\0') + demoPrefix(table.slot), *value});
        else
            m_error = value.error().what;
    }
}

void DemoData::addUsers()
{
    // Every pair of names at most once, so that each name has one index entry.
    const auto firstCount = static_cast<size_t>(words::firstNames().size());
    const auto lastCount = static_cast<size_t>(words::lastNames().size());
    std::vector<size_t> pairs(firstCount * lastCount);
    for (size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = i;
    for (size_t i = pairs.size() - 1; i > 0; --i)
        std::swap(pairs[i], pairs[m_random.below(i + 1)]);

    QSet<QString> addresses;
    for (size_t i = 0; i < UserCount; ++i) {
        const QString first = words::firstNames().at(static_cast<qsizetype>(pairs[i] / lastCount));
        const QString last = words::lastNames().at(static_cast<qsizetype>(pairs[i] % lastCount));
        const words::City &city = m_random.pick(words::cities());
        User user {.uuid = m_random.uuid(),
                   .oid = static_cast<qint64>(1000 + i),
                   .name = first + u' ' + last,
                   .city = city.name,
                   .country = city.country};
        const QString account = plainLetters(first) + u'.' + plainLetters(last);
        user.email = account + QLatin1String("@example.org");
        // Names that differ in accents only.
        for (int again = 2; addresses.contains(user.email); ++again)
            user.email = QStringLiteral("%1%2@example.org").arg(account).arg(again);
        addresses.insert(user.email);
        m_users.push_back(std::move(user));
    }

    for (size_t i = 0; i < UserCount; ++i) {
        const User &user = m_users[i];
        ValueList tags;
        for (const QString &tag : words::tags()) {
            if (m_random.chance(12))
                tags.push_back(text(tag));
        }
        MemberList ratings;
        for (const char *subject : {"delivery", "quality", "service", "website"}) {
            if (m_random.chance(60))
                ratings.push_back(field(subject, Value::number(std::round(m_random.fraction() * 50) / 10)));
        }
        ValueList friends;
        for (size_t n = m_random.below(6); n > 0; --n)
            friends.push_back(Value::integer(m_random.pick(m_users).oid));
        const bool referred = i > 0 && m_random.chance(40);

        put(Value::uuid(user.uuid),
            Value::map(
                {field("oid", Value::integer(user.oid)), //
                 field("name", text(user.name)), //
                 field("email", text(user.email)), //
                 field("birthday",
                       Value::map({field("year", Value::integer(m_random.between(1948, 2006))), //
                                   field("month", Value::integer(m_random.between(1, 12))), //
                                   field("day", Value::integer(m_random.between(1, 28)))})), //
                 field("is_friendly", Value::boolean(m_random.chance(82))), //
                 field("tags", m_random.chance(10) ? Value::null() : Value::array(std::move(tags))), //
                 field("ratings", Value::map(std::move(ratings))), //
                 field("friends", Value::array(std::move(friends))), //
                 field("referred_by",
                       referred ? Value::integer(m_users[m_random.below(i)].oid) : Value::null()), //
                 field("city", text(user.city)), //
                 field("registered", dateTime(iso(Now - m_random.between(0, 5 * 365 * 86'400)))), //
                 field("authid", text(user.email.section(u'@', 0, 0))), //
                 field("uuid", Value::uuid(user.uuid)), //
                 field("icon", m_random.chance(15) ? Value::bytes(m_random.bytes(12)) : Value::null())}),
            DemoSlot::Users);
        put(text(user.name), Value::uuid(user.uuid), DemoSlot::UsersByName);
        put(text(user.email), Value::uuid(user.uuid), DemoSlot::UsersByEmail);
    }
}

Value DemoData::makeOrder(quint64 number, const QString &placed, Random &random) const
{
    const User &user = random.pick(m_users);
    ValueList items;
    qint64 total = 0;
    for (size_t n = 1 + random.below(4); n > 0; --n) {
        const words::Article &article = random.pick(words::articles());
        const qint64 quantity = random.between(1, 5);
        total += quantity * article.cents;
        items.push_back(Value::map({field("sku", text(article.sku)), //
                                    field("name", text(article.name)), //
                                    field("quantity", Value::integer(quantity)), //
                                    field("price", money(article.cents))}));
    }
    return Value::map(
        {field("number", text(QStringLiteral("SO-%1").arg(number))), //
         field("customer", Value::uuid(user.uuid)), //
         field("name", text(user.name)), //
         field("status", text(QStringLiteral("new"))), //
         field("total", money(total)), //
         field("currency", text(QStringLiteral("EUR"))), //
         field("paid", Value::boolean(false)), //
         field("placed", dateTime(placed)), //
         field("items", Value::array(std::move(items))), //
         field("ship_to",
               Value::map({field("city", text(user.city)), //
                           field("country", text(user.country))})), //
         field("note",
               random.chance(8) ? text(QStringLiteral("please ring at the back door")) : Value::null())});
}

QByteArray DemoData::orderKey(quint64 number)
{
    const auto key =
        demoCodec(DemoSlot::Orders).encodeKey(demoPrefix(DemoSlot::Orders), {Value::unsignedInteger(number)});
    return key ? *key : QByteArray();
}

void DemoData::addOrders()
{
    static const QStringList statuses {QStringLiteral("new"),       QStringLiteral("paid"),
                                       QStringLiteral("packed"),    QStringLiteral("shipped"),
                                       QStringLiteral("delivered"), QStringLiteral("cancelled")};
    qint64 placed = Now - 120 * 86'400;
    for (size_t i = 0; i < OrderCount; ++i) {
        const quint64 number = FirstOrder + i;
        placed += m_random.between(60, 2 * 3456);
        Value order = makeOrder(number, iso(placed), m_random);
        // Old orders are done, young ones are on their way.
        const bool old = i + 200 < OrderCount;
        const QString status =
            old ? statuses.at(m_random.chance(94) ? 4 : 5) : statuses.at(m_random.between(0, 4));
        MemberList members = order.members();
        for (Member &member : members) {
            if (member.key.toText() == QLatin1String("status"))
                member.value = text(status);
            else if (member.key.toText() == QLatin1String("paid"))
                member.value = Value::boolean(status != statuses.front() && status != statuses.back());
        }
        put(Value::unsignedInteger(number), Value::map(std::move(members)), DemoSlot::Orders);
        m_orderNumbers.push_back(number);
    }
}

void DemoData::addDevices()
{
    static const QStringList kinds {QStringLiteral("sensor"), QStringLiteral("gateway"),
                                    QStringLiteral("meter"), QStringLiteral("camera"),
                                    QStringLiteral("door")};
    for (size_t i = 0; i < DeviceCount; ++i) {
        const words::City &city = m_random.pick(words::cities());
        const QString kind = m_random.pick(kinds);
        const QUuid uuid = m_random.uuid();
        ValueList labels;
        for (const char *label : {"roof", "indoor", "critical", "leased"}) {
            if (m_random.chance(25))
                labels.push_back(text(QString::fromLatin1(label)));
        }
        const auto near = [this](double degrees) {
            return Value::number(std::round((degrees + m_random.fraction() * 0.2 - 0.1) * 10'000) / 10'000);
        };
        put(Value::uuid(uuid),
            Value::map(
                {field("name",
                       text(QStringLiteral("%1-%2-%3")
                                .arg(kind, plainLetters(city.name))
                                .arg(i, 4, 10, QLatin1Char('0')))), //
                 field("kind", text(kind)), //
                 field("site", text(city.name)), //
                 field("firmware",
                       text(QStringLiteral("2.%1.%2").arg(m_random.below(5)).arg(m_random.below(10)))), //
                 field("online", Value::boolean(m_random.chance(90))), //
                 field("battery", Value::integer(m_random.between(5, 100))), //
                 field("last_seen", text(iso(Now - m_random.between(0, 86'400)))), //
                 field("location",
                       Value::map({field("lat", near(city.latitude)), //
                                   field("lon", near(city.longitude))})), //
                 field("labels", Value::array(std::move(labels)))}),
            DemoSlot::Devices);
        m_deviceKeys.push_back(demoPrefix(DemoSlot::Devices) + uuid.toRfc4122());
    }
}

void DemoData::addSessions()
{
    for (size_t i = 0; i < SessionCount; ++i) {
        const User &user = m_random.pick(m_users);
        const QByteArray cookie = m_random.bytes(12).toHex();
        ValueList cart;
        for (size_t n = m_random.below(4); n > 0; --n)
            cart.push_back(text(m_random.pick(words::articles()).sku));
        const qint64 created = Now - m_random.between(0, 14 * 86'400);
        const Value session = Value::map(
            {field("user", text(user.email)), //
             field("created", Value::number(static_cast<double>(created) + m_random.fraction())), //
             field("address", text(QStringLiteral("192.0.2.%1").arg(m_random.below(256)))), //
             field("visits", Value::integer(m_random.between(1, 900))), //
             field("is_admin", Value::boolean(m_random.chance(4))), //
             field("language", m_random.chance(20) ? Value::null() : text(user.country.toLower())), //
             field("cart", Value::array(std::move(cart)))});
        put(text(QString::fromLatin1(cookie)), session, DemoSlot::Sessions);
    }
}

void DemoData::addDocuments()
{
    static const QStringList kinds {QStringLiteral("installation"), QStringLiteral("maintenance"),
                                    QStringLiteral("repair"), QStringLiteral("checklist")};
    for (size_t i = 0; i < DocumentCount; ++i) {
        const QString subject = m_random.pick(words::subjects());
        const QString kind = m_random.pick(kinds);
        ValueList sections;
        for (size_t n = 2 + m_random.below(4); n > 0; --n) {
            QStringList body;
            for (size_t k = 3 + m_random.below(6); k > 0; --k)
                body += m_random.pick(words::sentences());
            sections.push_back(
                Value::map({field("heading", text(QStringLiteral("Step %1").arg(sections.size() + 1))), //
                            field("text", text(body.join(u' ')))}));
        }
        put(Value::uuid(m_random.uuid()),
            Value::map({field("title", text(QStringLiteral("%1: %2").arg(subject, kind))), //
                        field("kind", text(kind)), //
                        field("author", text(m_random.pick(m_users).name)), //
                        field("revision", Value::integer(m_random.between(1, 14))), //
                        field("changed", dateTime(iso(Now - m_random.between(0, 700 * 86'400)))), //
                        field("sections", Value::array(std::move(sections)))}),
            DemoSlot::Documents);
    }
}

void DemoData::addReadings()
{
    for (size_t i = 0; i < ReadingCount; ++i) {
        put(Value::unsignedInteger(1 + i),
            Value::map(
                {field("sensor", text(QStringLiteral("bench-%1").arg(1 + i % 6))), //
                 field("celsius", Value::number(std::round((18 + m_random.fraction() * 8) * 100) / 100)), //
                 field("at", dateTime(iso(Now - static_cast<qint64>((ReadingCount - i) * 600))))}),
            DemoSlot::Readings);
    }
}

void DemoData::addConfiguration()
{
    const auto add = [this](const char *key, const char *value) {
        m_records.push_back({QByteArray("/config/") + key, QByteArray(value)});
    };
    add("shop/name", "Slotscope demo shop");
    add("shop/currency", "EUR");
    add("shop/motd", "Willkommen!\nFree delivery from 50 € this week.\n");
    add("shop/open", "true");
    add("shop/limits.json", R"({"items":40,"total":5000.0,"countries":["AT","CH","DE","DK","FR"]})");
    add("shop/payment/methods.json", R"(["card","invoice","transfer"])");
    add("shop/payment/timeout", "900");
    add("shop/mail/from", "shop@example.org");
    add("shop/mail/server.json", R"({"host":"mail.example.org","port":587,"starttls":true})");
    add("devices/report-interval", "60");
    add("devices/firmware/channel", "stable");
    add("devices/firmware/latest.json", R"({"version":"2.4.9","size":1483776,"notes":null})");
    add("devices/thresholds.json", R"({"battery":{"low":15,"critical":5},"silence":3600})");
    add("features/new-checkout", "off");
    add("features/dark-mode", "on");
    add("features/rollout.json", R"({"beta":["drone","geek"],"percent":25})");
    add("log/level", "info");
    add("log/empty", "");
    for (const words::City &city : words::cities()) {
        const QString value = QStringLiteral(R"({"country":"%1","lat":%2,"lon":%3})")
                                  .arg(city.country)
                                  .arg(city.latitude)
                                  .arg(city.longitude);
        m_records.push_back({"/config/sites/" + plainLetters(city.name).toUtf8() + ".json", value.toUtf8()});
    }
    for (int host = 1; host <= 6; ++host) {
        m_records.push_back({"/config/hosts/node-" + QByteArray::number(host) + "/address",
                             "192.0.2." + QByteArray::number(10 + host)});
    }
}

} // namespace slotscope::app
