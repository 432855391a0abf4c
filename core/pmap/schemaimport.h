// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/pmap/schema.h"

#include <QStringList>

#include <chrono>

namespace slotscope::core {

/// Something that could not be read or followed. Everything else was.
struct ImportProblem
{
    SourceLine at;
    QString text;

    QString toString() const; ///< `app/schema.py:12: …`
    friend bool operator==(const ImportProblem &, const ImportProblem &) = default;
};

/// The table declarations of some sources.
struct SchemaImport
{
    Schema schema; ///< everything in it is imported
    std::vector<ImportProblem> problems;
    int files = 0; ///< how many were read
};

/// Files and folders of Python source, wheels, and zlmdb's YAML schemas. Python is read by Python's own
/// parser in a process of its own that neither imports nor runs what it reads, and is killed when it takes
/// too long. Fails only where nothing can be read at all; the rest are problems.
Call<SchemaImport> importSchema(const QStringList &paths,
                                std::chrono::milliseconds deadline = std::chrono::minutes(2));

/// What the process for Python source has written.
Result<SchemaImport> readPythonDeclarations(const QByteArray &json, QStringList *yamlFiles);
/// `file`: how sources are told of it. `mustBeSchema`: whether other YAML is a problem.
SchemaImport readYamlSchema(const QByteArray &yaml, const QString &file, bool mustBeSchema);

} // namespace slotscope::core
