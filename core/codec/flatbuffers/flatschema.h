// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringList>

#include <memory>

namespace slotscope::core {

namespace flat {
struct Model;
}

/// Why a schema cannot be used.
struct FlatSchemaError
{
    QString file;
    int line = 0; ///< 0: not known
    int column = 0;
    QString what; ///< plain English, lower case

    QString text() const; ///< `book.fbs:12:3: …`
};

/// A FlatBuffers schema, read once and shared. Immutable; safe to use from any thread.
///
/// Reading one takes time and opens files: not for the UI thread.
class FlatSchema
{
public:
    using Pointer = std::shared_ptr<const FlatSchema>;
    using Outcome = Expected<Pointer, FlatSchemaError>;

    /// A `.fbs` or `.bfbs` file, told apart by their content. What a .fbs includes is looked for in its own
    /// folder, then in these.
    static Outcome load(const QString &path, const QStringList &includeFolders = {});
    /// `name` is the file's name for errors, and its folder the first to look for includes in.
    static Outcome fromText(const QByteArray &text, const QString &name,
                            const QStringList &includeFolders = {});
    /// Checked as a whole before anything of it is believed.
    static Outcome fromBinary(QByteArrayView bytes, const QString &name);

    /// Qualified, in alphabetical order; structs are not among them.
    const QStringList &tableNames() const;
    /// Empty where the schema declares none.
    const QString &rootTable() const;
    /// Four bytes, or empty.
    const QByteArray &fileIdentifier() const;
    /// The files that were read, for those who watch them.
    const QStringList &files() const;

    /// For the codec.
    const flat::Model &model() const { return *m_model; }

    explicit FlatSchema(std::unique_ptr<const flat::Model> model);
    ~FlatSchema();

private:
    std::unique_ptr<const flat::Model> m_model;
};

} // namespace slotscope::core
