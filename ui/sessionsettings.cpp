// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessionsettings.h"

#include "core/edit/aftercommit.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QMainWindow>
#include <QSettings>
#include <QStandardPaths>

namespace slotscope::ui {

namespace {

const QString HistoryLimitKey = QStringLiteral("commits/historyBytes");
const QString AfterCommitKey = QStringLiteral("commits/watchedSeconds");
const QString BytesBelowKey = QStringLiteral("inspector/bytesBelow");
const QString LastProfileKey = QStringLiteral("connections/lastProfile");
constexpr qsizetype MostRecent = 10;

QString tabsKey(const core::Endpoint &endpoint)
{
    // Slashes would make groups of their own.
    return QStringLiteral("tabs/") + QString::fromLatin1(endpoint.toString().toUtf8().toHex());
}

QString limitsKey(const core::Endpoint &endpoint)
{
    return QStringLiteral("limits/") + QString::fromLatin1(endpoint.toString().toUtf8().toHex());
}

QString profileKey(const core::Endpoint &endpoint)
{
    return QStringLiteral("profiles/") + QString::fromLatin1(endpoint.toString().toUtf8().toHex());
}

QString alertsKey(const core::Endpoint &endpoint)
{
    return QStringLiteral("alerts/") + QString::fromLatin1(endpoint.toString().toUtf8().toHex());
}

QString schemaKey(const core::Endpoint &endpoint)
{
    return QStringLiteral("schemas/") + QString::fromLatin1(endpoint.toString().toUtf8().toHex());
}

} // namespace

void saveWindow(const QMainWindow &window)
{
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), window.saveGeometry());
    settings.setValue(QStringLiteral("window/state"), window.saveState());
}

void restoreWindow(QMainWindow *window)
{
    const QSettings settings;
    window->restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    window->restoreState(settings.value(QStringLiteral("window/state")).toByteArray());
}

bool areBytesBelowRemembered()
{
    return QSettings().value(BytesBelowKey, false).toBool();
}

void rememberBytesBelow(bool below)
{
    QSettings().setValue(BytesBelowKey, below);
}

QStringList recentEndpoints()
{
    return QSettings().value(QStringLiteral("connections/recent")).toStringList();
}

void rememberEndpoint(const core::Endpoint &endpoint)
{
    QStringList recent = recentEndpoints();
    const QString text = endpoint.toString();
    if (!recent.isEmpty() && recent.first() == text)
        return;
    recent.removeAll(text);
    recent.prepend(text);
    QSettings().setValue(QStringLiteral("connections/recent"), recent.mid(0, MostRecent));
}

QString profilesFile()
{
    return QFileInfo(QSettings().fileName()).absolutePath() + QStringLiteral("/profiles.json");
}

QString lastProfile()
{
    return QSettings().value(LastProfileKey).toString();
}

void rememberLastProfile(const QString &id)
{
    if (lastProfile() != id)
        QSettings().setValue(LastProfileKey, id);
}

std::optional<ConnectionProfile> rememberedProfile(const core::Endpoint &endpoint)
{
    const QVariant stored = QSettings().value(profileKey(endpoint));
    if (!stored.isValid())
        return std::nullopt;
    const QVariantMap map = stored.toMap();
    return ConnectionProfile {.name = map.value(QStringLiteral("name")).toString(),
                              .safety = safetyOf(map.value(QStringLiteral("safety")).toString())};
}

void rememberProfile(const core::Endpoint &endpoint, const ConnectionProfile &profile)
{
    QSettings().setValue(profileKey(endpoint),
                         QVariantMap {{QStringLiteral("name"), profile.name},
                                      {QStringLiteral("safety"), safetyWord(profile.safety)}});
}

std::vector<core::AlertRule> rememberedAlerts(const core::Endpoint &endpoint)
{
    const QByteArray json = QSettings().value(alertsKey(endpoint)).toByteArray();
    return core::alertRulesFromJson(QJsonDocument::fromJson(json).array());
}

