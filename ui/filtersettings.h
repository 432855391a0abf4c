// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is remembered of filters: those used last and those saved by name, for each table (`key`: see
// RecordTab::settingsKey()), and whether there are boxes below the headers.
#pragma once

#include "core/table/tablefilter.h"

#include <vector>

namespace slotscope::ui {

struct SavedFilter
{
    QString name;
    core::TableFilter filter;
};

/// By name.
std::vector<SavedFilter> savedFilters(const QString &key);
/// One of the same name is replaced.
void saveFilter(const QString &key, const SavedFilter &filter);
void removeSavedFilter(const QString &key, const QString &name);

/// The last used first.
std::vector<core::TableFilter> recentFilters(const QString &key);
void rememberFilter(const QString &key, const core::TableFilter &filter);
void forgetRecentFilters(const QString &key);

bool areFilterBoxesRemembered();
void rememberFilterBoxes(bool shown);

} // namespace slotscope::ui
