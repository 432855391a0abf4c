// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/indexcheck.h"

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr qsizetype SlotSize = 2;

QByteArray prefixOf(Slot slot)
{
    return KeyRange::slot(slot).begin;
}

} // namespace

QString indexFaultName(IndexFault::Kind kind)
{
    switch (kind) {
    case IndexFault::Kind::Missing:
        return QStringLiteral("missing");
    case IndexFault::Kind::Wrong:
        return QStringLiteral("wrong");
    case IndexFault::Kind::Orphaned:
        return QStringLiteral("orphaned");
    case IndexFault::Kind::Stale:
        return QStringLiteral("stale");
    case IndexFault::Kind::Shadowed:
        return QStringLiteral("shadowed");
    case IndexFault::Kind::Unindexable:
        return QStringLiteral("unindexable");
    }
    return {};
}

std::optional<QByteArray> IndexFault::repairedValue() const
{
    // As txaioetcd writes entries: the record's key, never compressed.
    if (kind == Kind::Missing || kind == Kind::Wrong)
        return record.sliced(SlotSize);
    return std::nullopt;
}

IndexCheck::IndexCheck(IndexInDatabase what)
    : m_reader(std::move(what))
{
}

IndexFault IndexCheck::fault(IndexFault::Kind kind, const QByteArray &indexKey) const
{
    IndexFault fault;
    fault.kind = kind;
    fault.table = what().table;
    fault.index = what().index;
    fault.entryKey = prefixOf(what().index) + indexKey;
    return fault;
}

void IndexCheck::addRecord(const KeyValue &record)
{
    ++m_records;
    const QByteArray primaryKey = record.key.sliced(SlotSize);
    const IndexPlace place = m_reader.placeOf(record.key, record.value);
    m_known[primaryKey] = place.kind != IndexPlace::Kind::Unreadable;
    if (place.kind == IndexPlace::Kind::Unreadable) {
        ++m_undecodable;
        return;
    }
    if (place.kind == IndexPlace::Kind::Unindexable) {
        IndexFault found = fault(IndexFault::Kind::Unindexable, {});
        found.entryKey.clear();
        found.record = record.key;
        found.why = place.why;
        m_faults.push_back(std::move(found));
        return;
    }
    if (!place.isEntry())
        return;
    const auto [owner, isFirst] = m_owners.try_emplace(place.entryKey.sliced(SlotSize));
    if (isFirst)
        owner->second.record = primaryKey;
    else
        owner->second.others.push_back(primaryKey);
}

void IndexCheck::shadow(const QByteArray &indexKey, const Owner &owner, const QByteArray &shown,
                        const std::optional<KeyValue> &entry)
{
    const auto add = [&](const QByteArray &record) {
        if (record == shown)
            return;
        IndexFault found = fault(IndexFault::Kind::Shadowed, indexKey);
        found.record = prefixOf(what().table) + record;
        found.pointsTo = shown;
        found.entry = entry;
        m_faults.push_back(std::move(found));
    };
    add(owner.record);
    std::for_each(owner.others.cbegin(), owner.others.cend(), add);
}

void IndexCheck::addEntry(const KeyValue &entry)
{
    ++m_entries;
    const QByteArray indexKey = entry.key.sliced(SlotSize);
    // The library leaves entries of a compressed index uncompressed, so both are believed.
    QByteArray pointsTo = entry.value;
    if (!m_known.contains(pointsTo)) {
        if (const auto plain = what().indexCodec.decompressed(entry.value))
            pointsTo = *plain;
    }
    const auto known = m_known.find(pointsTo);
    const auto owned = m_owners.find(indexKey);

    if (owned == m_owners.end()) {
        if (known != m_known.end() && !known->second)
            return; // its record cannot be read, so nothing speaks against it
        IndexFault found =
            fault(known == m_known.end() ? IndexFault::Kind::Orphaned : IndexFault::Kind::Stale, indexKey);
        found.entry = entry;
        found.pointsTo = pointsTo;
        m_faults.push_back(std::move(found));
        return;
    }
    Owner &owner = owned->second;
    owner.seen = true;
    const bool right = owner.record == pointsTo
        || std::find(owner.others.cbegin(), owner.others.cend(), pointsTo) != owner.others.cend();
    if (!right) {
        IndexFault found = fault(IndexFault::Kind::Wrong, indexKey);
        found.entry = entry;
        found.pointsTo = pointsTo;
        found.record = prefixOf(what().table) + owner.record;
        m_faults.push_back(std::move(found));
    }
    shadow(indexKey, owner, right ? pointsTo : owner.record, entry);
}

std::vector<IndexFault> IndexCheck::faults()
{
    for (const auto &[indexKey, owner] : m_owners) {
        if (owner.seen)
            continue;
        IndexFault found = fault(IndexFault::Kind::Missing, indexKey);
        found.record = prefixOf(what().table) + owner.record;
        m_faults.push_back(std::move(found));
        shadow(indexKey, owner, owner.record, std::nullopt);
    }
    std::stable_sort(m_faults.begin(), m_faults.end(), [](const IndexFault &a, const IndexFault &b) {
        return std::tie(a.entryKey, a.record) < std::tie(b.entryKey, b.record);
    });
    return std::move(m_faults);
}

} // namespace slotscope::core
