// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/valuetext.h"

#include "core/value/notation.h"
#include "core/value/numbertext.h"
#include "core/value/recordstyle.h"
#include "core/value/timetext.h"
#include "core/value/toldtag.h"
#include "core/value/typedarray.h"
#include "core/value/valueedit.h"

#include <limits>

namespace slotscope::core {

namespace {

constexpr int MaximumShownDepth = 8; // deeper parts are an ellipsis: a cell shows one line

const QChar Ellipsis(0x2026);

// Control characters as their pictures (U+2400 …), everything else as it is.
QString visible(QStringView text)
{
    QString out;
    out.reserve(text.size());
    for (const QChar c : text) {
        if (c.unicode() < 0x20)
            out += QChar(char16_t(0x2400 + c.unicode()));
        else if (c.unicode() == 0x7f)
            out += QChar(0x2421);
        else if (c.unicode() == 0x2028 || c.unicode() == 0x2029
                 || (c.unicode() >= 0x80 && c.unicode() < 0xa0))
            out += QChar(0xfffd);
        else
            out += c;
    }
    return out;
}

QString cut(const QString &text, int limit)
{
    if (text.size() <= limit)
        return text;
    qsizetype end = std::max(limit - 1, 0);
    if (end > 0 && text[end - 1].isHighSurrogate())
        --end;
    return text.left(end) + Ellipsis;
}

// Two floats, the second of the imaginary part.
bool isComplex(const Value &content)
{
    return content.kind() == Value::Kind::Array && content.items().size() == 2
        && content.items()[0].kind() == Value::Kind::Float && content.items()[1].kind() == Value::Kind::Float;
}

class Printer
{
public:
    explicit Printer(int limit)
        : m_limit(limit)
    {
    }

    void print(const Value &value, int depth)
    {
        switch (value.kind()) {
        case Value::Kind::Null:
            m_out += depth == 0 ? QString() : QStringLiteral("null");
            break;
        case Value::Kind::Undefined:
            m_out += QLatin1String("undefined");
            break;
        case Value::Kind::Simple:
            m_out += QStringLiteral("simple(%1)").arg(value.simpleNumber());
            break;
        case Value::Kind::Array:
            list(QLatin1Char('['), value.items(), QLatin1Char(']'), depth);
            break;
        case Value::Kind::Tuple:
            list(QLatin1Char('('), value.items(), QLatin1Char(')'), depth);
            break;
        case Value::Kind::Set:
            list(QLatin1Char('{'), value.items(), QLatin1Char('}'), depth);
            break;
        case Value::Kind::Map:
            members(value.members(), depth);
            break;
        case Value::Kind::Tag:
            tag(value, depth);
            break;
        case Value::Kind::Opaque:
            m_out += visible(value.toText());
            members(value.members(), depth);
            break;
        case Value::Kind::Text:
            m_out += visible(QStringView(value.toText()).left(m_limit + 1));
            break;
        case Value::Kind::Bytes:
            m_out += QString::fromLatin1(value.toBytes().left(m_limit / 2 + 1).toHex());
            break;
        case Value::Kind::Timestamp:
            m_out += shortIsoTimestamp(value.toNanoseconds());
            break;
        default:
            m_out += editText(value);
        }
    }

    QString take() { return cut(m_out, m_limit); }

private:
    // The items that fit, then `… 5`: how many there are in all.
    template <typename PrintOne>
    void sequence(QChar open, size_t size, QChar close, int depth, PrintOne &&printOne)
    {
        m_out += open;
        if (depth >= MaximumShownDepth && size > 0) {
            m_out += Ellipsis;
        } else {
            size_t shown = 0;
            const QString count = QStringLiteral(", %1 %2").arg(Ellipsis).arg(size);
            for (size_t index = 0; index < size; ++index) {
                const qsizetype before = m_out.size();
                if (shown > 0)
                    m_out += QLatin1String(", ");
                printOne(index);
                // Takes back what leaves no room for the count.
                const bool last = shown + 1 == size;
                if (shown > 0 && m_out.size() + 1 + (last ? 0 : count.size()) > m_limit) {
                    m_out.truncate(before);
                    break;
                }
                ++shown;
            }
            if (shown < size)
                m_out += count;
        }
        m_out += close;
    }

