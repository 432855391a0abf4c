// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/changejson.h"

#include <array>

namespace slotscope::core {

namespace {

constexpr std::array<std::pair<Change::Kind, const char *>, 3> Operations {
    {{Change::Kind::Insert, "insert"}, {Change::Kind::Update, "update"}, {Change::Kind::Delete, "delete"}}};

constexpr std::array<std::pair<LeaseChoice::Kind, const char *>, 4> LeaseKinds {
    {{LeaseChoice::Kind::Keep, "keep"},
     {LeaseChoice::Kind::None, "none"},
     {LeaseChoice::Kind::Existing, "existing"},
     {LeaseChoice::Kind::New, "new"}}};

template <typename Table, typename Kind>
QString nameIn(const Table &table, Kind kind)
{
    for (const auto &[known, name] : table) {
        if (known == kind)
            return QLatin1String(name);
    }
    return {};
}

template <typename Kind, typename Table>
std::optional<Kind> kindIn(const Table &table, const QJsonValue &json)
{
    const QString text = json.toString();
    for (const auto &[kind, name] : table) {
        if (text == QLatin1String(name))
            return kind;
    }
    return std::nullopt;
}

QString numberText(qint64 number)
{
    return QString::number(number);
}

// Reads a member that may be missing. False: it is there, and not what it should be.
bool readNumber(const QJsonObject &object, const char *name, qint64 *number)
{
    const QJsonValue json = object.value(QLatin1String(name));
    if (json.isUndefined())
        return true;
    const auto read = numberFromJson(json);
    if (read)
        *number = *read;
    return read.has_value();
}

bool readState(const QJsonObject &object, const char *name, std::optional<KeyState> *state)
{
    const QJsonValue json = object.value(QLatin1String(name));
    if (json.isUndefined())
        return true;
    *state = keyStateFromJson(json);
    return state->has_value();
}

std::optional<LeaseChoice> leaseChoiceFromJson(const QJsonValue &json)
{
    if (json.isUndefined())
        return LeaseChoice();
    const QJsonObject object = json.toObject();
    const auto kind = kindIn<LeaseChoice::Kind>(LeaseKinds, object.value(QLatin1String("kind")));
    LeaseChoice choice;
    qint64 ttl = 0;
    if (!kind || !readNumber(object, "lease", &choice.lease.value) || !readNumber(object, "ttl", &ttl))
        return std::nullopt;
    choice.kind = *kind;
    choice.ttl = std::chrono::seconds(ttl);
    return choice;
}

} // namespace

QString base64(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toBase64());
}

