// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/pickleknown.h"

#include "core/codec/pickle/picklescalars.h"
#include "core/value/numbertext.h"
#include "core/value/timetext.h"

#include <QHash>
#include <QRegularExpression>
#include <QStringList>
#include <QtEndian>

#include <algorithm>
#include <cmath>

namespace slotscope::core::pickle {

namespace {

using Outcome = std::optional<Value>;
using Interpreter = Outcome (*)(const KnownCall &);

constexpr quint64 DateTimeTag = 0;
constexpr quint64 FractionTag = 30;
constexpr quint64 DateTag = 1004;

bool isKind(const KnownCall &call, size_t argument, Value::Kind kind)
{
    return argument < call.arguments.size() && call.arguments[argument].kind() == kind;
}

bool hasOnlyArguments(const KnownCall &call)
{
    return !call.keywords && !call.state && call.items.empty() && call.pairs.empty();
}

std::optional<QByteArray> latin1(const Value &text)
{
    if (text.kind() != Value::Kind::Text
        || std::any_of(text.toText().begin(), text.toText().end(),
                       [](QChar c) { return c.unicode() > 0xff; }))
        return std::nullopt;
    return text.toText().toLatin1();
}

bool isLatin1Name(const Value &value)
{
    return value.toText() == QLatin1String("latin1") || value.toText() == QLatin1String("latin-1");
}

Outcome codecsEncode(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 2 || !isLatin1Name(call.arguments[1]))
        return std::nullopt;
    const auto bytes = latin1(call.arguments[0]);
    return bytes ? Outcome(Value::bytes(*bytes)) : std::nullopt;
}

Outcome noBytes(const KnownCall &call)
{
    return hasOnlyArguments(call) && call.arguments.empty() ? Outcome(Value::bytes({})) : std::nullopt;
}

Outcome byteArray(const KnownCall &call)
{
    if (!hasOnlyArguments(call))
        return std::nullopt;
    const auto made = [](QByteArray bytes) {
        return Value::bytes(std::move(bytes)).withStyle({Value::OtherType, {}});
    };
    if (call.arguments.empty())
        return made({});
    if (call.arguments.size() == 1 && isKind(call, 0, Value::Kind::Bytes))
        return made(call.arguments[0].toBytes());
    if (call.arguments.size() == 2 && isLatin1Name(call.arguments[1])) {
        if (auto bytes = latin1(call.arguments[0]))
            return made(*std::move(bytes));
    }
    return std::nullopt;
}

Outcome setOf(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() > 1)
        return std::nullopt;
    if (call.arguments.empty())
        return Value::set({});
    return isKind(call, 0, Value::Kind::Array) ? Outcome(Value::set(call.arguments[0].items()))
                                               : std::nullopt;
}

Outcome frozenSet(const KnownCall &call)
{
    auto set = setOf(call);
    return set ? Outcome((*std::move(set)).withStyle({Value::OtherType, {}})) : std::nullopt;
}

Outcome complexNumber(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 2 || !isKind(call, 0, Value::Kind::Float)
        || !isKind(call, 1, Value::Kind::Float))
        return std::nullopt;
    return unnamed(QStringLiteral("complex"), Value::array(call.arguments));
}

QString padded(int number, int digits)
{
    return QStringLiteral("%1").arg(number, digits, 10, QLatin1Char('0'));
}

QString clockText(QByteArrayView bytes)
{
    const int micros = quint8(bytes[3]) << 16 | quint8(bytes[4]) << 8 | quint8(bytes[5]);
    QString text = padded(quint8(bytes[0]) & 0x7f, 2) + u':' + padded(quint8(bytes[1]), 2) + u':'
        + padded(quint8(bytes[2]), 2);
    return micros ? text + u'.' + padded(micros, 6) : text;
}

// Two bytes of year, a month (with a flag in Python 3.6 and later), a day.
QString dateText(QByteArrayView bytes)
{
    return padded(quint8(bytes[0]) << 8 | quint8(bytes[1]), 4) + u'-' + padded(quint8(bytes[2]) & 0x7f, 2)
        + u'-' + padded(quint8(bytes[3]), 2);
}

// The zone as +01:00; nothing where there is one that cannot be told.
std::optional<QString> zoneOf(const KnownCall &call)
{
    if (call.arguments.size() == 1)
        return QString();
    const Value *zone =
        call.arguments.size() == 2 ? unnamedContent(call.arguments[1], QLatin1String("timezone")) : nullptr;
    return zone ? std::optional(zone->toText()) : std::nullopt;
}

