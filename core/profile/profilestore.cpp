// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profilestore.h"

#include "core/base/filelock.h"
#include "core/base/wholefile.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

namespace slotscope::core {

namespace {

constexpr qint64 LargestFile = 16LL * 1024 * 1024;

Unexpected<Error> ioError(const QString &file, const QString &why)
{
    return {
        Error {.kind = ErrorKind::Io, .detail = QStringLiteral("the profiles in “%1”: %2").arg(file, why)}};
}

/// With ids, other than an export.
QByteArray fileOf(const std::vector<Profile> &profiles)
{
    QJsonObject json = QJsonDocument::fromJson(exportProfiles({})).object();
    QJsonArray list;
    for (const Profile &profile : profiles)
        list.append(toJson(profile));
    json.insert(QStringLiteral("profiles"), list);
    return QJsonDocument(json).toJson();
}

} // namespace

ProfileStore::ProfileStore(QString file, QObject *parent)
    : QObject(parent)
    , m_file(std::move(file))
{
}

Result<std::vector<Profile>> ProfileStore::read() const
{
    QFile file(m_file);
    if (!file.exists())
        return std::vector<Profile> {};
    if (!file.open(QIODevice::ReadOnly))
        return ioError(m_file, file.errorString());
    auto profiles = importProfiles(file.read(LargestFile));
    if (!profiles)
        return ioError(m_file, profiles.error().detail);
    return profiles;
}

Result<Nothing> ProfileStore::load()
{
    auto profiles = read();
    if (!profiles)
        return Unexpected {profiles.error()};
    if (m_profiles != *profiles) {
        m_profiles = *std::move(profiles);
        Q_EMIT changed();
    }
    return Nothing {};
}

std::optional<Profile> ProfileStore::find(const QString &id) const
{
    const auto found = std::find_if(m_profiles.cbegin(), m_profiles.cend(),
                                    [&id](const Profile &profile) { return profile.id == id; });
    return found == m_profiles.cend() ? std::nullopt : std::optional(*found);
}

std::optional<Profile> ProfileStore::named(const QString &name) const
{
    const auto found = std::find_if(m_profiles.cbegin(), m_profiles.cend(),
                                    [&name](const Profile &profile) { return profile.title() == name; });
    return found == m_profiles.cend() ? find(name) : std::optional(*found);
}

Result<Nothing> ProfileStore::change(const std::function<void()> &what)
{
    if (!QDir().mkpath(QFileInfo(m_file).absolutePath()))
        return ioError(m_file, QStringLiteral("its folder cannot be made"));
    QString reason;
    const auto lock =
        FileLock::take(m_file + QStringLiteral(".lock"), nullptr, &reason, FileLock::Patience::Waits);
    if (!lock)
        return ioError(m_file, reason);
    auto newest = read();
    if (!newest)
        return Unexpected {newest.error()};
    const std::vector<Profile> before = std::exchange(m_profiles, *std::move(newest));
    what();
    // One that cannot be read again would take all others with it.
    const QByteArray file = fileOf(m_profiles);
    const auto readBack = importProfiles(file);
    const auto written =
        readBack ? replaceFile(m_file, file, OwnFile) : Result<Nothing>(Unexpected {readBack.error()});
    if (!written) {
        m_profiles = before;
        return ioError(m_file, written.error().detail);
    }
    Q_EMIT changed();
    return Nothing {};
}

Result<Nothing> ProfileStore::save(const Profile &profile)
{
    return change([this, &profile] {
        Profile kept = profile;
        kept.options.dropSecrets();
        kept.options.tls.verify = true;
        const auto known = std::find_if(m_profiles.begin(), m_profiles.end(),
                                        [&](const Profile &each) { return each.id == profile.id; });
        if (known == m_profiles.end())
            m_profiles.push_back(kept);
        else
            *known = kept;
    });
}

Result<Nothing> ProfileStore::remove(const QString &id)
{
    return change([this, &id] {
        std::erase_if(m_profiles, [&id](const Profile &profile) { return profile.id == id; });
    });
}

QString ProfileStore::freeName(const QString &wished) const
{
    QString name = wished;
    for (int i = 2; named(name); ++i)
        name = QStringLiteral("%1 %2").arg(wished).arg(i);
    return name;
}

} // namespace slotscope::core
