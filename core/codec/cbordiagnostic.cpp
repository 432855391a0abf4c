// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbordiagnostic.h"

#include "core/codec/cborreader.h"
#include "core/codec/cborstyle.h"
#include "core/codec/cborwriter.h"
#include "core/value/jsonreader.h"
#include "core/value/numbertext.h"
#include "core/value/utf8.h"

#include <cmath>

namespace slotscope::core {

namespace {

using cbor::Item;
using Type = Item::Type;

// With a point always, and the exponent without zeros in front: `1.0e+300`, `5.0e-324`.
QByteArray floatDigits(double value)
{
    QByteArray text = floatText(value);
    qsizetype exponent = text.indexOf('e');
    if (exponent < 0)
        return text;
    if (text.indexOf('.') < 0) {
        text.insert(exponent, ".0");
        exponent += 2;
    }
    const qsizetype digits = exponent + 2; // behind the sign
    while (digits + 1 < text.size() && text[digits] == '0')
        text.remove(digits, 1);
    return text;
}

// Of bytes that are well-formed. Not recursive.
class Printer
{
public:
    Printer(QByteArrayView bytes, const CborDiagnostic &options)
        : m_bytes(bytes)
        , m_options(options)
    {
    }

    QByteArray print()
    {
        qsizetype at = 0;
        do {
            const auto item = cbor::readItem(m_bytes, at);
            if (!item)
                break;
            one(*item, m_bytes.sliced(at, item->size));
            at += item->size;
        } while (!m_open.empty() && at < m_bytes.size());
        return std::move(m_out);
    }

private:
    struct Frame
    {
        Type type = Type::Array;
        quint64 left = 0; // of definite ones: items, keys and values
        quint64 printed = 0;
        qsizetype start = 0; // in the text
    };

    static bool isMap(Type type) { return type == Type::Map || type == Type::OpenMap; }
    static bool isChunked(Type type) { return type == Type::ChunkedBytes || type == Type::ChunkedText; }

    void one(const Item &item, QByteArrayView bytes)
    {
        if (item.type == Type::Break) {
            close();
            return;
        }
        separate();
        switch (item.type) {
        case Type::Unsigned:
            m_out += QByteArray::number(item.number) + indicator(item);
            break;
        case Type::Negative:
            m_out += '-' + incrementedDigits(QString::number(item.number)).toLatin1() + indicator(item);
            break;
        case Type::Bytes:
            m_out += "h'" + item.content.toByteArray().toHex() + '\'' + indicator(item);
            break;
        case Type::Text:
            m_out += jsonString(*textFromUtf8(item.content)) + indicator(item);
            break;
        case Type::Float:
            floating(item.floating, bytes);
            break;
        case Type::Special:
            special(item.number);
            break;
        case Type::Tag:
            m_out += QByteArray::number(item.number) + indicator(item) + '(';
            open(item, 1);
            return;
        case Type::Array:
        case Type::Map: {
            const QByteArray mark = indicator(item);
            m_out += isMap(item.type) ? '{' : '[';
            m_out += mark.isEmpty() || item.number == 0 ? mark : mark + ' ';
            open(item, isMap(item.type) ? item.number * 2 : item.number);
            if (item.number == 0)
                close();
            return;
        }
        case Type::OpenArray:
        case Type::OpenMap:
            m_out += isMap(item.type) ? "{_ " : "[_ ";
            open(item, 0);
            return;
        case Type::ChunkedBytes:
        case Type::ChunkedText:
            m_out += "(_ ";
            open(item, 0);
            return;
        case Type::Break:
            break;
        }
        printed();
    }

    QByteArray indicator(const Item &item) const
    {
        return m_options.encodingIndicators && item.head ? '_' + QByteArray::number(item.head - 1)
                                                         : QByteArray();
    }

    void floating(double value, QByteArrayView bytes)
    {
        if (!m_options.encodingIndicators) {
            m_out += floatDigits(value);
            return;
        }
        const int width = bytes.size() == 3 ? 1 : bytes.size() == 5 ? 2 : 3;
        if (std::isnan(value)) {
            // One that is no more than that in its width, or else all of its bits.
            static constexpr QByteArrayView Plain[] = {"f97e00", "fa7fc00000", "fb7ff8000000000000"};
            if (bytes.toByteArray().toHex() != Plain[width - 1]) {
                m_out += "float'" + bytes.sliced(1).toByteArray().toHex() + '\'';
                return;
            }
        }
        const auto shortest =
            cbor::styledScalar(Value::number(value).withStyle({CborStyle | cbor::HalfFloat, {}}));
        m_out += floatDigits(value);
        if (shortest && shortest->size() < bytes.size())
            m_out += '_' + QByteArray::number(width);
    }

    void special(quint64 number)
    {
        switch (number) {
        case 20:
            m_out += "false";
            break;
        case 21:
            m_out += "true";
            break;
        case 22:
            m_out += "null";
            break;
        case 23:
            m_out += "undefined";
            break;
        default:
            m_out += "simple(" + QByteArray::number(number) + ')';
        }
    }

    void open(const Item &item, quint64 left) { m_open.push_back({item.type, left, 0, m_out.size()}); }

    // What stands in front of the next item.
    void separate()
    {
        if (m_open.empty() || m_open.back().type == Type::Tag)
            return;
        const Frame &frame = m_open.back();
        if (isMap(frame.type) && frame.printed % 2 == 1) {
            m_out += ": ";
            return;
        }
        const bool lines = m_options.indent >= 0 && !isChunked(frame.type);
        if (frame.printed > 0)
            m_out += lines ? "," : ", ";
        if (lines)
            newLine();
    }

    void newLine()
    {
        while (m_out.endsWith(' '))
            m_out.chop(1);
        const qsizetype levels = std::count_if(m_open.begin(), m_open.end(),
                                               [](const Frame &frame) { return frame.type != Type::Tag; });
        m_out += '\n' + QByteArray(levels * m_options.indent, ' ');
    }

    // An item is complete, and with it the containers that it was the last of.
    void printed()
    {
        if (m_open.empty())
            return;
        Frame &frame = m_open.back();
        ++frame.printed;
        if ((frame.type == Type::Tag || frame.type == Type::Array || frame.type == Type::Map)
            && --frame.left == 0)
            close();
    }

    void close()
    {
        const Frame frame = m_open.back();
        m_open.pop_back();
        if (isChunked(frame.type) && frame.printed == 0) {
            m_out.truncate(frame.start - 3);
            m_out += frame.type == Type::ChunkedText ? "\"\"_" : "''_";
        } else if (isChunked(frame.type) || frame.type == Type::Tag) {
            m_out += ')';
        } else {
            if (m_options.indent >= 0 && frame.printed > 0)
                newLine();
            m_out += isMap(frame.type) ? '}' : ']';
        }
        printed();
    }

    QByteArrayView m_bytes;
    const CborDiagnostic &m_options;
    std::vector<Frame> m_open;
    QByteArray m_out;
};

} // namespace

Expected<QString, DecodeError> cborDiagnostic(QByteArrayView bytes, const CborDiagnostic &options)
{
    // Whether all of it is well-formed has one answer.
    const auto value = cbor::read(bytes);
    if (!value)
        return Unexpected {value.error()};
    return QString::fromUtf8(Printer(bytes, options).print());
}

} // namespace slotscope::core
