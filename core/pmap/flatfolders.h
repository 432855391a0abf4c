// SPDX-License-Identifier: GPL-3.0-or-later
//
// The FlatBuffers schemas in folders: which tables there are that a slot's values may be.
#pragma once

#include "core/codec/flatbuffers/flatbufferstype.h"

#include <QStringList>

#include <vector>

namespace slotscope::core {

struct FlatFolders
{
    /// Every table once, with its schema; `schemaFile` is absolute.
    std::vector<FlatBuffersType> tables;
    int files = 0; ///< how many were read
    QStringList problems; ///< folders and files that could not be, in words
};

/// Reads every .fbs and .bfbs below the folders; what they include is looked for in these, too. Takes time:
/// not for the UI thread.
FlatFolders readFlatFolders(const QStringList &folders);

/// Whether a FlatBuffers table (`library.Book`) is called as the class of a pmap (`Books`, `BookTable`).
bool fitsClassName(const QString &table, const QString &className);

} // namespace slotscope::core
