// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/editsession.h"
#include "tests/support/memoryetcd.h"
#include "ui/dialogs/mergedialog.h"
#include "ui/dialogs/valuedialog.h"
#include "ui/panels/banner.h"
#include "ui/panels/pendingpanel.h"
#include "ui/views/codeeditor.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QTreeView>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::ui;
using slotscope::test::MemoryEtcd;

namespace {

SlotCodec codecOf(ValueType value)
{
    SlotType type;
    type.key = KeyType({KeyComponent::String});
    type.value = value;
    return SlotCodec(type);
}

const QByteArray Ann = QByteArray("\0\x07", 2) + "ann";

/// A session whose change of Ann somebody else has overtaken, and the dialog about it.
struct Fixture
{
    MemoryEtcd etcd;
    Client client {etcd.transport()};
    EditSession session {&client};
    ValueType type = ValueType::Json;
    QPointer<MergeDialog> dialog;

    KeyState put(const QByteArray &value)
    {
        etcd.put(Ann, value);
        return KeyState::of(etcd.keys().at(Ann));
    }
    KeyResolver resolver() const
    {
        return [value = type](const QByteArray &) {
            return ResolvedKey {QStringLiteral("Users"), codecOf(value)};
        };
    }
    void race(const QByteArray &base, const QByteArray &mine, const QByteArray &theirs)
    {
        session.stageValue(Ann, put(base), mine);
        session.noteCurrent(Ann, put(theirs));
        open();
    }
    void raceWithDeletion(const QByteArray &base, const QByteArray &mine)
    {
        session.stageValue(Ann, put(base), mine);
        const Revision gone = etcd.remove(Ann);
        EventBatch batch;
        batch.events.push_back({.type = EventType::Delete, .kv = {.key = Ann, .modRevision = gone}});
        session.observe(batch);
        open();
    }
    void open()
    {
        QVERIFY(session.hasConflicts());
        dialog = new MergeDialog(&session, resolver(), Ann);
        dialog->show();
    }
    ~Fixture() { delete dialog.data(); }

    QString cell(int row, int column) const { return dialog->model()->index(row, column).data().toString(); }
    // Field | was | mine | theirs, and the result unless that is hidden.
    QString line(int row) const
    {
        QStringList texts;
        for (int column = 0; column < MergeModel::ColumnCount; ++column) {
            if (!dialog->view()->isColumnHidden(column))
                texts << cell(row, column);
        }
        return texts.join(QStringLiteral(" | "));
    }
    void press(int key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::keyClick(dialog->view(), Qt::Key(key), modifiers);
    }
    QByteArray staged() const { return session.find(Ann) ? session.find(Ann)->value : QByteArray(); }
};

} // namespace

