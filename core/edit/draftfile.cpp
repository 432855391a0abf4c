// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/draftfile.h"

#include "core/base/wholefile.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <fcntl.h>

namespace slotscope::core {

namespace {

constexpr QFileDevice::Permissions OwnFolder = OwnFile | QFileDevice::ExeOwner;
constexpr qint64 LargestFile = qint64(1) << 30;
/// A journal smaller than this is never worth rewriting.
constexpr qint64 SmallJournal = 1024 * 1024;
constexpr int MostHistory = 4; // times what the file was when it was written as a whole

const QString Suffix = QStringLiteral(".draft");
const QString LockSuffix = QStringLiteral(".lock");

Unexpected<Error> failure(const QString &file, const QString &why)
{
    return {Error {.kind = ErrorKind::Io, .detail = QStringLiteral("%1: %2").arg(file, why)}};
}

/// A name that is still free.
QString setAsideName(const QString &file)
{
    QString name = file + QStringLiteral(".damaged");
    for (int i = 2; QFileInfo::exists(name); ++i)
        name = QStringLiteral("%1.damaged-%2").arg(file).arg(i);
    return name;
}

Result<Nothing> replaceDraft(const QString &path, const QByteArray &content)
{
    const auto written = replaceFile(path, content);
    if (!written)
        return failure(path, written.error().detail);
    return Nothing {};
}

} // namespace

Result<Nothing> makePrivateFolder(const QString &folder)
{
    const QFileInfo info(folder);
    if (info.isDir()) {
        if (info.permissions()
            & ~(OwnFolder | QFileDevice::ReadUser | QFileDevice::WriteUser | QFileDevice::ExeUser))
            QFile::setPermissions(folder, OwnFolder);
        return Nothing {};
    }
    if (!QDir().mkpath(info.absolutePath()) || !QDir().mkdir(folder, OwnFolder)) {
        if (!QFileInfo(folder).isDir()) // another window may have been faster
            return failure(folder, QStringLiteral("the folder cannot be made"));
    }
    return Nothing {};
}

DraftFile::DraftFile(QString file, DraftHeader header)
    : m_path(std::move(file))
    , m_header(std::move(header))
{
}

DraftFile::~DraftFile()
{
    m_file.close();
}

bool DraftFile::isDueForRewriting() const
{
    return m_broken || !m_file.isOpen() || m_size > std::max(SmallJournal, m_rewritten * MostHistory);
}

qint64 DraftFile::cost(const DraftStep &step) const
{
    return step.weight() + (isDueForRewriting() ? m_size : 0);
}

int DraftFile::duplicateDescriptor() const
{
    return m_file.isOpen() ? ::fcntl(m_file.handle(), F_DUPFD_CLOEXEC, 0) : -1;
}

Result<Nothing> DraftFile::take(const DraftStep &step)
{
    m_state.apply(step);
    if (m_state.isEmpty()) {
        remove();
        return Nothing {};
    }
    if (isDueForRewriting())
        return rewrite();
    const QByteArray line = writeDraftStep(step);
    if (!writeWhole(&m_file, line)) {
        const auto failed = failure(m_path, m_file.errorString());
        // Nothing may stand behind a line that is torn.
        m_file.resize(m_size);
        m_broken = true;
        return failed;
    }
    m_size += line.size();
    return Nothing {};
}

Result<Nothing> DraftFile::rewrite()
{
    m_broken = true;
    const QByteArray content = writeDraftHeader(m_header) + writeDraftStep(m_state.asStep());
    const bool isThere = QFileInfo::exists(m_path);
    if (const auto written = isThere ? replace(content) : create(content); !written)
        return written;
    m_size = m_rewritten = content.size();
    m_broken = false;
    return Nothing {};
}

Result<Nothing> DraftFile::create(const QByteArray &content)
{
    m_file.close();
    if (const auto made = makePrivateFolder(QFileInfo(m_path).absolutePath()); !made)
        return made;
    QString reason;
    if (!m_lock && !(m_lock = FileLock::take(m_path + LockSuffix, nullptr, &reason)))
        return failure(m_path, reason);
    m_file.setFileName(m_path);
    if (!m_file.open(QIODevice::ReadWrite | QIODevice::NewOnly | QIODevice::Unbuffered, OwnFile))
        return failure(m_path, m_file.errorString());
    if (!writeWhole(&m_file, content)) {
        const auto failed = failure(m_path, m_file.errorString());
        m_file.remove();
        return failed;
    }
    return Nothing {};
}

Result<Nothing> DraftFile::replace(const QByteArray &content)
{
    if (const auto written = replaceDraft(m_path, content); !written)
        return written;
    m_file.close(); // it is another file by now
    m_file.setFileName(m_path);
    if (!m_file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered)
        || !m_file.seek(content.size()))
        return failure(m_path, m_file.errorString());
    return Nothing {};
}

