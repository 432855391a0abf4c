// SPDX-License-Identifier: GPL-3.0-or-later
//
// The demo without a window: what is in it, that it lives, and that it leaves nothing behind.
#include "tests/support/await.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/program.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTcpSocket>
#include <QtEndian>
#include <QtTest>

#include <csignal>
#include <map>
#include <memory>

using namespace slotscope;
using namespace slotscope::test;

class TestDemo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void slotsAndCounts();
    void usersLookLikeTheTutorial();
    void indexesAreConsistent();
    void sessionsArePickles();
    void documentsAreCompressed();
    void recordsChange();
    void sameDataEveryTime();

    void endsBySignal_data();
    void endsBySignal();
    void diesWithTheProgram();
    void withoutEtcd();
    void pictureOfTheWindow();
    void windowWithoutADisplay();

    void cleanupTestCase();

private:
    std::vector<QJsonObject> json(const QStringList &arguments) const;
    std::map<QString, QJsonObject> slotsByName() const;
    /// Whether an etcd takes connections there.
    static bool answers(const QString &endpoint);
    /// What is in the folder for temporary files that the demo was given.
    QStringList leftovers() const
    {
        return QDir(m_temporary.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
    }

    QTemporaryDir m_temporary;
    std::unique_ptr<Program> m_demo;
    QString m_endpoint;
};

