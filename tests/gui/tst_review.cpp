// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reviewing what a commit would be: check marks, what follows, what it depends on, limits and parts, bytes,
// the exact transaction, undo with names.
#include "tests/support/memoryetcd.h"
#include "ui/models/editundostack.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/reviewdetail.h"
#include "ui/views/bytediffview.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QUndoGroup>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::ui;
using slotscope::test::MemoryEtcd;

namespace {

ResolvedKey resolve(const QByteArray &key)
{
    SlotType type;
    type.key = KeyType({KeyComponent::String});
    type.value = ValueType::Json;
    return {key.startsWith(QByteArray("\0\x08", 2)) ? QStringLiteral("users by name")
                                                    : QStringLiteral("users"),
            SlotCodec(type)};
}

QByteArray key(const QByteArray &name)
{
    return QByteArray("\0\x07", 2) + name;
}
QByteArray entryKey(const QByteArray &name)
{
    return QByteArray("\0\x08", 2) + name;
}

struct Fixture
{
    MemoryEtcd etcd;
    Client client {etcd.transport()};
    EditSession session {&client};
    PendingPanel panel;
    QAbstractItemModelTester tester {panel.model(), QAbstractItemModelTester::FailureReportingMode::QtTest};

    Fixture()
    {
        panel.setEndpoint(*Endpoint::parse(QStringLiteral("db:2379")));
        panel.setSession(&session, resolve);
        panel.resize(1000, 300);
        panel.show();
    }
    KeyState put(const QByteArray &name, const QByteArray &value, LeaseId lease = {})
    {
        etcd.put(name, value, lease);
        return KeyState::of(etcd.keys().at(name));
    }
    PendingModel *model() const { return panel.model(); }
    QModelIndex line(int row, PendingModel::Column column = PendingModel::OperationColumn) const
    {
        return model()->index(row, column);
    }
    QString text(int row, PendingModel::Column column) const { return line(row, column).data().toString(); }
    void insert(int count, qsizetype size = 1)
    {
        std::vector<EditSession::Intent> intents;
        for (int i = 0; i < count; ++i)
            intents.push_back(
                {key("n" + QByteArray::number(1000 + i)), KeyState::absent(), QByteArray(size, '1')});
        session.stageAll(intents, QStringLiteral("Insert many"));
    }
    bool commit()
    {
        QSignalSpy spy(&session, &EditSession::committed);
        session.commit();
        return QTest::qWaitFor([&] { return !spy.isEmpty(); })
            && spy.first().first().value<CommitReport>().outcome == CommitReport::Outcome::Committed;
    }
};

} // namespace

