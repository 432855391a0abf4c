// SPDX-License-Identifier: GPL-3.0-or-later
//
// Several cells and records at once, by keyboard and mouse, in a table on an etcd in memory.
#include "core/codec/cbor.h"
#include "core/value/notation.h"
#include "tests/support/memoryconnection.h"
#include "tests/support/scriptedprompts.h"
#include "ui/dialogs/renamedialog.h"
#include "ui/dialogs/replacedialog.h"
#include "ui/dialogs/rowsdialog.h"
#include "ui/dialogs/scopebox.h"
#include "ui/dialogs/setfielddialog.h"
#include "ui/panels/bulkrunner.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QCryptographicHash>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestBulkEdits : public QObject
{
    Q_OBJECT

    QTemporaryDir m_settings;
    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<Connection> m_connection;
    std::unique_ptr<RecordTab> m_tab;
    std::unique_ptr<ScriptedPrompts> m_prompts;
    QString m_message;

    static QByteArray cbor(const QByteArray &json) { return *cborCodec().encode(*fromNotation(json)); }
    static QByteArray person(int number)
    {
        return cbor("{\"name\": \"name " + QByteArray::number(number) + "\", \"age\": "
                    + QByteArray::number(20 + number) + ", \"ok\": true, \"city\": \"Erlangen\"}");
    }
    static QByteArray keyOf(int number) { return slotKey(1, uuidBytes(number)); }
    /// Random but for their order.
    static QByteArray uuidBytes(int number)
    {
        QByteArray bytes =
            QCryptographicHash::hash(QByteArray::number(number), QCryptographicHash::Sha1).first(16);
        bytes[0] = char(number);
        bytes[6] = char((bytes[6] & 0x0f) | 0x40);
        bytes[8] = char((bytes[8] & 0x3f) | 0x80);
        return bytes;
    }
    static QString uuidText(int number)
    {
        return QUuid::fromRfc4122(keyOf(number).sliced(2)).toString(QUuid::WithoutBraces);
    }
    void open(int records)
    {
        std::vector<std::pair<QByteArray, QByteArray>> all;
        for (int i = 1; i <= records; ++i)
            all.emplace_back(keyOf(i), person(i));
        m_etcd->write(all);
        m_connection = std::make_unique<Connection>(Endpoint {QUrl(QStringLiteral("http://memory:1"))},
                                                    m_etcd->transport());
        m_connection->open();
        QTRY_COMPARE(m_connection->state(), Connection::State::Online);
        QTRY_VERIFY(m_connection->directory()->isSampled());
        m_tab = std::make_unique<RecordTab>(m_connection.get(), KeyRange::slot(Slot(1)), Slot(1),
                                            QStringLiteral("users"));
        m_tab->setPrompts(m_prompts.get());
        connect(m_tab.get(), &RecordTab::messageRaised, this,
                [this](const QString &text) { m_message = text; });
        m_tab->resize(1000, 400);
        m_tab->show();
        m_tab->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_tab.get()));
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QTRY_VERIFY(m_tab->model()->shownRow(0).decoded);
        QCOMPARE(m_tab->model()->codec().type().key.name(), QStringLiteral("Uuid"));
        view()->setFocus();
    }
    RecordView *view() const { return m_tab->view(); }
    EditSession *edits() const { return m_connection->edits(); }
    int column(const char *id) const { return m_tab->model()->columnOf(QLatin1String(id)); }
    Value staged(int number) const
    {
        const Change *change = edits()->find(keyOf(number));
        return change ? *cborCodec().decode(change->value) : Value();
    }
    QByteArray field(int number, const char *name) const
    {
        const Value record = staged(number);
        const Value *value = record.find(QString::fromLatin1(name));
        return value ? toNotation(*value) : QByteArray("none");
    }
    void select(int top, const char *left, int bottom, const char *right) const
    {
        RecordModel *model = m_tab->model();
        view()->selectionModel()->setCurrentIndex(model->index(top, column(left)),
                                                  QItemSelectionModel::NoUpdate);
        view()->selectionModel()->select(
            QItemSelection(model->index(top, column(left)), model->index(bottom, column(right))),
            QItemSelectionModel::ClearAndSelect);
    }
    QLineEdit *editor() const
    {
        for (QLineEdit *line : view()->viewport()->findChildren<QLineEdit *>()) {
            if (line->isVisible())
                return line;
        }
        return nullptr;
    }
    void finishBulk() const { QTRY_VERIFY(!m_tab->bulkRunner()->isRunning()); }
    template <typename Dialog>
    Dialog *dialog() const
    {
        auto *found = m_tab->findChild<Dialog *>();
        return found && QTest::qWaitForWindowExposed(found) ? found : nullptr;
    }
    static void settle(PlanDialog *dialog) { QTRY_VERIFY(!dialog->isPlanning()); }
    static QString cellOf(PlanDialog *dialog, int row, PlanModel::Column column)
    {
        return dialog->preview()->index(row, column).data().toString();
    }
    static void click(QAbstractButton *button) { QTest::mouseClick(button, Qt::LeftButton); }

