// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "tests/support/memoryetcd.h"

namespace slotscope::test {

/// A client on an etcd in memory with a watch over all of it, as a Connection has.
struct MemoryClient
{
    explicit MemoryClient(MemoryEtcd *etcd)
        : client(etcd->transport())
        , watch(&client, core::KeyRange::all(), fastOptions())
    {
    }
    static core::Watch::Options fastOptions()
    {
        core::Watch::Options options;
        options.firstBackoff = std::chrono::milliseconds(1);
        options.longestBackoff = std::chrono::milliseconds(5);
        return options;
    }

    core::Client client;
    core::Watch watch;
};

/// The key of a record in a slot.
inline QByteArray slotKey(quint16 slot, const QByteArray &key)
{
    return core::KeyRange::slot(core::Slot(slot)).begin + key;
}

} // namespace slotscope::test
