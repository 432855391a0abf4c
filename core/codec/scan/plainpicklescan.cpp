// SPDX-License-Identifier: GPL-3.0-or-later
//
// A pickle is a program for a stack, but what Python writes for plain data can be read from the front like
// any other format: a mark stands right behind the dict or list that takes what follows it. Whatever stands
// elsewhere makes the scan give up.
#include "core/codec/scan/picklescan.h"
#include "core/value/utf8.h"

#include <QtEndian>

namespace slotscope::core {

namespace {

class PlainPickleScanner
{
public:
    PlainPickleScanner(QByteArrayView bytes, std::vector<Cell> &cells, LeafVisitor *leaves)
        : m_at(bytes.data())
        , m_end(bytes.data() + bytes.size())
        , m_size(bytes.size())
        , m_out(cells, leaves)
    {
    }

    bool scan(const WantedField &root)
    {
        constexpr quint8 NewestProtocol = 5;
        quint8 protocol = 0;
        quint64 frame = 0;
        if (take('\x80') && (!number(&protocol) || protocol > NewestProtocol))
            return false;
        if (take('\x95') && (!number(&frame) || frame > quint64(m_end - m_at)))
            return false;
        return object(&root, 0) && take('.') && m_at == m_end;
    }

private:
    bool take(char opcode)
    {
        if (m_at == m_end || *m_at != opcode)
            return false;
        ++m_at;
        return true;
    }

    template <typename T>
    bool number(T *value)
    {
        if (m_end - m_at < qptrdiff(sizeof(T)))
            return false;
        *value = qFromLittleEndian<T>(m_at);
        m_at += sizeof(T);
        return true;
    }

    template <typename Size>
    bool content(QByteArrayView *bytes)
    {
        Size size = 0;
        if (!number(&size) || quint64(size) > quint64(m_end - m_at))
            return false;
        *bytes = QByteArrayView(m_at, qsizetype(size));
        m_at += size;
        return true;
    }

    template <typename Size>
    bool text(QByteArrayView *utf8)
    {
        // Lone surrogates are the codec's business.
        return content<Size>(utf8) && isUtf8(*utf8);
    }

    // What is put into the memo is not fetched, for then the scan gives up.
    bool memo()
    {
        quint32 index = 0;
        if (m_at == m_end)
            return false;
        switch (quint8(*m_at)) {
        case 'q':
            if (m_end - m_at < 2)
                return false;
            m_at += 2;
            return true;
        case 'r':
            ++m_at;
            return number(&index);
        case 0x94:
            ++m_at;
            return true;
        default:
            return true;
        }
    }

    Cell encoded(const char *start) const
    {
        return Cell::encoded(QByteArrayView(start, m_at - start), pickledObjectCodec());
    }

    bool leaf(const WantedField *wanted, const Cell &cell)
    {
        if (m_out.wants(wanted))
            m_out.leaf(wanted, cell);
        return true;
    }

    template <typename T>
    bool integer(const WantedField *wanted)
    {
        T value = 0;
        return number(&value) && leaf(wanted, Cell::ofInteger(qint64(value)));
    }

    template <typename Size>
    bool text(const WantedField *wanted)
    {
        QByteArrayView utf8;
        return text<Size>(&utf8) && leaf(wanted, Cell::text(utf8)) && memo();
    }

    template <typename Size>
    bool bytes(const WantedField *wanted)
    {
        QByteArrayView content;
        return this->content<Size>(&content) && leaf(wanted, Cell::ofBytes(content)) && memo();
    }

