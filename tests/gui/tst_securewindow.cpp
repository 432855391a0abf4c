// SPDX-License-Identifier: GPL-3.0-or-later
//
// A cluster of three with TLS, client certificates and users, browsed, watched and edited in a window while
// its members are killed one by one; and what that window says of a table that its user may not read.
#include "tests/support/longtests.h"
#include "tests/support/memoryconnection.h" // slotKey()
#include "tests/support/securecluster.h"
#include "tests/support/storywindow.h"
#include "ui/models/membernews.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QToolButton>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int Patience = 60'000; // for an election on a busy machine
constexpr int Records = 40;

const QString Root = QStringLiteral("root");
const QString Alice = QStringLiteral("alice");
const QString AlicesTable = QStringLiteral("5");

QByteArray key(int number)
{
    return slotKey(5, QByteArray::number(number % Records).rightJustified(4, '0'));
}

QByteArray record(const QString &name)
{
    return "{\"name\": \"" + name.toUtf8() + "\"}";
}

QString nameIn(const QByteArray &value)
{
    return QJsonDocument::fromJson(value).object().value(QStringLiteral("name")).toString();
}

} // namespace

class TestSecureWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<SecureCluster> m_cluster;
    std::unique_ptr<Client> m_root; // another user, with a client of its own

    /// False: it could not be written now.
    bool write(const QByteArray &at, const QByteArray &value)
    {
        return await(m_root->put({.key = at, .value = value, .lease = {}}), Patience).hasValue();
    }
    std::optional<KeyValue> read(const QByteArray &at)
    {
        const auto reply = await(m_root->range({.range = KeyRange::single(at)}), Patience);
        return reply && reply->kvs.size() == 1 ? std::optional(reply->kvs.front()) : std::nullopt;
    }

    static const MemberNews *members(const StoryWindow &window)
    {
        return window->findChild<ConnectionBar *>()->members();
    }
    /// The index of the member that the window says it is served by; -1: it does not know.
    int serving(const StoryWindow &window) const
    {
        const QString text = members(window)->serving();
        for (int i = 0; i < m_cluster->size(); ++i) {
            if (text.contains(m_cluster->member(i).parsedEndpoint().toString()))
                return i;
        }
        return -1;
    }
    static bool isLive(const StoryWindow &window)
    {
        return window.isOnline() && window->currentTab()
            && window->currentTab()->table()->state() == LiveTable::State::Live;
    }
    /// Ctrl+S, as long as there is something to commit.
    static bool isCommitted(const StoryWindow &window)
    {
        if (!window.edits()->isEmpty() && !window.edits()->isCommitting())
            window.press(Qt::Key_S, Qt::ControlModifier);
        return window.edits()->isEmpty();
    }
    /// What stands in the place of rows.
    static QString emptyText(const RecordTab &tab)
    {
        return tab.view()->viewport()->findChild<QLabel *>()->text();
    }
    /// Everything on the screen is as the cluster has it.
    void compareWithCluster(const StoryWindow &window)
    {
        const auto all = await(m_root->range({.range = KeyRange::slot(Slot(5))}), Patience);
        QVERIFY(all.hasValue());
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), Patience);
        QCOMPARE(window.model()->rowCount(), static_cast<int>(all->kvs.size()));
        for (const KeyValue &kv : all->kvs) {
            const QModelIndex cell = window.cell(kv.key, "value.name");
            QVERIFY(cell.isValid());
            window.view()->scrollTo(cell); // decoded when it is seen
            QTRY_COMPARE_WITH_TIMEOUT(cell.data().toString(), nameIn(kv.value), Patience);
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        m_cluster = std::make_unique<SecureCluster>();
        QVERIFY(m_cluster->start());
        m_root = std::make_unique<Client>(m_cluster->optionsOf(Root));
        for (int i = 0; i < Records; ++i)
            QVERIFY(write(key(i), record(QStringLiteral("before %1").arg(i))));
        QVERIFY(write(slotKey(6, "a"), "not hers"));
        QVERIFY(write("/config/a", "hers to read"));
    }
    void cleanupTestCase()
    {
        m_root.reset();
        m_cluster.reset();
    }
    void init() { OwnSettings::clear(); }

    void membersAreKilledOneByOne()
    {
        const StoryWindow window(m_cluster->optionsOf(Alice), AlicesTable);
        QTRY_VERIFY_WITH_TIMEOUT(window->currentTab() && window->isSettled(), Patience);
        QVERIFY(window.activate());
        QCOMPARE(window.model()->rowCount(), Records);
        QVERIFY(!window->connection()->directory()->find(Slot(6))); // it is not hers
        QSignalSpy reread(window->currentTab()->table(), &LiveTable::reset);

        QStringList told;
        connect(window->statusBar(), &QStatusBar::messageChanged, this,
                [&told](const QString &text) { told += text; });
        const int rounds = isLongRun() ? 10 : 1;
        int number = 0;
        for (int round = 0; round < rounds; ++round) {
            std::vector<bool> wasKilled(static_cast<std::size_t>(m_cluster->size()));
            for (int turn = 0; turn < m_cluster->size(); ++turn) {
                ++number;
                // The one that serves, as long as it has not had its turn.
                QTRY_VERIFY_WITH_TIMEOUT(serving(window) >= 0, Patience);
                told.clear();
                int lost = serving(window);
                const bool serves = !wasKilled[static_cast<std::size_t>(lost)];
                if (!serves)
                    lost = static_cast<int>(std::find(wasKilled.begin(), wasKilled.end(), false)
                                            - wasKilled.begin());
                wasKilled[static_cast<std::size_t>(lost)] = true;
                const QString name = QStringLiteral("m%1 (%2)")
                                         .arg(lost)
                                         .arg(m_cluster->member(lost).parsedEndpoint().toString());

                // An edit is staged before, and stays so while the member goes and another one writes.
                const QByteArray mine = key(number);
                const QString myName = QStringLiteral("mine %1").arg(number);
                std::optional<KeyValue> before;
                QTRY_VERIFY_WITH_TIMEOUT((before = read(mine)), Patience);
                QTRY_VERIFY_WITH_TIMEOUT(isLive(window), Patience);
                QTRY_VERIFY_WITH_TIMEOUT(window->currentTab()->table()->revision() >= before->modRevision,
                                         Patience);
                QTRY_COMPARE_WITH_TIMEOUT(window.text(mine, "value.name"), nameIn(before->value), Patience);
                QVERIFY(window.type(window.cell(mine, "value.name"), myName));
                m_cluster->member(lost).kill();

                const QString theirs = QStringLiteral("theirs %1").arg(number);
                QTRY_VERIFY_WITH_TIMEOUT(write(key(number + Records / 2), record(theirs)), Patience);
                QTRY_COMPARE_WITH_TIMEOUT(window.text(key(number + Records / 2), "value.name"), theirs,
                                          Patience);
                QTRY_VERIFY_WITH_TIMEOUT(isLive(window), Patience);
                QCOMPARE(window.state(mine), RowState::Edited);
                QCOMPARE(window.text(mine, "value.name"), myName);
                std::optional<KeyValue> now;
                QTRY_VERIFY_WITH_TIMEOUT((now = read(mine)), Patience);
                QCOMPARE(now->modRevision, before->modRevision);
                if (serves) { // what happened is told by name
                    QTRY_VERIFY2_WITH_TIMEOUT(!told.filter(QStringLiteral("The member ") + name).isEmpty(),
                                              qPrintable(told.join(QLatin1Char('\n'))), Patience);
                    QTRY_VERIFY_WITH_TIMEOUT(serving(window) != lost && serving(window) >= 0, Patience);
                }
                // No box stands in the way of somebody who only looks and types.
                QVERIFY(window.prompts()->errors.empty() && window.prompts()->questions.empty());
                QVERIFY(!QApplication::activeModalWidget());

                // A commit that meets an election may be refused; then it is made again.
                QVERIFY(window.activate());
                QTRY_VERIFY_WITH_TIMEOUT(isCommitted(window), Patience);
                window.prompts()->errors.clear();
                QTRY_VERIFY_WITH_TIMEOUT((now = read(mine)), Patience);
                QCOMPARE(now->value, record(myName));
                QCOMPARE(now->version, before->version + 1); // once
                QTRY_COMPARE_WITH_TIMEOUT(window.state(mine), RowState::Clean, Patience);

                QVERIFY(m_cluster->member(lost).start());
            }
        }
        QCOMPARE(reread.size(), 0); // it went on where it was
        compareWithCluster(window);
        if (!isLongRun())
            return;
        // All of them are back, and that is told as well.
        const auto *button = window->findChild<QToolButton *>(QStringLiteral("serverButton"));
        QTRY_VERIFY_WITH_TIMEOUT(members(window)->away().isEmpty(), Patience);
        QVERIFY(!button->text().contains(QStringLiteral("away")));
        QVERIFY(button->toolTip().contains(members(window)->serving()));
    }

    void whatMayNotBeReadIsSaid()
    {
        const StoryWindow window(m_cluster->optionsOf(Alice), AlicesTable);
        QTRY_VERIFY_WITH_TIMEOUT(window->currentTab() && window->isSettled(), Patience);
        // As a saved tab, a link or the catalogue may lead there.
        const RecordTab tab(window->connection(), KeyRange::slot(Slot(6)), Slot(6), QStringLiteral("Six"));
        QTRY_COMPARE_WITH_TIMEOUT(tab.table()->state(), LiveTable::State::Live, Patience);
        QTRY_VERIFY2(emptyText(tab).contains(QStringLiteral("may not read this")),
                     qPrintable(emptyText(tab)));
        QVERIFY2(emptyText(tab).contains(QStringLiteral("slot 5")) && emptyText(tab).contains(Alice),
                 qPrintable(emptyText(tab)));
        QVERIFY(!emptyText(tab).contains(QStringLiteral("Insert")));
        // What is hers and empty is another thing.
        const RecordTab own(window->connection(), KeyRange::prefix("/config/empty/"), {},
                            QStringLiteral("/config/empty/"));
        QTRY_COMPARE_WITH_TIMEOUT(own.table()->state(), LiveTable::State::Live, Patience);
        QTRY_VERIFY(emptyText(own).contains(QStringLiteral("No records")));
    }
};

QTEST_MAIN(TestSecureWindow)
#include "tst_securewindow.moc"
