// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/slotdirectory.h"

namespace slotscope::app {

/// A declared table as one line of JSON: `oid slot class name keyType valueType compression description file
/// line indexes`, and what else the schema says of it.
QByteArray tableJson(const core::TableId &id, const core::TableSchema &table);
/// A slot as one line of JSON: `slot oid name`, and for each property its value and where that comes from.
QByteArray slotJson(const core::SlotInfo &info, const core::TableSchema *table);

/// Where a property comes from, for people: `pinned`, `imported from app.py:12`, `inferred 90 %`.
QString provenanceText(const core::Provenance &from);

} // namespace slotscope::app
