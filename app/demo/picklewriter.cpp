// SPDX-License-Identifier: GPL-3.0-or-later
//
// Opcodes: CPython's Lib/pickle.py.
#include "app/demo/picklewriter.h"

#include <QtEndian>

#include <bit>

namespace slotscope::app {

namespace {

using core::Value;

class PickleWriter
{
public:
    QByteArray write(const Value &value)
    {
        m_out = QByteArray("\x80\x02", 2); // PROTO 2
        save(value);
        m_out += '.'; // STOP
        return m_out;
    }

private:
    template <typename Number>
    void append(Number number)
    {
        number = qToLittleEndian(number);
        m_out.append(reinterpret_cast<const char *>(&number), sizeof number);
    }

    void memoize()
    {
        if (m_memo < 256) {
            m_out += 'q'; // BINPUT
            append(static_cast<quint8>(m_memo));
        } else {
            m_out += 'r'; // LONG_BINPUT
            append(m_memo);
        }
        ++m_memo;
    }

    void saveInteger(qint64 number)
    {
        if (number >= 0 && number <= 0xff) {
            m_out += 'K'; // BININT1
            append(static_cast<quint8>(number));
        } else if (number >= 0 && number <= 0xffff) {
            m_out += 'M'; // BININT2
            append(static_cast<quint16>(number));
        } else {
            m_out += 'J'; // BININT
            append(static_cast<qint32>(number));
        }
    }

    void save(const Value &value)
    {
        switch (value.kind()) {
        case Value::Kind::Bool:
            m_out += value.toBool() ? '\x88' : '\x89'; // NEWTRUE, NEWFALSE
            break;
        case Value::Kind::Integer:
            saveInteger(value.toInt64().value_or(0));
            break;
        case Value::Kind::Float: {
            m_out += 'G'; // BINFLOAT, big endian
            const quint64 bits = qToBigEndian(std::bit_cast<quint64>(value.toDouble()));
            m_out.append(reinterpret_cast<const char *>(&bits), sizeof bits);
            break;
        }
        case Value::Kind::Text: {
            const QByteArray utf8 = value.toText().toUtf8();
            m_out += 'X'; // BINUNICODE
            append(static_cast<quint32>(utf8.size()));
            m_out += utf8;
            memoize();
            break;
        }
        case Value::Kind::Array:
            m_out += ']'; // EMPTY_LIST
            memoize();
            saveMany(value.items().size(), 'a', 'e', // APPEND, APPENDS
                     [&](size_t i) { save(value.items()[i]); });
            break;
        case Value::Kind::Map:
            m_out += '}'; // EMPTY_DICT
            memoize();
            saveMany(value.members().size(), 's', 'u', // SETITEM, SETITEMS
                     [&](size_t i) {
                         save(value.members()[i].key);
                         save(value.members()[i].value);
                     });
            break;
        default:
            m_out += 'N'; // NONE
        }
    }

    /// A lone item goes without a mark, as in CPython's batches; no container of the demo exceeds a batch of
    /// 1,000.
    template <typename SaveItem>
    void saveMany(size_t count, char one, char many, SaveItem saveItem)
    {
        if (count == 0)
            return;
        if (count > 1)
            m_out += '('; // MARK
        for (size_t i = 0; i < count; ++i)
            saveItem(i);
        m_out += count > 1 ? many : one;
    }

    QByteArray m_out;
    quint32 m_memo = 0;
};

} // namespace

QByteArray writePickle(const Value &value)
{
    return PickleWriter().write(value);
}

} // namespace slotscope::app
