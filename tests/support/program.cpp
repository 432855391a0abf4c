// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace slotscope::test {

Program::Program(const QStringList &arguments, const QMap<QString, QString> &variables)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // Commands must do without; a leftover address would hide that --connect is not understood.
    for (const char *name :
         {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "ETCDCTL_ENDPOINTS", "ETCD_URL"})
        environment.remove(QString::fromLatin1(name));
    // Neither the settings nor the data of whoever runs the tests.
    static const QTemporaryDir home;
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME"}) {
        if (!environment.contains(QLatin1String(name)))
            environment.insert(QLatin1String(name), home.path());
    }
    for (auto variable = variables.cbegin(); variable != variables.cend(); ++variable)
        environment.insert(variable.key(), variable.value());
    m_process.setProcessEnvironment(environment);
    m_process.start(qEnvironmentVariable("SLOTSCOPE_PROGRAM"), arguments);
    m_process.waitForStarted();
}

Program::~Program()
{
    if (isRunning()) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

void Program::write(const QByteArray &bytes)
{
    m_process.write(bytes);
}

void Program::closeInput()
{
    m_process.closeWriteChannel();
}

int Program::wait(int timeoutMs)
{
    if (!QTest::qWaitFor([this] { return !isRunning(); }, timeoutMs))
        return -1;
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

void Program::signal(int number) const
{
    ::kill(static_cast<pid_t>(m_process.processId()), number);
}

QByteArray Program::output()
{
    m_output += m_process.readAllStandardOutput();
    return m_output;
}

QByteArray Program::errors()
{
    m_errors += m_process.readAllStandardError();
    return m_errors;
}

std::vector<QJsonObject> Program::jsonLines()
{
    std::vector<QJsonObject> result;
    QList<QByteArray> lines = output().split('\n');
    lines.removeLast(); // empty, or not yet whole
    for (const QByteArray &line : std::as_const(lines))
        result.push_back(QJsonDocument::fromJson(line).object());
    return result;
}

} // namespace slotscope::test
