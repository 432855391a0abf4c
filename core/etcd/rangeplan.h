// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

#include <list>
#include <optional>

namespace slotscope::core {

/// How a large range is cut into pieces that are read one beside the other. The server's cost of a read
/// follows the number of keys in its range, whatever the limit, and that of a count does so, too; so it is
/// learned from the pieces themselves how dense the keys are, and the next ones are cut by that. Where keys
/// come in clusters, pieces are empty, and the next ones wider.
class RangePlan
{
public:
    struct Piece
    {
        quint64 number = 0;
        KeyRange range;
        qint64 limit = 0; ///< 0: as many as there are
    };
    struct Outcome
    {
        qint64 rows = 0;
        qint64 bytes = 0; ///< of keys and values
        bool more = false;
        qint64 count = 0; ///< of the whole piece
        QByteArray firstKey; ///< where there are rows
        QByteArray lastKey;
    };

    /// `expected`: how many rows there are, roughly. `nearFirst`: a key behind the first few rows, if one is
    /// known.
    RangePlan(KeyRange range, qint64 expected, QByteArray nearFirst = {});

    /// The next piece to be read: of those left, the one with the lowest keys.
    std::optional<Piece> next();
    /// Pieces that were asked for and not answered.
    int underWay() const { return m_underWay; }
    /// What came of a piece. Where it has more rows than were read, the rest of it is planned anew.
    void take(quint64 number, const Outcome &outcome);
    /// Asks for the next piece in the order of the keys, once it has been taken. 0: it has not.
    quint64 takeDelivered();
    /// Everything has been delivered.
    bool isDone() const { return m_parts.empty(); }

private:
    /// A part of the range: to be cut, under way, or read.
    struct Part
    {
        KeyRange range;
        qint64 count = -1; // of its rows, where that is known
        quint64 number = 0; // 0: to be cut
        bool isRead = false;
        qsizetype depth = 0; // where it was cut by density: how …
        long double units = 0; // … and how wide
    };
    struct Cut
    {
        QByteArray end; // null: the part is not wider
        qsizetype depth = 0;
        long double units = 0;
    };
    Cut cut(const KeyRange &range, qint64 rows) const;
    qint64 rowsWanted() const;
    bool isSearching() const { return m_rows == 0 || m_empties > 0; }

    std::list<Part> m_parts; // in the order of the keys
    qint64 m_expected;
    QByteArray m_nearFirst;
    quint64 m_lastNumber = 0;
    int m_underWay = 0;
    qint64 m_rows = 0; // so far
    qint64 m_bytes = 0;
    int m_empties = 0; // pieces without a row, since the last one with some
    // Rows for each step of the number that the eight bytes from m_depth on make.
    qsizetype m_depth = 0;
    long double m_density = 0;
};

} // namespace slotscope::core
