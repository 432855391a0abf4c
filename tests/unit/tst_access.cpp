// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/grantedstream.h"
#include "core/etcd/tokenkeeper.h"
#include "tests/support/await.h"
#include "tests/support/scriptedtransport.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

const QByteArray Open(1, '\0');

KeyRange between(const char *begin, const char *end)
{
    return {begin, end};
}

Event put(const QByteArray &key, qint64 revision)
{
    Event event;
    event.kv.key = key;
    event.kv.modRevision = Revision(revision);
    return event;
}

/// A watch over two ranges, and what it says outside.
struct Divided
{
    explicit Divided(Revision from, std::shared_ptr<GrantedMarks> before = std::make_shared<GrantedMarks>())
        : marks(std::move(before))
        , stream(std::make_unique<GrantedStream>(
              WatchCreateRequest {.watchId = 7, .range = KeyRange::all(), .startRevision = from},
              std::vector {between("a", "b"), between("c", "d")}, marks,
              [this](std::vector<WatchCreateRequest> requests) {
                  auto made = std::make_unique<ScriptedStream>(std::move(requests));
                  inner = made.get();
                  return made;
              }))
    {
        QObject::connect(stream.get(), &WatchStream::received, stream.get(),
                         [this](const WatchReply &reply) { replies.push_back(reply); });
    }

    void create(qint64 revision = 100)
    {
        for (qint64 part : {0, 1})
            inner->say({.header = {.revision = Revision(revision)}, .watchId = part, .created = true});
    }
    void say(qint64 part, const std::vector<qint64> &revisions, bool fragment = false)
    {
        WatchReply reply {.watchId = part, .fragment = fragment};
        for (const qint64 revision : revisions)
            reply.events.push_back(put(part == 0 ? "a" : "c", revision));
        inner->say(reply);
    }
    /// `a5 c5` and so on, one word an event.
    QByteArray told() const
    {
        QByteArray text;
        for (const WatchReply &reply : replies) {
            for (const Event &event : reply.events)
                text += event.kv.key + QByteArray::number(event.kv.modRevision.value) + ' ';
        }
        return text.trimmed();
    }
    bool isLost() const
    {
        return !replies.empty() && replies.back().canceled && replies.back().compactRevision.value > 0;
    }

    std::shared_ptr<GrantedMarks> marks;
    ScriptedStream *inner = nullptr;
    std::unique_ptr<GrantedStream> stream;
    std::vector<WatchReply> replies;
};

} // namespace

