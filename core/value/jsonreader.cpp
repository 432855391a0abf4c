// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/jsonreader.h"

#include "core/value/numbertext.h"
#include "core/value/utf8.h"
#include "core/value/valueedit.h"

#include <algorithm>

namespace slotscope::core {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
constexpr char PlacesMark = '\0'; // between a skeleton and the places

bool isAscii(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return quint8(c) < 0x80; });
}
bool isWordPart(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Reader
{
public:
    Reader(QByteArrayView bytes, const JsonReading &reading)
        : m_bytes(bytes)
        , m_reading(reading)
    {
    }

    Expected<Value, DecodeError> read()
    {
        if (const qsizetype bad = firstInvalidUtf8(m_bytes); bad >= 0)
            return Unexpected {DecodeError {bad, QStringLiteral("not valid UTF-8")}};
        if (!run())
            return Unexpected {m_error};
        if (m_missedSkeletons && m_blanks && !m_keepAll) {
            // Containers that ended before the first blank was seen: now it is known that there are some.
            Reader again(m_bytes, m_reading);
            again.m_keepAll = true;
            return again.read();
        }
        return *std::move(m_root);
    }

private:
    // An array or object that is still open.
    struct Frame
    {
        bool object = false;
        bool blanks = false; // whether the skeleton holds any
        qint64 start = 0;
        ValueList items;
        MemberList members;
        std::optional<Value> name;
        QByteArray skeleton;
        QByteArray places;
    };

    bool fail(qint64 offset, const QString &what)
    {
        m_error = {offset, what};
        return false;
    }

    bool atEnd() const { return m_at >= m_bytes.size(); }
    char current() const { return atEnd() ? '\0' : m_bytes[m_at]; }

    void skipBlanks()
    {
        const qsizetype start = m_at;
        while (!atEnd() && isBlank(m_bytes[m_at]))
            ++m_at;
        if (m_at > start && m_reading.keepStyle && !m_stack.empty()) {
            m_stack.back().skeleton += m_bytes.sliced(start, m_at - start);
            m_stack.back().blanks = true;
            m_blanks = true;
        }
    }

    void structural(char c)
    {
        if (m_reading.keepStyle)
            m_stack.back().skeleton += c;
        ++m_at;
    }

    bool run()
    {
        skipBlanks();
        const qsizetype leading = m_at;
        if (!value())
            return false;
        while (!m_stack.empty()) {
            if (!step())
                return false;
        }
        const qsizetype end = m_at;
        skipBlanks();
        if (!atEnd()) {
            fail(m_at, QStringLiteral("something follows the value"));
            m_error.readSoFar = *std::move(m_root);
            return false;
        }
        if (m_reading.keepStyle && (leading > 0 || end < m_at))
            keepOuterBlanks(leading, end);
        return true;
    }

    // In front of a name or value of the innermost container.
    void placeholder(qint64 offset)
    {
        if (!m_reading.keepStyle)
            return;
        Frame &frame = m_stack.back();
        frame.skeleton += JsonPlaceholder;
        for (int shift = 0; shift < 32; shift += 8)
            frame.places += char(quint8(offset >> shift));
    }

    void keepOuterBlanks(qsizetype leading, qsizetype end)
    {
        Value::Style style = m_root->style();
        style.flags = JsonStyle;
        const QByteArrayView token = m_bytes.sliced(leading, end - leading);
        const bool container = m_root->isContainer();
        QByteArray inner = style.spelling;
        QByteArray places;
        if (container && !inner.isEmpty()) {
            const JsonSkeleton kept = jsonSkeleton(style.spelling);
            inner = kept.skeleton.toByteArray();
            places = QByteArray(1, PlacesMark) + kept.places.toByteArray();
        }
        if (inner.isEmpty())
            inner = container ? plainSkeleton(*m_root) : token.toByteArray();
        style.spelling =
            m_bytes.first(leading).toByteArray() + inner + m_bytes.sliced(end).toByteArray() + places;
        m_root = std::move(*m_root).withStyle(std::move(style));
    }

    static QByteArray plainSkeleton(const Value &value)
    {
        const bool object = value.kind() == Value::Kind::Map;
        const size_t count = object ? value.members().size() : value.items().size();
        QByteArray skeleton(1, object ? '{' : '[');
        for (size_t i = 0; i < count; ++i) {
            if (i > 0)
                skeleton += ',';
            skeleton += JsonPlaceholder;
            if (object)
                skeleton += QByteArray(1, ':') + JsonPlaceholder;
        }
        return skeleton + (object ? '}' : ']');
    }

    // Goes on in the innermost open array or object, in front of a name, an item or the end.
    bool step()
    {
        skipBlanks();
        Frame &frame = m_stack.back();
        const bool empty = frame.items.empty() && frame.members.empty();
        const char end = frame.object ? '}' : ']';
        if (current() == end && !atEnd()) {
            structural(end);
            return close();
        }
        if (!empty) {
            if (atEnd())
                return fail(
                    m_at,
                    QStringLiteral("the text ends inside of %1")
                        .arg(frame.object ? QStringLiteral("an object") : QStringLiteral("an array")));
            if (current() != ',')
                return fail(m_at, QStringLiteral("expected a comma or %1").arg(QLatin1Char(end)));
            structural(',');
            skipBlanks();
        }
        if (!frame.object)
            return value();
        if (current() != '"')
            return fail(m_at,
                        atEnd() ? QStringLiteral("the text ends inside of an object")
                                : QStringLiteral("expected a name in quotes"));
        auto name = string();
        if (!name)
            return false;
        placeholder(name->source().offset);
        frame.name = std::move(name);
        skipBlanks();
        if (current() != ':')
            return fail(m_at, QStringLiteral("expected a colon behind the name"));
        structural(':');
        skipBlanks();
        return value();
    }

    bool close()
    {
        Frame frame = std::move(m_stack.back());
        m_stack.pop_back();
        Value value =
            frame.object ? Value::map(std::move(frame.members)) : Value::array(std::move(frame.items));
        const bool empty = frame.places.isEmpty();
        if (frame.blanks || ((m_blanks || m_keepAll) && !empty))
            value = std::move(value).withStyle({JsonStyle, frame.skeleton + PlacesMark + frame.places});
        else if (!empty)
            m_missedSkeletons = true;
        deliver(std::move(value).withSource({frame.start, m_at - frame.start}));
        return true;
    }

    void deliver(Value value)
    {
        if (!m_stack.empty())
            placeholder(value.source().offset);
        if (m_stack.empty()) {
            m_root = std::move(value);
        } else if (m_stack.back().object) {
            m_stack.back().members.push_back({*std::move(m_stack.back().name), std::move(value)});
            m_stack.back().name.reset();
        } else {
            m_stack.back().items.push_back(std::move(value));
        }
    }

    bool value()
    {
        if (atEnd())
            return fail(m_at,
                        m_bytes.isEmpty() ? QStringLiteral("there are no bytes")
                                          : QStringLiteral("expected a value, but the text ends"));
        const char c = current();
        if (c == '{' || c == '[') {
            if (m_stack.size() >= size_t(m_reading.maximumDepth))
                return fail(m_at, QStringLiteral("nested deeper than %1 levels").arg(m_reading.maximumDepth));
            Frame frame;
            frame.object = c == '{';
            frame.start = m_at;
            m_stack.push_back(std::move(frame));
            structural(c);
            return true;
        }
        if (c == '"') {
            auto text = string();
            if (!text)
                return false;
            deliver(*std::move(text));
            return true;
        }
        if (c == '-' || isDigit(c))
            return number();
        return word();
    }

    void deliverToken(Value value, qsizetype start, bool usual)
    {
        const QByteArrayView token = m_bytes.sliced(start, m_at - start);
        if (m_reading.keepStyle && !usual)
            value = std::move(value).withStyle({JsonStyle, token.toByteArray()});
        deliver(std::move(value).withSource({start, m_at - start}));
    }

    bool word()
    {
        const qsizetype start = m_at;
        while (!atEnd() && isWordPart(m_bytes[m_at]))
            ++m_at;
        const QByteArrayView word = m_bytes.sliced(start, m_at - start);
        if (word == QByteArrayView("null"))
            deliverToken(Value(), start, true);
        else if (word == QByteArrayView("true") || word == QByteArrayView("false"))
            deliverToken(Value::boolean(word[0] == 't'), start, true);
        else if (word == QByteArrayView("NaN") || word == QByteArrayView("Infinity"))
            deliverToken(Value::number(*floatFromText(word)), start, true);
        else
            return fail(start, QStringLiteral("expected a value"));
        return true;
    }

    bool number()
    {
        const qsizetype start = m_at;
        if (current() == '-')
            ++m_at;
        if (current() == 'I')
            return infinity(start);
        if (!isDigit(current()))
            return fail(m_at, QStringLiteral("expected a digit"));
        const bool zero = current() == '0';
        skipDigits();
        if (zero && m_at - start > (m_bytes[start] == '-' ? 2 : 1))
            return fail(start, QStringLiteral("a number must not begin with 0"));
        bool whole = true;
        if (current() == '.') {
            whole = false;
            ++m_at;
            if (!skipDigits())
                return fail(m_at, QStringLiteral("expected a digit behind the point"));
        }
        if (current() == 'e' || current() == 'E') {
            whole = false;
            ++m_at;
            if (current() == '+' || current() == '-')
                ++m_at;
            if (!skipDigits())
                return fail(m_at, QStringLiteral("expected a digit in the exponent"));
        }
        const QByteArrayView token = m_bytes.sliced(start, m_at - start);
        if (whole) {
            Value value = *Value::integerFromText(QString::fromLatin1(token));
            deliverToken(std::move(value), start, token != QByteArrayView("-0"));
        } else {
            const double value = *floatFromText(token);
            deliverToken(Value::number(value), start, floatText(value) == token);
        }
        return true;
    }

    bool infinity(qsizetype start)
    {
        constexpr QByteArrayView word("Infinity");
        if (!m_bytes.sliced(m_at).startsWith(word))
            return fail(m_at, QStringLiteral("expected a digit"));
        m_at += word.size();
        deliverToken(Value::number(*floatFromText("-Infinity")), start, true);
        return true;
    }

    bool skipDigits()
    {
        const qsizetype start = m_at;
        while (isDigit(current()))
            ++m_at;
        return m_at > start;
    }

    std::optional<int> hexDigits()
    {
        int code = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = current();
            const int digit = isDigit(c) ? c - '0'
                : c >= 'a' && c <= 'f'   ? c - 'a' + 10
                : c >= 'A' && c <= 'F'   ? c - 'A' + 10
                                         : -1;
            if (digit < 0)
                return std::nullopt;
            code = code * 16 + digit;
            ++m_at;
        }
        return code;
    }

    std::optional<Value> string()
    {
        const qsizetype start = m_at++;
        QString text;
        bool escapes = false;
        qsizetype run = m_at;
        const auto flush = [&] { text += *textFromUtf8(m_bytes.sliced(run, m_at - run)); };
        while (current() != '"') {
            if (atEnd()) {
                fail(start, QStringLiteral("the string has no closing quote"));
                return std::nullopt;
            }
            if (quint8(current()) < 0x20) {
                fail(m_at, QStringLiteral("a control character inside of a string"));
                return std::nullopt;
            }
            if (current() != '\\') {
                ++m_at;
                continue;
            }
            flush();
            escapes = true;
            const qsizetype backslash = m_at++;
            const char c = current();
            ++m_at;
            static constexpr QByteArrayView Letters("\"\\/bfnrt");
            static constexpr QByteArrayView Meanings("\"\\/\b\f\n\r\t");
            if (const qsizetype i = c ? Letters.indexOf(c) : -1; i >= 0) {
                text += QLatin1Char(Meanings[i]);
            } else if (const auto code = c == 'u' ? hexDigits() : std::nullopt) {
                text += QChar(char16_t(*code));
            } else {
                fail(backslash, QStringLiteral("not an escape that JSON knows"));
                return std::nullopt;
            }
            run = m_at;
        }
        flush();
        ++m_at;
        const QByteArrayView token = m_bytes.sliced(start, m_at - start);
        const bool usual = !escapes || (QStringView(text).isValidUtf16() && jsonString(text) == token);
        const quint32 ascii = !usual && isAscii(token) && asciiJsonString(text) != jsonString(text)
            ? InheritedStyle | JsonAscii
            : 0;
        Value value = Value::text(std::move(text));
        if (m_reading.keepStyle && !usual)
            value = std::move(value).withStyle({JsonStyle | ascii, token.toByteArray()});
        return std::move(value).withSource({start, m_at - start});
    }

    QByteArrayView m_bytes;
    const JsonReading &m_reading;
    qsizetype m_at = 0;
    std::vector<Frame> m_stack;
    std::optional<Value> m_root;
    DecodeError m_error;
    bool m_blanks = false; // seen so far
    bool m_keepAll = false;
    bool m_missedSkeletons = false;
};

} // namespace

JsonSkeleton jsonSkeleton(QByteArrayView spelling)
{
    const qsizetype mark = spelling.indexOf(PlacesMark);
    if (mark < 0)
        return {spelling, {}};
    return {spelling.first(mark), spelling.sliced(mark + 1)};
}

QList<qint64> jsonPlaces(QByteArrayView places)
{
    QList<qint64> offsets;
    offsets.reserve(places.size() / 4);
    for (qsizetype at = 0; at + 4 <= places.size(); at += 4) {
        quint32 offset = 0;
        for (int i = 3; i >= 0; --i)
            offset = offset << 8 | quint8(places[at + i]);
        offsets.append(offset);
    }
    return offsets;
}

Expected<Value, DecodeError> readJson(QByteArrayView bytes, const JsonReading &reading)
{
    return Reader(bytes, reading).read();
}

} // namespace slotscope::core
