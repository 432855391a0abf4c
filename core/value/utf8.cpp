// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/utf8.h"

#include <QStringDecoder>

namespace slotscope::core {

qsizetype firstInvalidUtf8(QByteArrayView bytes)
{
    if (isUtf8(bytes))
        return -1;
    const auto byteAt = [&](qsizetype i) { return i < bytes.size() ? int(quint8(bytes[i])) : -1; };
    const auto follows = [&](qsizetype i, int low = 0x80, int high = 0xbf) {
        const int byte = byteAt(i);
        return byte >= low && byte <= high;
    };
    qsizetype i = 0;
    while (i < bytes.size()) {
        const int lead = byteAt(i);
        if (lead < 0x80) {
            ++i;
        } else if (lead >= 0xc2 && lead <= 0xdf && follows(i + 1)) {
            i += 2;
        } else if (lead >= 0xe0 && lead <= 0xef && follows(i + 2)
                   && follows(i + 1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf)) {
            i += 3;
        } else if (lead >= 0xf0 && lead <= 0xf4 && follows(i + 2) && follows(i + 3)
                   && follows(i + 1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf)) {
            i += 4;
        } else {
            return i;
        }
    }
    return -1;
}

std::optional<QString> textFromUtf8(QByteArrayView bytes)
{
    if (isAscii(bytes))
        return QString::fromLatin1(bytes);
    if (!bytes.isValidUtf8())
        return std::nullopt;
    if (!bytes.startsWith("\xef\xbb\xbf"))
        return QString::fromUtf8(bytes);
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
    QString text = decoder.decode(bytes);
    return text;
}

bool isPrintableUtf8(QByteArrayView bytes)
{
    for (const char c : bytes) {
        const quint8 byte = quint8(c);
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f)
            return false;
    }
    return firstInvalidUtf8(bytes) < 0;
}

} // namespace slotscope::core
