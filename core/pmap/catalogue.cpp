// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/catalogue.h"

#include "core/codec/cbor.h"

#include <QUuid>
#include <QtEndian>

namespace slotscope::core {

namespace {

// The text of a member, or a word of warning where it is something else.
QString textMember(const Value &map, const QString &name, bool required, QStringList &warnings)
{
    const Value *value = map.find(name);
    if (!value || value->isNull()) {
        if (required)
            warnings += QStringLiteral("the entry has no %1").arg(name);
        return {};
    }
    if (value->kind() != Value::Kind::Text) {
        warnings += QStringLiteral("its %1 is not a text").arg(name);
        return {};
    }
    return value->toText();
}

void readMembers(const Value &map, CatalogueEntry &entry, QStringList &warnings)
{
    entry.name = textMember(map, QStringLiteral("name"), true, warnings);
    entry.description = textMember(map, QStringLiteral("description"), false, warnings);
    entry.creator = textMember(map, QStringLiteral("creator"), false, warnings);
    const QString oid = textMember(map, QStringLiteral("oid"), true, warnings);
    if (!QUuid(oid).isNull())
        entry.oid = oid;
    else if (!oid.isEmpty())
        warnings += QStringLiteral("its oid is not a UUID: %1").arg(oid.left(60));
    if (const Value *tags = map.find(u"tags"); tags && !tags->isNull()) {
        if (tags->kind() != Value::Kind::Array)
            warnings += QStringLiteral("its tags are not a list");
        for (const Value &tag : tags->items()) {
            if (tag.kind() == Value::Kind::Text)
                entry.tags += tag.toText();
            else
                warnings += QStringLiteral("one of its tags is not a text");
        }
    }
    const Value *slot = map.find(u"slot");
    if (!slot || slot->kind() != Value::Kind::Integer)
        warnings += QStringLiteral("it does not say its slot number");
    else if (slot->toInt64() != std::optional<qint64>(entry.slot.value)) {
        entry.saysOtherSlot = true;
        warnings += QStringLiteral("it says slot %1, but its key says %2")
                        .arg(slot->integerText())
                        .arg(entry.slot.value);
    }
}

} // namespace

QString CatalogueEntry::shortName() const
{
    return name.mid(name.lastIndexOf(QLatin1Char('.')) + 1);
}

std::optional<CatalogueEntry> readCatalogueEntry(QByteArrayView key, QByteArrayView value)
{
    if (key.size() != 4 || key[0] != '\0' || key[1] != '\0')
        return std::nullopt;
    CatalogueEntry entry;
    entry.slot = Slot(qFromBigEndian<quint16>(key.data() + 2));
    QStringList warnings;
    const auto decoded = cborCodec().decode(value);
    std::optional<Value> map;
    if (decoded) {
        map = *decoded;
    } else {
        warnings += QStringLiteral("the entry is damaged: %1 at byte %2")
                        .arg(decoded.error().what)
                        .arg(decoded.error().offset);
        map = decoded.error().readSoFar;
    }
    if (map && map->kind() == Value::Kind::Map)
        readMembers(*map, entry, warnings);
    else if (map)
        warnings += QStringLiteral("the entry is not a CBOR map");
    entry.warning = warnings.join(QLatin1String("; "));
    return entry;
}

} // namespace slotscope::core