Outcome dateTime(const KnownCall &call)
{
    const auto zone = zoneOf(call);
    if (!hasOnlyArguments(call) || !zone || !isKind(call, 0, Value::Kind::Bytes)
        || call.arguments[0].toBytes().size() != 10)
        return std::nullopt;
    const QByteArrayView bytes = call.arguments[0].toBytes();
    const QString text = dateText(bytes) + u'T' + clockText(bytes.sliced(4)) + *zone;
    const auto time = parseIsoTime(text);
    if (!time)
        return std::nullopt;
    if (zone->isEmpty())
        return unnamed(QStringLiteral("datetime"), Value::text(text));
    if (time->offsetMinutes && *time->offsetMinutes == 0 && time->nanoseconds)
        return Value::timestamp(*time->nanoseconds);
    return Value::tag(DateTimeTag, Value::text(text));
}

Outcome date(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 1 || !isKind(call, 0, Value::Kind::Bytes)
        || call.arguments[0].toBytes().size() != 4)
        return std::nullopt;
    const QString text = dateText(call.arguments[0].toBytes());
    return isIsoDate(text) ? Outcome(Value::tag(DateTag, Value::text(text))) : std::nullopt;
}

Outcome timeOfDay(const KnownCall &call)
{
    const auto zone = zoneOf(call);
    if (!hasOnlyArguments(call) || !zone || !isKind(call, 0, Value::Kind::Bytes)
        || call.arguments[0].toBytes().size() != 6)
        return std::nullopt;
    return unnamed(QStringLiteral("time"), Value::text(clockText(call.arguments[0].toBytes()) + *zone));
}

// Days, seconds and microseconds, as str() writes them.
Outcome timeDelta(const KnownCall &call)
{
    std::array<qint64, 3> parts {};
    if (!hasOnlyArguments(call) || call.arguments.size() != parts.size())
        return std::nullopt;
    for (size_t i = 0; i < parts.size(); ++i) {
        const auto number = call.arguments[i].toInt64();
        if (!number)
            return std::nullopt;
        parts[i] = *number;
    }
    const auto &[days, seconds, micros] = parts;
    if (seconds < 0 || seconds >= 86400 || micros < 0 || micros >= 1'000'000)
        return std::nullopt;
    QString text;
    if (days != 0)
        text =
            QStringLiteral("%1 day%2, ").arg(days).arg(std::abs(days) == 1 ? QString() : QStringLiteral("s"));
    text += QStringLiteral("%1:").arg(seconds / 3600) + padded(int(seconds / 60 % 60), 2) + u':'
        + padded(int(seconds % 60), 2);
    if (micros)
        text += u'.' + padded(int(micros), 6);
    return unnamed(QStringLiteral("timedelta"), Value::text(text));
}

Outcome timeZone(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.empty())
        return std::nullopt;
    const Value *delta = unnamedContent(call.arguments[0], QLatin1String("timedelta"));
    static const QRegularExpression form(QStringLiteral("^(?:(-1) day, )?(\\d+):(\\d\\d):00$"));
    const auto match = delta ? form.match(delta->toText()) : QRegularExpressionMatch();
    if (!match.hasMatch())
        return std::nullopt;
    const int minutes = match.captured(2).toInt() * 60 + match.captured(3).toInt();
    const int offset = match.captured(1).isEmpty() ? minutes : minutes - 24 * 60;
    const int size = std::abs(offset);
    return unnamed(
        QStringLiteral("timezone"),
        Value::text((offset < 0 ? u'-' : u'+') + padded(size / 60, 2) + u':' + padded(size % 60, 2)));
}

Outcome decimal(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 1 || !isKind(call, 0, Value::Kind::Text))
        return std::nullopt;
    const QString &text = call.arguments[0].toText();
    return decimalParts(text) ? Value::decimal(text) : unnamed(QStringLiteral("decimal"), Value::text(text));
}

Outcome uuid(const KnownCall &call)
{
    const Value *number = call.state ? call.state->find(u"int") : nullptr;
    if (!number || !call.arguments.empty() || number->kind() != Value::Kind::Integer)
        return std::nullopt;
    const QString digits = number->integerText();
    if (digits.startsWith(u'-') || digits.size() > 39)
        return std::nullopt;
    const QByteArray bytes = bytesFromDigits(digits);
    if (bytes.size() > 16)
        return std::nullopt;
    return Value::uuid(QUuid::fromRfc4122(bytes.rightJustified(16, '\0')));
}