    void list(QChar open, const ValueList &items, QChar close, int depth)
    {
        sequence(open, items.size(), close, depth, [&](size_t index) { inner(items[index], depth); });
    }

    void members(const MemberList &list, int depth)
    {
        sequence(QLatin1Char('{'), list.size(), QLatin1Char('}'), depth, [&](size_t index) {
            const Member &member = list[index];
            inner(member.key, depth);
            m_out += QLatin1String(": ");
            inner(member.value, depth);
        });
    }

    // A part takes at most a third of the line, so that one long text does not hide all others.
    void inner(const Value &value, int depth)
    {
        Printer printer(std::max(m_limit / 3, 16));
        printer.print(value, depth + 1);
        m_out += printer.take();
    }

    void tag(const Value &value, int depth)
    {
        const Value &content = value.items().front();
        if (const auto told = toldTag(value)) {
            m_out += visible(QStringView(told->text).left(m_limit + 1));
            return;
        }
        if (content.kind() == Value::Kind::Text
            && (!tagWords(value.tagNumber()).isEmpty() || value.tagNumber() == 0)) {
            print(content, depth);
            return;
        }
        if (const auto array = TypedArray::of(value)) {
            sequence(QLatin1Char('['), size_t(array->size()), QLatin1Char(']'), depth,
                     [&](size_t index) { inner(array->at(int(index)), depth); });
            return;
        }
        if (const ValueList &parts = content.items(); value.tagNumber() == ComplexTag && isComplex(content)) {
            const QString imaginary = editText(parts[1]);
            m_out += QLatin1Char('(') + editText(parts[0])
                + (imaginary.startsWith(QLatin1Char('-')) ? QString() : QStringLiteral("+")) + imaginary
                + QLatin1String("j)");
            return;
        }
        m_out += QString::number(value.tagNumber()) + QLatin1Char('(');
        inner(content, depth);
        m_out += QLatin1Char(')');
    }

