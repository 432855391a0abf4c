// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filtersettings.h"

#include <QSettings>

#include <algorithm>

namespace slotscope::ui {

namespace {

const QString BoxesKey = QStringLiteral("filters/boxes");
constexpr size_t MostRecent = 15;

QString savedKey(const QString &key)
{
    return QStringLiteral("filters/saved/") + key;
}

QString recentKey(const QString &key)
{
    return QStringLiteral("filters/recent/") + key;
}

void writeSaved(const QString &key, const std::vector<SavedFilter> &filters)
{
    QVariantList list;
    for (const SavedFilter &saved : filters)
        list.append(QVariantMap {{QStringLiteral("name"), saved.name},
                                 {QStringLiteral("filter"), saved.filter.toVariant()}});
    QSettings settings;
    if (list.isEmpty())
        settings.remove(savedKey(key));
    else
        settings.setValue(savedKey(key), list);
}

} // namespace

std::vector<SavedFilter> savedFilters(const QString &key)
{
    std::vector<SavedFilter> filters;
    for (const QVariant &entry : QSettings().value(savedKey(key)).toList()) {
        const QVariantMap map = entry.toMap();
        filters.push_back({map.value(QStringLiteral("name")).toString(),
                           core::TableFilter::fromVariant(map.value(QStringLiteral("filter")).toMap())});
    }
    return filters;
}

void saveFilter(const QString &key, const SavedFilter &filter)
{
    std::vector<SavedFilter> filters = savedFilters(key);
    std::erase_if(filters, [&filter](const SavedFilter &other) { return other.name == filter.name; });
    const auto place = std::find_if(filters.begin(), filters.end(), [&filter](const SavedFilter &other) {
        return filter.name.localeAwareCompare(other.name) < 0;
    });
    filters.insert(place, filter);
    writeSaved(key, filters);
}

void removeSavedFilter(const QString &key, const QString &name)
{
    std::vector<SavedFilter> filters = savedFilters(key);
    std::erase_if(filters, [&name](const SavedFilter &other) { return other.name == name; });
    writeSaved(key, filters);
}

std::vector<core::TableFilter> recentFilters(const QString &key)
{
    std::vector<core::TableFilter> filters;
    for (const QVariant &entry : QSettings().value(recentKey(key)).toList())
        filters.push_back(core::TableFilter::fromVariant(entry.toMap()));
    return filters;
}

void rememberFilter(const QString &key, const core::TableFilter &filter)
{
    if (filter.isEmpty())
        return;
    std::vector<core::TableFilter> filters = recentFilters(key);
    if (!filters.empty() && filters.front() == filter)
        return;
    std::erase(filters, filter);
    filters.insert(filters.begin(), filter);
    filters.resize(std::min(filters.size(), MostRecent));
    QVariantList list;
    for (const core::TableFilter &recent : filters)
        list.append(recent.toVariant());
    QSettings().setValue(recentKey(key), list);
}

void forgetRecentFilters(const QString &key)
{
    QSettings().remove(recentKey(key));
}

bool areFilterBoxesRemembered()
{
    return QSettings().value(BoxesKey, true).toBool();
}

void rememberFilterBoxes(bool shown)
{
    QSettings().setValue(BoxesKey, shown);
}

} // namespace slotscope::ui
