// SPDX-License-Identifier: GPL-3.0-or-later
//
// The start of the program, and what it costs when nothing is done with it.
#include "tests/bench/milliontasks.h"
#include "ui/sessionsettings.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>

#include <unistd.h>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

/// The program with a window and settings of its own; it tells when that is painted.
class Program
{
public:
    /// `tabs`: left open at this etcd by the session before.
    explicit Program(const QStringList &arguments, const core::Endpoint &endpoint = {},
                     const std::vector<ui::OpenTab> &tabs = {})
    {
        if (!tabs.empty())
            leaveOpen(endpoint, tabs);
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
        const QByteArray line = proc("stat");
        const QList<QByteArray> fields = line.sliced(line.lastIndexOf(')') + 2).split(' ');
        return (fields[11].toDouble() + fields[12].toDouble()) / double(sysconf(_SC_CLK_TCK));
    }
    double residentBytes() const
    {
        return proc("statm").split(' ').value(1).toDouble() * double(sysconf(_SC_PAGESIZE));
    }

private:
    QByteArray proc(const char *name) const
    {
        QFile file(QStringLiteral("/proc/%1/%2").arg(m_process.processId()).arg(QLatin1String(name)));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("the program is gone");
        return file.readAll();
    }
    /// Among its settings, what the window of this program would have written.
    void leaveOpen(const core::Endpoint &endpoint, const std::vector<ui::OpenTab> &tabs)
    {
        ui::rememberTabs(endpoint, tabs);
        const QSettings own;
        QSettings its(m_home.filePath(QStringLiteral("slotscope/slotscope.conf")), QSettings::IniFormat);
        for (const QString &key : own.allKeys())
            its.setValue(key, own.value(key));
        ui::rememberTabs(endpoint, {});
    }

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

    const int watchers = bench->etcd().watchers();
    const int records = bench->recordsOf(HundredThousandSlot);
    const Program program({QStringLiteral("--connect"), bench->etcd().endpoint().toString()},
                          bench->etcd().endpoint(),
                          {{.range = core::KeyRange::slot(HundredThousandSlot),
                            .slot = HundredThousandSlot,
                            .title = QStringLiteral("left open")}});
    // It has the records in memory, and has subscribed to what becomes of them.
    const double atFirst = program.residentBytes();
    constexpr double RecordBytes = 310;
    if (!spinUntil([&] { return program.residentBytes() - atFirst > records * RecordBytes; }, 60s)
        || !spinUntil([&] { return bench->etcd().watchers() > watchers; }, 60s))
        qFatal("the program does not open the table that was left open");
    spinFor(5s);
    const double before = program.cpuSeconds();
    constexpr auto Idle = 10s;
    spinFor(Idle);
    const double used = (program.cpuSeconds() - before) * 100 / double(Idle.count());
    if (bench->etcd().watchers() <= watchers)
        qFatal("the program has ceased to watch");
    bench->figures.add(
        {QStringLiteral("CPU while nothing happens"), used, 0.5, QStringLiteral("%"),
         QStringLiteral("connected, a table of %1 records open and watched, over 10 s").arg(records)});
}

} // namespace slotscope::bench
