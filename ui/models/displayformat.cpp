// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/displayformat.h"

#include "core/value/recordstyle.h"
#include "core/value/timetext.h"
#include "core/value/valuetext.h"

#include <QCoreApplication>
#include <QTimeZone>

#include <array>
#include <cmath>
#include <limits>

namespace slotscope::ui {

using core::Value;
using Form = DisplayFormat::Form;
using Unit = DisplayFormat::Unit;

namespace {

struct NamedForm
{
    Form form;
    const char *name;
};
constexpr std::array Forms {
    NamedForm {Form::ShortUuid, "short"},   NamedForm {Form::Base64, "base64"},
    NamedForm {Form::Prefixed, "0x"},       NamedForm {Form::Hexadecimal, "hex"},
    NamedForm {Form::Utc, "utc"},           NamedForm {Form::Local, "local"},
    NamedForm {Form::Relative, "relative"},
};

struct NamedUnit
{
    Unit unit;
    const char *name;
    qint64 nanoseconds;
};
constexpr std::array Units {
    NamedUnit {Unit::Seconds, "seconds", 1'000'000'000},
    NamedUnit {Unit::Milliseconds, "milliseconds", 1'000'000},
    NamedUnit {Unit::Microseconds, "microseconds", 1'000},
    NamedUnit {Unit::Nanoseconds, "nanoseconds", 1},
};

bool isTime(Form form)
{
    return form == Form::Utc || form == Form::Local || form == Form::Relative;
}

QString tr(const char *text)
{
    return QCoreApplication::translate("DisplayFormat", text);
}

QString unitTitle(Unit unit)
{
    switch (unit) {
    case Unit::Seconds:
        return tr("seconds");
    case Unit::Milliseconds:
        return tr("milliseconds");
    case Unit::Microseconds:
        return tr("microseconds");
    case Unit::Nanoseconds:
        return tr("nanoseconds");
    case Unit::None:
        break;
    }
    return {};
}

/// The product, or nothing where 64 bits do not hold it.
std::optional<qint64> times(qint64 count, qint64 nanoseconds)
{
    qint64 result = 0;
    return __builtin_mul_overflow(count, nanoseconds, &result) ? std::nullopt : std::optional(result);
}

/// The point in time that a value is, in nanoseconds since 1970 UTC.
std::optional<qint64> pointInTime(const Value &value, Unit unit)
{
    constexpr quint64 DateTimeTag = 0; // with another offset than UTC, which has a kind of its own
    switch (value.kind()) {
    case Value::Kind::Timestamp:
        return value.toNanoseconds() == core::NotATime ? std::nullopt : std::optional(value.toNanoseconds());
    case Value::Kind::Text:
    case Value::Kind::Tag: {
        const bool isTag = value.kind() == Value::Kind::Tag;
        if (isTag && value.tagNumber() != DateTimeTag)
            return std::nullopt;
        const auto parsed = core::parseIsoTime(isTag ? value.items().front().toText() : value.toText());
        // Without an offset nobody can say when that was.
        if (!parsed || !parsed->offsetMinutes)
            return std::nullopt;
        return parsed->nanoseconds;
    }
    case Value::Kind::Integer:
    case Value::Kind::Float:
        break;
    default:
        return std::nullopt;
    }
    for (const NamedUnit &known : Units) {
        if (known.unit != unit)
            continue;
        if (value.kind() == Value::Kind::Integer) {
            const auto count = value.toInt64();
            return count ? times(*count, known.nanoseconds) : std::nullopt;
        }
        const double nanoseconds = std::round(value.toDouble() * double(known.nanoseconds));
        constexpr auto Limit = double(std::numeric_limits<qint64>::max());
        return std::abs(nanoseconds) < Limit ? std::optional(qint64(nanoseconds)) : std::nullopt;
    }
    return std::nullopt;
}

QString localText(qint64 nanoseconds)
{
    // The same digits as in UTC, with the offset of that moment.
    constexpr qint64 Second = 1'000'000'000;
    const qint64 fraction = ((nanoseconds % Second) + Second) % Second;
    const QDateTime time = QDateTime::fromSecsSinceEpoch((nanoseconds - fraction) / Second);
    const qint64 there = (nanoseconds - fraction) / Second + time.offsetFromUtc();
    const auto shifted = times(there, Second);
    if (!shifted)
        return core::shortIsoTimestamp(nanoseconds);
    QString text = core::shortIsoTimestamp(*shifted + fraction);
    text.chop(1); // the Z
    const int minutes = std::abs(time.offsetFromUtc()) / 60;
    const auto twoDigits = [](int number) {
        return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
    };
    return text + (time.offsetFromUtc() < 0 ? QLatin1Char('-') : QLatin1Char('+')) + twoDigits(minutes / 60)
        + QLatin1Char(':') + twoDigits(minutes % 60);
}

QString relativeText(qint64 nanoseconds, const QDateTime &now)
{
    const qint64 seconds = nanoseconds / 1'000'000'000 - now.toSecsSinceEpoch();
    const qint64 distance = std::abs(seconds);
    struct Step
    {
        qint64 seconds;
        const char *past;
        const char *future;
    };
    static constexpr std::array Steps {
        Step {365 * 86400, "%1 years ago", "in %1 years"}, Step {30 * 86400, "%1 months ago", "in %1 months"},
        Step {86400, "%1 days ago", "in %1 days"},         Step {3600, "%1 hours ago", "in %1 hours"},
        Step {60, "%1 minutes ago", "in %1 minutes"},
    };
    for (const Step &step : Steps) {
        // Two of a unit at least: one year ago might be nearly two.
        if (distance >= 2 * step.seconds)
            return tr(seconds < 0 ? step.past : step.future).arg(distance / step.seconds);
    }
    return distance < 10 ? tr("now") : tr(seconds < 0 ? "%1 seconds ago" : "in %1 seconds").arg(distance);
}

} // namespace

QString DisplayFormat::name() const
{
    for (const NamedForm &known : Forms) {
        if (known.form != form)
            continue;
        for (const NamedUnit &counted : Units) {
            if (counted.unit == unit)
                return QLatin1String(counted.name) + QLatin1Char('-') + QLatin1String(known.name);
        }
        return QLatin1String(known.name);
    }
    return {};
}

DisplayFormat DisplayFormat::fromName(const QString &name)
{
    QStringView rest = name;
    DisplayFormat format;
    for (const NamedUnit &known : Units) {
        const QString prefix = QLatin1String(known.name) + QLatin1Char('-');
        if (rest.startsWith(prefix)) {
            format.unit = known.unit;
            rest = rest.mid(prefix.size());
            break;
        }
    }
    for (const NamedForm &known : Forms) {
        if (rest == QLatin1String(known.name) && (format.unit == Unit::None || isTime(known.form))) {
            format.form = known.form;
            return format;
        }
    }
    return {};
}

QString DisplayFormat::title() const
{
    const auto counted = [this](const QString &text) {
        return unit == Unit::None ? text : tr("%1, from %2").arg(text, unitTitle(unit));
    };
    switch (form) {
    case Form::Usual:
        return tr("Usual");
    case Form::ShortUuid:
        return tr("First eight digits");
    case Form::Base64:
        return tr("Base64");
    case Form::Prefixed:
        return tr("Address: 0x and hexadecimal digits");
    case Form::Hexadecimal:
        return tr("Hexadecimal number");
    case Form::Utc:
        return counted(tr("Time in UTC"));
    case Form::Local:
        return counted(tr("Local time"));
    case Form::Relative:
        return counted(tr("Time relative to now"));
    }
    return {};
}

std::vector<DisplayFormat> formatsFor(const core::Column &column)
{
    std::vector<DisplayFormat> formats {{}};
    const bool isWhole = column.has(Value::Kind::Integer);
    if (column.has(Value::Kind::Uuid))
        formats.push_back({Form::ShortUuid});
    if (column.has(Value::Kind::Bytes)) {
        formats.push_back({Form::Base64});
        formats.push_back({Form::Prefixed});
    }
    if (isWhole)
        formats.push_back({Form::Hexadecimal});
    const auto addTimes = [&formats](Unit unit) {
        for (const Form form : {Form::Utc, Form::Local, Form::Relative})
            formats.push_back({form, unit});
    };
    if (column.has(Value::Kind::Timestamp) || column.has(Value::Kind::Text) || column.has(Value::Kind::Tag))
        addTimes(Unit::None);
    if (isWhole || column.has(Value::Kind::Float)) {
        for (const NamedUnit &unit : Units) {
            // Who counts finer units counts them whole.
            if (isWhole || unit.unit == Unit::Seconds)
                addTimes(unit.unit);
        }
    }
    return formats;
}

std::optional<QString> formattedText(const Value &value, DisplayFormat format, int limit,
                                     const QDateTime &now)
{
    if (core::isAbsent(value))
        return std::nullopt;
    if (isTime(format.form)) {
        const auto time = pointInTime(value, format.unit);
        if (!time)
            return std::nullopt;
        return format.form == Form::Utc  ? core::shortIsoTimestamp(*time)
            : format.form == Form::Local ? localText(*time)
                                         : relativeText(*time, now);
    }
    const bool isBytes = value.kind() == Value::Kind::Bytes;
    // No more than can be shown.
    const auto head = [&value](qsizetype bytes) { return value.toBytes().left(bytes); };
    const auto cut = [limit](const QString &text) {
        return text.size() <= limit ? text : text.left(limit - 1) + QChar(0x2026);
    };
    switch (format.form) {
    case Form::ShortUuid:
        if (value.kind() != Value::Kind::Uuid)
            break;
        return value.toUuid().toString(QUuid::WithoutBraces).left(8) + QChar(0x2026);
    case Form::Base64:
        if (!isBytes)
            break;
        return cut(QString::fromLatin1(head(limit).toBase64()));
    case Form::Prefixed:
        if (!isBytes)
            break;
        return cut(QStringLiteral("0x") + QString::fromLatin1(head(limit).toHex()));
    case Form::Hexadecimal: {
        if (value.kind() != Value::Kind::Integer)
            break;
        if (const auto number = value.toUInt64())
            return QStringLiteral("0x") + QString::number(*number, 16);
        const auto number = value.toInt64();
        if (!number)
            break;
        return QStringLiteral("-0x") + QString::number(quint64(0) - quint64(*number), 16);
    }
    default:
        break;
    }
    return std::nullopt;
}

QString copiedText(const core::Value *value, DisplayFormat format, CopyForm form)
{
    if (!value)
        return {};
    const auto text = form == CopyForm::AsShown && !format.isLossy()
        ? formattedText(*value, format, std::numeric_limits<int>::max())
        : std::nullopt;
    if (text)
        return *text;
    return value->isNull() ? QString() : core::editText(*value);
}

} // namespace slotscope::ui
