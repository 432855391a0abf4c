// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"
#include "core/base/ids.h"

#include <QByteArrayView>
#include <QString>
#include <QStringList>

#include <optional>

namespace slotscope::core {

/// One entry of slot 0: what a database says of a table. Key `00 00` ++ u16 BE; value one CBOR map.
struct CatalogueEntry
{
    Slot slot; ///< from the key
    QString oid; ///< UUID text; empty when damaged
    QString name; ///< normally the qualified Python class name
    QString description;
    QString creator;
    QStringList tags;
    bool saysOtherSlot = false; ///< the number in the entry is not that of its key
    QString warning; ///< what is wrong with the entry, in plain words; empty when nothing is

    /// The part of the name behind the last dot; empty without a name.
    QString shortName() const;
    friend bool operator==(const CatalogueEntry &, const CatalogueEntry &) = default;
};

/// Reads an entry; a damaged one comes with a warning and what could be read. Nothing if the key is not of an
/// entry
/// (`00 00` and two more bytes).
std::optional<CatalogueEntry> readCatalogueEntry(QByteArrayView key, QByteArrayView value);

} // namespace slotscope::core
