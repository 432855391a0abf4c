// SPDX-License-Identifier: GPL-3.0-or-later
//
// Edit scripts: what is understood, what is refused and where, and how a large one is split.
#include "core/edit/scriptedits.h"
#include "core/value/notation.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace slotscope::core;
using Kind = ScriptOperation::Kind;

class TestEditScript : public QObject
{
    Q_OBJECT

    static QByteArray scriptOf(const QByteArray &operations)
    {
        return "{\"slotscopeEdit\": 1,\n \"operations\": [\n" + operations + "\n]}";
    }

private Q_SLOTS:
    void everyOperation()
    {
        const auto script = readEditScript(scriptOf(R"(
            {"op": "put", "slot": "Users", "key": "x", "value": {"n": 1.50}, "modRevision": 0, "lease": {"ttl": 60}},
            {"op": "put", "keyHex": "0x0005FF", "valueHex": "", "modRevision": "9007199254740993"},
            {"op": "change", "slot": 7, "key": [1, {"uuid": "x"}], "lease": {"id": "0x2a"}, "fields": [
                {"set": "a.b[0]", "value": {"float": "1"}}, {"remove": "c"}, {"append": "", "value": null},
                {"rename": "d", "to": {"int": "7"}}]},
            {"op": "delete", "key": "/config/x", "comment": ["why"]},
            {"op": "rename", "slot": "Users", "key": "x", "to": "y"},
            {"op": "lease", "slot": "Users", "key": "x", "lease": "none"},
            {"op": "guard", "slot": "Users", "key": "x", "modRevision": 3})"));
        QVERIFY2(script, qPrintable(script ? QString() : script.error().toString()));
        const auto &all = script->operations;
        QCOMPARE(all.size(), size_t(7));
        QVERIFY(script->parts.empty());

        QCOMPARE(all[0].kind, Kind::Put);
        QCOMPARE(all[0].key.slot, QStringLiteral("Users"));
        QCOMPARE(all[0].key.key, Value::text(QStringLiteral("x")));
        QCOMPARE(all[0].value, QByteArray("{\"n\": 1.50}")); // to the digit
        QVERIFY(!all[0].valueBytes);
        QCOMPARE(all[0].modRevision, Revision(0));
        QCOMPARE(all[0].lease.kind, LeaseChoice::Kind::New);
        QCOMPARE(all[0].lease.ttl, std::chrono::seconds(60));
        QCOMPARE(all[0].line, 4);
        QCOMPARE(*all[1].key.bytes, QByteArray("\0\5\xff", 3));
        QCOMPARE(*all[1].valueBytes, QByteArray());
        QCOMPARE(all[1].modRevision, Revision(9007199254740993));
        QCOMPARE(all[2].key.slot, QStringLiteral("7"));
        QCOMPARE(all[2].key.json, QByteArray("[1, {\"uuid\": \"x\"}]"));
        QCOMPARE(all[2].lease.lease, LeaseId(42));
        QVERIFY(!all[2].modRevision);
        const auto &fields = all[2].fields;
        QCOMPARE(fields.size(), size_t(4));
        QCOMPARE(fields[0].path.toString(), QStringLiteral("a.b[0]"));
        QCOMPARE(fields[0].value, Value::number(1));
        QCOMPARE(fields[1].kind, FieldEdit::Kind::Remove);
        QCOMPARE(fields[2].kind, FieldEdit::Kind::Append);
        QVERIFY(fields[2].path.isEmpty());
        QCOMPARE(fields[3].kind, FieldEdit::Kind::Rename);
        QCOMPARE(fields[3].value, Value::integer(7));
        QCOMPARE(all[3].kind, Kind::Delete);
        QVERIFY(all[3].key.slot.isEmpty());
        QCOMPARE(all[4].to.key, Value::text(QStringLiteral("y")));
        QCOMPARE(all[5].lease.kind, LeaseChoice::Kind::None);
        QCOMPARE(all[6].kind, Kind::Guard);
        QCOMPARE(all[6].number, 7);
    }

    void parts()
    {
        const auto named = readEditScript(scriptOf(R"({"op": "delete", "key": "a"},
            {"op": "part", "name": "second"}, {"op": "delete", "key": "b"},
            {"op": "part"}, {"op": "delete", "key": "c"}, {"op": "delete", "key": "d"})"));
        QVERIFY(named);
        QCOMPARE(named->parts,
                 (std::vector<QString> {QStringLiteral("1"), QStringLiteral("second"), QStringLiteral("3")}));
        QCOMPARE(named->operations[0].part, 0);
        QCOMPARE(named->operations[1].part, 1);
        QCOMPARE(named->operations[3].part, 2);
        const auto first =
            readEditScript(scriptOf(R"({"op": "part", "name": "a"}, {"op": "delete", "key": "a"})"));
        QVERIFY(first);
        QCOMPARE(first->parts.size(), size_t(1));
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("told");
        const auto add = [](const char *name, const QByteArray &operations, const char *told) {
            QTest::newRow(name) << scriptOf(operations) << QString::fromUtf8(told);
        };
        QTest::newRow("no JSON") << QByteArray("{\n\"slotscopeEdit\": 1,\n oops}")
                                 << QStringLiteral("line 3: ");
        QTest::newRow("no object") << QByteArray("[]")
                                   << QStringLiteral("line 1: a script is to be an object");
        QTest::newRow("no version") << QByteArray("{\"operations\": []}")
                                    << QStringLiteral("line 1: a script says \"slotscopeEdit\": 1");
        QTest::newRow("later version") << QByteArray("{\n\"slotscopeEdit\": 2, \"operations\": []}")
                                       << QStringLiteral("line 2: a script says \"slotscopeEdit\": 1");
        QTest::newRow("unknown member") << QByteArray("{\"slotscopeEdit\": 1, \"operation\": []}")
                                        << QStringLiteral("line 1: a script has no member \"operation\"");
        add("empty", "", "the script does nothing");
        add("no operation", "7",
            "operation 1 (line 3): an operation is an object with an \"op\": put, change");
        add("unknown operation", "{\"op\": \"delete\", \"key\": \"a\"},\n{\"op\": \"drop\"}",
            "operation 2 (line 4): there is no operation \"drop\", but put, change");
        add("mistyped", R"({"op": "delete", "key": "a", "modRevison": 7})",
            "operation 1 (line 3): \"delete\" has no member \"modRevison\"");
        add("member of another", R"({"op": "delete", "key": "a", "value": 7})",
            "\"delete\" has no member \"value\"");
        add("twice", R"({"op": "delete", "key": "a", "key": "b"})", "\"key\" stands twice in \"delete\"");
        add("no key", R"({"op": "delete"})", "either \"key\" or \"keyHex\" is needed");
        add("two keys", R"({"op": "delete", "key": "a", "keyHex": "00"})",
            "either \"key\" or \"keyHex\" is needed");
        add("slot and whole key", R"({"op": "delete", "slot": 1, "keyHex": "00"})", "is a whole key");
        add("empty key", R"({"op": "delete", "key": ""})", "the key is empty");
        add("empty bytes", R"({"op": "delete", "keyHex": ""})", "the key is empty");
        add("half a byte", R"({"op": "delete", "keyHex": "001"})", "\"keyHex\" is to be pairs of hex digits");
        add("no hex", R"({"op": "delete", "keyHex": "zz"})", "\"keyHex\" is to be pairs of hex digits");
        add("number without slot", R"({"op": "delete", "key": 5})", "without a \"slot\"");
        add("negative revision", R"({"op": "put", "key": "a", "value": "", "modRevision": -1})",
            "\"modRevision\" is to be a whole number from 0 on");
        add("deleting nothing", R"({"op": "delete", "key": "a", "modRevision": 0})",
            "\"modRevision\" is to be a whole number from 1 on");
        add("revision of digits", R"({"op": "put", "key": "a", "value": "", "modRevision": 1.5})",
            "\"modRevision\" is to be a whole number");
        add("no value", R"({"op": "put", "key": "a"})", "either \"value\" or \"valueHex\" is needed");
        add("no such notation", "{\"op\": \"put\", \"key\": \"a\",\n \"value\": {\"uuid\": 7}}",
            "operation 1 (line 4)");
        add("no fields", R"({"op": "change", "key": "a", "fields": []})", "\"change\" needs \"fields\"");
        add("no change", R"({"op": "change", "key": "a", "fields": [{"value": 1}]})",
            "a field is changed by set, remove, append or rename");
        add("two changes",
            R"({"op": "change", "key": "a", "fields": [{"set": "a", "remove": "b", "value": 1}]})",
            "\"set\" has no member \"remove\"");
        add("set without value", R"({"op": "change", "key": "a", "fields": [{"set": "a.b"}]})",
            "a.b: \"set\" needs a \"value\"");
        add("bad path", R"({"op": "change", "key": "a", "fields": [{"remove": "a..b"}]})",
            "operation 1 (line 3): a..b: ");
        add("removing all", R"({"op": "change", "key": "a", "fields": [{"remove": ""}]})",
            "\"remove\" needs the path of a field");
        add("rename without key", R"({"op": "rename", "key": "a"})", "either \"to\" or \"toHex\" is needed");
        add("rename of bytes", R"({"op": "rename", "keyHex": "0001", "to": "a"})",
            "with \"keyHex\" goes \"toHex\"");
        add("no lease", R"({"op": "lease", "key": "a"})", "\"lease\" needs a \"lease\"");
        add("lease zero", R"({"op": "lease", "key": "a", "lease": {"id": 0}})",
            "\"id\" is to be a whole number from 1");
        add("lease of words", R"({"op": "lease", "key": "a", "lease": "mine"})",
            "a lease is \"keep\", \"none\"");
        add("lease and ttl", R"({"op": "lease", "key": "a", "lease": {"id": 1, "ttl": 1}})",
            "a lease is \"keep\"");
        add("endless lease", R"({"op": "lease", "key": "a", "lease": {"ttl": 9000000001}})",
            "for longer than");
        add("empty part", R"({"op": "delete", "key": "a"}, {"op": "part", "name": "rest"})",
            "part \"rest\" holds no operations");
    }
    void refused()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, told);
        const auto script = readEditScript(json);
        QVERIFY(!script);
        QVERIFY2(script.error().toString().contains(told), qPrintable(script.error().toString()));
    }

