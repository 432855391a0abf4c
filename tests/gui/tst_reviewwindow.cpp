// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reviewing in the window: undo by its name, what a commit depends on, more than one transaction takes, and
// the panel that stays where somebody opened it.
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/limitsdialog.h"

#include <QMenu>
#include <QMenuBar>
#include <QSpinBox>
#include <QUndoView>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestReviewWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    std::unique_ptr<StoryWindow> openUsers() const
    {
        return slotscope::test::openUsers(m_etcd->parsedEndpoint());
    }
    /// By the beginning of its text, mnemonics aside.
    static QAction *action(const StoryWindow &window, const QString &begin)
    {
        for (QAction *top : window->menuBar()->actions()) {
            for (QAction *action : top->menu()->actions()) {
                if (action->text().remove(QLatin1Char('&')).startsWith(begin))
                    return action;
            }
        }
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
    }
    void init()
    {
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void cleanup() { m_etcd.reset(); }

    void undoSaysWhatItTakesBack()
    {
        const auto window = openUsers();
        QAction *undo = action(*window, QStringLiteral("Undo"));
        QAction *redo = action(*window, QStringLiteral("Redo"));
        QVERIFY(undo && redo);
        QVERIFY(!undo->isEnabled());
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Nils D.")));
        QVERIFY(undo->isEnabled());
        QCOMPARE(undo->text().remove(QLatin1Char('&')),
                 QStringLiteral("Undo Set Users.name of 148494fe-2a76-4e45-9f66-949aee494daa"));
        window->select(window->cell(NilsKey, "value.name"));
        window->press(Qt::Key_Delete);
        QVERIFY2(undo->text().contains(QStringLiteral("Delete Users")), qPrintable(undo->text()));

        action(*window, QStringLiteral("Undo history"))->trigger();
        auto *history = window->window()->findChild<QUndoView *>();
        QVERIFY(history);
        QCOMPARE(history->model()->rowCount(), 3); // the beginning, and two steps
        history->setCurrentIndex(history->model()->index(0, 0));
        QVERIFY(window->edits()->isEmpty());
        QVERIFY(!undo->isEnabled());
        redo->trigger();
        QCOMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Nils D."));
        // Another connection has a history of its own.
        window->edits()->revertAll();
        window->window()->openConnection(m_etcd->parsedEndpoint());
        QTRY_VERIFY(!undo->isEnabled());
    }

    void theCommitDependsOnARecord()
    {
        const auto window = openUsers();
        const auto menuAction = [&](const QModelIndex &cell) {
            window->select(cell);
            Q_EMIT window->view()->customContextMenuRequested(window->view()->visualRect(cell).center());
            QAction *found = nullptr;
            for (QAction *each : window->window()->findChildren<QAction *>(QStringLiteral("guardRecord")))
                found = each;
            return found;
        };
        QAction *depend = menuAction(window->cell(NilsKey, "value.name"));
        QVERIFY(depend && depend->isEnabled());
        depend->trigger();
        QCOMPARE(window->edits()->guards().size(), size_t(1));
        QCOMPARE(window->edits()->guards().front().key, NilsKey);
        const QByteArray other = window->model()->keyAt(window->model()->rowOf(NilsKey) == 0 ? 1 : 0);
        QVERIFY(window->type(window->cell(other, "value.name"), QStringLiteral("Somebody")));
        QTRY_COMPARE(window->pending()->model()->rowCount(), 2);

        // Somebody changes what it depends on: nothing is written.
        const QByteArray before = m_etcd->get(other)->value;
        const KeyValue nils = *m_etcd->get(NilsKey);
        QVERIFY(m_etcd->put(NilsKey, nils.value + ' ').value > 0);
        QTRY_VERIFY(window->edits()->hasConflicts());
        action(*window, QStringLiteral("Commit"))->trigger();
        QCOMPARE(m_etcd->get(other)->value, before);
        QVERIFY(window->edits()->removeGuard(NilsKey));
        action(*window, QStringLiteral("Commit"))->trigger();
        QTRY_VERIFY(window->edits()->isEmpty());
        QVERIFY(m_etcd->get(other)->value != before);
    }

    void moreThanOneTransactionTakes()
    {
        const auto window = openUsers();
        std::vector<EditSession::Intent> intents;
        for (int i = 0; i < 129; ++i)
            intents.push_back({"/many/" + QByteArray::number(1000 + i), KeyState::absent(), "v"});
        QVERIFY(window->edits()->stageAll(intents));
        action(*window, QStringLiteral("Commit"))->trigger();
        QTRY_VERIFY2(window->message().contains(QStringLiteral("by 1 operations")),
                     qPrintable(window->message()));
        QVERIFY(!m_etcd->get("/many/1000"));
        PendingPanel *pending = window->pending();
        pending->leaveOutButton()->click();
        action(*window, QStringLiteral("Commit"))->trigger();
        QTRY_COMPARE(window->edits()->changes().size(), size_t(1));
        QVERIFY(m_etcd->get("/many/1127"));
        QVERIFY(!m_etcd->get("/many/1128"));
        // What is left is still to be seen.
        QVERIFY(pending->isVisible());
        pending->nextPartButton()->click();
        action(*window, QStringLiteral("Commit"))->trigger();
        QTRY_VERIFY(window->edits()->isEmpty());
        QVERIFY(m_etcd->get("/many/1128"));
    }

    void limitsAreKept()
    {
        {
            const auto window = openUsers();
            action(*window, QStringLiteral("Limits"))->trigger();
            auto *dialog = window->window()->findChild<LimitsDialog *>();
            QVERIFY(dialog);
            QCOMPARE(dialog->operations()->value(), 128);
            QCOMPARE(dialog->kibibytes()->value(), 1536);
            dialog->operations()->setValue(7);
            dialog->accept();
            QCOMPARE(window->edits()->limits().operations, size_t(7));
        }
        const auto window = openUsers();
        QCOMPARE(window->edits()->limits(), (TxnLimits {.operations = 7, .bytes = 1'572'864}));
    }

    void staysWhereItWasOpened()
    {
        const auto window = openUsers();
        QAction *review = action(*window, QStringLiteral("Review changes"));
        QVERIFY(review);
        QCOMPARE(review->shortcut(), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P));
        // By itself it comes and goes.
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Nils 1")));
        QTRY_VERIFY(window->pending()->isVisible());
        action(*window, QStringLiteral("Commit"))->trigger();
        QTRY_VERIFY(!window->pending()->isVisible());
        review->trigger();
        QTRY_VERIFY(window->pending()->isVisible());
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Nils 2")));
        action(*window, QStringLiteral("Commit"))->trigger();
        QTRY_VERIFY(window->edits()->isEmpty());
        QTRY_VERIFY(window->message().contains(QStringLiteral("Committed")));
        QVERIFY(window->pending()->isVisible());
    }
};

QTEST_MAIN(TestReviewWindow)
#include "tst_reviewwindow.moc"
