// SPDX-License-Identifier: GPL-3.0-or-later
//
// The writer's numbers, texts and bytes.
#include "core/codec/pickle/picklescalars.h"
#include "core/codec/pickle/picklewriter.h"
#include "core/value/numbertext.h"

#include <QtEndian>

#include <cmath>
#include <limits>

namespace slotscope::core::pickle {

bool Writer::save(const Value &value)
{
    if (m_path.size() >= size_t(MaximumDepth))
        return fail(QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));
    boundary();
    switch (value.kind()) {
    case Value::Kind::Null:
        emitByte('N');
        return true;
    case Value::Kind::Bool:
        if (m_protocol >= 2)
            emitByte(value.toBool() ? '\x88' : '\x89');
        else
            emitBytes(value.toBool() ? "I01\n" : "I00\n");
        return true;
    case Value::Kind::Integer:
        return saveInteger(value);
    case Value::Kind::Float:
        saveFloat(value.toDouble());
        return true;
    case Value::Kind::Text:
        saveText(value.toText());
        put();
        return true;
    case Value::Kind::Bytes:
        if (value.style().flags & Value::OtherType)
            saveByteArray(value.toBytes());
        else
            saveBytes(value.toBytes());
        return true;
    case Value::Kind::Array:
        emitBytes(m_protocol == 0 ? "(l" : "]");
        put();
        return saveItems(value.items());
    case Value::Kind::Tuple:
        return saveTuple(value.items());
    case Value::Kind::Set:
        return saveSet(value);
    case Value::Kind::Map:
        return saveDict(value.members());
    default:
        return saveCall(value);
    }
}

bool Writer::saveInteger(const Value &value)
{
    const auto small = value.toInt64();
    if (small && *small >= std::numeric_limits<qint32>::min()
        && *small <= std::numeric_limits<qint32>::max()) {
        if (m_protocol == 0)
            emitBytes('I' + QByteArray::number(*small) + '\n');
        else if (*small >= 0 && *small <= 0xff)
            emitBytes('K' + littleEndian(quint64(*small), 1));
        else if (*small >= 0 && *small <= 0xffff)
            emitBytes('M' + littleEndian(quint64(*small), 2));
        else
            emitBytes('J' + littleEndian(quint64(*small), 4));
        return true;
    }
    if (m_protocol < 2) {
        emitBytes('L' + value.integerText().toLatin1() + "L\n");
        return true;
    }
    const auto bytes = twosComplement(value.integerText());
    if (!bytes)
        return fail(QStringLiteral("an integer of so many digits cannot be written"));
    if (bytes->size() < 256)
        emitBytes('\x8a' + littleEndian(quint64(bytes->size()), 1) + *bytes);
    else
        emitBytes('\x8b' + littleEndian(quint64(bytes->size()), 4) + *bytes);
    return true;
}

void Writer::saveFloat(double number)
{
    if (m_protocol > 0) {
        QByteArray bytes(9, 'G');
        qToBigEndian(number, bytes.data() + 1);
        emitBytes(bytes);
    } else if (std::isfinite(number)) {
        emitBytes('F' + floatText(number) + '\n');
    } else {
        emitBytes(std::isnan(number) ? "Fnan\n" : (number > 0 ? "Finf\n" : "F-inf\n"));
    }
}

void Writer::saveText(const QString &text)
{
    if (m_protocol == 0) {
        emitBytes('V' + rawEscape(text) + '\n');
        return;
    }
    const QByteArray bytes = surrogateUtf8(text);
    if (m_protocol >= 4 && bytes.size() < 256)
        emitLarge('\x8c' + littleEndian(quint64(bytes.size()), 1), bytes);
    else
        emitLarge('X' + littleEndian(quint64(bytes.size()), 4), bytes);
}

void Writer::saveBytes(const QByteArray &bytes)
{
    if (m_protocol >= 3) {
        if (bytes.size() < 256)
            emitLarge('C' + littleEndian(quint64(bytes.size()), 1), bytes);
        else
            emitLarge('B' + littleEndian(quint64(bytes.size()), 4), bytes);
    } else if (bytes.isEmpty()) {
        saveGlobal("builtins", "bytes");
        noArguments();
        emitByte('R');
    } else {
        saveGlobal("_codecs", "encode");
        beginArguments();
        saveText(QString::fromLatin1(bytes));
        put();
        saveName("latin1");
        endArguments(2);
        emitByte('R');
    }
    put();
}

void Writer::saveByteArray(const QByteArray &bytes)
{
    if (m_protocol >= 5) {
        emitLarge('\x96' + littleEndian(quint64(bytes.size()), 8), bytes);
    } else {
        saveGlobal("builtins", "bytearray");
        if (bytes.isEmpty()) {
            noArguments();
        } else {
            beginArguments();
            saveBytes(bytes);
            endArguments(1);
        }
        emitByte('R');
    }
    put();
}

} // namespace slotscope::core::pickle