namespace {

/// The address that a demo writes once it is ready; empty when it does not come.
QString endpointOf(Program *demo)
{
    const bool ready = QTest::qWaitFor([demo] { return demo->output().endsWith('\n'); }, 60'000);
    return ready ? QString::fromUtf8(demo->output().trimmed()) : QString();
}

/// The members of a map in the notation.
std::map<QString, QJsonValue> members(const QJsonObject &record)
{
    std::map<QString, QJsonValue> result;
    const QJsonArray pairs =
        record.value(QLatin1String("value")).toObject().value(QLatin1String("map")).toArray();
    for (const QJsonValue pair : pairs)
        result[pair.toArray().at(0).toString()] = pair.toArray().at(1);
    return result;
}

} // namespace

void TestDemo::initTestCase()
{
    SLOTSCOPE_REQUIRE_ETCD();
    QVERIFY(m_temporary.isValid());
    qputenv("TMPDIR", m_temporary.path().toLocal8Bit());
    m_demo = std::make_unique<Program>(QStringList {QStringLiteral("--demo"), QStringLiteral("--headless")});
    m_endpoint = endpointOf(m_demo.get());
    QVERIFY2(m_endpoint.startsWith(QLatin1String("http://127.0.0.1:")), m_demo->errors().constData());
    QCOMPARE(m_demo->output().count('\n'), 1);
}

std::vector<QJsonObject> TestDemo::json(const QStringList &arguments) const
{
    Program program(arguments + QStringList {QStringLiteral("--json"), QStringLiteral("-c"), m_endpoint});
    return program.wait() == 0 ? program.jsonLines() : std::vector<QJsonObject>();
}

std::map<QString, QJsonObject> TestDemo::slotsByName() const
{
    std::map<QString, QJsonObject> result;
    for (const QJsonObject &slot : json({QStringLiteral("slots")}))
        result[slot.value(QLatin1String("name")).toString().section(u'.', -1)] = slot;
    return result;
}

bool TestDemo::answers(const QString &endpoint)
{
    QTcpSocket socket;
    const QUrl url(endpoint);
    socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
    return socket.waitForConnected(1000);
}

void TestDemo::slotsAndCounts()
{
    auto found = slotsByName();
    const auto records = [&](const char *name) {
        return found[QString::fromLatin1(name)].value(QLatin1String("records")).toInt();
    };
    QCOMPARE(records("Users"), 2000);
    QCOMPARE(records("IndexUsersByName"), 2000);
    QCOMPARE(records("IndexUsersByEmail"), 2000);
    QCOMPARE(records("Devices"), 800);
    QCOMPARE(records("Sessions"), 200);
    QCOMPARE(records("Documents"), 300);
    QVERIFY(qAbs(records("Orders") - 3000) < 100); // they come and go

    std::map<int, QJsonObject> byNumber;
    for (const QJsonObject &slot : json({QStringLiteral("slots")}))
        byNumber[slot.value(QLatin1String("slot")).toInt()] = slot;
    QVERIFY(byNumber.at(40).value(QLatin1String("name")).isNull());
    QCOMPARE(byNumber.at(40).value(QLatin1String("records")).toInt(), 60);
    QCOMPARE(byNumber.at(0x2f63).value(QLatin1String("records")).toInt(), 40);
    QVERIFY(byNumber.at(0x2f63).value(QLatin1String("keyType")).isNull());
    QCOMPARE(found[QStringLiteral("Users")].value(QLatin1String("keyType")).toString(),
             QStringLiteral("Uuid"));
    QCOMPARE(found[QStringLiteral("Users")].value(QLatin1String("valueType")).toString(),
             QStringLiteral("Cbor"));
    QCOMPARE(found[QStringLiteral("Orders")].value(QLatin1String("keyType")).toString(),
             QStringLiteral("Oid"));
    QCOMPARE(found[QStringLiteral("Devices")].value(QLatin1String("valueType")).toString(),
             QStringLiteral("Json"));
}

void TestDemo::usersLookLikeTheTutorial()
{
    const auto users = json(
        {QStringLiteral("records"), QStringLiteral("Users"), QStringLiteral("-n"), QStringLiteral("50")});
    QCOMPARE(users.size(), size_t(50));
    for (const QJsonObject &user : users) {
        QVERIFY(!user.contains(QLatin1String("error")));
        const auto fields = members(user);
        for (const char *name : {"oid", "name", "authid", "uuid", "email", "birthday", "is_friendly", "tags",
                                 "ratings", "friends", "referred_by"})
            QVERIFY2(fields.contains(QString::fromLatin1(name)), name);
        // The key says the same as the record.
        QCOMPARE(fields.at(QStringLiteral("uuid")).toObject().value(QLatin1String("uuid")),
                 user.value(QLatin1String("key")));
    }
}

void TestDemo::indexesAreConsistent()
{
    std::map<QString, std::map<QString, QJsonValue>> users;
    for (const QJsonObject &user : json({QStringLiteral("records"), QStringLiteral("Users")}))
        users[user.value(QLatin1String("key")).toString()] = members(user);
    const std::vector<std::pair<QString, QString>> indexes {
        {QStringLiteral("IndexUsersByName"), QStringLiteral("name")},
        {QStringLiteral("IndexUsersByEmail"), QStringLiteral("email")}};
    for (const auto &[table, field] : indexes) {
        const auto entries = json({QStringLiteral("records"), table});
        QCOMPARE(entries.size(), users.size());
        for (const QJsonObject &entry : entries)
            QCOMPARE(users.at(entry.value(QLatin1String("value")).toString()).at(field),
                     entry.value(QLatin1String("key")));
    }
}

void TestDemo::sessionsArePickles()
{
    const auto sessions = json({QStringLiteral("records"), QStringLiteral("Sessions")});
    QCOMPARE(sessions.size(), size_t(200));
    for (const QJsonObject &session : sessions) {
        const QByteArray pickle =
            QByteArray::fromHex(session.value(QLatin1String("valueHex")).toString().toLatin1());
        // Protocol 2, a memoized empty dict, a mark, and the first key; at the end SETITEMS and STOP.
        QVERIFY(pickle.startsWith(QByteArray("\x80\x02}q\x00(X\x04\x00\x00\x00userq\x01X", 18)));
        QVERIFY(pickle.endsWith("u."));
    }
}

void TestDemo::documentsAreCompressed()
{
    const auto documents = json(
        {QStringLiteral("records"), QStringLiteral("Documents"), QStringLiteral("-n"), QStringLiteral("5")});
    QCOMPARE(documents.size(), size_t(5));
    for (const QJsonObject &document : documents) {
        const QByteArray bytes =
            QByteArray::fromHex(document.value(QLatin1String("valueHex")).toString().toLatin1());
        // qUncompress() wants a length ahead, which it takes for a hint.
        const QByteArray cbor = qUncompress(QByteArray(4, '\0') + bytes);
        QVERIFY(cbor.size() > bytes.size());
        QVERIFY(cbor.startsWith("\xa6"
                                "etitle"));
    }
}

void TestDemo::recordsChange()
{
    Program watch({QStringLiteral("watch"), QStringLiteral("--json"), QStringLiteral("-c"), m_endpoint});
    QTRY_VERIFY_WITH_TIMEOUT(watch.jsonLines().size() >= 8, 30'000);
    for (const QJsonObject &event : watch.jsonLines()) {
        const int slot = event.value(QLatin1String("slot")).toInt();
        QVERIFY(slot == 4 || slot == 5); // orders and devices
        QVERIFY(!event.contains(QLatin1String("error")));
    }
    watch.signal(SIGINT);
    QCOMPARE(watch.wait(), 0);
}

void TestDemo::sameDataEveryTime()
{
    Program second({QStringLiteral("--demo"), QStringLiteral("--headless")});
    const QString endpoint = endpointOf(&second);
    QVERIFY(!endpoint.isEmpty());
    QVERIFY(endpoint != m_endpoint); // two of them side by side
    const QStringList arguments {QStringLiteral("records"), QStringLiteral("Users"),
                                 QStringLiteral("--json")};
    const auto bytes = [&](const QString &address) {
        Program program(arguments + QStringList {QStringLiteral("-c"), address});
        std::vector<QString> values;
        if (program.wait() == 0) {
            for (const QJsonObject &record : program.jsonLines())
                values.push_back(record.value(QLatin1String("keyHex")).toString()
                                 + record.value(QLatin1String("valueHex")).toString());
        }
        return values;
    };
    const auto values = bytes(endpoint);
    QCOMPARE(values.size(), size_t(2000));
    QVERIFY(values == bytes(m_endpoint));
    second.signal(SIGTERM);
    QCOMPARE(second.wait(10'000), 0);
}

void TestDemo::endsBySignal_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
}

void TestDemo::endsBySignal()
{
    QFETCH(int, number);
    const qsizetype before = leftovers().size();
    Program demo({QStringLiteral("--demo"), QStringLiteral("--headless")});
    const QString endpoint = endpointOf(&demo);
    QVERIFY(answers(endpoint));
    QVERIFY(leftovers().size() > before);
    demo.signal(number);
    QCOMPARE(demo.wait(10'000), 0);
    QVERIFY(!answers(endpoint));
    QCOMPARE(leftovers().size(), before);
}

void TestDemo::diesWithTheProgram()
{
    const qsizetype before = leftovers().size();
    Program demo({QStringLiteral("--demo"), QStringLiteral("--headless")});
    const QString endpoint = endpointOf(&demo);
    QVERIFY(answers(endpoint));
    demo.signal(SIGKILL);
    QCOMPARE(demo.wait(10'000), -1);
    QTRY_VERIFY_WITH_TIMEOUT(!answers(endpoint), 10'000);
    QTRY_COMPARE_WITH_TIMEOUT(leftovers().size(), before, 10'000);
}

void TestDemo::withoutEtcd()
{
    qputenv("SLOTSCOPE_ETCD", "/nowhere/etcd");
    Program named({QStringLiteral("--demo"), QStringLiteral("--headless")});
    qunsetenv("SLOTSCOPE_ETCD");
    QCOMPARE(named.wait(), 1);
    QVERIFY(named.errors().contains("/nowhere/etcd"));
    QVERIFY(named.output().isEmpty());

    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", m_temporary.path().toLocal8Bit());
    Program none({QStringLiteral("--demo"), QStringLiteral("--headless")});
    qputenv("PATH", path);
    QCOMPARE(none.wait(), 1);
    QVERIFY(none.errors().contains("etcd-server"));
}

void TestDemo::pictureOfTheWindow()
{
    const QString file = m_temporary.filePath(QStringLiteral("picture.png"));
    const QStringList arguments {QStringLiteral("-platform"), QStringLiteral("offscreen"),
                                 QStringLiteral("--screenshot"), file};
    Program program(arguments + QStringList {QStringLiteral("-c"), m_endpoint});
    QVERIFY2(program.wait(60'000) == 0, program.errors().constData());
    QFile picture(file);
    QVERIFY(picture.open(QIODevice::ReadOnly));
    const QByteArray head = picture.read(24);
    QVERIFY(head.startsWith("\x89PNG"));
    // Of the first chunk, IHDR: width and height.
    QCOMPARE(qFromBigEndian<quint32>(head.constData() + 16), 1400U);
    QCOMPARE(qFromBigEndian<quint32>(head.constData() + 20), 860U);

    Program nowhere(QStringList {QStringLiteral("-platform"), QStringLiteral("offscreen"),
                                 QStringLiteral("--screenshot"), QStringLiteral("/nowhere/picture.png"),
                                 QStringLiteral("-c"), m_endpoint});
    QCOMPARE(nowhere.wait(60'000), 1);
    QVERIFY(nowhere.errors().contains("/nowhere/picture.png"));

    Program away(arguments + QStringList {QStringLiteral("-c"), QStringLiteral("127.0.0.1:1")});
    QCOMPARE(away.wait(), 1);
    QVERIFY(away.errors().contains("127.0.0.1:1"));
}

void TestDemo::windowWithoutADisplay()
{
    Program program({QStringLiteral("--demo")});
    QCOMPARE(program.wait(), 1);
    QVERIFY(program.errors().contains("no display"));
}

void TestDemo::cleanupTestCase()
{
    if (!m_demo)
        return;
    m_demo->signal(SIGTERM);
    QCOMPARE(m_demo->wait(10'000), 0);
}

QTEST_GUILESS_MAIN(TestDemo)
#include "tst_demo.moc"
