// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/indexreader.h"

#include "core/etcd/messages.h"

namespace slotscope::core {

namespace {

constexpr qsizetype SlotSize = 2;

} // namespace

IndexReader::IndexReader(IndexInDatabase what)
    : m_what(std::move(what))
    , m_keys(m_what.relation, m_what.tableCodec.type().key, m_what.indexCodec.type().key)
{
}

IndexPlace IndexReader::placeOf(const QByteArray &etcdKey, const QByteArray &value) const
{
    const auto key = m_what.tableCodec.decodeKey(etcdKey);
    if (!key)
        return {IndexPlace::Kind::Unreadable, {}, QStringLiteral("its key: %1").arg(key.error().what)};
    const auto record = m_what.tableCodec.decodeValue(value);
    if (!record)
        return {IndexPlace::Kind::Unreadable, {}, record.error().what};
    const auto indexKey = m_keys.keyOf(*key, *record);
    if (!indexKey)
        return {IndexPlace::Kind::Unindexable, {}, indexKey.error()};
    if (!*indexKey)
        return {IndexPlace::Kind::NoEntry};
    return {IndexPlace::Kind::Entry, KeyRange::slot(m_what.index).begin + **indexKey};
}

bool IndexReader::isPlain(const QByteArray &entryValue) const
{
    if (m_what.indexCodec.type().compression == Compression::None)
        return true;
    // Where both readings are possible, the one that gives a key of the table counts.
    return m_what.tableCodec.type().key.decode(entryValue).hasValue()
        || !m_what.indexCodec.decompressed(entryValue);
}

QByteArray IndexReader::recordOf(const QByteArray &entryValue) const
{
    const QByteArray prefix = KeyRange::slot(m_what.table).begin;
    return prefix + (isPlain(entryValue) ? entryValue : *m_what.indexCodec.decompressed(entryValue));
}

QByteArray IndexReader::entryValue(const QByteArray &recordKey, const QByteArray &before) const
{
    const QByteArray plain = recordKey.sliced(SlotSize);
    if (before.isEmpty() || isPlain(before))
        return plain;
    const auto compressed = m_what.indexCodec.compressed(plain, before);
    return compressed ? *compressed : plain;
}

} // namespace slotscope::core
