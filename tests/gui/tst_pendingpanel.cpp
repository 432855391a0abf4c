// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notation.h"
#include "tests/support/memoryetcd.h"
#include "ui/panels/pendingpanel.h"

#include <QAbstractItemModelTester>
#include <QPushButton>
#include <QTreeView>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::ui;
using slotscope::test::MemoryEtcd;

namespace {

SlotCodec jsonCodec()
{
    SlotType type;
    type.key = KeyType({KeyComponent::String});
    type.value = ValueType::Json;
    return SlotCodec(type);
}

ResolvedKey resolve(const QByteArray &)
{
    return {QStringLiteral("Users"), jsonCodec()};
}

QByteArray key(const char *name)
{
    return QByteArray("\0\x07", 2) + name;
}

QString cell(const PendingPanel &panel, int row, PendingModel::Column column)
{
    return panel.model()->index(row, column).data().toString();
}

struct Fixture
{
    MemoryEtcd etcd;
    Client client {etcd.transport()};
    EditSession session {&client};
    PendingPanel panel;
    QAbstractItemModelTester tester {panel.model(), QAbstractItemModelTester::FailureReportingMode::QtTest};

    Fixture() { panel.setSession(&session, resolve); }
    KeyState put(const QByteArray &name, const QByteArray &value)
    {
        etcd.put(name, value);
        return KeyState::of(etcd.keys().at(name));
    }
};

} // namespace

