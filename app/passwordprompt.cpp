// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/passwordprompt.h"

#include <QByteArray>

#include <cerrno>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace slotscope::app {

namespace {

/// The terminal of the process, whatever its input and output are.
class Terminal
{
public:
    Terminal()
        : m_descriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC))
    {
        if (m_descriptor >= 0 && ::tcgetattr(m_descriptor, &m_before) == 0) {
            termios silent = m_before;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            m_silent = ::tcsetattr(m_descriptor, TCSAFLUSH, &silent) == 0;
        }
    }
    ~Terminal()
    {
        if (m_silent)
            ::tcsetattr(m_descriptor, TCSAFLUSH, &m_before);
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;

    bool isSilent() const { return m_silent; }
    bool write(const QByteArray &text) const
    {
        return ::write(m_descriptor, text.constData(), static_cast<std::size_t>(text.size())) == text.size();
    }
    QByteArray readLine() const
    {
        QByteArray line;
        for (char c = '\0';;) {
            const auto size = ::read(m_descriptor, &c, 1);
            if (size < 0 && errno == EINTR)
                continue;
            if (size <= 0 || c == '\n')
                return line;
            line += c;
        }
    }

private:
    int m_descriptor;
    termios m_before {};
    bool m_silent = false;
};

} // namespace

std::optional<QString> askForPassword(const QString &prompt)
{
    const Terminal terminal;
    if (!terminal.isSilent() || !terminal.write(prompt.toLocal8Bit()))
        return std::nullopt;
    const QByteArray line = terminal.readLine();
    terminal.write("\n");
    return line.isEmpty() ? std::nullopt : std::optional(QString::fromLocal8Bit(line));
}

} // namespace slotscope::app
