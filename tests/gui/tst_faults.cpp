// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/fakegateway.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/panels/banner.h"
#include "ui/views/hexview.h"

#include <QSignalSpy>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int Patience = 20'000; // an etcd has to start again, and its clients to find it

} // namespace

/// What the window says and keeps when the server, or what it holds, is not as it should be.
class TestFaults : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    void startLibrary()
    {
        m_etcd = slotscope::test::startLibrary();
        QVERIFY(m_etcd);
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
    }
    void init() { OwnSettings::clear(); }
    void cleanup() { m_etcd.reset(); }

    void etcdDiesAndComesBack()
    {
        startLibrary();
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QVERIFY(window.type(window.cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        m_etcd->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!window.isOnline(), Patience);
        QTRY_VERIFY(window.barText().contains(QStringLiteral("reconnecting since")));
        QTRY_VERIFY(window.barText().contains(QStringLiteral("Cannot reach etcd")));
        QCOMPARE(window.model()->rowCount(), 200); // what was loaded stays
        QVERIFY(window.type(window.cell(NilsKey, "value.born.year"), QStringLiteral("1999")));

        // A commit fails, says so, and loses nothing.
        QVERIFY(window.activate());
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(window.prompts()->errors.size(), size_t(1), Patience);
        QVERIFY(window.prompts()->errors.front().offersRetry);
        const QString told = window.prompts()->errors.front().error.sentence();
        QVERIFY2(told.endsWith(QStringLiteral("the changes stay staged.")), qPrintable(told));
        QCOMPARE(window.edits()->changes().size(), size_t(1));
        QCOMPARE(window.text(NilsKey, "value.name"), QStringLiteral("Anna"));

        QVERIFY(m_etcd->start());
        QTRY_VERIFY_WITH_TIMEOUT(window.isOnline(), Patience);
        QTRY_COMPARE(window->currentTab()->table()->state(), LiveTable::State::Live);
        QVERIFY(!window.barText().contains(QStringLiteral("Cannot reach")));
        QCOMPARE(window.state(NilsKey), RowState::Edited);
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(window.edits()->isEmpty(), Patience);
        QVERIFY(m_etcd->get(NilsKey)->value.contains("Anna"));
        QTRY_COMPARE(window.state(NilsKey), RowState::Clean);
        // And live as before.
        m_etcd->remove(NilsKey);
        QTRY_COMPARE(window.model()->rowCount(), 199);
    }

    void whoeverKnowsThatNothingWasWrittenDoesNotAsk()
    {
        Error error {.kind = ErrorKind::Timeout};
        QVERIFY(describe(error).sentence().contains(QStringLiteral("look whether")));
        error.neverSent = true;
        QVERIFY(!describe(error).sentence().contains(QStringLiteral("look whether")));
        QVERIFY(describe(error).sentence().contains(QStringLiteral("did not answer in time")));
    }

    /// The dialog is there for something else by then: to say why the demo has ended, or for another etcd.
    void aDialogThatOpensLaterKeepsItsWords()
    {
        startLibrary();
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        m_etcd->kill();
        const QString why = QStringLiteral("The demo's etcd has ended by itself: killed");
        window->showStartError(why);
        const auto *dialog = window->findChild<ConnectDialog *>();
        QVERIFY(dialog);
        // What the connection says of it comes afterwards, again and again.
        QSignalSpy said(window->connection(), &Connection::stateChanged);
        QTRY_VERIFY_WITH_TIMEOUT(!window.isOnline() && said.size() >= 3, Patience);
        QVERIFY(window.barText().contains(QStringLiteral("Cannot reach etcd")));
        QCOMPARE(dialog->banner()->message(), why);
        QVERIFY(dialog->isVisible());
        QVERIFY(dialog->demoButton()->isEnabled());
        // Nor is it closed under the user's hands when that one is back.
        QVERIFY(m_etcd->start());
        QTRY_VERIFY_WITH_TIMEOUT(window.isOnline(), Patience);
        QVERIFY(dialog->isVisible());
        QCOMPARE(dialog->banner()->message(), why);
    }

    void changedWhileAway()
    {
        startLibrary();
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QVERIFY(window.type(window.cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        m_etcd->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!window.isOnline(), Patience);
        QVERIFY(m_etcd->start());
        QByteArray other = m_etcd->get(NilsKey)->value;
        other.replace("Nils", "Nora");
        const Revision revision = m_etcd->put(NilsKey, other);
        // The history of before is gone when the window comes back: it reads everything again.
        m_etcd->compact(revision);
        QTRY_VERIFY_WITH_TIMEOUT(window.isOnline(), Patience);
        QTRY_VERIFY_WITH_TIMEOUT(window.edits()->hasConflicts(), Patience);
        QCOMPARE(window.state(NilsKey), RowState::Conflict);
        window.pending()->takeTheirsButton()->click();
        QTRY_COMPARE(window.text(NilsKey, "value.name"), QStringLiteral("Nora Dvořák"));
    }

    /// With the same ports and names, and so as the same cluster.
    void setUpAnewWhileAway()
    {
        startLibrary();
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QByteArray added = NilsKey;
        added.back() = '\1';
        QVERIFY(window.type(window.cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        QVERIFY(window.edits()->stageInsert(added, window.edits()->find(NilsKey)->value));
        const auto *banner = window->findChild<Banner *>(QStringLiteral("dataBanner"));
        QVERIFY(banner && banner->message().isEmpty());
        m_etcd->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!window.isOnline(), Patience);
        QVERIFY(m_etcd->wipe());
        QVERIFY(m_etcd->start());
        QTRY_VERIFY_WITH_TIMEOUT(banner->message().contains(QStringLiteral("other data than before")),
                                 Patience);
        QVERIFY(banner->isVisible());
        QVERIFY(banner->message().contains(QStringLiteral("2 changes")));

        // What is there no more, or is again, is in conflict with what is staged.
        QTRY_VERIFY_WITH_TIMEOUT(window.edits()->hasConflicts(), Patience);
        m_etcd->put(NilsKey, "theirs");
        QTRY_COMPARE(window.edits()->find(NilsKey)->conflict->value, QByteArray("theirs"));
        window.edits()->takeTheirs({NilsKey});
        QCOMPARE(window.edits()->changes().size(), size_t(1));

        // What is new is not written without a question.
        QVERIFY(window.activate());
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(window.prompts()->questions.size(), size_t(1));
        QVERIFY(window.prompts()->questions.front().title.contains(QStringLiteral("other data")));
        QVERIFY(!window.edits()->isCommitting());
        window.prompts()->answers = {0};
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(window.edits()->isEmpty(), Patience);
        QVERIFY(m_etcd->get(added).has_value());
        QCOMPARE(window.prompts()->questions.size(), size_t(2));
    }

    void etcdIsAwayAtStart()
    {
        startLibrary();
        m_etcd->stop();
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QVERIFY(window.activate());
        QTRY_VERIFY_WITH_TIMEOUT(window.page()->text().contains(QStringLiteral("Cannot reach etcd")),
                                 Patience);
        QVERIFY(window.page()->text().contains(m_etcd->endpoint()));
        QVERIFY(window.page()->isVisible());
        QTRY_VERIFY(window.pageRetry()->isVisible());
        QVERIFY(window.barText().contains(QStringLiteral("connecting since")));
        QVERIFY(window->navigator()->model()->rowCount() == 0
                || !window->navigator()->model()->slotIndex(Slot(1)).isValid());
        QTest::mouseClick(window.pageRetry(), Qt::LeftButton); // still away
        QTRY_VERIFY(window.page()->text().contains(QStringLiteral("Cannot reach etcd")));

        QVERIFY(m_etcd->start());
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience); // nobody had to ask
        QCOMPARE(window.text(NilsKey, "value.name"), QStringLiteral("Nils Dvořák"));
        QVERIFY(!window.page()->isVisible());
    }

    void somethingElseAnswers_data()
    {
        QTest::addColumn<QByteArray>("reply");
        QTest::addColumn<QString>("says");
        const Script html = Script::reply("<html><body>It works!</body></html>", 200, "text/html");
        QTest::newRow("html") << html.bytes() << QStringLiteral("does not speak as etcd");
        QTest::newRow("garbage") << QByteArray("SSH-2.0-nobody\r\n")
                                 << QStringLiteral("does not speak as etcd");
        QTest::newRow("tls") << QByteArray("\x15\x03\x01\0\x02\x02\x16", 7) << QStringLiteral("wants https");
        QTest::newRow("error 500") << QByteArray(
            "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\nsorry\n")
                                   << QStringLiteral("HTTP status 500");
        QTest::newRow("cut reply")
            << Script::reply(R"({"etcdserver":"3.4.23","etcdcluster":"3.4.0"})").cutAfter(70).bytes()
            << QStringLiteral("etcd at");
        QTest::newRow("nothing") << QByteArray() << QStringLiteral("etcd at");
    }

    void somethingElseAnswers()
    {
        QFETCH(QByteArray, reply);
        QFETCH(QString, says);
        FakeGateway gateway;
        for (const char *path : {"/version", "/v3/maintenance/status", "/v3/kv/range", "/v3/kv/txn"})
            gateway.answer(path, {Script::raw(reply, Script::Then::Close)});
        const StoryWindow window(Endpoint {gateway.url()});
        QTRY_VERIFY_WITH_TIMEOUT(window.page()->text().contains(QStringLiteral("tried again by itself")),
                                 Patience);
        QVERIFY2(window.page()->text().contains(says), qPrintable(window.page()->text()));
        QVERIFY(window.page()->text().contains(gateway.url().authority()));
        QTRY_VERIFY(window.pageRetry()->isVisible());
        const size_t asked = gateway.requests().size();
        QTest::mouseClick(window.pageRetry(), Qt::LeftButton);
        QTRY_VERIFY(gateway.requests().size() > asked);
        QVERIFY(!window->currentTab());
    }

    void theReplyIsCutWhileLoading()
    {
        // It greets as etcd does, and then breaks off in the middle of a line.
        FakeGateway gateway;
        gateway.answerVersion();
        const QByteArray header =
            R"("header":{"cluster_id":"1","member_id":"2","revision":"7","raft_term":"2"})";
        gateway.answer(
            "/v3/maintenance/status",
            {Script::reply("{" + header + R"(,"version":"3.4.23","dbSize":"4096","leader":"2"})")});
        const Script range = Script::reply(
            "{" + header
            + R"(,"kvs":[{"key":"AAE=","create_revision":"3","mod_revision":"3","version":"1"}],"count":"1"})");
        for (const char *path : {"/v3/kv/range", "/v3/kv/txn"})
            gateway.answer(path, {range.cutAfter(range.bytes().size() - 40)});
        const StoryWindow window(Endpoint {gateway.url()});
        QTRY_VERIFY_WITH_TIMEOUT(window.page()->text().contains(QStringLiteral("tried again by itself")),
                                 Patience);
        QVERIFY2(window.page()->text().contains(gateway.url().authority()),
                 qPrintable(window.page()->text()));
        QVERIFY(!window.isOnline());
    }

    void oddRecordsAmongGoodOnes()
    {
        startLibrary();
        const auto user = [](char last) {
            QByteArray key = NilsKey;
            key.back() = last;
            return key;
        };
        const QByteArray broken = user('\1');
        const QByteArray empty = user('\2');
        const QByteArray large = user('\3');
        const QByteArray shortKey = QByteArray::fromHex("0001");
        QByteArray largeValue =
            QByteArray::fromHex("a1646e616d657a00155cc0"); // {"name": a text of 1,400,000}
        largeValue += QByteArray(1'400'000, 'x');
        m_etcd->put(broken, m_etcd->get(NilsKey)->value.chopped(3));
        m_etcd->put(empty, {});
        m_etcd->put(large, largeValue);
        m_etcd->put(shortKey, "two bytes");
        m_etcd->put(QByteArray::fromHex("ffff") + "last", "of the last slot");

        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QCOMPARE(window.model()->rowCount(), 204);
        QCOMPARE(window.text(NilsKey, "value.name"), QStringLiteral("Nils Dvořák"));
        const Inspector *inspector = window->inspector();
        const auto decoded = [&](const QByteArray &key) {
            return static_cast<bool>(window.model()->shownRow(window.model()->rowOf(key)).decoded);
        };
        const auto gutter = [&](const QByteArray &key) {
            return window.model()
                ->headerData(window.model()->rowOf(key), Qt::Vertical, Qt::ToolTipRole)
                .toString();
        };

        QTRY_VERIFY(decoded(broken));
        QCOMPARE(gutter(broken), QStringLiteral("Cannot be decoded"));
        QCOMPARE(gutter(NilsKey), QString());
        window.select(window.cell(broken, "value.name"));
        QVERIFY2(inspector->errorBanner()->message().contains(QStringLiteral("The value cannot be decoded")),
                 qPrintable(inspector->errorBanner()->message()));
        QVERIFY(inspector->errorBanner()->isVisible());
        window.press(Qt::Key_F2);
        QVERIFY(!window.editor());
        QVERIFY2(window.message().contains(QStringLiteral("cannot be decoded")),
                 qPrintable(window.message()));

        QTRY_VERIFY(decoded(empty));
        window.select(window.cell(empty, "value.name"));
        QVERIFY(inspector->errorBanner()->isVisible());
        QCOMPARE(inspector->valueHex()->data(), QByteArray());

        QTRY_VERIFY(decoded(large));
        QVERIFY(window.text(large, "value.name").startsWith(QStringLiteral("xxxx")));
        QVERIFY(window.text(large, "value.name").size() < 1000);
        window.select(window.cell(large, "value.name"));
        QTRY_VERIFY(!inspector->isBusy());
        QVERIFY(!inspector->errorBanner()->isVisible());
        QCOMPARE(inspector->valueHex()->data(), largeValue);

        QTRY_VERIFY(decoded(shortKey));
        QVERIFY(!gutter(shortKey).isEmpty());
        window.select(window.cell(shortKey, "value.name"));
        QVERIFY(inspector->errorBanner()->message().contains(QStringLiteral("The key cannot be decoded")));
        QVERIFY(inspector->keyHex()->data() == shortKey);

        window->openTable(QStringLiteral("65535"));
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), Patience);
        QCOMPARE(window->currentTab()->slot(), std::optional(Slot(65535)));
        QCOMPARE(window.model()->rowCount(), 1);
        QCOMPARE(window.text(QByteArray::fromHex("ffff") + "last", "value"),
                 QStringLiteral("of the last slot"));
        // It is live, too, to the very end of the key space.
        m_etcd->put(QByteArray::fromHex("ffffffff"), "behind");
        QTRY_COMPARE(window.model()->rowCount(), 2);
    }
};

QTEST_MAIN(TestFaults)
#include "tst_faults.moc"
