// SPDX-License-Identifier: GPL-3.0-or-later
//
// The start of the program, and what it costs when nothing is done with it.
#include "tests/bench/milliontasks.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>

#include <unistd.h>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

/// The program with a window and settings of its own; it tells when that is painted.
class Program
{
public:
    explicit Program(const QStringList &arguments)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char *folder : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"})
            environment.insert(QString::fromLatin1(folder), m_home.path());
        m_process.setProcessEnvironment(environment);
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_clock.start();
        m_process.start(qEnvironmentVariable("SLOTSCOPE_PROGRAM"),
                        arguments + QStringList {QStringLiteral("--log-level"), QStringLiteral("debug")});
        while (!m_process.readAll().contains("window is shown")) {
            if (!m_process.waitForReadyRead(30'000))
                qFatal("the program does not show its window");
        }
        m_shown = double(m_clock.nsecsElapsed()) * 1e-6;
    }
    ~Program()
    {
        m_process.terminate();
        m_process.waitForFinished();
    }
    double shownMilliseconds() const { return m_shown; }
    double cpuSeconds() const
    {
        QFile file(QStringLiteral("/proc/%1/stat").arg(m_process.processId()));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("the program is gone");
        const QByteArray line = file.readAll();
        const QList<QByteArray> fields = line.sliced(line.lastIndexOf(')') + 2).split(' ');
        return (fields[11].toDouble() + fields[12].toDouble()) / double(sysconf(_SC_CLK_TCK));
    }

private:
    QTemporaryDir m_home;
    QProcess m_process;
    QElapsedTimer m_clock;
    double m_shown = 0;
};

} // namespace

void measureStart(Bench *bench)
{
    std::vector<double> shown;
    for (int i = 0; i < bench->rounds() * 2; ++i)
        shown.push_back(Program({}).shownMilliseconds());
    bench->figures.add({QStringLiteral("start: process to window painted"), median(shown), 300,
                        QStringLiteral("ms"),
                        QStringLiteral("median of %1, offscreen, warm file cache").arg(shown.size())});
    const Program program({QStringLiteral("--connect"), bench->etcd().endpoint().toString()});
    spinFor(5s);
    const double before = program.cpuSeconds();
    constexpr auto Idle = 10s;
    spinFor(Idle);
    bench->figures.add({QStringLiteral("CPU while nothing happens"),
                        (program.cpuSeconds() - before) * 100 / double(Idle.count()), 0.5,
                        QStringLiteral("%"), QStringLiteral("connected, a table open, over 10 s")});
}

} // namespace slotscope::bench
