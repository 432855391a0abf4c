// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"
#include "core/codec/scan/cell.h"
#include "core/value/notation.h"
#include "core/value/value.h"

#include <QByteArrayView>
#include <QString>
#include <QStringList>

#include <vector>

namespace slotscope::core {

enum class KeyComponent : quint8 {
    Oid, ///< u64 big endian, 0 … 2^53; larger is shown and refused on edit
    Uint64, ///< big endian
    Uint16, ///< little endian
    SlotNumber, ///< u16 big endian
    Uint8,
    Uuid, ///< RFC 4122 byte order
    Bytes16,
    Bytes20,
    Bytes32,
    Timestamp, ///< int64 ns since 1970 UTC; byte order is the key type's
    String, ///< UTF-8
    Bytes, ///< not of the library: whatever is there, for keys of unknown type
};

enum class ByteOrder { BigEndian, LittleEndian };

/// What the bytes of a table key mean: a sequence of components. The layouts are those of zlmdb's key
/// classes.
class KeyType
{
public:
    KeyType() = default; ///< Bytes: unknown
    explicit KeyType(std::vector<KeyComponent> components, ByteOrder timestampOrder = ByteOrder::BigEndian);

    /// From the middle part of a map class's name (`UuidTimestampString`); the error names what is not
    /// understood. OidTimestamp and OidTimestampString come with little endian timestamps, as the library
    /// writes them.
    static Expected<KeyType, QString> parse(QStringView name);
    QString name() const; ///< "Bytes" when unknown

    bool isUnknown() const;
    const std::vector<KeyComponent> &components() const { return m_components; }
    ByteOrder timestampOrder() const { return m_timestampOrder; }
    /// One column title per component, unique within the key: `uuid`, `timestamp`, `string`, `uuid 2`.
    std::vector<QString> componentTitles() const;

    /// One Value per component. A nil UUID is shown as such.
    Expected<ValueList, DecodeError> decode(QByteArrayView key) const;
    /// The same without making values: one cell per component, as long as the key lives. False where decode()
    /// fails.
    bool read(QByteArrayView key, std::vector<Cell> &cells) const;
    Expected<QByteArray, QString> encode(const ValueList &parts) const;

    friend bool operator==(const KeyType &, const KeyType &) = default;

private:
    std::optional<DecodeError> split(QByteArrayView key, std::vector<QByteArrayView> &parts) const;
    Cell cellOf(KeyComponent component, QByteArrayView bytes) const;

    std::vector<KeyComponent> m_components {KeyComponent::Bytes};
    ByteOrder m_timestampOrder = ByteOrder::BigEndian;
};

/// The names of the key types that zlmdb and txaioetcd have classes for.
const QStringList &libraryKeyTypeNames();

/// The key of a record in typed notation: one component plain, several as an array.
QByteArray keyNotation(const ValueList &parts);

} // namespace slotscope::core
