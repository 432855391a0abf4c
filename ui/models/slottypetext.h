// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is known of a slot's type, and how, in words.
#pragma once

#include "core/table/slotdirectory.h"

namespace slotscope::ui {

/// `inferred, 97 %`, `imported from app/schema.py:12`, `pinned`; `not known` where nothing is.
QString provenanceText(const core::Provenance &provenance);
/// One line over a table: `Uuid → Cbor · inferred, 97 %`; with what else it might be, and how many records
/// of the sample do not fit. Empty where there is nothing to tell, as for plain keys.
QString slotTypeText(const core::SlotInfo &info);
/// Each property with where it came from, the evidence, the runners-up, and what is wrong.
QString slotTypeTip(const core::SlotInfo &info);

/// A reading as people choose it: `Cbor, compressed with zlib`, `FlatBuffers of library.Book`.
QString readingText(const core::ValueReading &reading);
QString readingText(const core::KeyReading &reading);
/// What the user calls a property: `Key type`.
QString propertyText(core::SchemaProperty property);

} // namespace slotscope::ui