void DraftFile::remove()
{
    m_file.close();
    QFile::remove(m_path);
    m_lock.reset();
    m_broken = false;
    m_size = m_rewritten = 0;
}

DraftSearch findDrafts(const QString &folder, const QString &prefix)
{
    DraftSearch search;
    const QDir directory(folder);
    const QStringList names =
        directory.entryList({prefix + QLatin1Char('*') + Suffix}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        const QString path = directory.filePath(name);
        FileLock::Failure failed {};
        QString reason;
        FoundDraft found {.file = path, .lock = FileLock::take(path + LockSuffix, &failed, &reason)};
        if (!found.lock) {
            if (failed == FileLock::Failure::Error)
                search.unreadable << QStringLiteral("%1: %2").arg(path, reason);
            continue;
        }
        if (!QFileInfo::exists(path))
            continue; // its session has ended just now
        // What a process left that was killed while it wrote everything anew.
        for (const QString &rest : directory.entryList({name + QStringLiteral(".??????")}, QDir::Files))
            QFile::remove(directory.filePath(rest));

        QFile file(path);
        if (!file.open(QIODevice::ReadOnly)) {
            search.unreadable << QStringLiteral("%1: %2").arg(path, file.errorString());
            continue;
        }
        if (file.size() > LargestFile) {
            search.unreadable << QStringLiteral("%1: it is larger than 1 GiB").arg(path);
            continue;
        }
        const QByteArray content = file.readAll();
        file.close();
        auto read = readDraft(content);
        if (!read && read.error().kind == ErrorKind::InvalidArgument) {
            search.unreadable << QStringLiteral("%1: %2").arg(path, read.error().detail);
            continue;
        }
        const bool isWhole = read && read->health == ReadDraft::Health::Whole;
        const bool isUsable = read && !read->state.isEmpty();
        if (!isWhole && (!isUsable || read->health == ReadDraft::Health::Damaged)) {
            found.setAside = setAsideName(path);
            if (!QFile::rename(path, found.setAside)) {
                search.unreadable << QStringLiteral("%1: it is damaged").arg(path);
                continue;
            }
            if (!isUsable) {
                search.setAside << found.setAside;
                continue;
            }
            // What can be read of it is the draft from now on.
            QFile rest(path);
            const QByteArray good = content.left(read->goodBytes);
            if (!rest.open(QIODevice::WriteOnly | QIODevice::NewOnly | QIODevice::Unbuffered, OwnFile)
                || !writeWhole(&rest, good))
                search.unreadable << QStringLiteral("%1: %2").arg(path, rest.errorString());
        } else if (!isUsable) {
            QFile::remove(path); // whole, and nothing in it: what it held was taken back or committed
            continue;
        }
        found.draft = std::move(*read);
        search.found.push_back(std::move(found));
    }
    std::stable_sort(search.found.begin(), search.found.end(), [](const auto &a, const auto &b) {
        return a.draft.state.changed() > b.draft.state.changed();
    });
    return search;
}

void removeDraft(const FoundDraft &found)
{
    QFile::remove(found.file);
}

Result<Nothing> shrinkDraft(const FoundDraft &found, const std::vector<Change> &changes,
                            const std::vector<Guard> &guards)
{
    DraftStep step {.at = found.draft.state.changed(), .set = changes};
    if (!guards.empty())
        step.guards = guards;
    return replaceDraft(found.file, writeDraftHeader(found.draft.header) + writeDraftStep(step));
}

} // namespace slotscope::core
