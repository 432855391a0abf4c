// SPDX-License-Identifier: GPL-3.0-or-later
//
// `slotscope edit` of the real program against a real etcd that holds the reference dump.
#include "core/edit/receipt.h"
#include "core/etcd/messages.h"
#include "core/profile/profilestore.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/program.h"
#include "tests/support/slotsdump.h"
#include "tests/support/testpaths.h"

#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::test;

class TestEditCommand : public QObject
{
    Q_OBJECT

    EtcdProcess m_etcd;
    QTemporaryDir m_dir;

    struct Outcome
    {
        int code = -1;
        QString errors;
        QString output;
        std::vector<QJsonObject> lines;

        QJsonObject last() const { return lines.empty() ? QJsonObject() : lines.back(); }
        std::vector<QJsonObject> ofType(const char *type) const
        {
            std::vector<QJsonObject> result;
            for (const QJsonObject &line : lines) {
                if (line.value(QLatin1String("type")).toString() == QLatin1String(type))
                    result.push_back(line);
            }
            return result;
        }
    };

    static QByteArray scriptOf(const QByteArray &operations)
    {
        return "{\"slotscopeEdit\": 1, \"operations\": [\n" + operations + "\n]}";
    }
    Outcome edit(const QByteArray &script, const QStringList &arguments = {QStringLiteral("--json")})
    {
        Program program(QStringList {QStringLiteral("edit"), QStringLiteral("--script"), QStringLiteral("-"),
                                     QStringLiteral("--connect"), m_etcd.endpoint()}
                        + arguments);
        program.write(script);
        program.closeInput();
        Outcome outcome {.code = program.wait(60'000)};
        outcome.output = QString::fromUtf8(program.output());
        outcome.errors = QString::fromUtf8(program.errors());
        if (arguments.contains(QStringLiteral("--json")))
            outcome.lines = program.jsonLines();
        return outcome;
    }
    QJsonObject record(const QStringList &key)
    {
        Program program(QStringList {QStringLiteral("get"), QStringLiteral("--json"),
                                     QStringLiteral("--connect"), m_etcd.endpoint()}
                        + key);
        return program.wait() == 0 && !program.jsonLines().empty() ? program.jsonLines().front()
                                                                   : QJsonObject();
    }
    core::Revision revision()
    {
        core::Client client(m_etcd.parsedEndpoint());
        const auto status = await(client.status());
        return status ? status->header.revision : core::Revision();
    }
    static QByteArray keyOf(const char *hex) { return QByteArray::fromHex(hex); }
    static QByteArray text(const QJsonObject &line, const char *name)
    {
        return line.value(QLatin1String(name)).toString().toUtf8();
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_dir.isValid());
        for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME"})
            qputenv(name, m_dir.path().toUtf8());
        QVERIFY(m_etcd.start());
        QCOMPARE(loadDump(m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
    }

    void fieldsOfOneRecord()
    {
        // CBOR, compressed: nothing but the fields is different afterwards.
        const QStringList key {QStringLiteral("Users"),
                               QStringLiteral("148494fe-2a76-4e45-9f66-949aee494daa")};
        const QJsonObject before = record(key);
        const QByteArray script = scriptOf(R"({"op": "change", "slot": "Users",
            "key": "148494fe-2a76-4e45-9f66-949aee494daa", "fields": [
              {"set": "born.year", "value": 2001}, {"set": "nickname", "value": "N"},
              {"rename": "email", "to": "mail"}]})");
        const auto planned = edit(
            script, {QStringLiteral("--json"), QStringLiteral("--dry-run"), QStringLiteral("--no-indexes")});
        QVERIFY2(planned.code == 0, qPrintable(planned.errors));
        QCOMPARE(planned.ofType("change").size(), size_t(1));
        QCOMPARE(planned.last().value(QLatin1String("operations")).toInt(), 1);
        QCOMPARE(record(key), before); // nothing was sent

        const auto done = edit(script, {QStringLiteral("--json"), QStringLiteral("--no-indexes")});
        QVERIFY2(done.code == 0, qPrintable(done.errors));
        const QJsonObject change = done.ofType("change").at(0);
        QCOMPARE(change.value(QLatin1String("slot")).toInt(), 1);
        QCOMPARE(text(change, "kind"), QByteArray("update"));
        QCOMPARE(change.value(QLatin1String("previous")), before.value(QLatin1String("value")));
        QCOMPARE(text(done.last(), "outcome"), QByteArray("committed"));
        const QJsonObject after = record(key);
        QCOMPARE(after.value(QLatin1String("modRevision")), done.last().value(QLatin1String("revision")));
        QByteArray expected = QByteArray::fromHex(text(before, "valueHex"));
        expected.replace("\x64year\x19\x07\xd0", "\x64year\x19\x07\xd1"); // 2000 to 2001
        expected.replace("\x65"
                         "email",
                         "\x64mail");
        expected[0] = static_cast<char>(expected[0] + 1); // one member more
        expected += "\x68nickname\x61N";
        QCOMPARE(QByteArray::fromHex(text(after, "valueHex")).toHex(), expected.toHex());
    }

    void everyKindOfValue()
    {
        const auto done = edit(scriptOf(R"(
            {"op": "change", "slot": "Settings", "key": "/slashes/in/name", "fields": [{"set": "", "value": {"a": [1]}}]},
            {"op": "put", "slot": "Sessions", "key": 1, "value": {"user": "Zoe", "seen": 1, "ok": false}},
            {"op": "put", "slot": 7, "key": 2, "value": "short"},
            {"op": "change", "slot": "Groups", "key": "00409b5a-7ecb-43e8-af31-5e3f81bbfabd", "fields": [
              {"append": "", "value": "01020304-0506-0708-090a-0b0c0d0e0f10"}]},
            {"op": "put", "slot": "Friendships", "key": 1000, "value": {"set": [7, 8]}},
            {"op": "put", "slot": "Shelves", "key": ["30037772-7068-4735-80fb-76a48cf63bff", "New"],
             "value": "00000000-0000-0000-0000-000000000001"},
            {"op": "put", "keyHex": "ff00", "valueHex": "00ff"},
            {"op": "put", "key": "/plain/text", "value": "as it is"})"),
                               {QStringLiteral("--json"), QStringLiteral("--no-indexes")});
        QVERIFY2(done.code == 0, qPrintable(done.errors + done.output));
        QCOMPARE(m_etcd.get(keyOf("0005") + "/slashes/in/name")->value, QByteArray("{\"a\":[1]}"));
        QCOMPARE(text(record({QStringLiteral("Notes"), QStringLiteral("2")}), "value"), QByteArray("short"));
        QCOMPARE(m_etcd.get(keyOf("000c00000000000003e8"))->value, keyOf("00000000000000070000000000000008"));
        QVERIFY(m_etcd.get(keyOf("000b00409b5a7ecb43e8af315e3f81bbfabd"))
                    ->value.endsWith(keyOf("0102030405060708090a0b0c0d0e0f10")));
        QVERIFY(m_etcd.get(keyOf("000a30037772706847358"
                                 "0fb76a48cf63bff")
                           + "New"));
        QCOMPARE(m_etcd.get(keyOf("ff00"))->value, keyOf("00ff"));
        QCOMPARE(m_etcd.get("/plain/text")->value, QByteArray("as it is"));
        const QJsonObject session = record({QStringLiteral("Sessions"), QStringLiteral("1")});
        QVERIFY(!session.contains(QLatin1String("error")));
        QVERIFY(QJsonDocument(session).toJson().contains("Zoe"));

        // All at one revision; again, it is all as it should be.
        QCOMPARE(m_etcd.get("/plain/text")->modRevision, m_etcd.get(keyOf("ff00"))->modRevision);
        const auto before = revision();
        const auto again = edit(scriptOf(R"({"op": "put", "key": "/plain/text", "value": "as it is"})"));
        QCOMPARE(again.code, 0);
        QCOMPARE(text(again.last(), "outcome"), QByteArray("nothing"));
        QCOMPARE(revision(), before);
    }

    void flatBuffersBySchema()
    {
        QFile schema(m_dir.filePath(QStringLiteral("schema.json")));
        QVERIFY(schema.open(QIODevice::WriteOnly));
        schema.write(QJsonDocument(QJsonObject {{QStringLiteral("slotscope"), 1},
                                                {QStringLiteral("flatBuffersFolders"),
                                                 QJsonArray {dataFile(QStringLiteral("flatbuffers"))}}})
                         .toJson());
        schema.close();
        const QStringList arguments {QStringLiteral("--json"), QStringLiteral("--no-indexes"),
                                     QStringLiteral("--schema"), schema.fileName()};
        const auto done =
            edit(scriptOf(R"({"op": "change", "slot": "Books", "key": "0330b655-933e-45df-8feb-2007097a623e",
            "fields": [{"set": "title", "value": "Another title, which is longer than the one before it"}]})"),
                 arguments);
        QVERIFY2(done.code == 0, qPrintable(done.errors + done.output));
        QVERIFY(m_etcd.get(keyOf("00060330b655933e45df8feb2007097a623e"))
                    ->value.contains("Another title, which"));
        QVERIFY(QJsonDocument(done.ofType("change").at(0)).toJson().contains("Another title, which"));
    }

    void indexesFollow()
    {
        // A name nobody else has: out with the old entry, in with the new one, in the same transaction.
        const QByteArray script = scriptOf(R"({"op": "change", "slot": "Users",
            "key": "148494fe-2a76-4e45-9f66-949aee494daa", "fields": [{"set": "name", "value": "Nils Holgersson"}]})");
        const QByteArray entry = keyOf("0002") + "Nils Holgersson";
        const QByteArray former = keyOf("0002") + QString::fromUtf8("Nils Dvořák").toUtf8();
        QVERIFY(m_etcd.get(former));
        const auto planned = edit(script, {QStringLiteral("--dry-run")});
        QVERIFY2(planned.code == 0, qPrintable(planned.errors + planned.output));
        QVERIFY2(planned.output.contains(QStringLiteral("  insert IndexUsersByName Nils Holgersson: ")),
                 qPrintable(planned.output));
        const auto done = edit(script);
        QVERIFY2(done.code == 0, qPrintable(done.errors + done.output));
        QCOMPARE(done.ofType("change").size(), size_t(3));
        QVERIFY(done.ofType("change").at(1).contains(QLatin1String("derivedFrom")));
        QVERIFY(m_etcd.get(entry));
        QCOMPARE(m_etcd.get(entry)->value, keyOf("148494fe2a764e459f66949aee494daa"));
        QVERIFY(!m_etcd.get(former));
        QCOMPARE(m_etcd.get(entry)->modRevision.value,
                 done.last().value(QLatin1String("revision")).toInteger());

        // A name that somebody else has.
        const auto clash = edit(scriptOf(R"({"op": "change", "slot": "Users",
            "key": "148494fe-2a76-4e45-9f66-949aee494daa", "fields": [{"set": "name", "value": "Bob Dvořák"}]})"));
        QCOMPARE(clash.code, 1);
        QCOMPARE(text(clash.last(), "outcome"), QByteArray("refused"));
        QCOMPARE(clash.ofType("problem").size(), size_t(1));
        QCOMPARE(m_etcd.get(entry)->value, keyOf("148494fe2a764e459f66949aee494daa"));
    }

