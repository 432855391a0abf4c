// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/keymaker.h"

#include "core/pmap/indexkey.h"
#include "core/pmap/keytext.h"
#include "core/value/valuetext.h"

#include <QDateTime>
#include <QRandomGenerator>
#include <QtEndian>

#include <mutex>

namespace slotscope::core {

namespace {

constexpr quint64 LargestOid = 9007199254740992; // 2^53
constexpr qint64 UuidEpoch = 12219292800000; // milliseconds from 15 October 1582 to 1970
constexpr int Attempts = 1000;

quint64 random64()
{
    return QRandomGenerator::system()->generate64();
}

QByteArray randomBytes(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    for (char &byte : bytes)
        byte = char(QRandomGenerator::system()->bounded(256));
    return bytes;
}

/// `YRACEL-4XFQQE-AW4TWN-UVVN6T`: no two of the characters look alike.
QString randomText()
{
    static const QString characters = QStringLiteral("345679ACEFGHJKLMNPQRSTUVWXY");
    QString text;
    for (int i = 0; i < 24; ++i) {
        if (i > 0 && i % 6 == 0)
            text += QLatin1Char('-');
        text += characters[qsizetype(QRandomGenerator::system()->bounded(quint32(characters.size())))];
    }
    return text;
}

/// An odd digit at the end stands for a byte that begins with it.
std::optional<QByteArray> hexBytes(const QString &digits)
{
    const QByteArray hex = (digits.size() % 2 == 0 ? digits : digits + QLatin1Char('0')).toLatin1().toLower();
    const QByteArray bytes = QByteArray::fromHex(hex);
    return !hex.isEmpty() && bytes.toHex() == hex ? std::optional(bytes) : std::nullopt;
}

} // namespace

Expected<Value, QString> parseKeyPart(KeyComponent component, const QString &text)
{
    const Value like = keyPartPrototype(component);
    if (like.kind() == Value::Kind::Text)
        return Value::text(text);
    return parseLike(like, text);
}

Expected<Value, QString> keyPartFromNotation(KeyComponent component, const QByteArray &json)
{
    const auto value = fromNotation(json);
    if (!value)
        return Unexpected {value.error().what};
    // A timestamp is an integer in the lossless notation, and typed one tells the time beside.
    if (const auto part = asKeyPart(*value, component))
        return *part;
    if (component == KeyComponent::Bytes && value->kind() == Value::Kind::Bytes)
        return *value;
    if (value->kind() == Value::Kind::Text)
        return parseKeyPart(component, value->toText());
    return Unexpected {QStringLiteral("%1 cannot be this part of a key").arg(displayText(*value, 60))};
}

Expected<QByteArray, QString> startingKey(const SlotCodec &codec, const KeyRange &range, const QString &text)
{
    const QString typed = text.trimmed();
    const KeyType &type = codec.type().key;
    const QByteArray prefix = range.begin.left(codec.prefixLength());
    const auto checked = [&range](const QByteArray &key) -> Expected<QByteArray, QString> {
        if (!range.contains(key))
            return Unexpected {QStringLiteral("this is no key of this table")};
        return key;
    };
    if (typed.startsWith(QLatin1String("0x"))) {
        const auto bytes = hexBytes(typed.mid(2));
        return bytes ? checked(prefix + *bytes)
                     : Expected<QByteArray, QString>(
                         Unexpected {QStringLiteral("expected hexadecimal digits behind 0x")});
    }
    if (type.isUnknown()) {
        const QByteArray bytes = typed.toUtf8();
        return checked(range.contains(bytes) ? bytes : range.begin + bytes);
    }
    const bool isOne = type.components().size() == 1;
    const QStringList parts = isOne ? QStringList {typed} : typed.split(QLatin1Char(','));
    if (size_t(parts.size()) > type.components().size())
        return Unexpected {
            QStringLiteral("the keys of this table have %1 parts").arg(type.components().size())};
    ValueList values;
    QByteArray beginning; // of the last part
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const KeyComponent component = type.components()[size_t(i)];
        const QString part = parts[i].trimmed();
        const bool isLast = i + 1 == parts.size();
        if (isLast && part.isEmpty() && i > 0)
            break;
        const auto value = parseKeyPart(component, part);
        if (value && KeyType({component}, type.timestampOrder()).encode({*value})) {
            values.push_back(*value);
            continue;
        }
        const bool isHex = component == KeyComponent::Uuid || component == KeyComponent::Bytes16
            || component == KeyComponent::Bytes20 || component == KeyComponent::Bytes32;
        const auto bytes = isLast && isHex ? hexBytes(QString(part).remove(QLatin1Char('-'))) : std::nullopt;
        if (!bytes)
            return Unexpected {value ? QStringLiteral("%1 is no part of a key here").arg(part)
                                     : value.error()};
        beginning = *bytes;
    }
    const KeyType typedParts(
        {type.components().begin(), type.components().begin() + qsizetype(values.size())},
        type.timestampOrder());
    auto key = values.empty() ? Expected<QByteArray, QString>(QByteArray()) : typedParts.encode(values);
    if (!key)
        return key;
    return checked(prefix + *key + beginning);
}

