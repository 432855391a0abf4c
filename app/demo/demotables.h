// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tables of the demo, as an application that uses txaioetcd would have declared them.
#pragma once

#include "core/pmap/slottype.h"

#include <QByteArray>

#include <vector>

namespace slotscope::app {

/// The slot numbers of the demo's tables.
enum class DemoSlot : quint16 {
    Users = 1,
    UsersByName = 2,
    UsersByEmail = 3,
    Orders = 4,
    Devices = 5,
    Sessions = 6,
    Documents = 7,
    Readings = 40, ///< has no catalogue entry
};

/// What the catalogue says of a table.
struct DemoTable
{
    DemoSlot slot;
    QLatin1String oid;
    QLatin1String name;
    QLatin1String description;
};

/// The tables with a catalogue entry, by slot.
const std::vector<DemoTable> &demoTables();
/// How the records of a table are written.
core::SlotCodec demoCodec(DemoSlot slot);
/// The first two bytes of the table's keys.
QByteArray demoPrefix(DemoSlot slot);

} // namespace slotscope::app