std::optional<QByteArray> bytesFromBase64(const QJsonValue &json)
{
    if (!json.isString())
        return std::nullopt;
    auto decoded =
        QByteArray::fromBase64Encoding(json.toString().toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return std::nullopt;
    // A null array means more than an empty one: no key has it.
    return decoded.decoded.isNull() ? QByteArray("") : std::move(decoded.decoded);
}

std::optional<qint64> numberFromJson(const QJsonValue &json)
{
    bool fine = false;
    const qint64 number = json.toString().toLongLong(&fine);
    return fine ? std::optional(number) : std::nullopt;
}

QString operationName(Change::Kind kind)
{
    return nameIn(Operations, kind);
}

std::optional<Change::Kind> operationFromName(const QJsonValue &name)
{
    return kindIn<Change::Kind>(Operations, name);
}

QJsonObject toJson(const KeyState &state)
{
    QJsonObject object;
    if (state.exists)
        object.insert(QLatin1String("value"), base64(state.value));
    if (state.modRevision.value != 0)
        object.insert(QLatin1String("revision"), numberText(state.modRevision.value));
    if (state.lease.value != 0)
        object.insert(QLatin1String("lease"), numberText(state.lease.value));
    return object;
}

std::optional<KeyState> keyStateFromJson(const QJsonValue &json)
{
    if (!json.isObject())
        return std::nullopt;
    const QJsonObject object = json.toObject();
    KeyState state;
    if (!readNumber(object, "revision", &state.modRevision.value)
        || !readNumber(object, "lease", &state.lease.value))
        return std::nullopt;
    const QJsonValue value = object.value(QLatin1String("value"));
    if (!value.isUndefined()) {
        auto bytes = bytesFromBase64(value);
        if (!bytes)
            return std::nullopt;
        state.exists = true;
        state.value = std::move(*bytes);
    }
    return state;
}

QJsonObject toJson(const LeaseChoice &choice)
{
    QJsonObject object {{QLatin1String("kind"), nameIn(LeaseKinds, choice.kind)}};
    if (choice.lease.value != 0)
        object.insert(QLatin1String("lease"), numberText(choice.lease.value));
    if (choice.ttl.count() != 0)
        object.insert(QLatin1String("ttl"), numberText(choice.ttl.count()));
    return object;
}

QJsonObject toJson(const Change &change)
{
    QJsonObject object {{QLatin1String("key"), base64(change.key)},
                        {QLatin1String("operation"), operationName(change.kind)},
                        {QLatin1String("base"), toJson(change.base)}};
    if (change.kind != Change::Kind::Delete)
        object.insert(QLatin1String("value"), base64(change.value));
    if (change.lease != LeaseChoice())
        object.insert(QLatin1String("lease"), toJson(change.lease));
    if (change.leftOut)
        object.insert(QLatin1String("leftOut"), true);
    if (!change.partner.isNull())
        object.insert(QLatin1String("partner"), base64(change.partner));
    if (change.mergedAt.value != 0)
        object.insert(QLatin1String("mergedAt"), numberText(change.mergedAt.value));
    if (change.conflict)
        object.insert(QLatin1String("conflict"), toJson(*change.conflict));
    return object;
}

std::optional<Change> changeFromJson(const QJsonValue &json)
{
    const QJsonObject object = json.toObject();
    auto key = bytesFromBase64(object.value(QLatin1String("key")));
    const auto kind = operationFromName(object.value(QLatin1String("operation")));
    auto base = keyStateFromJson(object.value(QLatin1String("base")));
    const auto lease = leaseChoiceFromJson(object.value(QLatin1String("lease")));
    if (!key || !kind || !base || !lease)
        return std::nullopt;
    Change change {.key = std::move(*key), .kind = *kind, .base = std::move(*base)};
    change.lease = *lease;
    change.leftOut = object.value(QLatin1String("leftOut")).toBool();
    if (change.kind != Change::Kind::Delete) {
        auto value = bytesFromBase64(object.value(QLatin1String("value")));
        if (!value)
            return std::nullopt;
        change.value = std::move(*value);
    }
    if (const QJsonValue partner = object.value(QLatin1String("partner")); !partner.isUndefined()) {
        auto bytes = bytesFromBase64(partner);
        if (!bytes)
            return std::nullopt;
        change.partner = std::move(*bytes);
    }
    if (!readNumber(object, "mergedAt", &change.mergedAt.value)
        || !readState(object, "conflict", &change.conflict))
        return std::nullopt;
    return change;
}

QJsonObject toJson(const Guard &guard)
{
    QJsonObject object {{QLatin1String("key"), base64(guard.key)},
                        {QLatin1String("seen"), toJson(guard.seen)}};
    if (guard.conflict)
        object.insert(QLatin1String("conflict"), toJson(*guard.conflict));
    return object;
}

std::optional<Guard> guardFromJson(const QJsonValue &json)
{
    const QJsonObject object = json.toObject();
    auto key = bytesFromBase64(object.value(QLatin1String("key")));
    auto seen = keyStateFromJson(object.value(QLatin1String("seen")));
    if (!key || !seen)
        return std::nullopt;
    Guard guard {.key = std::move(*key), .seen = std::move(*seen)};
    if (!readState(object, "conflict", &guard.conflict))
        return std::nullopt;
    return guard;
}

} // namespace slotscope::core
