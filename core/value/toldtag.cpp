// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/toldtag.h"

#include "core/value/notation.h"
#include "core/value/timetext.h"
#include "core/value/typedarray.h"

#include <QHostAddress>
#include <QStringList>

#include <array>

namespace slotscope::core {

namespace {

constexpr quint64 DateTimeTag = 0;
constexpr quint64 FractionTag = 30;
constexpr quint64 RegexTag = 35;
constexpr quint64 MimeTag = 36;
constexpr quint64 Ipv4Tag = 52; // RFC 9164
constexpr quint64 Ipv6Tag = 54;
constexpr quint64 DaysTag = 100; // RFC 8943
constexpr quint64 AddressTag = 260;
constexpr quint64 NetworkTag = 261;
constexpr quint64 DateTag = 1004;

// As RFC 5952 has it: the longest run of zeros is left out, of equal ones the first.
QString ipv6Text(const QByteArray &bytes)
{
    std::array<quint16, 8> groups {};
    for (size_t i = 0; i < 8; ++i) {
        const qsizetype at = 2 * qsizetype(i);
        groups[i] = quint16(quint8(bytes[at]) << 8 | quint8(bytes[at + 1]));
    }
    size_t bestAt = 0;
    size_t bestLength = 1; // a single zero is written
    for (size_t i = 0; i < 8; ++i) {
        size_t length = 0;
        while (i + length < 8 && groups[i + length] == 0)
            ++length;
        if (length > bestLength) {
            bestAt = i;
            bestLength = length;
        }
    }
    QString text;
    for (size_t i = 0; i < 8; ++i) {
        if (bestLength > 1 && i == bestAt) {
            text += QLatin1String("::");
            i += bestLength - 1;
            continue;
        }
        if (!text.isEmpty() && !text.endsWith(QLatin1Char(':')))
            text += QLatin1Char(':');
        text += QString::number(groups[i], 16);
    }
    return text;
}

std::optional<QString> addressText(const QByteArray &bytes)
{
    if (bytes.size() == 16)
        return ipv6Text(bytes);
    if (bytes.size() != 4)
        return std::nullopt;
    return QStringLiteral("%1.%2.%3.%4")
        .arg(quint8(bytes[0]))
        .arg(quint8(bytes[1]))
        .arg(quint8(bytes[2]))
        .arg(quint8(bytes[3]));
}

QByteArray addressBytes(const QString &text)
{
    const QStringList parts = text.split(QLatin1Char('.'));
    QByteArray bytes;
    if (!text.contains(QLatin1Char(':'))) {
        for (const QString &part : parts) {
            bool fits = false;
            const uint number = part.toUInt(&fits);
            if (!fits || number > 255 || QString::number(number) != part)
                return {};
            bytes += char(number);
        }
        return bytes.size() == 4 ? bytes : QByteArray();
    }
    const QHostAddress address(text);
    if (address.protocol() != QAbstractSocket::IPv6Protocol || text.contains(QLatin1Char('%')))
        return {};
    const Q_IPV6ADDR ipv6 = address.toIPv6Address();
    return QByteArray(reinterpret_cast<const char *>(&ipv6), 16);
}

// Whether no bit behind the prefix is set.
bool isNetwork(const QByteArray &bytes, qint64 prefix)
{
    if (prefix < 0 || prefix > bytes.size() * 8)
        return false;
    for (qsizetype bit = prefix; bit < bytes.size() * 8; ++bit) {
        if (quint8(bytes[bit / 8]) & 0x80 >> bit % 8)
            return false;
    }
    return true;
}

std::optional<ToldTag> network(const QByteArray &bytes, const std::optional<qint64> &prefix)
{
    const auto text = addressText(bytes);
    if (!text || !prefix || !isNetwork(bytes, *prefix))
        return std::nullopt;
    return ToldTag {"ipnetwork", QStringLiteral("%1/%2").arg(*text).arg(*prefix)};
}

// RFC 9164: an address, or a prefix without the zero bytes that it ends in.
std::optional<ToldTag> shortAddress(const Value &content, qsizetype size)
{
    if (content.kind() == Value::Kind::Bytes && content.toBytes().size() == size)
        return ToldTag {"ipaddress", *addressText(content.toBytes())};
    if (content.kind() != Value::Kind::Array || content.items().size() != 2)
        return std::nullopt;
    const QByteArray &bytes = content.items()[1].toBytes();
    if (content.items()[1].kind() != Value::Kind::Bytes || bytes.size() > size || bytes.endsWith('\0'))
        return std::nullopt;
    return network(bytes + QByteArray(size - bytes.size(), '\0'), content.items()[0].toInt64());
}

std::optional<ToldTag> taggedText(quint64 number, const QString &text)
{
    switch (number) {
    case DateTimeTag:
        // In UTC it would be read back as a timestamp.
        if (const auto time = parseIsoTime(text); time && time->offsetMinutes.value_or(0) != 0)
            return ToldTag {"datetime", text};
        return std::nullopt;
    case RegexTag:
        return ToldTag {"regex", text};
    case MimeTag:
        return ToldTag {"mime", text};
    case DateTag:
        return isIsoDate(text) ? std::optional(ToldTag {"date", text}) : std::nullopt;
    default:
        return std::nullopt;
    }
}

bool isInteger(const Value &value)
{
    return value.kind() == Value::Kind::Integer;
}

} // namespace

std::optional<ToldTag> toldTag(const Value &tag)
{
    if (tag.kind() != Value::Kind::Tag)
        return std::nullopt;
    const Value &content = tag.items().front();
    if (content.kind() == Value::Kind::Text && QStringView(content.toText()).isValidUtf16())
        return taggedText(tag.tagNumber(), content.toText());
    switch (tag.tagNumber()) {
    case FractionTag:
        if (content.kind() == Value::Kind::Array && content.items().size() == 2
            && isInteger(content.items()[0]) && isInteger(content.items()[1]))
            return ToldTag {"fraction",
                            content.items()[0].integerText() + QLatin1Char('/')
                                + content.items()[1].integerText()};
        break;
    case DaysTag:
        if (const auto days = content.toInt64(); days && isoDate(*days))
            return ToldTag {"date", *isoDate(*days)};
        break;
    case Ipv4Tag:
        return shortAddress(content, 4);
    case Ipv6Tag:
        return shortAddress(content, 16);
    case AddressTag:
        if (const auto text = addressText(content.toBytes()))
            return ToldTag {"ipaddress", *text};
        break;
    case NetworkTag:
        if (content.kind() == Value::Kind::Map && content.members().size() == 1)
            return network(content.members()[0].key.toBytes(), content.members()[0].value.toInt64());
        break;
    default:
        break;
    }
    return std::nullopt;
}

QString tagWords(quint64 number)
{
    switch (number) {
    case EmbeddedCborTag:
        return QStringLiteral("embedded CBOR");
    case 32:
        return QStringLiteral("URI");
    case 33:
        return QStringLiteral("base64url text");
    case 34:
        return QStringLiteral("base64 text");
    case ComplexTag:
        return QStringLiteral("complex number");
    default:
        break;
    }
    const QString type = TypedArray::typeName(number);
    return type.isEmpty() ? QString() : QStringLiteral("array of %1").arg(type);
}

std::optional<Value> tagOfTold(const QByteArray &name, const QString &text)
{
    if (name == "regex")
        return Value::tag(RegexTag, Value::text(text));
    if (name == "mime")
        return Value::tag(MimeTag, Value::text(text));
    if (name == "date" && isIsoDate(text))
        return Value::tag(DateTag, Value::text(text));
    if (name == "fraction") {
        const QStringList parts = text.split(QLatin1Char('/'));
        const auto numerator = Value::integerFromText(parts.front());
        const auto denominator = parts.size() == 2 ? Value::integerFromText(parts.back()) : std::nullopt;
        if (numerator && denominator)
            return Value::tag(FractionTag, Value::array({*numerator, *denominator}));
    }
    if (name == "ipaddress") {
        const QByteArray bytes = addressBytes(text);
        if (!bytes.isEmpty())
            return Value::tag(AddressTag, Value::bytes(bytes));
    }
    if (name == "ipnetwork") {
        const qsizetype slash = text.indexOf(QLatin1Char('/'));
        const QByteArray bytes = slash < 0 ? QByteArray() : addressBytes(text.left(slash));
        bool fits = false;
        const int prefix = text.mid(slash + 1).toInt(&fits);
        if (!bytes.isEmpty() && fits && isNetwork(bytes, prefix))
            return Value::tag(NetworkTag, Value::map({{Value::bytes(bytes), Value::integer(prefix)}}));
    }
    return std::nullopt;
}

Value withTagOf(const Value &old, const Value &fresh)
{
    if (old.kind() != Value::Kind::Tag || fresh.kind() != Value::Kind::Tag
        || old.tagNumber() == fresh.tagNumber())
        return fresh;
    const auto before = toldTag(old);
    const auto now = toldTag(fresh);
    if (!before || !now || qstrcmp(before->name, now->name) != 0)
        return fresh;
    if (before->text == now->text)
        return old;
    const Value &content = fresh.items().front();
    if (old.tagNumber() == DaysTag && fresh.tagNumber() == DateTag) {
        const auto midnight = parseIsoTime(now->text + QLatin1String("T00:00:00Z"));
        if (midnight && midnight->nanoseconds)
            return Value::tag(DaysTag, Value::integer(*midnight->nanoseconds / 86'400'000'000'000));
    }
    const qsizetype size = old.tagNumber() == Ipv4Tag ? 4 : old.tagNumber() == Ipv6Tag ? 16 : 0;
    if (fresh.tagNumber() == AddressTag && content.toBytes().size() == size && size > 0)
        return Value::tag(old.tagNumber(), content);
    if (fresh.tagNumber() == NetworkTag && content.members()[0].key.toBytes().size() == size && size > 0) {
        QByteArray prefix = content.members()[0].key.toBytes();
        while (prefix.endsWith('\0'))
            prefix.chop(1);
        return Value::tag(old.tagNumber(), Value::array({content.members()[0].value, Value::bytes(prefix)}));
    }
    return fresh;
}

} // namespace slotscope::core
