// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the FlatBuffers codec: the parts that a buffer consists of, each checked before it is read.
#pragma once

#include <QByteArrayView>
#include <QString>

#include <cstring>
#include <type_traits>

namespace slotscope::core::flat {

/// A buffer is not what it should be. Thrown within the codec only.
struct Flaw
{
    qint64 offset = -1;
    QString what;
};

struct TablePlace
{
    qint64 offset = 0;
    qint64 vtable = 0;
    int vtableSize = 0; ///< in bytes
    int size = 0; ///< of the table in bytes, as the vtable says; not more than there are

    int slotCount() const { return (vtableSize - 4) / 2; }
};

struct VectorPlace
{
    qint64 offset = 0; ///< of the first element
    qint64 count = 0;
};

/// Reads at any place. Everything throws a Flaw rather than read outside. Offsets are relative to the buffer;
/// alignment is asked for where the library's verifier asks.
class Cursor
{
public:
    /// `base`: where the buffer stands in a larger one, for the offsets in errors.
    explicit Cursor(QByteArrayView bytes, qint64 base = 0)
        : m_bytes(bytes)
        , m_base(base)
    {
    }

    QByteArrayView bytes() const { return m_bytes; }
    qint64 base() const { return m_base; }
    qint64 size() const { return m_bytes.size(); }

    [[noreturn]] void fail(qint64 offset, const QString &what) const { throw Flaw {m_base + offset, what}; }

    void need(qint64 offset, qint64 size, int alignment, const char *what) const;

    /// Little endian; only where need() has passed.
    template <typename T>
    T get(qint64 offset) const
    {
        static_assert(std::is_integral_v<T>);
        T number = 0;
        std::memcpy(&number, m_bytes.data() + offset, sizeof number);
        return number;
    }
    /// The `size` lowest bytes of a number.
    quint64 bits(qint64 offset, int size) const
    {
        quint64 number = 0;
        std::memcpy(&number, m_bytes.data() + offset, size_t(size));
        return number;
    }

    /// Where the offset that stands at `offset` leads.
    qint64 refer(qint64 offset, const char *what) const;
    TablePlace root() const;
    TablePlace table(qint64 offset) const;
    /// The place of the field with this id in the table; 0: not stored.
    qint64 field(const TablePlace &table, int id) const
    {
        if (id >= table.slotCount())
            return 0;
        const auto entry = get<quint16>(table.vtable + 4 + 2 * qint64(id));
        return entry == 0 ? 0 : table.offset + entry;
    }
    VectorPlace vector(qint64 offset, qint64 elementSize) const;
    /// Without its NUL, which must be there.
    QByteArrayView string(qint64 offset) const;

private:
    QByteArrayView m_bytes;
    qint64 m_base;
};

} // namespace slotscope::core::flat
