// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/eventjson.h"
#include "core/live/logscan.h"
#include "core/value/notation.h"
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

EventFilter conditionOf(const char *text)
{
    return {.condition = FieldCondition::parse(QString::fromUtf8(text)).value()};
}

} // namespace

/// Filters, scans and exports of a log that a connection keeps.
class TestEventFilter : public QObject
{
    Q_OBJECT

    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<Connection> m_connection;

    EventLog *log() const { return m_connection->eventLog(); }
    CodecBook book() const { return CodecBook(*m_connection->directory()); }
    /// Slot and key of the events that pass, as text.
    QStringList passing(const EventFilter &filter) const
    {
        QStringList result;
        const CodecBook codecs = book();
        log()->snapshot().visit(0, [&](const LogEntry &entry) {
            for (const LoggedEvent &event : entry.events) {
                if (filter.matches(event, codecs))
                    result << QString::fromLatin1(event.event.kv.key.mid(2))
                            + QString::number(entry.revision.value - m_first);
            }
            return true;
        });
        return result;
    }
    qint64 m_first = 0;

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
        m_first = m_etcd->revision().value;
        m_etcd->put(slotKey(1, "a"), order("new", 5)); // 1
        m_etcd->write({{slotKey(1, "a"), order("packed", 5)}, {slotKey(2, "b"), order("new", 7)}}); // 2
        m_etcd->put(slotKey(1, "order-3"), order("packed", 50)); // 3
        m_etcd->remove(slotKey(1, "a")); // 4
        m_etcd->remove(slotKey(1, "order-4")); // 5, of which nobody knows what it was
        m_etcd->put("/config/name", "plain"); // 6
        QTRY_COMPARE(log()->end(), qint64(6));
    }

    void everything()
    {
        QCOMPARE(EventFilter().isEmpty(), true);
        QCOMPARE(passing({}).size(), 7);
    }

    void bySlotKeyAndKind()
    {
        QCOMPARE(passing({.slot = Slot(2)}), QStringList {QStringLiteral("b2")});
        QCOMPARE(passing({.keyPrefix = slotKey(1, "a")}),
                 (QStringList {QStringLiteral("a1"), QStringLiteral("a2"), QStringLiteral("a4")}));
        QCOMPARE(passing({.keyText = QStringLiteral("ORDER")}),
                 (QStringList {QStringLiteral("order-33"), QStringLiteral("order-45")}));
        QCOMPARE(passing({.keyText = QStringLiteral("0x000262")}), QStringList {QStringLiteral("b2")});
        QCOMPARE(passing({.keyText = QStringLiteral("/config")}),
                 QStringList {QStringLiteral("onfig/name6")});
        QCOMPARE(passing({.slot = Slot(1), .kinds = EventFilter::Creates}),
                 QStringList {QStringLiteral("a1")});
        QCOMPARE(passing({.kinds = EventFilter::Deletions}),
                 (QStringList {QStringLiteral("a4"), QStringLiteral("order-45")}));
        QCOMPARE(passing({.kinds = EventFilter::Changes}),
                 (QStringList {QStringLiteral("a2"), QStringLiteral("order-33")}));
    }

    void byCondition()
    {
        QCOMPARE(passing(conditionOf("status = packed")),
                 (QStringList {QStringLiteral("a2"), QStringLiteral("order-33"), QStringLiteral("a4")}));
        QCOMPARE(passing(conditionOf("total > 6")),
                 (QStringList {QStringLiteral("b2"), QStringLiteral("order-33")}));
        QCOMPARE(passing(conditionOf("key ~ /^order/ and total > 6")),
                 QStringList {QStringLiteral("order-33")});
        QCOMPARE(passing(conditionOf("value = plain")), QStringList {QStringLiteral("onfig/name6")});
    }

    void aScanFollowsTheLog()
    {
        LogScan scan(log());
        std::vector<qint64> found;
        connect(&scan, &LogScan::found, this, [&found](const std::vector<LogScan::Hit> &hits) {
            for (const LogScan::Hit &hit : hits)
                found.push_back(hit.number);
        });
        const auto step = [filter = conditionOf("status = packed"),
                           codecs = book()](const LogEntry &entry, std::vector<LogScan::Hit> *hits) {
            if (filter.matches(entry, codecs))
                hits->push_back({entry.number});
        };
        QVERIFY(scan.isCaughtUp());
        scan.start(step, 0);
        QTRY_VERIFY(scan.isCaughtUp());
        QCOMPARE(found, (std::vector<qint64> {1, 2, 3}));

        for (int i = 0; i < 100; ++i)
            m_etcd->put(slotKey(1, "more"), order(i % 10 == 0 ? "packed" : "new", i));
        QTRY_COMPARE(log()->end(), qint64(106));
        QTRY_VERIFY(scan.isCaughtUp());
        QCOMPARE(found.size(), size_t(13));
        QCOMPARE(found.back(), qint64(96));

        // Started anew nothing of before is heard.
        found.clear();
        scan.start(step, 0);
        scan.start(step, 90);
        QTRY_VERIFY(scan.isCaughtUp());
        QCOMPARE(found, (std::vector<qint64> {96}));
        scan.stop();
        m_etcd->put(slotKey(1, "more"), order("packed", 1));
        QTRY_COMPARE(log()->end(), qint64(107));
        QCOMPARE(found.size(), size_t(1));
        QCOMPARE(scan.scannedTo(), qint64(106));
    }

    void jsonLines()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("events.jsonl"));
        const auto count = exportEvents(log()->snapshot(), {.slot = Slot(1)}, book(), file);
        QVERIFY(count);
        QCOMPARE(*count, qint64(5));
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QCOMPARE(written.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        const QList<QByteArray> lines = written.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 5);
        const QJsonObject change = QJsonDocument::fromJson(lines[1]).object();
        QCOMPARE(change[QStringLiteral("type")].toString(), QStringLiteral("put"));
        QCOMPARE(change[QStringLiteral("slot")].toInt(), 1);
        QCOMPARE(change[QStringLiteral("key")].toString(), QStringLiteral("a"));
        QCOMPARE(change[QStringLiteral("keyHex")].toString(), QStringLiteral("000161"));
        const Value line = fromNotation(lines[1]).value();
        QCOMPARE(line.find(u"value")->find(u"status")->toText(), QStringLiteral("packed"));
        QCOMPARE(line.find(u"previous")->find(u"status")->toText(), QStringLiteral("new"));
        QCOMPARE(change[QStringLiteral("revision")].toInteger(), m_first + 2);
        QCOMPARE(change[QStringLiteral("created")].toBool(true), false);
        QVERIFY(QDateTime::fromString(change[QStringLiteral("received")].toString(), Qt::ISODateWithMs)
                    .isValid());
        const QJsonObject unknown = QJsonDocument::fromJson(lines[4]).object();
        QCOMPARE(unknown[QStringLiteral("type")].toString(), QStringLiteral("delete"));
        QVERIFY(unknown[QStringLiteral("previous")].isNull());
        QCOMPARE(unknown[QStringLiteral("previousKnown")].toBool(true), false);

        // What was missed is said, whatever the filter.
        log()->continueAfter(Revision(m_first + 20));
        QVERIFY(exportEvents(log()->snapshot(), {.slot = Slot(9)}, book(), file));
        QFile again(file);
        QVERIFY(again.open(QIODevice::ReadOnly));
        const QJsonObject gap = QJsonDocument::fromJson(again.readAll()).object();
        QCOMPARE(gap[QStringLiteral("type")].toString(), QStringLiteral("gap"));
        QCOMPARE(gap[QStringLiteral("from")].toInteger(), m_first + 7);
        QCOMPARE(gap[QStringLiteral("to")].toInteger(), m_first + 20);
    }

    void exportsThatFail()
    {
        const QTemporaryDir folder;
        const auto nowhere =
            exportEvents(log()->snapshot(), {}, book(), folder.filePath(QStringLiteral("not/there.jsonl")));
        QVERIFY(!nowhere);
        QCOMPARE(nowhere.error().kind, ErrorKind::Io);
        QVERIFY(nowhere.error().detail.contains(QLatin1String("not/there.jsonl")));
        const std::atomic_bool cancelled = true;
        const QString file = folder.filePath(QStringLiteral("events.jsonl"));
        QCOMPARE(exportEvents(log()->snapshot(), {}, book(), file, &cancelled).error().kind,
                 ErrorKind::Cancelled);
        QVERIFY(!QFile::exists(file));
    }
};

QTEST_GUILESS_MAIN(TestEventFilter)
#include "tst_eventfilter.moc"
