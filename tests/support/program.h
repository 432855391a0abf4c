// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QMap>
#include <QProcess>
#include <QStringList>

#include <vector>

namespace slotscope::test {

/// The real program (SLOTSCOPE_PROGRAM), run without a display.
class Program
{
public:
    /// Starts it at once, with these variables in its environment besides.
    explicit Program(const QStringList &arguments, const QMap<QString, QString> &variables = {});
    /// Ends it by its own process id.
    ~Program();

    /// To its standard input.
    void write(const QByteArray &bytes);
    void closeInput();

    /// Waits for its end; the exit code, or -1 when it did not end in time or was killed.
    int wait(int timeoutMs = 30'000);
    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    qint64 processId() const { return m_process.processId(); }
    void signal(int number) const;

    /// What it has written so far.
    QByteArray output();
    QByteArray errors();
    /// The whole lines of the output as JSON objects; a line that is none comes as an empty object.
    std::vector<QJsonObject> jsonLines();

private:
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace slotscope::test
