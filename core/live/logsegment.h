// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where the entries of a log lie: in segments of some hundred kilobytes, the newer ones in memory, the others
// in files without a name that go when nobody needs them any more.
#pragma once

#include "core/live/logentry.h"

#include <QMutex>

#include <atomic>
#include <memory>

class QTemporaryFile;

namespace slotscope::core {

/// A file that many segments are written to. Safe on any thread.
class LogVolume
{
public:
    /// `folder` empty: that of the system for temporary files.
    explicit LogVolume(const QString &folder);
    ~LogVolume();

    qint64 size() const { return m_size; }
    /// Where the bytes are now; -1: they could not be written.
    qint64 append(const QByteArray &bytes);
    /// Empty where they cannot be read.
    QByteArray read(qint64 offset, qint64 size);
    QString error() const;

private:
    mutable QMutex m_mutex;
    std::unique_ptr<QTemporaryFile> m_file;
    std::atomic<qint64> m_size = 0;
};

/// Consecutive entries. What it holds never changes, only where. Safe on any thread.
class LogSegment
{
public:
    LogSegment(qint64 firstNumber, qint64 entryCount, QByteArray bytes);

    qint64 firstNumber() const { return m_firstNumber; }
    qint64 entryCount() const { return m_entryCount; }
    qint64 endNumber() const { return m_firstNumber + m_entryCount; }
    qint64 size() const { return m_size; }
    bool isInMemory() const;
    /// From memory or from the file.
    QByteArray bytes() const;
    /// Moves it to the file; false: it stays in memory.
    bool moveTo(const std::shared_ptr<LogVolume> &volume);

private:
    const qint64 m_firstNumber;
    const qint64 m_entryCount;
    const qint64 m_size;
    mutable QMutex m_mutex;
    QByteArray m_bytes;
    std::shared_ptr<LogVolume> m_volume;
    qint64 m_offset = 0;
};

/// Writes segments to volumes, one after the other. Safe on any thread; only store() waits for the disk.
class LogSpill
{
public:
    LogSpill(QString folder, qint64 volumeSize);

    void store(LogSegment *segment);
    /// Why nothing can be written; empty: it can.
    QString problem() const;

private:
    const QString m_folder;
    const qint64 m_volumeSize;
    void setProblem(const QString &problem);

    QMutex m_mutex;
    std::shared_ptr<LogVolume> m_volume;
    mutable QMutex m_problemMutex;
    QString m_problem;
};

} // namespace slotscope::core
