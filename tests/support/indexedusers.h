// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/cbor.h"
#include "core/connection/connection.h"
#include "core/pmap/catalogueedit.h"

#include <optional>

namespace slotscope::test {

/// A table of users in slot 1 with three indexes: by name (unique, no nulls), by city (several of one city),
/// by address (unique, may be null); and how its application would declare them.
namespace users {

inline constexpr int ByName = 2;
inline constexpr int ByCity = 3;
inline constexpr int ByMail = 4;

inline QByteArray uuid(int number)
{
    return QByteArray(8, '\x42') + QByteArray::number(number).rightJustified(8, '0');
}
inline QByteArray key(int number)
{
    return core::KeyRange::slot(core::Slot(1)).begin + uuid(number);
}
inline QByteArray entryKey(int index, const QByteArray &name)
{
    return core::KeyRange::slot(core::Slot(quint16(index))).begin + name;
}
inline QByteArray record(const std::optional<QString> &name, const QString &city = QStringLiteral("Ulm"),
                         const std::optional<QString> &mail = {})
{
    const auto text = [](const std::optional<QString> &value) {
        return value ? core::Value::text(*value) : core::Value::null();
    };
    return *core::cborCodec().encode(
        core::Value::map({{core::Value::text(QStringLiteral("name")), text(name)},
                          {core::Value::text(QStringLiteral("city")), text(city)},
                          {core::Value::text(QStringLiteral("mail")), text(mail)}}));
}

inline QString oid(int slot)
{
    return QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a0%1").arg(slot);
}
/// Keys and values of the catalogue.
inline std::vector<std::pair<QByteArray, QByteArray>> catalogue()
{
    std::vector<std::pair<QByteArray, QByteArray>> entries;
    const char *const names[] = {"Users", "UsersByName", "UsersByCity", "UsersByMail"};
    for (int slot = 1; slot <= 4; ++slot) {
        core::CatalogueEntry entry;
        entry.slot = core::Slot(quint16(slot));
        entry.oid = oid(slot);
        entry.name = QStringLiteral("app.") + QLatin1String(names[slot - 1]);
        entry.creator = QStringLiteral("test");
        entries.emplace_back(core::catalogueKey(entry.slot), *core::writeCatalogueEntry(entry));
    }
    return entries;
}
inline core::Schema schema()
{
    core::Schema schema;
    const auto pin = [&](int slot, const char *key, const char *value) {
        core::TableSchema &table = schema.tables[core::TableId::ofOid(oid(slot))];
        table.pin(core::SchemaProperty::KeyType, QLatin1String(key));
        table.pin(core::SchemaProperty::ValueType, QLatin1String(value));
    };
    pin(1, "Uuid", "Cbor");
    pin(ByName, "String", "Uuid");
    pin(ByCity, "StringUuid", "Uuid");
    pin(ByMail, "String", "Uuid");
    const auto index = [&](int slot, const char *field, bool nullable, bool unique) {
        core::IndexRelation relation;
        relation.table = core::TableId::ofOid(oid(slot));
        relation.fields = {core::ValuePath::fields({QLatin1String(field)})};
        relation.nullable = nullable;
        relation.unique = unique;
        relation.provenance = {.source = core::TypeSource::Pinned, .confidence = 1};
        schema.tables[core::TableId::ofOid(oid(1))].indexes.push_back(relation);
    };
    index(ByName, "name", false, true);
    index(ByCity, "city", true, false);
    index(ByMail, "mail", true, true);
    return schema;
}

} // namespace users

} // namespace slotscope::test
