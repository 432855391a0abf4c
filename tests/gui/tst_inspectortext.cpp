// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/inspectorhost.h"

#include <QComboBox>
#include <QLabel>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestInspectorText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void stagesWhatIsTyped()
    {
        InspectorHost host(ValueType::Cbor);
        // A length that is longer than need be, and a float of 16 bits: not touched, they stay.
        host.show(QByteArray::fromHex("a3 6161 780178 6162 f93e00 6163 01"), 5);
        QVERIFY(host.activate());
        QVERIFY(host.typeOver("\"c\": 1", QStringLiteral("\"c\": 25")));
        QCOMPARE(host.edits, 0);
        QTRY_COMPARE(host.edits, 1); // a moment after the last key
        QCOMPARE(host.value().toHex(), QByteArray("a3616178017861 62f93e006163 1819").replace(" ", ""));
        // What was typed is not laid out anew under the hands.
        QVERIFY(host.typeOver("25", QStringLiteral("  26")));
        host.submit();
        QCOMPARE(host.edits, 2);
        QVERIFY(host.text().contains(QStringLiteral("\"c\":   26")));
        QCOMPARE(host.inspector.treeModel()->value(), *fromNotation(R"({"a":"x","b":1.5,"c":26})"));
        // Leaving the pane takes it, too.
        QVERIFY(host.typeOver("26", QStringLiteral("27")));
        host.view()->setFocus();
        host.inspector.keyHex()->setFocus();
        QTRY_COMPARE(host.edits, 3);
        // An edit elsewhere shows in the text.
        host.inspector.tabs()->setCurrentIndex(Inspector::TreeTab);
        QVERIFY(host.inspector.treeModel()->setData(host.index("c", ValueTreeModel::ValueColumn),
                                                    QStringLiteral("28")));
        QVERIFY(host.text().contains(QStringLiteral("\"c\": 28")));
    }

    void wrongTextDestroysNothing()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["a",1],["b",2]]})", 6);
        const QByteArray other = host.value();
        host.showNotation(R"({"map":[["a",1],["b",2]]})", 5);
        const QByteArray before = host.value();
        QVERIFY(host.activate());
        QVERIFY(host.typeOver("2", QStringLiteral("2, oops")));
        host.submit();
        QCOMPARE(host.edits, 0);
        TextPane *pane = host.inspector.textPane();
        QVERIFY(!pane->errorBanner()->isHidden());
        QVERIFY2(pane->errorBanner()->message().startsWith(QStringLiteral("Line 3, column 11:")),
                 qPrintable(pane->errorBanner()->message()));
        QCOMPARE(host.editor()->errorOffset(), qint64(host.editor()->text().indexOf("oops")));
        QCOMPARE(host.inspector.wrongTexts(), 1);
        bool fine = true;
        host.inspector.finishEditing([&fine](bool result) { fine = result; });
        QVERIFY(!fine);

        // Another record, and back: the text is there again.
        const QString typed = host.text();
        host.show(InspectorHost::keyOf(6));
        QVERIFY(host.text() != typed);
        QVERIFY(!host.inspector.keptBanner()->isHidden());
        QVERIFY(pane->errorBanner()->isHidden());
        QSignalSpy wanted(&host.inspector, &Inspector::keyWanted);
        Q_EMIT host.inspector.keptBanner()->actionTriggered();
        QCOMPARE(wanted.first().first().toByteArray(), InspectorHost::keyOf(5));
        host.show(InspectorHost::keyOf(5));
        QCOMPARE(host.text(), typed);
        QVERIFY(host.inspector.keptBanner()->isHidden());
        QVERIFY(!pane->errorBanner()->isHidden());
        QCOMPARE(host.stored.value(InspectorHost::keyOf(5)), before);
        QCOMPARE(host.stored.value(InspectorHost::keyOf(6)), other);

        // Somebody else changes the value: the text stays until it is given up.
        host.showNotation(R"({"map":[["a",3]]})", 5);
        QCOMPARE(host.text(), typed);
        QVERIFY(!pane->overtakenBanner()->isHidden());
        Q_EMIT pane->overtakenBanner()->actionTriggered();
        QVERIFY(host.text().contains(QStringLiteral("\"a\": 3")));
        QVERIFY(pane->errorBanner()->isHidden());
        QCOMPARE(host.inspector.wrongTexts(), 0);
    }

    void mendedTextIsStaged()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["a",1]]})");
        QVERIFY(host.activate());
        QVERIFY(host.typeOver("1", QStringLiteral("x")));
        host.submit();
        QCOMPARE(host.edits, 0);
        QVERIFY(host.typeOver("x", QStringLiteral("12")));
        host.submit();
        QCOMPARE(host.notation(), R"({"map":[["a",12]]})");
        QVERIFY(host.inspector.textPane()->errorBanner()->isHidden());
        QCOMPARE(host.editor()->errorOffset(), -1);
        // A value that is right as a text, but not for its type.
        InspectorHost oid(ValueType::Oid);
        oid.showNotation("7");
        QVERIFY(oid.activate());
        QVERIFY(oid.typeOver("7", QStringLiteral("\"x\"")));
        oid.submit();
        QCOMPARE(oid.edits, 0);
        QVERIFY(!oid.inspector.textPane()->errorBanner()->isHidden());
        // Left with something right that is not staged yet: staged then.
        QVERIFY(host.typeOver("12", QStringLiteral("13")));
        host.showNotation(R"({"map":[["b",1]]})", 9);
        host.show(InspectorHost::keyOf(5));
        QCOMPARE(host.notation(), R"({"map":[["a",13]]})");
    }

    void jsonIsStoredAsTyped()
    {
        InspectorHost host(ValueType::Json);
        host.show("{\n\t\"a\" : 1.00,\r\n\t\"b\":[1 ,2]}\n", 5);
        QVERIFY(host.activate());
        QComboBox *choice = host.inspector.textPane()->formChoice();
        QCOMPARE(host.editor()->text(), host.value());
        QCOMPARE(choice->currentText(), QStringLiteral("JSON as stored"));
        QVERIFY(host.typeOver("1.00", QStringLiteral("1.0e1")));
        host.submit();
        QCOMPARE(host.value(), QByteArray("{\n\t\"a\" : 1.0e1,\r\n\t\"b\":[1 ,2]}\n"));
        // Laid out, everything else stays as it is stored.
        choice->setCurrentIndex(1);
        Q_EMIT choice->activated(1);
        QCOMPARE(host.text(), QStringLiteral("{\n  \"a\": 1.0e1,\n  \"b\": [\n    1,\n    2\n  ]\n}"));
        QVERIFY(host.typeOver("1.0e1", QStringLiteral("10.000")));
        host.submit();
        QCOMPARE(host.value(), QByteArray("{\n\t\"a\" : 10.000,\r\n\t\"b\":[1 ,2]}\n"));
        // What is no JSON can be mended as text.
        host.show(R"({"a":1,})", 6);
        QVERIFY(!host.inspector.errorBanner()->isHidden());
        QVERIFY(host.typeOver(",}", QStringLiteral("}")));
        host.submit();
        QCOMPARE(host.value(), QByteArray(R"({"a":1})"));
        QVERIFY(host.inspector.errorBanner()->isHidden());
    }

    void textsStayToTheByte()
    {
        InspectorHost host(ValueType::String);
        const QByteArray text("one\r\ntwo\n\0three\ttab \xc3\xa9\r", 24);
        host.show(text, 5);
        QVERIFY(host.activate());
        QCOMPARE(host.editor()->language(), CodeEditor::Language::Plain);
        QCOMPARE(host.editor()->text(), text);
        QVERIFY(host.typeOver("two", QStringLiteral("2")));
        host.submit();
        QCOMPARE(host.value(), QByteArray(text).replace("two", "2"));
    }

    void compressedValues()
    {
        InspectorHost host(ValueType::Json, Compression::Zlib);
        host.show(host.codec().compressed(R"({"a":1})").value(), 5);
        QVERIFY(host.activate());
        QVERIFY(host.typeOver("1", QStringLiteral("22")));
        host.submit();
        QCOMPARE(host.codec().decompressed(host.value()).value(), QByteArray(R"({"a":22})"));
    }

    void findsText()
    {
        InspectorHost host(ValueType::String);
        host.show("Needle and needle,\nno thread", 5);
        host.inspector.tabs()->setCurrentIndex(Inspector::TextTab);
        QVERIFY(host.activate());
        host.editor()->setFocus();
        TextPane *pane = host.inspector.textPane();
        QTest::keyClick(host.editor()->area(), Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(pane->findLine()->hasFocus());
        QTest::keyClicks(pane->findLine(), QStringLiteral("needle"));
        QCOMPARE(pane->findResult()->text(), QStringLiteral("1 of 2"));
        QCOMPARE(host.editor()->selectedText(), QByteArray("Needle"));
        QTest::keyClick(pane->findLine(), Qt::Key_Return);
        QCOMPARE(host.editor()->selectionStart(), 11);
        QCOMPARE(pane->findResult()->text(), QStringLiteral("2 of 2"));
        QTest::keyClick(pane->findLine(), Qt::Key_Return); // around the end
        QCOMPARE(host.editor()->selectionStart(), 0);
        QTest::keyClick(pane->findLine(), Qt::Key_F3, Qt::ShiftModifier);
        QCOMPARE(host.editor()->selectionStart(), 11);
        QTest::keyClicks(pane->findLine(), QStringLiteral("x"));
        QCOMPARE(pane->findResult()->text(), QStringLiteral("not found"));
        QTest::keyClick(pane->findLine(), Qt::Key_Escape);
        QVERIFY(!pane->findLine()->isVisible());
    }

    void foldsAndMarks()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["a",{"map":[["x",1],["y",2]]}],["b",3]]})");
        QVERIFY(host.activate());
        host.select("a.y");
        host.inspector.tabs()->setCurrentIndex(Inspector::TextTab);
        QCOMPARE(host.editor()->markOffset(), qint64(host.editor()->text().indexOf("2")));
        QCOMPARE(host.editor()->markLength(), 1);
        host.editor()->foldAll(true);
        QVERIFY(host.editor()->isLineFolded(1));
        host.editor()->foldAll(false);
        QVERIFY(!host.editor()->isLineFolded(2));
        // A newer state leaves the place alone: the caret is where it was.
        const qint64 caret = host.editor()->text().indexOf("\"b\"");
        host.editor()->select(caret, 0);
        host.showNotation(R"({"map":[["a",{"map":[["x",1],["y",2]]}],["b",44]]})", 5);
        QVERIFY(host.text().contains(QStringLiteral("44")));
        QCOMPARE(host.editor()->cursor(), caret);
    }

    void refusedEditsStay()
    {
        Inspector inspector;
        InspectedRecord record;
        record.codec = SlotCodec(SlotType {.value = ValueType::String});
        record.record.key = InspectorHost::keyOf(5);
        record.record.value = "text";
        inspector.setRecord(record);
        QObject::connect(&inspector, &Inspector::valueEdited, &inspector,
                         [&inspector](const QByteArray &key) {
                             inspector.refuseEdit(key, QStringLiteral("a commit is on its way"));
                         });
        CodeEditor *editor = inspector.textPane()->editor();
        QTest::keyClicks(editor->area(), QStringLiteral("my "));
        QTest::keyClick(editor->area(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(editor->text(), QByteArray("my text"));
        QVERIFY(inspector.textPane()->errorBanner()->message().contains(
            QStringLiteral("a commit is on its way")));
        inspector.setRecord(record);
        QCOMPARE(editor->text(), QByteArray("my text"));
        QCOMPARE(inspector.wrongTexts(), 1);
    }
};

QTEST_MAIN(TestInspectorText)
#include "tst_inspectortext.moc"
