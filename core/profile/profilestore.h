// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QObject>

namespace slotscope::core {

/// The profiles of the user, in a file that only the user can read, without secrets. Other windows and
/// programs may write it, too: each change is made to what is in the file at that time. Blocks for that long.
class ProfileStore : public QObject
{
    Q_OBJECT
public:
    explicit ProfileStore(QString file, QObject *parent = nullptr);

    /// Reads the file; without one there are no profiles. After an error what was known stays.
    Result<Nothing> load();
    /// In the order in which they were added.
    const std::vector<Profile> &profiles() const { return m_profiles; }
    std::optional<Profile> find(const QString &id) const;
    /// By its name, or by its id.
    std::optional<Profile> named(const QString &name) const;

    /// Adds it, or replaces the one with its id. A file that cannot be read is not written over,
    /// nor with what could not be read again: a profile without endpoints.
    Result<Nothing> save(const Profile &profile);
    Result<Nothing> remove(const QString &id);

    /// A name that none has yet: `orders 2`.
    QString freeName(const QString &wished) const;

Q_SIGNALS:
    void changed();

private:
    Result<Nothing> change(const std::function<void()> &what);
    Result<std::vector<Profile>> read() const;

    QString m_file;
    std::vector<Profile> m_profiles;
};

} // namespace slotscope::core
