// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/librarytext.h"

#include "core/value/numbertext.h"
#include "core/value/timetext.h"

#include <QRegularExpression>

#include <cstdlib>

namespace slotscope::core {

namespace {

constexpr qsizetype MicrosecondDigits = 6;
constexpr qsizetype DateSize = 10;

// With the point, or empty; nothing where microseconds do not do.
std::optional<QString> fractionText(const QString &digits)
{
    if (digits.size() > MicrosecondDigits
        && digits.mid(MicrosecondDigits).count(u'0') != digits.size() - MicrosecondDigits)
        return std::nullopt;
    const QString micros = digits.left(MicrosecondDigits).leftJustified(MicrosecondDigits, u'0');
    return micros.count(u'0') == MicrosecondDigits ? QString() : u'.' + micros;
}

} // namespace

std::optional<QString> timeDeltaText(const QString &text)
{
    static const QRegularExpression form(
        QStringLiteral("^(?:(-?[0-9]{1,9}) days?,? )?([01]?[0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\\."
                       "([0-9]{1,9}))?\\z"));
    const auto match = form.match(text);
    const auto fraction = fractionText(match.captured(5));
    if (!match.hasMatch() || !fraction)
        return std::nullopt;
    const int days = match.captured(1).toInt();
    const QString before = days == 0
        ? QString()
        : QStringLiteral("%1 day%2, ").arg(days).arg(std::abs(days) == 1 ? QString() : QStringLiteral("s"));
    return before
        + QStringLiteral("%1:%2:%3").arg(match.captured(2).toInt()).arg(match.captured(3), match.captured(4))
        + *fraction;
}

std::optional<QString> clockTimeText(const QString &text)
{
    static const QRegularExpression form(
        QStringLiteral("^((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::([0-5][0-9])(?:\\.([0-9]{1,9}))?)?"
                       "(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?\\z"));
    const auto match = form.match(text);
    const auto fraction = fractionText(match.captured(3));
    if (!match.hasMatch() || !fraction)
        return std::nullopt;
    const QString seconds = match.captured(2).isEmpty() ? QStringLiteral("00") : match.captured(2);
    const QString zone =
        match.captured(4) == QLatin1String("Z") ? QStringLiteral("+00:00") : match.captured(4);
    return match.captured(1) + u':' + seconds + *fraction + zone;
}

std::optional<QString> timeZoneText(const QString &text)
{
    static const QRegularExpression form(QStringLiteral("^[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]\\z"));
    if (!form.match(text).hasMatch())
        return std::nullopt;
    return text == QLatin1String("-00:00") ? QStringLiteral("+00:00") : text;
}

std::optional<QString> dateTimeText(const QString &text)
{
    if (text.size() <= DateSize || !isIsoDate(QStringView(text).first(DateSize))
        || (text[DateSize] != u'T' && text[DateSize] != u't' && text[DateSize] != u' '))
        return std::nullopt;
    const auto time = clockTimeText(text.mid(DateSize + 1));
    return time ? std::optional(text.left(DateSize) + u'T' + *time) : std::nullopt;
}

std::optional<QString> naiveDateTimeText(const QString &text)
{
    return hasOffset(text) ? std::nullopt : dateTimeText(text);
}

bool hasOffset(const QString &text)
{
    // The time is behind the date, of which the hyphens are.
    const qsizetype from = text.size() > DateSize && text[4] == u'-' ? DateSize : 0;
    return text.indexOf(u'Z', from) >= 0 || text.indexOf(u'+', from) >= 0 || text.indexOf(u'-', from) >= 0;
}

std::optional<QString> specialDecimalText(const QString &text)
{
    static const QRegularExpression form(QStringLiteral("^-?(?:Infinity|s?NaN(?:[1-9][0-9]*)?)\\z"));
    return form.match(text).hasMatch() ? std::optional(text) : std::nullopt;
}

std::optional<QString> finiteDecimalText(const QString &text)
{
    const auto parts = decimalParts(text);
    if (!parts)
        return std::nullopt;
    const QString number = decimalText(parts->mantissa, parts->exponent);
    const bool losesSign = text.startsWith(u'-') && !number.startsWith(u'-');
    return losesSign ? u'-' + number : number;
}

} // namespace slotscope::core
