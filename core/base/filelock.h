// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>

namespace slotscope::core {

/// A file that says to other windows and processes that somebody is at work. The kernel holds the lock, so
/// that it ends with its process however that ends, and whatever became of host names and process numbers
/// meanwhile (which QLockFile goes by).
class FileLock
{
public:
    enum class Failure { None, Taken, Error };
    enum class Patience { None, Waits };

    /// Null pointer when somebody else has it, or when it cannot be made. The file is made when missing, for
    /// the user's eyes only.
    static std::unique_ptr<FileLock> take(const QString &file, Failure *failure = nullptr,
                                          QString *reason = nullptr, Patience patience = Patience::None);
    /// Takes the file away and gives the lock free.
    ~FileLock();

    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

private:
    FileLock(QByteArray path, int descriptor);

    QByteArray m_path; // as the file system has it
    int m_descriptor;
};

} // namespace slotscope::core
