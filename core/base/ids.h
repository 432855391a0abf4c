// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHashFunctions>
#include <QMetaType>
#include <QtGlobal>

#include <compare>

namespace slotscope::core {

/// An integer that does not mix with other integers.
template <typename Tag, typename Rep>
struct Id
{
    Rep value {};

    constexpr Id() = default;
    explicit constexpr Id(Rep v)
        : value(v)
    {
    }
    friend constexpr auto operator<=>(Id, Id) = default;
    friend size_t qHash(Id id, size_t seed = 0) { return ::qHash(id.value, seed); }
};

/// etcd's store revision: counts transactions of the whole cluster. 0: not known or "now".
using Revision = Id<struct RevisionTag, qint64>;
/// A pmap slot: the first two bytes of a key, big endian.
using Slot = Id<struct SlotTag, quint16>;
/// A row of one RowStore, never reused while the store lives.
using RowId = Id<struct RowIdTag, quint32>;
/// An etcd lease. 0: none.
using LeaseId = Id<struct LeaseIdTag, qint64>;

inline constexpr Slot CatalogueSlot {0};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::Revision)
Q_DECLARE_METATYPE(slotscope::core::Slot)
