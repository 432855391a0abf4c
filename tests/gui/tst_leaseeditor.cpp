// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/leasebook.h"
#include "core/etcd/prefixtransport.h"
#include "tests/support/await.h"
#include "tests/support/memoryconnection.h"
#include "ui/dialogs/leasedialog.h"
#include "ui/models/commitsummary.h"
#include "ui/models/leasetext.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QComboBox>
#include <QLabel>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTreeWidget>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;
using namespace std::chrono_literals;
using Kind = LeaseChoice::Kind;

namespace {

constexpr LeaseId Session(0x694d77aa9e38260f);

/// A connection to an etcd in memory with a few keys, one of them on a lease.
struct Fixture
{
    Fixture()
        : connection(*Endpoint::parse(QStringLiteral("127.0.0.1:2379")), etcd.transport())
    {
        etcd.put("/a", "1");
        etcd.put("/b", "2", Session);
        etcd.put("/c", "3");
        etcd.setRemaining(Session, 125);
        connection.open();
    }
    bool isOnline() const { return connection.state() == Connection::State::Online; }
    KeyState state(const QByteArray &key) const { return KeyState::of(etcd.keys().at(key)); }
    CommitReport commit()
    {
        QSignalSpy spy(connection.edits(), &EditSession::committed);
        connection.edits()->commit();
        [&] { QTRY_COMPARE(spy.size(), 1); }();
        return spy.isEmpty() ? CommitReport() : spy.first().first().value<CommitReport>();
    }

    MemoryEtcd etcd;
    Connection connection;
};

} // namespace

