// SPDX-License-Identifier: GPL-3.0-or-later
//
// Edits of the shape of a value, beside replaced() and removed(). The root given stays as it is; what is not
// touched is shared with the new one, styles included, so that a codec writes it as before. Errors are in
// plain words.
#pragma once

#include "core/value/styleflags.h"
#include "core/value/valuepath.h"

namespace slotscope::core {

/// How many children a node has: items, members, the content of a tag.
qsizetype childCount(const Value &parent);
/// The step to the child at a position, also where several members have the same key.
PathStep stepTo(const Value &parent, qsizetype position);
/// Where among the children a step leads; -1: nowhere.
qsizetype positionOf(const Value &parent, const PathStep &step);

/// The innermost node whose bytes (Value::source(), its key's included) hold an offset; the root where none
/// does.
ValuePath pathAtOffset(const Value &root, qint64 offset);

/// The same container (kind, tag number, name, style) with other children.
Value withItems(const Value &like, ValueList items);
Value withMembers(const Value &like, MemberList members);

/// A new child in front of the one at `position` of a container, behind the last where there is none. A map
/// wants a key, and may have several members with it; lists, tuples and sets take none. A set refuses what it
/// holds already.
Expected<Value, QString> inserted(const Value &root, const ValuePath &container, qsizetype position,
                                  const Value &value, const std::optional<Value> &key = std::nullopt);
/// The member at the path under another key of any kind, in its place.
Expected<Value, QString> renamed(const Value &root, const ValuePath &member, const Value &key);
/// The item or member at the path at another position among its siblings, which close up.
Expected<Value, QString> moved(const Value &root, const ValuePath &path, qsizetype position);
/// The node at the path as another kind, see converted().
Expected<Value, QString> retyped(const Value &root, const ValuePath &path, Value::Kind kind);

/// What a value means as another kind: "42" → 42, list ↔ tuple ↔ set ↔ map (of pairs), text ↔ bytes (UTF-8),
/// 16 bytes ↔ UUID, nanoseconds ↔ timestamp, one value → a list of it; of a tag its content. Refused where
/// something would be lost, except to null.
Expected<Value, QString> converted(const Value &value, Value::Kind kind);
/// The least of a kind: no text, 0, an empty list. Of an opaque value or a tag: null.
Value blankOf(Value::Kind kind);

/// `fresh` as what takes the place of `old`: see InheritedStyle; a tag stays in the tag it was in where both
/// mean the same sort of thing.
Value inStyleOf(const Value &old, const Value &fresh);

/// What somebody who wrote a value anew had before his eyes.
enum class Seen {
    Meaning, ///< as in the notation, which does not tell how things are spelled
    Spelling, ///< how scalars are spelled, too, but not how they are laid out: JSON that was laid out to be
              ///< read
};
/// `fresh` with old's nodes wherever they are what was seen, and with the styles of the containers around
/// changes: members are matched by key, items by what they are, else by place. Scalars of `fresh` that have a
/// spelling of their own keep it; having seen the spelling, all do, and new containers have no layout.
Value adoptStyles(const Value &old, const Value &fresh, Seen seen = Seen::Meaning);

} // namespace slotscope::core
