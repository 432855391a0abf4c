// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/logsegment.h"

#include <QDir>
#include <QTemporaryFile>

namespace slotscope::core {

LogVolume::LogVolume(const QString &folder)
    : m_file(std::make_unique<QTemporaryFile>((folder.isEmpty() ? QDir::tempPath() : folder)
                                              + QStringLiteral("/slotscope-events-XXXXXX")))
{
    // Values may be secrets: the library makes such files for their owner only.
    m_file->open();
}

LogVolume::~LogVolume() = default;

QString LogVolume::error() const
{
    const QMutexLocker lock(&m_mutex);
    return m_file->errorString();
}

qint64 LogVolume::append(const QByteArray &bytes)
{
    const QMutexLocker lock(&m_mutex);
    const qint64 offset = m_size;
    if (!m_file->isOpen() || !m_file->seek(offset) || m_file->write(bytes) != bytes.size()
        || !m_file->flush())
        return -1;
    m_size = offset + bytes.size();
    return offset;
}

QByteArray LogVolume::read(qint64 offset, qint64 size)
{
    const QMutexLocker lock(&m_mutex);
    if (!m_file->seek(offset))
        return {};
    QByteArray bytes = m_file->read(size);
    return bytes.size() == size ? bytes : QByteArray();
}

LogSegment::LogSegment(qint64 firstNumber, qint64 entryCount, QByteArray bytes)
    : m_firstNumber(firstNumber)
    , m_entryCount(entryCount)
    , m_size(bytes.size())
    , m_bytes(std::move(bytes))
{
}

bool LogSegment::isInMemory() const
{
    const QMutexLocker lock(&m_mutex);
    return !m_volume;
}

QByteArray LogSegment::bytes() const
{
    std::shared_ptr<LogVolume> volume;
    {
        const QMutexLocker lock(&m_mutex);
        if (!m_volume)
            return m_bytes;
        volume = m_volume;
    }
    return volume->read(m_offset, m_size);
}

bool LogSegment::moveTo(const std::shared_ptr<LogVolume> &volume)
{
    const QByteArray content = bytes();
    const qint64 offset = volume->append(content);
    if (offset < 0)
        return false;
    const QMutexLocker lock(&m_mutex);
    m_offset = offset;
    m_volume = volume;
    m_bytes = QByteArray();
    return true;
}

LogSpill::LogSpill(QString folder, qint64 volumeSize)
    : m_folder(std::move(folder))
    , m_volumeSize(volumeSize)
{
}

void LogSpill::store(LogSegment *segment)
{
    const QMutexLocker lock(&m_mutex);
    if (!m_volume || m_volume->size() >= m_volumeSize)
        m_volume = std::make_shared<LogVolume>(m_folder);
    if (segment->moveTo(m_volume)) {
        setProblem({});
        return;
    }
    const QString error = m_volume->error();
    setProblem(error.isEmpty() ? QStringLiteral("the file cannot be written") : error);
    m_volume.reset(); // another file may do, once there is room again
}

void LogSpill::setProblem(const QString &problem)
{
    const QMutexLocker lock(&m_problemMutex);
    m_problem = problem;
}

QString LogSpill::problem() const
{
    const QMutexLocker lock(&m_problemMutex);
    return m_problem;
}

} // namespace slotscope::core
