// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

#include <optional>

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

/// One staged change. What it was made on stays with it, so that it can be guarded, compared and taken back.
struct Change
{
    enum class Kind { Insert, Update, Delete };

    QByteArray key;
    Kind kind = Kind::Update;
    QByteArray value; ///< the new value; empty for Delete
    KeyState base;
    /// What the server has now, when that is no longer `base`: somebody else was faster.
    std::optional<KeyState> conflict;

    friend bool operator==(const Change &, const Change &) = default;
};

} // namespace slotscope::core
