// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/inspectorhost.h"
#include "ui/dialogs/valuedialog.h"

#include <QClipboard>
#include <QLabel>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestInspectorTree : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void copiesDiagnosticNotationOfCbor()
    {
        InspectorHost host(ValueType::Cbor);
        // {"a": [_ 1, 1.5], "when": 0("2018-02-18T01:13:00Z")}
        host.show(
            QByteArray::fromHex("a261619f01f93e00ff647768656ec074323031382d30322d31385430313a31333a30305a"),
            5);
        host.view()->setCurrentIndex({});
        host.menuAction(QStringLiteral("Copy as CBOR diagnostic notation"))->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral(R"({"a": [_ 1, 1.5], "when": 0("2018-02-18T01:13:00Z")})"));
        host.select("a");
        host.inspector.tree()->copyDiagnostic();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("[_ 1, 1.5]"));
        InspectorHost json(ValueType::Json);
        json.show("{}", 5);
        QVERIFY(!json.menuAction(QStringLiteral("Copy as CBOR diagnostic notation")));
    }

    void renamesAndEditsByKeys()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["a",{"map":[["x",1]]}],["b",2]]})");
        QVERIFY(host.activate());
        host.view()->expand(host.index("a"));
        host.select("a", ValueTreeModel::NameColumn);
        host.press(Qt::Key_F2);
        QVERIFY(host.lineEditor());
        QCOMPARE(host.lineEditor()->text(), QStringLiteral("a"));
        host.typeInto(host.lineEditor(), QStringLiteral("c"));
        QCOMPARE(host.notation(), R"({"map":[["c",{"map":[["x",1]]}],["b",2]]})");
        QCOMPARE(host.current(), QStringLiteral("c"));
        QVERIFY(host.view()->isExpanded(host.index("c")));
        host.select("c.x", ValueTreeModel::ValueColumn);
        host.press(Qt::Key_F2);
        QVERIFY(host.lineEditor());
        host.typeInto(host.lineEditor(), QStringLiteral("17"));
        QCOMPARE(host.notation(), R"({"map":[["c",{"map":[["x",17]]}],["b",2]]})");
        // What does not fit is said and changes nothing.
        host.select("b", ValueTreeModel::ValueColumn);
        host.press(Qt::Key_Return);
        host.typeInto(host.lineEditor(), QStringLiteral("two"));
        QCOMPARE(host.edits, 2);
        QVERIFY(host.inspector.editBanner()->message().contains(QStringLiteral("not a whole number")));
    }

    void addsAndRemoves()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["list",[1,2,3]],["new","x"]]})");
        QVERIFY(host.activate());
        host.view()->expand(host.index("list"));
        host.select("list[0]");
        host.press(Qt::Key_Insert);
        // A number like its neighbour, and its editor is open.
        QCOMPARE(host.notation(), R"({"map":[["list",[1,0,2,3]],["new","x"]]})");
        QCOMPARE(host.current(), QStringLiteral("list[1]"));
        QVERIFY(host.lineEditor());
        host.typeInto(host.lineEditor(), QStringLiteral("9"));
        QCOMPARE(host.notation(), R"({"map":[["list",[1,9,2,3]],["new","x"]]})");
        QVERIFY(host.view()->isExpanded(host.index("list")));

        // A new member has a key that is not there yet, to be typed over.
        host.select("new");
        QAction *bytes = host.menuAction(QStringLiteral("Insert in front/bytes"));
        QVERIFY(bytes);
        bytes->trigger();
        QCOMPARE(host.notation(), R"({"map":[["list",[1,9,2,3]],["new 2",{"hex":""}],["new","x"]]})");
        QVERIFY(host.lineEditor());
        host.typeInto(host.lineEditor(), QStringLiteral("raw"));
        QCOMPARE(host.current(), QStringLiteral("raw"));
        QVERIFY(host.view()->isExpanded(host.index("list")));

        host.select("list");
        host.menuAction(QStringLiteral("Add inside/true or false"))->trigger();
        QCOMPARE(host.current(), QStringLiteral("list[4]"));

        host.select("list[1]");
        host.press(Qt::Key_Delete);
        QCOMPARE(host.notation(), R"({"map":[["list",[1,2,3,false]],["raw",{"hex":""}],["new","x"]]})");
        QCOMPARE(host.current(), QStringLiteral("list[1]"));
        host.select("raw");
        host.press(Qt::Key_Delete);
        QCOMPARE(host.current(), QStringLiteral("new"));

        // Into an empty value there is no node to start from.
        host.showNotation(R"({"map":[]})");
        host.view()->setCurrentIndex({});
        host.menuAction(QStringLiteral("Add/whole number"))->trigger();
        QCOMPARE(host.notation(), R"({"map":[["new",0]]})");
    }

    void reorders()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["a",[[1],[2],[3]]],["a",5],[7,null]]})");
        QVERIFY(host.activate());
        host.view()->expand(host.index("a"));
        host.view()->expand(host.index("a[0]"));
        host.select("a[0]");
        host.press(Qt::Key_Down, Qt::AltModifier);
        host.press(Qt::Key_Down, Qt::AltModifier);
        host.press(Qt::Key_Down, Qt::AltModifier); // the end of its way
        QCOMPARE(host.notation(), R"({"map":[["a",[[2],[3],[1]]],["a",5],[7,null]]})");
        QCOMPARE(host.current(), QStringLiteral("a[2]"));
        QVERIFY(host.view()->isExpanded(host.index("a[2]")));
        QVERIFY(!host.view()->isExpanded(host.index("a[0]")));
        host.press(Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(host.notation(), R"({"map":[["a",[[2],[1],[3]]],["a",5],[7,null]]})");
        QCOMPARE(host.edits, 3);
        host.select("[{7}]");
        host.press(Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(host.notation(), R"({"map":[["a",[[2],[1],[3]]],[7,null],["a",5]]})");
        QCOMPARE(host.current(), QStringLiteral("[{7}]"));
        QVERIFY(host.view()->isExpanded(host.index("a")));
    }

    void changesTypes()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["age","42"],["tags",["a","b"]]]})");
        host.select("age");
        host.menuAction(QStringLiteral("Change type to/whole number"))->trigger();
        QCOMPARE(host.notation(), R"({"map":[["age",42],["tags",["a","b"]]]})");
        host.select("tags");
        host.menuAction(QStringLiteral("Change type to/set"))->trigger();
        QCOMPARE(host.notation(), R"({"map":[["age",42],["tags",{"set":["a","b"]}]]})");
        // What cannot be is offered as such, with the reason.
        QAction *number = host.menuAction(QStringLiteral("Change type to/whole number"));
        QVERIFY(number && !number->isEnabled() && !number->toolTip().isEmpty());
    }

    void offersWhatTheTypeHolds()
    {
        InspectorHost json(ValueType::Json);
        json.show(R"({"a":1})", 5);
        json.select("a");
        const QStringList kinds = json.menuTitles(QStringLiteral("Insert behind"));
        QVERIFY2(!kinds.contains(QStringLiteral("bytes")) && kinds.contains(QStringLiteral("map"))
                     && !kinds.contains(QStringLiteral("UUID")),
                 qPrintable(kinds.join(QLatin1Char(','))));
        InspectorHost strings(ValueType::StringSet);
        strings.showNotation(R"({"set":["a","b"]})");
        strings.select("[0]");
        const QStringList ofSet = strings.menuTitles(QStringLiteral("Insert behind"));
        QVERIFY2(ofSet.contains(QStringLiteral("text")) && !ofSet.contains(QStringLiteral("whole number")),
                 qPrintable(ofSet.join(QLatin1Char(','))));
        InspectorHost oid(ValueType::Oid);
        oid.showNotation("7");
        QVERIFY(oid.menuTitles(QStringLiteral("Change type of the whole value to")).isEmpty());
    }

    void copiesAndPastes()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["a",{"tuple":[{"hex":"00ff"}]}],["b",1.5],["c",7]]})");
        QVERIFY(host.activate());
        host.select("a");
        host.press(Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral(R"([{"hex":"00ff"}])"));
        host.select("c");
        host.press(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(host.notation(),
                 R"({"map":[["a",[{"hex":"00ff"}]],["b",{"float":"1.5"}],["c",[{"hex":"00ff"}]]]})");
        host.press(Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(host.current(), QStringLiteral("new"));
        host.select("b");
        host.menuAction(QStringLiteral("Copy path"))->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("b"));
        host.menuAction(QStringLiteral("Copy as notation"))->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral(R"({"float":"1.5"})"));
        // From another program: as what is there, else as what it is.
        QGuiApplication::clipboard()->setText(QStringLiteral("2.25"));
        host.press(Qt::Key_V, Qt::ControlModifier);
        QVERIFY(host.notation().contains(R"(["b",{"float":"2.25"}])"));
        QGuiApplication::clipboard()->setText(QStringLiteral("plain words"));
        host.press(Qt::Key_V, Qt::ControlModifier);
        QVERIFY(host.notation().contains(R"(["b","plain words"])"));
    }

    void editsLongTextsInAWindow()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["note","one\r\ntwo"],["n",1]]})");
        QVERIFY(host.activate());
        host.select("note", ValueTreeModel::ValueColumn);
        host.press(Qt::Key_F2);
        QVERIFY(!host.lineEditor());
        QTRY_VERIFY(host.inspector.findChild<ValueDialog *>());
        auto *dialog = host.inspector.findChild<ValueDialog *>();
        QVERIFY(QTest::qWaitForWindowActive(dialog));
        QCOMPARE(dialog->editor()->text(), QByteArray("one\r\ntwo"));
        dialog->editor()->select(8, 0);
        QTest::keyClicks(dialog->editor()->area(), QStringLiteral("!"));
        QTest::keyClick(dialog->editor()->area(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(host.notation(), R"({"map":[["note","one\r\ntwo!"],["n",1]]})");
        QTRY_VERIFY(!host.inspector.isEditing());
        // What does not fit keeps the window open.
        QVERIFY(host.activate());
        host.select("n");
        host.press(Qt::Key_Return, Qt::ShiftModifier);
        dialog = host.inspector.findChild<ValueDialog *>();
        QVERIFY(dialog);
        dialog->editor()->setText("many");
        dialog->accept();
        QVERIFY(dialog->isVisible());
        QVERIFY(dialog->message()->text().contains(QStringLiteral("not a whole number")));
        dialog->reject();
        QCOMPARE(host.edits, 1);
    }

    void marksBytesInStep()
    {
        InspectorHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["name","Ann"],["age",{"map":[["years",7]]}]]})");
        QVERIFY(host.activate());
        host.inspector.setBytesBelow(true);
        HexView *hex = host.inspector.valueHex();
        QVERIFY(hex->isVisible());
        host.select("name");
        QCOMPARE(hex->highlightOffset(), qint64(host.value().indexOf("cAnn")));
        // Hovering marks another node, leaving marks the current one again.
        host.view()->expandAll();
        QTest::mouseMove(host.view()->viewport(), host.view()->visualRect(host.index("age.years")).center());
        Q_EMIT host.view()->entered(host.index("age.years"));
        QCOMPARE(hex->highlightLength(), 1);
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(host.view()->viewport(), &leave);
        QCOMPARE(hex->highlightOffset(), qint64(host.value().indexOf("cAnn")));
        // The byte under the cursor leads to its node.
        hex->setFocus();
        QTest::keyClick(hex, Qt::Key_End, Qt::ControlModifier);
        QTest::keyClick(hex, Qt::Key_Left);
        QCOMPARE(host.current(), QStringLiteral("age.years"));
        QCOMPARE(hex->cursor(), host.value().size() - 1);
        host.inspector.setBytesBelow(false);
        QCOMPARE(host.inspector.tabs()->count(), 3);
    }

    void readOnlyOffersTheBytes()
    {
        InspectorHost host(ValueType::Pickle);
        // os.system("x"), which is shown and not called.
        host.show(QByteArray("cos\nsystem\n(Vx\ntR."), 5);
        QVERIFY(host.inspector.readOnlyBanner()->message().startsWith(
            QStringLiteral("Only the bytes of this value can be edited")));
        host.view()->setCurrentIndex(host.inspector.treeModel()->index(0, 0));
        QVERIFY(!host.menuAction(QStringLiteral("Remove"))->isEnabled());
        QVERIFY(host.editor()->isReadOnly());
        Q_EMIT host.inspector.readOnlyBanner()->actionTriggered();
        QCOMPARE(host.inspector.tabs()->currentIndex(), int(Inspector::HexTab));
        QVERIFY(host.inspector.valueHex()->isEditable());

        host.readOnlyReason = QStringLiteral("the connection is read-only");
        host.show(host.shownKey);
        QVERIFY(!host.inspector.valueHex()->isEditable());
    }
};

QTEST_MAIN(TestInspectorTree)
#include "tst_inspectortree.moc"
