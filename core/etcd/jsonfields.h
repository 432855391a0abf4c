// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the fields of protobuf's JSON mapping are read. For gatewayreader.cpp only, as it lets nlohmann_json be
// seen.
#pragma once

#include "core/base/ids.h"

#include <QByteArray>
#include <QString>

#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>
#include <string>
#include <utility>

namespace slotscope::core::gateway::json {

using Json = nlohmann::json;

/// Of names, tokens and words of the server, in bytes; etcd's are far shorter.
constexpr std::size_t LongestText = std::size_t {64} * 1024;

/// Thrown by all of these, to be caught by their caller: the JSON is well-formed, but not what etcd writes.
struct Misfit
{
    QString what;
};

/// Of lists and objects only what they are: they may be large, or nested deeper than anybody can write out
/// again.
inline QString foundInstead(const Json &value)
{
    constexpr qsizetype Shown = 60;
    if (value.is_array())
        return QStringLiteral("a list");
    if (value.is_object())
        return value.empty() ? QStringLiteral("an empty object")
                             : QStringLiteral("an object that begins with “%1”")
                                   .arg(QString::fromStdString(value.begin().key()).left(Shown));
    if (value.is_string()) {
        const QString text = QString::fromStdString(value.get_ref<const std::string &>());
        return text.size() > Shown ? QStringLiteral("“%1…”").arg(text.left(Shown))
                                   : QStringLiteral("“%1”").arg(text);
    }
    return QString::fromStdString(value.dump());
}

[[noreturn]] inline void misfit(const char *name, const char *wanted, const Json &value)
{
    throw Misfit {QStringLiteral("%1 is not %2 but %3")
                      .arg(QLatin1String(name), QLatin1String(wanted), foundInstead(value))};
}

/// The member, or nothing when it is absent or null, which both mean the default.
inline const Json *member(const Json &object, const char *name)
{
    const auto it = object.find(name);
    return it == object.end() || it->is_null() ? nullptr : &*it;
}

template <typename T>
T integer(const Json &object, const char *name)
{
    const Json *value = member(object, name);
    if (!value)
        return {};
    if (const auto *text = value->get_ptr<const std::string *>()) {
        T number {};
        const char *end = text->data() + text->size();
        const auto [stop, error] = std::from_chars(text->data(), end, number);
        if (error == std::errc {} && stop == end)
            return number;
    } else if (value->is_number_unsigned()) {
        const auto number = value->get<std::uint64_t>();
        if (std::in_range<T>(number))
            return static_cast<T>(number);
    } else if (value->is_number_integer()) {
        const auto number = value->get<std::int64_t>();
        if (std::in_range<T>(number))
            return static_cast<T>(number);
    }
    misfit(name, std::is_signed_v<T> ? "a 64-bit integer" : "an unsigned 64-bit integer", *value);
}

inline Revision revision(const Json &object, const char *name)
{
    return Revision(integer<qint64>(object, name));
}

inline bool flag(const Json &object, const char *name)
{
    const Json *value = member(object, name);
    if (!value)
        return false;
    if (!value->is_boolean())
        misfit(name, "true or false", *value);
    return value->get<bool>();
}

inline QString text(const Json &object, const char *name)
{
    const Json *value = member(object, name);
    if (!value)
        return {};
    if (!value->is_string())
        misfit(name, "text", *value);
    const std::string &found = value->get_ref<const std::string &>();
    if (found.size() > LongestText)
        throw Misfit {QStringLiteral("%1 has %2 bytes").arg(QLatin1String(name)).arg(found.size())};
    return QString::fromStdString(found);
}

inline QByteArray fromBase64(const Json &value, const char *name)
{
    if (!value.is_string())
        misfit(name, "base64", value);
    const auto &encoded = value.get_ref<const std::string &>();
    auto decoded = QByteArray::fromBase64Encoding(
        QByteArray::fromRawData(encoded.data(), static_cast<qsizetype>(encoded.size())),
        QByteArray::AbortOnBase64DecodingErrors);
    // Qt takes a last group that lacks characters; etcd always pads.
    // Not what it is instead: errors come into the log, and values do not.
    if (!decoded || encoded.size() % 4 != 0)
        throw Misfit {QStringLiteral("%1 is not base64").arg(QLatin1String(name))};
    return *std::move(decoded);
}

inline QByteArray bytes(const Json &object, const char *name)
{
    const Json *value = member(object, name);
    return value ? fromBase64(*value, name) : QByteArray();
}

inline const Json *objectMember(const Json &object, const char *name)
{
    const Json *value = member(object, name);
    if (value && !value->is_object())
        misfit(name, "an object", *value);
    return value;
}

/// Calls take(element) for every element of the list; an absent list is empty, and one that is longer than
/// `most` is nothing that etcd would write.
template <typename Take>
void eachElement(const Json &object, const char *name, Take take,
                 std::size_t most = std::numeric_limits<std::size_t>::max())
{
    const Json *list = member(object, name);
    if (!list)
        return;
    if (!list->is_array())
        misfit(name, "a list", *list);
    if (list->size() > most)
        throw Misfit {
            QStringLiteral("%1 is a list of %2 entries").arg(QLatin1String(name)).arg(list->size())};
    for (const Json &element : *list)
        take(element);
}

template <typename Take>
void eachObject(const Json &object, const char *name, Take take,
                std::size_t most = std::numeric_limits<std::size_t>::max())
{
    eachElement(
        object, name,
        [&](const Json &element) {
            if (!element.is_object())
                misfit(name, "a list of objects", element);
            take(element);
        },
        most);
}

} // namespace slotscope::core::gateway::json
