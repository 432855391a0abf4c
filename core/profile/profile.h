// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/safety.h"
#include "core/etcd/connectionoptions.h"

#include <QJsonObject>

namespace slotscope::core {

/// An etcd as somebody has described it, to be connected to again.
struct Profile
{
    QString id; ///< never changes, and names what the keychain has of it; empty: it is not kept
    QString name; ///< empty: the first endpoint's host and port
    ConnectionOptions options; ///< its secrets are never stored with it
    SafetyLevel safety = SafetyLevel::Open;
    QString colour; ///< `#rrggbb`, for its windows; empty: none of its own
    QString schemaFile; ///< empty: one beside the settings

    /// What people see of it.
    QString title() const;

    friend bool operator==(const Profile &, const Profile &) = default;
};

/// For settings: one word, never translated.
QString safetyWord(SafetyLevel level);
/// What is not known, from a newer version say, allows nothing.
SafetyLevel safetyOf(const QString &word);

/// Without its secrets.
QJsonObject toJson(const Profile &profile);
/// The error's detail names the member that is wrong.
Result<Profile> profileFromJson(const QJsonObject &json);

/// A file of profiles, for others to import: without secrets and ids.
QByteArray exportProfiles(const std::vector<Profile> &profiles);
/// Each gets an id of its own.
Result<std::vector<Profile>> importProfiles(const QByteArray &file);

QString newProfileId();

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::Profile)