class TestReview : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void checkMarksLeaveOut()
    {
        Fixture f;
        f.insert(3);
        QCOMPARE(f.line(1).data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
        QVERIFY(f.model()->setData(f.line(1), Qt::Unchecked, Qt::CheckStateRole));
        QVERIFY(f.session.changes()[1].leftOut);
        QCOMPARE(f.line(1).data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (2)"));
        QVERIFY2(f.panel.hint()->text().startsWith(QStringLiteral("2 of 128 operations")),
                 qPrintable(f.panel.hint()->text()));
        QVERIFY(f.panel.hint()->text().contains(QStringLiteral("1 left out")));
        QVERIFY(f.commit());
        QCOMPARE(f.model()->rowCount(), 1);
        QCOMPARE(f.etcd.keys().size(), size_t(2));
        // Undone, it is taken in again; one click does it as well.
        QVERIFY(f.model()->setData(f.line(0), Qt::Checked, Qt::CheckStateRole));
        QVERIFY(f.panel.commitButton()->isEnabled());
    }

    void aClickOnTheMark()
    {
        Fixture f;
        f.insert(2);
        QVERIFY(QTest::qWaitForWindowExposed(&f.panel));
        QTreeView *view = f.panel.view();
        const QRect line = view->visualRect(f.line(0));
        QStyleOptionViewItem option;
        option.initFrom(view);
        option.rect = line;
        option.features = QStyleOptionViewItem::HasCheckIndicator | QStyleOptionViewItem::HasDisplay
            | QStyleOptionViewItem::HasDecoration;
        const QRect mark =
            view->style()->subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &option, view);
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, mark.center());
        QVERIFY(f.session.changes()[0].leftOut);
        QTest::keyClick(view, Qt::Key_Space);
        QVERIFY(!f.session.changes()[0].leftOut);
    }

    void renamesAndLeases()
    {
        Fixture f;
        const KeyState ann = f.put(key("ann"), R"({"n":1})");
        const KeyState bob = f.put(key("bob"), R"({"n":1})");
        f.session.renameKey(key("ann"), ann, key("anna"), R"({"n":2})");
        f.session.stageLease({{key("bob"), bob}},
                             {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(60)});
        QCOMPARE(f.model()->rowCount(), 3);
        QCOMPARE(f.text(0, PendingModel::OperationColumn), QStringLiteral("rename, old key"));
        QCOMPARE(f.text(0, PendingModel::KeyColumn), QStringLiteral("ann → anna"));
        QCOMPARE(f.text(1, PendingModel::OperationColumn), QStringLiteral("rename, new key"));
        QCOMPARE(f.text(1, PendingModel::KeyColumn), QStringLiteral("anna (was ann)"));
        QCOMPARE(f.text(1, PendingModel::ChangeColumn), QStringLiteral("n: 1 → 2"));
        QCOMPARE(f.text(2, PendingModel::OperationColumn), QStringLiteral("lease"));
        QCOMPARE(f.text(2, PendingModel::ChangeColumn), QStringLiteral("a new lease of 60 s"));
        // Both halves go and come together.
        f.model()->setData(f.line(0), Qt::Unchecked, Qt::CheckStateRole);
        QCOMPARE(f.line(1).data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
    }

    void whatFollowsStandsBelow()
    {
        Fixture f;
        const KeyState ann = f.put(key("ann"), R"({"name":"Ann"})");
        f.put(entryKey("Ann"), "\"ann\"");
        f.session.stageValue(key("ann"), ann, R"({"name":"Anna"})");
        f.session.beginDeriving();
        const Change out {.key = entryKey("Ann"),
                          .kind = Change::Kind::Delete,
                          .base = KeyState::of(f.etcd.keys().at(entryKey("Ann")))};
        const Change in {.key = entryKey("Anna"), .kind = Change::Kind::Insert, .value = "\"ann\""};
        f.session.takeDerived(
            {{.change = out, .causes = {key("ann")}}, {.change = in, .causes = {key("ann")}}});
        const QModelIndex record = f.line(0);
        f.panel.view()->expand(record);
        QTRY_COMPARE(f.model()->rowCount(record), 3); // two entries, and a field
        const QModelIndex entry = f.model()->index(0, PendingModel::OperationColumn, record);
        QCOMPARE(entry.data().toString(), QStringLiteral("delete"));
        QCOMPARE(entry.siblingAtColumn(PendingModel::TableColumn).data().toString(),
                 QStringLiteral("users by name"));
        QCOMPARE(entry.siblingAtColumn(PendingModel::KeyColumn).data().toString(), QStringLiteral("Ann"));
        QCOMPARE(entry.data(PendingModel::KeyRole).toByteArray(), key("ann"));
        QCOMPARE(entry.data(PendingModel::ShownKeyRole).toByteArray(), entryKey("Ann"));
        QVERIFY(entry.data(Qt::ForegroundRole).isValid());
        QVERIFY(f.panel.hint()->text().startsWith(QStringLiteral("3 of 128")));

        // A clash is said at the record, and holds up the commit.
        f.session.beginDeriving();
        f.session.takeDerived(
            {{.change = in, .causes = {key("ann")}, .problem = QStringLiteral("Anna is taken by bob")}});
        QCOMPARE(f.model()->rowCount(record), 2);
        QCOMPARE(f.text(0, PendingModel::OperationColumn), QStringLiteral("update, problem"));
        QVERIFY(f.panel.hint()->text().contains(QStringLiteral("holds up the commit")));
        QVERIFY(f.panel.hint()->toolTip().contains(QStringLiteral("Anna is taken by bob")));
        QVERIFY(!f.panel.commitButton()->isEnabled());
        f.session.revertAll();
        QCOMPARE(f.model()->rowCount(), 0);
    }

    void guardsAreListed()
    {
        Fixture f;
        const KeyState ann = f.put(key("ann"), R"({"n":1})");
        f.session.stageInsert(key("new"), "1");
        f.session.addGuard(key("ann"), ann);
        QCOMPARE(f.model()->rowCount(), 2);
        QCOMPARE(f.text(1, PendingModel::OperationColumn), QStringLiteral("depends on"));
        QCOMPARE(f.text(1, PendingModel::ChangeColumn),
                 QStringLiteral("must still be as at revision %1").arg(ann.modRevision.value));
        QVERIFY(!f.line(1).data(Qt::CheckStateRole).isValid());
        QVERIFY(!f.model()->hasChildren(f.line(1)));

        // Somebody changes it: that is a conflict, to be agreed to, or the guard goes.
        f.put(key("ann"), R"({"n":2})");
        QVERIFY(!f.commit());
        QTRY_COMPARE(f.text(1, PendingModel::OperationColumn), QStringLiteral("depends on, conflict"));
        f.panel.view()->selectionModel()->setCurrentIndex(
            f.line(1), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        f.panel.keepMineButton()->click();
        QVERIFY(!f.session.hasConflicts());
        f.panel.view()->selectionModel()->setCurrentIndex(
            f.line(1), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        f.panel.revertButton()->click();
        QVERIFY(f.session.guards().empty());
        QCOMPARE(f.model()->rowCount(), 1);
    }

    void partAfterPart()
    {
        Fixture f;
        f.insert(300);
        QTRY_VERIFY(!f.panel.commitButton()->isEnabled());
        QVERIFY2(f.panel.hint()->text().startsWith(
                     QStringLiteral("Too much for one transaction, by 172 operations: 300 of 128")),
                 qPrintable(f.panel.hint()->text()));
        QVERIFY(f.panel.leaveOutButton()->isVisible());
        QVERIFY(!f.panel.nextPartButton()->isVisible());
        // One is left out by hand, and stays so through the parts.
        const QByteArray last = f.session.changes().back().key;
        f.model()->setData(f.line(299), Qt::Unchecked, Qt::CheckStateRole);
        f.panel.leaveOutButton()->click();
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (128)"));
        QVERIFY(f.panel.commitButton()->isEnabled());
        QVERIFY(f.etcd.keys().empty());
        QVERIFY(f.commit());
        QCOMPARE(f.etcd.keys().size(), size_t(128));
        QCOMPARE(f.model()->rowCount(), 172);
        QVERIFY(f.panel.nextPartButton()->isVisible());
        QVERIFY(!f.panel.commitButton()->isEnabled());

        f.panel.nextPartButton()->click();
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (128)"));
        QCOMPARE(f.etcd.keys().size(), size_t(128)); // nothing goes by itself
        QVERIFY(f.commit());
        f.panel.nextPartButton()->click();
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (43)"));
        QVERIFY(f.commit());
        QCOMPARE(f.session.changes().size(), size_t(1));
        QCOMPARE(f.session.changes().front().key, last);
        f.panel.nextPartButton()->click();
        QVERIFY(f.commit());
        QCOMPARE(f.etcd.keys().size(), size_t(300));
        std::set<qint64> revisions;
        for (const auto &[name, kv] : f.etcd.keys())
            revisions.insert(kv.modRevision.value);
        QCOMPARE(revisions.size(), size_t(4));
    }

    // What follows from the records of the next part is known only when they are taken in.
    void partsWithWhatFollows()
    {
        Fixture f;
        const auto derive = [&f] {
            std::vector<DerivedChange> derived;
            for (const Change &change : f.session.changes()) {
                for (int i = 0; i < 2 && !change.leftOut; ++i) {
                    const QByteArray name = change.key.mid(2) + QByteArray::number(i);
                    derived.push_back(
                        {.change = {.key = entryKey(name), .kind = Change::Kind::Insert, .value = "\"x\""},
                         .causes = {change.key}});
                }
            }
            f.session.takeDerived(derived);
        };
        int rounds = 0;
        connect(&f.session, &EditSession::changed, &f.panel, [&] {
            f.session.beginDeriving();
            ++rounds;
            QTimer::singleShot(0, &f.panel, [&, round = rounds] {
                if (round == rounds)
                    derive();
            });
        });
        f.insert(100);
        QTRY_VERIFY(!f.session.isDeriving());
        QVERIFY(!f.panel.commitButton()->isEnabled());
        f.panel.leaveOutButton()->click();
        QTRY_VERIFY(!f.session.isDeriving());
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (42)")); // three keys each
        QVERIFY(f.commit());
        QCOMPARE(f.etcd.keys().size(), size_t(126));
        QTRY_VERIFY(!f.session.isDeriving());
        f.panel.nextPartButton()->click();
        QTRY_COMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (42)"));
        QTRY_VERIFY(!f.session.isDeriving());
        QVERIFY(f.panel.commitButton()->isEnabled());
        QVERIFY(f.commit());
        // A change that comes later is not left out by itself.
        QTRY_VERIFY(!f.session.isDeriving());
        f.panel.nextPartButton()->click();
        QTRY_COMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (16)"));
        QTRY_VERIFY(!f.session.isDeriving());
        std::vector<EditSession::Intent> intents;
        for (int i = 0; i < 50; ++i)
            intents.push_back({key("later" + QByteArray::number(i)), KeyState::absent(), "1"});
        f.session.stageAll(intents);
        QTRY_VERIFY(!f.session.isDeriving());
        QVERIFY(!f.panel.commitButton()->isEnabled());
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (66)"));
    }

    void tooManyBytes()
    {
        Fixture f;
        f.session.setLimits({.operations = 128, .bytes = 10'000});
        f.insert(3, 4000);
        QVERIFY(f.panel.hint()->text().contains(QStringLiteral("Too much for one transaction, by 2")));
        f.panel.leaveOutButton()->click();
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (2)"));
        // Other limits, and all of it fits.
        f.session.setLimits({});
        f.panel.nextPartButton()->click();
        QCOMPARE(f.session.changes().size(), size_t(3));
    }

    void bytesBesideTheList()
    {
        Fixture f;
        const KeyState ann = f.put(key("ann"), R"({"name":"Ann","age":3})");
        f.session.stageValue(key("ann"), ann, R"({"name":"Anna","age":4})");
        QVERIFY(f.panel.detail()->isHidden());
        QSignalSpy room(&f.panel, &PendingPanel::roomWanted);
        f.panel.bytesButton()->click();
        QCOMPARE(room.size(), 1);
        f.panel.view()->setCurrentIndex(f.line(0));
        ByteDiffView *bytes = f.panel.detail()->bytes();
        QTRY_COMPARE(bytes->differences(), 2);
        QVERIFY2(f.panel.detail()->bytesLabel()->text().startsWith(QStringLiteral("22 → 23 bytes; 2 differ")),
                 qPrintable(f.panel.detail()->bytesLabel()->text()));
        QString all;
        for (int line = 0; line < bytes->lineCount(); ++line)
            all += bytes->lineText(line) + QLatin1Char('\n');
        QVERIFY2(all.contains(QStringLiteral("[61]")), qPrintable(all)); // the a that came
        QVERIFY2(all.contains(QStringLiteral("[..]")), qPrintable(all)); // and where it was not
        QVERIFY2(all.contains(QStringLiteral("[33]")) && all.contains(QStringLiteral("[34]")),
                 qPrintable(all));
        f.panel.bytesButton()->click();
        QVERIFY(f.panel.detail()->isHidden());
    }

    void theExactTransaction()
    {
        Fixture f;
        const KeyState ann = f.put(key("ann"), R"({"n":1})", LeaseId(7));
        f.session.stageValue(key("ann"), ann, R"({"n":2})");
        f.session.stageInsert(key("bob"), "3");
        f.panel.transactionButton()->click();
        QPlainTextEdit *text = f.panel.detail()->text();
        QTRY_VERIFY(!text->toPlainText().isEmpty());
        const QString told = text->toPlainText();
        QVERIFY2(told.contains(QStringLiteral("mod_revision = %1  users: ann  \"\\x00\\x07ann\"")
                                   .arg(ann.modRevision.value)),
                 qPrintable(told));
        QVERIFY2(told.contains(QStringLiteral("{\\x22n\\x22:2}")), qPrintable(told));
        QVERIFY2(told.contains(QStringLiteral("keeps its lease")), qPrintable(told));
        // It follows the session.
        f.session.revert({key("bob")});
        QTRY_VERIFY(!text->toPlainText().contains(QStringLiteral("bob")));

        QGuiApplication::clipboard()->clear();
        QSignalSpy said(&f.panel, &PendingPanel::messageRaised);
        f.panel.detail()->copyEtcdctlButton()->click();
        QTRY_COMPARE(said.size(), 1);
        const QString script = QGuiApplication::clipboard()->text();
        QVERIFY2(script.contains(QStringLiteral("put --ignore-lease -- \"\\x00\\x07ann\"")),
                 qPrintable(script));
        QVERIFY(script.contains(QStringLiteral("ETCDCTL_ENDPOINTS='http://db:2379'")));
        QVERIFY(script.contains(QStringLiteral("# put users: ann")));
        f.panel.detail()->copyCurlButton()->click();
        QTRY_COMPARE(said.size(), 2);
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("'http://db:2379/v3/kv/txn'")));
    }

    void undoHasNames()
    {
        MemoryEtcd etcd;
        Client client(etcd.transport());
        EditSession session(&client);
        EditUndoStack stack(&session);
        QUndoGroup group;
        group.addStack(&stack);
        group.setActiveStack(&stack);
        QAction *undo = group.createUndoAction(this, QStringLiteral("Undo"));
        QAction *redo = group.createRedoAction(this, QStringLiteral("Redo"));
        QVERIFY(!undo->isEnabled());

        session.stageInsert("a", "1", QStringLiteral("Insert a & more"));
        session.stageInsert("b", "1", QStringLiteral("Insert b"));
        QCOMPARE(undo->text(), QStringLiteral("Undo Insert b"));
        undo->trigger();
        QVERIFY(!session.find("b"));
        QCOMPARE(undo->text(), QStringLiteral("Undo Insert a && more"));
        QCOMPARE(redo->text(), QStringLiteral("Redo Insert b"));
        QCOMPARE(stack.text(0), QStringLiteral("Insert a & more"));
        // Whoever undoes, the stack follows.
        session.undo();
        QCOMPARE(stack.index(), 0);
        QVERIFY(!undo->isEnabled());
        redo->trigger();
        redo->trigger();
        QVERIFY(session.find("b"));
        QVERIFY(!redo->isEnabled());
        // A jump, as the history view makes it.
        stack.setIndex(0);
        QVERIFY(session.isEmpty());
        stack.setIndex(2);
        QCOMPARE(session.changes().size(), size_t(2));
        // Another way from the middle.
        session.undo();
        session.stageInsert("c", "1", QStringLiteral("Insert c"));
        QCOMPARE(stack.count(), 2);
        QCOMPARE(stack.index(), 2);
        QCOMPARE(undo->text(), QStringLiteral("Undo Insert c"));
        QVERIFY(!redo->isEnabled());
        // A commit ends the history.
        QSignalSpy spy(&session, &EditSession::committed);
        session.commit();
        QVERIFY(!undo->isEnabled());
        QTRY_COMPARE(spy.size(), 1);
        QTRY_COMPARE(stack.count(), 0);
        QVERIFY(!undo->isEnabled());
        session.stageInsert("d", "1", QStringLiteral("Insert d"));
        QCOMPARE(undo->text(), QStringLiteral("Undo Insert d"));
        QVERIFY(undo->isEnabled());
    }
};

QTEST_MAIN(TestReview)
#include "tst_review.moc"
