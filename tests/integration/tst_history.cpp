// SPDX-License-Identifier: GPL-3.0-or-later
//
// Histories of keys of a real etcd, in core and by the program's command.
#include "core/history/keyhistory.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/program.h"

#include <QJsonObject>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::test;
using core::KeyHistory;
using core::KeyVersion;
using core::Revision;

namespace {

/// What was done to one key, in the order in which it was done.
class Journal
{
public:
    Journal(EtcdProcess *etcd, QByteArray key)
        : m_etcd(etcd)
        , m_key(std::move(key))
    {
    }
    bool put(const QByteArray &value)
    {
        KeyVersion version {.kv = {.key = m_key, .value = value}};
        version.kv.modRevision = m_etcd->put(m_key, value);
        m_versions.push_back(version);
        return version.kv.modRevision.value > 0;
    }
    bool remove()
    {
        KeyVersion version {.kv = {.key = m_key}, .deleted = true};
        version.kv.modRevision = m_etcd->remove(m_key);
        m_versions.push_back(version);
        return version.kv.modRevision.value > 0;
    }
    const QByteArray &key() const { return m_key; }
    const std::vector<KeyVersion> &versions() const { return m_versions; }
    /// The first place where the history is another; -1: it is the same. `from`: what was done before is not
    /// looked at.
    int difference(const KeyHistory &history, size_t from = 0) const
    {
        const auto &found = history.versions();
        for (size_t i = 0; i < std::max(found.size(), m_versions.size() - from); ++i) {
            if (i >= found.size() || i + from >= m_versions.size()
                || found[i].revision() != m_versions[i + from].revision()
                || found[i].deleted != m_versions[i + from].deleted
                || found[i].kv.value != m_versions[i + from].kv.value)
                return static_cast<int>(i);
        }
        return -1;
    }

private:
    EtcdProcess *m_etcd;
    QByteArray m_key;
    std::vector<KeyVersion> m_versions;
};

} // namespace

class TestHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(QFile::exists(qEnvironmentVariable("SLOTSCOPE_PROGRAM")));
        QVERIFY(m_etcd.start());
        m_client = std::make_unique<core::Client>(m_etcd.parsedEndpoint());
    }

    // More than etcd replays in one go, and then it is gone.
    void longHistoryOfAGoneKey()
    {
        Journal journal(&m_etcd, "/history/long");
        for (int i = 0; i < 1100; ++i)
            QVERIFY(journal.put(QByteArray::number(i)));
        QVERIFY(journal.remove());
        KeyHistory history(m_client.get(), journal.key());
        history.read();
        QTRY_COMPARE_WITH_TIMEOUT(history.state(), KeyHistory::State::Complete, 30'000);
        QCOMPARE(journal.difference(history), -1);
        QVERIFY(history.versions().front().isCreate());
    }

    void largeValuesComeInFragments()
    {
        Journal journal(&m_etcd, "/history/large");
        for (int i = 0; i < 5; ++i) {
            QVERIFY(journal.put(QByteArray(1'200'000, char('a' + i))));
            if (i == 2)
                QVERIFY(journal.remove());
        }
        KeyHistory history(m_client.get(), journal.key());
        history.read();
        QTRY_COMPARE_WITH_TIMEOUT(history.state(), KeyHistory::State::Complete, 30'000);
        QCOMPARE(journal.difference(history), -1);
    }

    void survivesARestart()
    {
        Journal journal(&m_etcd, "/history/restart");
        for (int i = 0; i < 20; ++i)
            QVERIFY(journal.put(QByteArray::number(i)));
        KeyHistory history(m_client.get(), journal.key());
        bool restarted = false;
        connect(&history, &KeyHistory::appended, this, [&] { restarted = true; });
        history.read();
        m_etcd.kill();
        QVERIFY(m_etcd.start());
        const auto settled = [&history] {
            if (history.state() == KeyHistory::State::Failed)
                history.read(); // as its user would: it gave up while nobody answered
            return history.state() == KeyHistory::State::Complete;
        };
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
        QCOMPARE(journal.difference(history), -1);
        QVERIFY(restarted);
    }

    void beginsWithTheCompaction()
    {
        Journal journal(&m_etcd, "/history/compacted");
        for (int i = 0; i < 6; ++i)
            QVERIFY(journal.put(QByteArray::number(i)));
        // Between the fourth version and the fifth.
        QVERIFY(m_etcd.put("/history/other", "x").value > 0);
        QVERIFY(journal.put("after"));
        QVERIFY(journal.remove());
        QVERIFY(journal.put("again"));
        QVERIFY(m_etcd.compact(journal.versions()[3].revision()));
        KeyHistory history(m_client.get(), journal.key());
        history.read();
        QTRY_COMPARE_WITH_TIMEOUT(history.state(), KeyHistory::State::Complete, 30'000);
        QCOMPARE(journal.difference(history, 3), -1);
        QCOMPARE(history.compactRevision(), journal.versions()[3].revision());
        QCOMPARE(history.missingVersions(), 3);
    }

    void ofWhatNeverWas()
    {
        KeyHistory history(m_client.get(), "/history/never");
        history.read();
        QTRY_COMPARE_WITH_TIMEOUT(history.state(), KeyHistory::State::Complete, 30'000);
        QVERIFY(history.versions().empty());
    }

    void command()
    {
        Journal journal(&m_etcd, "/cmd/one");
        QVERIFY(journal.put("old") && journal.put("new") && journal.remove() && journal.put("restored"));

        Program json(connected({QStringLiteral("/cmd/one"), QStringLiteral("--json")}));
        QCOMPARE(json.wait(), 0);
        std::vector<QJsonObject> lines = json.jsonLines();
        QVERIFY(!lines.empty());
        // The store of this test was compacted before.
        QCOMPARE(lines.front().value(QLatin1String("type")).toString(), QStringLiteral("compaction"));
        QCOMPARE(lines.front().value(QLatin1String("missing")).toInt(), 0);
        lines.erase(lines.begin());
        QCOMPARE(lines.size(), size_t(4));
        const QStringList types {QStringLiteral("create"), QStringLiteral("put"), QStringLiteral("delete"),
                                 QStringLiteral("create")};
        for (int i = 0; i < 4; ++i) {
            const QJsonObject &line = lines[size_t(i)];
            const KeyVersion &version = journal.versions()[size_t(i)];
            QCOMPARE(line.value(QLatin1String("type")).toString(), types.at(i));
            QCOMPARE(line.value(QLatin1String("key")).toString(), QStringLiteral("/cmd/one"));
            QCOMPARE(line.value(QLatin1String("modRevision")).toInteger(), version.revision().value);
            if (version.deleted)
                QVERIFY(line.value(QLatin1String("value")).isNull());
            else
                QCOMPARE(line.value(QLatin1String("value")).toString().toUtf8(), version.kv.value);
        }

        Program text(connected({QStringLiteral("/cmd/one")}));
        QCOMPARE(text.wait(), 0);
        const QByteArray output = text.output();
        QVERIFY(output.startsWith("Revisions before "));
        for (const char *word : {"REVISION", "created", "changed", "old → new", "deleted", "restored"})
            QVERIFY2(output.contains(word), output.constData());
    }

    void commandWithNothingToShow()
    {
        Program program(connected({QStringLiteral("/cmd/none")}));
        QCOMPARE(program.wait(), 1);
        QVERIFY(program.output().isEmpty());
        QVERIFY2(program.errors().contains("nothing is retained of the key /cmd/none"),
                 program.errors().constData());

        Program without(connected({}));
        QCOMPARE(without.wait(), 2);
        QVERIFY(without.errors().contains("history takes a KEY, or a SLOT and a KEY"));
    }

private:
    QStringList connected(const QStringList &arguments) const
    {
        return QStringList {QStringLiteral("history")} + arguments
            + QStringList {QStringLiteral("--connect"), m_etcd.endpoint()};
    }

    EtcdProcess m_etcd;
    std::unique_ptr<core::Client> m_client;
};

QTEST_GUILESS_MAIN(TestHistory)
#include "tst_history.moc"
