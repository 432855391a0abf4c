// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/codec/scan/scan.h"
#include "core/value/utf8.h"

#include <QtEndian>

#include <limits>

namespace slotscope::core {

namespace {

enum Major : quint8 { Unsigned, Negative, ByteString, TextString, Array, Map, Tag, Special };

class CborScanner
{
public:
    CborScanner(QByteArrayView bytes, std::vector<Cell> &cells, LeafVisitor *leaves)
        : m_at(bytes.data())
        , m_end(bytes.data() + bytes.size())
        , m_out(cells, leaves)
    {
    }

    bool scan(const WantedField &root) { return item(&root, 0) && m_at == m_end; }

private:
    struct Head
    {
        Major major = Unsigned;
        quint8 information = 0;
        quint64 argument = 0;
        bool indefinite() const { return information == Indefinite; }
    };
    static constexpr quint8 Indefinite = 31;

    template <typename T>
    bool number(quint64 *argument)
    {
        if (m_end - m_at < qptrdiff(sizeof(T)))
            return false;
        *argument = qFromBigEndian<T>(m_at);
        m_at += sizeof(T);
        return true;
    }

    Q_ALWAYS_INLINE bool head(Head *head)
    {
        if (m_at == m_end)
            return false;
        const auto lead = quint8(*m_at++);
        head->major = Major(lead >> 5);
        head->information = lead & 0x1f;
        if (head->information < 24) {
            head->argument = head->information;
            return true;
        }
        return longHead(head);
    }

    bool longHead(Head *head)
    {
        switch (head->information) {
        case 24:
            return number<quint8>(&head->argument);
        case 25:
            return number<quint16>(&head->argument);
        case 26:
            return number<quint32>(&head->argument);
        case 27:
            return number<quint64>(&head->argument);
        case Indefinite:
            return true;
        default:
            return false;
        }
    }

    bool string(const Head &head, QByteArrayView *content)
    {
        if (head.argument > quint64(m_end - m_at))
            return false;
        *content = QByteArrayView(m_at, qsizetype(head.argument));
        m_at += head.argument;
        return head.major == ByteString || isUtf8(*content);
    }

    bool atBreak()
    {
        if (m_at == m_end || quint8(*m_at) != 0xff)
            return false;
        ++m_at;
        return true;
    }

    Cell encoded(const char *start) const
    {
        return Cell::encoded(QByteArrayView(start, m_at - start), cborCodec());
    }

    bool item(const WantedField *wanted, int depth)
    {
        const char *start = m_at;
        Head h;
        if (depth > MaximumScanDepth || !head(&h))
            return false;
        switch (h.major) {
        case Unsigned:
        case Negative:
            if (h.indefinite())
                return false;
            if (m_out.wants(wanted))
                m_out.leaf(wanted, integer(h, start));
            return true;
        case ByteString:
        case TextString: {
            if (h.indefinite())
                return chunks(wanted, h.major, start);
            QByteArrayView content;
            if (!string(h, &content))
                return false;
            if (m_out.wants(wanted))
                m_out.leaf(wanted, h.major == TextString ? Cell::text(content) : Cell::ofBytes(content));
            return true;
        }
        case Array:
            if (!items(h, depth))
                return false;
            m_out.fill(wanted, encoded(start));
            return true;
        case Map:
            if (!members(h, wanted, depth))
                return false;
            m_out.fill(wanted, encoded(start));
            return true;
        case Tag:
            return tag(h, wanted, start, depth);
        case Special:
            return special(h, wanted, start);
        }
        return false;
    }

    Cell integer(const Head &h, const char *start) const
    {
        if (h.argument > quint64(std::numeric_limits<qint64>::max()))
            return encoded(start);
        return Cell::ofInteger(h.major == Unsigned ? qint64(h.argument) : -1 - qint64(h.argument));
    }

    bool chunks(const WantedField *wanted, Major major, const char *start)
    {
        while (!atBreak()) {
            Head h;
            QByteArrayView content;
            if (!head(&h) || h.major != major || h.indefinite() || !string(h, &content))
                return false;
        }
        m_out.leaf(wanted, encoded(start));
        return true;
    }

    bool items(const Head &h, int depth)
    {
        if (h.indefinite()) {
            while (!atBreak()) {
                if (!item(nullptr, depth + 1))
                    return false;
            }
            return true;
        }
        for (quint64 i = 0; i < h.argument; ++i) {
            if (!item(nullptr, depth + 1))
                return false;
        }
        return true;
    }

    bool members(const Head &h, const WantedField *wanted, int depth)
    {
        FieldMatcher matcher(wanted);
        if (h.indefinite()) {
            while (!atBreak()) {
                if (!member(&matcher, depth))
                    return false;
            }
            return true;
        }
        for (quint64 i = 0; i < h.argument; ++i) {
            if (!member(&matcher, depth))
                return false;
        }
        return true;
    }

    bool member(FieldMatcher *matcher, int depth)
    {
        const char *start = m_at;
        Head key;
        if (!head(&key))
            return false;
        const WantedField *wanted = nullptr;
        if (key.major == TextString && !key.indefinite()) {
            QByteArrayView name;
            if (!string(key, &name))
                return false;
            wanted = matcher->match(name);
        } else {
            // Chunks may make up a wanted name, and a tag may mean anything.
            if (!matcher->isEmpty() && (key.major == TextString || key.major == Tag))
                return false;
            m_at = start;
            LeafVisitor *visitor = m_out.exchangeVisitor(nullptr);
            const bool passed = item(nullptr, depth + 1);
            m_out.exchangeVisitor(visitor);
            if (!passed)
                return false;
        }
        return item(wanted, depth + 1);
    }

    bool tag(const Head &h, const WantedField *wanted, const char *start, int depth)
    {
        // What is shared is not to be understood by itself, and who wants a field of a tag is to ask the
        // codec.
        const bool shares = h.argument == 25 || h.argument == 28 || h.argument == 29 || h.argument == 256;
        if (h.indefinite() || shares || (wanted && !wanted->fields.empty()))
            return false;
        // The whole of it is a leaf.
        LeafVisitor *visitor = m_out.exchangeVisitor(nullptr);
        const bool passed = item(nullptr, depth + 1);
        m_out.exchangeVisitor(visitor);
        if (passed && m_out.wants(wanted))
            m_out.leaf(wanted, encoded(start));
        return passed;
    }

    bool special(const Head &h, const WantedField *wanted, const char *start)
    {
        // A break out of place, or a simple value in two bytes that one byte could say.
        if (h.indefinite() || (h.information == 24 && h.argument < 32))
            return false;
        if (!m_out.wants(wanted))
            return true;
        Cell cell;
        switch (h.information) {
        case 20:
        case 21:
            cell = Cell::boolean(h.information == 21);
            break;
        case 22:
            cell = Cell::null();
            break;
        case 27:
            cell = Cell::ofFloat(qFromBigEndian<double>(start + 1));
            break;
        default:
            cell = encoded(start);
        }
        m_out.leaf(wanted, cell);
        return true;
    }

    const char *m_at;
    const char *m_end;
    CellWriter m_out;
};

} // namespace

bool scanCbor(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells, LeafVisitor *leaves)
{
    return CborScanner(bytes, cells, leaves).scan(root);
}

} // namespace slotscope::core
