// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/valuekinds.h"

#include "core/value/valueedit.h"

#include <QCoreApplication>

namespace slotscope::ui {

using core::Value;
using Kind = core::Value::Kind;

namespace {

// Those that can be made out of nothing.
constexpr Kind MakeableKinds[] = {Kind::Text, Kind::Integer,   Kind::Float,   Kind::Bool,     Kind::Null,
                                  Kind::Map,  Kind::Array,     Kind::Tuple,   Kind::Set,      Kind::Bytes,
                                  Kind::Uuid, Kind::Timestamp, Kind::Decimal, Kind::Undefined};

QString tr(const char *text)
{
    return QCoreApplication::translate("ValueKinds", text);
}

bool isWritable(const core::SlotCodec &codec, const Value &probe)
{
    return codec.encodeValue(probe).hasValue();
}

// Compression says nothing of what can be held.
core::SlotCodec plainCodec(const core::SlotCodec &codec)
{
    core::SlotType type = codec.type();
    type.compression = core::Compression::None;
    return core::SlotCodec(type, codec.prefixLength());
}

} // namespace

QString kindName(Kind kind)
{
    switch (kind) {
    case Kind::Null:
        return tr("null");
    case Kind::Undefined:
        return tr("undefined");
    case Kind::Bool:
        return tr("true or false");
    case Kind::Integer:
        return tr("whole number");
    case Kind::Float:
        return tr("floating-point number");
    case Kind::Text:
        return tr("text");
    case Kind::Bytes:
        return tr("bytes");
    case Kind::Uuid:
        return tr("UUID");
    case Kind::Timestamp:
        return tr("timestamp");
    case Kind::Decimal:
        return tr("decimal number");
    case Kind::Array:
        return tr("list");
    case Kind::Tuple:
        return tr("tuple");
    case Kind::Set:
        return tr("set");
    case Kind::Map:
        return tr("map");
    case Kind::Tag:
        return tr("tag");
    case Kind::Simple:
        return tr("simple value");
    case Kind::Opaque:
        return tr("opaque value");
    }
    return {};
}

std::vector<Kind> kindsInside(const core::SlotCodec &codec, const Value &container)
{
    const core::SlotCodec plain = plainCodec(codec);
    std::vector<Kind> kinds;
    for (const Kind kind : MakeableKinds) {
        // The container alone, with nothing else in it, stands for the whole value.
        std::optional<Value> probe;
        if (container.kind() == Kind::Map)
            probe = core::withMembers(Value(), {{freeKey(container), core::blankOf(kind)}});
        else if (container.kind() == Kind::Array || container.kind() == Kind::Tuple
                 || container.kind() == Kind::Set)
            probe = core::withItems(container.withStyle({}), {core::blankOf(kind)});
        if (probe && isWritable(plain, *probe))
            kinds.push_back(kind);
    }
    return kinds;
}

std::vector<Kind> kindsOfWhole(const core::SlotCodec &codec)
{
    const core::SlotCodec plain = plainCodec(codec);
    std::vector<Kind> kinds;
    for (const Kind kind : MakeableKinds) {
        if (isWritable(plain, core::blankOf(kind)))
            kinds.push_back(kind);
    }
    return kinds;
}

Value freeKey(const Value &map)
{
    const core::MemberList &members = map.members();
    const bool numbers = !members.empty()
        && std::all_of(members.begin(), members.end(),
                       [](const core::Member &member) { return member.key.toInt64().has_value(); });
    if (numbers) {
        qint64 largest = 0;
        for (const core::Member &member : members)
            largest = std::max(largest, *member.key.toInt64());
        if (largest < std::numeric_limits<qint64>::max())
            return Value::integer(largest + 1);
    }
    for (int n = 1;; ++n) {
        const QString name = n == 1 ? QStringLiteral("new") : QStringLiteral("new %1").arg(n);
        if (!map.find(name))
            return Value::text(name);
    }
}

Value freshItem(const Value &container, Kind kind)
{
    Value item = core::blankOf(kind);
    if (container.kind() != Kind::Set)
        return item;
    const core::ValueList &items = container.items();
    const auto isTaken = [&items](const Value &value) {
        return std::find(items.begin(), items.end(), value) != items.end();
    };
    for (int n = 1; isTaken(item); ++n) {
        switch (kind) {
        case Kind::Text:
            item = Value::text(n == 1 ? QStringLiteral("new") : QStringLiteral("new %1").arg(n));
            break;
        case Kind::Integer:
            item = Value::integer(n);
            break;
        case Kind::Float:
            item = Value::number(n);
            break;
        case Kind::Timestamp:
            item = Value::timestamp(n);
            break;
        case Kind::Uuid:
            item = Value::uuid(QUuid::createUuid());
            break;
        case Kind::Bytes:
            item = Value::bytes(QByteArray::number(n));
            break;
        default:
            return item;
        }
    }
    return item;
}

} // namespace slotscope::ui
