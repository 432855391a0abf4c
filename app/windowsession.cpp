// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/windowsession.h"

#include "app/commands/command.h"
#include "app/commands/output.h"
#include "app/demo/demo.h"
#include "app/interrupt.h"
#include "ui/mainwindow.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QApplication>
#include <QLoggingCategory>
#include <QSettings>
#include <QTemporaryDir>

namespace slotscope::app {

namespace {

constexpr int PictureWidth = 1400;
constexpr int PictureHeight = 860;
/// A server that does not answer must not keep a script waiting for its picture.
constexpr std::chrono::seconds PictureDeadline(60);

Q_LOGGING_CATEGORY(startLog, "slotscope.start", QtWarningMsg)

/// Tells in the log when the window is painted for the first time, for those who measure that.
class FirstPaint : public QObject
{
public:
    explicit FirstPaint(QWidget *window)
        : QObject(window)
    {
        window->installEventFilter(this);
    }
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::Paint) {
            watched->removeEventFilter(this);
            QMetaObject::invokeMethod(
                this, [] { qCDebug(startLog, "window is shown"); }, Qt::QueuedConnection);
        }
        return false;
    }
};

/// The demo that a window shows, started again when it is asked for again.
class DemoForWindow
{
public:
    explicit DemoForWindow(ui::MainWindow *window)
        : m_window(window)
    {
    }

    void start()
    {
        m_demo = std::make_unique<Demo>();
        // Its etcd is gone with the program: nothing to come back to.
        QObject::connect(m_demo.get(), &Demo::ready, m_window, [this] {
            m_window->openConnection(m_demo->endpoint(), false);
            m_window->openTable(QStringLiteral("Users"));
        });
        QObject::connect(m_demo.get(), &Demo::failed, m_window, [this](const QString &reason) {
            writeError(reason);
            m_window->showStartError(reason);
        });
        m_demo->start();
    }

private:
    ui::MainWindow *m_window;
    std::unique_ptr<Demo> m_demo;
};

/// Takes the picture once everything is shown, a record selected so that the inspector has something to show.
void takePicture(ui::MainWindow *window, const QString &file)
{
    window->resize(PictureWidth, PictureHeight);
    QObject::connect(window, &ui::MainWindow::settled, window, [window, file] {
        ui::RecordView *view = window->currentTab()->view();
        if (!view->currentIndex().isValid() && view->model()->rowCount() > 0) {
            view->setCurrentIndex(view->model()->index(0, 0));
            return; // settled again when the record is shown, too
        }
        // Quality 0: the smallest file.
        if (!window->grab().save(file, "PNG", 0)) {
            writeError(QStringLiteral("cannot write the picture to %1").arg(file));
            QCoreApplication::exit(Failed);
            return;
        }
        QCoreApplication::exit(Done);
    });
    QTimer::singleShot(PictureDeadline, window, [] {
        writeError(QStringLiteral("the window was not loaded in time for its picture"));
        QCoreApplication::exit(Failed);
    });
}

/// A window goes on trying; a picture of that is not what was asked for.
void giveUpWithoutServer(ui::MainWindow *window)
{
    const core::Connection *connection = window->connection();
    QObject::connect(connection, &core::Connection::stateChanged, window, [connection] {
        if (connection->state() != core::Connection::State::Connecting
            || connection->error().detail.isEmpty())
            return;
        writeError(ui::describe(connection->error(), connection->endpoint().url.authority()).sentence());
        QCoreApplication::exit(Failed);
    });
}

} // namespace

int runWindow(int argc, char **argv, const CommandLine &line)
{
    const QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Slotscope"));
    if (const QString problem = line.log.apply(); !problem.isEmpty()) {
        writeError(problem);
        return Failed;
    }
    QTemporaryDir ownSettings;
    if (!line.screenshot.isEmpty()) {
        // Pictures look the same whatever the user has arranged.
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, ownSettings.path());
    }

    Interrupt interrupt;
    ui::MainWindow window;
    if (startLog().isDebugEnabled())
        new FirstPaint(&window);
    DemoForWindow demo(&window);
    QObject::connect(&interrupt, &Interrupt::received, &window, [] { QCoreApplication::exit(Done); });
    QObject::connect(&window, &ui::MainWindow::demoRequested, &window, [&demo] { demo.start(); });

    if (!line.screenshot.isEmpty())
        takePicture(&window, line.screenshot);
    window.show();
    // Whoever wants a picture means what the environment names; else the connect dialog offers that.
    const QString address = line.screenshot.isEmpty() ? line.endpoint : endpointText(line.endpoint);
    if (line.demo) {
        demo.start();
    } else if (!address.isEmpty()) {
        const auto endpoint = core::Endpoint::parse(address);
        if (!endpoint) {
            writeError(endpoint.error().detail);
            return WrongUsage;
        }
        window.openConnection(*endpoint);
        if (!line.screenshot.isEmpty()) {
            window.openTable(QStringLiteral("Users"));
            giveUpWithoutServer(&window);
        }
    } else if (const auto remembered = ui::MainWindow::rememberedEndpoint()) {
        window.openConnection(*remembered);
    } else {
        window.openStartDialog();
    }
    return QApplication::exec();
}

} // namespace slotscope::app
