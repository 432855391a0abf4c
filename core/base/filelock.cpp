// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/filelock.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slotscope::core {

FileLock::FileLock(QByteArray path, int descriptor)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
{
}

std::unique_ptr<FileLock> FileLock::take(const QString &file, Failure *failure, QString *reason,
                                         Patience patience)
{
    const auto fail = [&](Failure how) {
        if (failure)
            *failure = how;
        if (reason)
            *reason = qt_error_string(errno);
        return nullptr;
    };
    const QByteArray path = QFile::encodeName(file);
    for (;;) {
        const int descriptor = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (descriptor < 0)
            return fail(Failure::Error);
        int locked = 0;
        do {
            locked = ::flock(descriptor, patience == Patience::Waits ? LOCK_EX : LOCK_EX | LOCK_NB);
        } while (locked != 0 && errno == EINTR);
        if (locked != 0) {
            const int why = errno;
            ::close(descriptor);
            errno = why;
            return fail(why == EWOULDBLOCK ? Failure::Taken : Failure::Error);
        }
        // Whoever had it before may have taken the file away between the two.
        struct stat mine = {};
        struct stat there = {};
        if (::fstat(descriptor, &mine) == 0 && ::stat(path.constData(), &there) == 0
            && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) {
            if (failure)
                *failure = Failure::None;
            return std::unique_ptr<FileLock>(new FileLock(path, descriptor));
        }
        ::close(descriptor);
    }
}

FileLock::~FileLock()
{
    ::unlink(m_path.constData());
    ::close(m_descriptor);
}

} // namespace slotscope::core
