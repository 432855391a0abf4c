// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/alerts.h"
#include "core/live/eventfilter.h"
#include "tests/support/memoryconnection.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QByteArray order(const char *status, int total)
{
    return QByteArrayLiteral("{\"status\":\"") + status + "\",\"total\":" + QByteArray::number(total) + '}';
}

AlertRule packed()
{
    return {.name = QStringLiteral("packed"),
            .table = QStringLiteral("1"),
            .condition = QStringLiteral("status = packed")};
}

} // namespace

class TestAlerts : public QObject
{
    Q_OBJECT

    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<Connection> m_connection;
    std::unique_ptr<Alerts> m_alerts;
    std::vector<Alert> m_told;
    std::chrono::milliseconds m_now {};

    /// Everything that was written is in the log and was held against the rules.
    bool isSettled() const
    {
        const EventLog *log = m_connection->eventLog();
        return log->revision() == m_etcd->revision() && m_alerts->isCaughtUp();
    }

private Q_SLOTS:
    void init()
    {
        m_etcd = std::make_unique<MemoryEtcd>();
        for (int i = 0; i < 20; ++i) {
            m_etcd->put(slotKey(1, "order-" + QByteArray::number(i)), order("new", i));
            m_etcd->put(slotKey(2, "k" + QByteArray::number(i)), order("other", i));
        }
        m_connection = std::make_unique<Connection>(Endpoint(), m_etcd->transport());
        m_connection->open();
        QTRY_COMPARE(m_connection->state(), Connection::State::Online);
        QTRY_VERIFY(m_connection->directory()->isSampled());
        m_now = std::chrono::hours(1);
        m_told.clear();
        m_alerts = std::make_unique<Alerts>(m_connection->eventLog(), m_connection->directory(), nullptr,
                                            [this] { return m_now; });
        connect(m_alerts.get(), &Alerts::alerted, this,
                [this](const Alert &alert) { m_told.push_back(alert); });
    }
    void cleanup()
    {
        m_alerts.reset();
        m_connection.reset();
        m_etcd.reset();
    }

    void whatARuleIsAboutIsTold()
    {
        m_etcd->put(slotKey(1, "order-1"), order("packed", 1)); // before there was a rule
        QTRY_COMPARE(m_connection->eventLog()->end(), qint64(1));
        AlertRule gone {.name = QStringLiteral("gone"), .kinds = EventFilter::Deletions, .highlight = false};
        m_alerts->setRules({packed(), gone});
        m_etcd->put(slotKey(1, "order-2"), order("new", 7));
        m_etcd->put(slotKey(1, "order-2"), order("packed", 7));
        m_etcd->put(slotKey(2, "k1"), order("packed", 1)); // another table
        m_etcd->put(slotKey(1, "order-50"), order("packed", 9));
        m_etcd->remove(slotKey(2, "k2"));
        QTRY_VERIFY(isSettled());

        // However the events came in: the first is told at once, the others are counted.
        m_now += std::chrono::seconds(10);
        m_alerts->tellDue();
        qint64 count = 0;
        QString last;
        for (const Alert &alert : m_told) {
            if (alert.rule.name == QLatin1String("packed")) {
                count += alert.count;
                last = alert.text;
            }
        }
        QCOMPARE(count, qint64(2));
        QCOMPARE(last, QStringLiteral("slot 1 · order-50 is new: status: packed, total: 9"));
        const auto deleted = std::find_if(m_told.cbegin(), m_told.cend(), [](const Alert &alert) {
            return alert.rule.name == QLatin1String("gone");
        });
        QVERIFY(deleted != m_told.cend());
        QCOMPARE(deleted->text, QStringLiteral("slot 2 · k2 deleted"));
        QCOMPARE(deleted->key, slotKey(2, "k2"));
        QCOMPARE(deleted->entry, qint64(5));

        QCOMPARE(m_alerts->highlightOf(0), QString());
        QCOMPARE(m_alerts->highlightOf(1), QString());
        QCOMPARE(m_alerts->highlightOf(2), QStringLiteral("packed"));
        QCOMPARE(m_alerts->highlightOf(4), QStringLiteral("packed"));
        QCOMPARE(m_alerts->highlightOf(5), QString());
    }

