// SPDX-License-Identifier: GPL-3.0-or-later
//
// Edit sessions and etcdctl race on the same 200 keys: no update is lost, no commit is halved, and what was
// told of a commit is true, also where the answer to it was lost. In the long run for a minute each.
#include "tests/support/cuttingproxy.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/longtests.h"
#include "tests/support/racingwriters.h"
#include "tests/support/rawgateway.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestEditRace : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 60'000;
    static constexpr qint64 LongRunMs = 60'000;

    EtcdProcess m_etcd;
    qint64 m_start = 0; // revision of the last key that was prepared

    bool isOver(const QElapsedTimer &since, bool enough) const
    {
        return isLongRun() ? since.elapsed() >= LongRunMs : enough;
    }

    /// What was told of a writer's commits, held against what was written: revisions by token.
    static QString compareTold(const SessionWriter &writer, const std::map<QByteArray, qint64> &written)
    {
        for (const auto &[token, revision] : writer.committed()) {
            const auto found = written.find(token);
            if (found == written.end() || found->second != revision)
                return QStringLiteral("%1 was told to be committed at %2")
                    .arg(QString::fromLatin1(token))
                    .arg(revision);
        }
        for (const QByteArray &token : writer.denied()) {
            if (written.contains(token))
                return QStringLiteral("%1 was told not to be written, but was at %2")
                    .arg(QString::fromLatin1(token))
                    .arg(written.at(token));
        }
        return {};
    }

    /// Looks through the whole history. `chained`: every write is made on the one before it, whoever made
    /// that.
    static QString lookThrough(const std::vector<RawGateway::Event> &events,
                               std::map<QByteArray, RaceValue> values, std::map<QByteArray, qint64> revisions,
                               std::map<QByteArray, qint64> *written)
    {
        for (size_t begin = 0; begin < events.size();) {
            size_t end = begin;
            std::map<QByteArray, std::set<QByteArray>> groups; // tokens
            std::map<QByteArray, int> counts; // keys of a group
            while (end < events.size() && events[end].revision == events[begin].revision) {
                const RawGateway::Event &event = events[end++];
                const QString where = QStringLiteral("%1 at revision %2: ")
                                          .arg(QString::fromLatin1(event.key))
                                          .arg(event.revision);
                if (!event.value)
                    return where + QStringLiteral("deleted");
                const RaceValue value = RaceValue::of(*event.value);
                const bool blind = value.madeOn == 0;
                if (!blind
                    && (value.madeOn != revisions[event.key] || value.number != values[event.key].number + 1))
                    return where
                        + QStringLiteral("%1 was made on revision %2, but overwrites %3 of revision %4")
                              .arg(QString::fromLatin1(*event.value))
                              .arg(value.madeOn)
                              .arg(QString::fromLatin1(values[event.key].bytes()))
                              .arg(revisions[event.key]);
                values[event.key] = value;
                revisions[event.key] = event.revision;
                const auto [known, isNew] = written->emplace(value.token, event.revision);
                if (!isNew && known->second != event.revision)
                    return where
                        + QStringLiteral("%1 was written twice").arg(QString::fromLatin1(value.token));
                if (!blind) {
                    groups[RaceTrack::groupOf(event.key)].insert(value.token);
                    ++counts[RaceTrack::groupOf(event.key)];
                }
            }
            for (const auto &[group, tokens] : groups) {
                if (tokens.size() != 1 || counts[group] != RaceTrack::KeysPerGroup)
                    return QStringLiteral("revision %1 holds half a commit of %2")
                        .arg(events[begin].revision)
                        .arg(QString::fromLatin1(group));
            }
            begin = end;
        }
        return {};
    }

    void prepare()
    {
        for (int group = 0; group < RaceTrack::Groups; ++group) {
            TxnRequest request;
            for (int number = 0; number < RaceTrack::KeysPerGroup; ++number)
                request.success.push_back({PutRequest {.key = RaceTrack::key(group, number),
                                                       .value = RaceValue {0, "start", 0}.bytes()}});
            Client client(m_etcd.parsedEndpoint());
            const auto reply = await(client.txn(request));
            QVERIFY(reply);
            m_start = reply->header.revision.value;
        }
    }

    /// Reads the history and holds it against what was told; and the sum of all numbers against that of the
    /// commits.
    void judge(const std::vector<SessionWriter *> &writers, const EtcdctlWriter *etcdctl, bool summed)
    {
        const RawGateway gateway(m_etcd.endpoint());
        const auto before = gateway.history(RaceTrack::prefix(), 0);
        QVERIFY(before);
        std::map<QByteArray, RaceValue> values;
        std::map<QByteArray, qint64> revisions;
        std::vector<RawGateway::Event> events;
        for (const RawGateway::Event &event : *before) {
            if (event.revision > m_start) {
                events.push_back(event);
                continue;
            }
            values[event.key] = RaceValue::of(*event.value);
            revisions[event.key] = event.revision;
        }
        std::map<QByteArray, qint64> written;
        const QString wrong = lookThrough(events, values, revisions, &written);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));

        std::set<QByteArray> told;
        for (const auto &[token, revision] : etcdctl->committed()) {
            QVERIFY2(written.contains(token) && written[token] == revision, token.constData());
            told.insert(token);
        }
        for (const SessionWriter *writer : writers) {
            const QString lie = compareTold(*writer, written);
            QVERIFY2(lie.isEmpty(), qPrintable(lie));
            for (const auto &[token, revision] : writer->committed())
                told.insert(token);
            told.insert(writer->open().cbegin(), writer->open().cend());
        }
        for (const auto &[token, revision] : written)
            QVERIFY2(told.contains(token),
                     qPrintable(QStringLiteral("nobody was told of %1").arg(QString::fromLatin1(token))));

        if (!summed)
            return;
        qint64 sum = 0;
        qint64 writes = 0;
        const auto rows = gateway.read(RaceTrack::prefix());
        QVERIFY(rows);
        for (const RawGateway::Event &row : *rows)
            sum += row.key.contains('~') ? 0 : RaceValue::of(*row.value).number;
        std::set<qint64> acknowledged;
        for (const SessionWriter *writer : writers) {
            for (const auto &[token, revision] : writer->committed())
                acknowledged.insert(revision);
        }
        for (const auto &[token, revision] : etcdctl->committed())
            acknowledged.insert(revision);
        for (const RawGateway::Event &event : events)
            writes += qint64(acknowledged.count(event.revision));
        QCOMPARE(sum, writes);
    }

    void race(EtcdctlWriter::Manner manner, bool cut)
    {
        prepare();
        // Commits, and the readings that are to tell what became of them.
        CuttingProxy proxy(m_etcd.port(), "/v3/kv/txn", cut ? 3 : 0, 7);
        // Where answers are lost, more of what they were about is overwritten at once.
        const int groups = cut ? 5 : RaceTrack::Groups;
        SessionWriter a("A", m_etcd.endpoint(), groups, 1);
        SessionWriter b("B", proxy.endpoint(), groups, 2);
        EtcdctlWriter c(m_etcd.endpoint(), manner, groups, 3);
        const std::vector<SessionWriter *> writers {&a, &b};
        for (SessionWriter *writer : writers)
            QTRY_VERIFY_WITH_TIMEOUT(writer->isReady(), Patience);
        QElapsedTimer clock;
        clock.start();
        a.start();
        b.start();
        c.start();
        QTRY_VERIFY_WITH_TIMEOUT(isOver(clock,
                                        a.committed().size() >= 60 && b.committed().size() >= (cut ? 12 : 60)
                                            && c.committed().size() >= 8 && (!cut || proxy.cuts() >= 20)),
                                 Patience + LongRunMs);
        QCOMPARE(c.problem(), QString());
        for (SessionWriter *writer : writers)
            writer->stop();
        c.stop();
        proxy.rest();
        QTRY_VERIFY_WITH_TIMEOUT(a.isIdle() && b.isIdle() && c.isIdle(), Patience);
        qInfo("A %zu commits, %d conflicts; B %zu commits, %d conflicts, %d lost answers of %d cut; etcdctl "
              "%zu of %d",
              a.committed().size(), a.conflicts(), b.committed().size(), b.conflicts(), b.lost(),
              proxy.cuts(), c.committed().size(), c.attempts());
        // Else nothing was tried.
        QVERIFY(a.conflicts() + b.conflicts() > 0);
        judge(writers, &c, manner == EtcdctlWriter::Manner::Guarded);
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        if (EtcdctlWriter::program().isEmpty()) {
            if (qEnvironmentVariableIsSet("CI"))
                QFAIL("no etcdctl binary: install etcd-client or set SLOTSCOPE_ETCDCTL");
            QSKIP("no etcdctl binary: install etcd-client or set SLOTSCOPE_ETCDCTL");
        }
        QVERIFY(m_etcd.start());
    }

    void twoSessionsAndEtcdctl() { race(EtcdctlWriter::Manner::Guarded, false); }
    void etcdctlPutsBlindly() { race(EtcdctlWriter::Manner::Blind, false); }
    void answersAreLost() { race(EtcdctlWriter::Manner::Guarded, true); }
};

QTEST_GUILESS_MAIN(TestEditRace)
#include "tst_editrace.moc"
