// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/longtests.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"

#include <QDialog>
#include <QMenu>
#include <QMenuBar>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int Patience = 20'000;

/// `Schema > Decode as …`
using Path = QStringList;

QString plain(QString text)
{
    return text.section(QLatin1Char('\t'), 0, 0).remove(QLatin1Char('&'));
}

/// Filled as it is when somebody opens it.
const QList<QAction *> &filled(QMenu *menu, QList<QAction *> *actions)
{
    Q_EMIT menu->aboutToShow();
    *actions = menu->actions();
    return *actions;
}

void collect(const QList<QAction *> &actions, const Path &above, QList<Path> *paths)
{
    for (const QAction *action : actions) {
        if (action->isSeparator() || !action->isVisible())
            continue;
        const Path path = above + Path {plain(action->text())};
        QList<QAction *> below;
        if (action->menu())
            collect(filled(action->menu(), &below), path, paths);
        else
            paths->push_back(path);
    }
}

QAction *actionAt(const QMainWindow *window, const Path &path)
{
    QList<QAction *> actions = window->menuBar()->actions();
    QAction *found = nullptr;
    for (const QString &name : path) {
        const auto named = std::find_if(actions.cbegin(), actions.cend(), [&name](const QAction *action) {
            return plain(action->text()) == name;
        });
        if (named == actions.cend())
            return nullptr;
        found = *named;
        if (found->menu())
            filled(found->menu(), &actions);
    }
    return found;
}

/// Whatever stands beside or before the window.
QList<QWidget *> others(const QWidget *window)
{
    QList<QWidget *> widgets;
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        if (widget != window && widget->isVisible() && !qobject_cast<QMenu *>(widget))
            widgets.push_back(widget);
    }
    return widgets;
}

/// By the rule of all desktops: something is asked before anything happens.
bool asks(const Path &path)
{
    return path.back().endsWith(QChar(0x2026));
}

} // namespace

/// Whatever the menus offer can be left by Escape, and the window may be closed in the midst of it.
class TestMenus : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<MainWindow> m_window;

    bool openWindow()
    {
        OwnSettings::clear();
        m_window = std::make_unique<MainWindow>();
        m_window->show();
        m_window->openConnection(m_etcd->parsedEndpoint());
        m_window->openTable(Users);
        if (!QTest::qWaitFor([this] { return isUsable() && m_window->isSettled(); }, Patience))
            return false;
        const auto *tab = m_window->currentTab();
        tab->view()->setFocus();
        tab->view()->selectionModel()->setCurrentIndex(tab->model()->index(0, 1),
                                                       QItemSelectionModel::ClearAndSelect);
        return true;
    }
    /// A table is in front, of a connection that can be written to.
    bool isUsable() const
    {
        return m_window && m_window->isVisible() && m_window->connection()
            && m_window->connection()->state() == Connection::State::Online && m_window->currentTab()
            && m_window->currentTab()->title() == Users && m_window->currentTab()->model()->rowCount() > 0;
    }
    QList<Path> paths() const
    {
        QList<Path> all;
        collect(m_window->menuBar()->actions(), {}, &all);
        all.removeIf([](const Path &path) {
            return path.back() == QStringLiteral("Quit") || path.back() == QStringLiteral("Close window");
        });
        return all;
    }
    /// Each needs a window of its own, so the short form takes a few.
    static QList<Path> some(const QList<Path> &all)
    {
        constexpr qsizetype Step = 40;
        QList<Path> few;
        for (qsizetype i = 0; i < all.size(); i += isLongRun() ? 1 : Step)
            few.push_back(all[i]);
        return few;
    }
    /// Triggers it; false where it cannot be used now.
    bool trigger(const Path &path) const
    {
        m_window->statusBar()->clearMessage();
        QAction *action = actionAt(m_window.get(), path);
        if (!action || !action->isEnabled())
            return false;
        action->trigger();
        return true;
    }
    bool hasAnswered() const
    {
        return !others(m_window.get()).isEmpty() || !m_window->statusBar()->currentMessage().isEmpty();
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
        QApplication::setQuitOnLastWindowClosed(false);
    }
    void cleanup() { m_window.reset(); }
    void cleanupTestCase() { m_etcd.reset(); }

    void everythingCanBeLeftByEscape()
    {
        QVERIFY(openWindow());
        const QList<Path> all = paths();
        int dialogs = 0;
        int used = 0;
        for (const Path &path : all) {
            const QByteArray name = path.join(QStringLiteral(" > ")).toUtf8();
            if (!isUsable() || m_window->past()) // disconnected, in the past, its tab closed
                QVERIFY(openWindow());
            if (!trigger(path))
                continue;
            ++used;
            if (asks(path))
                QVERIFY2(QTest::qWaitFor([this] { return hasAnswered(); }, Patience), name.constData());
            QCoreApplication::sendPostedEvents();
            QCoreApplication::processEvents();
            const auto open = others(m_window.get());
            dialogs += open.isEmpty() ? 0 : 1;
            for (int presses = 0; presses < 2 && !others(m_window.get()).isEmpty(); ++presses) {
                for (QWidget *widget : others(m_window.get()))
                    QTest::keyClick(widget->focusWidget() ? widget->focusWidget() : widget, Qt::Key_Escape);
                QCoreApplication::processEvents();
            }
            QVERIFY2(QTest::qWaitFor([this] { return others(m_window.get()).isEmpty(); }, Patience),
                     name.constData());
            QVERIFY2(m_window->isVisible(), name.constData());
        }
        qInfo("%d of %d entries of the menus used, %d windows left by Escape", used, int(all.size()),
              dialogs);
        QVERIFY(dialogs > 20);
    }

    void theWindowMayGoWhileSomethingIsAsked()
    {
        QVERIFY(openWindow());
        QList<Path> asking = paths();
        asking.removeIf([](const Path &path) { return !asks(path); });
        for (const Path &path : some(asking)) {
            const QByteArray name = path.join(QStringLiteral(" > ")).toUtf8();
            if (!m_window)
                QVERIFY(openWindow());
            if (!trigger(path))
                continue;
            QVERIFY2(QTest::qWaitFor([this] { return hasAnswered(); }, Patience), name.constData());
            m_window.reset();
            QCoreApplication::processEvents();
            QVERIFY2(others(nullptr).isEmpty(), name.constData());
        }
    }

    void theWindowMayGoAtOnce()
    {
        QVERIFY(openWindow());
        for (const Path &path : some(paths())) {
            const QByteArray name = path.join(QStringLiteral(" > ")).toUtf8();
            if (!m_window)
                QVERIFY(openWindow());
            if (!trigger(path))
                continue;
            m_window.reset();
            QCoreApplication::processEvents();
            QVERIFY2(others(nullptr).isEmpty(), name.constData());
        }
    }
};

QTEST_MAIN(TestMenus)
#include "tst_menus.moc"
