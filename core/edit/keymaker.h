// SPDX-License-Identifier: GPL-3.0-or-later
//
// Parts of keys: read from what people type, and made up.
#pragma once

#include "core/edit/stagedrows.h"
#include "core/pmap/slottype.h"

#include <QSet>

namespace slotscope::core {

/// Reads what was typed for a part of a key; the error is in plain words.
Expected<Value, QString> parseKeyPart(KeyComponent component, const QString &text);
/// The same from the notation, typed or not.
Expected<Value, QString> keyPartFromNotation(KeyComponent component, const QByteArray &json);
/// The key from which on the records of a table are meant: as many parts as were typed, with commas between
/// them, of the last one maybe only its beginning; or 0x and the bytes behind the slot's number. Of keys
/// without a type their text, with or without what all of them begin with.
Expected<QByteArray, QString> startingKey(const SlotCodec &codec, const KeyRange &range, const QString &text);

/// Ways to make up a part of a key.
enum class KeyMaker {
    RandomUuid, ///< version 4
    TimeUuid, ///< version 1: those made later sort behind in their own way
    RandomOid, ///< 1 … 2^53, as the library draws them; 0 it takes for no key
    NextInteger, ///< one more than the largest under the parts in front
    Now,
    NextText, ///< `new`, `new 2`, …; of a copied text `… copy`
    RandomText, ///< 24 characters in groups, as the library draws them
    RandomBytes,
};
/// Those for a component, the likeliest first. Empty for what cannot be made up.
std::vector<KeyMaker> keyMakersFor(KeyComponent component);

/// A version 1 UUID of now, with a node of its own, marked as such.
QUuid timeUuid();

/// Makes up keys for new records of a table.
class KeyFactory
{
public:
    /// `rows` and `codec`: of the table.
    KeyFactory(SlotCodec codec, StagedRows rows);

    /// Makes up one part. `parts`: those in front are what they will be; the part itself is what a text is
    /// derived from, if it is one. `attempt`: from 0, for another one.
    Expected<Value, QString> part(const ValueList &parts, size_t position, KeyMaker maker, int attempt) const;
    /// A key that is free: the parts that are given are kept, the others made up, each in its likeliest way.
    Expected<QByteArray, QString> freeKey(const std::vector<std::optional<Value>> &given) const;
    /// The etcd key of these parts, checked: it fits the type, belongs to the table.
    Expected<QByteArray, QString> keyOf(const ValueList &parts) const;
    bool holds(const QByteArray &key) const { return m_rows.holds(key) || m_made.contains(key); }
    /// Whether every part can be made up.
    bool canMakeAll() const;

    const SlotCodec &codec() const { return m_codec; }

private:
    quint64 nextInteger(const ValueList &parts, size_t position) const;
    QByteArray prefix() const { return m_rows.range().begin.left(m_codec.prefixLength()); }

    SlotCodec m_codec;
    StagedRows m_rows;
    // By freeKey(), which gives none twice.
    mutable QSet<QByteArray> m_made;
    mutable QHash<QByteArray, int> m_nextAttempt;
};

} // namespace slotscope::core
