// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/picklescalars.h"

#include "core/value/numbertext.h"
#include "core/value/utf8.h"

#include <algorithm>

namespace slotscope::core::pickle {

namespace {

// ED A0…BF xx: half of a surrogate pair, which UTF-8 proper does not have.
bool isSurrogate(QByteArrayView bytes, qsizetype at)
{
    return at + 2 < bytes.size() && quint8(bytes[at]) == 0xed && quint8(bytes[at + 1]) >= 0xa0
        && (quint8(bytes[at + 2]) & 0xc0) == 0x80;
}

std::optional<uint> hexNumber(QByteArrayView digits)
{
    if (!std::all_of(digits.begin(), digits.end(), [](char c) { return isxdigit(quint8(c)) != 0; }))
        return std::nullopt;
    bool good = false;
    const uint number = digits.toByteArray().toUInt(&good, 16);
    return good ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<QString> textFromSurrogateUtf8(QByteArrayView bytes)
{
    if (auto text = textFromUtf8(bytes))
        return text;
    QString out;
    qsizetype start = 0;
    const auto append = [&](qsizetype end) {
        const auto text = textFromUtf8(bytes.sliced(start, end - start));
        if (text)
            out += *text;
        return text.has_value();
    };
    for (qsizetype at = 0; at < bytes.size(); ++at) {
        if (!isSurrogate(bytes, at))
            continue;
        if (!append(at))
            return std::nullopt;
        out += QChar(char16_t(0xd000 | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f)));
        at += 2;
        start = at + 1;
    }
    return append(bytes.size()) ? std::optional(out) : std::nullopt;
}

QByteArray surrogateUtf8(const QString &text)
{
    if (QStringView(text).isValidUtf16())
        return text.toUtf8();
    QByteArray out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            out += QStringView(text).sliced(i++, 2).toUtf8();
        } else if (c.isSurrogate()) {
            out += char(0xe0 | (c.unicode() >> 12));
            out += char(0x80 | ((c.unicode() >> 6) & 0x3f));
            out += char(0x80 | (c.unicode() & 0x3f));
        } else {
            out += QStringView(text).sliced(i, 1).toUtf8();
        }
    }
    return out;
}

std::optional<QString> textFromRawEscape(QByteArrayView bytes)
{
    QString out;
    for (qsizetype at = 0; at < bytes.size(); ++at) {
        out += QLatin1Char(bytes[at]);
        if (bytes[at] != '\\' || at + 1 == bytes.size())
            continue;
        ++at; // also of a doubled backslash, which stays doubled
        const qsizetype digits = bytes[at] == 'u' ? 4 : (bytes[at] == 'U' ? 8 : 0);
        if (digits == 0) {
            out += QLatin1Char(bytes[at]);
            continue;
        }
        if (at + digits >= bytes.size())
            return std::nullopt;
        const auto code = hexNumber(bytes.sliced(at + 1, digits));
        if (!code || *code > 0x10ffff)
            return std::nullopt;
        out.chop(1);
        out += QStringView(QChar::fromUcs4(*code));
        at += digits;
    }
    return out;
}

QByteArray rawEscape(const QString &text)
{
    QByteArray out;
    const auto escaped = [](char kind, uint code, int digits) {
        return '\\' + QByteArray(1, kind) + QByteArray::number(code, 16).rightJustified(digits, '0');
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        const auto code = c.unicode();
        if (c.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate())
            out += escaped('U', QChar::surrogateToUcs4(c, text[++i]), 8);
        else if (code > 0xff || code == '\\' || code == 0 || code == '\n' || code == '\r' || code == 0x1a)
            out += escaped('u', code, 4);
        else
            out += char(code);
    }
    return out;
}

std::optional<QByteArray> bytesFromRepr(QByteArrayView quoted)
{
    if (quoted.size() < 2 || quoted.front() != quoted.back()
        || (quoted.front() != '\'' && quoted.front() != '"'))
        return std::nullopt;
    const QByteArrayView inside = quoted.sliced(1, quoted.size() - 2);
    static constexpr std::string_view Letters = "abfnrtv\\'\"";
    static constexpr std::string_view Meanings = "\a\b\f\n\r\t\v\\'\"";
    QByteArray out;
    for (qsizetype at = 0; at < inside.size(); ++at) {
        if (inside[at] != '\\') {
            out += inside[at];
            continue;
        }
        if (++at == inside.size())
            return std::nullopt;
        const char c = inside[at];
        if (const size_t letter = Letters.find(c); letter != std::string_view::npos) {
            out += Meanings[letter];
        } else if (c == 'x') {
            const auto code = at + 2 < inside.size() ? hexNumber(inside.sliced(at + 1, 2)) : std::nullopt;
            if (!code)
                return std::nullopt;
            out += char(*code);
            at += 2;
        } else if (c >= '0' && c <= '7') {
            uint code = 0;
            qsizetype end = at;
            for (; end < inside.size() && end < at + 3 && inside[end] >= '0' && inside[end] <= '7'; ++end)
                code = code * 8 + uint(inside[end] - '0');
            out += char(code & 0xff);
            at = end - 1;
        } else {
            out += '\\';
            out += c;
        }
    }
    return out;
}

QByteArray reprOfBytes(QByteArrayView bytes)
{
    const char quote = bytes.contains('\'') && !bytes.contains('"') ? '"' : '\'';
    QByteArray out(1, quote);
    for (const char c : bytes) {
        if (c == quote || c == '\\')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else if (quint8(c) < 0x20 || quint8(c) >= 0x7f)
            out += "\\x" + QByteArray(1, c).toHex();
        else
            out += c;
    }
    return out + quote;
}

std::optional<Value> integerFromTwosComplement(QByteArrayView littleEndian)
{
    if (littleEndian.size() > MaximumConvertedBytes)
        return std::nullopt;
    QByteArray bytes = littleEndian.toByteArray();
    const bool negative = !bytes.isEmpty() && quint8(bytes.back()) >= 0x80;
    if (negative) {
        int carry = 1;
        for (char &byte : bytes) {
            carry += quint8(~byte);
            byte = char(carry & 0xff);
            carry >>= 8;
        }
    }
    std::reverse(bytes.begin(), bytes.end());
    const QString digits = digitsFromBytes(bytes);
    return Value::integerFromText(negative ? u'-' + digits : digits);
}

std::optional<QByteArray> twosComplement(const QString &digits)
{
    const bool negative = digits.startsWith(u'-');
    const QStringView magnitude = QStringView(digits).sliced(negative ? 1 : 0);
    if (magnitude.size() > MaximumConvertedDigits)
        return std::nullopt;
    QByteArray bytes = bytesFromDigits(magnitude);
    std::reverse(bytes.begin(), bytes.end());
    if (bytes.isEmpty())
        return bytes;
    bytes += '\0';
    if (negative) {
        int carry = 1;
        for (char &byte : bytes) {
            carry += quint8(~byte);
            byte = char(carry & 0xff);
            carry >>= 8;
        }
    }
    while (bytes.size() > 1) {
        const quint8 last = quint8(bytes.back());
        const bool nextNegative = quint8(bytes[bytes.size() - 2]) >= 0x80;
        if (last != (nextNegative ? 0xff : 0x00))
            break;
        bytes.chop(1);
    }
    return bytes;
}

} // namespace slotscope::core::pickle
