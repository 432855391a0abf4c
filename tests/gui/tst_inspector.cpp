// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatschema.h"
#include "core/value/notation.h"
#include "ui/models/prettytext.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/banner.h"
#include "ui/panels/inspector.h"
#include "ui/panels/inspectorheader.h"
#include "ui/panels/textpane.h"
#include "ui/views/codeeditor.h"
#include "ui/views/hexview.h"

#include <QLabel>
#include <QTabWidget>
#include <QTreeView>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::ui;

namespace {

SlotCodec codecFor(ValueType type)
{
    SlotType slotType;
    slotType.key = KeyType({KeyComponent::Oid});
    slotType.value = type;
    slotType.source = TypeSource::Inferred;
    slotType.confidence = 0.9;
    return SlotCodec(slotType);
}

QByteArray key(quint8 oid)
{
    QByteArray bytes("\0\x07\0\0\0\0\0\0\0", 9);
    return bytes + char(oid);
}

QByteArray cbor(const QByteArray &notation)
{
    const auto value = fromNotation(notation);
    const auto bytes = codecFor(ValueType::Cbor).encodeValue(*value);
    return bytes ? *bytes : QByteArray();
}

InspectedRecord record(ValueType type, const QByteArray &value, quint8 oid = 5)
{
    InspectedRecord record;
    record.table = QStringLiteral("Users");
    record.codec = codecFor(type);
    record.record.key = key(oid);
    record.record.value = value;
    record.record.createRevision = Revision(3);
    record.record.modRevision = Revision(8);
    record.record.version = 2;
    return record;
}

} // namespace