    bool object(const WantedField *wanted, int depth)
    {
        if (m_at == m_end)
            return false;
        const char *start = m_at;
        switch (quint8(*m_at++)) {
        case 'X':
            return text<quint32>(wanted);
        case 0x8c:
            return text<quint8>(wanted);
        case 'K':
            return integer<quint8>(wanted);
        case 'M':
            return integer<quint16>(wanted);
        case 'J':
            return integer<qint32>(wanted);
        case 'G':
            m_at += sizeof(double);
            return m_end - start > qptrdiff(sizeof(double))
                && leaf(wanted, Cell::ofFloat(qFromBigEndian<double>(start + 1)));
        case 'N':
            return leaf(wanted, Cell::null());
        case 0x88:
        case 0x89:
            return leaf(wanted, Cell::boolean(quint8(*start) == 0x88));
        case 0x8a:
            return longInteger(wanted);
        case 'C':
            return bytes<quint8>(wanted);
        case 'B':
            return bytes<quint32>(wanted);
        case '}':
            if (depth > MaximumScanDepth || !dict(wanted, depth))
                return false;
            m_out.fill(wanted, encoded(start));
            return true;
        case ']':
            if (depth > MaximumScanDepth || !list(depth))
                return false;
            m_out.fill(wanted, encoded(start));
            return true;
        default:
            return false;
        }
    }

    bool longInteger(const WantedField *wanted)
    {
        QByteArrayView bytes;
        if (!content<quint8>(&bytes) || bytes.size() > qsizetype(sizeof(qint64)))
            return false;
        quint64 value = !bytes.isEmpty() && quint8(bytes.back()) >= 0x80 ? ~quint64(0) : 0;
        for (qsizetype i = bytes.size(); i-- > 0;)
            value = value << 8 | quint8(bytes[i]);
        return leaf(wanted, Cell::ofInteger(qint64(value)));
    }

    bool dict(const WantedField *wanted, int depth)
    {
        if (!memo())
            return false;
        FieldMatcher matcher(wanted);
        if (!take('(')) {
            FieldMatcher none(nullptr);
            if (!matcher.isEmpty() || m_out.hasVisitor())
                return !follows('s', [&] { return member(&none, depth); })
                    || (member(&matcher, depth) && take('s'));
            skipOnly('s', [&] { return member(&none, depth); });
            return true;
        }
        while (!take('u')) {
            if (!member(&matcher, depth))
                return false;
        }
        return true;
    }

    Q_ALWAYS_INLINE bool member(FieldMatcher *matcher, int depth)
    {
        QByteArrayView name;
        if (take('X') ? !content<quint32>(&name) : !take('\x8c') || !content<quint8>(&name))
            return false;
        // The names of wanted fields are valid.
        const WantedField *field = matcher->match(name);
        return (field || isUtf8(name)) && memo() && object(field, depth + 1);
    }

    // Passes over what stands here, if the opcode behind it puts it, as the only one, into the dict or list
    // in front. Else that one is empty, and what stands here comes after it.
    template <typename Read>
    bool skipOnly(char opcode, Read &&read)
    {
        // What is read twice is not to be read twice again and again.
        if (m_readAhead > m_size)
            return false;
        const char *start = m_at;
        if (read() && take(opcode))
            return true;
        m_readAhead += m_at - start;
        m_at = start;
        return false;
    }

    // The same, but stays here and tells nobody of leaves.
    template <typename Read>
    bool follows(char opcode, Read &&read)
    {
        const char *start = m_at;
        LeafVisitor *visitor = m_out.exchangeVisitor(nullptr);
        const bool follows = skipOnly(opcode, read);
        m_out.exchangeVisitor(visitor);
        m_readAhead += m_at - start;
        m_at = start;
        return follows;
    }

    bool list(int depth)
    {
        if (!memo())
            return false;
        if (!take('(')) {
            const auto item = [&] { return object(nullptr, depth + 1); };
            if (m_out.hasVisitor())
                return !follows('a', item) || (item() && take('a'));
            skipOnly('a', item);
            return true;
        }
        while (!take('e')) {
            if (!object(nullptr, depth + 1))
                return false;
        }
        return true;
    }

    const char *m_at;
    const char *m_end;
    qsizetype m_size;
    qsizetype m_readAhead = 0;
    CellWriter m_out;
};

} // namespace

bool scanPlainPickle(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
                     LeafVisitor *leaves)
{
    return PlainPickleScanner(bytes, cells, leaves).scan(root);
}

} // namespace slotscope::core
