// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/decodedrow.h"

#include <QString>

namespace slotscope::core {

/// Where in a record a text stands, for people.
struct SearchPlace
{
    QString field; ///< `key`, `key[1]`, `value` or the field's path; empty: nowhere
    QString excerpt; ///< the text with what is around it, on one line
    qsizetype offset = 0; ///< of the text in that
};

/// The first place that a filter for the text finds in the record, the key before the value.
SearchPlace placeOf(const QString &text, const DecodedRow &row);

} // namespace slotscope::core
