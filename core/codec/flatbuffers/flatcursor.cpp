// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatcursor.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace slotscope::core::flat {

static_assert(std::endian::native == std::endian::little, "numbers are read as they stand");

void Cursor::need(qint64 offset, qint64 wanted, int alignment, const char *what) const
{
    if (offset < 0 || wanted > size() || offset > size() - wanted)
        fail(std::clamp(offset, qint64(0), size()),
             QStringLiteral("%1 does not lie within the buffer").arg(QLatin1String(what)));
    if (offset % alignment != 0)
        fail(offset, QStringLiteral("%1 is not aligned to %2 bytes").arg(QLatin1String(what)).arg(alignment));
}

qint64 Cursor::refer(qint64 offset, const char *what) const
{
    need(offset, 4, 4, what);
    const auto distance = get<quint32>(offset);
    // The library's own limit; what wraps around would lead backwards.
    if (distance == 0 || distance > quint32(std::numeric_limits<qint32>::max())
        || offset + distance >= size())
        fail(offset, QStringLiteral("the offset of %1 leads nowhere").arg(QLatin1String(what)));
    return offset + distance;
}

TablePlace Cursor::root() const
{
    if (size() < 4)
        fail(0, QStringLiteral("too short for a FlatBuffer"));
    return table(refer(0, "the root table"));
}

TablePlace Cursor::table(qint64 offset) const
{
    need(offset, 4, 4, "a table");
    TablePlace place {offset, offset - get<qint32>(offset), 0, 0};
    need(place.vtable, 4, 2, "the vtable of a table");
    place.vtableSize = get<quint16>(place.vtable);
    if (place.vtableSize < 4 || place.vtableSize % 2 != 0)
        fail(place.vtable, QStringLiteral("a vtable cannot have %1 bytes").arg(place.vtableSize));
    need(place.vtable, place.vtableSize, 2, "the vtable of a table");
    place.size = int(std::min(qint64(get<quint16>(place.vtable + 2)), size() - offset));
    return place;
}

VectorPlace Cursor::vector(qint64 offset, qint64 elementSize) const
{
    need(offset, 4, 4, "the length of a vector");
    const VectorPlace place {offset + 4, get<quint32>(offset)};
    if (place.count > (size() - place.offset) / elementSize)
        fail(offset,
             QStringLiteral("a vector of %1 elements does not lie within the buffer").arg(place.count));
    return place;
}

QByteArrayView Cursor::string(qint64 offset) const
{
    need(offset, 4, 4, "the length of a text");
    const qint64 length = get<quint32>(offset);
    if (length >= size() - offset - 4)
        fail(offset, QStringLiteral("a text of %1 bytes does not lie within the buffer").arg(length));
    if (m_bytes[offset + 4 + length] != '\0')
        fail(offset + 4 + length, QStringLiteral("a text does not end with a NUL byte"));
    return m_bytes.sliced(offset + 4, length);
}

} // namespace slotscope::core::flat
