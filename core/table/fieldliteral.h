// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/scan/cell.h"
#include "core/value/numbertext.h"
#include "core/value/value.h"

namespace slotscope::core {

/// What a condition compares with. It was written without a type, so it is read as all that it can be, and
/// the value that is found says which of these counts.
class FieldLiteral
{
public:
    FieldLiteral() = default;
    /// `quoted`: a text and nothing else.
    FieldLiteral(QString text, bool quoted);

    /// Whether the value is before (-1), equal to (0) or behind (1) the literal; nothing where the two cannot
    /// be compared. Numbers by value, times as points in UTC (one of a day, minute or second that is written
    /// so is equal to it), UUIDs and bytes by their bytes, text by code units.
    std::optional<int> compare(const Value &value) const;
    /// The same of what toValue() makes of the cell, in most cases without making it.
    std::optional<int> compare(const Cell &cell) const;
    /// Text: whether it holds the literal, in any case; lists: whether an item is equal to it; maps: whether
    /// a key is.
    bool isContainedIn(const Value &value) const;
    bool isContainedIn(const Cell &cell) const;

private:
    struct Number
    {
        std::optional<qint64> small;
        std::optional<DecimalParts> exact; ///< nothing: infinite, or not a number
        double nearest = 0;
    };
    /// All moments that a written time stands for.
    struct Moment
    {
        qint64 first = 0;
        qint64 last = 0;
    };
    static std::optional<Moment> momentOf(QStringView text);

    std::optional<int> compareNumber(const Value &value) const;
    std::optional<int> compareFloat(double number) const;
    std::optional<int> compareText(const QString &text) const;
    std::optional<int> compareMoment(qint64 nanoseconds) const;

    QString m_text;
    QByteArray m_ascii; // the text; empty where it is not ASCII
    QByteArray m_lower; // the same in lower case
    bool m_isNull = false;
    std::optional<bool> m_bool;
    std::optional<Number> m_number;
    std::optional<Moment> m_moment;
    std::optional<QUuid> m_uuid;
    std::optional<QByteArray> m_bytes;
};

/// The text that conditions see in a value that is no list and no map: as editors show it, dates and the like
/// as their plain text. Empty for null.
QString conditionText(const Value &value);

} // namespace slotscope::core
