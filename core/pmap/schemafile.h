// SPDX-License-Identifier: GPL-3.0-or-later
//
// A Schema as a JSON file that people share and keep under version control: members sorted, one property a
// line. resources/schema/slotscope-schema.json describes it.
#pragma once

#include "core/base/error.h"
#include "core/pmap/schema.h"

#include <QByteArray>

namespace slotscope::core {

/// Everything in the schema but `folder`. Members that were not known when it was read are written again.
QByteArray writeSchema(const Schema &schema);
/// An error says the line in its detail.
Result<Schema> readSchema(const QByteArray &json);

/// Blocks on the file. ErrorKind::NotFound when there is none.
Result<Schema> loadSchema(const QString &file);
/// Whole or not at all; makes missing folders. Blocks on the file.
Result<Nothing> saveSchema(const Schema &schema, const QString &file);

/// The JSON Schema of schema files.
QByteArray schemaFileDescription();

} // namespace slotscope::core
