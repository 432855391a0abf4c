// SPDX-License-Identifier: GPL-3.0-or-later
//
// Python's datetime module.
#include "core/codec/pickle/pickleclasses.h"
#include "core/value/librarytext.h"
#include "core/value/timetext.h"

#include <QRegularExpression>

#include <array>

namespace slotscope::core::pickle {

namespace {

constexpr qint64 LargestDays = 999'999'999; // of a timedelta

QString padded(qint64 number, int digits)
{
    return QStringLiteral("%1").arg(number, digits, 10, QLatin1Char('0'));
}

// The highest bit of the hour, or of the month, says which of two equal times by the clock is meant.
constexpr char FoldBit = '\x80';
constexpr qsizetype DateTimeFoldAt = 2;
constexpr qsizetype TimeFoldAt = 0;

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

QByteArray dateBytes(const QString &text)
{
    const int year = text.left(4).toInt();
    QByteArray bytes;
    for (const int byte : {year >> 8, year & 0xff, text.mid(5, 2).toInt(), text.mid(8, 2).toInt()})
        bytes += char(byte);
    return bytes;
}

struct Clock
{
    QByteArray bytes;
    QString zone; // +01:00; empty: none
};

// 12:34, 12:34:56 or 12:34:56.789, to the microsecond, with a zone or without.
std::optional<Clock> clockFrom(const QString &text)
{
    static const QRegularExpression form(QStringLiteral(
        "^([01]\\d|2[0-3]):([0-5]\\d)(?::([0-5]\\d)(?:\\.(\\d{1,9}))?)?(Z|[+-][0-2]\\d:[0-5]\\d)?$"));
    const auto match = form.match(text);
    const QString fraction = match.captured(4).leftJustified(9, u'0');
    if (!match.hasMatch() || !fraction.endsWith(QLatin1String("000")))
        return std::nullopt;
    const int micros = fraction.left(6).toInt();
    Clock clock;
    for (const int byte : {match.captured(1).toInt(), match.captured(2).toInt(), match.captured(3).toInt(),
                           micros >> 16, micros >> 8 & 0xff, micros & 0xff})
        clock.bytes += char(byte);
    clock.zone = match.captured(5) == QLatin1String("Z") ? QStringLiteral("+00:00") : match.captured(5);
    return clock;
}

// What a time by the clock needs to be a point in time.
struct Zone
{
    QString offset; // +01:00; empty: none
    QString name; // Europe/Berlin; empty: none
    friend bool operator==(const Zone &, const Zone &) = default;
};

// Nothing where there is a zone that cannot be told.
std::optional<Zone> zoneOf(const KnownCall &call)
{
    if (call.arguments.size() == 1)
        return Zone();
    if (call.arguments.size() != 2)
        return std::nullopt;
    if (const Value *offset = unnamedContent(call.arguments[1], QLatin1String("timezone")))
        return Zone {offset->toText(), {}};
    const Value *name = unnamedContent(call.arguments[1], QLatin1String("zoneinfo"));
    return name ? std::optional(Zone {{}, name->toText()}) : std::nullopt;
}

// A text of the clock as one that is told with its zone and fold, where it has them.
Value clockValue(const QString &what, const QString &text, const Zone &zone, bool fold)
{
    MemberList members {{Value::text(what), Value::text(text)}};
    if (!zone.name.isEmpty())
        members.push_back({Value::text(QStringLiteral("tzinfo")), Value::text(zone.name)});
    if (fold)
        members.push_back({Value::text(QStringLiteral("fold")), Value::integer(1)});
    return Value::opaque({}, std::move(members));
}

struct ToldClock
{
    QString text; // the offset from UTC in it, if it has one
    QString zone;
    bool fold = false;
};

// Of a value that clockValue() gives.
std::optional<ToldClock> toldClock(const Value &value, const QString &what)
{
    const MemberList &members = value.members();
    if (value.kind() != Value::Kind::Opaque || !value.toText().isEmpty() || members.empty()
        || members.front().key.toText() != what)
        return std::nullopt;
    const Value *zone = value.find(u"tzinfo");
    const Value *fold = value.find(u"fold");
    if (members.size() != 1U + (zone ? 1 : 0) + (fold ? 1 : 0)
        || (zone && (zone->kind() != Value::Kind::Text || zone->toText().isEmpty()))
        || (fold && fold->toUInt64().value_or(2) > 1))
        return std::nullopt;
    return ToldClock {members.front().value.toText(), zone ? zone->toText() : QString(),
                      fold && fold->toInt64() == 1};
}

// The bytes in front, then the zone: as it was where it is the same.
Remade withMoment(const KnownCall &before, QByteArray bytes, const QString &offset, const ToldClock &told,
                  qsizetype foldAt)
{
    const Zone zone {offset, told.zone};
    if (!offset.isEmpty() && !told.zone.isEmpty())
        return std::nullopt;
    KnownCall call = before;
    if (told.fold)
        bytes[foldAt] = char(bytes[foldAt] | FoldBit);
    if (call.arguments.empty())
        call.arguments.emplace_back();
    call.arguments[0] = Value::bytes(std::move(bytes));
    if (call.arguments.size() > 1 && zoneOf(before) == zone)
        return call;
    call.arguments.resize(1);
    if (!offset.isEmpty())
        call.arguments.push_back(unnamed(QStringLiteral("timezone"), Value::text(offset)));
    else if (!zone.name.isEmpty())
        call.arguments.push_back(unnamed(QStringLiteral("zoneinfo"), Value::text(zone.name)));
    return call;
}

std::optional<QString> textOf(const Value &value, quint64 tag)
{
    if (value.kind() != Value::Kind::Tag || value.tagNumber() != tag
        || value.items().front().kind() != Value::Kind::Text)
        return std::nullopt;
    return value.items().front().toText();
}

} // namespace

Outcome readDateTime(const KnownCall &call)
{
    const auto zone = zoneOf(call);
    const auto bytes = call.arguments.empty() ? std::nullopt : rawBytes(call.arguments[0]);
    if (!hasOnlyArguments(call) || !zone || !bytes || bytes->size() != 10)
        return std::nullopt;
    const QString clock = clockText(QByteArrayView(*bytes).sliced(4));
    const QString text = dateText(*bytes) + u'T' + clock + zone->offset;
    const auto time = parseIsoTime(text);
    if (!time || clockTimeText(clock) != clock)
        return std::nullopt;
    const bool fold = ((*bytes)[DateTimeFoldAt] & FoldBit) != 0;
    if (zone->offset.isEmpty() || fold)
        return clockValue(QStringLiteral("datetime"), text, *zone, fold);
    if (time->offsetMinutes && *time->offsetMinutes == 0 && time->nanoseconds)
        return Value::timestamp(*time->nanoseconds);
    return Value::tag(DateTimeTag, Value::text(text));
}

Remade makeDateTime(const Value &now, const KnownCall &before)
{
    ToldClock told;
    if (now.kind() == Value::Kind::Timestamp)
        told.text = pythonIsoTimestamp(now.toNanoseconds());
    else if (const auto tagged = textOf(now, DateTimeTag))
        told.text = *tagged;
    else if (const auto clock = toldClock(now, QStringLiteral("datetime")))
        told = *clock;
    const QString &text = told.text;
    const auto clock = clockFrom(text.mid(11));
    if (!clock || !isIsoDate(text.left(10)) || (text[10] != u'T' && text[10] != u' '))
        return std::nullopt;
    return withMoment(before, dateBytes(text) + clock->bytes, clock->zone, told, DateTimeFoldAt);
}

Outcome readDate(const KnownCall &call)
{
    const auto bytes = call.arguments.size() == 1 ? rawBytes(call.arguments[0]) : std::nullopt;
    if (!hasOnlyArguments(call) || !bytes || bytes->size() != 4)
        return std::nullopt;
    const QString text = dateText(*bytes);
    return isIsoDate(text) ? Outcome(Value::tag(DateTag, Value::text(text))) : std::nullopt;
}

Remade makeDate(const Value &now, const KnownCall &before)
{
    const auto text = textOf(now, DateTag);
    if (!text || !isIsoDate(*text))
        return std::nullopt;
    KnownCall call = before;
    call.arguments = {Value::bytes(dateBytes(*text))};
    return call;
}

Outcome readTime(const KnownCall &call)
{
    const auto zone = zoneOf(call);
    const auto bytes = call.arguments.empty() ? std::nullopt : rawBytes(call.arguments[0]);
    if (!hasOnlyArguments(call) || !zone || !bytes || bytes->size() != 6)
        return std::nullopt;
    const QString text = clockText(*bytes) + zone->offset;
    const bool fold = ((*bytes)[TimeFoldAt] & FoldBit) != 0;
    return clockTimeText(text) == text ? Outcome(clockValue(QStringLiteral("time"), text, *zone, fold))
                                       : std::nullopt;
}

Remade makeTime(const Value &now, const KnownCall &before)
{
    const auto told = toldClock(now, QStringLiteral("time"));
    const auto clock = told ? clockFrom(told->text) : std::nullopt;
    return clock ? withMoment(before, clock->bytes, clock->zone, *told, TimeFoldAt) : std::nullopt;
}

// Days, seconds and microseconds, as str() writes them.
Outcome readTimeDelta(const KnownCall &call)
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
    if (seconds < 0 || seconds >= 86400 || micros < 0 || micros >= 1'000'000 || days > LargestDays
        || days < -LargestDays)
        return std::nullopt;
    QString text;
    if (days != 0)
        text =
            QStringLiteral("%1 day%2, ").arg(days).arg(std::abs(days) == 1 ? QString() : QStringLiteral("s"));
    text += QStringLiteral("%1:").arg(seconds / 3600) + padded(seconds / 60 % 60, 2) + u':'
        + padded(seconds % 60, 2);
    if (micros)
        text += u'.' + padded(micros, 6);
    return unnamed(QStringLiteral("timedelta"), Value::text(text));
}

