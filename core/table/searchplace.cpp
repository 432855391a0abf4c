// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/searchplace.h"

#include "core/table/rowquery.h"

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr qsizetype MostBefore = 40;
constexpr qsizetype MostExcerpt = 160;

/// Sets the excerpt where the text is found, in the order in which people read a tree.
bool find(const QString &text, const Value &value, ValuePath *path, SearchPlace *place)
{
    const QString whole = filterText(value);
    const qsizetype at = whole.indexOf(text, 0, Qt::CaseInsensitive);
    if (at >= 0) {
        qsizetype begin = std::max<qsizetype>(0, at - MostBefore);
        if (begin > 0 && whole[begin].isLowSurrogate())
            ++begin;
        qsizetype end = std::min(whole.size(), std::max(at + text.size(), begin + MostExcerpt));
        if (end < whole.size() && whole[end].isLowSurrogate())
            ++end;
        place->excerpt = whole.mid(begin, end - begin);
        std::replace_if(
            place->excerpt.begin(), place->excerpt.end(), [](QChar c) { return c.unicode() < 0x20; },
            QLatin1Char(' '));
        place->offset = at - begin;
        if (begin > 0) {
            place->excerpt.prepend(QChar(u'…'));
            ++place->offset;
        }
        if (end < whole.size())
            place->excerpt.append(QChar(u'…'));
        return true;
    }
    const auto below = [&](const PathStep &step, const Value &child) {
        const ValuePath here = *path;
        *path = here.child(step);
        if (find(text, child, path, place))
            return true;
        *path = here;
        return false;
    };
    for (size_t i = 0; i < value.items().size(); ++i) {
        if (below(PathStep::item(qsizetype(i)), value.items()[i]))
            return true;
    }
    for (const Member &member : value.members()) {
        if (below(PathStep::member(member.key), member.value))
            return true;
    }
    return false;
}

} // namespace

SearchPlace placeOf(const QString &text, const DecodedRow &row)
{
    SearchPlace place;
    ValuePath path;
    for (size_t i = 0; i < row.keyParts.size(); ++i) {
        if (find(text, row.keyParts[i], &path, &place)) {
            place.field = row.keyParts.size() == 1 ? QStringLiteral("key") : QStringLiteral("key[%1]").arg(i);
            return place;
        }
    }
    if (find(text, row.value, &path, &place))
        place.field = path.isEmpty() ? QStringLiteral("value") : path.toString();
    return place;
}

} // namespace slotscope::core
