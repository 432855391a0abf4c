// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every edit of one field that a value allows, as the interop test tries them on all formats.
#pragma once

#include "core/value/valuepath.h"

#include <QByteArray>

#include <vector>

namespace slotscope::test {

/// One edit of one field: what an editor would do, and the same for another program to do after us.
struct SingleEdit
{
    enum class Kind { Set, Add, Remove, Rename };
    Kind kind = Kind::Set;
    core::ValuePath path; ///< of Add: the container
    std::optional<core::Value> key; ///< the new key of Add (in a map) and Rename
    core::Value value; ///< the new value of Set and Add
    core::Value result; ///< the whole tree with the edit done
};

/// All of them, at every depth: each node set, each map and list added to, each member and item removed, each
/// member renamed. The values that are set are of the kind that was there, where it has more than one value;
/// what the notation tells by a name of its own (a fraction, a date) is set as a whole.
std::vector<SingleEdit> singleEditsOf(const core::Value &root);

/// The line for tests/interop/check_edits.py, without its line break.
QByteArray interopLine(const char *format, const core::Value &root, const SingleEdit &edit,
                       const QByteArray &before, const QByteArray &after);

/// For messages: `set a.b[0]`.
QString describe(const SingleEdit &edit);

/// Whether a map somewhere in it has a key twice; most readers keep only one of them.
bool hasRepeatedKeys(const core::Value &root);

} // namespace slotscope::test