class TestLeaseEditor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wordsForLeases()
    {
        QCOMPARE(leaseIdText(Session), QStringLiteral("694d77aa9e38260f"));
        QCOMPARE(leaseIdText(LeaseId(7)), QStringLiteral("0000000000000007"));
        QCOMPARE(leaseIdText(LeaseId(-1)), QStringLiteral("ffffffffffffffff"));
        QCOMPARE(durationText(600s), QStringLiteral("10 minutes"));
        QCOMPARE(durationText(61s), QStringLiteral("61 seconds"));
        QCOMPARE(durationText(24h), QStringLiteral("1 day"));
        QCOMPARE(remainingText(std::nullopt), QString());
        QCOMPARE(remainingText(LeaseBook::Info {.remaining = 125s}), QStringLiteral("2 min 5 s left"));
        QCOMPARE(remainingText(LeaseBook::Info {.remaining = 3600s}), QStringLiteral("1 h left"));
        QCOMPARE(remainingText(LeaseBook::Info {.remaining = 0s}), QStringLiteral("0 s left"));
        QCOMPARE(remainingText(LeaseBook::Info {.exists = false}), QStringLiteral("expired"));
    }

    void aLeaseIsLookedUpWhenAskedFor()
    {
        MemoryEtcd etcd;
        Client client(etcd.transport());
        std::chrono::milliseconds now {};
        LeaseBook book(&client, nullptr, [&now] { return now; });
        QSignalSpy changed(&book, &LeaseBook::changed);
        etcd.put("/b", "2", Session);
        etcd.setRemaining(Session, 100);
        QVERIFY(!book.info(Session));
        QVERIFY(!book.info(Session)); // not asked twice
        QCOMPARE(book.underWay(), size_t(1));
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(book.info(Session)->remaining, 100s);
        QVERIFY(!book.info(Session)->keys);
        now += 3s;
        QCOMPARE(book.info(Session)->remaining, 97s);
        QCOMPARE(book.underWay(), size_t(0)); // good for a while
        QVERIFY(book.info(Session, true));
        QTRY_COMPARE(changed.size(), 2);
        QCOMPARE(*book.info(Session)->keys, 1);
        // Kept alive by others: seen once the answer has got old, and only if somebody asks.
        etcd.setRemaining(Session, 300);
        now += LeaseBook::GoodFor;
        QCOMPARE(changed.size(), 2);
        QCOMPARE(book.info(Session)->remaining, 90s);
        QTRY_COMPARE(changed.size(), 3);
        QCOMPARE(book.info(Session)->remaining, 300s);
        QVERIFY(etcd.endLease(Session));
        now += LeaseBook::GoodFor;
        book.info(Session);
        QTRY_COMPARE(changed.size(), 4);
        QVERIFY(!book.info(Session)->exists);
    }

    void fewAreLookedUpAtOnce()
    {
        MemoryEtcd etcd;
        Client client(etcd.transport());
        LeaseBook book(&client);
        QSignalSpy changed(&book, &LeaseBook::changed);
        const int count = static_cast<int>(LeaseBook::MostWaiting + LeaseBook::MostAtOnce) + 50;
        for (int i = 1; i <= count; ++i)
            book.info(LeaseId(i));
        QCOMPARE(book.underWay(), LeaseBook::MostAtOnce);
        QTRY_COMPARE(changed.size(), qsizetype(count - 50));
        QCOMPARE(book.underWay(), size_t(0));
        QVERIFY(book.info(LeaseId(count)));
        QVERIFY(!book.info(LeaseId(20))); // dropped for those asked for later
    }

    void theColumnTellsIdAndTime()
    {
        Fixture f;
        QTRY_VERIFY(f.isOnline());
        RecordTab tab(&f.connection, KeyRange::prefix("/"), std::nullopt, QStringLiteral("/"));
        QTRY_COMPARE(tab.model()->rowCount(), 3);
        const int column = tab.model()->columnOf(QStringLiteral("meta.lease"));
        QVERIFY(column >= 0);
        QVERIFY2(tab.view()->isColumnHidden(column), "shown when it is chosen");
        const auto text = [&](const QByteArray &key) {
            return tab.model()->index(tab.model()->rowOf(key), column).data().toString();
        };
        QCOMPARE(text("/a"), QString());
        QTRY_COMPARE(text("/b"), QStringLiteral("694d77aa9e38260f · 2 min 5 s left"));
        const QModelIndex b = tab.model()->index(tab.model()->rowOf("/b"), column);
        QVERIFY(b.data(RecordModel::TipTextRole).toString().contains(QStringLiteral("deletes the record")));
        QCOMPARE(tab.model()->copyText(b, CopyForm::AsShown), QStringLiteral("694d77aa9e38260f"));
        QVERIFY(!b.data(RecordModel::ChangedRole).toBool());
        QVERIFY(f.connection.edits()->stageLease({{"/b", f.state("/b")}}, {.kind = Kind::New, .ttl = 600s}));
        QCOMPARE(text("/b"), QStringLiteral("new, 10 minutes"));
        QVERIFY(b.data(RecordModel::ChangedRole).toBool());
    }

    void nothingIsAskedWhileTheColumnIsHidden()
    {
        Fixture f;
        QTRY_VERIFY(f.isOnline());
        RecordTab tab(&f.connection, KeyRange::prefix("/"), std::nullopt, QStringLiteral("/"));
        tab.resize(600, 300);
        tab.show();
        QTRY_COMPARE(tab.model()->rowCount(), 3);
        QTRY_VERIFY(tab.view()->viewport()->isVisible());
        QSignalSpy changed(f.connection.leases(), &LeaseBook::changed);
        tab.view()->viewport()->repaint();
        QCOMPARE(f.connection.leases()->underWay(), size_t(0));
        tab.view()->setColumnHidden(tab.model()->columnOf(QStringLiteral("meta.lease")), false);
        QTRY_COMPARE(changed.size(), 1); // of the three records one hangs on a lease
    }

    void everyChoiceIsStaged_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("none") << static_cast<int>(Kind::None);
        QTest::newRow("existing") << static_cast<int>(Kind::Existing);
        QTest::newRow("new") << static_cast<int>(Kind::New);
    }
    void everyChoiceIsStaged()
    {
        QFETCH(int, kind);
        Fixture f;
        QTRY_VERIFY(f.isOnline());
        constexpr LeaseId Other(0x10);
        f.etcd.put("/d", "4", Other);
        LeaseDialog dialog(&f.connection, {{"/a", f.state("/a")}, {"/b", f.state("/b")}});
        dialog.show();
        QVERIFY(dialog.button(Kind::Keep)->isChecked());
        QTRY_COMPARE(dialog.list()->topLevelItemCount(), 2);
        QTRY_COMPARE(dialog.list()->topLevelItem(1)->text(1), QStringLiteral("2 min 5 s left"));
        QCOMPARE(dialog.list()->topLevelItem(1)->text(0), leaseIdText(Session));
        QCOMPARE(dialog.list()->topLevelItem(1)->text(3), QStringLiteral("1"));
        LeaseId expected;
        if (static_cast<Kind>(kind) == Kind::None) {
            dialog.button(Kind::None)->click();
        } else if (static_cast<Kind>(kind) == Kind::Existing) {
            dialog.list()->setCurrentItem(dialog.list()->topLevelItem(0));
            QVERIFY(dialog.button(Kind::Existing)->isChecked());
            expected = Other;
        } else {
            dialog.ttlBox()->setValue(2);
            dialog.unitBox()->setCurrentIndex(2);
            QVERIFY(dialog.button(Kind::New)->isChecked());
            QCOMPARE(dialog.choice().ttl, std::chrono::seconds(2h));
        }
        dialog.accept();
        QVERIFY(!dialog.isVisible());
        // Of a key without lease there is nothing to take away.
        QCOMPARE(f.connection.edits()->changes().size(),
                 size_t(expected.value == 0 && static_cast<Kind>(kind) == Kind::None ? 1 : 2));
        QVERIFY(f.connection.edits()->undoName().contains(QStringLiteral("ease")));
        QCOMPARE(f.commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(f.state("/b").value, QByteArray("2"));
        if (static_cast<Kind>(kind) == Kind::New) {
            QVERIFY(f.state("/b").lease.value != 0 && f.state("/b").lease != Session);
            QCOMPARE(f.state("/a").lease, f.state("/b").lease);
        } else {
            QCOMPARE(f.state("/b").lease, expected);
        }
    }

    void whatIsStagedIsShownAgain()
    {
        Fixture f;
        QTRY_VERIFY(f.isOnline());
        QVERIFY(f.connection.edits()->stageLease({{"/a", f.state("/a")}}, {.kind = Kind::New, .ttl = 90min}));
        LeaseDialog dialog(&f.connection, {{"/a", f.state("/a")}});
        QVERIFY(dialog.button(Kind::New)->isChecked());
        QCOMPARE(dialog.choice().ttl, std::chrono::seconds(90min));
        QCOMPARE(dialog.ttlBox()->value(), 90);
        // Keeping it after all leaves nothing to commit.
        dialog.button(Kind::Keep)->click();
        dialog.accept();
        QVERIFY(f.connection.edits()->isEmpty());
    }

    void aDialogSaysWhyItCannot()
    {
        Fixture f;
        QTRY_VERIFY(f.isOnline());
        LeaseDialog dialog(&f.connection, {{"/b", f.state("/b")}});
        dialog.show();
        dialog.button(Kind::Existing)->click();
        dialog.accept(); // none is chosen
        QVERIFY(dialog.isVisible());
        dialog.button(Kind::None)->click();
        f.connection.safety()->setLevel(SafetyLevel::ReadOnly);
        dialog.accept();
        QVERIFY(dialog.isVisible());
        QVERIFY(dialog.problemLabel()->text().contains(QStringLiteral("read-only")));
        QVERIFY(f.connection.edits()->isEmpty());
    }

    /// What a lease takes along may lie outside of the keys that a connection shows.
    void aDialogSaysWhatItCannotShow()
    {
        const auto says = [](Connection *connection) {
            LeaseDialog dialog(connection, {{"b", KeyState::absent()}});
            const QList<QLabel *> labels = dialog.findChildren<QLabel *>();
            const bool inWords = std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) {
                return label->text().contains(QStringLiteral("does not show"));
            });
            const bool atTheCount = !dialog.list()->headerItem()->toolTip(3).isEmpty();
            return std::pair(inWords, atTheCount);
        };
        Fixture f;
        QTRY_VERIFY(f.isOnline());
        QCOMPARE(says(&f.connection), std::pair(false, false));
        f.etcd.put("elsewhere", "4", Session);
        Connection part(*Endpoint::parse(QStringLiteral("127.0.0.1:2379")),
                        std::make_unique<PrefixTransport>(f.etcd.transport(), "/"));
        part.open();
        QTRY_COMPARE(part.state(), Connection::State::Online);
        QCOMPARE(says(&part), std::pair(true, true));
        // Of the two keys on it.
        QVERIFY(!part.leases()->info(Session, true));
        QTRY_VERIFY(part.leases()->info(Session, true));
        QCOMPARE(part.leases()->info(Session, true)->keys, 1);
    }

    void summariesTellLeases()
    {
        Fixture f;
        QTRY_VERIFY(f.isOnline());
        EditSession *edits = f.connection.edits();
        QVERIFY(edits->stageLease({{"/a", f.state("/a")}}, {.kind = Kind::New, .ttl = 60s}));
        QVERIFY(edits->stageInsert("/n", "x"));
        QVERIFY(edits->stageDelete({{"/c", f.state("/c")}}));
        QVERIFY(edits->addGuard("/b", f.state("/b")));
        const CommitSummary summary = summaryOf(edits->plan(), {});
        QVERIFY2(summary.text.contains(QStringLiteral("Plain keys: 1 new, 1 changed, 1 deleted")),
                 qPrintable(summary.text));
        QVERIFY(summary.text.contains(QStringLiteral("Lease of 1 key: new, 1 minute")));
        QVERIFY(summary.text.contains(QStringLiteral("Only if 1 more key is unchanged")));
        QCOMPARE(summary.detail.count(QLatin1Char('\n')), 2);
        const SlotCodec bytes {SlotType()};
        QCOMPARE(changeText(bytes, *edits->find("/a")), QStringLiteral("a new lease of 60 s"));
    }
};

QTEST_MAIN(TestLeaseEditor)
#include "tst_leaseeditor.moc"
