// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/messages.h"

#include <functional>
#include <vector>

namespace slotscope::core {

/// The ranges that together hold the keys of all of these: in the order of keys, none touching another.
std::vector<KeyRange> joinedRanges(const std::vector<KeyRange> &ranges);
/// What of the range lies in the others, which are joined ones.
std::vector<KeyRange> partsWithin(const KeyRange &range, const std::vector<KeyRange> &others);

/// What a user of etcd may read and write, as its roles say.
struct AccessRights
{
    QString user; ///< empty: nobody is signed in
    QStringList roles;
    bool everything = true; ///< no limits are known: no authentication, or the role root
    // Joined, and of no meaning where everything is allowed.
    std::vector<KeyRange> read {};
    std::vector<KeyRange> write {};

    /// The parts of the range that may be read: itself where all of it may.
    std::vector<KeyRange> readable(const KeyRange &range) const;
    bool mayRead(const KeyRange &range) const;
    bool mayWrite(const KeyRange &range) const;
    /// Whether every key there is may be read.
    bool seesAll() const { return mayRead(KeyRange::all()); }
    friend bool operator==(const AccessRights &, const AccessRights &) = default;
};

/// One permission of a role.
struct Permission
{
    bool read = false;
    bool write = false;
    KeyRange range;
};

/// Asks for the roles of the user and what each of them allows. What the server will not tell limits nothing:
/// it refuses by itself what is not allowed. `askUser` and `askRole` are called within this function or
/// later, as long as the context lives.
Call<AccessRights> queryRights(const QString &user, const std::function<Call<QStringList>()> &askUser,
                               const std::function<Call<std::vector<Permission>>(const QString &)> &askRole,
                               QObject *context);

} // namespace slotscope::core