// Of a list of pairs, or a map.
std::optional<MemberList> membersOf(const Value &value)
{
    if (value.kind() == Value::Kind::Map)
        return value.members();
    MemberList members;
    for (const Value &pair : value.items()) {
        if (pair.items().size() != 2)
            return std::nullopt;
        members.push_back({pair.items()[0], pair.items()[1]});
    }
    return value.kind() == Value::Kind::Array ? std::optional(members) : std::nullopt;
}

Outcome dictionary(const KnownCall &call)
{
    if (call.keywords || call.state || !call.items.empty() || call.arguments.size() > 1)
        return std::nullopt;
    std::optional<MemberList> members = MemberList();
    if (!call.arguments.empty())
        members = membersOf(call.arguments[0]);
    if (!members)
        return std::nullopt;
    members->insert(members->end(), call.pairs.begin(), call.pairs.end());
    return Value::map(*std::move(members));
}

// The factory makes missing values, so it says nothing of those that are there.
Outcome defaultDictionary(const KnownCall &call)
{
    KnownCall plain = call;
    if (!plain.arguments.empty())
        plain.arguments.erase(plain.arguments.begin());
    return dictionary(plain);
}

Outcome deque(const KnownCall &call)
{
    if (call.keywords || call.state || !call.pairs.empty() || call.arguments.size() > 2)
        return std::nullopt;
    ValueList items = call.arguments.empty() ? ValueList() : call.arguments[0].items();
    items.insert(items.end(), call.items.begin(), call.items.end());
    return Value::array(std::move(items));
}

Outcome fraction(const KnownCall &call)
{
    if (!hasOnlyArguments(call))
        return std::nullopt;
    ValueList parts = call.arguments;
    if (parts.size() == 1 && parts[0].kind() == Value::Kind::Text) {
        QStringList texts = parts[0].toText().split(u'/');
        if (texts.size() == 1)
            texts += QStringLiteral("1");
        parts.clear();
        for (const QString &text : std::as_const(texts))
            parts.push_back(Value::integerFromText(text).value_or(Value()));
    }
    if (parts.size() != 2 || parts[0].kind() != Value::Kind::Integer
        || parts[1].kind() != Value::Kind::Integer)
        return std::nullopt;
    return Value::tag(FractionTag, Value::array(std::move(parts)));
}

Outcome path(const KnownCall &call)
{
    if (!hasOnlyArguments(call))
        return std::nullopt;
    QString text;
    for (const Value &part : call.arguments) {
        if (part.kind() != Value::Kind::Text)
            return std::nullopt;
        if (!text.isEmpty() && !text.endsWith(u'/') && !text.endsWith(u'\\'))
            text += call.name.contains(QLatin1String("Windows")) ? u'\\' : u'/';
        text += part.toText();
    }
    return unnamed(QStringLiteral("path"), Value::text(text.isEmpty() ? QStringLiteral(".") : text));
}

// An enumerator, as getattr(Colour, 'GREEN').
Outcome attribute(const KnownCall &call)
{
    const Value *owner =
        call.arguments.size() == 2 ? unnamedContent(call.arguments[0], QLatin1String("global")) : nullptr;
    if (!hasOnlyArguments(call) || !owner || !isKind(call, 1, Value::Kind::Text))
        return std::nullopt;
    return unnamed(QStringLiteral("global"),
                   Value::text(owner->toText() + u'.' + call.arguments[1].toText()));
}

template <typename T>
T numberIn(QByteArrayView bytes, bool bigEndian)
{
    return bigEndian ? qFromBigEndian<T>(bytes.data()) : qFromLittleEndian<T>(bytes.data());
}

