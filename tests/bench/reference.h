// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFile>
#include <QProcess>
#include <QtEndian>

#include <vector>

namespace slotscope::bench {

/// reference.py at work: Python's own decoders on records that it has made.
class Reference
{
public:
    explicit Reference(const QString &folder)
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral("/usr/bin/python3"), {QStringLiteral(BENCH_REFERENCE), folder});
    }
    ~Reference()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished();
    }
    /// Its next line; the first one has the names of the files of records.
    QByteArray answer()
    {
        constexpr int AnswerMilliseconds = 120'000;
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(AnswerMilliseconds))
                qFatal("the reference does not answer");
        }
        return m_process.readLine().trimmed();
    }
    /// What it takes for all records of a file.
    double seconds(const QByteArray &name)
    {
        m_process.write(name + '\n');
        return answer().toDouble();
    }

private:
    QProcess m_process;
};

inline std::vector<QByteArray> readRecords(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read the records");
    std::vector<QByteArray> records;
    while (!file.atEnd())
        records.push_back(file.read(qFromLittleEndian<quint32>(file.read(4).constData())));
    return records;
}

} // namespace slotscope::bench
