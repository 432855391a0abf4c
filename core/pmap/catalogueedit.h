// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/catalogue.h"

namespace slotscope::core {

/// The etcd key of a slot's entry in slot 0.
QByteArray catalogueKey(Slot slot);

/// Why an entry with these members is none that txaioetcd reads; empty when it is.
QString catalogueEntryProblem(const CatalogueEntry &entry);

/// The CBOR map of an entry, as txaioetcd writes it. What `before` holds besides, and what it says in the
/// same way already, stays byte for byte; of a `before` that is no CBOR map, nothing does.
Expected<QByteArray, QString> writeCatalogueEntry(const CatalogueEntry &entry, QByteArrayView before = {});

/// The members of an entry that writeCatalogueEntry() knows nothing of; empty where it cannot be read.
QStringList otherCatalogueMembers(QByteArrayView value);

} // namespace slotscope::core