void rememberAlerts(const core::Endpoint &endpoint, const std::vector<core::AlertRule> &rules)
{
    QSettings settings;
    if (rules.empty())
        settings.remove(alertsKey(endpoint));
    else
        settings.setValue(alertsKey(endpoint),
                          QJsonDocument(core::toJson(rules)).toJson(QJsonDocument::Compact));
}

QString schemaFolder()
{
    return QFileInfo(QSettings().fileName()).absolutePath() + QStringLiteral("/schemas");
}

void rememberSchemaFile(const core::Endpoint &endpoint, const QString &file)
{
    QSettings settings;
    if (file.isEmpty())
        settings.remove(schemaKey(endpoint));
    else
        settings.setValue(schemaKey(endpoint), file);
}

QString rememberedSchemaFile(const core::Endpoint &endpoint)
{
    return QSettings().value(schemaKey(endpoint)).toString();
}

core::TxnLimits rememberedLimits(const core::Endpoint &endpoint)
{
    const QVariantMap map = QSettings().value(limitsKey(endpoint)).toMap();
    core::TxnLimits limits;
    if (const qulonglong operations = map.value(QStringLiteral("max-txn-ops")).toULongLong())
        limits.operations = operations;
    if (const qlonglong bytes = map.value(QStringLiteral("max-request-bytes")).toLongLong(); bytes > 0)
        limits.bytes = bytes;
    return limits;
}

void rememberLimits(const core::Endpoint &endpoint, const core::TxnLimits &limits)
{
    QSettings settings;
    if (limits == core::TxnLimits())
        settings.remove(limitsKey(endpoint));
    else
        settings.setValue(
            limitsKey(endpoint),
            QVariantMap {
                {QStringLiteral("max-txn-ops"), QVariant::fromValue<qulonglong>(limits.operations)},
                {QStringLiteral("max-request-bytes"), QVariant::fromValue<qlonglong>(limits.bytes)}});
}

QString draftFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/drafts");
}

QString historyFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)
        + QStringLiteral("/commits");
}

QString timesFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/times");
}

qint64 historyLimit()
{
    return std::max<qint64>(0,
                            QSettings().value(HistoryLimitKey, core::ReceiptBook::UsualLimit).toLongLong());
}

void rememberHistoryLimit(qint64 bytes)
{
    QSettings().setValue(HistoryLimitKey, bytes);
}

std::chrono::seconds afterCommitDuration()
{
    constexpr qint64 Usual = core::AfterCommit::UsualDuration.count();
    return std::chrono::seconds(std::max<qint64>(0, QSettings().value(AfterCommitKey, Usual).toLongLong()));
}

void rememberAfterCommitDuration(std::chrono::seconds duration)
{
    QSettings().setValue(AfterCommitKey, qint64(duration.count()));
}

void rememberTabs(const core::Endpoint &endpoint, const std::vector<OpenTab> &tabs)
{
    QVariantList list;
    for (const OpenTab &tab : tabs) {
        list.append(QVariantMap {{QStringLiteral("begin"), tab.range.begin},
                                 {QStringLiteral("end"), tab.range.end},
                                 {QStringLiteral("slot"), tab.slot ? tab.slot->value : -1},
                                 {QStringLiteral("title"), tab.title},
                                 {QStringLiteral("filter"), tab.filter}});
    }
    QSettings().setValue(tabsKey(endpoint), list);
}

std::vector<OpenTab> rememberedTabs(const core::Endpoint &endpoint)
{
    std::vector<OpenTab> tabs;
    for (const QVariant &entry : QSettings().value(tabsKey(endpoint)).toList()) {
        const QVariantMap map = entry.toMap();
        const int slot = map.value(QStringLiteral("slot"), -1).toInt();
        OpenTab tab;
        tab.range = {map.value(QStringLiteral("begin")).toByteArray(),
                     map.value(QStringLiteral("end")).toByteArray()};
        if (slot >= 0 && slot <= 0xffff)
            tab.slot = core::Slot(static_cast<quint16>(slot));
        tab.title = map.value(QStringLiteral("title")).toString();
        tab.filter = map.value(QStringLiteral("filter")).toMap();
        if (!tab.range.begin.isEmpty())
            tabs.push_back(tab);
    }
    return tabs;
}

} // namespace slotscope::ui