    void manyAreToldTogether()
    {
        m_alerts->setRules({packed()});
        m_etcd->put(slotKey(1, "a"), order("packed", 0));
        QTRY_COMPARE(m_told.size(), size_t(1));
        QCOMPARE(m_told.front().count, qint64(1));
        for (int i = 0; i < 50; ++i)
            m_etcd->put(slotKey(1, "a"), order("packed", i));
        QTRY_VERIFY(isSettled());
        QCOMPARE(m_told.size(), size_t(1));
        m_now += std::chrono::milliseconds(9'999);
        m_alerts->tellDue();
        QCOMPARE(m_told.size(), size_t(1));
        m_now += std::chrono::milliseconds(1);
        m_alerts->tellDue();
        QCOMPARE(m_told.size(), size_t(2));
        QCOMPARE(m_told.back().count, qint64(50));
        QCOMPARE(m_told.back().text, QStringLiteral("slot 1 · a changed: total: 48 → 49"));
        m_now += std::chrono::seconds(60);
        m_alerts->tellDue();
        QCOMPARE(m_told.size(), size_t(2));
    }

    void rulesThatChangeMissNothing()
    {
        AlertRule rule = packed();
        rule.throttleSeconds = 0;
        m_alerts->setRules({rule});
        for (int i = 0; i < 40; ++i) {
            m_etcd->put(slotKey(1, "a"), order("packed", i));
            if (i % 10 == 0) {
                rule.sound = !rule.sound;
                m_alerts->setRules({rule});
            }
        }
        QTRY_VERIFY(isSettled());
        qint64 count = 0;
        for (const Alert &alert : m_told)
            count += alert.count;
        QCOMPARE(count, qint64(40));
        m_alerts->setRules({});
        m_etcd->put(slotKey(1, "a"), order("packed", 1));
        QTRY_VERIFY(isSettled());
        qint64 after = 0;
        for (const Alert &alert : m_told)
            after += alert.count;
        QCOMPARE(after, qint64(40));
    }

    void keysAndDisabledRules()
    {
        AlertRule text {
            .name = QStringLiteral("text"), .keyStart = QStringLiteral("ab"), .throttleSeconds = 0};
        AlertRule bytes {
            .name = QStringLiteral("bytes"), .keyStart = QStringLiteral("0x0002"), .throttleSeconds = 0};
        AlertRule off = packed();
        off.enabled = false;
        AlertRule nowhere {.name = QStringLiteral("nowhere"), .table = QStringLiteral("not a table")};
        m_alerts->setRules({text, bytes, off, nowhere});
        m_etcd->put(slotKey(1, "abc"), order("packed", 1));
        m_etcd->put(slotKey(1, "xab"), order("packed", 1));
        m_etcd->put(slotKey(2, "x"), order("packed", 1));
        QTRY_VERIFY(isSettled());
        QCOMPARE(m_alerts->highlightOf(0), QStringLiteral("text"));
        QCOMPARE(m_alerts->highlightOf(1), QString());
        QCOMPARE(m_alerts->highlightOf(2), QStringLiteral("bytes"));
    }

    void logFiles()
    {
        const QTemporaryDir folder;
        AlertRule rule = packed();
        rule.logFile = folder.filePath(QStringLiteral("alerts.jsonl"));
        AlertRule nowhere = packed();
        nowhere.name = QStringLiteral("nowhere");
        nowhere.logFile = folder.filePath(QStringLiteral("not/there.jsonl"));
        QStringList failures;
        connect(m_alerts.get(), &Alerts::logFailed, this, [&](const QString &file) { failures << file; });
        m_alerts->setRules({rule, nowhere});
        for (int i = 0; i < 30; ++i)
            m_etcd->put(slotKey(1, "a"), order("packed", i));
        QTRY_VERIFY(isSettled());
        QTRY_VERIFY(!failures.isEmpty());
        QCOMPARE(failures.front(), nowhere.logFile);
        m_alerts.reset(); // writes what is to be written
        QFile file(rule.logFile);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 30); // each of them, whatever is held back
        qint64 revision = 0;
        for (const QByteArray &line : lines) {
            const QJsonObject json = QJsonDocument::fromJson(line).object();
            QCOMPARE(json[QStringLiteral("alert")].toString(), QStringLiteral("packed"));
            QCOMPARE(json[QStringLiteral("key")].toString(), QStringLiteral("a"));
            QVERIFY(json[QStringLiteral("revision")].toInteger() > revision);
            revision = json[QStringLiteral("revision")].toInteger();
        }
        QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }

    void rulesAsJson()
    {
        AlertRule all {.name = QStringLiteral("all"),
                       .enabled = false,
                       .table = QStringLiteral("Users"),
                       .keyStart = QStringLiteral("0x01"),
                       .kinds = EventFilter::Creates | EventFilter::Deletions,
                       .condition = QStringLiteral("a = 'ä\"'"),
                       .highlight = false,
                       .sound = true,
                       .notify = true,
                       .logFile = QStringLiteral("/somewhere/else"),
                       .throttleSeconds = 77};
        const std::vector<AlertRule> rules {all, packed()};
        QVERIFY(alertRulesFromJson(toJson(rules)) == rules);
        const auto strange =
            QJsonDocument::fromJson(R"([1, {}, {"name": "x", "throttleSeconds": -5}])").array();
        const std::vector<AlertRule> read = alertRulesFromJson(strange);
        QCOMPARE(read.size(), size_t(1));
        QCOMPARE(read.front().throttleSeconds, 0);
    }

    void faults()
    {
        QCOMPARE(faultOf(packed()), QString());
        QVERIFY(!faultOf({.name = QStringLiteral(" ")}).isEmpty());
        QVERIFY(!faultOf({.name = QStringLiteral("x"), .kinds = 0}).isEmpty());
        QVERIFY(faultOf({.name = QStringLiteral("x"), .condition = QStringLiteral("a =")})
                    .contains(QLatin1String("character 4")));
        QVERIFY(!faultOf({.name = QStringLiteral("x"), .logFile = QStringLiteral("a.log")}).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestAlerts)
#include "tst_alerts.moc"
