// SPDX-License-Identifier: GPL-3.0-or-later
//
// A script of edits as JSON, for `slotscope edit`: what is to become of which records, and what they are
// expected to be like before. The format is described by editScriptDescription().
#pragma once

#include "core/edit/change.h"
#include "core/value/valuepath.h"

#include <QString>

#include <optional>
#include <vector>

namespace slotscope::core {

/// A key as a script names it: a decoded one within a slot, an ordinary key as text, or a whole key as bytes.
struct ScriptKey
{
    QString slot; ///< number, name or oid; empty: none
    Value key; ///< JSON as it stood: a text, number, object or array
    QByteArray json; ///< the same, its text
    std::optional<QByteArray> bytes; ///< the whole etcd key; then nothing else counts
};

/// One change of a node of a value.
struct FieldEdit
{
    enum class Kind { Set, Remove, Append, Rename };
    Kind kind = Kind::Set;
    ValuePath path;
    Value value; ///< Set, Append: what; Rename: the new key
};

/// One operation of a script.
struct ScriptOperation
{
    enum class Kind {
        Put, ///< a whole value; the record may be there or not
        Change, ///< of fields of a record that is there
        Delete,
        Rename, ///< the record under another key, which must be free
        Lease, ///< nothing but the lease
        Guard, ///< only look: the commit depends on it
    };
    Kind kind = Kind::Put;
    int number = 0; ///< among the operations of the script, from 1 on
    int line = 0; ///< of the script, from 1 on
    int part = 0; ///< each part is a transaction of its own
    ScriptKey key;
    ScriptKey to; ///< Rename
    QByteArray value; ///< Put: notation; meant by the slot's type
    std::optional<QByteArray> valueBytes; ///< Put: instead of that
    std::vector<FieldEdit> fields; ///< Change
    std::optional<Revision> modRevision; ///< what is expected; 0: no record
    LeaseChoice lease;
};

/// What is wrong with a script, and where.
struct ScriptProblem
{
    QString what; ///< in plain words
    int operation = 0; ///< its number; 0: none in particular
    int line = 0; ///< 0: not known
    QString path = {}; ///< of the field in question

    /// `operation 3 (line 17): address.city: …`
    QString toString() const;
};

/// A script, read and found to be well formed. Whether its slots, keys and fields exist is another matter.
struct EditScript
{
    std::vector<ScriptOperation> operations;
    std::vector<QString> parts; ///< names of the transactions that it asks for; empty: one, or as it fits
};

/// Reads a script. Members that are not known are refused, as a mistyped one would do something else than
/// meant.
Expected<EditScript, ScriptProblem> readEditScript(const QByteArray &json);

/// The JSON Schema of scripts.
QByteArray editScriptDescription();

} // namespace slotscope::core
