// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the CBOR codec: the strings that references (tag 25) count in a namespace (tag 256), as
// http://cbor.schmorp.de/stringref defines them.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QHash>

#include <optional>
#include <vector>

namespace slotscope::core::cbor {

class StringTable
{
public:
    struct Entry
    {
        bool text = false;
        QByteArray content;
        friend bool operator==(const Entry &, const Entry &) = default;
        friend size_t qHash(const Entry &entry, size_t seed = 0)
        {
            return ::qHash(entry.content, seed) ^ size_t(entry.text);
        }
    };

    /// A string of definite length. It gets a number where a reference would be shorter.
    void add(bool text, QByteArrayView content);
    /// A string in chunks. Readers do not agree on whether its chunks count, so references behind it are left
    /// alone.
    void addChunked();

    const Entry *at(quint64 number) const;
    /// The number to refer to a string by.
    std::optional<quint64> find(const Entry &entry) const;
    /// The same for all namespaces that hold the same strings so far.
    quint64 fingerprint() const { return m_fingerprint; }
    /// Whether all readers count alike.
    bool isClear() const { return m_clear; }

private:
    std::vector<Entry> m_entries;
    QHash<Entry, quint64> m_numbers; ///< the first of each
    quint64 m_fingerprint = 0;
    bool m_clear = true;
};

} // namespace slotscope::core::cbor
