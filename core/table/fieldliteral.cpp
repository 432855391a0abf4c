// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/fieldliteral.h"

#include "core/value/asciisearch.h"
#include "core/value/timetext.h"
#include "core/value/toldtag.h"
#include "core/value/utf8.h"
#include "core/value/valuetext.h"

#include <algorithm>
#include <cmath>

namespace slotscope::core {

namespace {

template <typename T>
int order(const T &a, const T &b)
{
    return a < b ? -1 : (b < a ? 1 : 0);
}

// Without writing out what an exponent stands for.
int compareDecimals(const DecimalParts &a, const DecimalParts &b)
{
    const bool zeroA = a.mantissa == QLatin1String("0");
    const bool zeroB = b.mantissa == QLatin1String("0");
    const auto signOf = [](const DecimalParts &parts, bool zero) {
        return zero ? 0 : (parts.mantissa.startsWith(QLatin1Char('-')) ? -1 : 1);
    };
    const int sign = signOf(a, zeroA);
    if (const int difference = order(sign, signOf(b, zeroB)); difference != 0 || sign == 0)
        return difference;
    const QStringView digitsA = QStringView(a.mantissa).mid(sign < 0 ? 1 : 0);
    const QStringView digitsB = QStringView(b.mantissa).mid(sign < 0 ? 1 : 0);
    if (const int size = order(digitsA.size() + a.exponent, digitsB.size() + b.exponent))
        return sign * size;
    for (qsizetype i = 0; i < std::max(digitsA.size(), digitsB.size()); ++i) {
        const QChar digitA = i < digitsA.size() ? digitsA[i] : QChar(u'0');
        const QChar digitB = i < digitsB.size() ? digitsB[i] : QChar(u'0');
        if (digitA != digitB)
            return sign * order(digitA, digitB);
    }
    return 0;
}

std::optional<QUuid> uuidOf(QString text)
{
    if (text.size() == 32) { // without dashes
        for (const int at : {8, 13, 18, 23})
            text.insert(at, QLatin1Char('-'));
    }
    if (text.size() != 36)
        return std::nullopt;
    const QUuid uuid(text);
    if (uuid.isNull() && text != QUuid().toString(QUuid::WithoutBraces))
        return std::nullopt;
    return uuid;
}

std::optional<QByteArray> bytesOf(const QString &text)
{
    const bool marked = text.startsWith(QLatin1String("0x"));
    const QByteArray hex = (marked ? text.mid(2) : text).toLatin1().toLower();
    if (hex.isEmpty() && !marked)
        return std::nullopt;
    const QByteArray bytes = QByteArray::fromHex(hex);
    return bytes.toHex() == hex ? std::optional(bytes) : std::nullopt;
}

const QLatin1String FoldWord(" fold=1");

} // namespace

FieldLiteral::FieldLiteral(QString text, bool quoted)
    : m_text(std::move(text))
{
    if (std::all_of(m_text.cbegin(), m_text.cend(), [](QChar c) { return c.unicode() < 0x80; })) {
        m_ascii = m_text.toLatin1();
        m_lower = m_ascii.toLower();
    }
    m_uuid = uuidOf(m_text);
    m_moment = momentOf(m_text);
    if (quoted)
        return;
    m_isNull = m_text == QLatin1String("null");
    if (m_text == QLatin1String("true") || m_text == QLatin1String("false"))
        m_bool = m_text == QLatin1String("true");
    m_bytes = bytesOf(m_text);

    Number number;
    if (m_text.startsWith(QLatin1String("0x"))) {
        bool fits = false;
        number.small = m_text.mid(2).toLongLong(&fits, 16);
        if (!fits)
            return;
        number.nearest = double(*number.small);
        number.exact = decimalParts(QString::number(*number.small));
        m_number = std::move(number);
    } else if (const auto nearest = floatFromText(m_text.toUtf8())) {
        number.nearest = *nearest;
        number.exact = decimalParts(m_text);
        if (const auto whole = Value::integerFromText(m_text))
            number.small = whole->toInt64();
        m_number = std::move(number);
    }
}

std::optional<FieldLiteral::Moment> FieldLiteral::momentOf(QStringView text)
{
    constexpr qint64 Second = 1'000'000'000;
    // Quickly for the many texts that are no times.
    if (text.size() < 10 || text[4] != QLatin1Char('-') || text[7] != QLatin1Char('-'))
        return std::nullopt;
    qint64 length = 1;
    QString whole = text.toString();
    if (isIsoDate(text)) {
        whole += QLatin1String("T00:00");
        length = 24 * 3600 * Second;
    }
    const auto time = parseIsoTime(whole);
    if (!time || !time->nanoseconds)
        return std::nullopt;
    if (length == 1) {
        const bool toTheMinute = whole.count(QLatin1Char(':')) == (time->offsetMinutes.value_or(0) ? 2 : 1)
            && (whole.size() <= 17 || whole[16] != QLatin1Char(':'));
        length = toTheMinute ? 60 * Second : Second;
        for (int i = 0; i < time->fractionDigits; ++i)
            length /= 10;
    }
    Moment moment {*time->nanoseconds, 0};
    if (__builtin_add_overflow(moment.first, length - 1, &moment.last))
        return std::nullopt;
    return moment;
}

QString conditionText(const Value &value)
{
    if (value.kind() == Value::Kind::Tag) {
        if (const auto told = toldTag(value))
            return told->text;
        const Value &content = value.items().front();
        return content.isContainer() ? QString() : editText(content);
    }
    if (value.kind() == Value::Kind::Opaque) {
        // {"date": "2020-01-01"} and the like: one part that is a text says it all, or begins what is said.
        const MemberList &parts = value.members();
        const Value *unit = value.find(u"unit");
        const Value *zone = value.find(u"tzinfo");
        const Value *fold = value.find(u"fold");
        if (!value.toText().isEmpty()
            || parts.size() != 1U + (unit ? 1 : 0) + (zone ? 1 : 0) + (fold ? 1 : 0))
            return value.toText();
        const Value &first = parts.front().value;
        if (first.kind() != Value::Kind::Text && (!unit || first.isContainer()))
            return {};
        QString text = editText(first);
        if (unit || zone)
            text += QLatin1Char(' ') + (unit ? unit : zone)->toText();
        return fold ? text + FoldWord : text;
    }
    return value.kind() == Value::Kind::Undefined ? QString() : editText(value);
}

std::optional<int> FieldLiteral::compareMoment(qint64 nanoseconds) const
{
    if (!m_moment || nanoseconds == NotATime)
        return std::nullopt;
    return nanoseconds < m_moment->first ? -1 : (nanoseconds > m_moment->last ? 1 : 0);
}

std::optional<int> FieldLiteral::compareText(const QString &text) const
{
    // JSON has no times but texts: two of them are compared as such, whatever their offsets from UTC.
    if (m_moment) {
        if (const auto other = momentOf(text))
            return compareMoment(other->first);
        // By the clock of some place. The second of two that are alike is not the one that is told without a
        // word.
        const qsizetype end = text.indexOf(QLatin1Char(' '), 11);
        if (const auto other = end > 0 ? momentOf(text.left(end)) : std::nullopt) {
            constexpr qint64 Minute = 60'000'000'000;
            const auto order = compareMoment(other->first);
            const bool isExact = m_moment->last - m_moment->first < Minute;
            return order == 0 && isExact && text.endsWith(FoldWord) ? std::optional(1) : order;
        }
    }
    return std::clamp(text.compare(m_text), -1, 1);
}

std::optional<int> FieldLiteral::compareFloat(double number) const
{
    if (!m_number)
        return std::nullopt;
    if (std::isnan(number) || std::isnan(m_number->nearest))
        return std::isnan(number) && std::isnan(m_number->nearest) ? std::optional(0) : std::nullopt;
    return order(number, m_number->nearest);
}

std::optional<int> FieldLiteral::compareNumber(const Value &value) const
{
    if (!m_number)
        return std::nullopt;
    if (value.kind() == Value::Kind::Float || !m_number->exact)
        return compareFloat(value.kind() == Value::Kind::Decimal ? value.toText().toDouble()
                                                                 : value.toDouble());
    const auto small = value.toInt64();
    if (small && m_number->small)
        return order(*small, *m_number->small);
    const auto exact =
        decimalParts(value.kind() == Value::Kind::Decimal ? value.toText() : value.integerText());
    return exact ? std::optional(compareDecimals(*exact, *m_number->exact)) : std::nullopt;
}

std::optional<int> FieldLiteral::compare(const Value &value) const
{
    switch (value.kind()) {
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        return m_isNull ? std::optional(0) : std::nullopt;
    case Value::Kind::Bool:
        return m_bool ? std::optional(order(value.toBool(), *m_bool)) : std::nullopt;
    case Value::Kind::Integer:
        // A member of an enum has a name.
        if (!m_number && editText(value) == m_text)
            return 0;
        return compareNumber(value);
    case Value::Kind::Float:
    case Value::Kind::Decimal:
        return compareNumber(value);
    case Value::Kind::Text:
        return compareText(value.toText());
    case Value::Kind::Bytes:
        if (m_uuid && value.toBytes().size() == 16)
            return order(value.toBytes(), m_uuid->toRfc4122());
        return order(value.toBytes(), m_bytes.value_or(m_text.toUtf8()));
    case Value::Kind::Uuid:
        if (m_uuid)
            return order(value.toUuid().toRfc4122(), m_uuid->toRfc4122());
        return std::clamp(editText(value).compare(m_text.toLower()), -1, 1);
    case Value::Kind::Timestamp:
        if (m_number && m_number->small && !m_moment)
            return order(value.toNanoseconds(), *m_number->small);
        return compareMoment(value.toNanoseconds());
    case Value::Kind::Simple:
        return m_number && m_number->small
            ? std::optional(order(qint64(value.simpleNumber()), *m_number->small))
            : std::nullopt;
    case Value::Kind::Tag:
        if (!toldTag(value) && !value.items().front().isContainer())
            return compare(value.items().front());
        [[fallthrough]];
    case Value::Kind::Opaque: {
        const QString text = conditionText(value);
        return text.isEmpty() ? std::nullopt : compareText(text);
    }
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
    case Value::Kind::Map:
        break;
    }
    return std::nullopt;
}

std::optional<int> FieldLiteral::compare(const Cell &cell) const
{
    switch (cell.kind) {
    case Cell::Kind::Null:
        return m_isNull ? std::optional(0) : std::nullopt;
    case Cell::Kind::Bool:
        return m_bool ? std::optional(order(cell.integer != 0, *m_bool)) : std::nullopt;
    case Cell::Kind::Integer:
        if (m_number && m_number->small)
            return order(cell.integer, *m_number->small);
        break;
    case Cell::Kind::Float:
        return compareFloat(cell.number);
    case Cell::Kind::Text:
        // Texts of ASCII are in the order of their bytes; a time among them needs a second look.
        if (!m_ascii.isEmpty() && !m_moment && isAscii(cell.bytes))
            return std::clamp(cell.bytes.compare(m_ascii), -1, 1);
        break;
    case Cell::Kind::Uuid:
        if (m_uuid)
            return std::clamp(cell.bytes.compare(m_uuid->toRfc4122()), -1, 1);
        break;
    case Cell::Kind::Timestamp:
        if (m_moment)
            return compareMoment(cell.integer);
        break;
    case Cell::Kind::Decoded:
        return compare(*cell.value);
    default:
        break;
    }
    const auto value = toValue(cell);
    return value ? compare(*value) : std::nullopt;
}

bool FieldLiteral::isContainedIn(const Cell &cell) const
{
    if (cell.kind == Cell::Kind::Decoded)
        return isContainedIn(*cell.value);
    if (cell.kind == Cell::Kind::Text && !m_lower.isEmpty() && isAscii(cell.bytes))
        return containsAscii(cell.bytes, m_lower);
    const auto value = toValue(cell);
    return value && isContainedIn(*value);
}

bool FieldLiteral::isContainedIn(const Value &value) const
{
    const auto isIt = [this](const Value &item) { return compare(item) == 0; };
    switch (value.kind()) {
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
        return std::any_of(value.items().cbegin(), value.items().cend(), isIt);
    case Value::Kind::Map:
        return std::any_of(value.members().cbegin(), value.members().cend(),
                           [&isIt](const Member &member) { return isIt(member.key); });
    case Value::Kind::Tag:
        // What is no text of its own is looked through; one level, as all of this.
        if (!value.items().front().isContainer() || toldTag(value))
            break;
        return value.items().front().kind() != Value::Kind::Tag && isContainedIn(value.items().front());
    case Value::Kind::Bytes:
        return value.toBytes().contains(m_bytes.value_or(m_text.toUtf8()));
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        return false;
    default:
        break;
    }
    return conditionText(value).contains(m_text, Qt::CaseInsensitive);
}

} // namespace slotscope::core
