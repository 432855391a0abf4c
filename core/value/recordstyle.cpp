// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/recordstyle.h"

namespace slotscope::core {

// The name, the ids with commas, the bytes; each behind a NUL that no name holds.
QByteArray FlatTableStyle::packed() const
{
    QByteArray spelling = name;
    if (unknownFields.empty() && !nestedBytes)
        return spelling;
    QByteArrayList ids;
    for (const int id : unknownFields)
        ids += QByteArray::number(id);
    spelling += '\0' + ids.join(',');
    if (nestedBytes)
        spelling += '\0' + *nestedBytes;
    return spelling;
}

FlatTableStyle FlatTableStyle::unpacked(const QByteArray &spelling)
{
    const qsizetype first = spelling.indexOf('\0');
    if (first < 0)
        return {spelling};
    FlatTableStyle style {spelling.left(first)};
    const qsizetype second = spelling.indexOf('\0', first + 1);
    const QByteArray ids = spelling.mid(first + 1, second < 0 ? -1 : second - first - 1);
    if (!ids.isEmpty()) {
        for (const QByteArray &id : ids.split(','))
            style.unknownFields.push_back(id.toInt());
    }
    if (second >= 0)
        style.nestedBytes = spelling.mid(second + 1);
    return style;
}

bool isAbsent(const Value &value)
{
    return value.style().flags & AbsentField;
}

quint32 flatKind(const Value &value)
{
    const quint32 flags = value.style().flags;
    return flags & FlatStyle ? flags & FlatKindMask : 0;
}

} // namespace slotscope::core