    void cutShort()
    {
        const QByteArray whole = scriptOf(
            R"({"op": "change", "slot": 7, "key": [1, "b"], "fields": [{"set": "a", "value": {"hex": "00"}}]})");
        QVERIFY(readEditScript(whole));
        for (qsizetype length = 0; length < whole.size(); ++length)
            QVERIFY(!readEditScript(whole.first(length)));
    }

    void theSchemaIsThere()
    {
        const QJsonObject schema = QJsonDocument::fromJson(editScriptDescription()).object();
        QCOMPARE(schema.value(QLatin1String("properties")).toObject().keys(),
                 (QStringList {QStringLiteral("comment"), QStringLiteral("operations"),
                               QStringLiteral("slotscopeEdit")}));
        const QJsonObject forms = schema.value(QLatin1String("$defs")).toObject();
        for (const char *name : {"put", "change", "delete", "rename", "lease", "guard", "part"})
            QVERIFY(forms.contains(QLatin1String(name)));
    }

    void stepsOneAfterTheOther()
    {
        const auto script = readEditScript(scriptOf(R"(
            {"op": "put", "key": "a", "value": "1"}, {"op": "put", "key": "a", "value": "2", "modRevision": 5},
            {"op": "rename", "key": "b", "to": "c"}, {"op": "put", "key": "c", "value": "renamed"},
            {"op": "put", "key": "d", "value": "old"}, {"op": "delete", "key": "d"})"));
        QVERIFY(script);
        std::vector<ScriptStep> steps;
        for (const ScriptOperation &operation : script->operations)
            steps.push_back(
                {operation, operation.key.key.toText().toUtf8(), operation.to.key.toText().toUtf8(),
                 SlotCodec({.key = KeyType({KeyComponent::String}), .value = ValueType::TextOrBytes}, 0)});
        std::map<QByteArray, KeyState> records {{"a", {true, "0", Revision(5), {}}},
                                                {"b", {true, "bee", Revision(6), LeaseId(3)}},
                                                {"d", {true, "dee", Revision(7), {}}}};
        QCOMPARE(keysOf(steps), (std::vector<QByteArray> {"a", "b", "c", "d"}));
        const ScriptEdits edits = carryOut(steps, records);
        QVERIFY(edits.isWhole());
        QCOMPARE(*edits.find("a")->value, QByteArray("2"));
        QCOMPARE(edits.find("a")->operations, (std::vector<int> {1, 2}));
        QVERIFY(!edits.find("b")->value);
        QCOMPARE(edits.find("b")->renamedTo, QByteArray("c"));
        QCOMPARE(*edits.find("c")->value, QByteArray("renamed"));
        QCOMPARE(edits.find("c")->renamedFrom, QByteArray("b"));
        QVERIFY(!edits.find("d")->value);

        // All that does not hold is told, not the first only.
        records["a"].modRevision = Revision(8);
        records["c"] = {true, "there", Revision(9), {}};
        const ScriptEdits taken = carryOut(steps, records);
        QVERIFY(!taken.isWhole());
        QCOMPARE(taken.conflicts.size(), size_t(2));
        QCOMPARE(taken.conflicts[0].operation, 2);
        QCOMPARE(taken.conflicts[0].expected, Revision(5));
        QCOMPARE(taken.conflicts[0].found.modRevision, Revision(8));
        QCOMPARE(taken.conflicts[1].key, QByteArray("c"));
        QCOMPARE(taken.conflicts[1].expected, Revision(0));
        records.erase("d");
        records.erase("c");
        QVERIFY(!carryOut({steps[5]}, records).isWhole()); // deletes what is not there
    }

    void splitWhereNothingIsTornApart()
    {
        std::vector<Change> changes;
        for (int i = 0; i < 10; ++i)
            changes.push_back(
                {.key = "k" + QByteArray::number(i), .kind = Change::Kind::Insert, .value = "v"});
        changes[2].partner = "k7";
        changes[7].partner = "k2";
        const std::vector<DerivedChange> derived {
            {{.key = "i", .kind = Change::Kind::Insert, .value = "k"}, {"k0", "k3"}}};
        const auto parts = fittingParts(changes, derived, {{"guard", KeyState::absent()}}, {.operations = 4});
        // Three operations and the guard in each: 0 and 3 with what follows from both; 2 and 7 together.
        std::vector<QByteArrayList> lists;
        for (const auto &part : parts)
            lists.push_back({part.begin(), part.end()});
        QCOMPARE(lists,
                 (std::vector<QByteArrayList> {
                     {"k0", "k3"}, {"k1", "k2", "k7"}, {"k4", "k5", "k6"}, {"k8", "k9"}}));
        QCOMPARE(fittingParts(changes, derived, {}, {}).size(), size_t(1));
        QVERIFY(fittingParts({}, {}, {}, {}).empty());
    }
};

QTEST_GUILESS_MAIN(TestEditScript)
#include "tst_editscript.moc"
