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

// The zone as +01:00; nothing where there is one that cannot be told.
std::optional<QString> zoneOf(const KnownCall &call)
{
    if (call.arguments.size() == 1)
        return QString();
    const Value *zone =
        call.arguments.size() == 2 ? unnamedContent(call.arguments[1], QLatin1String("timezone")) : nullptr;
    return zone ? std::optional(zone->toText()) : std::nullopt;
}

// The bytes in front, then the zone: as it was where it is the same.
KnownCall withMoment(const KnownCall &before, QByteArray bytes, const QString &zone, qsizetype foldAt)
{
    KnownCall call = before;
    const auto old = call.arguments.empty() ? std::nullopt : rawBytes(call.arguments[0]);
    if (old && old->size() == bytes.size())
        bytes[foldAt] = char(bytes[foldAt] | ((*old)[foldAt] & FoldBit));
    if (call.arguments.empty())
        call.arguments.emplace_back();
    call.arguments[0] = Value::bytes(std::move(bytes));
    if (call.arguments.size() > 1 && zoneOf(before) == zone)
        return call;
    call.arguments.resize(1);
    if (!zone.isEmpty())
        call.arguments.push_back(unnamed(QStringLiteral("timezone"), Value::text(zone)));
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
    const QString text = dateText(*bytes) + u'T' + clock + *zone;
    const auto time = parseIsoTime(text);
    if (!time || clockTimeText(clock) != clock)
        return std::nullopt;
    if (zone->isEmpty())
        return unnamed(QStringLiteral("datetime"), Value::text(text));
    if (time->offsetMinutes && *time->offsetMinutes == 0 && time->nanoseconds)
        return Value::timestamp(*time->nanoseconds);
    return Value::tag(DateTimeTag, Value::text(text));
}

Remade makeDateTime(const Value &now, const KnownCall &before)
{
    QString text;
    if (now.kind() == Value::Kind::Timestamp)
        text = pythonIsoTimestamp(now.toNanoseconds());
    else if (const auto tagged = textOf(now, DateTimeTag))
        text = *tagged;
    else if (const Value *naive = unnamedContent(now, QLatin1String("datetime")))
        text = naive->toText();
    const auto clock = clockFrom(text.mid(11));
    if (!clock || !isIsoDate(text.left(10)) || (text[10] != u'T' && text[10] != u' '))
        return std::nullopt;
    return withMoment(before, dateBytes(text) + clock->bytes, clock->zone, 2);
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
    const QString text = clockText(*bytes) + *zone;
    return clockTimeText(text) == text ? Outcome(unnamed(QStringLiteral("time"), Value::text(text)))
                                       : std::nullopt;
}

Remade makeTime(const Value &now, const KnownCall &before)
{
    const Value *text = unnamedContent(now, QLatin1String("time"));
    const auto clock = text ? clockFrom(text->toText()) : std::nullopt;
    return clock ? Remade(withMoment(before, clock->bytes, clock->zone, 0)) : std::nullopt;
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

} // namespace slotscope::core::pickle
