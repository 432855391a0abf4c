// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/windowsession.h"

#include "app/commands/command.h"
#include "app/commands/output.h"
#include "app/connecting.h"
#include "app/demo/demo.h"
#include "app/interrupt.h"
#include "core/profile/keychain.h"
#include "core/profile/profilestore.h"
#include "ui/mainwindow.h"
#include "ui/panels/recordtab.h"
#include "ui/sessionsettings.h"
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

/// The demo that a window shows, started again when it is asked for again. It goes with the window.
class DemoForWindow : public QObject
{
public:
    explicit DemoForWindow(ui::MainWindow *window)
        : QObject(window)
        , m_window(window)
    {
        connect(window, &ui::MainWindow::demoRequested, this, &DemoForWindow::start);
    }

    void start()
    {
        m_demo = std::make_unique<Demo>();
        // Its etcd is gone with the program: nothing to come back to.
        connect(m_demo.get(), &Demo::ready, m_window, [this] {
            m_window->openConnection(m_demo->endpoint(), false);
            m_window->openTable(QStringLiteral("Users"));
        });
        connect(m_demo.get(), &Demo::failed, m_window, [this](const QString &reason) {
            writeError(reason);
            m_window->showStartError(reason);
        });
        m_demo->start();
    }

private:
    ui::MainWindow *m_window;
    std::unique_ptr<Demo> m_demo;
};

/// The windows of the program. They share profiles and passwords; each has a connection of its own, and goes
/// when it is closed.
class Windows : public QObject
{
public:
    Windows()
        : m_profiles(std::make_shared<core::ProfileStore>(ui::profilesFile()))
        , m_secrets(std::make_shared<core::Keychain>())
    {
    }
    ~Windows() override
    {
        for (const QPointer<ui::MainWindow> &window : m_windows)
            delete window;
    }

    /// The demo of the window, too, if somebody starts it.
    std::pair<ui::MainWindow *, DemoForWindow *> open()
    {
        auto *window = new ui::MainWindow;
        m_windows.emplace_back(window);
        window->setAttribute(Qt::WA_DeleteOnClose);
        window->setKeeping(m_profiles, m_secrets);
        connect(window, &ui::MainWindow::newWindowRequested, this, [this] {
            ui::MainWindow *other = open().first;
            other->show();
            other->openStartDialog();
        });
        connect(window, &ui::MainWindow::connectionRequested, this, [this](const core::Profile &profile) {
            ui::MainWindow *other = open().first;
            other->show();
            other->openProfile(profile);
        });
        return {window, new DemoForWindow(window)};
    }

private:
    std::shared_ptr<core::ProfileStore> m_profiles;
    std::shared_ptr<core::Secrets> m_secrets;
    std::vector<QPointer<ui::MainWindow>> m_windows;
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
    Windows windows;
    const auto [window, demo] = windows.open();
    if (startLog().isDebugEnabled())
        new FirstPaint(window);
    QObject::connect(&interrupt, &Interrupt::received, &windows, [] { QCoreApplication::exit(Done); });

    if (!line.screenshot.isEmpty())
        takePicture(window, line.screenshot);
    window->show();
    // Whoever wants a picture means what the environment names; else the connect dialog offers that.
    const bool isSaid = line.connection.namesEndpoints() || !line.profile.isEmpty();
    if (line.demo) {
        demo->start();
    } else if (isSaid || !line.screenshot.isEmpty()) {
        auto profile = describedProfile(line.connection, line.profile);
        if (!profile) {
            writeError(profile.error().detail);
            return WrongUsage;
        }
        const core::Endpoint endpoint = profile->options.endpoint();
        if (profile->options == core::ConnectionOptions(endpoint)) {
            window->openConnection(endpoint);
        } else {
            if (profile->id.isEmpty()) {
                const auto known = ui::rememberedProfile(endpoint).value_or(ui::profileFor(endpoint));
                profile->name = known.name;
                profile->safety = known.safety;
            }
            window->openProfile(*profile);
        }
        if (!line.screenshot.isEmpty()) {
            window->openTable(QStringLiteral("Users"));
            if (window->connection())
                giveUpWithoutServer(window);
        }
    } else {
        window->openLast();
    }
    return QApplication::exec();
}

} // namespace slotscope::app
