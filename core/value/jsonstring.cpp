// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/jsonreader.h"

namespace slotscope::core {

QByteArray jsonString(QStringView text)
{
    const QByteArray utf8 = text.toUtf8();
    QByteArray out;
    out.reserve(utf8.size() + 2);
    out += '"';
    for (const char c : utf8) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (quint8(c) < 0x20)
                out += "\\u" + QByteArray::number(quint8(c), 16).rightJustified(4, '0');
            else
                out += c;
        }
    }
    out += '"';
    return out;
}

QByteArray asciiJsonString(QStringView text)
{
    QByteArray out(1, '"');
    for (const QChar c : text) {
        if (c.unicode() < 0x80) {
            const QByteArray quoted = jsonString(QStringView(&c, 1));
            out += QByteArrayView(quoted).sliced(1, quoted.size() - 2);
        } else {
            out += "\\u" + QByteArray::number(c.unicode(), 16).rightJustified(4, '0');
        }
    }
    return out + '"';
}

} // namespace slotscope::core
