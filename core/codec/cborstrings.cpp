// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cborstrings.h"

namespace slotscope::core::cbor {

void StringTable::add(bool text, QByteArrayView content)
{
    const size_t next = m_entries.size();
    const qsizetype least = next < 24 ? 3
        : next < 256                  ? 4
        : next < 65536                ? 5
                                      : 7; // more than 2^32 strings do not fit anywhere
    if (content.size() < least)
        return;
    Entry entry {text, content.toByteArray()};
    // Without the seed of the process, and FNV-like as qHash() is no promise.
    for (const char byte : entry.content)
        m_fingerprint = (m_fingerprint ^ quint8(byte)) * 0x100000001b3;
    m_fingerprint = (m_fingerprint ^ (text ? 0x101 : 0x100)) * 0x100000001b3;
    if (!m_numbers.contains(entry))
        m_numbers.insert(entry, next);
    m_entries.push_back(std::move(entry));
}

void StringTable::addChunked()
{
    m_clear = false;
    m_fingerprint = (m_fingerprint ^ 0x102) * 0x100000001b3;
}

const StringTable::Entry *StringTable::at(quint64 number) const
{
    return number < m_entries.size() ? &m_entries[size_t(number)] : nullptr;
}

std::optional<quint64> StringTable::find(const Entry &entry) const
{
    const auto found = m_numbers.constFind(entry);
    return found == m_numbers.cend() ? std::nullopt : std::optional(*found);
}

} // namespace slotscope::core::cbor
