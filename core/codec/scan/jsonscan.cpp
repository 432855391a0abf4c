// SPDX-License-Identifier: GPL-3.0-or-later
//
// (simdjson would not do: it refuses NaN and lone surrogates, leaves what it passes over unchecked, and
// cannot read bytes in place without padding behind them.)
#include "core/codec/json.h"
#include "core/codec/scan/scan.h"
#include "core/value/utf8.h"

#include <QtAlgorithms>
#include <QtEndian>

#include <charconv>
#include <cstring>
#include <string_view>

namespace slotscope::core {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
bool isWordPart(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isHexDigit(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

class JsonScanner
{
public:
    JsonScanner(QByteArrayView bytes, std::vector<Cell> &cells, LeafVisitor *leaves)
        : m_at(bytes.data())
        , m_end(bytes.data() + bytes.size())
        , m_out(cells, leaves)
    {
    }

    bool scan(const WantedField &root)
    {
        if (!isUtf8(QByteArrayView(m_at, m_end - m_at)))
            return false;
        skipBlanks();
        if (!value(&root, 0))
            return false;
        skipBlanks();
        return m_at == m_end;
    }

private:
    char current() const { return m_at == m_end ? '\0' : *m_at; }
    bool take(char c)
    {
        if (current() != c)
            return false;
        ++m_at;
        return true;
    }
    void skipBlanks()
    {
        while (m_at != m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\r' || *m_at == '\t'))
            ++m_at;
    }
    Cell encoded(const char *start) const
    {
        return Cell::encoded(QByteArrayView(start, m_at - start), jsonCodec());
    }

    bool value(const WantedField *wanted, int depth)
    {
        const char *start = m_at;
        switch (current()) {
        case '{':
            if (depth >= MaximumScanDepth || !object(wanted, depth))
                return false;
            m_out.fill(wanted, encoded(start));
            return true;
        case '[':
            if (depth >= MaximumScanDepth || !array(depth))
                return false;
            m_out.fill(wanted, encoded(start));
            return true;
        case '"': {
            bool escapes = false;
            if (!string(&escapes))
                return false;
            if (m_out.wants(wanted))
                m_out.leaf(wanted,
                           escapes ? encoded(start)
                                   : Cell::text(QByteArrayView(start + 1, m_at - start - 2)));
            return true;
        }
        case '-':
        case '0':
        case '1':
        case '2':
        case '3':
        case '4':
        case '5':
        case '6':
        case '7':
        case '8':
        case '9':
            return number(wanted);
        default:
            return word(wanted);
        }
    }

    bool object(const WantedField *wanted, int depth)
    {
        ++m_at;
        skipBlanks();
        if (take('}'))
            return true;
        FieldMatcher matcher(wanted);
        do {
            skipBlanks();
            const char *start = m_at;
            bool escapes = false;
            if (current() != '"' || !string(&escapes))
                return false;
            if (escapes && !matcher.isEmpty())
                return false;
            const WantedField *field = matcher.match(QByteArrayView(start + 1, m_at - start - 2));
            skipBlanks();
            if (!take(':'))
                return false;
            skipBlanks();
            if (!value(field, depth + 1))
                return false;
            skipBlanks();
        } while (take(','));
        return take('}');
    }

    bool array(int depth)
    {
        ++m_at;
        skipBlanks();
        if (take(']'))
            return true;
        do {
            skipBlanks();
            if (!value(nullptr, depth + 1))
                return false;
            skipBlanks();
        } while (take(','));
        return take(']');
    }

    // How many of the next eight bytes come before a quote, a backslash or a control character.
    static int plainBytes(const char *at)
    {
        constexpr quint64 Ones = 0x0101010101010101;
        constexpr quint64 HighBits = 0x8080808080808080;
        const auto eight = qFromLittleEndian<quint64>(at);
        const auto zeros = [](quint64 x) { return (x - Ones) & ~x & HighBits; };
        // Beyond the first one that is found, more may seem to be, which does not matter.
        const quint64 special = zeros(eight ^ (Ones * '"')) | zeros(eight ^ (Ones * '\\'))
            | ((eight - Ones * 0x20) & ~eight & HighBits);
        return int(qCountTrailingZeroBits(special)) / 8;
    }

    bool string(bool *escapes)
    {
        ++m_at;
        while (true) {
            for (int plain = 8; plain == 8 && m_end - m_at >= 8; m_at += plain)
                plain = plainBytes(m_at);
            while (m_at != m_end && *m_at != '"' && *m_at != '\\' && quint8(*m_at) >= 0x20)
                ++m_at;
            if (take('"'))
                return true;
            if (!take('\\'))
                return false;
            *escapes = true;
            if (m_at == m_end)
                return false;
            const char letter = *m_at++;
            if (letter == 'u') {
                for (int i = 0; i < 4; ++i) {
                    if (!isHexDigit(current()))
                        return false;
                    ++m_at;
                }
            } else if (!letter || !std::strchr("\"\\/bfnrt", letter)) {
                return false;
            }
        }
    }

    bool digits()
    {
        const char *start = m_at;
        while (m_at != m_end && isDigit(*m_at))
            ++m_at;
        return m_at != start;
    }

    bool number(const WantedField *wanted)
    {
        const char *start = m_at;
        const bool negative = take('-');
        if (current() == 'I')
            return word(wanted, start);
        const char *firstDigit = m_at;
        if (!digits() || (*firstDigit == '0' && m_at - firstDigit > 1))
            return false;
        constexpr qptrdiff SurelyFitting = 18;
        if (current() != '.' && current() != 'e' && current() != 'E') {
            if (!m_out.wants(wanted))
                return true;
            if (m_at - firstDigit > SurelyFitting) {
                m_out.leaf(wanted, encoded(start));
                return true;
            }
            qint64 number = 0;
            for (const char *digit = firstDigit; digit != m_at; ++digit)
                number = number * 10 + (*digit - '0');
            m_out.leaf(wanted, Cell::ofInteger(negative ? -number : number));
            return true;
        }
        if (take('.') && !digits())
            return false;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            if (!digits())
                return false;
        }
        if (m_out.wants(wanted)) {
            double number = 0;
            const auto [end, error] = std::from_chars(start, m_at, number);
            // Too large or too small a number is the codec's business.
            m_out.leaf(wanted, error == std::errc() && end == m_at ? Cell::ofFloat(number) : encoded(start));
        }
        return true;
    }

    bool word(const WantedField *wanted) { return word(wanted, m_at); }
    bool word(const WantedField *wanted, const char *start)
    {
        while (m_at != m_end && isWordPart(*m_at))
            ++m_at;
        const std::string_view word(start, size_t(m_at - start));
        Cell cell;
        if (word == "null")
            cell = Cell::null();
        else if (word == "true")
            cell = Cell::boolean(true);
        else if (word == "false")
            cell = Cell::boolean(false);
        else if (word == "NaN" || word == "Infinity" || word == "-Infinity")
            cell = encoded(start);
        else
            return false;
        m_out.leaf(wanted, cell);
        return true;
    }

    const char *m_at;
    const char *m_end;
    CellWriter m_out;
};

} // namespace

bool scanJson(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells, LeafVisitor *leaves)
{
    return JsonScanner(bytes, cells, leaves).scan(root);
}

} // namespace slotscope::core
