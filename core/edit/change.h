// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

#include <chrono>
#include <optional>
#include <vector>

namespace slotscope::core {

/// A key as it stood on the server at some moment.
struct KeyState
{
    bool exists = false;
    QByteArray value;
    Revision modRevision; ///< 0 when it does not exist
    LeaseId lease;

    static KeyState absent() { return {}; }
    static KeyState of(const KeyValue &kv) { return {true, kv.value, kv.modRevision, kv.lease}; }
    friend bool operator==(const KeyState &, const KeyState &) = default;
};

/// Which lease a put gives its key.
struct LeaseChoice
{
    enum class Kind {
        Keep, ///< the one that the key has; a new key has none
        None,
        Existing,
        New, ///< granted at the commit: one for all changes of it that choose the same TTL
    };
    Kind kind = Kind::Keep;
    LeaseId lease; ///< Existing
    std::chrono::seconds ttl {}; ///< New

    friend bool operator==(const LeaseChoice &, const LeaseChoice &) = default;
};

/// One staged change. What it was made on stays with it, so that it can be guarded, compared and taken back.
struct Change
{
    enum class Kind { Insert, Update, Delete };

    QByteArray key;
    Kind kind = Kind::Update;
    QByteArray value; ///< the new value; empty for Delete
    KeyState base;
    /// What the server has now, when that is no longer `base`: somebody else was faster.
    std::optional<KeyState> conflict {};
    LeaseChoice lease {}; ///< of a put
    /// Stays staged, but is not part of the next commit.
    bool leftOut = false;
    /// The other half of a renamed key, a Delete here and an Insert there or the other way round; null: none.
    /// They are taken back, and left out, together.
    QByteArray partner {};
    /// What others wrote at this revision was merged in by fields; 0: nothing was.
    Revision mergedAt {};

    friend bool operator==(const Change &, const Change &) = default;
};

/// Whether it would leave its key as its base has it.
bool isNothing(const Change &change);

/// A key that is not written, but that the commit depends on: it must still be as it was seen.
struct Guard
{
    QByteArray key;
    KeyState seen;
    /// What the server has now, when that is no longer what was seen.
    std::optional<KeyState> conflict {};

    friend bool operator==(const Guard &, const Guard &) = default;
};

/// A put or deletion that follows from staged changes, such as that of an index entry; or what is to be told
/// about one.
struct DerivedChange
{
    Change change; ///< an empty key: there is nothing to write
    std::vector<QByteArray> causes; ///< keys of the staged changes that it follows from, the foremost first
    /// Why it, and so its causes, cannot be committed, in the user's words; empty: it can.
    QString problem {};
    QString note {}; ///< what people should know, though it can be committed
    Slot index {}; ///< the index that it is about; 0: none

    friend bool operator==(const DerivedChange &, const DerivedChange &) = default;
};

} // namespace slotscope::core
