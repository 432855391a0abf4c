// SPDX-License-Identifier: GPL-3.0-or-later
//
// What comes back at the next start: window layout, endpoints, open tabs. Kept in QSettings, per user.
#pragma once

#include "core/edit/commitplan.h"
#include "core/etcd/client.h"
#include "core/live/alerts.h"
#include "ui/connectionprofile.h"

#include <QStringList>
#include <QVariantMap>

#include <chrono>
#include <optional>
#include <vector>

class QMainWindow;

namespace slotscope::ui {

struct OpenTab
{
    core::KeyRange range;
    std::optional<core::Slot> slot;
    QString title;
    QVariantMap filter {}; ///< core::TableFilter::toVariant()
};

void saveWindow(const QMainWindow &window);
void restoreWindow(QMainWindow *window);

/// Whether the inspector shows the bytes below tree and text.
bool areBytesBelowRemembered();
void rememberBytesBelow(bool below);

/// The last used first.
QStringList recentEndpoints();
void rememberEndpoint(const core::Endpoint &endpoint);

/// The user's profiles, beside the settings.
QString profilesFile();
/// The profile of the last connection; empty: it was one without.
QString lastProfile();
void rememberLastProfile(const QString &id);

/// Nothing: none was remembered for this etcd.
std::optional<ConnectionProfile> rememberedProfile(const core::Endpoint &endpoint);
void rememberProfile(const core::Endpoint &endpoint, const ConnectionProfile &profile);

/// What is to be told of as it happens there.
std::vector<core::AlertRule> rememberedAlerts(const core::Endpoint &endpoint);
void rememberAlerts(const core::Endpoint &endpoint, const std::vector<core::AlertRule> &rules);

/// Beside the settings: a file for each etcd.
QString schemaFolder();
/// Where the schema of this etcd is kept; empty: beside the settings.
void rememberSchemaFile(const core::Endpoint &endpoint, const QString &file);
QString rememberedSchemaFile(const core::Endpoint &endpoint);

/// What this etcd takes in one transaction, as somebody has told; else etcd's own defaults.
core::TxnLimits rememberedLimits(const core::Endpoint &endpoint);
void rememberLimits(const core::Endpoint &endpoint, const core::TxnLimits &limits);

/// Drafts of edit sessions and histories of commits, among the application's data: files for each etcd.
QString draftFolder();
QString historyFolder();
/// For what is known of when revisions came about, a file for each endpoint and cluster.
QString timesFolder();
/// How large the history of one etcd may grow, in bytes; 0: none is kept.
qint64 historyLimit();
void rememberHistoryLimit(qint64 bytes);
/// How long it is looked after what was committed; 0: not at all.
std::chrono::seconds afterCommitDuration();
void rememberAfterCommitDuration(std::chrono::seconds duration);

void rememberTabs(const core::Endpoint &endpoint, const std::vector<OpenTab> &tabs);
std::vector<OpenTab> rememberedTabs(const core::Endpoint &endpoint);

} // namespace slotscope::ui
