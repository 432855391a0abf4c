// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>

namespace slotscope::core {

class FlatSchema;

/// What the FlatBuffers of a slot are. Cheap to copy and to compare: the schema is shared, and two are the
/// same when they were read once.
struct FlatBuffersType
{
    std::shared_ptr<const FlatSchema> schema; ///< null: not known; then their structure is shown
    QString root; ///< the table's qualified name, as `library.Book`; empty: the root_type of the schema
    QString schemaFile; ///< where the schema came from, as the user named it
    bool dropUnknownFields = false; ///< whether an edit may lose fields that the schema does not know
    bool anyIdentifier = false; ///< whether buffers may lack the file identifier of the schema

    friend bool operator==(const FlatBuffersType &, const FlatBuffersType &) = default;
};

} // namespace slotscope::core
