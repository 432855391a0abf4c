// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/timefile.h"

#include "core/base/wholefile.h"

#include <QDir>
#include <QFileInfo>

namespace slotscope::core {

Result<std::vector<TimeBook::Entry>> readTimes(const QString &path)
{
    QFile file(path);
    if (!file.exists())
        return std::vector<TimeBook::Entry>();
    if (!file.open(QIODevice::ReadOnly))
        return Unexpected {Error {.kind = ErrorKind::Io, .detail = file.errorString()}};
    std::vector<TimeBook::Entry> entries;
    while (!file.atEnd()) {
        const QList<QByteArray> parts = file.readLine().trimmed().split(' ');
        bool isRevision = false;
        bool isTime = false;
        const qint64 revision = parts.value(0).toLongLong(&isRevision);
        const qint64 time = parts.value(1).toLongLong(&isTime);
        if (parts.size() == 2 && isRevision && isTime && revision > 0)
            entries.push_back({Revision(revision), QDateTime::fromMSecsSinceEpoch(time)});
    }
    return entries;
}

Result<Nothing> writeTimes(const QString &path, const std::vector<TimeBook::Entry> &entries, size_t most)
{
    const auto there = readTimes(path);
    if (!there)
        return Unexpected {there.error()}; // not to be written over
    TimeBook book(most);
    // Where they contradict each other, the clock of those that were noted last is believed.
    for (const std::vector<TimeBook::Entry> *some : {&entries, &*there}) {
        for (const TimeBook::Entry &entry : *some)
            book.note(entry.revision, entry.time);
    }
    QByteArray lines;
    for (const TimeBook::Entry &entry : book.entries())
        lines += QByteArray::number(entry.revision.value) + ' '
            + QByteArray::number(entry.time.toMSecsSinceEpoch()) + '\n';
    if (!QDir().mkpath(QFileInfo(path).absolutePath()))
        return Unexpected {
            Error {.kind = ErrorKind::Io, .detail = QStringLiteral("its folder cannot be made")}};
    return replaceFile(path, lines, OwnFile);
}

} // namespace slotscope::core
