// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"

#include <QString>

namespace slotscope::core {

/// What a class name of the library says: `Map`, the key type, the value type.
struct MapClass
{
    QString keyType; ///< as KeyType::parse() takes it
    QString valueType; ///< `Cbor`; all of the library, whether they can be decoded here or not
};

/// Reads a name from the right: the value type is the longest one that leaves a key type. The error says what
/// is not understood.
Expected<MapClass, QString> parseMapClass(QStringView name);

} // namespace slotscope::core
