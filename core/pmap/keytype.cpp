// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/keytype.h"

#include "core/codec/scalar.h"
#include "core/value/utf8.h"

#include <QtEndian>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

namespace slotscope::core {

namespace {

constexpr quint64 LargestOid = 9007199254740992; // 2^53

struct ComponentInfo
{
    KeyComponent component;
    const char *name; // in class names
    const char *title;
    int size; // bytes; 0: any number
};

// Names that begin alike stand with the longer first, for parsing.
constexpr std::array<ComponentInfo, 12> Components {{
    {KeyComponent::Uint64, "Uint64", "uint64", 8},
    {KeyComponent::Uint16, "Uint16", "uint16", 2},
    {KeyComponent::Uint8, "Uint8", "uint8", 1},
    {KeyComponent::Uuid, "Uuid", "uuid", 16},
    {KeyComponent::Bytes16, "Bytes16", "bytes16", 16},
    {KeyComponent::Bytes20, "Bytes20", "bytes20", 20},
    {KeyComponent::Bytes32, "Bytes32", "bytes32", 32},
    {KeyComponent::Timestamp, "Timestamp", "timestamp", 8},
    {KeyComponent::SlotNumber, "Slot", "slot", 2},
    {KeyComponent::String, "String", "string", 0},
    {KeyComponent::Oid, "Oid", "oid", 8},
    {KeyComponent::Bytes, "Bytes", "key", 0},
}};

const ComponentInfo &info(KeyComponent component)
{
    return *std::find_if(Components.begin(), Components.end(),
                         [&](const ComponentInfo &entry) { return entry.component == component; });
}

template <typename T>
QByteArray bigEndian(T number)
{
    QByteArray bytes(sizeof(T), '\0');
    qToBigEndian(number, bytes.data());
    return bytes;
}

template <typename T>
QByteArray littleEndian(T number)
{
    QByteArray bytes(sizeof(T), '\0');
    qToLittleEndian(number, bytes.data());
    return bytes;
}

using Encoded = Expected<QByteArray, QString>;

Encoded encodeInteger(KeyComponent component, const Value &value)
{
    if (value.kind() != Value::Kind::Integer)
        return Unexpected {QStringLiteral("expected a whole number")};
    const auto tooLarge = [](quint64 largest) {
        return Unexpected {QStringLiteral("expected a number from 0 to %1").arg(largest)};
    };
    const quint64 largest = component == KeyComponent::Oid ? LargestOid
        : component == KeyComponent::Uint64                ? ~quint64(0)
        : component == KeyComponent::Uint8                 ? 0xff
                                                           : 0xffff;
    const auto number = value.toUInt64();
    if (!number || *number > largest)
        return tooLarge(largest);
    switch (component) {
    case KeyComponent::Uint16:
        return littleEndian(quint16(*number));
    case KeyComponent::SlotNumber:
        return bigEndian(quint16(*number));
    case KeyComponent::Uint8:
        return bigEndian(quint8(*number));
    default:
        return bigEndian(*number);
    }
}

Encoded encodeComponent(KeyComponent component, ByteOrder order, const Value &value)
{
    switch (component) {
    case KeyComponent::Oid:
    case KeyComponent::Uint64:
    case KeyComponent::Uint16:
    case KeyComponent::SlotNumber:
    case KeyComponent::Uint8:
        return encodeInteger(component, value);
    case KeyComponent::Uuid:
        if (value.kind() != Value::Kind::Uuid)
            return Unexpected {QStringLiteral("expected a UUID")};
        return value.toUuid().toRfc4122();
    case KeyComponent::Timestamp:
        if (value.kind() != Value::Kind::Timestamp)
            return Unexpected {QStringLiteral("expected a timestamp")};
        return order == ByteOrder::BigEndian ? bigEndian(value.toNanoseconds())
                                             : littleEndian(value.toNanoseconds());
    case KeyComponent::String:
        if (value.kind() != Value::Kind::Text)
            return Unexpected {QStringLiteral("expected a text")};
        if (!QStringView(value.toText()).isValidUtf16())
            return Unexpected {QStringLiteral("half of a surrogate pair cannot be written as UTF-8")};
        return value.toText().toUtf8();
    case KeyComponent::Bytes16:
    case KeyComponent::Bytes20:
    case KeyComponent::Bytes32:
    case KeyComponent::Bytes: {
        if (value.kind() != Value::Kind::Bytes)
            return Unexpected {QStringLiteral("expected bytes")};
        const int size = info(component).size;
        if (size && value.toBytes().size() != size)
            return Unexpected {
                QStringLiteral("expected %1 bytes, but there are %2").arg(size).arg(value.toBytes().size())};
        return value.toBytes();
    }
    }
    return Unexpected {QStringLiteral("unknown component")};
}

int fixedSize(const std::vector<KeyComponent> &components)
{
    int size = 0;
    for (const KeyComponent component : components)
        size += info(component).size;
    return size;
}

qsizetype openCount(const std::vector<KeyComponent> &components)
{
    return std::count_if(components.begin(), components.end(),
                         [](KeyComponent c) { return info(c).size == 0; });
}

} // namespace

KeyType::KeyType(std::vector<KeyComponent> components, ByteOrder timestampOrder)
    : m_components(std::move(components))
    , m_timestampOrder(timestampOrder)
{
    if (m_components.empty())
        m_components.push_back(KeyComponent::Bytes);
}

Expected<KeyType, QString> KeyType::parse(QStringView name)
{
    std::vector<KeyComponent> components;
    QStringView rest = name;
    while (!rest.isEmpty()) {
        const auto entry =
            std::find_if(Components.begin(), Components.end(), [&](const ComponentInfo &candidate) {
                return rest.startsWith(QLatin1String(candidate.name));
            });
        if (entry == Components.end())
            return Unexpected {QStringLiteral("\"%1\" is not part of a key type").arg(rest)};
        components.push_back(entry->component);
        rest = rest.mid(qstrlen(entry->name));
        // Oid3 is the library's name for three of them.
        if (entry->component == KeyComponent::Oid && rest.startsWith(QLatin1Char('3'))) {
            components.insert(components.end(), 2, KeyComponent::Oid);
            rest = rest.mid(1);
        }
    }
    if (components.empty())
        return Unexpected {QStringLiteral("a key type needs a name")};
    const auto isOpen = [](KeyComponent c) { return info(c).size == 0; };
    const auto first = std::find_if(components.begin(), components.end(), isOpen);
    const auto end = std::find_if_not(first, components.end(), isOpen);
    if (std::any_of(end, components.end(), isOpen))
        return Unexpected {QStringLiteral("the strings of a key must stand side by side")};
    if (components.size() > 1
        && std::find(components.begin(), components.end(), KeyComponent::Bytes) != components.end())
        return Unexpected {QStringLiteral("bytes without a length can only be the whole key")};
    // The library writes these two, and only these, in the byte order of the machine.
    const bool little = name == QLatin1String("OidTimestamp") || name == QLatin1String("OidTimestampString");
    return KeyType(std::move(components), little ? ByteOrder::LittleEndian : ByteOrder::BigEndian);
}

QString KeyType::name() const
{
    if (m_components == std::vector(3, KeyComponent::Oid))
        return QStringLiteral("Oid3");
    QString name;
    for (const KeyComponent component : m_components)
        name += QLatin1String(info(component).name);
    return name;
}

bool KeyType::isUnknown() const
{
    return m_components.size() == 1 && m_components.front() == KeyComponent::Bytes;
}

std::vector<QString> KeyType::componentTitles() const
{
    std::map<KeyComponent, int> seen;
    std::vector<QString> titles;
    for (const KeyComponent component : m_components) {
        const QString title = QLatin1String(info(component).title);
        const int nth = ++seen[component];
        titles.push_back(nth == 1 ? title : QStringLiteral("%1 %2").arg(title).arg(nth));
    }
    return titles;
}

Cell KeyType::cellOf(KeyComponent component, QByteArrayView bytes) const
{
    const char *data = bytes.data();
    switch (component) {
    case KeyComponent::Oid:
    case KeyComponent::Uint64:
        if (qFromBigEndian<quint64>(data) > quint64(std::numeric_limits<qint64>::max()))
            return Cell::encoded(bytes, oidCodec());
        return Cell::ofInteger(qFromBigEndian<qint64>(data));
    case KeyComponent::Uint16:
        return Cell::ofInteger(qFromLittleEndian<quint16>(data));
    case KeyComponent::SlotNumber:
        return Cell::ofInteger(qFromBigEndian<quint16>(data));
    case KeyComponent::Uint8:
        return Cell::ofInteger(quint8(*data));
    case KeyComponent::Uuid:
        return Cell::uuid(bytes);
    case KeyComponent::Timestamp:
        return Cell::timestamp(m_timestampOrder == ByteOrder::BigEndian ? qFromBigEndian<qint64>(data)
                                                                        : qFromLittleEndian<qint64>(data));
    case KeyComponent::String:
        return Cell::text(bytes);
    case KeyComponent::Bytes16:
    case KeyComponent::Bytes20:
    case KeyComponent::Bytes32:
    case KeyComponent::Bytes:
        break;
    }
    return Cell::ofBytes(bytes);
}

std::optional<DecodeError> KeyType::split(QByteArrayView key, std::vector<QByteArrayView> &parts) const
{
    const int fixed = fixedSize(m_components);
    const qsizetype open = openCount(m_components);
    if (key.size() < fixed || (open == 0 && key.size() != fixed)) {
        const QString expected = open ? QStringLiteral("at least %1").arg(fixed) : QString::number(fixed);
        return DecodeError {std::min<qint64>(key.size(), fixed),
                            QStringLiteral("expected %1 bytes for %2, but there are %3")
                                .arg(expected, name())
                                .arg(key.size())};
    }
    parts.reserve(m_components.size());
    qsizetype at = 0;
    qsizetype openEnd = key.size(); // where the strings end: in front of the fixed tail
    for (auto it = m_components.rbegin(); it != m_components.rend() && info(*it).size; ++it)
        openEnd -= info(*it).size;
    qsizetype openLeft = open;
    for (const KeyComponent component : m_components) {
        if (const qsizetype size = info(component).size) {
            parts.push_back(key.sliced(at, size));
            at += size;
            continue;
        }
        --openLeft;
        QByteArrayView bytes = key.sliced(at, openEnd - at);
        if (component == KeyComponent::Bytes) {
            parts.push_back(bytes);
            at = openEnd;
            continue;
        }
        if (openLeft > 0) {
            const qsizetype separator = bytes.indexOf('\0');
            if (separator < 0)
                return DecodeError {
                    openEnd,
                    QStringLiteral("too few strings: expected a 00 byte between two of %1").arg(open)};
            bytes = bytes.first(separator);
        } else if (const qsizetype separator = bytes.indexOf('\0'); open > 1 && separator >= 0) {
            return DecodeError {at + separator,
                                QStringLiteral("a 00 byte behind the last of %1 strings").arg(open)};
        }
        if (const qsizetype bad = firstInvalidUtf8(bytes); bad >= 0)
            return DecodeError {at + bad, QStringLiteral("not valid UTF-8")};
        parts.push_back(bytes);
        at += bytes.size() + (openLeft > 0 ? 1 : 0);
    }
    return std::nullopt;
}

Expected<ValueList, DecodeError> KeyType::decode(QByteArrayView key) const
{
    std::vector<QByteArrayView> parts;
    if (auto error = split(key, parts))
        return Unexpected {*std::move(error)};
    ValueList values;
    values.reserve(parts.size());
    for (size_t i = 0; i < parts.size(); ++i)
        values.push_back(toValue(cellOf(m_components[i], parts[i]))
                             ->withSource({parts[i].data() - key.data(), parts[i].size()}));
    return values;
}

bool KeyType::read(QByteArrayView key, std::vector<Cell> &cells) const
{
    std::vector<QByteArrayView> parts;
    if (split(key, parts))
        return false;
    cells.clear();
    for (size_t i = 0; i < parts.size(); ++i)
        cells.push_back(cellOf(m_components[i], parts[i]));
    return true;
}

Expected<QByteArray, QString> KeyType::encode(const ValueList &parts) const
{
    if (parts.size() != m_components.size())
        return Unexpected {QStringLiteral("expected %1 parts for %2, but there are %3")
                               .arg(m_components.size())
                               .arg(name())
                               .arg(parts.size())};
    const std::vector<QString> titles = componentTitles();
    const qsizetype open = openCount(m_components);
    QByteArray key;
    qsizetype openLeft = open;
    for (size_t i = 0; i < parts.size(); ++i) {
        const KeyComponent component = m_components[i];
        auto bytes = encodeComponent(component, m_timestampOrder, parts[i]);
        if (!bytes)
            return Unexpected {QStringLiteral("%1: %2").arg(titles[i], bytes.error())};
        if (component == KeyComponent::String) {
            if (open > 1 && bytes->contains('\0'))
                return Unexpected {
                    QStringLiteral("%1: a NUL character would be taken for the end of the string")
                        .arg(titles[i])};
            // The library's own reader refuses this one.
            if (bytes->isEmpty() && i == 1 && parts.size() == 2
                && (m_components[0] == KeyComponent::Bytes20 || m_components[0] == KeyComponent::Bytes32))
                return Unexpected {QStringLiteral("%1: must not be empty").arg(titles[i])};
        }
        key += *bytes;
        if (component == KeyComponent::String && --openLeft > 0)
            key += '\0';
    }
    return key;
}

const QStringList &libraryKeyTypeNames()
{
    static const QStringList names =
        QStringLiteral(
            "Oid OidOid Oid3 OidTimestamp OidTimestampString OidString StringOid String StringString "
            "StringStringString Uuid UuidUuid UuidUuidUuid UuidUuidUuidUuid Uint16UuidTimestamp "
            "UuidBytes20Uint8 UuidBytes20Uint8Uuid UuidBytes20Bytes20Uint8Uuid Timestamp TimestampUuid "
            "UuidTimestampUuid TimestampUuidString TimestampBytes32 TimestampString StringTimestamp "
            "UuidTimestamp Uint64Timestamp UuidString SlotUuid Bytes32 Bytes32Bytes32 Bytes32Uuid "
            "UuidBytes32 Bytes32String UuidUuidString UuidUuidUuidString Bytes20 Bytes16 Bytes20Bytes20 "
            "Bytes20String Bytes20Timestamp Bytes16Timestamp Bytes16TimestampUuid")
            .split(u' ');
    return names;
}

QByteArray keyNotation(const ValueList &parts)
{
    return toTypedNotation(parts.size() == 1 ? parts.front() : Value::array(parts));
}

} // namespace slotscope::core
