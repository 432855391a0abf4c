// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/aftercommit.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/panels/banner.h"

#include <QFile>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

// Indexes of the buttons.
enum Leaving { Discard, Cancel, Keep };
enum Offered { Restore, Later, Drop };

} // namespace

/// What is staged survives the window, however that ends.
class TestDrafts : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    std::unique_ptr<StoryWindow> open(std::deque<int> answers = {}) const
    {
        auto window = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint(), Users);
        window->prompts()->answers = std::move(answers);
        [&] { QTRY_VERIFY_WITH_TIMEOUT(window->shows(Users), 20'000); }();
        return window;
    }
    static QStringList drafts()
    {
        return QDir(draftFolder()).entryList({QStringLiteral("*.draft")}, QDir::Files);
    }
    static Banner *banner(const StoryWindow &window)
    {
        return window->findChild<Banner *>(QStringLiteral("draftBanner"));
    }
    /// A window with an edit that goes without a word, as if its process had been killed.
    void leaveAnEdit() const
    {
        const auto window = open();
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        QCOMPARE(drafts().size(), 1);
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

    void whatWasLeftIsOfferedAndRestored()
    {
        leaveAnEdit();
        const auto window = open({Restore});
        QTRY_COMPARE(window->prompts()->questions.size(), size_t(1));
        const Question &question = window->prompts()->questions.front();
        QCOMPARE(question.title, QStringLiteral("Restore the draft of 1 change?"));
        QVERIFY(question.text.contains(QStringLiteral("Users")));
        QVERIFY2(question.detail.startsWith(QStringLiteral("update  Users  148494fe-2a76-")),
                 qPrintable(question.detail));
        QTRY_COMPARE(window->state(NilsKey), RowState::Edited);
        QCOMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        QVERIFY(window->pending()->isVisible());
        QTRY_COMPARE(drafts().size(), 1);
        // It is one step.
        QCOMPARE(window->edits()->undoName(), QStringLiteral("Restore draft"));
        window->edits()->undo();
        QCOMPARE(window->state(NilsKey), RowState::Clean);
        QTRY_VERIFY(drafts().isEmpty());
        window->edits()->redo();
        window->edits()->commit();
        QTRY_VERIFY(window->edits()->isEmpty());
        QVERIFY(m_etcd->get(NilsKey)->value.contains("Bert"));
        QVERIFY(drafts().isEmpty());
        // Nothing is asked the next time.
        const auto next = open();
        QTRY_VERIFY(next->isOnline());
        QVERIFY(next->prompts()->questions.empty());
    }

    void whatOthersDidMeanwhileIsTold()
    {
        leaveAnEdit();
        QByteArray theirs = m_etcd->get(NilsKey)->value;
        m_etcd->put(NilsKey, theirs.replace("Nils Dvo", "Nora Dvo"));
        const auto window = open({Restore});
        QTRY_COMPARE(window->state(NilsKey), RowState::Conflict);
        QVERIFY(window->prompts()->questions.front().text.contains(QStringLiteral("changed on the server")));
        QCOMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        QVERIFY(m_etcd->get(NilsKey)->value.contains("Nora"));
    }

    void laterAndDiscard()
    {
        leaveAnEdit();
        {
            const auto window = open({Later});
            QTRY_VERIFY(window->prompts()->answers.empty());
            QTRY_VERIFY((*window)->connection()->drafts()->offers().empty());
            QVERIFY(window->edits()->isEmpty());
            QCOMPARE(drafts().size(), 1);
        }
        const auto window = open({Drop});
        QTRY_VERIFY(drafts().isEmpty());
        QVERIFY(window->edits()->isEmpty());
    }

    void itCanBeLookedForLater()
    {
        leaveAnEdit();
        const auto window = open({Later, Restore});
        QTRY_COMPARE(window->prompts()->answers.size(), size_t(1));
        QTRY_VERIFY((*window)->connection()->drafts()->offers().empty());
        const auto actions = (*window)->findChildren<QAction *>();
        const auto look = std::find_if(actions.begin(), actions.end(), [](QAction *action) {
            return action->text() == QStringLiteral("Look for &drafts …");
        });
        QVERIFY(look != actions.end());
        (*look)->trigger();
        QTRY_COMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        (*look)->trigger();
        QTRY_COMPARE(window->message(), QStringLiteral("There is no draft of another session."));
    }

    void closingAsks()
    {
        {
            const auto window = open();
            QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
            window->prompts()->answers = {Cancel};
            (*window)->close();
            QTRY_VERIFY(window->prompts()->answers.empty());
            QCOMPARE(window->prompts()->questions.back().title, QStringLiteral("Keep 1 change as a draft?"));
            QCOMPARE(window->prompts()->questions.back().buttons.size(), size_t(3));
            QVERIFY((*window)->isVisible());
            window->prompts()->answers = {Keep};
            (*window)->close();
            QTRY_VERIFY(!(*window)->isVisible());
            QCOMPARE(drafts().size(), 1);
        }
        const auto window = open({Restore});
        QTRY_COMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        window->prompts()->answers = {Discard};
        (*window)->close();
        QTRY_VERIFY(!(*window)->isVisible());
        QVERIFY(drafts().isEmpty());
    }

    void connectingElsewhereAsks()
    {
        EtcdProcess other;
        QVERIFY(other.start());
        const auto window = open();
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        window->prompts()->answers = {Keep};
        (*window)->openConnection(other.parsedEndpoint());
        QTRY_COMPARE((*window)->connection()->endpoint().toString(), other.parsedEndpoint().toString());
        QTRY_VERIFY(window->isOnline());
        QVERIFY(window->edits()->isEmpty());
        QCOMPARE(window->prompts()->questions.size(), size_t(1)); // that draft is of the first
        // Back again.
        window->prompts()->answers = {Restore};
        (*window)->openConnection(m_etcd->parsedEndpoint());
        QTRY_COMPARE(window->edits()->changes().size(), size_t(1));
    }

    void twoWindowsHaveTheirOwn()
    {
        const auto ann = open();
        QVERIFY(ann->type(ann->cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        {
            const auto bob = open();
            QTRY_VERIFY(bob->isOnline());
            QVERIFY(bob->prompts()->questions.empty());
            QVERIFY(bob->type(bob->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
            QCOMPARE(drafts().size(), 2);
        }
        const auto carl = open({Restore});
        QTRY_COMPARE(carl->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        QCOMPARE(carl->prompts()->questions.size(), size_t(1));
    }

    void aCommitInTheMiddleOfWhichItEndedIsToldOf()
    {
        leaveAnEdit();
        // As the draft of a commit whose answer never came.
        QFile draft(QDir(draftFolder()).filePath(drafts().front()));
        QVERIFY(draft.open(QIODevice::Append));
        draft.write(writeDraftStep({.at = QDateTime::currentDateTimeUtc(), .sent = true}));
        draft.close();
        Change change;
        {
            QVERIFY(draft.open(QIODevice::ReadOnly));
            change = readDraft(draft.readAll())->state.changes().front();
            draft.close();
        }
        m_etcd->put(NilsKey, change.value);
        const auto window = open();
        QTRY_VERIFY(banner(*window)->message().contains(
            QStringLiteral("was carried out, at revision %1").arg(m_etcd->get(NilsKey)->modRevision.value)));
        QVERIFY(window->prompts()->questions.empty());
        QTRY_VERIFY(drafts().isEmpty());
        QCOMPARE((*window)->connection()->receipts()->receipts().size(), size_t(1));
    }

    void damagedFilesAreToldOf()
    {
        leaveAnEdit();
        QFile draft(QDir(draftFolder()).filePath(drafts().front()));
        QVERIFY(draft.resize(20));
        const auto window = open();
        QTRY_VERIFY(banner(*window)->message().contains(QStringLiteral(".damaged")));
        QVERIFY(banner(*window)->isVisible());
        Q_EMIT banner(*window)->actionTriggered();
        QVERIFY(!banner(*window)->isVisible());
        QVERIFY(window->prompts()->questions.empty());
    }

    void whereNothingCanBeKeptItIsToldOnce()
    {
        QVERIFY(QDir().mkpath(QFileInfo(draftFolder()).absolutePath()));
        QFile obstacle(draftFolder());
        QVERIFY(obstacle.open(QIODevice::WriteOnly));
        const auto window = open();
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        QTRY_VERIFY(banner(*window)->message().contains(QStringLiteral("cannot be kept on disk")));
        Q_EMIT banner(*window)->actionTriggered();
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Carl")));
        QTRY_VERIFY((*window)->connection()->drafts()->isSettled());
        QVERIFY(!banner(*window)->isVisible());
        // Then closing says that it would be lost.
        window->prompts()->answers = {Cancel};
        (*window)->close();
        QCOMPARE(window->prompts()->questions.back().title, QStringLiteral("Discard 1 change?"));
        QVERIFY(obstacle.remove());
    }
};

QTEST_MAIN(TestDrafts)
#include "tst_drafts.moc"
