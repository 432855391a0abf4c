// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/scriptedprompts.h"
#include "ui/mainwindow.h"
#include "ui/panels/connectionbar.h"
#include "ui/panels/inspector.h"
#include "ui/panels/navigator.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/recordtab.h"
#include "ui/sessionsettings.h"
#include "ui/views/recordview.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>

namespace slotscope::test {

/// Settings of the test's own, empty until it writes some.
class OwnSettings
{
public:
    OwnSettings()
    {
        QCoreApplication::setOrganizationName(QStringLiteral("slotscope-test"));
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_dir.path());
        qputenv("XDG_DATA_HOME", m_dir.filePath(QStringLiteral("data")).toLocal8Bit()); // drafts, histories
    }
    static void clear()
    {
        QSettings().clear();
        for (const QString &folder : {ui::schemaFolder(), ui::draftFolder(), ui::historyFolder()})
            QDir(folder).removeRecursively();
    }

private:
    QTemporaryDir m_dir;
};

/// Nils Dvořák, born 2000-02-21, of the library's users.
inline const QByteArray NilsKey = QByteArray::fromHex("0001148494fe2a764e459f66949aee494daa");
inline const QString Users = QStringLiteral("Users");

/// A real window whose prompts answer from a script, and the hands and eyes of its user. Header only, so that
/// tests without a window need not link the ui.
class StoryWindow
{
public:
    explicit StoryWindow(const core::Endpoint &endpoint, const QString &table = {})
        : StoryWindow([&endpoint](ui::MainWindow &window) { window.openConnection(endpoint); }, table)
    {
    }
    /// By all that a profile says.
    explicit StoryWindow(const core::ConnectionOptions &options, const QString &table = {})
        : StoryWindow(
            [&options](ui::MainWindow &window) {
                core::Profile profile;
                profile.options = options;
                window.openProfile(profile);
            },
            table)
    {
    }

    ui::MainWindow *operator->() const { return m_window.get(); }
    ui::MainWindow *window() const { return m_window.get(); }
    ScriptedPrompts *prompts() const { return m_prompts; }
    core::EditSession *edits() const { return m_window->connection()->edits(); }
    ui::RecordView *view() const { return m_window->currentTab()->view(); }
    ui::RecordModel *model() const { return m_window->currentTab()->model(); }
    ui::PendingPanel *pending() const { return m_window->findChild<ui::PendingPanel *>(); }
    QString message() const { return m_window->statusBar()->currentMessage(); }
    /// What stands in the place of the tables while there are none.
    QLabel *page() const { return m_window->findChild<QLabel *>(QStringLiteral("pageText")); }
    QPushButton *pageRetry() const { return m_window->findChild<QPushButton *>(QStringLiteral("pageRetry")); }

    /// The named table is in front, live, decoded and painted.
    bool shows(const QString &title) const
    {
        const ui::RecordTab *tab = m_window->currentTab();
        return tab && tab->title() == title && m_window->isSettled();
    }
    bool isOnline() const
    {
        const core::Connection *connection = m_window->connection(); // a profile is opened a moment later
        return connection && connection->state() == core::Connection::State::Online;
    }
    /// Everything that the bar above the tables says.
    QString barText() const
    {
        QString text;
        for (const QLabel *label : m_window->findChild<ui::ConnectionBar *>()->findChildren<QLabel *>())
            text += label->text() + QLatin1Char('\n');
        return text;
    }

    /// Invalid for a record or column that is not shown.
    QModelIndex cell(const QByteArray &key, const char *column) const
    {
        return model()->index(model()->rowOf(key), model()->columnOf(QLatin1String(column)));
    }
    QString text(const QByteArray &key, const char *column) const
    {
        return cell(key, column).data().toString();
    }
    ui::RowState state(const QByteArray &key) const
    {
        return static_cast<ui::RowState>(
            model()->index(model()->rowOf(key), 0).data(ui::RecordModel::StateRole).toInt());
    }

    /// Shortcuts go to the window that is active.
    bool activate() const
    {
        m_window->activateWindow();
        return QTest::qWaitForWindowActive(m_window.get());
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::keyClick(view(), key, modifiers);
    }
    void select(const QModelIndex &index) const
    {
        view()->setFocus();
        // Not by the view, which looks at the modifiers of the last key.
        view()->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    }
    /// The editor that is open in the table.
    QLineEdit *editor() const
    {
        // One that was closed lives on, hidden, until the event loop comes round.
        const auto lines = view()->viewport()->findChildren<QLineEdit *>();
        const auto open =
            std::find_if(lines.begin(), lines.end(), [](QLineEdit *line) { return line->isVisible(); });
        return open == lines.end() ? nullptr : *open;
    }
    /// F2, the text, Enter. False if no editor opened.
    bool type(const QModelIndex &index, const QString &text) const
    {
        select(index);
        press(Qt::Key_F2);
        QLineEdit *line = editor();
        if (!line)
            return false;
        replace(line, text);
        return true;
    }
    /// The text, selected when the editor opens, and Enter.
    static void replace(QLineEdit *line, const QString &text)
    {
        QTest::keyClicks(line, text);
        QTest::keyClick(line, Qt::Key_Return);
        // Qt lets the editor see the key first and takes its text by an event of its own.
        QCoreApplication::sendPostedEvents();
    }

private:
    StoryWindow(const std::function<void(ui::MainWindow &)> &open, const QString &table)
    {
        auto scripted = std::make_unique<ScriptedPrompts>();
        m_prompts = scripted.get();
        m_window = std::make_unique<ui::MainWindow>(std::move(scripted));
        m_window->show();
        open(*m_window);
        if (!table.isEmpty())
            m_window->openTable(table);
    }

    std::unique_ptr<ui::MainWindow> m_window;
    ScriptedPrompts *m_prompts;
};

/// An active window in which the library's users are shown.
inline std::unique_ptr<StoryWindow> openUsers(const core::Endpoint &endpoint)
{
    auto window = std::make_unique<StoryWindow>(endpoint, Users);
    [&] {
        QTRY_VERIFY_WITH_TIMEOUT(window->shows(Users), 20'000);
        QVERIFY(window->activate());
    }();
    return window;
}

} // namespace slotscope::test