Outcome scalarOf(const QString &type, bool bigEndian, const Value &unit, QByteArrayView bytes)
{
    const qsizetype size = QStringView(type).sliced(1).toLongLong();
    if (type.size() < 2 || size != bytes.size())
        return std::nullopt;
    switch (type[0].unicode()) {
    case 'b':
        return size == 1 ? Outcome(Value::boolean(bytes[0] != 0)) : std::nullopt;
    case 'f':
        if (size == 8)
            return Value::number(numberIn<double>(bytes, bigEndian));
        return size == 4 ? Outcome(Value::number(double(numberIn<float>(bytes, bigEndian)))) : std::nullopt;
    case 'i':
    case 'u': {
        QByteArray little = bytes.toByteArray();
        if (bigEndian)
            std::reverse(little.begin(), little.end());
        if (type[0] == u'u')
            little += '\0';
        return integerFromTwosComplement(little);
    }
    case 'M':
        // ({}, (b"ns", 1, 1, 1)): other units are left as they are.
        if (size != 8 || unit.items().size() != 2 || unit.items()[1].items().empty()
            || unit.items()[1].items()[0].toBytes() != "ns")
            return std::nullopt;
        return Value::timestamp(numberIn<qint64>(bytes, bigEndian));
    default:
        return std::nullopt;
    }
}

Outcome numpyScalar(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 2 || !isKind(call, 1, Value::Kind::Bytes))
        return std::nullopt;
    const Value &type = call.arguments[0];
    if (type.toText() != QLatin1String("numpy.dtype"))
        return std::nullopt;
    const Value *arguments = type.find(u"args");
    const Value *state = type.find(u"state");
    if (!arguments || arguments->items().empty() || !state || state->items().size() < 2)
        return std::nullopt;
    const QString &name = arguments->items()[0].toText();
    const bool bigEndian = state->items()[1].toText() == QLatin1String(">");
    return scalarOf(name, bigEndian, state->items().back(), call.arguments[1].toBytes());
}

} // namespace

std::optional<Value> meaningOf(const KnownCall &call)
{
    // As protocols 0 and 1 make objects: of the class in front.
    if (call.name == QLatin1String("copyreg._reconstructor") && call.arguments.size() == 3) {
        const Value *type = unnamedContent(call.arguments[0], QLatin1String("global"));
        const Value *base = unnamedContent(call.arguments[1], QLatin1String("global"));
        if (!type || !base || !base->toText().endsWith(QLatin1String(".object"))
            || !call.arguments[2].isNull())
            return std::nullopt;
        KnownCall made = call;
        made.name = type->toText();
        made.arguments.clear();
        return meaningOf(made);
    }
    static const QHash<QString, Interpreter> interpreters {
        {QStringLiteral("_codecs.encode"), codecsEncode},
        {QStringLiteral("builtins.bytes"), noBytes},
        {QStringLiteral("builtins.bytearray"), byteArray},
        {QStringLiteral("builtins.set"), setOf},
        {QStringLiteral("builtins.frozenset"), frozenSet},
        {QStringLiteral("builtins.complex"), complexNumber},
        {QStringLiteral("builtins.getattr"), attribute},
        {QStringLiteral("datetime.datetime"), dateTime},
        {QStringLiteral("datetime.date"), date},
        {QStringLiteral("datetime.time"), timeOfDay},
        {QStringLiteral("datetime.timedelta"), timeDelta},
        {QStringLiteral("datetime.timezone"), timeZone},
        {QStringLiteral("decimal.Decimal"), decimal},
        {QStringLiteral("uuid.UUID"), uuid},
        {QStringLiteral("collections.OrderedDict"), dictionary},
        {QStringLiteral("collections.Counter"), dictionary},
        {QStringLiteral("collections.defaultdict"), defaultDictionary},
        {QStringLiteral("collections.deque"), deque},
        {QStringLiteral("fractions.Fraction"), fraction},
        {QStringLiteral("pathlib.PosixPath"), path},
        {QStringLiteral("pathlib.PurePosixPath"), path},
        {QStringLiteral("pathlib.WindowsPath"), path},
        {QStringLiteral("pathlib.PureWindowsPath"), path},
        {QStringLiteral("numpy.core.multiarray.scalar"), numpyScalar},
        {QStringLiteral("numpy._core.multiarray.scalar"), numpyScalar},
    };
    const Interpreter interpreter = interpreters.value(call.name, nullptr);
    return interpreter ? interpreter(call) : std::nullopt;
}

Value unnamed(const QString &what, Value content)
{
    return Value::opaque({}, {{Value::text(what), std::move(content)}});
}

const Value *unnamedContent(const Value &value, QLatin1String what)
{
    if (value.kind() != Value::Kind::Opaque || !value.toText().isEmpty() || value.members().size() != 1)
        return nullptr;
    const Member &member = value.members().front();
    return member.key.toText() == what ? &member.value : nullptr;
}

} // namespace slotscope::core::pickle
