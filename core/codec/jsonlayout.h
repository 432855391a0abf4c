// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the JSON codec.
#pragma once

#include "core/value/value.h"

#include <QByteArray>
#include <QList>

namespace slotscope::core::json {

/// How an array or object spells what is around its children, as those inside of it are to follow when they
/// are new.
struct Layout
{
    QByteArray comma = QByteArrayLiteral(","); ///< in front of every child but the first
    QByteArray colon = QByteArrayLiteral(":");
    bool lines = false; ///< whether each child has a line of its own
    QByteArray lineBreak; ///< with what is in front of it
    QByteArray indent; ///< of the children's lines
    QByteArray unit; ///< by which they are deeper than their container
};

/// What stands around the names and values of one array or object when it is written: as it was where it is
/// as it was. Where children came or went, each one keeps what is in front of it, new ones get what the
/// others have. An array or object that is new follows `around`, the layout of the one that it is in.
class Frame
{
public:
    Frame(const Value &value, const Layout &around);

    /// In front of the n-th name or value; behind the last one.
    QByteArray piece(size_t n) const;
    /// For what is inside.
    const Layout &layout() const { return m_layout; }

private:
    size_t parts() const { return m_object ? m_count * 2 : m_count; }
    void follow(const Layout &around);
    void learn(const QList<QByteArray> &pieces, const Layout &around);
    void adapt(const Value &value, const QList<QByteArray> &pieces, QByteArrayView places);

    bool m_object;
    size_t m_count;
    Layout m_layout;
    QByteArray m_open;
    QByteArray m_close;
    QList<QByteArray> m_exact; ///< all pieces; empty: as the layout says
};

} // namespace slotscope::core::json