class TestInspector : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void showsARecord()
    {
        Inspector inspector;
        InspectedRecord users = record(ValueType::Cbor, cbor(R"({"name":"Ann","born":{"year":2000}})"));
        users.record.lease = LeaseId(0x1234);
        inspector.setRecord(users);
        QCOMPARE(inspector.header()->title(), QStringLiteral("Users"));
        QCOMPARE(inspector.header()->fact(QStringLiteral("oid")), QStringLiteral("5"));
        QCOMPARE(inspector.header()->fact(QStringLiteral("Revisions")),
                 QStringLiteral("created 3, modified 8, version 2"));
        QCOMPARE(inspector.header()->fact(QStringLiteral("Lease")), QStringLiteral("1234"));
        QVERIFY(inspector.header()->fact(QStringLiteral("Type")).contains(QStringLiteral("inferred 90 %")));
        QCOMPARE(inspector.treeModel()->rowCount(), 2);
        const QString shown = QString::fromUtf8(inspector.textPane()->editor()->text());
        QVERIFY2(shown.contains(QStringLiteral("\"year\": 2000")), qPrintable(shown));
        QCOMPARE(inspector.keyHex()->data(), key(5));
        QCOMPARE(inspector.valueHex()->data(), users.record.value);
        QVERIFY(inspector.stateBanner()->isHidden());
        QVERIFY(inspector.errorBanner()->isHidden());
        QVERIFY(inspector.readOnlyBanner()->isHidden());
    }

    void highlightsTheBytesOfANode()
    {
        Inspector inspector;
        const QByteArray bytes = cbor(R"({"name":"Ann","age":7})");
        inspector.setRecord(record(ValueType::Cbor, bytes));
        const ValuePath name = ValuePath::fields({QStringLiteral("name")});
        inspector.treeView()->setCurrentIndex(inspector.treeModel()->indexOf(name));
        QCOMPARE(inspector.valueHex()->highlightOffset(), qint64(bytes.indexOf("cAnn")));
        QCOMPARE(inspector.valueHex()->highlightLength(), 4);
        // Another record of the table: the same field stays selected.
        const QByteArray other = cbor(R"({"id":1,"name":"Barbara"})");
        inspector.setRecord(record(ValueType::Cbor, other, 6));
        QCOMPARE(inspector.treeModel()->path(inspector.treeView()->currentIndex()), name);
        QCOMPARE(inspector.valueHex()->highlightOffset(), qint64(other.indexOf("gBarbara")));
        QCOMPARE(inspector.valueHex()->highlightLength(), 8);
        // JSON, too, and with blanks.
        const QByteArray json = R"({ "id": 1, "name" : "Cid" })";
        inspector.setRecord(record(ValueType::Json, json, 7));
        QCOMPARE(inspector.treeModel()->path(inspector.treeView()->currentIndex()), name);
        QCOMPARE(inspector.valueHex()->highlightOffset(), qint64(json.indexOf("\"Cid\"")));
        QCOMPARE(inspector.valueHex()->highlightLength(), 5);
    }

    void handsEditsOn()
    {
        Inspector inspector;
        QSignalSpy edited(&inspector, &Inspector::valueEdited);
        inspector.setRecord(record(ValueType::Cbor, cbor(R"({"name":"Ann","age":7})")));
        ValueTreeModel *model = inspector.treeModel();
        const QModelIndex age =
            model->indexOf(ValuePath::fields({QStringLiteral("age")}), ValueTreeModel::ValueColumn);
        QVERIFY(model->setData(age, QStringLiteral("8")));
        QCOMPARE(edited.count(), 1);
        QCOMPARE(edited.first().at(0).toByteArray(), key(5));
        QCOMPARE(edited.first().at(1).toByteArray(), cbor(R"({"name":"Ann","age":8})"));
        QVERIFY(!model->setData(age, QStringLiteral("eight")));
        QCOMPARE(edited.count(), 1);

        InspectedRecord locked = record(ValueType::Cbor, cbor(R"({"name":"Ann","age":7})"));
        locked.readOnlyReason = QStringLiteral("the connection is read-only");
        inspector.setRecord(locked);
        QVERIFY(inspector.readOnlyBanner()->message().contains(locked.readOnlyReason));
        QVERIFY(!model->setData(age, QStringLiteral("8")));
    }

    void whatWouldBeLostIsSaidAndMayBeStagedAnyway()
    {
        const auto schemaOf = [](const char *text) {
            return *FlatSchema::fromText(text, QStringLiteral("test.fbs"));
        };
        SlotType type;
        type.key = KeyType({KeyComponent::Oid});
        type.value = ValueType::FlatBuffers;
        type.flatBuffers.schema = schemaOf("table T { a:int; b:string; c:[int]; } root_type T;");
        const SlotCodec newer(type);
        InspectedRecord shown = record(
            ValueType::Cbor, *newer.encodeValue(*newer.valueFromNotation(R"({"a": 1, "b": "x", "c": [1]})")));
        type.flatBuffers.schema = schemaOf("table T { a:int; } root_type T; file_identifier \"ABCD\";");
        shown.codec = SlotCodec(type);

        Inspector inspector;
        QSignalSpy wanted(&inspector, &Inspector::leniencyWanted);
        const auto link = [&inspector] {
            QStringList texts;
            for (const QLabel *label : inspector.readOnlyBanner()->findChildren<QLabel *>())
                texts += label->text();
            return texts.join(u' ');
        };
        const ValuePath a = ValuePath::fields({QStringLiteral("a")});
        const auto mayEdit = [&inspector, &a] {
            const auto index = inspector.treeModel()->indexOf(a, ValueTreeModel::ValueColumn);
            return index.isValid() && (index.flags() & Qt::ItemIsEditable);
        };
        inspector.setRecord(shown);
        QVERIFY(!mayEdit());
        QVERIFY2(link().contains(QStringLiteral("Edit anyway (drops 2 unknown fields)")), qPrintable(link()));
        Q_EMIT inspector.readOnlyBanner()->actionTriggered();
        QCOMPARE(wanted.takeFirst(), QVariantList({true, true}));

        // One of both is not enough.
        type.flatBuffers.dropUnknownFields = true;
        shown.codec = SlotCodec(type);
        inspector.setRecord(shown);
        QVERIFY(!mayEdit());
        type.flatBuffers.anyIdentifier = true;
        shown.codec = SlotCodec(type);
        inspector.setRecord(shown);
        QVERIFY(mayEdit());
        QVERIFY2(link().contains(QStringLiteral("2 unknown fields")), qPrintable(link()));
        Q_EMIT inspector.readOnlyBanner()->actionTriggered();
        QCOMPARE(wanted.takeLast(), QVariantList({false, false}));

        // Only the identifier is another one.
        type.flatBuffers.schema =
            schemaOf("table T { a:int; b:string; c:[int]; } root_type T; file_identifier \"ABCD\";");
        type.flatBuffers.anyIdentifier = false;
        shown.codec = SlotCodec(type);
        inspector.setRecord(shown);
        QVERIFY(!mayEdit());
        QVERIFY2(link().contains(QStringLiteral("ABCD")) && link().contains(QStringLiteral("Edit anyway")),
                 qPrintable(link()));
        Q_EMIT inspector.readOnlyBanner()->actionTriggered();
        QCOMPARE(wanted.takeLast(), QVariantList({true, true}));
    }

    void tellsTheState_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("conflict");
        QTest::addColumn<QString>("words");
        QTest::newRow("update") << int(Change::Kind::Update) << false << QStringLiteral("age: 7 → 8");
        QTest::newRow("insert") << int(Change::Kind::Insert) << false << QStringLiteral("New");
        QTest::newRow("delete") << int(Change::Kind::Delete) << false << QStringLiteral("deleted");
        QTest::newRow("conflict") << int(Change::Kind::Update) << true
                                  << QStringLiteral("age: was 7 (revision 8), yours 8, now 9 (revision 12)");
    }

    void tellsTheState()
    {
        QFETCH(int, kind);
        QFETCH(bool, conflict);
        QFETCH(QString, words);
        InspectedRecord staged = record(ValueType::Cbor, cbor(R"({"age":7})"));
        Change change;
        change.key = staged.record.key;
        change.kind = static_cast<Change::Kind>(kind);
        change.value = change.kind == Change::Kind::Delete ? QByteArray() : cbor(R"({"age":8})");
        change.base = KeyState::of(staged.record);
        if (conflict)
            change.conflict = KeyState {true, cbor(R"({"age":9})"), Revision(12), {}};
        staged.change = change;
        Inspector inspector;
        inspector.setRecord(staged);
        QVERIFY2(inspector.stateBanner()->message().contains(words),
                 qPrintable(inspector.stateBanner()->message()));
        const bool deleted = change.kind == Change::Kind::Delete;
        QCOMPARE(inspector.valueHex()->data(), deleted ? staged.record.value : change.value);
        QCOMPARE(inspector.readOnlyBanner()->isHidden(), !deleted);
    }

    void showsWhereDecodingFails()
    {
        Inspector inspector;
        const QByteArray cut = cbor(R"({"name":"Ann","age":7})").chopped(1);
        inspector.setRecord(record(ValueType::Cbor, cut));
        QVERIFY(!inspector.errorBanner()->isHidden());
        QVERIFY(inspector.errorBanner()->message().contains(QStringLiteral("cannot be decoded")));
        QCOMPARE(inspector.valueHex()->data(), cut);
        QCOMPARE(inspector.valueHex()->highlightLength(), 1);
        QVERIFY(!inspector.readOnlyBanner()->isHidden());
        Q_EMIT inspector.errorBanner()->actionTriggered();
        QCOMPARE(inspector.tabs()->currentIndex(), int(Inspector::HexTab));
        inspector.setRecord(record(ValueType::Cbor, cbor("1")));
        QVERIFY(inspector.errorBanner()->isHidden());
        QCOMPARE(inspector.valueHex()->highlightLength(), 0);
    }

    void takesLargeValuesOffTheThread()
    {
        Inspector inspector;
        const QString text = QString(1'400'000, QLatin1Char('x')) + QStringLiteral("needle");
        const InspectedRecord large = record(ValueType::String, text.toUtf8());
        inspector.setRecord(large);
        QVERIFY(inspector.isBusy());
        QCOMPARE(inspector.valueHex()->data().size(), text.size());
        QTRY_VERIFY(!inspector.isBusy());
        QCOMPARE(inspector.textPane()->text(), text.toUtf8());

        // Of two requests the later one counts, whichever is ready first.
        inspector.setRecord(large);
        inspector.setRecord(record(ValueType::String, "small", 6));
        QVERIFY(!inspector.isBusy());
        QTRY_COMPARE(inspector.treeModel()->value(), Value::text(QStringLiteral("small")));
        QVERIFY(QTest::qWaitFor([] { return QThreadPool::globalInstance()->activeThreadCount() == 0; }));
        QCoreApplication::processEvents();
        QCOMPARE(inspector.treeModel()->value(), Value::text(QStringLiteral("small")));
        inspector.clear();
        QVERIFY(!inspector.isBusy());
    }

    void prettyTextReadsBack_data()
    {
        QTest::addColumn<QByteArray>("notation");
        QTest::addColumn<QString>("first");
        QTest::newRow("object") << QByteArray(R"({"a":1,"b":{"c":[1,2]},"d":{},"e":[]})")
                                << QStringLiteral("{");
        QTest::newRow("float") << QByteArray(R"({"a":{"float":"1.5"}})") << QStringLiteral("{");
        QTest::newRow("whole float") << QByteArray(R"([{"float":"2.0"},{"float":"1e+300"},{"float":"NaN"}])")
                                     << QStringLiteral("[");
        QTest::newRow("odd keys") << QByteArray(R"({"map":[[7,"x"],[null,{"map":[["k",1]]}]]})")
                                  << QStringLiteral("{\"map\": [");
        QTest::newRow("same key twice")
            << QByteArray(R"({"map":[["k",1],["k",2]]})") << QStringLiteral("{\"map\": [");
        QTest::newRow("looks telling")
            << QByteArray(R"({"map":[["hex","00"]]})") << QStringLiteral("{\"map\": [");
        QTest::newRow("looks telling, tag")
            << QByteArray(R"({"map":[["tag",1],["value",{"map":[["x",1]]}]]})")
            << QStringLiteral("{\"map\": [");
        QTest::newRow("looks telling, long")
            << QByteArray(R"({"map":[["call","x"],["via","REDUCE"],["args",[]],["state",1],["items",[]]]})")
            << QStringLiteral("{\"map\": [");
        QTest::newRow("begins as if telling")
            << QByteArray(R"({"map":[["call","x"],["b",1],["c",1],["d",1],["e",1]]})") << QStringLiteral("{");
        QTest::newRow("others") << QByteArray(
            R"([{"tuple":[1,{"map":[["a",1]]}]},{"hex":"00ff"},{"tag":7,"value":{"map":[["a",1]]}},{"set":[1,2]}])")
                                << QStringLiteral("[");
    }

    void prettyTextReadsBack()
    {
        QFETCH(QByteArray, notation);
        QFETCH(QString, first);
        const auto value = fromNotation(notation);
        QVERIFY(value);
        const QString text = QString::fromUtf8(prettyText(*value));
        QCOMPARE(text.section(QLatin1Char('\n'), 0, 0), first);
        const auto back = fromNotation(text.toUtf8());
        QVERIFY2(back, qPrintable(text));
        QVERIFY2(*back == *value, qPrintable(text));
    }
};

QTEST_MAIN(TestInspector)
#include "tst_inspector.moc"
