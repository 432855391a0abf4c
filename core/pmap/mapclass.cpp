// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/mapclass.h"

#include "core/pmap/keytype.h"

#include <array>

namespace slotscope::core {

namespace {

// Longer ones first.
constexpr std::array<const char *, 17> ValueTypeNames {
    "Bytes20Timestamp", "FlatBuffers", "StringSet", "Timestamp", "UuidSet", "Pickle5",
    "Bytes16",          "Bytes20",     "Bytes32",   "OidSet",    "String",  "Binary",
    "Pickle",           "Json",        "Cbor",      "Uuid",      "Oid"};

} // namespace

Expected<MapClass, QString> parseMapClass(QStringView name)
{
    if (!name.startsWith(QLatin1String("Map")))
        return Unexpected {QStringLiteral("%1 is not the name of a map class").arg(name)};
    const QStringView types = name.sliced(3);
    bool hasValue = false;
    for (const char *value : ValueTypeNames) {
        if (!types.endsWith(QLatin1String(value)))
            continue;
        hasValue = true;
        const QStringView key = types.chopped(qsizetype(qstrlen(value)));
        if (const auto parsed = KeyType::parse(key); parsed && !parsed->isUnknown())
            return MapClass {key.toString(), QLatin1String(value)};
    }
    return Unexpected {hasValue ? QStringLiteral("%1 names no key type that is known").arg(name)
                                : QStringLiteral("%1 names no value type that is known").arg(name)};
}

} // namespace slotscope::core
