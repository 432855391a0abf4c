// SPDX-License-Identifier: GPL-3.0-or-later
//
// The headless commands of the real program against a real etcd that holds the reference dump.
#include "core/etcd/messages.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/fakegateway.h"
#include "tests/support/program.h"
#include "tests/support/slotsdump.h"
#include "tests/support/testpaths.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QtTest>

#include <csignal>
#include <map>

using namespace slotscope;
using namespace slotscope::test;

class TestCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void slotsAreListed();
    void membersAreListed();
    void slotsAsText();
    void recordsAreDecoded();
    void recordsAsText();
    void recordsKeepTheLimit();
    void recordsOfPlainKeys();
    void slotByNameNumberAndOid();
    void getByKey_data();
    void getByKey();
    void getWithinSlot_data();
    void getWithinSlot();
    void findsByText();
    void findsByCondition();
    void watchSeesPutAndDelete();
    void watchLeavesOutOtherSlots();
    void watchSurvivesARestart();
    void watchOfHistory();
    void watchUntilARevisionToCome();
    void watchOfCompactedHistory();
    void watchEndsBySignal_data();
    void watchEndsBySignal();
    void closedOutputEndsQuietly();
    void undecodableRecord();
    void wrongUsage_data();
    void wrongUsage();
    void failures_data();
    void failures();
    void somethingElseAnswers();
    void helpNeedsNoServer();

private:
    QStringList connected(const QStringList &arguments) const
    {
        return arguments + QStringList {QStringLiteral("--connect"), m_etcd.endpoint()};
    }
    /// Runs a command to its end.
    std::vector<QJsonObject> json(const QStringList &arguments);
    /// A watch that follows the given slots and has shown it by reporting a change of `probe`.
    void startWatch(Program *watch, const QByteArray &probe);

    EtcdProcess m_etcd;
    QJsonObject m_expected;
};

namespace {

const QByteArray UserKey = QByteArray::fromHex("0001148494fe2a764e459f66949aee494daa");

QString text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString();
}

} // namespace

