// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demotables.h"

#include <QtEndian>

namespace slotscope::app {

using core::Compression;
using core::KeyComponent;
using core::KeyType;
using core::SlotCodec;
using core::SlotType;
using core::ValueType;

const std::vector<DemoTable> &demoTables()
{
    static const std::vector<DemoTable> tables {
        {DemoSlot::Users, QLatin1String("6f9b2a54-0c1e-4d0b-9a86-3f1c7be0d101"),
         QLatin1String("demo.schema.Users"), QLatin1String("Registered users, by their UUID.")},
        {DemoSlot::UsersByName, QLatin1String("6f9b2a54-0c1e-4d0b-9a86-3f1c7be0d102"),
         QLatin1String("demo.schema.IndexUsersByName"), QLatin1String("Index on users: by name.")},
        {DemoSlot::UsersByEmail, QLatin1String("6f9b2a54-0c1e-4d0b-9a86-3f1c7be0d103"),
         QLatin1String("demo.schema.IndexUsersByEmail"), QLatin1String("Index on users: by e-mail address.")},
        {DemoSlot::Orders, QLatin1String("6f9b2a54-0c1e-4d0b-9a86-3f1c7be0d104"),
         QLatin1String("demo.schema.Orders"), QLatin1String("Orders of the shop, by order number.")},
        {DemoSlot::Devices, QLatin1String("6f9b2a54-0c1e-4d0b-9a86-3f1c7be0d105"),
         QLatin1String("demo.schema.Devices"),
         QLatin1String("Devices in the field and when they were last heard of.")},
        {DemoSlot::Sessions, QLatin1String("6f9b2a54-0c1e-4d0b-9a86-3f1c7be0d106"),
         QLatin1String("demo.schema.Sessions"), QLatin1String("Web sessions by cookie, pickled.")},
        {DemoSlot::Documents, QLatin1String("6f9b2a54-0c1e-4d0b-9a86-3f1c7be0d107"),
         QLatin1String("demo.schema.Documents"), QLatin1String("Manuals and notes, compressed.")},
    };
    return tables;
}

SlotCodec demoCodec(DemoSlot slot)
{
    SlotType type;
    switch (slot) {
    case DemoSlot::Users:
        type.key = KeyType({KeyComponent::Uuid});
        type.value = ValueType::Cbor;
        break;
    case DemoSlot::UsersByName:
    case DemoSlot::UsersByEmail:
        type.key = KeyType({KeyComponent::String});
        type.value = ValueType::Uuid;
        break;
    case DemoSlot::Orders:
        type.key = KeyType({KeyComponent::Oid});
        type.value = ValueType::Cbor;
        break;
    case DemoSlot::Devices:
        type.key = KeyType({KeyComponent::Uuid});
        type.value = ValueType::Json;
        break;
    case DemoSlot::Sessions:
        type.key = KeyType({KeyComponent::String});
        type.value = ValueType::Pickle;
        break;
    case DemoSlot::Documents:
        type.key = KeyType({KeyComponent::Uuid});
        type.value = ValueType::Cbor;
        type.compression = Compression::Zlib;
        break;
    case DemoSlot::Readings:
        type.key = KeyType({KeyComponent::Oid});
        type.value = ValueType::Cbor;
        break;
    }
    return SlotCodec(type);
}

QByteArray demoPrefix(DemoSlot slot)
{
    QByteArray prefix(2, Qt::Uninitialized);
    qToBigEndian(static_cast<quint16>(slot), prefix.data());
    return prefix;
}

} // namespace slotscope::app
