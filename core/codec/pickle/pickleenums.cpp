// SPDX-License-Identifier: GPL-3.0-or-later
//
// Members of the standard library's enums, which Python 3.12 and later pickles by their values.
#include "core/codec/pickle/pickleclasses.h"

#include <QHash>

#include <algorithm>
#include <vector>

namespace slotscope::core::pickle {

namespace {

struct EnumMember
{
    Value value;
    QString name;
};
using EnumMembers = std::vector<EnumMember>;

EnumMembers numbered(std::initializer_list<std::pair<int, const char *>> list)
{
    EnumMembers members;
    for (const auto &[number, name] : list)
        members.push_back({Value::integer(number), QString::fromLatin1(name)});
    return members;
}

// The names are the values.
EnumMembers named(std::initializer_list<const char *> list)
{
    EnumMembers members;
    for (const char *name : list)
        members.push_back({Value::text(QString::fromLatin1(name)), QString::fromLatin1(name)});
    return members;
}

EnumMembers statuses()
{
    return numbered({
        {100, "CONTINUE"},
        {101, "SWITCHING_PROTOCOLS"},
        {102, "PROCESSING"},
        {103, "EARLY_HINTS"},
        {200, "OK"},
        {201, "CREATED"},
        {202, "ACCEPTED"},
        {203, "NON_AUTHORITATIVE_INFORMATION"},
        {204, "NO_CONTENT"},
        {205, "RESET_CONTENT"},
        {206, "PARTIAL_CONTENT"},
        {207, "MULTI_STATUS"},
        {208, "ALREADY_REPORTED"},
        {226, "IM_USED"},
        {300, "MULTIPLE_CHOICES"},
        {301, "MOVED_PERMANENTLY"},
        {302, "FOUND"},
        {303, "SEE_OTHER"},
        {304, "NOT_MODIFIED"},
        {305, "USE_PROXY"},
        {307, "TEMPORARY_REDIRECT"},
        {308, "PERMANENT_REDIRECT"},
        {400, "BAD_REQUEST"},
        {401, "UNAUTHORIZED"},
        {402, "PAYMENT_REQUIRED"},
        {403, "FORBIDDEN"},
        {404, "NOT_FOUND"},
        {405, "METHOD_NOT_ALLOWED"},
        {406, "NOT_ACCEPTABLE"},
        {407, "PROXY_AUTHENTICATION_REQUIRED"},
        {408, "REQUEST_TIMEOUT"},
        {409, "CONFLICT"},
        {410, "GONE"},
        {411, "LENGTH_REQUIRED"},
        {412, "PRECONDITION_FAILED"},
        {413, "REQUEST_ENTITY_TOO_LARGE"},
        {414, "REQUEST_URI_TOO_LONG"},
        {415, "UNSUPPORTED_MEDIA_TYPE"},
        {416, "REQUESTED_RANGE_NOT_SATISFIABLE"},
        {417, "EXPECTATION_FAILED"},
        {418, "IM_A_TEAPOT"},
        {421, "MISDIRECTED_REQUEST"},
        {422, "UNPROCESSABLE_ENTITY"},
        {423, "LOCKED"},
        {424, "FAILED_DEPENDENCY"},
        {425, "TOO_EARLY"},
        {426, "UPGRADE_REQUIRED"},
        {428, "PRECONDITION_REQUIRED"},
        {429, "TOO_MANY_REQUESTS"},
        {431, "REQUEST_HEADER_FIELDS_TOO_LARGE"},
        {451, "UNAVAILABLE_FOR_LEGAL_REASONS"},
        {500, "INTERNAL_SERVER_ERROR"},
        {501, "NOT_IMPLEMENTED"},
        {502, "BAD_GATEWAY"},
        {503, "SERVICE_UNAVAILABLE"},
        {504, "GATEWAY_TIMEOUT"},
        {505, "HTTP_VERSION_NOT_SUPPORTED"},
        {506, "VARIANT_ALSO_NEGOTIATES"},
        {507, "INSUFFICIENT_STORAGE"},
        {508, "LOOP_DETECTED"},
        {510, "NOT_EXTENDED"},
        {511, "NETWORK_AUTHENTICATION_REQUIRED"},
    });
}

const EnumMembers &membersOf(const QString &name)
{
    static const QHash<QString, EnumMembers> enums {
        {QStringLiteral("http.HTTPStatus"), statuses()},
        {QStringLiteral("http.HTTPMethod"),
         named({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})},
        {QStringLiteral("uuid.SafeUUID"),
         {{Value::integer(0), QStringLiteral("safe")},
          {Value::integer(-1), QStringLiteral("unsafe")},
          {Value(), QStringLiteral("unknown")}}},
    };
    static const EnumMembers none;
    const auto found = enums.constFind(name);
    return found == enums.constEnd() ? none : *found;
}

} // namespace

Outcome readEnumMember(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 1)
        return std::nullopt;
    for (const EnumMember &member : membersOf(call.name)) {
        if (member.value == call.arguments[0])
            return unnamed(QStringLiteral("global"), Value::text(call.name + u'.' + member.name));
    }
    return std::nullopt;
}

Remade makeEnumMember(const Value &now, const KnownCall &before)
{
    const Value *global = unnamedContent(now, QLatin1String("global"));
    if (!global || before.arguments.size() != 1)
        return std::nullopt;
    for (const EnumMember &member : membersOf(before.name)) {
        if (global->toText() == before.name + u'.' + member.name)
            return withArgument(before, 0, member.value);
    }
    return std::nullopt;
}

} // namespace slotscope::core::pickle