void TestCommands::initTestCase()
{
    SLOTSCOPE_REQUIRE_ETCD();
    QVERIFY(QFile::exists(qEnvironmentVariable("SLOTSCOPE_PROGRAM")));
    QVERIFY(m_etcd.start());
    QCOMPARE(loadDump(m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
    QFile file(dataFile(QStringLiteral("slots/expected-slots.json")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    m_expected = QJsonDocument::fromJson(file.readAll()).object();
}

std::vector<QJsonObject> TestCommands::json(const QStringList &arguments)
{
    Program program(connected(arguments + QStringList {QStringLiteral("--json")}));
    const int code = program.wait();
    if (code != 0)
        qWarning("exit code %d: %s", code, program.errors().constData());
    return code == 0 ? program.jsonLines() : std::vector<QJsonObject>();
}

void TestCommands::membersAreListed()
{
    const std::vector<QJsonObject> members = json({QStringLiteral("members")});
    QCOMPARE(members.size(), size_t(1));
    QCOMPARE(text(members.front(), "role"), QStringLiteral("leader"));
    QCOMPARE(text(members.front(), "address"), m_etcd.endpoint());
    QVERIFY(!text(members.front(), "version").isEmpty());
    QVERIFY(members.front().value(QLatin1String("dbSize")).toDouble() > 0);

    Program program(connected({QStringLiteral("members")}));
    QCOMPARE(program.wait(), 0);
    const QByteArrayList lines = program.output().split('\n');
    QVERIFY2(lines.size() == 3 && lines.front().startsWith("ID"), program.output().constData());
    QVERIFY2(lines[1].contains(" leader ") && lines[1].contains(text(members.front(), "id").toUtf8()),
             program.output().constData());
}

void TestCommands::slotsAreListed()
{
    std::map<int, QJsonObject> found;
    for (const QJsonObject &slot : json({QStringLiteral("slots")})) {
        QCOMPARE(
            slot.keys(),
            QStringList({QStringLiteral("compression"), QStringLiteral("confidence"),
                         QStringLiteral("description"), QStringLiteral("keyType"), QStringLiteral("name"),
                         QStringLiteral("oid"), QStringLiteral("records"), QStringLiteral("slot"),
                         QStringLiteral("source"), QStringLiteral("valueType")}));
        found[slot.value(QLatin1String("slot")).toInt()] = slot;
    }

    const QJsonArray expected = m_expected.value(QLatin1String("slots")).toArray();
    QCOMPARE(expected.size(), 13);
    for (const QJsonValue value : expected) {
        const QJsonObject wanted = value.toObject();
        const int number = wanted.value(QLatin1String("number")).toInt();
        QVERIFY2(found.contains(number), qPrintable(QString::number(number)));
        QCOMPARE(text(found[number], "name"), text(wanted, "name"));
        QCOMPARE(text(found[number], "oid"), text(wanted, "oid"));
        QCOMPARE(text(found[number], "description"), text(wanted, "description"));
        QCOMPARE(found[number].value(QLatin1String("records")), wanted.value(QLatin1String("record_count")));
    }
    // Without a catalogue entry.
    QVERIFY(found.contains(40));
    QVERIFY(found[40].value(QLatin1String("name")).isNull());
    QCOMPARE(found[40].value(QLatin1String("records")).toInt(), 15);
    QCOMPARE(text(found[40], "keyType"), QStringLiteral("Uuid"));
    // `/c…`: ordinary keys, no slot.
    QVERIFY(found.contains(0x2f63));
    QVERIFY(found[0x2f63].value(QLatin1String("keyType")).isNull());

    QCOMPARE(text(found[1], "keyType"), QStringLiteral("Uuid"));
    QCOMPARE(text(found[1], "valueType"), QStringLiteral("Cbor"));
    QCOMPARE(text(found[1], "source"), QStringLiteral("inferred"));
    const double confidence = found[1].value(QLatin1String("confidence")).toDouble();
    QVERIFY(confidence > 0.5 && confidence <= 1);
}

void TestCommands::slotsAsText()
{
    Program program(connected({QStringLiteral("slots")}));
    QCOMPARE(program.wait(), 0);
    const QList<QByteArray> lines = program.output().split('\n');
    QVERIFY(lines.front().contains("NAME") && lines.front().contains("RECORDS"));
    QVERIFY(lines.at(1).contains("Users") && lines.at(1).contains("200") && lines.at(1).contains("Cbor"));
    QVERIFY(program.errors().isEmpty());
}

void TestCommands::recordsAreDecoded()
{
    std::map<QString, QJsonObject> found;
    for (const QJsonObject &record : json({QStringLiteral("records"), QStringLiteral("Users")}))
        found[text(record, "keyHex")] = record;
    QCOMPARE(found.size(), size_t(200));

    const QJsonObject users = m_expected.value(QLatin1String("slots")).toArray().first().toObject();
    const QJsonArray samples = users.value(QLatin1String("samples")).toArray();
    QVERIFY(samples.size() >= 3);
    for (const QJsonValue value : samples) {
        const QJsonObject sample = value.toObject();
        const QJsonObject record = found[text(sample, "key_hex")];
        QCOMPARE(record.value(QLatin1String("key")), sample.value(QLatin1String("key")));
        QCOMPARE(record.value(QLatin1String("value")), sample.value(QLatin1String("value")));
        QCOMPARE(text(record, "valueHex"), text(sample, "value_hex"));
        QCOMPARE(record.value(QLatin1String("version")).toInt(), 1);
        QCOMPARE(record.value(QLatin1String("lease")).toInt(), 0);
        QVERIFY(record.value(QLatin1String("modRevision")).toInt() > 0);
        QCOMPARE(record.value(QLatin1String("createRevision")), record.value(QLatin1String("modRevision")));
        QVERIFY(!record.contains(QLatin1String("error")));
    }
}

void TestCommands::recordsAsText()
{
    Program program(connected({QStringLiteral("records"), QStringLiteral("Users")}));
    QCOMPARE(program.wait(), 0);
    const QList<QByteArray> lines = program.output().split('\n');
    QCOMPARE(lines.size(), 202); // a heading, and nothing behind the last line feed
    QVERIFY(lines.front().contains("name") && lines.front().contains("born.year"));
    QVERIFY(lines.at(1).size() > 60);
    QVERIFY(program.output().contains("Nils Dvořák"));
}

void TestCommands::recordsKeepTheLimit()
{
    const auto some = json(
        {QStringLiteral("records"), QStringLiteral("Users"), QStringLiteral("--limit"), QStringLiteral("7")});
    const auto all = json({QStringLiteral("records"), QStringLiteral("Users")});
    QCOMPARE(some.size(), size_t(7));
    QVERIFY(std::equal(some.cbegin(), some.cend(), all.cbegin()));
}

void TestCommands::recordsOfPlainKeys()
{
    const auto records = json({QStringLiteral("records"), QString::number(0x2f63)});
    std::map<QString, QJsonObject> found;
    for (const QJsonObject &record : records)
        found[text(record, "key")] = record;
    QVERIFY(found.contains(QStringLiteral("/config/app/debug")));
    QCOMPARE(text(found[QStringLiteral("/config/app/debug")], "value"), QStringLiteral("false"));
    QCOMPARE(text(found[QStringLiteral("/config/app/debug")], "keyHex"),
             QStringLiteral("2f636f6e6669672f6170702f6465627567"));
}

void TestCommands::slotByNameNumberAndOid()
{
    const auto expected = json({QStringLiteral("records"), QStringLiteral("4")});
    QCOMPARE(expected.size(), size_t(30));
    for (const char *name : {"Sessions", "library_tables.Sessions", "3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a04"})
        QCOMPARE(json({QStringLiteral("records"), QString::fromLatin1(name)}), expected);
}

void TestCommands::getByKey_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    QTest::newRow("plain text") << QStringLiteral("/config/app/debug") << QJsonValue(QStringLiteral("false"));
    QTest::newRow("hex, string slot")
        << QStringLiteral("0x0002") + QString::fromUtf8(QByteArray("Bob Dvořák").toHex())
        << QJsonValue(QStringLiteral("187a8491-b404-43b8-8536-dc7113cac577"));
    QTest::newRow("hex, upper case") << QStringLiteral("0x002809913341742248E4ADB5547EA4330B91")
                                     << QJsonValue(QString::fromUtf8("ruined ✗ 11"));
}

void TestCommands::getByKey()
{
    QFETCH(QString, key);
    QFETCH(QJsonValue, value);
    const auto records = json({QStringLiteral("get"), key});
    QCOMPARE(records.size(), size_t(1));
    QCOMPARE(records.front().value(QLatin1String("value")), value);
}

void TestCommands::getWithinSlot_data()
{
    QTest::addColumn<QString>("slot");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("keyHex");
    QTest::newRow("uuid") << QStringLiteral("Users") << QStringLiteral("148494fe-2a76-4e45-9f66-949aee494daa")
                          << QStringLiteral("0001148494fe2a764e459f66949aee494daa");
    QTest::newRow("text") << QStringLiteral("IndexUsersByName") << QString::fromUtf8("Bob Dvořák")
                          << QStringLiteral("0002") + QString::fromLatin1(QByteArray("Bob Dvořák").toHex());
    QTest::newRow("number") << QStringLiteral("Sessions") << QStringLiteral("1")
                            << QStringLiteral("00040000000000000001");
    QTest::newRow("two parts")
        << QStringLiteral("Memberships")
        << QStringLiteral(
               R"(["010a4b4c-a82e-4255-980e-e9a10d980f47","1a808269-169f-4acb-bd7a-8648ac5d0afc"])")
        << QStringLiteral("0009010a4b4ca82e4255980ee9a10d980f471a808269169f4acbbd7a8648ac5d0afc");
}

void TestCommands::getWithinSlot()
{
    QFETCH(QString, slot);
    QFETCH(QString, key);
    QFETCH(QString, keyHex);
    const auto records = json({QStringLiteral("get"), slot, key});
    QCOMPARE(records.size(), size_t(1));
    QCOMPARE(text(records.front(), "keyHex"), keyHex);

    Program people(connected({QStringLiteral("get"), slot, key}));
    QCOMPARE(people.wait(), 0);
    QVERIFY(people.output().contains(slot.toUtf8()));
}

void TestCommands::findsByText()
{
    const QString name = QString::fromUtf8("Dvořák");
    // What all records say, of the people and of the index by their names.
    QStringList expected;
    for (const char *slot : {"Users", "IndexUsersByName"}) {
        for (const QJsonObject &record : json({QStringLiteral("records"), QString::fromLatin1(slot)})) {
            const QJsonObject told {{QStringLiteral("k"), record.value(QLatin1String("key"))},
                                    {QStringLiteral("v"), record.value(QLatin1String("value"))}};
            if (QString::fromUtf8(QJsonDocument(told).toJson()).contains(name))
                expected.append(text(record, "keyHex"));
        }
    }
    QVERIFY(expected.size() > 10);
    const QStringList find {QStringLiteral("find"), name.toUpper(), QStringLiteral("Users"),
                            QStringLiteral("2")};
    QStringList found;
    for (const QJsonObject &record : json(find)) {
        found.append(text(record, "keyHex"));
        const bool isUser = record.value(QLatin1String("slot")).toInt() == 1;
        QCOMPARE(text(record, "field"), isUser ? QStringLiteral("name") : QStringLiteral("key"));
    }
    QCOMPARE(found, expected);

    // Everywhere.
    const auto debug = json({QStringLiteral("find"), QStringLiteral("app/DEBUG")});
    QCOMPARE(debug.size(), size_t(1));
    QVERIFY(debug.front().value(QLatin1String("slot")).isNull());
    QCOMPARE(text(debug.front(), "key"), QStringLiteral("/config/app/debug"));
    QCOMPARE(text(debug.front(), "field"), QStringLiteral("key"));

    Program people(connected(find + QStringList {QStringLiteral("--limit"), QStringLiteral("1")}));
    QCOMPARE(people.wait(), 0);
    QCOMPARE(people.output().count('\n'), 1);
    QVERIFY2(people.output().startsWith("Users ") && people.output().contains("name: "),
             people.output().constData());
    QVERIFY(people.errors().contains("there are more"));

    Program nobody(connected({QStringLiteral("find"), QStringLiteral("nobody is called so")}));
    QCOMPARE(nobody.wait(), 0);
    QVERIFY(nobody.output().isEmpty() && nobody.errors().isEmpty());
}

void TestCommands::findsByCondition()
{
    const QString condition = QString::fromUtf8("name contains dvořák and born.year > 1000");
    const auto records = json({QStringLiteral("find"), QStringLiteral("--condition"), condition});
    const auto users =
        json({QStringLiteral("find"), QStringLiteral("--condition"), condition, QStringLiteral("Users")});
    QVERIFY(!records.empty());
    QVERIFY(std::includes(
        records.cbegin(), records.cend(), users.cbegin(), users.cend(),
        [](const QJsonObject &a, const QJsonObject &b) { return text(a, "keyHex") < text(b, "keyHex"); }));
    for (const QJsonObject &record : records)
        QVERIFY(record.value(QLatin1String("field")).isNull());

    Program wrong(
        connected({QStringLiteral("find"), QStringLiteral("--condition"), QStringLiteral("name =")}));
    QCOMPARE(wrong.wait(), 2);
    QVERIFY2(wrong.errors().contains("--condition, at character 7"), wrong.errors().constData());
}

void TestCommands::startWatch(Program *watch, const QByteArray &probe)
{
    // The watch starts at the revision of the directory, so a change made after that is seen; until then
    // nothing is missing if a probe is not.
    const QString keyHex = QString::fromLatin1(probe.toHex());
    const auto seen = [&] {
        const auto lines = watch->jsonLines();
        return std::any_of(lines.cbegin(), lines.cend(),
                           [&](const QJsonObject &line) { return text(line, "keyHex") == keyHex; });
    };
    QTRY_VERIFY_WITH_TIMEOUT((m_etcd.put(probe, "probe"), seen()), 20'000);
}

void TestCommands::watchSeesPutAndDelete()
{
    const auto user = m_etcd.get(UserKey);
    QVERIFY(user);
    Program watch(connected(
        {QStringLiteral("watch"), QStringLiteral("Users"), QStringLiteral("40"), QStringLiteral("--json")}));
    startWatch(&watch, QByteArray::fromHex("0028ffffffffffffffffffffffffffffffff"));

    // {"name": "Ann"} in CBOR
    const core::Revision put = m_etcd.put(UserKey, QByteArray::fromHex("a1646e616d6563416e6e"));
    const core::Revision removed = m_etcd.remove(UserKey);
    std::vector<QJsonObject> events;
    QTRY_VERIFY((events = watch.jsonLines(), text(events.back(), "type") == QLatin1String("delete")));
    QVERIFY(m_etcd.put(user->key, user->value).value > 0); // as the other tests expect it

    const QJsonObject deletion = events.back();
    events.pop_back();
    const QJsonObject change = events.back();
    QCOMPARE(text(change, "type"), QStringLiteral("put"));
    QCOMPARE(change.value(QLatin1String("slot")).toInt(), 1);
    QCOMPARE(text(change, "key"), QStringLiteral("148494fe-2a76-4e45-9f66-949aee494daa"));
    QCOMPARE(text(change, "keyHex"), QString::fromLatin1(UserKey.toHex()));
    const QJsonObject ann = QJsonDocument::fromJson(R"({"map":[["name","Ann"]]})").object();
    QCOMPARE(change.value(QLatin1String("value")).toObject(), ann);
    const QJsonArray previous =
        change.value(QLatin1String("previous")).toObject().value(QLatin1String("map")).toArray();
    QCOMPARE(previous.at(1).toArray().at(1).toString(), QString::fromUtf8("Nils Dvořák"));
    QCOMPARE(change.value(QLatin1String("revision")).toInteger(), put.value);

    QVERIFY(deletion.contains(QLatin1String("value")) && deletion.value(QLatin1String("value")).isNull());
    QCOMPARE(deletion.value(QLatin1String("previous")).toObject(), ann);
    QCOMPARE(deletion.value(QLatin1String("revision")).toInteger(), removed.value);

    watch.signal(SIGTERM);
    QCOMPARE(watch.wait(), 0);
    QVERIFY(watch.errors().isEmpty());
}

void TestCommands::watchLeavesOutOtherSlots()
{
    Program watch(connected({QStringLiteral("watch"), QStringLiteral("40"), QStringLiteral("--json")}));
    const QByteArray probe = QByteArray::fromHex("0028ffffffffffffffffffffffffffffffff");
    startWatch(&watch, probe);
    m_etcd.put("/config/app/other", "1");
    m_etcd.put(QByteArray::fromHex("0028fffffffffffffffffffffffffffffffe"), "last");
    QTRY_COMPARE(text(watch.jsonLines().back(), "value"), QStringLiteral("last"));
    for (const QJsonObject &line : watch.jsonLines())
        QCOMPARE(line.value(QLatin1String("slot")).toInt(), 40);
}

void TestCommands::watchSurvivesARestart()
{
    Program watch(connected({QStringLiteral("watch"), QStringLiteral("--json")}));
    startWatch(&watch, "/probe/restart");
    m_etcd.kill();
    QTRY_VERIFY_WITH_TIMEOUT(watch.errors().contains("connection lost"), 20'000);
    QVERIFY(m_etcd.start());
    const core::Revision first = m_etcd.put("/after/restart", "one");
    const core::Revision second = m_etcd.put("/after/restart", "two");
    QTRY_VERIFY_WITH_TIMEOUT(text(watch.jsonLines().back(), "value") == QLatin1String("two"), 20'000);
    std::vector<qint64> revisions;
    for (const QJsonObject &line : watch.jsonLines()) {
        if (text(line, "key") == QLatin1String("/after/restart"))
            revisions.push_back(line.value(QLatin1String("revision")).toInteger());
    }
    QCOMPARE(revisions, (std::vector<qint64> {first.value, second.value}));
    QVERIFY(watch.errors().contains("connected again"));
    QVERIFY(watch.isRunning());
}

void TestCommands::watchOfHistory()
{
    const core::Revision first = m_etcd.put("/story/a", "packed");
    m_etcd.put("/story/b", "other");
    m_etcd.put("/story/a", "shipped");
    const core::Revision removed = m_etcd.remove("/story/a");
    m_etcd.put("/story/b", "packed");
    const auto watched = [this](const QStringList &more) {
        return json(QStringList {QStringLiteral("watch")} + more);
    };
    const QStringList from {QStringLiteral("--from-revision"), QString::number(first.value)};
    const QStringList until {QStringLiteral("--until"), QString::number(removed.value)};
    const auto all = watched(from + until);
    QCOMPARE(all.size(), std::size_t {4});
    QVERIFY(!all[0].contains(QLatin1String("previousHex")));
    QCOMPARE(watched(from + QStringList {QStringLiteral("--until"), QStringLiteral("now")}).size(),
             std::size_t {5});

    const auto withPrevious = watched(from + until + QStringList {QStringLiteral("--prev")});
    QCOMPARE(withPrevious.size(), std::size_t {4});
    QVERIFY(withPrevious[0].value(QLatin1String("previousHex")).isNull());
    QCOMPARE(text(withPrevious[2], "previousHex"), QString::fromLatin1(QByteArray("packed").toHex()));
    QCOMPARE(withPrevious[2].value(QLatin1String("previousRevision")).toInteger(), first.value);
    QCOMPARE(text(withPrevious[3], "previousHex"), QString::fromLatin1(QByteArray("shipped").toHex()));

    // What it became, what it was, and what was deleted.
    const QStringList filter {QStringLiteral("--filter"), QStringLiteral("value contains ship")};
    std::vector<qint64> revisions;
    for (const QJsonObject &line : watched(from + until + filter))
        revisions.push_back(line.value(QLatin1String("revision")).toInteger());
    QCOMPARE(revisions, (std::vector<qint64> {removed.value - 1, removed.value}));
    const QStringList packed {QStringLiteral("--filter"),
                              QStringLiteral("value = packed and key contains a")};
    QCOMPARE(watched(from + until + packed).size(), std::size_t {2});

    Program people(connected(QStringList {QStringLiteral("watch"), QStringLiteral("--prev")} + from + until));
    QCOMPARE(people.wait(), 0);
    QVERIFY(people.output().contains(QStringLiteral("before, of revision %1").arg(first.value).toUtf8()));
}

void TestCommands::watchUntilARevisionToCome()
{
    const core::Revision now = m_etcd.put("/until", "before");
    Program watch(
        connected({QStringLiteral("watch"), QStringLiteral("--json"), QStringLiteral("--from-revision"),
                   QString::number(now.value), QStringLiteral("--until"), QString::number(now.value + 2)}));
    QTRY_COMPARE_WITH_TIMEOUT(watch.jsonLines().size(), std::size_t {1}, 20'000);
    m_etcd.put("/until", "one");
    m_etcd.put("/until", "two");
    m_etcd.put("/until", "three");
    QCOMPARE(watch.wait(), 0);
    QCOMPARE(watch.jsonLines().size(), std::size_t {3});
    QCOMPARE(text(watch.jsonLines().back(), "value"), QStringLiteral("two"));

    Program late(connected({QStringLiteral("watch"), QStringLiteral("--until"), QString::number(now.value)}));
    QCOMPARE(late.wait(), 1);
    QVERIFY2(late.errors().contains("--from-revision"), late.errors().constData());
}

void TestCommands::watchOfCompactedHistory()
{
    EtcdProcess etcd;
    QVERIFY(etcd.start());
    const core::Revision gone = etcd.put("/a", "1");
    etcd.put("/a", "2");
    const core::Revision kept = etcd.put("/a", "3");
    QVERIFY(etcd.compact(kept));
    const auto watched = [&etcd](core::Revision from) {
        return QStringList {QStringLiteral("watch"),
                            QStringLiteral("--json"),
                            QStringLiteral("-c"),
                            etcd.endpoint(),
                            QStringLiteral("--from-revision"),
                            QString::number(from.value),
                            QStringLiteral("--until"),
                            QStringLiteral("now")};
    };
    Program watch(watched(gone));
    QCOMPARE(watch.wait(), 1);
    QVERIFY(watch.output().isEmpty());
    QVERIFY2(watch.errors().contains(QByteArray::number(kept.value)), watch.errors().constData());
    // From the next one on nothing is missing.
    Program rest(watched(etcd.put("/a", "4")));
    QCOMPARE(rest.wait(), 0);
    QCOMPARE(rest.jsonLines().size(), std::size_t {1});
}

void TestCommands::watchEndsBySignal_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
}

void TestCommands::watchEndsBySignal()
{
    QFETCH(int, number);
    Program watch(connected({QStringLiteral("watch"), QStringLiteral("--json")}));
    startWatch(&watch, "/probe/signal");
    watch.signal(number);
    QCOMPARE(watch.wait(5000), 0);
}

void TestCommands::closedOutputEndsQuietly()
{
    // A pipeline ends when all of its programs have.
    QProcess shell;
    shell.start(QStringLiteral("/bin/sh"),
                {QStringLiteral("-c"), QStringLiteral("\"$0\" watch --json -c \"$1\" | head -n 1"),
                 qEnvironmentVariable("SLOTSCOPE_PROGRAM"), m_etcd.endpoint()});
    QVERIFY(shell.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT((m_etcd.put("/probe/closed", "probe"), shell.state() == QProcess::NotRunning),
                             20'000);
    QCOMPARE(shell.readAllStandardOutput().count('\n'), 1);
    QVERIFY(shell.readAllStandardError().isEmpty());
}

void TestCommands::undecodableRecord()
{
    const QByteArray key = QByteArray::fromHex("0001ffffffffffffffffffffffffffffffff");
    QVERIFY(m_etcd.put(key, QByteArray::fromHex("a1646e61")).value > 0);
    const auto records = json({QStringLiteral("records"), QStringLiteral("Users")});
    QVERIFY(m_etcd.remove(key).value > 0);
    QCOMPARE(records.size(), size_t(201));
    QCOMPARE(text(records.back(), "keyHex"), QString::fromLatin1(key.toHex()));
    QCOMPARE(records.back().value(QLatin1String("value")).toObject(),
             (QJsonObject {{QStringLiteral("hex"), QStringLiteral("a1646e61")}}));
    QVERIFY(text(records.back(), "error").startsWith(QLatin1String("value: ")));
    QVERIFY(!records.front().contains(QLatin1String("error")));
}

void TestCommands::wrongUsage_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::newRow("unknown command") << QStringLiteral("dance");
    QTest::newRow("unknown option") << QStringLiteral("slots --colour");
    QTest::newRow("unknown global option") << QStringLiteral("--colour slots");
    QTest::newRow("records without a slot") << QStringLiteral("records");
    QTest::newRow("slots with one") << QStringLiteral("slots Users");
    QTest::newRow("limit of none") << QStringLiteral("records Users --limit 0");
    QTest::newRow("limit of words") << QStringLiteral("records Users --limit many");
    QTest::newRow("find of nothing") << QStringLiteral("find");
    QTest::newRow("find of a limit of none") << QStringLiteral("find x --limit 0");
    QTest::newRow("get of nothing") << QStringLiteral("get");
    QTest::newRow("get of bad hex") << QStringLiteral("get 0x123");
    QTest::newRow("not an address") << QStringLiteral("slots -c http://:bad");
    QTest::newRow("demo and address") << QStringLiteral("--demo -c 127.0.0.1:1");
    QTest::newRow("demo and command") << QStringLiteral("--demo slots");
    QTest::newRow("headless what") << QStringLiteral("--headless");
    QTest::newRow("screenshot of nothing") << QStringLiteral("--screenshot x.png");
}

void TestCommands::wrongUsage()
{
    QFETCH(QString, arguments);
    Program program(arguments.split(u' '));
    QCOMPARE(program.wait(), 2);
    QVERIFY(program.errors().startsWith("slotscope: "));
    QVERIFY(program.output().isEmpty());
    // Each command has a help of its own.
    const QString command = arguments.section(u' ', 0, 0);
    if (command == QLatin1String("records") || command == QLatin1String("slots"))
        QVERIFY2(program.errors().contains("see slotscope " + command.toUtf8() + " --help"),
                 program.errors().constData());
}

void TestCommands::failures_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("says");
    QTest::newRow("no such slot") << QStringList {QStringLiteral("records"), QStringLiteral("Nobody")}
                                  << QStringLiteral("Nobody");
    QTest::newRow("empty slot") << QStringList {QStringLiteral("records"), QStringLiteral("99")}
                                << QStringLiteral("slot 99");
    QTest::newRow("no such key") << QStringList {QStringLiteral("get"), QStringLiteral("/none")}
                                 << QStringLiteral("/none");
    QTest::newRow("no key of the slot")
        << QStringList {QStringLiteral("get"), QStringLiteral("Users"), QStringLiteral("x")}
        << QStringLiteral("not a key of slot Users");
    QTest::newRow("find in nobody") << QStringList {QStringLiteral("find"), QStringLiteral("x"),
                                                    QStringLiteral("Nobody")}
                                    << QStringLiteral("Nobody");
    QTest::newRow("watch of nobody") << QStringList {QStringLiteral("watch"), QStringLiteral("Nobody")}
                                     << QStringLiteral("Nobody");
}

void TestCommands::failures()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, says);
    Program program(connected(arguments));
    QCOMPARE(program.wait(), 1);
    QVERIFY2(program.errors().contains(says.toUtf8()), program.errors().constData());
    QVERIFY(program.output().isEmpty());

    // The same with nobody at the address.
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const QString address = QStringLiteral("127.0.0.1:%1").arg(server.serverPort());
    server.close();
    Program away(arguments + QStringList {QStringLiteral("-c"), address});
    QCOMPARE(away.wait(), 1);
    QVERIFY2(away.errors().contains(address.toUtf8()), away.errors().constData());
    QVERIFY2(away.errors().contains("slotscope test-connection"), away.errors().constData());
}

void TestCommands::somethingElseAnswers()
{
    // A web server that knows no etcd: 404 for everything.
    FakeGateway gateway;
    Program program({QStringLiteral("slots"), QStringLiteral("-c"),
                     QStringLiteral("127.0.0.1:%1").arg(gateway.serverPort())});
    QCOMPARE(program.wait(), 1);
    QVERIFY(!program.errors().isEmpty());
    QVERIFY(program.output().isEmpty());
}

void TestCommands::helpNeedsNoServer()
{
    for (const char *arguments :
         {"--help", "slots --help", "records --help", "find --help", "watch --help", "get --help"}) {
        Program program(QString::fromLatin1(arguments).split(u' '));
        QCOMPARE(program.wait(), 0);
        QVERIFY(program.output().startsWith("Usage: "));
    }
    Program version({QStringLiteral("--version")});
    QCOMPARE(version.wait(), 0);
    QVERIFY(version.output().startsWith("slotscope "));
}

QTEST_GUILESS_MAIN(TestCommands)
#include "tst_commands.moc"
