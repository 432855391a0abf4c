// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/prefixtransport.h"
#include "tests/support/await.h"
#include "tests/support/fakegateway.h"
#include "tests/support/scriptedtransport.h"
#include "tests/support/watchrecorder.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

namespace {

using State = Watch::State;
using Revisions = std::vector<qint64>;

struct Scripted
{
    Scripted()
    {
        auto made = std::make_unique<ScriptedTransport>();
        transport = made.get();
        client = std::make_unique<Client>(std::move(made));
    }

    /// The stream that the watch has asked for last, when it is another one than before.
    ScriptedStream *nextStream()
    {
        const bool came =
            QTest::qWaitFor([this] { return transport->streams.size() > taken && transport->stream(); });
        if (!came)
            return nullptr;
        taken = transport->streams.size();
        return transport->stream();
    }

    QPointer<ScriptedTransport> transport;
    std::unique_ptr<Client> client;
    std::size_t taken = 0;
};

ResponseHeader header(qint64 revision, quint64 cluster = 1, quint64 term = 3)
{
    return {.clusterId = cluster, .memberId = 2, .revision = Revision(revision), .raftTerm = term};
}

WatchReply created(const ResponseHeader &head)
{
    WatchReply reply;
    reply.header = head;
    reply.created = true;
    return reply;
}

WatchReply events(const Revisions &revisions, bool fragment = false)
{
    WatchReply reply;
    // The store may be far ahead of a watch that catches up.
    reply.header = header(1000);
    reply.fragment = fragment;
    for (const qint64 revision : revisions) {
        Event event;
        event.kv.key = "k" + QByteArray::number(reply.events.size());
        event.kv.modRevision = Revision(revision);
        reply.events.push_back(event);
    }
    return reply;
}

WatchReply progress(qint64 revision)
{
    WatchReply reply;
    reply.header = header(revision);
    return reply;
}

WatchReply canceled(const char *reason, qint64 compactRevision = 0)
{
    WatchReply reply;
    reply.header = header(1000);
    reply.canceled = true;
    reply.cancelReason = QString::fromLatin1(reason);
    reply.compactRevision = Revision(compactRevision);
    return reply;
}

Error error(ErrorKind kind)
{
    return {.kind = kind, .detail = QStringLiteral("scripted")};
}

qint64 startRevision(const ScriptedStream *stream)
{
    // It asks for one revision more, to be told of a compaction at the first one that it needs.
    return stream->requests.at(0).startRevision.value + 1;
}

} // namespace

#define NEXT_STREAM(name, scripted)                                                                          \
    ScriptedStream *name = (scripted).nextStream();                                                          \
    QVERIFY(name)

class TestWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void asksForWhatItNeeds()
    {
        Scripted s;
        WatchRecorder seen(s.client.get(), KeyRange::prefix("p"));
        QCOMPARE(seen.watch.state(), State::Closed);
        seen.watch.start(Revision(5));
        QCOMPARE(seen.watch.state(), State::Connecting);
        QCOMPARE(seen.watch.deliveredRevision(), Revision(4));
        NEXT_STREAM(stream, s);
        QCOMPARE(stream->requests.size(), std::size_t {1});
        const WatchCreateRequest &request = stream->requests[0];
        QCOMPARE(request.range, KeyRange::prefix("p"));
        QCOMPARE(request.startRevision, Revision(4));
        QVERIFY(request.prevKv && request.progressNotify && request.fragment);
        stream->say(created(header(9)));
        QCOMPARE(seen.watch.state(), State::Live);
        QCOMPARE(seen.states, (QList<State> {State::Connecting, State::Live}));
        // That the store is at 9 does not mean that we have seen 5 to 9.
        QCOMPARE(seen.watch.deliveredRevision(), Revision(4));
    }

    void fromNow()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(0));
        NEXT_STREAM(stream, s);
        QCOMPARE(stream->requests.at(0).startRevision, Revision());
        stream->say(created(header(9)));
        QCOMPARE(seen.watch.deliveredRevision(), Revision(9));
        stream->end(error(ErrorKind::Network));
        NEXT_STREAM(again, s);
        QCOMPARE(startRevision(again), 10);
    }

    void deliversAndResumes()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(first, s);
        first->say(created(header(4)));
        first->say(events({5, 5, 6}));
        QCOMPARE(seen.batches.size(), std::size_t {1});
        QCOMPARE(seen.batches[0].first, Revision(5));
        QCOMPARE(seen.batches[0].last, Revision(6));
        first->end(error(ErrorKind::Network));
        QCOMPARE(seen.watch.state(), State::Backoff);
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Network);
        QVERIFY(seen.watch.nextAttempt().isValid());
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 7);
        second->say(created(header(8)));
        QVERIFY(!seen.watch.nextAttempt().isValid());
        // A server that says again what it said before is not believed.
        second->say(events({5, 6, 7, 8}));
        QCOMPARE(seen.revisions(), (Revisions {5, 5, 6, 7, 8}));
        QCOMPARE(
            seen.states,
            (QList<State> {State::Connecting, State::Live, State::Backoff, State::Connecting, State::Live}));
    }

    void joinsFragmentsOfARevision()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(created(header(9)));
        stream->say(events({5, 6, 6}, true));
        // 6 may go on; 5 cannot.
        QCOMPARE(seen.revisions(), Revisions {5});
        stream->say(events({6, 6}, true));
        QCOMPARE(seen.revisions(), Revisions {5});
        stream->say(events({6}, false));
        QCOMPARE(seen.revisions(), (Revisions {5, 6, 6, 6, 6, 6}));
        QCOMPARE(seen.batches.size(), std::size_t {2});
        QCOMPARE(seen.watch.deliveredRevision(), Revision(6));
        // The last fragment may hold nothing.
        stream->say(events({7}, true));
        stream->say(events({}, false));
        QCOMPARE(seen.watch.deliveredRevision(), Revision(7));
    }

    void aRevisionWithoutEndIsNotCollectedForEver()
    {
        Scripted s;
        Watch watch(s.client.get(), KeyRange::all(), {});
        watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(created(header(9)));
        QCOMPARE(watch.state(), State::Live);
        // All of them share one value's bytes.
        WatchReply part = events({6}, true);
        part.events.front().kv.value = QByteArray(64LL * 1024 * 1024, 'x');
        int sent = 0;
        for (; sent < 100 && watch.state() == State::Live; ++sent)
            stream->say(part);
        QVERIFY(sent < 100);
        QCOMPARE(watch.lastError().kind, ErrorKind::Protocol);
        QCOMPARE(watch.deliveredRevision(), Revision(4));
    }

    void aRevisionCutBetweenItsFragmentsComesAgainWhole()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(first, s);
        first->say(created(header(9)));
        first->say(events({5, 6, 6}, true));
        first->say(events({6}, true));
        first->end(error(ErrorKind::Network));
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 6);
        second->say(created(header(9)));
        second->say(events({6, 6, 6, 6}));
        QCOMPARE(seen.revisions(), (Revisions {5, 6, 6, 6, 6}));
    }

    void eventsOutOfOrderAreRefused()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(created(header(9)));
        stream->say(events({5, 7, 6}));
        QVERIFY(seen.events.empty());
        QCOMPARE(seen.watch.state(), State::Backoff);
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Protocol);
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 5);
    }

    void progressMovesTheResume()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(first, s);
        first->say(created(header(9)));
        first->say(progress(40));
        QCOMPARE(seen.progress, QList<Revision> {Revision(40)});
        QCOMPARE(seen.watch.deliveredRevision(), Revision(40));
        // A late one says nothing new.
        first->say(progress(30));
        QCOMPARE(seen.watch.deliveredRevision(), Revision(40));
        first->end(error(ErrorKind::Network));
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 41);
    }

    void compactionStopsIt_data()
    {
        QTest::addColumn<std::optional<ErrorKind>>("inStream");
        QTest::newRow("cancel") << std::optional<ErrorKind>();
        QTest::newRow("error") << std::optional(ErrorKind::Compacted);
        // What etcd 3.3 was to tell of does not fit through its gateway, and never will.
        QTest::newRow("too much at once") << std::optional(ErrorKind::TooLarge);
    }
    void compactionStopsIt()
    {
        QFETCH(std::optional<ErrorKind>, inStream);
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(created(header(99)));
        if (inStream)
            stream->end(error(*inStream));
        else
            stream->say(canceled("", 70));
        QCOMPARE(seen.watch.state(), State::Compacted);
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Compacted);
        QCOMPARE(seen.compactions, QList<Revision> {Revision(inStream ? 5 : 70)});
        QTRY_VERIFY(!s.transport->stream());
        // Started anew, as its owner does after reading again.
        seen.watch.start(Revision(71));
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 71);
        second->say(created(header(99)));
        QCOMPARE(seen.watch.state(), State::Live);
    }

    void errorsThatStay_data()
    {
        QTest::addColumn<int>("kind");
        for (const ErrorKind kind :
             {ErrorKind::PermissionDenied, ErrorKind::Unauthenticated, ErrorKind::InvalidArgument})
            QTest::addRow("%d", static_cast<int>(kind)) << static_cast<int>(kind);
    }
    void errorsThatStay()
    {
        QFETCH(int, kind);
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->end(error(static_cast<ErrorKind>(kind)));
        QCOMPARE(seen.watch.state(), State::Closed);
        QCOMPARE(static_cast<int>(seen.watch.lastError().kind), kind);
        QVERIFY(!seen.watch.nextAttempt().isValid());
    }

    void cancelsByReason_data()
    {
        QTest::addColumn<QString>("reason");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("state");
        const auto row = [](const char *reason, ErrorKind kind, State state) {
            QTest::newRow(reason) << QString::fromLatin1(reason) << static_cast<int>(kind)
                                  << static_cast<int>(state);
        };
        row("rpc error: code = PermissionDenied desc = etcdserver: permission denied",
            ErrorKind::PermissionDenied, State::Closed);
        row("etcdserver: invalid auth token", ErrorKind::Unauthenticated, State::Closed);
        row("etcdserver: mvcc: required revision has been compacted", ErrorKind::Compacted, State::Compacted);
        row("", ErrorKind::Unavailable, State::Backoff);
        row("something new", ErrorKind::Unavailable, State::Backoff);
    }
    void cancelsByReason()
    {
        QFETCH(QString, reason);
        QFETCH(int, kind);
        QFETCH(int, state);
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(canceled(reason.toLatin1().constData()));
        QCOMPARE(static_cast<int>(seen.watch.state()), state);
        QCOMPARE(static_cast<int>(seen.watch.lastError().kind), kind);
    }

    void waitsLongerEachTimeAndNotTheSame()
    {
        Scripted s;
        Watch::Options options;
        options.firstBackoff = 1000ms;
        options.longestBackoff = 8000ms;
        WatchRecorder seen(s.client.get(), KeyRange::all(), options);
        seen.watch.start(Revision(5));
        QSet<qint64> waits;
        const qint64 expected[] = {1000, 2000, 4000, 8000, 8000, 8000};
        for (const qint64 longest : expected) {
            NEXT_STREAM(stream, s);
            // To accept and to hang up is no success that would make the pauses short again.
            stream->say(created(header(9)));
            const QDateTime before = QDateTime::currentDateTime();
            stream->end(error(ErrorKind::Network));
            const qint64 wait = before.msecsTo(seen.watch.nextAttempt());
            QVERIFY2(wait >= longest / 2 && wait <= longest + 50, qPrintable(QString::number(wait)));
            waits.insert(wait * 8000 / longest);
            seen.watch.retryNow();
            QCOMPARE(seen.watch.state(), State::Connecting);
        }
        QVERIFY(waits.size() > 1);
        // Something delivered is.
        NEXT_STREAM(stream, s);
        stream->say(created(header(9)));
        stream->say(events({5}));
        stream->end(error(ErrorKind::Network));
        QVERIFY(QDateTime::currentDateTime().msecsTo(seen.watch.nextAttempt()) <= 1000);
    }

    void retryNowIsForBackoffOnly()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.retryNow();
        QCOMPARE(seen.watch.state(), State::Closed);
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        seen.watch.retryNow();
        stream->say(created(header(9)));
        seen.watch.retryNow();
        QCOMPARE(seen.watch.state(), State::Live);
        QCOMPARE(s.transport->streams.size(), std::size_t {1});
    }

    void silenceIsDeath_data()
    {
        QTest::addColumn<bool>("live");
        QTest::newRow("before it was created") << false;
        QTest::newRow("after") << true;
    }
    void silenceIsDeath()
    {
        QFETCH(bool, live);
        Scripted s;
        Watch::Options options = WatchRecorder::quick();
        (live ? options.silence : options.connecting) = 60ms;
        WatchRecorder seen(s.client.get(), KeyRange::all(), options);
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        if (live)
            stream->say(created(header(9)));
        QTRY_VERIFY(seen.states.contains(State::Backoff));
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Timeout);
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 5);
    }

    /// What the store has and the watch does not tell, as any reply shows.
    void newsThatAnotherReplyTellsAreWaitedForOnlySoLong()
    {
        Scripted s;
        Watch::Options options = WatchRecorder::quick();
        options.overdue = 1ms;
        WatchRecorder dead(s.client.get(), KeyRange::all(), options);
        dead.watch.start(Revision(5));
        NEXT_STREAM(silent, s);
        WatchRecorder alive(s.client.get(), KeyRange::all(), options);
        alive.watch.start(Revision(5));
        NEXT_STREAM(talking, s);
        WatchRecorder narrow(s.client.get(), KeyRange::single("k"), options);
        narrow.watch.start(Revision(5));
        NEXT_STREAM(unconcerned, s);
        for (ScriptedStream *stream : {silent, talking, unconcerned})
            stream->say(created(header(9)));

        // As soon as it is known, so that the pauses have just begun.
        connect(s.client.get(), &Client::revisionHeard, talking, [talking](Revision newest) {
            talking->say(events({7, newest.value}));
        });
        QVERIFY(await(s.client->range(RangeRequest {})).hasValue()); // of revision 10
        QTRY_VERIFY(dead.states.contains(State::Backoff));
        QCOMPARE(dead.watch.lastError().kind, ErrorKind::Timeout);
        QVERIFY2(dead.watch.lastError().detail.contains(QStringLiteral("revision 10")),
                 qPrintable(dead.watch.lastError().detail));
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 5);
        // Who does not say that it is gone may be gone itself.
        QCOMPARE(s.transport->log.count(QStringLiteral("detect")), 2);
        QCOMPARE(alive.states, (QList<State> {State::Connecting, State::Live}));
        QCOMPARE(narrow.states, (QList<State> {State::Connecting, State::Live}));
    }

    void whoTalksWithoutBeginningIsGivenUpAsWell()
    {
        Scripted s;
        Watch::Options options = WatchRecorder::quick();
        options.connecting = 100ms;
        WatchRecorder seen(s.client.get(), KeyRange::all(), options);
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        QTimer talk;
        connect(&talk, &QTimer::timeout, stream, [stream] { stream->say(progress(3)); });
        talk.start(5ms);
        QTRY_VERIFY(seen.states.contains(State::Backoff));
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Timeout);
    }

    /// Whatever happens outside of a prefix makes the revision grow, and is none of its watch's business.
    void whoSeesAPartOfTheKeysWaitsForNothingElse()
    {
        Watch::Options options = WatchRecorder::quick();
        options.overdue = 1ms;
        auto inner = std::make_unique<ScriptedTransport>();
        const QPointer<ScriptedTransport> whole = inner.get();
        Client part(std::make_unique<PrefixTransport>(std::move(inner), "/app/"));
        QVERIFY(!part.seesAllChanges());
        WatchRecorder calm(&part, KeyRange::all(), options);
        calm.watch.start(Revision(5));
        QTRY_VERIFY(!whole->streams.empty());
        whole->stream()->say(created(header(9)));
        QTRY_COMPARE(calm.watch.state(), State::Live);

        // Beside it, one that sees everything, and hears of the same a moment later.
        Scripted s;
        QVERIFY(s.client->seesAllChanges());
        WatchRecorder alarmed(s.client.get(), KeyRange::all(), options);
        alarmed.watch.start(Revision(5));
        NEXT_STREAM(silent, s);
        silent->say(created(header(9)));
        QVERIFY(await(part.range({.range = KeyRange::all()})).hasValue()); // of revision 10
        QVERIFY(await(s.client->range({.range = KeyRange::all()})).hasValue());
        QTRY_VERIFY(alarmed.states.contains(State::Backoff));
        QCOMPARE(calm.states, (QList<State> {State::Connecting, State::Live}));
    }

    void aLongSilenceAsksWhetherTheServerIsThere()
    {
        Scripted s;
        Watch::Options options = WatchRecorder::quick();
        options.heartbeat = 20ms;
        s.transport->header.revision = Revision(4);
        WatchRecorder seen(s.client.get(), KeyRange::all(), options);
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(created(header(9)));
        const auto asked = [&s] { return s.transport->log.count(QStringLiteral("range")); };
        QTRY_VERIFY(asked() >= 3);
        QCOMPARE(seen.states, (QList<State> {State::Connecting, State::Live}));
        // A refusal is an answer.
        s.transport->outcomes = {error(ErrorKind::PermissionDenied)};
        QTRY_VERIFY(asked() >= 5);
        QCOMPARE(seen.states, (QList<State> {State::Connecting, State::Live}));
        s.transport->outcomes = {error(ErrorKind::Timeout)};
        QTRY_VERIFY(seen.states.contains(State::Backoff));
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Timeout);
        NEXT_STREAM(second, s);
        QCOMPARE(startRevision(second), 5);
    }

    void failedDetectionsAreWaitedOut()
    {
        Scripted s;
        s.transport->detections = {error(ErrorKind::Network), error(ErrorKind::Timeout),
                                   error(ErrorKind::Protocol)};
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        QCOMPARE(startRevision(stream), 5);
        QCOMPARE(s.transport->log.count(QStringLiteral("detect")), 4);
        QCOMPARE(seen.states.count(State::Backoff), 3);
    }

    void anotherClusterIsAGap()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(first, s);
        first->say(created(header(9, 1)));
        first->end(error(ErrorKind::Network));
        NEXT_STREAM(second, s);
        second->say(created(header(9, 77)));
        QCOMPARE(seen.watch.state(), State::Compacted);
        QCOMPARE(seen.compactions.size(), 1);
        QVERIFY2(seen.watch.lastError().detail.contains(QStringLiteral("77")),
                 qPrintable(seen.watch.lastError().detail));
    }

    void anotherClusterThanThatOfTheReadIsAGap()
    {
        Scripted s;
        s.transport->header.clusterId = 5;
        bool read = false;
        s.client->range({}).then(this, [&read](const auto &) { read = true; });
        QTRY_VERIFY(read);
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(11));
        NEXT_STREAM(stream, s);
        stream->say(created(header(10, 6)));
        QCOMPARE(seen.watch.state(), State::Compacted);
    }

    void olderDataIsAGap_data()
    {
        QTest::addColumn<int>("revision");
        QTest::addColumn<int>("term");
        QTest::newRow("revision went back") << 3 << 3;
        QTest::newRow("term went back") << 20 << 2;
    }
    void olderDataIsAGap()
    {
        QFETCH(int, revision);
        QFETCH(int, term);
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(first, s);
        first->say(created(header(9)));
        first->say(events({8}));
        first->end(error(ErrorKind::Network));
        NEXT_STREAM(second, s);
        const ResponseHeader restored = header(revision, 1, static_cast<quint64>(term));
        s.transport->header = restored;
        second->say(created(restored));
        second->say(events({9}));
        QTRY_COMPARE(seen.watch.state(), State::Compacted);
        QCOMPARE(seen.compactions, QList<Revision> {Revision(revision)});
        QCOMPARE(seen.revisions(), Revisions {8});
    }

    void aMemberThatLagsIsNoGap()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(first, s);
        first->say(created(header(9)));
        first->say(events({8}));
        first->end(error(ErrorKind::Network));
        NEXT_STREAM(second, s);
        s.transport->header = header(9); // what the leader says
        second->say(created(header(3)));
        second->say(events({9}));
        second->say(events({10}));
        QVERIFY(seen.watch.state() != State::Live);
        QTRY_COMPARE(seen.watch.state(), State::Live);
        QCOMPARE(seen.revisions(), (Revisions {8, 9, 10}));
        QVERIFY(seen.compactions.isEmpty());
    }

    void aLostCheckIsTriedAgain()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(first, s);
        s.transport->outcomes = {error(ErrorKind::Timeout)};
        first->say(created(header(3)));
        NEXT_STREAM(second, s);
        QVERIFY(seen.states.contains(State::Backoff));
        second->say(created(header(9)));
        QCOMPARE(seen.watch.state(), State::Live);
    }

    void closeSaysNothingMore()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(created(header(9)));
        const auto before = seen.states;
        seen.watch.close();
        QCOMPARE(seen.watch.state(), State::Closed);
        if (s.transport->stream())
            s.transport->stream()->say(events({5}));
        QTRY_VERIFY(!s.transport->stream());
        QCOMPARE(seen.states, before);
        QVERIFY(seen.events.empty());
    }

    void slotsMayDoAnything_data()
    {
        QTest::addColumn<int>("deed");
        QTest::newRow("close") << 0;
        QTest::newRow("start") << 1;
        QTest::newRow("delete") << 2;
    }
    void slotsMayDoAnything()
    {
        QFETCH(int, deed);
        // At the n-th signal of a story with every kind of signal, the watch is closed, restarted or deleted.
        for (int n = 1; n <= 8; ++n) {
            Scripted s;
            auto watch = std::make_unique<Watch>(s.client.get(), KeyRange::all(), WatchRecorder::quick());
            int signalsSeen = 0;
            const auto react = [&] {
                if (++signalsSeen != n)
                    return;
                if (deed == 0)
                    watch->close();
                else if (deed == 1)
                    watch->start(Revision(50));
                else
                    watch.reset();
            };
            connect(watch.get(), &Watch::stateChanged, this, react);
            connect(watch.get(), &Watch::eventsReceived, this, react);
            connect(watch.get(), &Watch::progressed, this, react);
            connect(watch.get(), &Watch::compacted, this, react);
            watch->start(Revision(5));
            const auto tell = [&](auto &&what) {
                if (signalsSeen < n && s.transport->stream())
                    what(s.transport->stream());
            };
            QTRY_VERIFY(s.transport->stream() || signalsSeen >= n);
            tell([](ScriptedStream *stream) { stream->say(created(header(9))); });
            tell([](ScriptedStream *stream) { stream->say(events({5})); });
            tell([](ScriptedStream *stream) { stream->say(progress(6)); });
            tell([](ScriptedStream *stream) { stream->end(error(ErrorKind::Network)); });
            QTRY_VERIFY(s.transport->streams.size() >= 2 || signalsSeen >= n);
            QTRY_VERIFY(s.transport->stream() || signalsSeen >= n);
            tell([](ScriptedStream *stream) { stream->say(canceled("", 8)); });
            QVERIFY2(signalsSeen >= n || n > 7, qPrintable(QString::number(n)));
            if (deed == 1 && signalsSeen >= n)
                QCOMPARE(watch->deliveredRevision(), Revision(49));
            if (deed == 2 && signalsSeen >= n)
                QVERIFY(!watch);
            // Whatever is queued still runs and hits nothing that is gone.
            QCoreApplication::processEvents();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
    }

    void outlivesTheClient()
    {
        Scripted s;
        WatchRecorder seen(s.client.get());
        seen.watch.start(Revision(5));
        NEXT_STREAM(stream, s);
        stream->say(created(header(9)));
        s.client.reset();
        stream->end(error(ErrorKind::Cancelled));
        QCOMPARE(seen.watch.state(), State::Closed);
        seen.watch.start(Revision(5));
        QCOMPARE(seen.watch.state(), State::Closed);
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Cancelled);
    }

    /// A stream over the whole path, cut after every single byte; the server then resumes where it is asked
    /// to.
    void cutAtEveryByteEveryEventComesOnce()
    {
        const auto event = [](int revision, const char *key) {
            return QByteArray(R"({"kv":{"key":"%k","mod_revision":"%r"}})")
                .replace("%k", key)
                .replace("%r", QByteArray::number(revision));
        };
        const auto line = [](const QByteArray &rest) {
            return QByteArray(R"({"result":{"header":{"cluster_id":"1","revision":"7","raft_term":"3"},%x}})")
                .replace("%x", rest);
        };
        const QByteArray createdLine = line(R"("created":true)");
        // Revision 6 has three events in two fragments.
        const QByteArray more = R"("fragment":true,)";
        const auto events = [](const QList<QByteArray> &list) {
            return QByteArray(R"("events":[%x])").replace("%x", list.join(','));
        };
        const QList<QByteArray> lines {
            line(events({event(5, "YQ==")})),
            line(more + events({event(6, "YQ=="), event(6, "Yg==")})),
            line(events({event(6, "Yw==")})),
            line(events({event(7, "YQ==")})),
        };
        QList<QByteArray> firstStream = lines;
        firstStream.prepend(createdLine);
        const Script first = Script::stream(firstStream);
        const QHash<qint64, QList<QByteArray>> rest {
            {5, lines}, {6, lines.mid(1)}, {7, lines.mid(3)}, {8, {}}};

        const qsizetype all = first.bytes().size();
        for (qsizetype size = 0; size <= all; ++size) {
            FakeGateway gateway;
            gateway.answerVersion();
            gateway.answer("/v3/watch", {first.cutAfter(size)});
            Client client(Endpoint {gateway.url()});
            WatchRecorder seen(&client);
            seen.watch.start(Revision(5));
            QSignalSpy spy(&seen.watch, &Watch::stateChanged);
            while (seen.watch.state() != State::Backoff)
                QVERIFY(spy.wait());
            const qint64 next = seen.watch.deliveredRevision().value + 1;
            QVERIFY(rest.contains(next));
            QList<QByteArray> secondStream = rest.value(next);
            secondStream.prepend(createdLine);
            gateway.answer("/v3/watch", {Script::stream(secondStream)});
            QSignalSpy received(&seen.watch, &Watch::eventsReceived);
            while (seen.watch.deliveredRevision() < Revision(7))
                QVERIFY(received.wait());
            while (seen.watch.state() != State::Live)
                QVERIFY(spy.wait());
            QCOMPARE(seen.revisions(), (Revisions {5, 6, 6, 6, 7}));
            const auto asked = std::find_if(gateway.requests().rbegin(), gateway.requests().rend(),
                                            [](const auto &request) { return request.path == "/v3/watch"; });
            QVERIFY2(asked->body.contains("\"start_revision\":\"" + QByteArray::number(next - 1) + '"'),
                     asked->body.constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestWatch)
#include "tst_watch.moc"