std::vector<KeyMaker> keyMakersFor(KeyComponent component)
{
    switch (component) {
    case KeyComponent::Uuid:
        return {KeyMaker::RandomUuid, KeyMaker::TimeUuid};
    case KeyComponent::Oid:
        return {KeyMaker::NextInteger, KeyMaker::RandomOid};
    case KeyComponent::Uint64:
    case KeyComponent::Uint16:
    case KeyComponent::Uint8:
        return {KeyMaker::NextInteger};
    case KeyComponent::Timestamp:
        return {KeyMaker::Now};
    case KeyComponent::String:
        return {KeyMaker::NextText, KeyMaker::RandomText};
    case KeyComponent::Bytes16:
    case KeyComponent::Bytes20:
    case KeyComponent::Bytes32:
        return {KeyMaker::RandomBytes};
    case KeyComponent::SlotNumber:
    case KeyComponent::Bytes:
        break;
    }
    return {};
}

QUuid timeUuid()
{
    // A node and a clock sequence of this run; no two are made in the same hundred nanoseconds.
    static const QByteArray node = [] {
        QByteArray bytes = randomBytes(6);
        bytes[0] = char(bytes[0] | 1); // no network card has it
        return bytes;
    }();
    static const quint16 sequence = quint16(random64());
    static std::mutex mutex;
    static quint64 last = 0;
    quint64 ticks = 0;
    {
        const std::lock_guard lock(mutex);
        ticks = std::max(last + 1, quint64(QDateTime::currentMSecsSinceEpoch() + UuidEpoch) * 10'000);
        last = ticks;
    }
    QByteArray bytes(16, '\0');
    qToBigEndian(quint32(ticks), bytes.data());
    qToBigEndian(quint16(ticks >> 32), bytes.data() + 4);
    qToBigEndian(quint16((ticks >> 48) | 0x1000), bytes.data() + 6);
    qToBigEndian(quint16((sequence & 0x3fff) | 0x8000), bytes.data() + 8);
    bytes.replace(10, 6, node);
    return QUuid::fromRfc4122(bytes);
}

KeyFactory::KeyFactory(SlotCodec codec, StagedRows rows)
    : m_codec(std::move(codec))
    , m_rows(std::move(rows))
{
}

bool KeyFactory::canMakeAll() const
{
    const auto &components = m_codec.type().key.components();
    return std::none_of(components.cbegin(), components.cend(),
                        [](KeyComponent component) { return keyMakersFor(component).empty(); });
}

quint64 KeyFactory::nextInteger(const ValueList &parts, size_t position) const
{
    // The last of the records that share the parts in front has the largest, since keys sort by their bytes.
    const std::vector<KeyComponent> front(m_codec.type().key.components().cbegin(),
                                          m_codec.type().key.components().cbegin() + qsizetype(position));
    QByteArray key = prefix();
    if (!front.empty()) {
        const auto bytes = KeyType(front, m_codec.type().key.timestampOrder())
                               .encode(ValueList(parts.cbegin(), parts.cbegin() + qsizetype(position)));
        if (!bytes)
            return 1;
        key += *bytes;
        if (front.back() == KeyComponent::String)
            return 1;
    }
    const auto last = m_rows.lastWithPrefix(key);
    const auto found = last ? m_codec.decodeKey(last->key) : Expected<ValueList, DecodeError>(ValueList());
    if (!found || position >= found->size())
        return 1;
    const quint64 largest = (*found)[position].toUInt64().value_or(0);
    return largest == ~quint64(0) ? 1 : largest + 1;
}

Expected<Value, QString> KeyFactory::part(const ValueList &parts, size_t position, KeyMaker maker,
                                          int attempt) const
{
    switch (maker) {
    case KeyMaker::RandomUuid:
        return Value::uuid(QUuid::createUuid());
    case KeyMaker::TimeUuid:
        return Value::uuid(timeUuid());
    case KeyMaker::RandomOid:
        return Value::unsignedInteger(1 + random64() % LargestOid);
    case KeyMaker::NextInteger:
        return Value::unsignedInteger(nextInteger(parts, position) + quint64(attempt));
    case KeyMaker::Now:
        return Value::timestamp((QDateTime::currentMSecsSinceEpoch() + attempt) * 1'000'000);
    case KeyMaker::NextText: {
        const bool copies = position < parts.size() && parts[position].kind() == Value::Kind::Text
            && !parts[position].toText().isEmpty();
        // A folder of plain keys: its path is part of the text.
        const QString folder = QString::fromUtf8(m_rows.range().begin.mid(m_codec.prefixLength()));
        const QString base =
            copies ? QStringLiteral("%1 copy").arg(parts[position].toText()) : folder + QStringLiteral("new");
        return Value::text(attempt == 0 ? base : QStringLiteral("%1 %2").arg(base).arg(attempt + 1));
    }
    case KeyMaker::RandomText:
        return Value::text(randomText());
    case KeyMaker::RandomBytes: {
        const KeyComponent component = m_codec.type().key.components()[position];
        return Value::bytes(randomBytes(component == KeyComponent::Bytes16       ? 16
                                            : component == KeyComponent::Bytes20 ? 20
                                                                                 : 32));
    }
    }
    return Unexpected {QStringLiteral("cannot be made up")};
}

Expected<QByteArray, QString> KeyFactory::keyOf(const ValueList &parts) const
{
    const auto key = m_codec.encodeKey(prefix(), parts);
    if (!key)
        return Unexpected {key.error().what};
    if (!m_rows.range().contains(*key))
        return Unexpected {QStringLiteral("a record with this key would not be in this table")};
    return *key;
}

Expected<QByteArray, QString> KeyFactory::freeKey(const std::vector<std::optional<Value>> &given) const
{
    const auto &components = m_codec.type().key.components();
    if (m_codec.type().key.isUnknown() && (given.empty() || !given.front()))
        return Unexpected {QStringLiteral("the key type is not known, so no key can be made up")};
    // The last one that is made up tells the new key from the others.
    std::optional<size_t> varying;
    for (size_t i = 0; i < components.size(); ++i) {
        if (i < given.size() && given[i])
            continue;
        if (keyMakersFor(components[i]).empty())
            return Unexpected {
                QStringLiteral("%1: cannot be made up").arg(m_codec.type().key.componentTitles()[i])};
        varying = i;
    }
    ValueList parts(components.size());
    const auto makeUp = [&](size_t i, int attempt) -> std::optional<QString> {
        auto made = part(parts, i, keyMakersFor(components[i]).front(), attempt);
        if (!made)
            return made.error();
        parts[i] = *std::move(made);
        return std::nullopt;
    };
    for (size_t i = 0; i < components.size(); ++i) {
        if (i < given.size() && given[i]) {
            parts[i] = *given[i];
        } else if (i != varying) {
            if (const auto problem = makeUp(i, 0))
                return Unexpected {*problem};
        }
    }
    // Where the last one with these other parts was found, the next one is looked for.
    int &next = m_nextAttempt[keyNotation(parts)];
    for (const int end = next + Attempts; next < end; ++next) {
        if (varying) {
            parts[*varying] = Value();
            if (const auto problem = makeUp(*varying, next))
                return Unexpected {*problem};
        }
        auto key = keyOf(parts);
        if (!key)
            return key;
        if (!holds(*key)) {
            m_made.insert(*key);
            return key;
        }
        if (!varying)
            break;
    }
    return Unexpected {varying ? QStringLiteral("no free key was found")
                               : QStringLiteral("there is a record with this key already")};
}

} // namespace slotscope::core
