// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/connecting.h"

#include "app/commands/output.h"
#include "app/passwordprompt.h"
#include "core/etcd/tls.h"
#include "core/profile/profilestore.h"
#include "core/profile/secrets.h"
#include "ui/sessionsettings.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace slotscope::app {

namespace {

core::Unexpected<core::Error> wrong(const QString &what)
{
    return {core::Error {.kind = core::ErrorKind::InvalidArgument, .detail = what}};
}

core::Result<core::Profile> withPasswords(core::FilledProfile filled)
{
    core::ConnectionOptions &options = filled.profile.options;
    const auto ask = [&filled](const QString &prompt) {
        if (const auto error = std::exchange(filled.error, std::nullopt))
            writeError(error->detail);
        return askForPassword(prompt);
    };
    if (options.lacksPassword()) {
        const auto password = ask(QStringLiteral("Password of %1: ").arg(options.user));
        if (!password)
            return wrong(
                QStringLiteral("the password of %1 is missing: set ETCDCTL_PASSWORD").arg(options.user));
        options.password = *password;
    }
    if (core::needsKeyPassword(options.tls) && options.tls.keyPassword.isEmpty()) {
        const auto password = ask(QStringLiteral("Password of the client's key: "));
        if (!password)
            return wrong(
                QStringLiteral("the password of the client's key is missing: set SLOTSCOPE_KEY_PASSWORD"));
        options.tls.keyPassword = password->toUtf8();
    }
    if (options.lacksProxyPassword()) {
        const QString user = options.proxy.user();
        const auto password = ask(QStringLiteral("Password of %1 at the proxy: ").arg(user));
        if (!password)
            return wrong(QStringLiteral("the password of %1 at the proxy is missing: set "
                                        "SLOTSCOPE_PROXY_PASSWORD")
                             .arg(user));
        options.setProxyPassword(*password);
    }
    return filled.profile;
}

} // namespace

core::Result<core::Profile> describedProfile(const core::ConnectionWords &given, const QString &profileName)
{
    core::Profile profile;
    core::ConnectionWords words;
    if (profileName.isEmpty()) {
        words = core::ConnectionWords::fromEnvironment(QProcessEnvironment::systemEnvironment());
    } else {
        core::ProfileStore store(ui::profilesFile());
        if (const auto loaded = store.load(); !loaded)
            return core::Unexpected {loaded.error()};
        const auto known = store.named(profileName);
        if (!known)
            return wrong(QStringLiteral("there is no profile “%1”").arg(profileName));
        profile = *known;
    }
    words.add(given);
    if (profileName.isEmpty() && !words.namesEndpoints())
        words.set(QStringLiteral("endpoints"), QStringLiteral("127.0.0.1:2379"));
    const auto options = words.applyTo(profile.options);
    if (!options)
        return core::Unexpected {options.error()};
    profile.options = *options;
    return profile;
}

void profileForCommand(const core::ConnectionWords &given, const QString &profileName, core::Secrets *secrets,
                       QObject *context, std::function<void(const core::Result<core::Profile> &)> then)
{
    const auto profile = describedProfile(given, profileName);
    if (!profile) {
        QMetaObject::invokeMethod(
            context, [then = std::move(then), error = profile.error()] { then(core::Unexpected {error}); },
            Qt::QueuedConnection);
        return;
    }
    secrets->fill(*profile).then(context,
                                 [then = std::move(then)](const core::Result<core::FilledProfile> &filled) {
                                     if (filled)
                                         then(withPasswords(*filled));
                                     else
                                         then(core::Unexpected {filled.error()});
                                 });
}

void hidePasswords(int argc, char **argv)
{
    const auto wipe = [](char *from, char *to) { std::fill(from, to, '*'); };
    for (int i = 1; i < argc; ++i) {
        // With one hyphen Qt's parser takes them, too.
        char *word = argv[i];
        if (*word != '-')
            continue;
        word += word[1] == '-' ? 2 : 1;
        const std::string_view name(word, std::strcspn(word, "="));
        if (name != "password" && name != "user" && name != "proxy")
            continue;
        char *value = word[name.size()] == '=' ? word + name.size() + 1 : i + 1 < argc ? argv[++i] : nullptr;
        char *end = value ? value + std::strlen(value) : nullptr;
        if (value && name == "proxy") {
            // scheme://user:password@host:port
            char *user = std::strstr(value, "://");
            value = user ? user + 3 : value;
            char *at = std::strrchr(value, '@');
            end = at ? at : value;
        }
        if (value && name != "password") {
            char *colon = std::find(value, end, ':');
            value = colon == end ? end : colon + 1;
        }
        if (value)
            wipe(value, end);
    }
}

} // namespace slotscope::app
