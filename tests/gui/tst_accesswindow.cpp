// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdauth.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/membersdialog.h"
#include "ui/dialogs/signindialog.h"
#include "ui/models/accesstext.h"
#include "ui/panels/banner.h"
#include "ui/panels/connectionbar.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QToolButton>
#include <QTreeWidget>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int Patience = 20'000;

const QString Alice = QStringLiteral("alice");
const QString Secret = QStringLiteral("secret");

/// One member as etcd might tell of it.
MemberState member(quint64 id, const char *name, quint64 leader)
{
    MemberState state;
    state.member = {.id = id, .name = QString::fromLatin1(name), .clientUrls = {}};
    if (leader != 0) {
        state.status = StatusReply {};
        state.status->leader = leader;
    }
    return state;
}

} // namespace

/// Users, their rights, and the members of a cluster, as the window shows them.
class TestAccessWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    static Banner *banner(const StoryWindow &window)
    {
        return window->findChild<Banner *>(QStringLiteral("accessBanner"));
    }
    static void signIn(const StoryWindow &window, const QString &user, const QString &password)
    {
        Q_EMIT banner(window)->actionTriggered();
        SignInDialog *dialog = nullptr;
        QTRY_VERIFY((dialog = window->findChild<SignInDialog *>()));
        dialog->userLine()->setText(user);
        dialog->passwordLine()->setText(password);
        dialog->buttons()->button(QDialogButtonBox::Ok)->click();
        QTRY_VERIFY(!window->findChild<SignInDialog *>());
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void init() { OwnSettings::clear(); }

    void whatRightsMeanIsSaid()
    {
        AccessRights rights {.user = Alice, .roles = {}, .everything = false};
        rights.read = {KeyRange::slot(CatalogueSlot), KeyRange::slot(Slot(5))};
        QVERIFY(rightsText(rights).contains(QStringLiteral("write nothing")));
        rights.write = {KeyRange::slot(Slot(5))};
        QVERIFY(!rightsText(rights).contains(QStringLiteral("nothing")));
        QVERIFY(!rightsText(rights).contains(QStringLiteral("indexes")));
        // Without the catalogue nobody knows of its indexes.
        rights.read = {KeyRange::slot(Slot(5))};
        QVERIFY(rightsText(rights).contains(QStringLiteral("do not follow what is edited")));
        rights.write = {KeyRange::prefix("/config/")};
        QVERIFY(!rightsText(rights).contains(QStringLiteral("indexes")));
    }

    void aUserSignsInAndSeesWhatIsTheirs()
    {
        EtcdAuth auth(*m_etcd);
        QVERIFY(auth.addUser(Alice, Secret));
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QVERIFY(banner(window)->message().isEmpty());
        const Slot users = *window->currentTab()->slot();
        QVERIFY(auth.grant(Alice, EtcdAuth::Read, KeyRange::slot(users)));
        QVERIFY(auth.grant(Alice, EtcdAuth::Read, KeyRange::slot(CatalogueSlot)));
        QVERIFY(window.type(window.cell(NilsKey, "value.name"), QStringLiteral("Anna")));

        // It is switched on while people work.
        QVERIFY(auth.enable(Secret));
        QVERIFY(window.activate());
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(banner(window)->message().contains(QStringLiteral("who you are")), Patience);
        QTRY_COMPARE_WITH_TIMEOUT(window.prompts()->errors.size(), size_t(1), Patience);
        signIn(window, Alice, QStringLiteral("wrong"));
        QTRY_VERIFY_WITH_TIMEOUT(banner(window)->message().contains(QStringLiteral("password")), Patience);
        signIn(window, Alice, Secret);
        QTRY_VERIFY_WITH_TIMEOUT(window.isOnline(), Patience);
        QTRY_VERIFY_WITH_TIMEOUT(banner(window)->message().contains(Users), Patience);
        QVERIFY2(banner(window)->message().contains(Alice), qPrintable(banner(window)->message()));
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QCOMPARE(window.model()->rowCount(), 200);
        QCOMPARE(window.edits()->changes().size(), size_t(1));
        // The catalogue may name other tables, but of their records there is nothing.
        const SlotDirectory *directory = window->connection()->directory();
        for (const Slot slot : directory->slotNumbers()) {
            const bool theirs = slot == users || slot == CatalogueSlot;
            QCOMPARE(directory->find(slot)->records > 0, theirs);
        }

        // To read is not to write: the change stays, and it is told which one may not be made.
        QVERIFY(window.activate());
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(window.prompts()->errors.size(), size_t(2), Patience);
        const QString refused = window.prompts()->errors.back().error.sentence();
        QVERIFY2(refused.contains(QStringLiteral("stay staged")) && refused.contains(Alice)
                     && refused.contains(Users),
                 qPrintable(refused));
        QVERIFY(auth.grant(Alice, EtcdAuth::ReadWrite, KeyRange::slot(users)));
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(window.edits()->isEmpty(), Patience);

        // From the beginning, and not by the dialog.
        const StoryWindow other(m_etcd->parsedEndpoint());
        QTRY_VERIFY_WITH_TIMEOUT(banner(other)->message().contains(QStringLiteral("who you are")), Patience);
        other->connection()->signIn(Alice, Secret);
        QTRY_VERIFY_WITH_TIMEOUT(other.isOnline(), Patience);
        QTRY_VERIFY(banner(other)->message().contains(Users));
        // Whoever has a user is not asked for its name again.
        for (QAction *action : other->findChildren<QAction *>()) {
            if (action->text() == QStringLiteral("Si&gn in …"))
                action->trigger();
        }
        const auto *again = other->findChild<SignInDialog *>();
        QVERIFY(again);
        QCOMPARE(again->user(), Alice);
        QVERIFY(auth.disable());
    }

    void membersAreShown()
    {
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        auto *button = window->findChild<QToolButton *>(QStringLiteral("serverButton"));
        QVERIFY(button->text().startsWith(QStringLiteral("etcd 3.")));
        button->click();
        auto *dialog = window->findChild<MembersDialog *>();
        QVERIFY(dialog);
        QTRY_COMPARE_WITH_TIMEOUT(dialog->list()->topLevelItemCount(), 1, Patience);
        const QTreeWidgetItem *item = dialog->list()->topLevelItem(0);
        QVERIFY(item->text(0).contains(QStringLiteral("asked")));
        QCOMPARE(item->text(1), QStringLiteral("leader"));
        QVERIFY(dialog->problems()->text().isEmpty());
        // It goes on asking, and what was seen stays when there is no answer.
        m_etcd->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->problems()->text().isEmpty(), 60'000);
        QCOMPARE(dialog->list()->topLevelItemCount(), 1);
        QVERIFY(m_etcd->start());
        QTRY_VERIFY_WITH_TIMEOUT(dialog->problems()->text().isEmpty(), 60'000);
    }

    void rangesHaveNames_data()
    {
        QTest::addColumn<QByteArray>("begin");
        QTest::addColumn<QByteArray>("end");
        QTest::addColumn<QString>("text");
        const QByteArray open(1, '\0');
        QTest::newRow("all") << open << open << "everything";
        QTest::newRow("a key") << QByteArray("/a") << QByteArray() << "the key /a";
        QTest::newRow("bytes") << QByteArray("\x05z\xff") << QByteArray() << "the key 0x057aff";
        QTest::newRow("a slot") << QByteArray("\0\5", 2) << QByteArray("\0\6", 2) << "slot 5";
        QTest::newRow("neighbours") << QByteArray("\0\5", 2) << QByteArray("\0\7", 2) << "slot 5, slot 6";
        QTest::newRow("many slots") << QByteArray("\0\5", 2) << QByteArray("\1\0", 2) << "slots 5 to 255";
        QTest::newRow("a prefix") << QByteArray("/config/") << QByteArray("/config0") << "/config/…";
        QTest::newRow("to the end") << QByteArray("/x") << open << "from /x on";
        QTest::newRow("any") << QByteArray("/a") << QByteArray("/x/y") << "from /a up to /x/y";
    }
    void rangesHaveNames()
    {
        QFETCH(QByteArray, begin);
        QFETCH(QByteArray, end);
        QFETCH(QString, text);
        QCOMPARE(rangeText({begin, end}), text);
    }

    void theBarNamesAlarms()
    {
        EtcdProcess full({QStringLiteral("--quota-backend-bytes"), QStringLiteral("2000000")});
        QVERIFY(full.start());
        Revision revision(1);
        for (int i = 0; i < 40 && revision.value != 0; ++i)
            revision = full.put("/filler", QByteArray(200'000, static_cast<char>('a' + i % 26)));
        QCOMPARE(revision.value, qint64(0));
        const StoryWindow window(full.parsedEndpoint());
        QTRY_VERIFY_WITH_TIMEOUT(window.isOnline(), Patience);
        const auto *server = window->findChild<QToolButton *>(QStringLiteral("serverButton"));
        QTRY_VERIFY2_WITH_TIMEOUT(server->text().contains(QStringLiteral("alarm: NOSPACE")),
                                  qPrintable(server->text()), Patience);
    }

    void whatIsWrongWithAClusterIsTold()
    {
        ClusterState state;
        state.members = {member(1, "one", 1), member(2, "two", 1), member(3, "three", 1)};
        QVERIFY(clusterProblems(state).isEmpty());
        state.members[2].status.reset();
        QCOMPARE(clusterProblems(state).size(), 1);
        QVERIFY(clusterProblems(state).first().contains(QStringLiteral("three")));
        state.members[1].status->leader = 0;
        const QString two = clusterProblems(state).join(QLatin1Char('\n'));
        QVERIFY(two.contains(QStringLiteral("two"))
                && two.contains(QStringLiteral("nothing can be written")));

        state.members = {member(1, "one", 1)};
        state.members[0].alarms = {QStringLiteral("NOSPACE")};
        QVERIFY(clusterProblems(state).join(QString()).contains(QStringLiteral("etcdctl defrag")));
    }
};

QTEST_MAIN(TestAccessWindow)
#include "tst_accesswindow.moc"
