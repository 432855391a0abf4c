// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/keychain.h"

#include <qt6keychain/keychain.h>

namespace slotscope::core {

namespace {

const QString Service = QStringLiteral("slotscope");

Error errorOf(const QKeychain::Job &job)
{
    return {.kind = ErrorKind::Io, .detail = QStringLiteral("the keychain: %1").arg(job.errorString())};
}

/// Deletes itself when it has finished.
template <typename Job>
Job *prepare(Job *job, const QString &name)
{
    job->setKey(name);
    job->setInsecureFallback(false);
    return job;
}

template <typename T>
Call<T> run(QKeychain::Job *job, std::function<Result<T>()> outcome)
{
    auto *state = new CallState<T>;
    QObject::connect(job, &QKeychain::Job::finished, state,
                     [state, outcome = std::move(outcome)] { state->complete(outcome()); });
    job->start();
    return Call<T>(state);
}

} // namespace

Call<QByteArray> Keychain::read(const QString &name)
{
    auto *job = prepare(new QKeychain::ReadPasswordJob(Service, this), name);
    return run<QByteArray>(job, [job]() -> Result<QByteArray> {
        if (job->error() == QKeychain::EntryNotFound)
            return QByteArray();
        if (job->error() != QKeychain::NoError)
            return Unexpected {errorOf(*job)};
        return job->binaryData();
    });
}

Call<Nothing> Keychain::write(const QString &name, const QByteArray &secret)
{
    auto *job = prepare(new QKeychain::WritePasswordJob(Service, this), name);
    job->setBinaryData(secret);
    return run<Nothing>(job, [job]() -> Result<Nothing> {
        if (job->error() != QKeychain::NoError)
            return Unexpected {errorOf(*job)};
        return Nothing {};
    });
}

Call<Nothing> Keychain::remove(const QString &name)
{
    auto *job = prepare(new QKeychain::DeletePasswordJob(Service, this), name);
    return run<Nothing>(job, [job]() -> Result<Nothing> {
        if (job->error() != QKeychain::NoError && job->error() != QKeychain::EntryNotFound)
            return Unexpected {errorOf(*job)};
        return Nothing {};
    });
}

} // namespace slotscope::core