    void guardedByRevisions()
    {
        m_etcd.put("/guard/a", "1");
        const auto b = m_etcd.put("/guard/b", "1");
        const auto before = revision();
        const QByteArray script = scriptOf(
            "{\"op\": \"put\", \"key\": \"/guard/a\", \"value\": \"2\", \"modRevision\": "
            + QByteArray::number(b.value) + "},\n" + R"({"op": "put", "key": "/guard/c", "value": "2"},
                                              {"op": "put", "key": "/guard/b", "value": "2", "modRevision": 0},
                                              {"op": "delete", "key": "/guard/none"},
                                              {"op": "guard", "key": "/guard/x", "modRevision": 5})");
        const auto refused = edit(script);
        QCOMPARE(refused.code, 1);
        const auto conflicts = refused.ofType("conflict");
        QCOMPARE(conflicts.size(), size_t(4));
        QCOMPARE(text(conflicts[0], "key"), QByteArray("/guard/a"));
        QCOMPARE(conflicts[0].value(QLatin1String("operation")).toInt(), 1);
        QCOMPARE(conflicts[0].value(QLatin1String("expected")).toInteger(), b.value);
        QCOMPARE(conflicts[0].value(QLatin1String("found")).toInteger(), b.value - 1);
        QCOMPARE(text(conflicts[0], "value"), QByteArray("1"));
        QCOMPARE(conflicts[1].value(QLatin1String("expected")).toInt(-1), 0);
        QVERIFY(conflicts[2].value(QLatin1String("expected")).isNull());
        QCOMPARE(conflicts[3].value(QLatin1String("found")).toInt(-1), 0);
        QCOMPARE(text(refused.last(), "outcome"), QByteArray("conflict"));
        QCOMPARE(revision(), before);

        const auto inWords = edit(script, {});
        QCOMPARE(inWords.code, 1);
        QCOMPARE(inWords.output, QString());
        QVERIFY2(inWords.errors.contains(
                     QStringLiteral("operation 1: conflict at plain keys /guard/a: expected revision %1, "
                                    "found revision %2")
                         .arg(b.value)
                         .arg(b.value - 1)),
                 qPrintable(inWords.errors));
        QVERIFY(inWords.errors.contains(QStringLiteral("expected a record, found no record")));
        QVERIFY(inWords.errors.contains(QStringLiteral("nothing was written")));

        // A guard that holds lets the rest through.
        const auto done = edit(scriptOf("{\"op\": \"guard\", \"key\": \"/guard/b\", \"modRevision\": "
                                        + QByteArray::number(b.value)
                                        + "}, {\"op\": \"put\", \"key\": \"/guard/c\", \"value\": \"3\"}"));
        QCOMPARE(done.code, 0);
        QCOMPARE(m_etcd.get("/guard/c")->value, QByteArray("3"));
        QCOMPARE(m_etcd.get("/guard/b")->modRevision, b);
    }

