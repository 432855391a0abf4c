// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the cells of a column are written for reading, where the usual way is not the one wanted. Editors and
// filters know nothing of it.
#pragma once

#include "core/table/columns.h"

#include <QDateTime>
#include <QString>

#include <optional>
#include <vector>

namespace slotscope::ui {

/// A form of text, and for times told by numbers what they count.
struct DisplayFormat
{
    enum class Form : quint8 {
        Usual,
        ShortUuid, ///< the first eight digits
        Base64, ///< of bytes
        Prefixed, ///< of bytes: `0x` and hexadecimal digits, as addresses are written
        Hexadecimal, ///< of whole numbers: `0x2a`
        Utc, ///< of points in time, as these three
        Local,
        Relative, ///< to now: `3 minutes ago`
    };
    enum class Unit : quint8 { None, Seconds, Milliseconds, Microseconds, Nanoseconds };

    Form form = Form::Usual;
    Unit unit = Unit::None; ///< of the numbers that are points in time; None: numbers are none

    /// As schema files have it: `local`, `milliseconds-utc`; empty for the usual.
    QString name() const;
    /// The usual for a name that is not known.
    static DisplayFormat fromName(const QString &name);
    /// For menus.
    QString title() const;
    bool isUsual() const { return form == Form::Usual; }
    /// Whether the text says less than the value, so that a copy of it would be of no use.
    bool isLossy() const { return form == Form::ShortUuid || form == Form::Relative; }

    friend bool operator==(const DisplayFormat &, const DisplayFormat &) = default;
};

/// What a copied cell is to say.
enum class CopyForm {
    Exact, ///< as an editor would have it
    AsShown, ///< in the format of the column, where that says all of the value
};

/// A cell for the clipboard; a null pointer: there is nothing in it.
QString copiedText(const core::Value *value, DisplayFormat format, CopyForm form);

/// Those that do something for what the column holds, the usual first; alone when there is no other.
std::vector<DisplayFormat> formatsFor(const core::Column &column);

/// A value in a format, on one line of at most about `limit` characters; nothing where the format is the
/// usual or not for values of this kind. `now`: what Relative is relative to.
std::optional<QString> formattedText(const core::Value &value, DisplayFormat format, int limit,
                                     const QDateTime &now = QDateTime::currentDateTimeUtc());

} // namespace slotscope::ui
