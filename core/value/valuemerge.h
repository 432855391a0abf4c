// SPDX-License-Identifier: GPL-3.0-or-later
//
// Three versions of a value, merged field by field: the one that two people began with, and what each of them
// made of it.
#pragma once

#include "core/value/valuepath.h"

namespace slotscope::core {

/// A part of a value that is not the same in all three versions.
struct MergeField
{
    /// Who changed it.
    enum class By {
        Mine,
        Theirs,
        Both, ///< in the same way
        Joined, ///< both, in places of a list or a set that have nothing to do with each other
        Clash, ///< both, each in another way
    };

    ValuePath path;
    By by = By::Clash;
    /// Not what the members of the map at the path are, but the order that they are in; the versions are
    /// lists of their keys.
    bool order = false;
    // Nothing: it is not there.
    std::optional<Value> base;
    std::optional<Value> mine;
    std::optional<Value> theirs;
    /// Of Joined: what both made of it together.
    std::optional<Value> joined {};
};

/// What is to become of a field.
struct MergeChoice
{
    enum class Take {
        ByItself, ///< what was changed by one, or joined; of a clash theirs
        Mine,
        Theirs,
        Own, ///< `own`
    };
    Take take = Take::ByItself;
    std::optional<Value> own {}; ///< nothing: it is to go
};

/// Maps are merged member by member, tuples of the same length item by item, sets by what they hold. A list
/// is merged item by item as long as its items stay in their places, else where both changed parts of it that
/// are apart from each other; in every other case it is one field. So is everything else, and whatever was
/// made another kind of thing: a fraction, a table of another type, a map that has a key twice.
///
/// It is what things mean that is compared, not how they are spelled. The same versions always give the same
/// fields in the same order.
class ValueMerge
{
public:
    /// Without a base, two that were written independently of each other: wherever they differ, they clash.
    ValueMerge(std::optional<Value> base, Value mine, Value theirs);

    const std::vector<MergeField> &fields() const { return m_fields; }
    /// Nothing was changed by both in different ways.
    bool isClean() const;
    /// Theirs with what I changed in it, so that a codec writes the rest of it as it was; how scalars of mine
    /// are spelled comes along. `choices`: by field, as far as there are some.
    Value result(const std::vector<MergeChoice> &choices = {}) const;

private:
    std::optional<Value> m_base;
    Value m_mine;
    Value m_theirs;
    std::vector<MergeField> m_fields;
};

/// Equal in meaning, and also of the same type where a kind has two of them: see Value::OtherType.
bool meansTheSame(const Value &a, const Value &b);

} // namespace slotscope::core
