// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/catalogueedit.h"

#include "core/codec/cbor.h"
#include "core/value/valueedit.h"

#include <QUuid>
#include <QtEndian>

namespace slotscope::core {

namespace {

const QStringList &knownMembers()
{
    static const QStringList names {QStringLiteral("oid"),         QStringLiteral("name"),
                                    QStringLiteral("description"), QStringLiteral("tags"),
                                    QStringLiteral("creator"),     QStringLiteral("slot")};
    return names;
}

/// Sets a member, or adds it behind the others; null takes an optional one away.
Expected<Value, QString> withMember(const Value &map, const QString &name, const Value &value)
{
    const Value *before = map.find(name);
    if (before ? *before == value : value.isNull())
        return map;
    const ValuePath path({PathStep::field(name)});
    if (!before)
        return inserted(map, ValuePath(), qsizetype(map.members().size()), value, Value::text(name));
    return value.isNull() ? removed(map, path) : replaced(map, path, value);
}

Value textOrNull(const QString &text)
{
    return text.isEmpty() ? Value::null() : Value::text(text);
}

} // namespace

QByteArray catalogueKey(Slot slot)
{
    QByteArray key(4, '\0');
    qToBigEndian<quint16>(slot.value, key.data() + 2);
    return key;
}

QString catalogueEntryProblem(const CatalogueEntry &entry)
{
    if (entry.slot == CatalogueSlot)
        return QStringLiteral("slot 0 is the catalogue itself");
    if (QUuid(entry.oid).isNull())
        return entry.oid.isEmpty() ? QStringLiteral("a table needs an oid, a UUID of its own")
                                   : QStringLiteral("the oid is not a UUID: %1").arg(entry.oid.left(60));
    if (entry.name.trimmed().isEmpty())
        return QStringLiteral("a table needs a name, as app.schema.Users");
    return {};
}

Expected<QByteArray, QString> writeCatalogueEntry(const CatalogueEntry &entry, QByteArrayView before)
{
    Value map = Value::map({});
    if (const auto known = cborCodec().decode(before); known && known->kind() == Value::Kind::Map)
        map = *known;
    ValueList tags;
    for (const QString &tag : entry.tags)
        tags.push_back(Value::text(tag));
    // Where nothing is said either way, what is there says nothing in its own way.
    const auto keepsNull = [&map](const QString &name, const Value &value) {
        const Value *there = map.find(name);
        return value.isNull() && there
            && (there->isNull() || (there->isContainer() && there->items().empty()));
    };
    const Value members[] {
        Value::text(entry.oid),        Value::text(entry.name),
        textOrNull(entry.description), tags.empty() ? Value::null() : Value::array(std::move(tags)),
        textOrNull(entry.creator),     Value::integer(entry.slot.value)};
    for (qsizetype i = 0; i < knownMembers().size(); ++i) {
        const QString &name = knownMembers()[i];
        if (keepsNull(name, members[i]))
            continue;
        auto next = withMember(map, name, members[i]);
        if (!next)
            return Unexpected {next.error()};
        map = *std::move(next);
    }
    auto bytes = cborCodec().encode(map);
    if (!bytes)
        return Unexpected {bytes.error().what};
    return *std::move(bytes);
}

QStringList otherCatalogueMembers(QByteArrayView value)
{
    QStringList others;
    const auto map = cborCodec().decode(value);
    if (!map || map->kind() != Value::Kind::Map)
        return others;
    for (const Member &member : map->members()) {
        const bool isText = member.key.kind() == Value::Kind::Text;
        if (!isText || !knownMembers().contains(member.key.toText()))
            others += isText ? member.key.toText() : QStringLiteral("(a key that is no text)");
    }
    return others;
}

} // namespace slotscope::core