Remade makeTimeDelta(const Value &now, const KnownCall &before)
{
    static const QRegularExpression form(QStringLiteral(
        "^(?:(-?\\d{1,9}) days?,? )?(\\d|[01]\\d|2[0-3]):([0-5]\\d):([0-5]\\d)(?:\\.(\\d{1,6}))?$"));
    const Value *text = unnamedContent(now, QLatin1String("timedelta"));
    const auto match = text ? form.match(text->toText()) : QRegularExpressionMatch();
    if (!match.hasMatch())
        return std::nullopt;
    const auto part = [&match](int group) { return match.captured(group).toLongLong(); };
    KnownCall call = before;
    call.arguments = {Value::integer(part(1)), Value::integer(part(2) * 3600 + part(3) * 60 + part(4)),
                      Value::integer(match.captured(5).leftJustified(6, u'0').toLongLong())};
    return call;
}

Outcome readTimeZone(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.empty() || call.arguments.size() > 2
        || (call.arguments.size() == 2 && call.arguments[1].kind() != Value::Kind::Text))
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

Remade makeTimeZone(const Value &now, const KnownCall &before)
{
    static const QRegularExpression form(QStringLiteral("^([+-])([01]\\d|2[0-3]):([0-5]\\d)$"));
    const Value *text = unnamedContent(now, QLatin1String("timezone"));
    const auto match = text ? form.match(text->toText()) : QRegularExpressionMatch();
    if (!match.hasMatch())
        return std::nullopt;
    const int size = match.captured(2).toInt() * 60 + match.captured(3).toInt();
    const bool negative = size > 0 && match.captured(1) == QLatin1String("-");
    const int minutes = negative ? 24 * 60 - size : size;
    KnownCall call = before;
    if (call.arguments.empty())
        call.arguments.emplace_back();
    call.arguments[0] = unnamed(QStringLiteral("timedelta"),
                                Value::text(QStringLiteral("%1%2:%3:00")
                                                .arg(negative ? QStringLiteral("-1 day, ") : QString())
                                                .arg(minutes / 60)
                                                .arg(padded(minutes % 60, 2))));
    return call;
}

// A name and, as the pickler calls it, whether one object does for all that have it.
Outcome readZoneInfo(const KnownCall &call)
{
    const size_t count = call.name.endsWith(QLatin1String("._unpickle")) ? 2 : 1;
    if (!hasOnlyArguments(call) || call.arguments.size() != count || !isKind(call, 0, Value::Kind::Text)
        || call.arguments[0].toText().isEmpty() || call.arguments.back().isContainer())
        return std::nullopt;
    return unnamed(QStringLiteral("zoneinfo"), Value::text(call.arguments[0].toText()));
}

Remade makeZoneInfo(const Value &now, const KnownCall &before)
{
    const Value *name = unnamedContent(now, QLatin1String("zoneinfo"));
    if (!name || name->kind() != Value::Kind::Text || name->toText().isEmpty())
        return std::nullopt;
    KnownCall call = before;
    if (call.arguments.empty())
        call.arguments.emplace_back();
    return withArgument(std::move(call), 0, Value::text(name->toText()));
}

} // namespace slotscope::core::pickle