class TestPendingPanel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysNothingWithoutChanges()
    {
        PendingPanel panel;
        QCOMPARE(panel.commitButton()->isEnabled(), false);
        Fixture fixture;
        QCOMPARE(fixture.panel.model()->rowCount(), 0);
        QVERIFY(!fixture.panel.discardButton()->isEnabled());
        QVERIFY(fixture.panel.keepMineButton()->isHidden());
    }

    void listsWhatIsStaged()
    {
        Fixture f;
        const KeyState ann = f.put(key("ann"), R"({"age":3,"name":"Ann","deep":{"x":1},"old":true})");
        const KeyState bob = f.put(key("bob"), R"({"age":4})");
        f.session.stageValue(key("ann"), ann, R"({"age":4,"name":"Ann","deep":{"x":2},"new":null})");
        f.session.stageDelete({{key("bob"), bob}});
        f.session.stageInsert(key("cid"), R"({"age":5})");
        QCOMPARE(f.panel.model()->rowCount(), 3);
        QCOMPARE(cell(f.panel, 0, PendingModel::OperationColumn), QStringLiteral("update"));
        QCOMPARE(cell(f.panel, 0, PendingModel::TableColumn), QStringLiteral("Users"));
        QCOMPARE(cell(f.panel, 0, PendingModel::KeyColumn), QStringLiteral("ann"));
        QCOMPARE(cell(f.panel, 0, PendingModel::ChangeColumn),
                 QStringLiteral("age: 3 → 4, deep.x: 1 → 2, new: added null, old: removed"));
        QCOMPARE(cell(f.panel, 1, PendingModel::OperationColumn), QStringLiteral("delete"));
        QCOMPARE(cell(f.panel, 1, PendingModel::ChangeColumn), QStringLiteral("{age: 4}"));
        QCOMPARE(cell(f.panel, 2, PendingModel::OperationColumn), QStringLiteral("insert"));
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (3)"));
        QVERIFY(f.panel.commitButton()->isEnabled());

        QSignalSpy commit(&f.panel, &PendingPanel::commitRequested);
        f.panel.commitButton()->click();
        QCOMPARE(commit.count(), 1);
        QSignalSpy shown(&f.panel, &PendingPanel::showRequested);
        Q_EMIT f.panel.view()->activated(f.panel.model()->index(1, 0));
        QCOMPARE(shown.at(0).at(0).toByteArray(), key("bob"));
    }

    // Large values are compared elsewhere; meanwhile their line says how large.
    void largeChangesGetTheirWordsLater()
    {
        Fixture f;
        const QByteArray text(400'000, 'x');
        const auto value = [&text](int n) {
            return "{\"text\":\"" + text + "\",\"n\":" + QByteArray::number(n) + '}';
        };
        const KeyState large = f.put(key("large"), value(1));
        const KeyState bob = f.put(key("bob"), R"({"age":4})");
        PendingModel *model = f.panel.model();
        f.session.stageValue(key("large"), large, value(2));
        f.session.stageValue(key("bob"), bob, R"({"age":5})");
        QVERIFY(model->isBusy());
        QCOMPARE(cell(f.panel, 0, PendingModel::ChangeColumn), QStringLiteral("390.6 kB …"));
        QCOMPARE(cell(f.panel, 1, PendingModel::ChangeColumn), QStringLiteral("age: 4 → 5"));
        // Only the words of the last state count, whichever come first.
        f.session.stageValue(key("large"), large, value(3));
        QTRY_VERIFY(!model->isBusy());
        QCOMPARE(cell(f.panel, 0, PendingModel::ChangeColumn), QStringLiteral("n: 1 → 3"));
        f.session.stageValue(key("large"), large, value(4));
        f.session.undo();
        QTRY_VERIFY(!model->isBusy());
        QCOMPARE(cell(f.panel, 0, PendingModel::ChangeColumn), QStringLiteral("n: 1 → 3"));
    }

    void opensToTheFieldsThatDiffer()
    {
        Fixture f;
        const KeyState ann = f.put(key("ann"), R"({"a":3,"same":1,"tags":["x","y"],"deep":{"x":1,"y":2}})");
        const KeyState bob = f.put(key("bob"), R"({"a":1})");
        f.session.stageValue(key("ann"), ann, R"({"a":4,"same":1,"tags":["y"],"deep":{"x":1,"y":3}})");
        f.session.stageDelete({{key("bob"), bob}});
        PendingModel *model = f.panel.model();
        const QModelIndex first = model->index(0, 0);
        QVERIFY(model->hasChildren(first));
        f.panel.view()->expand(first);
        QTRY_COMPARE(model->rowCount(first), 3);
        QVERIFY(!f.panel.view()->isRowHidden(0, first));
        const auto line = [&](int row) {
            return model->index(row, PendingModel::KeyColumn, first).data().toString() + QLatin1Char(' ')
                + model->index(row, PendingModel::ChangeColumn, first).data().toString();
        };
        QCOMPARE(line(0), QStringLiteral("a 3 → 4"));
        QCOMPARE(line(1), QStringLiteral("tags[0] removed"));
        QCOMPARE(line(2), QStringLiteral("deep.y 2 → 3"));

        // It stays open and says what the change has become; also when it moves up.
        f.session.stageValue(key("ann"), ann, R"({"a":3,"same":1,"tags":["x","y"],"deep":{"x":0,"y":2}})");
        QTRY_COMPARE(model->rowCount(first), 1);
        QCOMPARE(line(0), QStringLiteral("deep.x 1 → 0"));
        const QPersistentModelIndex second = model->index(1, 0);
        f.panel.view()->expand(second);
        QTRY_COMPARE(model->rowCount(second), 1);
        f.session.revert({key("ann")});
        QCOMPARE(second.row(), 0);
        QVERIFY(f.panel.view()->isExpanded(second));
        QCOMPARE(model->index(0, PendingModel::ChangeColumn, second).data().toString(), QStringLiteral("1"));
        QCOMPARE(model->parent(model->index(0, 0, second)), QModelIndex(second));

        // A field stands for its change.
        f.panel.view()->selectionModel()->setCurrentIndex(
            model->index(0, 0, second), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        f.panel.revertButton()->click();
        QVERIFY(f.session.isEmpty());
    }

    void fieldsOfLargeChangesComeLater()
    {
        Fixture f;
        const QByteArray text(400'000, 'x');
        const KeyState large = f.put(key("large"), "{\"text\":\"" + text + "\",\"n\":1}");
        f.session.stageValue(key("large"), large, "{\"text\":\"" + text + "\",\"n\":2}");
        PendingModel *model = f.panel.model();
        const QModelIndex first = model->index(0, 0);
        f.panel.view()->expand(first);
        QTRY_VERIFY(!model->isBusy());
        QCOMPARE(model->rowCount(first), 1);
        QCOMPARE(model->index(0, PendingModel::KeyColumn, first).data().toString(), QStringLiteral("n"));
    }

    void takesChangesBack()
    {
        Fixture f;
        for (const char *name : {"a", "b", "c", "d"})
            f.session.stageInsert(key(name), "1");
        QVERIFY(!f.panel.revertButton()->isEnabled());
        QItemSelectionModel *selection = f.panel.view()->selectionModel();
        const auto row = QItemSelectionModel::Select | QItemSelectionModel::Rows;
        selection->select(f.panel.model()->index(0, 0), row);
        selection->select(f.panel.model()->index(2, 0), row);
        f.panel.revertButton()->click();
        QCOMPARE(f.session.changes().size(), size_t(2));
        QCOMPARE(cell(f.panel, 0, PendingModel::KeyColumn), QStringLiteral("b"));
        QCOMPARE(cell(f.panel, 1, PendingModel::KeyColumn), QStringLiteral("d"));
        f.session.undo();
        QCOMPARE(f.panel.model()->rowCount(), 4);
        f.panel.discardButton()->click();
        QCOMPARE(f.panel.model()->rowCount(), 0);
        QVERIFY(f.session.isEmpty());

        // The only one need not be selected.
        f.session.stageInsert(key("e"), "1");
        QVERIFY(f.panel.revertButton()->isEnabled());
        f.panel.revertButton()->click();
        QVERIFY(f.session.isEmpty());
    }

    void saysWhatIsInConflict_data()
    {
        QTest::addColumn<QByteArray>("base");
        QTest::addColumn<QByteArray>("mine");
        QTest::addColumn<QByteArray>("theirs");
        QTest::addColumn<QString>("text");
        // Nothing: absent, for mine: to be deleted.
        const QByteArray none;
        QTest::newRow("field")
            << QByteArray(R"({"a":1,"b":{"c":2}})") << QByteArray(R"({"a":5,"b":{"c":2}})")
            << QByteArray(R"({"a":1,"b":{"c":3}})")
            << QStringLiteral("changed this record: b.c: was 2 (revision 8), yours 2, now 3 (revision 12).");
        QTest::newRow("came and went")
            << QByteArray(R"({"a":1})") << QByteArray(R"({"a":5})") << QByteArray(R"({"b":null})")
            << QStringLiteral(
                   "changed this record: a: was 1 (revision 8), yours 5, now absent (revision 12); "
                   "b: was absent (revision 8), yours absent, now null (revision 12).");
        QTest::newRow("deleted there")
            << QByteArray(R"({"a":1,"b":2})") << QByteArray(R"({"a":5,"b":2})") << none
            << QStringLiteral("deleted this record: a: was 1 (revision 8), yours 5.");
        QTest::newRow("deleted here")
            << QByteArray(R"({"a":1})") << none << QByteArray(R"({"a":2})")
            << QStringLiteral(
                   "changed this record, which you delete: a: was 1 (revision 8), now 2 (revision 12).");
        QTest::newRow("deleted twice")
            << QByteArray(R"({"a":1})") << none << none << QStringLiteral("deleted this record, too.");
        QTest::newRow("added twice") << none << QByteArray(R"({"a":1})") << QByteArray(R"({"a":2})")
                                     << QStringLiteral(
                                            "added a record with this key: a: yours 1, now 2 (revision 12).");
        QTest::newRow("same again") << QByteArray(R"({"a":1})") << QByteArray(R"({"a":2})")
                                    << QByteArray(R"({"a":1})")
                                    << QStringLiteral(
                                           "changed this record, with the same content (revision 12).");
        QTest::newRow("undecodable") << QByteArray("{") << QByteArray(R"({"a":2})") << QByteArray("}")
                                     << QStringLiteral("yours {a: 2}");
    }

    void saysWhatIsInConflict()
    {
        QFETCH(QByteArray, base);
        QFETCH(QByteArray, mine);
        QFETCH(QByteArray, theirs);
        QFETCH(QString, text);
        Change change;
        change.kind = mine.isEmpty() ? Change::Kind::Delete
            : base.isEmpty()         ? Change::Kind::Insert
                                     : Change::Kind::Update;
        change.value = mine;
        if (!base.isEmpty())
            change.base = {true, base, Revision(8), {}};
        change.conflict = theirs.isEmpty() ? KeyState::absent() : KeyState {true, theirs, Revision(12), {}};
        const QString said = conflictText(jsonCodec(), change);
        QVERIFY2(said.contains(text), qPrintable(said));
    }

    void settlesConflicts()
    {
        Fixture f;
        const KeyState a = f.put(key("a"), R"({"n":1})");
        const KeyState b = f.put(key("b"), R"({"n":1})");
        f.session.stageValue(key("a"), a, R"({"n":2})");
        f.session.stageValue(key("b"), b, R"({"n":2})");
        f.put(key("a"), R"({"n":7})");
        f.put(key("b"), R"({"n":8})");
        f.session.commit();
        QTRY_VERIFY(f.session.hasConflicts());
        QTRY_VERIFY(!f.session.isCommitting());
        QCOMPARE(cell(f.panel, 0, PendingModel::OperationColumn), QStringLiteral("update, conflict"));
        QVERIFY(
            f.panel.model()->index(0, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("now 7")));
        QCOMPARE(cell(f.panel, 0, PendingModel::ChangeColumn),
                 QStringLiteral("n: 1 → 2; there now n: 1 → 7 (revision %1)")
                     .arg(f.etcd.keys().at(key("a")).modRevision.value));
        QVERIFY(!f.panel.commitButton()->isEnabled());
        QVERIFY(!f.panel.keepMineButton()->isHidden());

        // Selected by itself, and then the next one.
        QCOMPARE(f.panel.view()->currentIndex().row(), 0);
        QVERIFY(f.panel.keepMineButton()->isEnabled());
        f.panel.keepMineButton()->click();
        QVERIFY(!f.session.find(key("a"))->conflict);
        QCOMPARE(cell(f.panel, 0, PendingModel::ChangeColumn), QStringLiteral("n: 7 → 2"));
        QCOMPARE(f.panel.view()->currentIndex().row(), 1);
        f.panel.takeTheirsButton()->click();
        QVERIFY(!f.session.find(key("b")));
        QVERIFY(f.panel.commitButton()->isEnabled());
        f.session.commit();
        QTRY_COMPARE(f.etcd.keys().at(key("a")).value, QByteArray(R"({"n":2})"));
        QCOMPARE(f.etcd.keys().at(key("b")).value, QByteArray(R"({"n":8})"));
        QTRY_COMPARE(f.panel.model()->rowCount(), 0);
    }

    void whatFollowsStandsGreyedBelow()
    {
        Fixture f;
        PendingModel *model = f.panel.model();
        const KeyState ann = f.put(key("ann"), R"({"name":"Ann","age":3})");
        const KeyState entry = f.put(key("Ann"), R"("ann")");
        f.session.stageValue(key("ann"), ann, R"({"name":"Anna","age":3})");
        f.session.stageInsert(key("bob"), R"({"name":"Bob"})");
        f.session.beginDeriving();
        const DerivedChange goes {.change = {.key = key("Ann"), .kind = Change::Kind::Delete, .base = entry},
                                  .causes = {key("ann")},
                                  .index = Slot(7)};
        const DerivedChange comes {
            .change = {.key = key("Anna"), .kind = Change::Kind::Insert, .value = R"("ann")"},
            .causes = {key("ann")},
            .note = QStringLiteral("was left over"),
            .index = Slot(7)};
        f.session.takeDerived({goes, comes});
        QCOMPARE(model->rowCount(), 2);
        const QModelIndex above = model->index(0, 0);
        QVERIFY(f.panel.view()->isExpanded(above)); // not to be overlooked
        QTRY_VERIFY(!model->isBusy());
        QCOMPARE(model->rowCount(above), 3); // and the field that differs
        const auto at = [&](int line, PendingModel::Column column) {
            return model->index(line, column, above);
        };
        QCOMPARE(at(0, PendingModel::OperationColumn).data().toString(), QStringLiteral("delete"));
        QCOMPARE(at(0, PendingModel::KeyColumn).data().toString(), QStringLiteral("Ann"));
        QCOMPARE(at(1, PendingModel::OperationColumn).data().toString(), QStringLiteral("insert"));
        QCOMPARE(at(1, PendingModel::ChangeColumn).data().toString(), QStringLiteral("ann — was left over"));
        QCOMPARE(at(1, PendingModel::KeyColumn).data(PendingModel::EntryRole).toByteArray(), key("Anna"));
        const QVariant grey = at(0, PendingModel::KeyColumn).data(Qt::ForegroundRole);
        QCOMPARE(grey.value<QColor>(), theme::mutedText(QGuiApplication::palette()));
        QVERIFY(!above.data(Qt::ForegroundRole).isValid());
        QVERIFY(above.data(Qt::ToolTipRole).toString().contains(QStringLiteral("2 lines below")));
        QCOMPARE(f.panel.commitButton()->text(), QStringLiteral("&Commit (2)"));
        QVERIFY(f.panel.commitButton()->isEnabled());

        // A problem is marked, opens its line, and holds up the commit.
        DerivedChange clash = comes;
        clash.note.clear();
        clash.causes = {key("bob")};
        clash.problem = QStringLiteral("“Anna” is taken by zoe");
        f.session.beginDeriving();
        QCOMPARE(model->rowCount(above), 3); // until it is known what follows now
        f.session.takeDerived({goes, clash});
        QCOMPARE(model->rowCount(above), 2);
        const QModelIndex bob = model->index(1, 0);
        QVERIFY(f.panel.view()->isExpanded(bob));
        QVERIFY(bob.data(PendingModel::ProblemRole).toBool());
        QCOMPARE(model->index(0, PendingModel::ChangeColumn, bob).data().toString(), clash.problem);
        QVERIFY(!model->index(0, 0, bob).data(Qt::ForegroundRole).isValid());
        QVERIFY(!f.panel.commitButton()->isEnabled());
        QSignalSpy committed(&f.session, &EditSession::committed);
        f.session.commit();
        QCOMPARE(committed.size(), 1);
        QCOMPARE(committed.front().front().value<CommitReport>().outcome, CommitReport::Outcome::Refused);
        // Taken back by its own line or what is below it.
        f.panel.view()->selectionModel()->select(model->index(0, 0, bob),
                                                 QItemSelectionModel::Select | QItemSelectionModel::Rows);
        f.panel.revertButton()->click();
        QCOMPARE(model->rowCount(), 1);
        f.session.takeDerived({});
        QVERIFY(f.panel.commitButton()->isEnabled());
    }
};

QTEST_MAIN(TestPendingPanel)
#include "tst_pendingpanel.moc"