private Q_SLOTS:
    void initTestCase()
    {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    }
    void init()
    {
        QSettings().clear();
        m_message.clear();
        m_etcd = std::make_unique<MemoryEtcd>();
        m_prompts = std::make_unique<ScriptedPrompts>();
    }
    void cleanup()
    {
        m_tab.reset();
        m_connection.reset();
        m_etcd.reset();
    }

    void whatIsTypedGoesIntoAllSelectedCells()
    {
        open(10);
        select(1, "value.city", 4, "value.city");
        QTest::keyClicks(view(), QStringLiteral("X"));
        QVERIFY(editor());
        QCOMPARE(editor()->text(), QStringLiteral("X"));
        QTest::keyClicks(editor(), QStringLiteral("anten"));
        QTest::keyClick(editor(), Qt::Key_Return);
        QCoreApplication::sendPostedEvents();
        finishBulk();
        QCOMPARE(edits()->changes().size(), size_t(4));
        QCOMPARE(field(2, "city"), QByteArray("\"Xanten\""));
        QCOMPARE(field(5, "city"), QByteArray("\"Xanten\""));
        QCOMPARE(edits()->undoName(), QStringLiteral("Set users.city on 4 records"));
        edits()->undo();
        QVERIFY(edits()->isEmpty());
    }

    void cellsOfSeveralKindsTakeWhatTheyCan()
    {
        open(5);
        select(0, "value.age", 2, "value.city");
        QVERIFY(column("value.age") < column("value.city"));
        // The current cell is a number, and the row's other cells a bool and a text.
        QTest::keyClicks(view(), QStringLiteral("7"));
        QTest::keyClick(editor(), Qt::Key_Return);
        QCoreApplication::sendPostedEvents();
        finishBulk();
        QVERIFY(edits()->isEmpty());
        QVERIFY2(m_message.contains(QLatin1String("not true or false")), qPrintable(m_message));
    }

    void aRecordThatCannotTakeItIsToldAndTheOthersAreAskedFor()
    {
        open(5);
        m_etcd->put(keyOf(3), QByteArray("\xff"));
        QTRY_VERIFY(m_tab->model()->shownRow(2).decoded && m_tab->model()->shownRow(2).decoded->valueError);
        select(0, "value.age", 4, "value.age");
        QTest::keyClick(view(), Qt::Key_Delete, Qt::ControlModifier);
        QTRY_COMPARE(m_prompts->questions.size(), size_t(1));
        QVERIFY(edits()->isEmpty());
        QVERIFY(m_prompts->questions[0].detail.contains(QLatin1String("cannot be decoded")));
        QCOMPARE(m_prompts->questions[0].buttons[0].text, QStringLiteral("Change the other 4"));
    }

    void theOthersAreChangedIfTheUserSaysSo()
    {
        open(5);
        m_etcd->put(keyOf(3), QByteArray("\xff"));
        QTRY_VERIFY(m_tab->model()->shownRow(2).decoded && m_tab->model()->shownRow(2).decoded->valueError);
        m_prompts->answers = {0};
        select(0, "value.age", 4, "value.age");
        QTest::keyClick(view(), Qt::Key_Delete, Qt::ControlModifier);
        finishBulk();
        QCOMPARE(edits()->changes().size(), size_t(4));
        QCOMPARE(field(1, "age"), QByteArray("null"));
        // And the field is gone with Shift.
        m_prompts->answers = {0};
        QTest::keyClick(view(), Qt::Key_Delete, Qt::ControlModifier | Qt::ShiftModifier);
        finishBulk();
        QCOMPARE(field(1, "age"), QByteArray("none"));
        QCOMPARE(field(1, "city"), QByteArray("\"Erlangen\""));
    }

    void fillingTakesTheTopmost()
    {
        open(5);
        select(1, "value.name", 3, "value.age");
        m_tab->fillCells();
        finishBulk();
        QCOMPARE(edits()->changes().size(), size_t(2));
        QCOMPARE(field(4, "name"), QByteArray("\"name 2\""));
        QCOMPARE(field(4, "age"), QByteArray("22"));
        QCOMPARE(field(4, "ok"), QByteArray("true"));
    }

    void revertingGoesByCell()
    {
        open(5);
        select(0, "value.name", 1, "value.age");
        QTest::keyClick(view(), Qt::Key_Delete, Qt::ControlModifier);
        finishBulk();
        QCOMPARE(edits()->changes().size(), size_t(2));
        select(0, "value.name", 0, "value.name");
        m_tab->revertRecords();
        finishBulk();
        QCOMPARE(field(1, "name"), QByteArray("\"name 1\""));
        QCOMPARE(field(1, "age"), QByteArray("null"));
        // A cell that was not edited stands for its record.
        select(0, "value.city", 0, "value.city");
        m_tab->revertRecords();
        finishBulk();
        QVERIFY(!edits()->find(keyOf(1)));
        QVERIFY(edits()->find(keyOf(2)));
        m_tab->revertTable();
        QVERIFY(edits()->isEmpty());
        edits()->undo();
        QCOMPARE(field(2, "name"), QByteArray("null"));
    }

    void findAndReplaceShowsEveryHitBeforeAnythingHappens()
    {
        open(12);
        select(0, "value.name", 0, "value.name");
        m_tab->replaceInColumn();
        auto *replace = dialog<ReplaceDialog>();
        QVERIFY(replace);
        QCOMPARE(replace->columnBox()->currentText(), QStringLiteral("name"));
        QTest::keyClicks(replace->findEdit(), QStringLiteral("NAME 1"));
        QTest::keyClicks(replace->replacementEdit(), QStringLiteral("Person 1"));
        settle(replace);
        QCOMPARE(replace->preview()->rowCount(), 4); // 1, 10, 11, 12
        QCOMPARE(cellOf(replace, 1, PlanModel::Before), QStringLiteral("name 10"));
        QCOMPARE(cellOf(replace, 1, PlanModel::After), QStringLiteral("Person 10"));
        QCOMPARE(replace->summary()->text(), QStringLiteral("Found in 4 of 12 records."));
        click(replace->caseBox());
        settle(replace);
        QCOMPARE(replace->preview()->rowCount(), 0);
        QVERIFY(!replace->applyButton()->isEnabled());
        click(replace->caseBox());
        replace->modeBox()->setCurrentIndex(2);
        replace->findEdit()->selectAll();
        QTest::keyClicks(replace->findEdit(), QStringLiteral("(\\w+) (\\d)$"));
        replace->replacementEdit()->selectAll();
        QTest::keyClicks(replace->replacementEdit(), QStringLiteral("\\2-\\1"));
        settle(replace);
        QCOMPARE(replace->preview()->rowCount(), 9);
        QCOMPARE(cellOf(replace, 0, PlanModel::After), QStringLiteral("1-name"));
        // Not the first, by mouse; not the second and third, by keyboard.
        const QModelIndex first = replace->preview()->index(0, PlanModel::Record);
        const QRect cell = replace->view()->visualRect(first);
        QTest::mouseClick(replace->view()->viewport(), Qt::LeftButton, {},
                          cell.topLeft() + QPoint(12, cell.height() / 2));
        QCOMPARE(replace->preview()->checkedCount(), 8);
        replace->view()->setFocus();
        replace->view()->selectionModel()->select(
            QItemSelection(replace->preview()->index(1, 0), replace->preview()->index(2, PlanModel::After)),
            QItemSelectionModel::ClearAndSelect);
        QTest::keyClick(replace->view(), Qt::Key_Space);
        QCOMPARE(replace->preview()->checkedCount(), 6);
        QVERIFY(edits()->isEmpty());
        QCOMPARE(replace->applyButton()->text(), QStringLiteral("&Replace in 6 records"));
        click(replace->applyButton());
        QCOMPARE(edits()->changes().size(), size_t(6));
        QCOMPARE(field(4, "name"), QByteArray("\"4-name\""));
        QVERIFY(edits()->undoName().startsWith(QLatin1String("Replace")));
        QVERIFY(edits()->undoName().endsWith(QLatin1String("in users.name of 6 records")));
        QCOMPARE(m_message, QStringLiteral("6 records staged."));
    }

    void whatCannotBeReplacedIsListedWithItsReason()
    {
        open(5);
        select(0, "value.age", 0, "value.age");
        m_tab->replaceInColumn();
        auto *replace = dialog<ReplaceDialog>();
        QVERIFY(replace);
        QTest::keyClicks(replace->findEdit(), QStringLiteral("2"));
        QTest::keyClicks(replace->replacementEdit(), QStringLiteral("x"));
        settle(replace);
        QCOMPARE(replace->preview()->rowCount(), 5);
        QVERIFY(cellOf(replace, 0, PlanModel::What).contains(QLatin1String("not a whole number: x1")));
        QCOMPARE(replace->preview()->checkedCount(), 0);
        replace->findEdit()->clear();
        settle(replace);
        QTest::keyClick(replace, Qt::Key_Escape);
        QTRY_VERIFY(!m_tab->findChild<ReplaceDialog *>());
        QVERIFY(edits()->isEmpty());
    }

    void theScopeIsTheSelectionTheFilterOrAll()
    {
        open(12);
        select(0, "value.city", 2, "value.city");
        m_tab->replaceInColumn();
        auto *replace = dialog<ReplaceDialog>();
        QVERIFY(replace);
        QTest::keyClicks(replace->findEdit(), QStringLiteral("Erlangen"));
        settle(replace);
        QCOMPARE(replace->preview()->rowCount(), 3);
        replace->scopeBox()->setScope(ScopeBox::All);
        settle(replace);
        QCOMPARE(replace->preview()->rowCount(), 12);
        replace->reject();
        QTRY_VERIFY(!m_tab->findChild<ReplaceDialog *>());
        m_tab->model()->setFilter(QStringLiteral("name 1"));
        QTRY_COMPARE(m_tab->model()->rowCount(), 4);
        select(0, "value.city", 0, "value.city");
        m_tab->replaceInColumn();
        replace = dialog<ReplaceDialog>();
        QVERIFY(replace);
        QTest::keyClicks(replace->findEdit(), QStringLiteral("Erlangen"));
        settle(replace);
        QCOMPARE(replace->preview()->rowCount(), 4);
    }

    void aFieldThatIsNoColumnCanBeSet()
    {
        open(6);
        select(1, "value.name", 3, "value.name");
        m_tab->setField();
        auto *set = dialog<SetFieldDialog>();
        QVERIFY(set);
        set->fieldBox()->lineEdit()->selectAll();
        QTest::keyClicks(set->fieldBox()->lineEdit(), QStringLiteral("team"));
        QTest::keyClicks(set->valueEdit(), QStringLiteral("7"));
        settle(set);
        QCOMPARE(set->preview()->rowCount(), 3);
        QCOMPARE(cellOf(set, 0, PlanModel::Before), QStringLiteral("absent"));
        set->typeBox()->setCurrentIndex(set->typeBox()->findData(int(Value::Kind::Text)));
        settle(set);
        QTest::keyClick(set->valueEdit(), Qt::Key_Return);
        QTRY_VERIFY(!m_tab->findChild<SetFieldDialog *>());
        QCOMPARE(field(2, "team"), QByteArray("\"7\""));
        QCOMPARE(edits()->changes().size(), size_t(3));
        QCOMPARE(edits()->undoName(), QStringLiteral("Set users.team on 3 records"));
        // And removed again.
        m_tab->setField();
        set = dialog<SetFieldDialog>();
        set->fieldBox()->lineEdit()->setText(QStringLiteral("team"));
        set->typeBox()->setCurrentIndex(set->typeBox()->findData(int(SetFieldDialog::Remove)));
        set->scopeBox()->setScope(ScopeBox::All);
        settle(set);
        QCOMPARE(set->preview()->rowCount(), 3);
        click(set->applyButton());
        QVERIFY(edits()->isEmpty());
    }

    void rowsOfASpreadsheetArePastedByTheirKey()
    {
        open(3);
        const QString first = m_tab->model()->index(0, 0).data().toString();
        QGuiApplication::clipboard()->setText(
            QStringLiteral(
                "uuid\tname\tage\n%1\tAnn\t99\n00000000-0000-0000-0000-0000000000ff\tBob\t5\nx\tCy\t1\n")
                .arg(first));
        QTest::keyClick(view(), Qt::Key_V, Qt::ControlModifier);
        auto *rows = dialog<RowsDialog>();
        QVERIFY(rows);
        QTRY_VERIFY(!rows->isReading());
        settle(rows);
        QCOMPARE(rows->mapping()->topLevelItemCount(), 3);
        QCOMPARE(rows->targetBox(0)->currentText(), QStringLiteral("key: uuid"));
        QCOMPARE(rows->targetBox(2)->currentText(), QStringLiteral("age"));
        QCOMPARE(
            rows->summary()->text(),
            QStringLiteral("3 rows: 1 new, 1 updates, 0 unchanged. 1 cannot be taken; they are left out."));
        QVERIFY(cellOf(rows, 2, PlanModel::What).contains(QLatin1String("uuid: not a UUID: x")));
        QCOMPARE(cellOf(rows, 2, PlanModel::Line), QStringLiteral("4"));
        rows->showBox()->setCurrentIndex(2);
        QCOMPARE(rows->preview()->rowCount(), 1);
        QVERIFY(edits()->isEmpty());
        // Another column, chosen by hand.
        rows->targetBox(2)->setCurrentText(QStringLiteral("nowhere"));
        settle(rows);
        click(rows->applyButton());
        QCOMPARE(edits()->changes().size(), size_t(2));
        QCOMPARE(field(1, "age"), QByteArray("21"));
        QCOMPARE(field(1, "name"), QByteArray("\"Ann\""));
        QCOMPARE(edits()->undoName(), QStringLiteral("Paste 2 records into users"));
    }

    void nothingIsStagedWhenPastingIsCancelled()
    {
        open(3);
        QGuiApplication::clipboard()->setText(
            QStringLiteral("uuid,name\n00000000-0000-0000-0000-0000000000ff,Bob\n"));
        QTest::keyClick(view(), Qt::Key_V, Qt::ControlModifier);
        auto *rows = dialog<RowsDialog>();
        QVERIFY(rows);
        settle(rows);
        QTRY_COMPARE(rows->preview()->checkedCount(), 1);
        QTest::keyClick(rows, Qt::Key_Escape);
        QTRY_VERIFY(!m_tab->findChild<RowsDialog *>());
        QVERIFY(edits()->isEmpty());
        QGuiApplication::clipboard()->setText(QString());
        QTest::keyClick(view(), Qt::Key_V, Qt::ControlModifier);
        QVERIFY(!m_tab->findChild<RowsDialog *>());
        QCOMPARE(m_message, QStringLiteral("The clipboard has no text."));
    }

    void whatWasCopiedIsPastedBackUnchanged()
    {
        open(6);
        view()->selectAll();
        for (const bool json : {true, false}) {
            if (json)
                view()->copyAsJson();
            else
                view()->copyAsCsv();
            m_tab->pasteRecords();
            auto *rows = dialog<RowsDialog>();
            QVERIFY(rows);
            QTRY_VERIFY(!rows->isReading());
            settle(rows);
            QCOMPARE(rows->summary()->text(), QStringLiteral("6 rows: 0 new, 0 updates, 6 unchanged."));
            rows->reject();
            QTRY_VERIFY(!m_tab->findChild<RowsDialog *>());
        }
    }

    void aLoneCellIsPastedIntoTheSelectedOnes()
    {
        open(5);
        select(0, "value.name", 0, "value.name");
        QTest::keyClick(view(), Qt::Key_C, Qt::ControlModifier);
        select(2, "value.name", 4, "value.name");
        QTest::keyClick(view(), Qt::Key_V, Qt::ControlModifier);
        finishBulk();
        QVERIFY(!m_tab->findChild<RowsDialog *>());
        QCOMPARE(edits()->changes().size(), size_t(3));
        QCOMPARE(field(5, "name"), QByteArray("\"name 1\""));
    }

    void cellsArePastedOntoCells()
    {
        open(5);
        select(1, "value.name", 1, "value.name");
        const int at = view()->horizontalHeader()->visualIndex(column("value.name"));
        QVERIFY(view()->horizontalHeader()->logicalIndex(at + 1) == column("value.age"));
        QGuiApplication::clipboard()->setText(QStringLiteral("A\t1\nB\t2\n"));
        m_tab->pasteRecords();
        auto *rows = dialog<RowsDialog>();
        QVERIFY(rows);
        QTRY_VERIFY(!rows->isReading());
        settle(rows);
        QCOMPARE(rows->rowsBox()->currentData().toInt(), int(ImportOptions::Rows::OntoRows));
        click(rows->applyButton());
        QCOMPARE(field(2, "name"), QByteArray("\"A\""));
        QCOMPARE(field(3, "age"), QByteArray("2"));
        QCOMPARE(edits()->changes().size(), size_t(2));
    }

    void aFileOfManyRowsIsReadWithoutTheWindowWaiting()
    {
        open(3);
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("many.csv"));
        {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("uuid,name,age\n");
            for (int i = 0; i < 20'000; ++i)
                file.write(QByteArray("00000000-0000-0000-0001-")
                           + QByteArray::number(i).rightJustified(12, '0') + ",n" + QByteArray::number(i)
                           + ",1\n");
        }
        m_tab->importRecords(path);
        auto *rows = dialog<RowsDialog>();
        QVERIFY(rows);
        QVERIFY(rows->windowTitle().contains(QLatin1String("many.csv")));
        QTRY_VERIFY_WITH_TIMEOUT(!rows->isReading() && !rows->isPlanning() && rows->preview()->rowCount() > 0,
                                 60'000);
        QCOMPARE(rows->preview()->checkedCount(), 20'000);
        // More than can be staged at once: said, and the first part offered.
        QVERIFY(!rows->applyButton()->isEnabled());
        QVERIFY(rows->summary()->text().contains(QLatin1String("At most 10,000")));
        click(rows->partButton());
        QCOMPARE(rows->preview()->checkedCount(), qsizetype(MostStaged));
        QVERIFY(rows->applyButton()->isEnabled());
        rows->reject();
        QVERIFY(edits()->isEmpty());
    }

    void aFileThatIsNoTableIsTold()
    {
        open(3);
        QTemporaryDir dir;
        m_tab->importRecords(dir.filePath(QStringLiteral("none.csv")));
        auto *rows = dialog<RowsDialog>();
        QVERIFY(rows);
        QTRY_VERIFY(rows->summary()->text().contains(QLatin1String("none.csv cannot be read as records")));
        QVERIFY(!rows->applyButton()->isEnabled());
    }

    void aKeyIsTypedAndCheckedWhileTyping()
    {
        open(3);
        m_tab->insertWithKey();
        auto *key = dialog<KeyDialog>();
        QVERIFY(key);
        QVERIFY(key->okButton()->isEnabled()); // one was made up
        const QString made = key->partEdit(0)->text();
        key->partEdit(0)->selectAll();
        QTest::keyClicks(key->partEdit(0), QStringLiteral("1234"));
        QVERIFY(!key->okButton()->isEnabled());
        key->partEdit(0)->selectAll();
        QTest::keyClicks(key->partEdit(0), uuidText(2));
        QCOMPARE(key->message()->text(), QStringLiteral("There is a record with this key already."));
        QVERIFY(!key->okButton()->isEnabled());
        // The second way to make one up, from the menu.
        key->makeButton(0)->menu()->actions().at(1)->trigger();
        QVERIFY(key->okButton()->isEnabled());
        QVERIFY(key->partEdit(0)->text() != made);
        QCOMPARE(QUuid(key->partEdit(0)->text()).version(), QUuid::Time);
        key->partEdit(0)->selectAll();
        QTest::keyClicks(key->partEdit(0), uuidText(0xaa));
        QTest::keyClick(key->partEdit(0), Qt::Key_Return);
        QTRY_VERIFY(!m_tab->findChild<KeyDialog *>());
        const QByteArray expected = keyOf(0xaa);
        QVERIFY(edits()->find(expected));
        QCOMPARE(edits()->find(expected)->kind, Change::Kind::Insert);
        QCOMPARE(m_tab->model()->keyAt(view()->currentIndex().row()), expected);
    }

    void aCloneTakesTheContentUnderAnotherKey()
    {
        open(3);
        select(1, "value.name", 1, "value.name");
        m_tab->cloneWithKey();
        auto *key = dialog<KeyDialog>();
        QVERIFY(key);
        // Somebody else takes the key that is typed.
        key->partEdit(0)->selectAll();
        QTest::keyClicks(key->partEdit(0), uuidText(0xbb));
        QVERIFY(key->okButton()->isEnabled());
        const QByteArray taken = keyOf(0xbb);
        m_etcd->put(taken, person(1));
        QTRY_VERIFY(!key->okButton()->isEnabled());
        key->makeButton(0)->menu()->actions().at(0)->trigger();
        click(key->okButton());
        QCOMPARE(edits()->changes().size(), size_t(1));
        QCOMPARE(edits()->changes()[0].value, person(2));
    }

    void renamingAKeyChangesWhoReferedToIt()
    {
        // Articles that name their author in two ways, one of which not in a field.
        const auto text = [](int number) { return uuidText(number).toUtf8(); };
        const auto article = [](int number) { return slotKey(2, uuidBytes(100 + number)); };
        for (int i = 1; i <= 4; ++i)
            m_etcd->put(article(i),
                        cbor("{\"title\": \"t" + QByteArray::number(i) + "\", \"author\": \""
                             + text(i % 2 + 1) + "\"}"));
        open(3);
        select(1, "value.name", 1, "value.name");
        m_tab->renameKey();
        auto *rename = dialog<RenameDialog>();
        QVERIFY(rename);
        QTRY_VERIFY(!rename->isSearching());
        QCOMPARE(rename->references()->topLevelItemCount(), 2);
        QCOMPARE(rename->references()->topLevelItem(0)->text(2), QStringLiteral("author"));
        QVERIFY(!rename->okButton()->isEnabled()); // it is still the old key
        rename->partEdit(0)->selectAll();
        QTest::keyClicks(rename->partEdit(0), QString::fromUtf8(text(3)));
        QCOMPARE(rename->message()->text(), QStringLiteral("There is a record with this key already."));
        rename->partEdit(0)->selectAll();
        QTest::keyClicks(rename->partEdit(0), QString::fromUtf8(text(77)));
        QVERIFY(rename->okButton()->isEnabled());
        // Not the second article.
        rename->references()->topLevelItem(1)->setCheckState(0, Qt::Unchecked);
        click(rename->okButton());
        QTRY_VERIFY(!m_tab->findChild<RenameDialog *>());
        QCOMPARE(edits()->changes().size(), size_t(3));
        QCOMPARE(edits()->find(keyOf(2))->kind, Change::Kind::Delete);
        QCOMPARE(edits()->find(keyOf(77))->kind, Change::Kind::Insert);
        QCOMPARE(edits()->find(keyOf(77))->value, person(2));
        QCOMPARE(edits()->find(keyOf(77))->partner, keyOf(2));
        QCOMPARE(edits()->find(article(1))->value,
                 cbor("{\"title\": \"t1\", \"author\": \"" + text(77) + "\"}"));
        QCOMPARE(m_tab->model()->keyAt(view()->currentIndex().row()), keyOf(77));
        QVERIFY(edits()->undoName().startsWith(QLatin1String("Rename")));
        edits()->undo();
        QVERIFY(edits()->isEmpty());
    }

    void aReferenceThatIsOnlyStagedIsFoundAsWell()
    {
        open(3);
        const QString old = uuidText(2);
        QVERIFY(edits()->stageValue(keyOf(3), m_tab->model()->recordAt(2).current,
                                    cbor("{\"boss\": \"" + old.toUtf8() + "\"}")));
        QVERIFY(edits()->stageValue(keyOf(2), m_tab->model()->recordAt(1).current,
                                    cbor("{\"self\": {\"uuid\": \"" + old.toUtf8() + "\"}}")));
        select(1, "value.name", 1, "value.name");
        m_tab->renameKey();
        auto *rename = dialog<RenameDialog>();
        QVERIFY(rename);
        QTRY_VERIFY(!rename->isSearching());
        QCOMPARE(rename->references()->topLevelItemCount(), 2);
        rename->makeButton(0)->menu()->actions().at(0)->trigger();
        const QString made = rename->partEdit(0)->text();
        const QByteArray to = rename->key();
        QTest::keyClick(rename->partEdit(0), Qt::Key_Return);
        QTRY_VERIFY(!m_tab->findChild<RenameDialog *>());
        QCOMPARE(field(3, "boss"), '"' + made.toUtf8() + '"');
        QCOMPARE(edits()->find(to)->value, cbor("{\"self\": {\"uuid\": \"" + made.toUtf8() + "\"}}"));
    }
};

QTEST_MAIN(TestBulkEdits)
#include "tst_bulkedits.moc"
