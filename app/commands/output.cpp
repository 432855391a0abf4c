// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/output.h"

#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace slotscope::app {

bool writeLine(const QByteArray &line)
{
    const auto size = static_cast<size_t>(line.size());
    return std::fwrite(line.constData(), 1, size, stdout) == size && std::fputc('\n', stdout) != EOF
        && std::fflush(stdout) == 0;
}

bool writeLine(const QString &line)
{
    return writeLine(line.toUtf8());
}

void writeError(const QString &message)
{
    const QByteArray line = "slotscope: " + message.toUtf8() + '\n';
    std::fwrite(line.constData(), 1, static_cast<size_t>(line.size()), stderr);
}

int outputWidth()
{
    if (::isatty(STDOUT_FILENO) == 0)
        return qEnvironmentVariableIntValue("COLUMNS");
    winsize size = {};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

} // namespace slotscope::app