class TestMergeDialog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fieldByField()
    {
        Fixture f;
        f.race(R"({"name":"Ann","age":3,"town":"Bonn","mail":"a"})",
               R"({"name":"Anna","age":4,"town":"Bonn","mail":"b"})",
               R"({"name":"Anne","age":5,"town":"Köln","mail":"a","new":true})");
        QAbstractItemModelTester tester(f.dialog->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(f.dialog->model()->rowCount(), 5);
        QCOMPARE(f.line(0), QStringLiteral("name | Ann | Anna | Anne | ? mine or theirs"));
        QCOMPARE(f.line(1), QStringLiteral("age | 3 | 4 | 5 | ? mine or theirs"));
        QCOMPARE(f.line(2), QStringLiteral("town | Bonn | Bonn | Köln | Köln"));
        QCOMPARE(f.line(3), QStringLiteral("mail | a | b | a | b"));
        QCOMPARE(f.line(4), QStringLiteral("new | absent | absent | true | true"));
        QCOMPARE(f.dialog->model()->clashes(), 2);
        QVERIFY(!f.dialog->acceptButton()->isEnabled());
        QCOMPARE(f.dialog->status()->text(), QStringLiteral("2 of 2 clashes are to be decided."));

        // By keys, from one clash to the next.
        QCOMPARE(f.dialog->view()->currentIndex().row(), 0);
        f.press(Qt::Key_M);
        QCOMPARE(f.cell(0, MergeModel::ResultColumn), QStringLiteral("Anna"));
        QCOMPARE(f.dialog->view()->currentIndex().row(), 1);
        QVERIFY(!f.dialog->acceptButton()->isEnabled());
        f.press(Qt::Key_T);
        QCOMPARE(f.cell(1, MergeModel::ResultColumn), QStringLiteral("5"));
        QVERIFY(f.dialog->acceptButton()->isEnabled());
        // What one of us changed alone can be decided otherwise, too.
        f.dialog->view()->setCurrentIndex(f.dialog->model()->index(3, 0));
        f.dialog->theirsButton()->click();

        QSignalSpy settled(f.dialog.data(), &MergeDialog::settled);
        f.press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(!f.dialog);
        QCOMPARE(settled.count(), 1);
        QVERIFY(!f.session.hasConflicts());
        QCOMPARE(f.staged(), R"({"name":"Anna","age":5,"town":"Köln","mail":"a","new":true})");
        QCOMPARE(f.session.find(Ann)->base, KeyState::of(f.etcd.keys().at(Ann)));
        QVERIFY(f.session.undoName().contains(QLatin1String("Merge")));
        f.session.undo();
        QVERIFY(f.session.hasConflicts());
    }

    void allMineIsNotAllOfTheRecord()
    {
        Fixture f;
        f.race(R"({"a":1,"b":1,"c":1})", R"({"a":2,"b":2,"c":1})", R"({"a":3,"b":3,"c":3})");
        f.press(Qt::Key_T, Qt::ControlModifier);
        QCOMPARE(f.dialog->model()->undecided(), 0);
        QCOMPARE(f.cell(0, MergeModel::ResultColumn), QStringLiteral("3"));
        f.press(Qt::Key_M, Qt::ControlModifier);
        QCOMPARE(f.cell(0, MergeModel::ResultColumn), QStringLiteral("2"));
        f.dialog->acceptButton()->click();
        QCOMPARE(f.staged(), R"({"a":2,"b":2,"c":3})");
    }

    void theResultIsEdited()
    {
        Fixture f;
        f.race(R"({"a":1,"b":{"x":1}})", R"({"a":2,"b":{"x":1}})", R"({"a":3,"b":{"x":1}})");
        f.press(Qt::Key_F2);
        auto *editor = f.dialog->findChild<ValueDialog *>();
        QVERIFY(editor);
        editor->editor()->setText("17");
        editor->accept();
        QCOMPARE(f.cell(0, MergeModel::ResultColumn), QStringLiteral("17"));
        f.dialog->acceptButton()->click();
        QCOMPARE(f.staged(), R"({"a":17,"b":{"x":1}})");
    }

    void deletedThere()
    {
        for (const bool again : {true, false}) {
            Fixture f;
            f.raceWithDeletion(R"({"a":1,"b":1})", R"({"a":2,"b":1})");
            QVERIFY(f.dialog->banner()->message().contains(QLatin1String("deleted this record")));
            QCOMPARE(f.line(0), QStringLiteral("a | 1 | 2 | absent"));
            QVERIFY(f.dialog->mineButton()->isHidden()
                    && f.dialog->view()->isColumnHidden(MergeModel::ResultColumn));
            QCOMPARE(f.dialog->acceptButton()->text(), QStringLiteral("&Write it again"));
            QCOMPARE(f.dialog->letGoButton()->text(), QStringLiteral("&Let it go"));
            (again ? f.dialog->acceptButton() : f.dialog->letGoButton())->click();
            QTRY_VERIFY(!f.dialog);
            QVERIFY(!f.session.hasConflicts());
            QCOMPARE(f.session.isEmpty(), !again);
            if (again) {
                QCOMPARE(f.session.find(Ann)->kind, Change::Kind::Insert);
                QCOMPARE(f.staged(), R"({"a":2,"b":1})");
            }
        }
    }

    void deletedHere()
    {
        for (const bool stillDelete : {true, false}) {
            Fixture f;
            f.session.stageDelete({{Ann, f.put(R"({"a":1})")}});
            f.session.noteCurrent(Ann, f.put(R"({"a":2})"));
            f.open();
            QVERIFY(f.dialog->banner()->message().contains(QLatin1String("which you delete")));
            QCOMPARE(f.line(0), QStringLiteral("a | 1 | absent | 2"));
            QCOMPARE(f.dialog->acceptButton()->text(), QStringLiteral("&Delete it all the same"));
            (stillDelete ? f.dialog->acceptButton() : f.dialog->letGoButton())->click();
            QVERIFY(!f.session.hasConflicts());
            QCOMPARE(f.session.isEmpty(), !stillDelete);
            if (stillDelete) {
                QCOMPARE(f.session.find(Ann)->kind, Change::Kind::Delete);
                QCOMPARE(f.session.find(Ann)->base, KeyState::of(f.etcd.keys().at(Ann)));
            }
        }
    }

    void asAWhole()
    {
        Fixture f;
        f.race(R"({"a":1})", "{\"a\":", R"({"a":2})");
        QVERIFY(f.dialog->banner()->message().contains(QLatin1String("cannot be decoded")));
        QVERIFY(f.dialog->view()->isHidden());
        f.dialog->acceptButton()->click();
        QCOMPARE(f.staged(), "{\"a\":");
        QVERIFY(!f.session.hasConflicts());
    }

    void insertedByBoth()
    {
        Fixture f;
        f.session.stageInsert(Ann, R"({"a":1,"b":1,"mine":0})");
        f.session.noteCurrent(Ann, f.put(R"({"a":2,"b":1,"theirs":0})"));
        f.open();
        QCOMPARE(f.dialog->model()->clashes(), 3);
        f.press(Qt::Key_M, Qt::ControlModifier);
        f.dialog->acceptButton()->click();
        QCOMPARE(f.staged(), R"({"a":1,"b":1,"mine":0})");
        QCOMPARE(f.session.find(Ann)->kind, Change::Kind::Update);
    }

    // Somebody is faster again while the dialog is open.
    void overtakenAgain()
    {
        Fixture f;
        f.race(R"({"a":1,"b":1})", R"({"a":2,"b":2})", R"({"a":3,"b":3})");
        f.press(Qt::Key_M);
        QCOMPARE(f.dialog->model()->undecided(), 1);
        f.session.noteCurrent(Ann, f.put(R"({"a":3,"b":4})"));
        // What was chosen for the field that is as it was stays.
        QCOMPARE(f.cell(0, MergeModel::ResultColumn), QStringLiteral("2"));
        QCOMPARE(f.cell(1, MergeModel::TheirsColumn), QStringLiteral("4"));
        QCOMPARE(f.dialog->model()->undecided(), 1);
        QVERIFY(f.dialog->status()->text().contains(QLatin1String("changed again")));
        // Settled elsewhere: nothing is left to be asked.
        f.session.takeTheirs(Ann);
        QTRY_VERIFY(!f.dialog);
    }

    void refusesWhatCannotBeWritten()
    {
        Fixture f;
        f.type = ValueType::Oid;
        const auto oid = [](char last) { return QByteArray(7, '\0') + last; };
        f.race(oid(1), oid(2), oid(3));
        QCOMPARE(f.line(0), QStringLiteral("(all of it) | 1 | 2 | 3 | ? mine or theirs"));
        f.dialog->model()->choose(0, {MergeChoice::Take::Own, Value::integer(-1)});
        f.dialog->acceptButton()->click();
        QVERIFY(f.dialog->isVisible());
        QVERIFY2(f.dialog->status()->text().startsWith(QLatin1String("This cannot be written")),
                 qPrintable(f.dialog->status()->text()));
        QVERIFY(f.session.hasConflicts());
    }

    void largeValuesAreMergedElsewhere()
    {
        Fixture f;
        const QByteArray text(120 * 1000, 'x');
        const auto value = [&text](int a, int b) {
            return "{\"a\":" + QByteArray::number(a) + ",\"b\":" + QByteArray::number(b) + ",\"t\":\"" + text
                + "\"}";
        };
        f.race(value(1, 1), value(2, 2), value(3, 1));
        QVERIFY(f.dialog->isBusy());
        QVERIFY(!f.dialog->acceptButton()->isEnabled());
        QTRY_VERIFY(!f.dialog->isBusy());
        f.press(Qt::Key_M);
        f.dialog->acceptButton()->click();
        QVERIFY(f.dialog->isBusy());
        QTRY_VERIFY(!f.dialog);
        QCOMPARE(f.staged(), value(2, 2));
    }

    // The buttons of the panel: mine are my fields, not the record.
    void keepsMineInThePanel()
    {
        Fixture f;
        PendingPanel panel;
        panel.setSession(&f.session, f.resolver());
        f.race(R"({"a":1,"b":1,"c":1})", R"({"a":2,"b":1,"c":1})", R"({"a":3,"b":3,"c":1})");
        QSignalSpy merge(&panel, &PendingPanel::mergeRequested);
        QVERIFY(!panel.mergeButton()->isHidden() && panel.mergeButton()->isEnabled());
        panel.mergeButton()->click();
        QCOMPARE(merge.at(0).at(0).toByteArray(), Ann);
        panel.keepMineButton()->click();
        QCOMPARE(f.staged(), R"({"a":2,"b":3,"c":1})");
        QVERIFY(!f.session.hasConflicts());
        QVERIFY(panel.mergeButton()->isHidden());
    }

    void tellsOfGuards()
    {
        Fixture f;
        PendingPanel panel;
        panel.setSession(&f.session, f.resolver());
        QVERIFY(f.session.addGuard(Ann, f.put(R"({"a":1})")));
        QVERIFY(panel.guardBanner()->message().isEmpty());
        f.etcd.put(Ann, R"({"a":2})");
        f.session.recheck();
        QTRY_VERIFY(f.session.guards().front().conflict);
        QCOMPARE(panel.guardBanner()->message(),
                 QStringLiteral("A record that the commit depends on has changed meanwhile."));
        QCOMPARE(guardText(codecOf(ValueType::Json), f.session.guards().front()),
                 QStringLiteral("a: 1 → 2 (revision %1)").arg(f.etcd.revision().value));
        QSignalSpy asked(&panel, &PendingPanel::guardsRequested);
        Q_EMIT panel.guardBanner()->actionTriggered();
        QCOMPARE(asked.count(), 1);
        const KeyState now = *f.session.guards().front().conflict;
        QVERIFY(f.session.addGuard(Ann, now));
        QVERIFY(panel.guardBanner()->message().isEmpty());
    }

    // What goes together by itself is told in its line.
    void tellsOfMerges()
    {
        Fixture f;
        f.session.setMerger([](const Change &mine, const KeyState &theirs) {
            return mergedByItself(codecOf(ValueType::Json), mine, theirs);
        });
        PendingPanel panel;
        panel.setSession(&f.session, f.resolver());
        f.session.stageValue(Ann, f.put(R"({"a":1,"b":1})"), R"({"a":2,"b":1})");
        QSignalSpy merged(&f.session, &EditSession::merged);
        const KeyState theirs = f.put(R"({"a":1,"b":7})");
        f.session.noteCurrent(Ann, theirs);
        QCOMPARE(merged.count(), 1);
        QVERIFY(!f.session.hasConflicts());
        QCOMPARE(f.staged(), R"({"a":2,"b":7})");
        QCOMPARE(panel.model()->index(0, PendingModel::OperationColumn).data().toString(),
                 QStringLiteral("update, merged"));
        QCOMPARE(panel.model()->index(0, PendingModel::ChangeColumn).data().toString(),
                 QStringLiteral("a: 1 → 2; merged with revision %1").arg(theirs.modRevision.value));
    }
};

QTEST_MAIN(TestMergeDialog)
#include "tst_mergedialog.moc"
