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
#include <string>
#include <utility>

namespace slotscope::core::gateway::json {

using Json = nlohmann::json;

/// Thrown by all of these, to be caught by their caller: the JSON is well-formed, but not what etcd writes.
struct Misfit
{
    QString what;
};

inline QString foundInstead(const Json &value)
{
    const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    return QString::fromStdString(text.size() > 60 ? text.substr(0, 60) + "…" : text);
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
    return QString::fromStdString(value->get_ref<const std::string &>());
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
    if (!decoded || encoded.size() % 4 != 0)
        misfit(name, "base64", value);
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

/// Calls take(element) for every element of the list; an absent list is empty.
template <typename Take>
void eachElement(const Json &object, const char *name, Take take)
{
    const Json *list = member(object, name);
    if (!list)
        return;
    if (!list->is_array())
        misfit(name, "a list", *list);
    for (const Json &element : *list)
        take(element);
}

template <typename Take>
void eachObject(const Json &object, const char *name, Take take)
{
    eachElement(object, name, [&](const Json &element) {
        if (!element.is_object())
            misfit(name, "a list of objects", element);
        take(element);
    });
}

} // namespace slotscope::core::gateway::json