/// What a user may see: ranges, tokens, and watches of several ranges.
class TestAccess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rangesAreJoined()
    {
        const auto joined = [](const std::vector<KeyRange> &ranges) { return joinedRanges(ranges); };
        QVERIFY(joined({}).empty());
        QVERIFY(joined({between("c", "b"), between("c", "c")}).empty());
        QCOMPARE(joined({between("m", "p"), between("a", "c"), between("b", "d")}),
                 (std::vector {between("a", "d"), between("m", "p")}));
        // What touches is one; a key and the next one, too.
        QCOMPARE(joined({between("a", "b"), between("b", "c")}), (std::vector {between("a", "c")}));
        const KeyRange next = KeyRange::single(QByteArray("k\0", 2));
        QCOMPARE(joined({next, KeyRange::single("k")}),
                 (std::vector {KeyRange {"k", QByteArray("k\0\0", 3)}}));
        QCOMPARE(joined({KeyRange::single("k"), KeyRange::single("k")}),
                 (std::vector {KeyRange::single("k")}));
        QCOMPARE(joined({{"x", Open}, between("a", "b"), between("y", "z")}),
                 (std::vector {between("a", "b"), KeyRange {"x", Open}}));
        // As a role may be given it.
        QCOMPARE(joined({{"", Open}}), (std::vector {KeyRange::all()}));
    }

    void rightsAreCutOutOfARange()
    {
        AccessRights rights {.user = QStringLiteral("u"), .roles = {}, .everything = false};
        rights.read = joinedRanges({between("b", "d"), KeyRange::single("k"), {"x", Open}});
        QCOMPARE(rights.readable(KeyRange::all()), rights.read);
        QCOMPARE(rights.readable(between("c", "k")), (std::vector {between("c", "d")}));
        QCOMPARE(rights.readable({"c", QByteArray("k\0", 2)}),
                 (std::vector {between("c", "d"), KeyRange::single("k")}));
        QCOMPARE(rights.readable(KeyRange::single("k")), (std::vector {KeyRange::single("k")}));
        QVERIFY(rights.readable(KeyRange::single("l")).empty());
        QCOMPARE(rights.readable(KeyRange::prefix("z")), (std::vector {KeyRange::prefix("z")}));
        QVERIFY(rights.mayRead(between("b", "c")) && !rights.mayRead(between("a", "c")));
        QVERIFY(!rights.seesAll() && !rights.mayWrite(KeyRange::single("k")));
        rights.read = {KeyRange::all()};
        QVERIFY(rights.seesAll());
        QVERIFY(AccessRights {}.seesAll());
    }

    /// Whatever is joined and cut holds exactly the keys that it should.
    void rangesAgreeWithTheirKeys()
    {
        QList<QByteArray> keys;
        for (const char one : {'\1', 'a', 'b', '\xff'}) {
            keys += QByteArray(1, one);
            for (const char two : {'\0', 'a', '\xff'})
                keys += QByteArray(1, one) + two;
        }
        std::vector<KeyRange> ranges;
        for (const QByteArray &begin : keys) {
            ranges.push_back(KeyRange::single(begin));
            ranges.push_back(KeyRange::prefix(begin));
            ranges.push_back({begin, Open});
            ranges.push_back({begin, "b"});
        }
        for (const KeyRange &one : ranges) {
            for (const KeyRange &other : ranges) {
                const auto joined = joinedRanges({one, other});
                const auto both = partsWithin(one, joinedRanges({other}));
                const auto holds = [](const std::vector<KeyRange> &all, const QByteArray &key) {
                    return std::any_of(all.cbegin(), all.cend(),
                                       [&key](const KeyRange &range) { return range.contains(key); });
                };
                for (const QByteArray &key : std::as_const(keys)) {
                    QCOMPARE(holds(joined, key), one.contains(key) || other.contains(key));
                    QCOMPARE(holds(both, key), one.contains(key) && other.contains(key));
                }
            }
        }
    }

    void aRevisionIsToldAsAWhole()
    {
        Divided watch(Revision(5));
        QCOMPARE(watch.inner->requests.size(), 2U);
        QCOMPARE(watch.inner->requests[1].range, between("c", "d"));
        QCOMPARE(watch.inner->requests[1].startRevision, Revision(5));
        watch.create();
        QCOMPARE(watch.replies.size(), 1U);
        QVERIFY(watch.replies[0].created);
        QCOMPARE(watch.replies[0].watchId, 7);
        // One of them is behind at first.
        watch.say(1, {6, 8});
        watch.say(0, {5, 6, 9});
        QTRY_COMPARE(watch.told(), QByteArray("a5 c6 a6 c8 a9"));
        watch.say(0, {10});
        watch.say(1, {10});
        watch.say(1, {11});
        QTRY_COMPARE(watch.told(), QByteArray("a5 c6 a6 c8 a9 a10 c10 c11"));
        // Never half of one.
        for (const WatchReply &reply : watch.replies) {
            if (!reply.events.empty() && reply.events.front().kv.modRevision == Revision(10))
                QCOMPARE(reply.events.size(), 2U);
        }
        watch.say(0, {12, 13}, true);
        QTRY_VERIFY(watch.told().endsWith("a12"));
        watch.say(0, {13});
        QTRY_VERIFY(watch.told().endsWith("a12 a13 a13"));
        QVERIFY(!watch.isLost());
    }

    void whatComesTooLateIsALoss()
    {
        Divided watch(Revision(5));
        watch.create();
        watch.say(0, {9});
        QTRY_COMPARE(watch.told(), QByteArray("a9"));
        watch.say(1, {8});
        QVERIFY(watch.isLost());
        QCOMPARE(watch.told(), QByteArray("a9"));
        // Nothing after it.
        const auto said = watch.replies.size();
        watch.say(1, {20});
        QCOMPARE(watch.replies.size(), said);
    }

    void whatAConnectionTookAlongIsMissed_data()
    {
        QTest::addColumn<std::vector<qint64>>("other");
        QTest::addColumn<bool>("lost");
        QTest::newRow("nothing was there") << std::vector<qint64> {12} << false;
        QTest::newRow("the rest of the last transaction") << std::vector<qint64> {9, 12} << true;
        QTest::newRow("one before it") << std::vector<qint64> {8} << true;
    }
    void whatAConnectionTookAlongIsMissed()
    {
        QFETCH(std::vector<qint64>, other);
        QFETCH(bool, lost);
        Divided first(Revision(5));
        first.create();
        first.say(1, {6});
        first.say(0, {7, 9});
        QTRY_COMPARE(first.told(), QByteArray("c6 a7 a9"));
        first.say(0, {10}); // seen, and not told before the connection breaks
        first.stream.reset();

        Divided second(Revision(9), std::make_shared<GrantedMarks>(*first.marks));
        QCOMPARE(second.inner->requests[0].startRevision, Revision(9));
        QCOMPARE(second.inner->requests[1].startRevision, Revision(7));
        second.create();
        second.say(0, {9, 10});
        second.say(1, other);
        if (lost)
            QTRY_VERIFY(second.isLost());
        else
            QTRY_COMPARE(second.told(), QByteArray("a10 c12"));
        QCOMPARE(second.isLost(), lost);
    }

    void progressIsThatOfAll()
    {
        Divided watch(Revision(5));
        watch.create();
        const auto progress = [&watch](qint64 part, qint64 revision) {
            watch.inner->say({.header = {.revision = Revision(revision)}, .watchId = part});
        };
        progress(0, 50);
        QCOMPARE(watch.replies.size(), 1U);
        progress(1, 40);
        QCOMPARE(watch.replies.size(), 2U);
        QCOMPARE(watch.replies[1].header.revision, Revision(40));
        QVERIFY(watch.replies[1].events.empty());
    }

    void oneRefusedIsAllRefused()
    {
        Divided watch(Revision(5));
        watch.inner->say({.watchId = 0, .created = true});
        watch.inner->say({.watchId = -1,
                          .created = true,
                          .canceled = true,
                          .cancelReason = QStringLiteral("permission denied")});
        QCOMPARE(watch.replies.size(), 1U);
        QVERIFY(watch.replies[0].canceled && !watch.replies[0].created);
    }

    void aTokenIsAskedForOnce()
    {
        int asked = 0;
        TokenKeeper tokens([&asked](const QString &user, const QString &password) {
            return finishedCall<QByteArray>(
                QByteArray((user + password + QString::number(++asked)).toUtf8()));
        });
        tokens.setUser(QStringLiteral("u"), QStringLiteral("p"));
        QByteArray valid = "up2";
        QList<QByteArray> used;
        const auto send = [&](const QByteArray &token) {
            used += token;
            return token == valid
                ? finishedCall<Nothing>(Nothing {})
                : finishedCall<Nothing>(Unexpected {Error {.kind = ErrorKind::Unauthenticated}});
        };
        // The first token is not taken any more: one new one, not one each.
        QVERIFY(await(tokens.renewed({})).hasValue());
        QObject context;
        int succeeded = 0;
        for (int i = 0; i < 5; ++i)
            tokens.authorized<Nothing>(send).then(
                &context, [&](const Result<Nothing> &result) { succeeded += result.hasValue(); });
        QTRY_COMPARE(succeeded, 5);
        QCOMPARE(asked, 2);
        QCOMPARE(used.count("up1"), 5);
        // A new one that is not taken either is the end of it.
        valid = "none";
        const auto refused = await(tokens.authorized<Nothing>(send));
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Unauthenticated);
        QCOMPARE(asked, 3);
    }

    void aTokenThatIsNotToBeHad()
    {
        Error error {.kind = ErrorKind::Unauthenticated, .grpcCode = 3};
        auto tokens = std::make_unique<TokenKeeper>([&error](const QString &, const QString &) {
            return finishedCall<QByteArray>(Unexpected {error});
        });
        tokens->setUser(QStringLiteral("u"), {});
        int sent = 0;
        const auto send = [&sent](const QByteArray &) {
            ++sent;
            return finishedCall<Nothing>(Nothing {});
        };
        const auto refused = await(tokens->authorized<Nothing>(send));
        QVERIFY(!refused && refused.error().neverSent);
        QCOMPARE(sent, 0);
        // Where there is no authentication there is no need of one.
        error = {.kind = ErrorKind::Server,
                 .grpcCode = 9,
                 .detail = QStringLiteral("etcdserver: authentication is not enabled")};
        QVERIFY(await(tokens->authorized<Nothing>(send)).hasValue());
        QCOMPARE(sent, 1);
        // Whoever waits for one is told when the connection goes.
        tokens->setUser(QStringLiteral("v"), {});
        const Call<Nothing> waiting = tokens->authorized<Nothing>(send);
        tokens.reset();
        const auto cancelled = await(waiting);
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().kind, ErrorKind::Cancelled);
    }

    void aRefusedPasswordIsNotSentForEver()
    {
        int asked = 0;
        bool refuses = true;
        TokenKeeper tokens([&](const QString &, const QString &) {
            ++asked;
            return refuses ? finishedCall<QByteArray>(Unexpected {Error {
                       .kind = ErrorKind::Unauthenticated,
                       .grpcCode = 3,
                       .detail =
                           QStringLiteral("etcdserver: authentication failed, invalid user ID or password")}})
                           : finishedCall<QByteArray>(QByteArray("token"));
        });
        const auto send = [](const QByteArray &) { return finishedCall<Nothing>(Nothing {}); };
        tokens.setUser(QStringLiteral("u"), QStringLiteral("wrong"));
        // A member that has just started may refuse at first; many requests at once are one.
        QTRY_VERIFY(!await(tokens.authorized<Nothing>(send)) && asked == TokenKeeper::MostRefusals);
        // It is not asked any more, though it would not refuse now.
        refuses = false;
        const auto refused = await(tokens.authorized<Nothing>(send));
        QVERIFY(!refused && refused.error().neverSent);
        QCOMPARE(refused.error().kind, ErrorKind::Unauthenticated);
        QCOMPARE(asked, TokenKeeper::MostRefusals);
        // Somebody signs in again.
        tokens.setUser(QStringLiteral("u"), QStringLiteral("right"));
        QVERIFY(await(tokens.authorized<Nothing>(send)).hasValue());
        QCOMPARE(asked, TokenKeeper::MostRefusals + 1);
    }
};

QTEST_GUILESS_MAIN(TestAccess)
#include "tst_access.moc"
