// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/windowsession.h"

#include "app/commands/command.h"
#include "app/commands/output.h"
#include "app/demo/demo.h"
#include "app/interrupt.h"
#include "ui/errortext.h"
#include "ui/mainwindow.h"

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>

#include <memory>

namespace slotscope::app {

namespace {

using namespace std::chrono_literals;

constexpr QSize PictureSize(1400, 860);

/// The window, the demo where it is wanted, and what is to happen between them.
class WindowSession : public QObject
{
public:
    explicit WindowSession(const CommandLine &line)
        : m_line(line)
    {
        connect(&m_interrupt, &Interrupt::received, qApp, [] { QCoreApplication::exit(Done); });
        connect(&m_window, &ui::MainWindow::demoRequested, this, &WindowSession::startDemo);
    }

    /// An exit code where the program is not to go on.
    std::optional<int> begin()
    {
        const QString text = endpointText(m_line.endpoint);
        // The remembered one goes before what the environment names, which the connect dialog offers.
        const bool named = !m_line.endpoint.isEmpty() || takesPicture();
        if (takesPicture())
            m_window.resize(PictureSize);
        m_window.show();
        if (m_line.demo) {
            startDemo();
        } else if (named) {
            const auto endpoint = core::Endpoint::parse(text);
            if (!endpoint) {
                writeError(endpoint.error().detail);
                return WrongUsage;
            }
            open(*endpoint, true);
        } else if (const auto remembered = ui::MainWindow::rememberedEndpoint()) {
            open(*remembered, true);
        } else {
            m_window.openStartDialog();
        }
        return std::nullopt;
    }

private:
    bool takesPicture() const { return !m_line.screenshot.isEmpty(); }

    void startDemo()
    {
        m_demo = std::make_unique<Demo>();
        connect(m_demo.get(), &Demo::ready, this, [this] { open(m_demo->endpoint(), false); });
        connect(m_demo.get(), &Demo::failed, this, [this](const QString &reason) {
            if (takesPicture())
                giveUp(reason);
            else
                m_window.showStartError({.kind = core::ErrorKind::Io, .detail = reason});
        });
        m_demo->start();
    }

    void open(const core::Endpoint &endpoint, bool remember)
    {
        m_window.openConnection(endpoint, remember && !takesPicture());
        if (!takesPicture()) {
            if (m_line.demo)
                m_window.openTable(QStringLiteral("Users"));
            return;
        }
        m_window.openTable(QStringLiteral("Users"));
        connect(&m_window, &ui::MainWindow::settled, this, &WindowSession::takePicture);
        connect(m_window.connection(), &core::Connection::stateChanged, this, [this] {
            const core::Connection *connection = m_window.connection();
            if (connection->state() == core::Connection::State::Connecting
                && !connection->error().detail.isEmpty())
                giveUp(ui::describe(connection->error(), connection->endpoint().url.authority()).sentence());
        });
        QTimer::singleShot(60s, this, [this] { giveUp(tr("the window is not complete after a minute")); });
    }

    void takePicture()
    {
        const bool saved = m_window.grab().save(m_line.screenshot, "PNG");
        if (!saved)
            writeError(tr("cannot write the picture %1").arg(m_line.screenshot));
        QCoreApplication::exit(saved ? Done : Failed);
    }

    void giveUp(const QString &message)
    {
        writeError(message);
        QCoreApplication::exit(Failed);
    }

    CommandLine m_line;
    Interrupt m_interrupt;
    // Behind the window, which then loses its server last.
    std::unique_ptr<Demo> m_demo;
    ui::MainWindow m_window;
};

} // namespace

int runWindow(int argc, char **argv, const CommandLine &line)
{
    // A picture is the same for everybody, and leaves no settings behind.
    const QTemporaryDir pictureSettings;
    if (!line.screenshot.isEmpty()) {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, pictureSettings.path());
    }

    const QApplication application(argc, argv);
    WindowSession session(line);
    if (const auto code = session.begin())
        return *code;
    return QApplication::exec();
}

} // namespace slotscope::app