    int m_limit;
    QString m_out;
};

Unexpected<QString> refused(const char *what, const QString &text)
{
    return Unexpected {QStringLiteral("%1: %2").arg(QLatin1String(what), cut(visible(text), 60))};
}

std::optional<Value> wordOrNumber(const QString &text)
{
    if (text == QLatin1String("null"))
        return Value();
    if (text == QLatin1String("true") || text == QLatin1String("false"))
        return Value::boolean(text == QLatin1String("true"));
    if (auto integer = Value::integerFromText(text))
        return integer;
    if (const auto number = floatFromText(text.toUtf8()))
        return Value::number(*number);
    return std::nullopt;
}

Expected<Value, QString> parseHex(const QString &text)
{
    QString digits = text;
    digits.remove(QLatin1Char(' '));
    if (digits.startsWith(QLatin1String("0x")))
        digits.remove(0, 2);
    const QByteArray hex = digits.toUtf8();
    const QByteArray bytes = QByteArray::fromHex(hex);
    if (bytes.toHex() != hex.toLower())
        return refused("not an even number of hexadecimal digits", text);
    return Value::bytes(bytes);
}

Expected<Value, QString> parseUuid(const QString &text)
{
    QString digits = text;
    // The undashed form, as many records hold it, is read as well.
    if (digits.size() == 32) {
        for (const int at : {8, 13, 18, 23})
            digits.insert(at, QLatin1Char('-'));
    }
    const QUuid uuid(digits);
    if (uuid.isNull() && digits != QUuid().toString(QUuid::WithoutBraces))
        return refused("not a UUID", text);
    return Value::uuid(uuid);
}

Expected<Value, QString> parseTimestamp(const QString &text)
{
    if (text == QLatin1String("NaT"))
        return Value::timestamp(NotATime);
    if (const auto number = Value::integerFromText(text)) {
        if (!number->toInt64())
            return refused("not a number of nanoseconds in 64 bits", text);
        return Value::timestamp(*number->toInt64());
    }
    const auto time = parseIsoTime(text);
    if (!time)
        return refused("not a date and time as 2020-01-31T12:00:00Z", text);
    if (!time->nanoseconds)
        return refused("not between the years 1677 and 2262", text);
    return Value::timestamp(*time->nanoseconds);
}

Expected<Value, QString> parseKind(const Value &before, const QString &text)
{
    const QString trimmed = text.trimmed();
    switch (before.kind()) {
    case Value::Kind::Text:
        return Value::text(text);
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        if (trimmed == editText(before))
            return before;
        // An absent field of FlatBuffers that has no default is no number.
        if (isAbsent(before) && flatKind(before) != FlatOptional && !trimmed.startsWith(QLatin1Char('{'))
            && !trimmed.startsWith(QLatin1Char('[')))
            return Value::text(text);
        if (isAbsent(before) && flatKind(before) != FlatOptional)
            break;
        return wordOrNumber(trimmed).value_or(Value::text(text));
    case Value::Kind::Bool:
        if (trimmed == QLatin1String("true") || trimmed == QLatin1String("false"))
            return Value::boolean(trimmed == QLatin1String("true"));
        return refused("not true or false", text);
    case Value::Kind::Integer:
        if (auto number = Value::integerFromText(trimmed))
            return *std::move(number);
        // The codec knows the names.
        if (flatKind(before) == FlatEnum || flatKind(before) == FlatFlags)
            return trimmed == editText(before) ? before : Value::text(trimmed);
        return refused("not a whole number", text);
    case Value::Kind::Float:
        if (const auto number = floatFromText(trimmed.toUtf8()))
            return Value::number(*number);
        return refused("not a number", text);
    case Value::Kind::Decimal:
        if (const auto parts = decimalParts(trimmed))
            return Value::decimal(decimalText(parts->mantissa, parts->exponent));
        return refused("not a decimal number", text);
    case Value::Kind::Bytes:
        return parseHex(trimmed);
    case Value::Kind::Uuid:
        return parseUuid(trimmed);
    case Value::Kind::Timestamp:
        return parseTimestamp(trimmed);
    case Value::Kind::Simple:
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
    case Value::Kind::Map:
    case Value::Kind::Tag:
    case Value::Kind::Opaque:
        break;
    }
    auto value = fromNotation(text.toUtf8());
    if (!value)
        return Unexpected {
            value.error().offset < 0
                ? value.error().what
                : QStringLiteral("%1 (at byte %2)").arg(value.error().what).arg(value.error().offset)};
    return *std::move(value);
}

} // namespace

QString displayText(const Value &value, int limit)
{
    Printer printer(limit);
    printer.print(value, 0);
    return printer.take();
}

QString editText(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Null:
        return {};
    case Value::Kind::Bool:
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    case Value::Kind::Integer:
        // By name, where an enum has one for it.
        if ((flatKind(value) == FlatEnum || flatKind(value) == FlatFlags)
            && !value.style().spelling.isEmpty())
            return QString::fromUtf8(value.style().spelling);
        return value.integerText();
    case Value::Kind::Float:
        return QString::fromLatin1(floatText(value.toDouble()));
    case Value::Kind::Text:
    case Value::Kind::Decimal:
        return value.toText();
    case Value::Kind::Bytes:
        return QString::fromLatin1(value.toBytes().toHex());
    case Value::Kind::Uuid:
        return value.toUuid().toString(QUuid::WithoutBraces);
    case Value::Kind::Timestamp:
        return shortIsoTimestamp(value.toNanoseconds());
    default:
        return QString::fromUtf8(toNotation(value));
    }
}

Expected<Value, QString> parseLike(const Value &before, const QString &text)
{
    auto value = parseKind(before, text);
    // What means the same keeps its spelling, so that it is no change.
    if (value && *value == before)
        return before;
    // Nor does it store an absent field to have looked at its default.
    if (value && isAbsent(before) && value->withStyle(before.style()) == before)
        return before;
    if (value)
        return inStyleOf(before, *value);
    return value;
}

} // namespace slotscope::core