    void wrongScripts_data()
    {
        QTest::addColumn<QByteArray>("operations");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("told");
        const auto add = [](const char *name, const QByteArray &operations, int code, const char *told) {
            QTest::newRow(name) << operations << code << QString::fromUtf8(told);
        };
        add("no such table", R"({"op": "delete", "slot": "Nothing", "key": 1})", 2,
            "operation 1 (line 2): there is no table, or more than one, called Nothing");
        add("no such slot", R"({"op": "delete", "slot": 999, "key": 1})", 2, "slot 999 holds nothing");
        add("no such key", R"({"op": "delete", "slot": "Users", "key": "Ann"})", 2,
            "not a key of slot Users");
        add("too few parts", R"({"op": "delete", "slot": "Memberships", "key": "Ann"})", 2,
            "a JSON array of 2 parts");
        add("no JSON value",
            "{\"op\": \"put\", \"slot\": \"Settings\", \"key\": \"a\",\n\"value\": {\"hex\": \"00\"}}", 2,
            "operation 1 (line 2): JSON cannot hold bytes");
        add("no JSON field", R"({"op": "change", "slot": "Settings", "key": "/slashes/in/name",
            "fields": [{"set": "", "value": {"map": [["a", {"set": [1]}]]}}]})",
            2, "operation 1 (line 2): a: JSON has no sets");
        add("no UUID", R"({"op": "put", "slot": "IndexUsersByName", "key": "a", "value": "b"})", 2,
            "operation 1 (line 2)");
        add("no such field",
            R"({"op": "change", "slot": "Users", "key": "187a8491-b404-43b8-8536-dc7113cac577",
            "fields": [{"remove": "nothing.here"}]})",
            1, "operation 1 (line 2): nothing.here: ");
        add("no list", R"({"op": "change", "slot": "Users", "key": "187a8491-b404-43b8-8536-dc7113cac577",
            "fields": [{"append": "name", "value": 1}]})",
            1, "name: it is no list");
        add("key in two parts", R"({"op": "put", "key": "a", "value": "1"}, {"op": "part"},
            {"op": "put", "key": "a", "value": "2"})",
            2, "operation 1 in another part is about the same key");
        add("deleted before",
            R"({"op": "put", "key": "/plain/text", "value": "1"}, {"op": "delete", "key": "/plain/text"},
            {"op": "lease", "key": "/plain/text", "lease": "none"})",
            2, "an operation before it has deleted");
        add("to another slot", R"({"op": "rename", "keyHex": "00040000000000000001", "toHex": "00050000"})",
            2, "a record stays in its slot");
    }
    void wrongScripts()
    {
        QFETCH(QByteArray, operations);
        QFETCH(int, code);
        QFETCH(QString, told);
        const auto before = revision();
        // What comes before is not written either.
        const QByteArray script =
            scriptOf(operations + ",\n{\"op\": \"put\", \"key\": \"/never\", \"value\": \"\"}");
        const auto inWords = edit(script, {});
        QVERIFY2(inWords.errors.contains(told), qPrintable(inWords.errors));
        QCOMPARE(inWords.code, code);
        QCOMPARE(inWords.output, QString());
        const auto inJson = edit(script);
        QCOMPARE(inJson.code, code);
        QCOMPARE(inJson.ofType("problem").size(), size_t(1));
        QCOMPARE(revision(), before);
    }

    void wrongUsage()
    {
        const auto run = [](const QStringList &arguments) {
            Program program(QStringList {QStringLiteral("edit")} + arguments);
            const int code = program.wait();
            return std::make_pair(code, QString::fromUtf8(program.errors()));
        };
        QCOMPARE(run({}).first, 2);
        QCOMPARE(run({QStringLiteral("script.json")}).first, 2);
        const auto none = run({QStringLiteral("--script"), QStringLiteral("no/such/file")});
        QCOMPARE(none.first, 2);
        QVERIFY(none.second.contains(QStringLiteral("cannot read the script no/such/file")));
        // Found before anything is connected to.
        QFile file(m_dir.filePath(QStringLiteral("wrong.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"slotscopeEdit\": 1, \"operations\": [\n{\"op\": \"delete\"}]}");
        file.close();
        const auto wrong = run({QStringLiteral("--script"), file.fileName(), QStringLiteral("-c"),
                                QStringLiteral("http://127.0.0.1:1")});
        QCOMPARE(wrong.first, 2);
        QVERIFY2(wrong.second.contains(QStringLiteral("wrong.json: operation 1 (line 2): either \"key\"")),
                 qPrintable(wrong.second));
        Program describe({QStringLiteral("edit"), QStringLiteral("--json-schema")});
        QCOMPARE(describe.wait(), 0);
        QVERIFY(QJsonDocument::fromJson(describe.output()).object().contains(QLatin1String("$defs")));
    }

    void leases()
    {
        core::Client client(m_etcd.parsedEndpoint());
        const auto granted = await(client.leaseGrant({.ttlSeconds = 3600}));
        QVERIFY(granted);
        m_etcd.put("/lease/kept", "1", granted->id);
        m_etcd.put("/lease/lost", "1", granted->id);
        m_etcd.put("/lease/given", "1");
        const auto done = edit(scriptOf(R"({"op": "put", "key": "/lease/kept", "value": "2"},
            {"op": "lease", "key": "/lease/lost", "lease": "none"},
            {"op": "lease", "key": "/lease/given", "lease": {"id": ")"
                                        + QByteArray::number(granted->id.value) + R"("}},
            {"op": "put", "key": "/lease/new", "value": "1", "lease": {"ttl": 1800}},
            {"op": "put", "key": "/lease/new too", "value": "1", "lease": {"ttl": 1800}},
            {"op": "rename", "key": "/lease/kept", "to": "/lease/renamed"})"));
        QVERIFY2(done.code == 0, qPrintable(done.errors + done.output));
        QVERIFY(!m_etcd.get("/lease/kept"));
        QCOMPARE(m_etcd.get("/lease/renamed")->value, QByteArray("2"));
        QCOMPARE(m_etcd.get("/lease/renamed")->lease, granted->id);
        QCOMPARE(m_etcd.get("/lease/lost")->lease, core::LeaseId());
        QCOMPARE(m_etcd.get("/lease/lost")->value, QByteArray("1"));
        QCOMPARE(m_etcd.get("/lease/given")->lease, granted->id);
        const core::LeaseId fresh = m_etcd.get("/lease/new")->lease;
        QVERIFY(fresh.value != 0 && fresh != granted->id);
        QCOMPARE(m_etcd.get("/lease/new too")->lease, fresh);
        const auto left = await(client.leaseTimeToLive(fresh));
        QVERIFY(left && left->grantedTtlSeconds == 1800);
    }

    void largerThanOneTransaction()
    {
        QByteArray operations;
        for (int i = 0; i < 300; ++i)
            operations += (i ? ",\n" : "")
                + ("{\"op\": \"put\", \"key\": \"/large/" + QByteArray::number(i) + "\", \"value\": \"v\"}");
        const auto before = revision();
        const auto refused = edit(scriptOf(operations), {});
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.errors.contains(QStringLiteral("172 operations too many (300 of 128)")),
                 qPrintable(refused.errors));
        QVERIFY2(refused.errors.contains(QStringLiteral("--parts 3")), qPrintable(refused.errors));
        const auto tooFew = edit(scriptOf(operations), {QStringLiteral("--parts"), QStringLiteral("2")});
        QCOMPARE(tooFew.code, 1);
        QVERIFY2(tooFew.errors.contains(QStringLiteral("3 transactions")), qPrintable(tooFew.errors));
        QCOMPARE(revision(), before);

        const auto done = edit(scriptOf(operations),
                               {QStringLiteral("--json"), QStringLiteral("--parts"), QStringLiteral("5")});
        QVERIFY2(done.code == 0, qPrintable(done.errors + done.output));
        const auto outcomes = done.ofType("outcome");
        QCOMPARE(outcomes.size(), size_t(3));
        for (size_t i = 0; i < outcomes.size(); ++i) {
            QCOMPARE(text(outcomes[i], "part"), QByteArray::number(i + 1));
            QCOMPARE(text(outcomes[i], "outcome"), QByteArray("committed"));
        }
        QCOMPARE(done.ofType("change").size(), size_t(300));
        QCOMPARE(revision().value, before.value + 3);
    }

    void partsOfTheScript()
    {
        const auto before = revision();
        const QByteArray script = scriptOf(R"({"op": "put", "key": "/part/1", "value": "v", "modRevision": 0},
            {"op": "part", "name": "the rest"}, {"op": "put", "key": "/part/2", "value": "v", "modRevision": 0},
            {"op": "put", "key": "/part/3", "value": "v", "modRevision": 0})");
        const auto planned = edit(script, {QStringLiteral("--dry-run")});
        QCOMPARE(planned.code, 0);
        QVERIFY2(planned.output.contains(QStringLiteral("part the rest\n")), qPrintable(planned.output));
        QCOMPARE(revision(), before);
        const auto done = edit(script);
        QVERIFY2(done.code == 0, qPrintable(done.errors + done.output));
        QCOMPARE(revision().value, before.value + 2);
        QCOMPARE(m_etcd.get("/part/2")->modRevision.value, before.value + 2);
        QCOMPARE(m_etcd.get("/part/3")->modRevision.value, before.value + 2);
        QCOMPARE(edit(script, {QStringLiteral("--parts"), QStringLiteral("2")}).code, 2);
    }

    void asAScript()
    {
        m_etcd.put("/script/a", "1");
        const auto before = revision();
        const QByteArray operations = R"({"op": "put", "key": "/script/a", "value": "two words"},
            {"op": "put", "key": "/script/b", "value": "1", "lease": {"ttl": 600}})";
        for (const QString &tool : {QStringLiteral("--etcdctl"), QStringLiteral("--curl")}) {
            const auto shown = edit(scriptOf(operations), {tool});
            QCOMPARE(shown.code, 0);
            QVERIFY2(shown.output.startsWith(QStringLiteral("#!")), qPrintable(shown.output));
            QVERIFY(shown.output.contains(QStringLiteral("plain keys /script/a")));
        }
        QCOMPARE(revision(), before);
        QCOMPARE(edit(scriptOf(operations), {QStringLiteral("--etcdctl"), QStringLiteral("--curl")}).code, 2);
        const auto parts = edit(scriptOf(R"({"op": "part"}, {"op": "put", "key": "/script/a", "value": "2"},
            {"op": "part"}, {"op": "put", "key": "/script/b", "value": "2"})"),
                                {QStringLiteral("--etcdctl")});
        QCOMPARE(parts.code, 1);
        QCOMPARE(parts.output, QString());
    }

    void etcdRefusesIt()
    {
        // Above the server's own limit, which the program does not know.
        const auto refused =
            edit(scriptOf(R"({"op": "lease", "key": "/plain/text", "lease": {"id": 12345}})"));
        QCOMPARE(refused.code, 1);
        QCOMPARE(text(refused.last(), "outcome"), QByteArray("refused"));
    }

    void safetyLevels_data()
    {
        QTest::addColumn<QString>("level");
        QTest::addColumn<QString>("confirmed");
        QTest::addColumn<QString>("told"); // empty: it is written
        const auto row = [](const char *name, core::SafetyLevel level, const char *confirmed,
                            const char *told) {
            QTest::newRow(name) << core::safetyWord(level) << QString::fromLatin1(confirmed)
                                << QString::fromLatin1(told);
        };
        row("open", core::SafetyLevel::Open, "", "");
        row("a script is what was confirmed", core::SafetyLevel::Confirm, "", "");
        row("guarded", core::SafetyLevel::Guarded, "", "only with --confirm \"the cluster\"");
        row("guarded, another", core::SafetyLevel::Guarded, "a cluster", "--confirm says a cluster");
        row("guarded, confirmed", core::SafetyLevel::Guarded, "the cluster", "");
        row("read-only", core::SafetyLevel::ReadOnly, "the cluster", "the cluster is read-only");
    }
    void safetyLevels()
    {
        QFETCH(QString, level);
        QFETCH(QString, confirmed);
        QFETCH(QString, told);
        core::Profile profile;
        profile.id = core::newProfileId();
        profile.name = QStringLiteral("the cluster");
        profile.options = core::ConnectionOptions(m_etcd.parsedEndpoint());
        profile.safety = core::safetyOf(level);
        core::ProfileStore store(m_dir.filePath(QStringLiteral("slotscope/profiles.json")));
        QVERIFY(store.load().hasValue());
        for (const core::Profile &former : std::vector(store.profiles()))
            QVERIFY(store.remove(former.id).hasValue());
        QVERIFY(store.save(profile).hasValue());

        const auto run = [&](const QStringList &more) {
            Program program(QStringList {QStringLiteral("edit"), QStringLiteral("--script"),
                                         QStringLiteral("-"), QStringLiteral("--profile"), profile.name}
                            + more);
            // Also what needs a lease of its own.
            program.write(scriptOf(R"({"op": "put", "key": "/level/a", "value": "1", "modRevision": 0,
                "lease": {"ttl": 600}}, {"op": "part"},
                {"op": "put", "key": "/level/b", "value": "2", "modRevision": 0})"));
            program.closeInput();
            const int code = program.wait(60'000);
            return std::pair(code, QString::fromUtf8(program.errors()));
        };
        const auto before = revision();
        QCOMPARE(run({QStringLiteral("--dry-run")}).first, 0);
        QCOMPARE(revision(), before);
        const auto [code, errors] =
            run(confirmed.isEmpty() ? QStringList() : QStringList {QStringLiteral("--confirm"), confirmed});
        QVERIFY2(errors.contains(told) && errors.isEmpty() == told.isEmpty(), qPrintable(errors));
        QCOMPARE(code, told.isEmpty() ? 0 : 1);
        QCOMPARE(revision().value, before.value + (told.isEmpty() ? 2 : 0));
        m_etcd.remove("/level/a");
        m_etcd.remove("/level/b");
    }

    void commitsAreInTheHistory()
    {
        m_etcd.put("/history/a", "before");
        QCOMPARE(edit(scriptOf(R"({"op": "put", "key": "/history/a", "value": "after"})")).code, 0);
        const auto written = revision();
        QDirIterator files(m_dir.path(), {QStringLiteral("*.jsonl")}, QDir::Files,
                           QDirIterator::Subdirectories);
        std::vector<core::Receipt> receipts;
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2((file.permissions() & QFileDevice::Permissions(0x077)) == 0,
                     qPrintable(file.fileName()));
            while (!file.atEnd()) {
                if (auto receipt = core::receiptFromJson(QJsonDocument::fromJson(file.readLine()).object()))
                    receipts.push_back(*std::move(receipt));
            }
        }
        QVERIFY(!receipts.empty());
        const core::Receipt &last = receipts.back();
        QCOMPARE(last.revision, written);
        QCOMPARE(last.changes.size(), size_t(1));
        // Enough to take it back.
        QCOMPARE(last.changes[0].key, QByteArray("/history/a"));
        QCOMPARE(last.changes[0].before.value, QByteArray("before"));
        QCOMPARE(last.changes[0].after.value, QByteArray("after"));
    }

    void nobodyAnswers()
    {
        Program program({QStringLiteral("edit"), QStringLiteral("--script"), QStringLiteral("-"),
                         QStringLiteral("-c"), QStringLiteral("http://127.0.0.1:1")});
        program.write(scriptOf("{\"op\": \"delete\", \"key\": \"a\"}"));
        program.closeInput();
        QCOMPARE(program.wait(), 1);
        QVERIFY(program.errors().contains("127.0.0.1:1"));
    }
};

QTEST_GUILESS_MAIN(TestEditCommand)
#include "tst_editcommand.moc"
