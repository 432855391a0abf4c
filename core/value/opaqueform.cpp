// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/opaqueform.h"

#include "core/value/librarytext.h"
#include "core/value/timetext.h"

#include <QHash>

#include <algorithm>

namespace slotscope::core {

namespace {

using Kind = Value::Kind;

bool isAllOf(const QStringList &names, qsizetype from, const QStringList &known)
{
    return std::all_of(names.begin() + from, names.end(),
                       [&known](const QString &name) { return known.contains(name); });
}

// A content that is a text of its own.
struct TextForm
{
    std::optional<QString> (*normal)(const QString &) = nullptr;
    const char *fault = nullptr;
};

std::optional<QString> anyText(const QString &text)
{
    return text;
}

std::optional<QString> zoneText(const QString &name)
{
    return name.isEmpty() ? std::nullopt : std::optional(name);
}

TextForm textForm(const QString &name)
{
    static const QHash<QString, TextForm> forms {
        {QStringLiteral("timedelta"), {timeDeltaText, "not a time span as 1 day, 2:03:04"}},
        {QStringLiteral("time"), {clockTimeText, "not a time as 12:34:56"}},
        {QStringLiteral("timezone"), {timeZoneText, "not an offset from UTC as +01:00"}},
        {QStringLiteral("datetime"), {naiveDateTimeText, "not a date and time as 2020-01-31T12:00:00"}},
        {QStringLiteral("decimal"), {specialDecimalText, "not a decimal number"}},
        {QStringLiteral("path"), {anyText, "not the text of a path"}},
        {QStringLiteral("zoneinfo"), {zoneText, "not the name of a time zone as Europe/Berlin"}},
        {QStringLiteral("global"), {anyText, "not the name of a class or function"}},
        {QStringLiteral("cut"), {anyText, "not a text"}},
    };
    return forms.value(name);
}

bool isScalar(const Value &value)
{
    return !value.isContainer();
}
bool isInteger(const Value &value)
{
    return value.kind() == Kind::Integer;
}
bool isFloat(const Value &value)
{
    return value.kind() == Kind::Float;
}

bool isListOf(const Value &value, size_t count, bool (*fits)(const Value &))
{
    return value.kind() == Kind::Array && value.items().size() == count
        && std::all_of(value.items().begin(), value.items().end(), fits);
}

// Of {"name": content}; nothing: there is no such form.
std::optional<QString> singleFault(const QString &name, const Value &content)
{
    if (const TextForm form = textForm(name); form.normal) {
        const bool fits = content.kind() == Kind::Text && form.normal(content.toText()) == content.toText();
        return fits ? QString() : QString::fromLatin1(form.fault);
    }
    const auto unless = [](bool fits, const char *fault) {
        return fits ? QString() : QString::fromLatin1(fault);
    };
    if (name == QLatin1String("complex"))
        return unless(isListOf(content, 2, isFloat), "not a list of two numbers");
    if (name == QLatin1String("range"))
        return unless(isListOf(content, 3, isInteger) && content.items()[2].toInt64() != 0,
                      "not a list of three whole numbers of which the last is not 0");
    if (name == QLatin1String("slice"))
        return unless(isListOf(content, 3, isScalar), "not a list of three bounds");
    if (name == QLatin1String("ref"))
        return unless(content.toInt64().value_or(-1) >= 0, "not the level of a container");
    return std::nullopt;
}

// A point in time by the clock of a place, or the second of two that are told alike where clocks are set
// back:
// {"datetime": …, "tzinfo": "Europe/Berlin", "fold": 1}.
bool isClockForm(const QStringList &names)
{
    static const QStringList rest {QStringLiteral("tzinfo"), QStringLiteral("fold")};
    const bool isDateTime = names.front() == QLatin1String("datetime");
    return names.size() > 1 && (isDateTime || names.front() == QLatin1String("time"))
        && (names.mid(1) == rest || names.mid(1) == rest.mid(0, 1) || names.mid(1) == rest.mid(1));
}

std::optional<QString> clockText(const Value &clock)
{
    const bool isDateTime = clock.members().front().key.toText() == QLatin1String("datetime");
    const QString &text = clock.members().front().value.toText();
    return isDateTime ? dateTimeText(text) : clockTimeText(text);
}

QString clockFault(const Value &clock)
{
    const Member &first = clock.members().front();
    const Value *zone = clock.find(u"tzinfo");
    const Value *fold = clock.find(u"fold");
    if (first.value.kind() != Kind::Text || clockText(clock) != first.value.toText())
        return QString::fromLatin1(first.key.toText() == QLatin1String("datetime")
                                       ? "not a date and time as 2020-01-31T12:00:00"
                                       : "not a time as 12:34:56");
    if (zone && (zone->kind() != Kind::Text || zone->toText().isEmpty()))
        return QStringLiteral("not the name of a time zone as Europe/Berlin");
    if (zone && hasOffset(first.value.toText()))
        return QStringLiteral("a time zone besides an offset from UTC");
    if (fold && fold->toInt64() != 1)
        return QStringLiteral("not a fold, which is 0 or 1");
    return {};
}

// The text as it is written, and without a fold that is none.
Value tidiedClock(const Value &clock)
{
    const QString &name = clock.members().front().key.toText();
    const auto text = clockText(clock);
    if (!text || clock.members().front().value.kind() != Kind::Text)
        return clock;
    MemberList members = clock.members();
    members.front().value = Value::text(*text);
    if (members.back().key.toText() == QLatin1String("fold") && members.back().value.toInt64() == 0)
        members.pop_back();
    if (members.size() == 1 && name == QLatin1String("datetime") && hasOffset(*text)) {
        const auto time = parseIsoTime(*text);
        return time && time->offsetMinutes == 0 && time->nanoseconds ? Value::timestamp(*time->nanoseconds)
                                                                     : Value::tag(0, Value::text(*text));
    }
    return Value::opaque({}, std::move(members));
}

// What numpy counts in units of its own: {"timedelta64": 5, "unit": "M"}.
bool isUnitForm(const QStringList &names)
{
    return names.size() == 2 && names[1] == QLatin1String("unit")
        && (names[0] == QLatin1String("timedelta64") || names[0] == QLatin1String("datetime64"));
}

QString unitFault(const Value &counted)
{
    const Value &count = counted.members().front().value;
    if (!count.toInt64() && count.toText() != QLatin1String("NaT"))
        return QStringLiteral("not a whole number of 64 bits or \"NaT\"");
    const Value &unit = counted.members().back().value;
    return unit.kind() == Kind::Text && !unit.toText().isEmpty() ? QString()
                                                                 : QStringLiteral("not a unit as \"M\"");
}

QStringList namesOf(const Value &opaque)
{
    QStringList names;
    for (const Member &part : opaque.members())
        names += part.key.toText();
    return names;
}

const QStringList &objectParts()
{
    static const QStringList parts {QStringLiteral("via"),    QStringLiteral("args"),
                                    QStringLiteral("kwargs"), QStringLiteral("state"),
                                    QStringLiteral("items"),  QStringLiteral("pairs")};
    return parts;
}

// What FlatBuffers show without a schema.
bool isStructureForm(const QStringList &names)
{
    static const QStringList root {QStringLiteral("structure"), QStringLiteral("file identifier"),
                                   QStringLiteral("root")};
    static const QStringList table {QStringLiteral("table at"), QStringLiteral("vtable at"),
                                    QStringLiteral("size"), QStringLiteral("slots in vtable"),
                                    QStringLiteral("stored")};
    static const QStringList slot {QStringLiteral("slot"), QStringLiteral("at"), QStringLiteral("guess")};
    static const QStringList guessed {QStringLiteral("count"), QStringLiteral("value"),
                                      QStringLiteral("bytes"), QStringLiteral("or")};
    return names == root || names == table
        || (names.size() > slot.size() && names.mid(0, slot.size()) == slot
            && isAllOf(names, slot.size(), guessed));
}

QString firstName(const Value &opaque)
{
    return opaque.members().empty() ? QString() : opaque.members().front().key.toText();
}

bool isTold(const Value &text)
{
    return text.kind() == Kind::Text && QStringView(text.toText()).isValidUtf16();
}

} // namespace

bool isOpaqueForm(const QStringList &names, bool firstIsText)
{
    if (names.isEmpty())
        return false;
    const QString &first = names.front();
    if (names.size() == 1 && singleFault(first, Value()))
        return true;
    if (first == QLatin1String(CallName)) {
        // What is called has a name, or it is a value itself.
        const bool isWhole = firstIsText
            || (names.size() > 2 && names[1] == QLatin1String("via") && names[2] == QLatin1String("args"));
        return isWhole && isAllOf(names, 1, objectParts());
    }
    if (first == QLatin1String("persistent_id") || first == QLatin1String("extension"))
        return isAllOf(names, 1, objectParts());
    if (first == QLatin1String("buffer"))
        return names.size() == 2 && names[1] == QLatin1String("readonly");
    return isClockForm(names) || isUnitForm(names) || isStructureForm(names);
}

QString opaqueFault(const Value &opaque)
{
    if (!opaque.toText().isEmpty() || opaque.members().empty())
        return {};
    const Member &first = opaque.members().front();
    const QString &name = first.key.toText();
    if (opaque.members().size() == 1) {
        if (const auto fault = singleFault(name, first.value))
            return *fault;
    }
    const QStringList names = namesOf(opaque);
    if (isClockForm(names))
        return clockFault(opaque);
    if (isUnitForm(names))
        return unitFault(opaque);
    if (name == QLatin1String("extension") && first.value.kind() != Kind::Integer)
        return QStringLiteral("not the number of an extension");
    if (name == QLatin1String("buffer")
        && (first.value.kind() != Kind::Bytes || opaque.members().back().value.kind() != Kind::Bool))
        return QStringLiteral("not the bytes of a buffer and whether it is read-only");
    return {};
}

bool hasOpaqueForm(const Value &opaque)
{
    QStringList names;
    const bool isNamed = !opaque.toText().isEmpty();
    if (isNamed) {
        if (!QStringView(opaque.toText()).isValidUtf16())
            return false;
        names += QLatin1String(CallName);
    }
    for (const Member &part : opaque.members()) {
        if (!isTold(part.key))
            return false;
        names += part.key.toText();
    }
    const bool firstIsText = isNamed || (!names.isEmpty() && isTold(opaque.members().front().value));
    // A text that is called would be taken for the name.
    if (!isNamed && firstIsText && names.front() == QLatin1String(CallName))
        return false;
    return isOpaqueForm(names, firstIsText) && opaqueFault(opaque).isEmpty();
}

QString opaqueType(const Value &opaque)
{
    static const QHash<QString, const char *> types {
        {QStringLiteral("timedelta"), "time span"},
        {QStringLiteral("time"), "time of day"},
        {QStringLiteral("timezone"), "offset from UTC"},
        {QStringLiteral("datetime"), "date and time"},
        {QStringLiteral("zoneinfo"), "time zone"},
        {QStringLiteral("timedelta64"), "time span of numpy"},
        {QStringLiteral("datetime64"), "point in time of numpy"},
        {QStringLiteral("decimal"), "decimal that is no finite number"},
        {QStringLiteral("path"), "path"},
        {QStringLiteral("global"), "class or function"},
        {QStringLiteral("complex"), "complex number"},
        {QStringLiteral("range"), "range"},
        {QStringLiteral("slice"), "slice"},
        {QStringLiteral("ref"), "reference to a container that holds it"},
        {QStringLiteral("buffer"), "buffer"},
    };
    if (!opaque.toText().isEmpty())
        return opaque.toText();
    return QString::fromLatin1(types.value(firstName(opaque), ""));
}

QString opaqueWords(const Value &opaque)
{
    if (!opaque.toText().isEmpty())
        return QStringLiteral("an object of %1").arg(opaque.toText());
    const QString type = opaqueType(opaque);
    if (type.isEmpty())
        return QStringLiteral("an object of a program");
    const QString name = firstName(opaque);
    const QString words = QLatin1String(type.startsWith(u'o') ? "an " : "a ") + type
        + (name == QLatin1String("datetime") ? QStringLiteral(" without its offset from UTC (as +00:00)")
                                             : QString());
    return opaque.members().size() == 1
        ? QStringLiteral("%1; a map with the key %2 is written {\"map\": [[\"%2\", …]]}").arg(words, name)
        : words;
}

bool isForeign(const Value &value)
{
    if (value.kind() != Kind::Opaque)
        return false;
    const QString what = firstName(value);
    return !value.toText().isEmpty() || what == QLatin1String(CallName)
        || what == QLatin1String("persistent_id") || what == QLatin1String("extension");
}

Value tidied(const Value &opaque)
{
    if (opaque.toText().isEmpty() && !opaque.members().empty() && isClockForm(namesOf(opaque)))
        return tidiedClock(opaque);
    if (!opaque.toText().isEmpty() || opaque.members().size() != 1)
        return opaque;
    const auto &[key, content] = opaque.members().front();
    const auto with = [&key = key](Value value) { return Value::opaque({}, {{key, std::move(value)}}); };
    if (const TextForm form = textForm(key.toText()); form.normal && content.kind() == Kind::Text) {
        const auto text = form.normal(content.toText());
        return text ? with(Value::text(*text)) : opaque;
    }
    if (key.toText() == QLatin1String("complex") && content.kind() == Kind::Array) {
        ValueList parts;
        for (const Value &part : content.items())
            parts.push_back(isInteger(part) ? Value::number(part.toDouble()) : part);
        return with(Value::array(std::move(parts)));
    }
    return opaque;
}

} // namespace slotscope::core
