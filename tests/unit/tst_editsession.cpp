// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/safety.h"
#include "core/edit/editsession.h"
#include "tests/support/await.h"
#include "tests/support/memoryconnection.h"

#include <QSignalSpy>
#include <QtTest>

#include <ctime>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

/// What this thread has computed, however busy the machine is.
double cpuSeconds()
{
    timespec now {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

} // namespace

class TestEditSession : public QObject
{
    Q_OBJECT

    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<MemoryClient> m_memory;
    std::unique_ptr<EditSession> m_session;

    KeyState stateOf(const QByteArray &key) const
    {
        const auto it = m_etcd->keys().find(key);
        return it == m_etcd->keys().cend() ? KeyState::absent() : KeyState::of(it->second);
    }
    CommitReport commit()
    {
        QSignalSpy spy(m_session.get(), &EditSession::committed);
        m_session->commit();
        [&] { QTRY_COMPARE(spy.size(), 1); }();
        return spy.isEmpty() ? CommitReport() : spy.first().first().value<CommitReport>();
    }
    size_t staged() const { return m_session->changes().size(); }

private Q_SLOTS:
    void init()
    {
        m_etcd = std::make_unique<MemoryEtcd>();
        m_etcd->put("a", "1");
        m_etcd->put("b", "2", LeaseId(77));
        m_memory = std::make_unique<MemoryClient>(m_etcd.get());
        m_session = std::make_unique<EditSession>(&m_memory->client);
        m_session->setReadBackDelay(std::chrono::milliseconds(1));
        connect(&m_memory->watch, &Watch::eventsReceived, m_session.get(), &EditSession::observe);
        m_memory->watch.start(Revision(m_etcd->revision().value + 1));
        QTRY_COMPARE(m_memory->watch.state(), Watch::State::Live);
    }
    void cleanup()
    {
        m_session.reset();
        m_memory.reset();
        m_etcd.reset();
    }

    void typingTheOldValueBackRemovesTheChange()
    {
        QVERIFY(m_session->stageValue("a", stateOf("a"), "x"));
        QCOMPARE(m_session->changes().size(), size_t(1));
        QCOMPARE(m_session->find("a")->kind, Change::Kind::Update);
        QVERIFY(m_session->stageValue("a", stateOf("a"), "1"));
        QVERIFY(m_session->isEmpty());
        QCOMPARE(stateOf("a").value, QByteArray("1"));
    }

    void undoAndRedoEverything()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageValue("a", stateOf("a"), "y");
        m_session->stageInsert("c", "3");
        m_session->stageDelete({{"b", stateOf("b")}, {"c", stateOf("c")}});
        QVERIFY(!m_session->find("c")); // deleting a new record takes it back
        QCOMPARE(m_session->find("b")->kind, Change::Kind::Delete);
        m_session->undo();
        QCOMPARE(m_session->find("c")->value, QByteArray("3"));
        QVERIFY(!m_session->find("b"));
        m_session->undo();
        m_session->undo();
        QCOMPARE(m_session->find("a")->value, QByteArray("x"));
        m_session->undo();
        QVERIFY(m_session->isEmpty() && !m_session->canUndo());
        while (m_session->canRedo())
            m_session->redo();
        QCOMPARE(m_session->changes().size(), size_t(2));
        m_session->revertAll();
        QVERIFY(m_session->isEmpty());
        m_session->undo();
        QCOMPARE(m_session->changes().size(), size_t(2));
    }

    void commitsAllInOneTransaction()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageInsert("c", "3");
        m_session->stageDelete({{"b", stateOf("b")}});
        const Revision before = m_etcd->revision();
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.revision.value, before.value + 1);
        QCOMPARE(report.changes, 3);
        QVERIFY(m_session->isEmpty() && !m_session->canUndo());
        QCOMPARE(stateOf("a").value, QByteArray("x"));
        QCOMPARE(stateOf("c").value, QByteArray("3"));
        QVERIFY(!stateOf("b").exists);
        QCOMPARE(m_session->settling("a")->value, QByteArray("x"));
        QCOMPARE(m_session->settling("a")->modRevision, report.revision);
    }

    void keepsLeases()
    {
        m_session->stageValue("b", stateOf("b"), "x");
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("b").lease, LeaseId(77));
    }

    void aWatchedChangeMarksTheConflictAtOnce()
    {
        m_session->stageValue("a", stateOf("a"), "mine");
        m_etcd->put("a", "theirs");
        QTRY_VERIFY(m_session->hasConflicts());
        QCOMPARE(m_session->find("a")->conflict->value, QByteArray("theirs"));
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->commit();
        QVERIFY(!m_session->isCommitting()); // waits until it is resolved
        QVERIFY(m_session->keepMine("a"));
        QVERIFY(!m_session->hasConflicts());
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("mine"));
    }

    void aFailedCompareWritesNothingAndShowsWhatIsThere()
    {
        m_session->stageValue("a", stateOf("a"), "mine");
        m_session->stageValue("b", stateOf("b"), "mine too");
        m_memory->watch.close(); // unseen
        m_etcd->put("a", "theirs");
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Conflict);
        QCOMPARE(stateOf("a").value, QByteArray("theirs"));
        QCOMPARE(stateOf("b").value, QByteArray("2"));
        QCOMPARE(m_session->changes().size(), size_t(2));
        QCOMPARE(m_session->find("a")->conflict->value, QByteArray("theirs"));
        QVERIFY(!m_session->find("b")->conflict);
        QVERIFY(m_session->takeTheirs("a"));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("theirs"));
        QCOMPARE(stateOf("b").value, QByteArray("mine too"));
    }

    void anInsertDoesNotOverwrite()
    {
        m_session->stageInsert("c", "mine");
        m_etcd->put("c", "theirs");
        QTRY_VERIFY(m_session->hasConflicts());
        m_session->keepMine("c");
        QCOMPARE(m_session->find("c")->kind, Change::Kind::Update);
    }

    void aDeletionThereIsAConflict()
    {
        m_session->stageValue("a", stateOf("a"), "mine");
        m_etcd->remove("a");
        QTRY_VERIFY(m_session->hasConflicts());
        QVERIFY(!m_session->find("a")->conflict->exists);
        m_session->keepMine("a");
        QCOMPARE(m_session->find("a")->kind, Change::Kind::Insert);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("mine"));
    }

    void refusalsKeepEverythingStaged()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_etcd->refuseNextTxn({.kind = ErrorKind::TooManyOperations, .grpcCode = 3});
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.kind, ErrorKind::TooManyOperations);
        QCOMPARE(m_session->changes().size(), size_t(1));
    }

    void aLostReplyIsFoundOutByReadingBack()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageInsert("c", "3");
        m_session->stageDelete({{"b", stateOf("b")}});
        m_etcd->loseNextWriteReply();
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.revision, m_etcd->revision());
        QVERIFY(m_session->isEmpty());
    }

    void aCommitThatNeverArrivedIsToldApart()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout});
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.kind, ErrorKind::Timeout);
        QCOMPARE(m_session->changes().size(), size_t(1));
        QVERIFY(!m_session->hasConflicts());
    }

    void withoutAServerNothingIsWritten()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_etcd->setAway(true);
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QVERIFY(report.error.neverSent);
        QCOMPARE(m_session->changes().size(), size_t(1));
    }

    void nothingIsStagedWhileCommitting()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->commit();
        QVERIFY(m_session->isCommitting());
        QVERIFY(!m_session->stageValue("b", stateOf("b"), "y"));
        QVERIFY(!m_session->stageInsert("d", "y"));
        QVERIFY(!m_session->revertAll());
        QTRY_VERIFY(!m_session->isCommitting());
        QVERIFY(m_session->isEmpty());
    }

    void recheckFindsWhatAGapHid()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_memory->watch.close();
        m_etcd->put("a", "theirs");
        m_session->recheck();
        QTRY_VERIFY(m_session->hasConflicts());
    }

    void aLostOutcomeIsFoundOutWhenEtcdIsBack()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageDelete({{"b", stateOf("b")}});
        m_etcd->loseNextWriteReply(true); // and so reading back fails, too
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->commit();
        QTRY_COMPARE(committed.size(), 1);
        QCOMPARE(committed.takeFirst().first().value<CommitReport>().outcome, CommitReport::Outcome::Unknown);
        QCOMPARE(m_session->changes().size(), size_t(2));
        m_etcd->setAway(false);
        QTRY_COMPARE(committed.size(), 1);
        const auto report = committed.first().first().value<CommitReport>();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.revision, m_etcd->revision());
        QVERIFY(m_session->isEmpty());
    }

    void othersWhoWriteTheSameAreNotTakenForALostCommit()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageValue("b", stateOf("b"), "y");
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->put("a", "x");
        m_etcd->put("b", "y");
        m_etcd->setAway(false);
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        QTRY_VERIFY(m_session->isEmpty()); // what was wanted is there, whoever wrote it
        m_etcd->put("other", "1");
        m_session->resolveLost();
        QTRY_VERIFY(!m_session->isCommitting());
        for (const QList<QVariant> &each : committed)
            QVERIFY(each.first().value<CommitReport>().outcome != CommitReport::Outcome::Committed);
    }

    void aLostReplyToADeletionKnowsItsRevision()
    {
        m_session->stageDelete({{"b", stateOf("b")}});
        m_etcd->loseNextWriteReply();
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.revision, m_etcd->revision());
        QCOMPARE(m_session->settling("b")->modRevision, m_etcd->revision());
    }

    void otherDataUnderTheSameRevisionIsAConflict()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_memory->watch.close();
        // A backup restored, or another cluster: the revision is the same by chance.
        MemoryEtcd other;
        other.put("a", "another");
        MemoryClient client(&other);
        EditSession session(&client.client);
        KeyState base = KeyState::of(other.keys().at("a"));
        base.value = "1";
        session.stageValue("a", base, "x");
        session.recheck();
        QTRY_VERIFY(session.hasConflicts());
        QCOMPARE(session.find("a")->conflict->value, QByteArray("another"));
    }

    /// All that is in it is older than what was seen in the one before.
    void anEtcdThatWasSetUpAnewIsInConflict_data()
    {
        QTest::addColumn<bool>("isRead");
        QTest::newRow("after the loss") << true;
        QTest::newRow("at commit") << false;
    }
    void anEtcdThatWasSetUpAnewIsInConflict()
    {
        QFETCH(const bool, isRead);
        MemoryEtcd other;
        MemoryClient client(&other);
        EditSession session(&client.client);
        connect(&client.watch, &Watch::eventsReceived, &session, &EditSession::observe);
        client.watch.start(Revision(1));
        const KeyState base {.exists = true, .value = "1", .modRevision = Revision(107), .lease = {}};
        session.stageValue("a", base, "x");
        session.addGuard("b", base);
        if (isRead) {
            session.recheck();
            QTRY_VERIFY(session.hasConflicts());
            QVERIFY(!session.find("a")->conflict->exists);
        }
        // It is filled again.
        other.put("a", "another");
        if (!isRead) {
            session.commit();
            QTRY_VERIFY(!session.isCommitting());
        }
        QTRY_VERIFY(session.find("a")->conflict && session.find("a")->conflict->exists);
        QCOMPARE(session.find("a")->conflict->value, QByteArray("another"));
        QVERIFY(session.guards().front().conflict.has_value());
        other.put("a", "still another");
        QTRY_COMPARE(session.find("a")->conflict->value, QByteArray("still another"));
    }

    void afterAGapNothingSettlesAnyMore()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QVERIFY(m_session->settling("a"));
        QSignalSpy changed(m_session.get(), &EditSession::changed);
        m_session->recheck();
        QVERIFY(!m_session->settling("a")); // the tables read again, perhaps an older state
        QCOMPARE(changed.size(), 1);
    }

    void recheckReadsMoreKeysThanOneTransactionHolds()
    {
        for (int i = 0; i < 300; ++i)
            m_session->stageInsert("k" + QByteArray::number(i), "v");
        m_memory->watch.close();
        m_etcd->put("k299", "theirs");
        m_session->recheck();
        QTRY_VERIFY(m_session->find("k299")->conflict.has_value());
        QVERIFY(!m_session->find("k0")->conflict);
    }

    void aChangeMadeOnAnOlderStateIsInConflict()
    {
        const KeyState seen = stateOf("a");
        m_etcd->put("a", "theirs");
        m_session->stageValue("a", seen, "mine");
        m_session->noteCurrent("a", stateOf("a"));
        QVERIFY(m_session->hasConflicts());
        m_session->noteCurrent("nothing staged", stateOf("a"));
        QCOMPARE(m_session->changes().size(), size_t(1));
    }

    void aNewKeyKeepsItsPlace()
    {
        m_session->stageInsert("c", "1");
        m_session->stageInsert("d", "2");
        QVERIFY(m_session->rekeyInsert("c", "e"));
        QCOMPARE(m_session->changes().at(0).key, QByteArray("e"));
        QCOMPARE(m_session->changes().at(1).key, QByteArray("d"));
        m_session->undo();
        QCOMPARE(m_session->changes().at(0).key, QByteArray("c"));
        QCOMPARE(m_session->find("d")->value, QByteArray("2"));
        m_session->redo();
        QCOMPARE(m_session->changes().at(0).key, QByteArray("e"));
    }

    void stepsHaveNames()
    {
        m_session->stageValue("a", stateOf("a"), "x", QStringLiteral("Set a"));
        m_session->stageDelete({{"b", stateOf("b")}}, QStringLiteral("Delete b"));
        QCOMPARE(m_session->undoName(), QStringLiteral("Delete b"));
        m_session->undo();
        QCOMPARE(m_session->undoName(), QStringLiteral("Set a"));
        QCOMPARE(m_session->redoName(), QStringLiteral("Delete b"));
        QCOMPARE(m_session->historyNames(),
                 (QStringList {QStringLiteral("Set a"), QStringLiteral("Delete b")}));
        QCOMPARE(m_session->undoDepth(), size_t(1));
    }

    void aRenamedKeyIsOneChangeInTwoHalves()
    {
        QVERIFY(m_session->renameKey("b", stateOf("b"), "c", "2"));
        QCOMPARE(staged(), size_t(2));
        QCOMPARE(m_session->find("b")->kind, Change::Kind::Delete);
        QCOMPARE(m_session->find("b")->partner, QByteArray("c"));
        QCOMPARE(m_session->find("c")->kind, Change::Kind::Insert);
        QCOMPARE(m_session->find("c")->lease.lease, LeaseId(77)); // goes with the record
        QVERIFY(m_session->setLeftOut({"c"}, true));
        QVERIFY(m_session->find("b")->leftOut);
        m_session->undo();
        QVERIFY(m_session->renameKey("c", KeyState::absent(), "d", "2d")); // once more
        QVERIFY(!m_session->find("c"));
        QCOMPARE(m_session->find("b")->partner, QByteArray("d"));
        QCOMPARE(m_session->find("d")->partner, QByteArray("b"));
        QVERIFY(m_session->revert({"d"}));
        QVERIFY(m_session->isEmpty());
        m_session->undo();
        QVERIFY(m_session->renameKey("d", KeyState::absent(), "b", "2")); // home again
        QVERIFY(m_session->isEmpty());
        m_session->undo();
        QVERIFY(m_session->stageDelete({{"d", KeyState::absent()}})); // then the record is to go
        QCOMPARE(staged(), size_t(1));
        QVERIFY(m_session->find("b")->partner.isNull());
        m_session->undo();
        QVERIFY(!m_session->renameKey("a", stateOf("a"), "d", "1")); // taken by what is staged
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QVERIFY(!stateOf("b").exists);
        QCOMPARE(stateOf("d").value, QByteArray("2d"));
        QCOMPARE(stateOf("d").lease, LeaseId(77));
    }

    void keysAreSwappedThroughAThird()
    {
        QVERIFY(m_session->renameKey("a", stateOf("a"), "t", "1"));
        QVERIFY(m_session->renameKey("b", stateOf("b"), "a", "2"));
        QVERIFY(m_session->renameKey("t", KeyState::absent(), "b", "1"));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("2"));
        QCOMPARE(stateOf("a").lease, LeaseId(77));
        QCOMPARE(stateOf("b").value, QByteArray("1"));
        QVERIFY(!stateOf("t").exists);
    }

    void whatIsLeftOutStaysStaged()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageInsert("c", "3");
        m_session->setLeftOut({"a"}, true);
        m_etcd->put("a", "theirs");
        QTRY_VERIFY(m_session->find("a")->conflict.has_value());
        QVERIFY(!m_session->hasConflicts()); // none that would stop the commit
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.changes, 1);
        QCOMPARE(report.written.size(), size_t(1));
        QCOMPARE(stateOf("a").value, QByteArray("theirs"));
        QCOMPARE(staged(), size_t(1));
        QVERIFY(m_session->find("a")->leftOut);
        m_session->commit();
        QVERIFY(!m_session->isCommitting()); // nothing to commit
    }

    void guardsHoldUpTheCommit()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        QVERIFY(m_session->addGuard("b", stateOf("b")));
        m_memory->watch.close(); // unseen
        m_etcd->put("b", "other");
        QCOMPARE(commit().outcome, CommitReport::Outcome::Conflict);
        QCOMPARE(stateOf("a").value, QByteArray("1"));
        QCOMPARE(m_session->guards().front().conflict->value, QByteArray("other"));
        QVERIFY(m_session->hasConflicts());
        QVERIFY(m_session->addGuard("b", stateOf("b"))); // as it is now
        QVERIFY(!m_session->hasConflicts());
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QVERIFY(m_session->guards().empty());
        QCOMPARE(stateOf("b").value, QByteArray("other"));
    }

    void aWatchedChangeMarksAGuard()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->addGuard("c", KeyState::absent()); // that it does not exist
        m_etcd->put("c", "3");
        QTRY_VERIFY(m_session->hasConflicts());
        QVERIFY(m_session->removeGuard("c"));
        QVERIFY(!m_session->hasConflicts());
        m_session->undo();
        QVERIFY(m_session->hasConflicts());
    }

    void undoBringsTheConflictMarkBack()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageValue("a", stateOf("a"), "y");
        m_session->revert({"a"});
        m_etcd->put("a", "theirs");
        m_session->stageInsert("c", "3");
        QTRY_COMPARE(m_memory->watch.deliveredRevision(), m_etcd->revision());
        QVERIFY(!m_session->hasConflicts());
        m_session->undo();
        m_session->undo();
        QCOMPARE(m_session->find("a")->value, QByteArray("y"));
        QVERIFY(m_session->hasConflicts());
        m_session->undo();
        QCOMPARE(m_session->find("a")->value, QByteArray("x"));
        QCOMPARE(m_session->find("a")->conflict->value, QByteArray("theirs"));
    }

    void whatGoesTogetherMergesByItself()
    {
        m_session->setMerger([](const Change &mine, const KeyState &theirs) -> std::optional<QByteArray> {
            if (theirs.value == "clash")
                return {};
            return mine.value + '+' + theirs.value;
        });
        QSignalSpy merged(m_session.get(), &EditSession::merged);
        m_session->stageValue("a", stateOf("a"), "mine");
        m_etcd->put("a", "theirs");
        QTRY_COMPARE(merged.size(), 1);
        QVERIFY(!m_session->hasConflicts());
        QCOMPARE(m_session->find("a")->value, QByteArray("mine+theirs"));
        QCOMPARE(m_session->find("a")->base, stateOf("a"));
        QCOMPARE(m_session->find("a")->mergedAt, m_etcd->revision());
        m_etcd->put("a", "clash");
        QTRY_VERIFY(m_session->hasConflicts());
        QVERIFY(m_session->resolve("a", QByteArray("both")));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("both"));
    }

    void theSameDoneByBothNeedsNothingMore()
    {
        QSignalSpy merged(m_session.get(), &EditSession::merged);
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageDelete({{"b", stateOf("b")}});
        m_etcd->put("a", "x");
        m_etcd->remove("b");
        QTRY_VERIFY(m_session->isEmpty());
        QCOMPARE(merged.size(), 2);
    }

    void aCommitWaitsForWhatIsDerived()
    {
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->beginDeriving();
        m_session->commit();
        QVERIFY(m_session->isCommitting());
        QCOMPARE(stateOf("a").value, QByteArray("1"));
        m_session->takeDerived(
            {{.change = {.key = "i", .kind = Change::Kind::Insert, .value = "a"}, .causes = {"a"}}});
        QTRY_COMPARE(committed.size(), 1);
        const auto report = committed.first().first().value<CommitReport>();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.changes, 1);
        QCOMPARE(report.written.size(), size_t(2));
        QCOMPARE(stateOf("i").modRevision, stateOf("a").modRevision);
        QVERIFY(m_session->derived().empty());
    }

    void aProblemOfWhatIsDerivedHoldsUpTheCommit()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->takeDerived({{.change = {.key = "i", .kind = Change::Kind::Insert, .value = "a"},
                                 .causes = {"a"},
                                 .problem = QStringLiteral("taken")}});
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.detail, QStringLiteral("taken"));
        QCOMPARE(stateOf("a").value, QByteArray("1"));
    }

    void anIndexEntryThatSomebodyTookIsAConflict()
    {
        QSignalSpy outdated(m_session.get(), &EditSession::derivedOutdated);
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->takeDerived(
            {{.change = {.key = "i", .kind = Change::Kind::Insert, .value = "a"}, .causes = {"a"}}});
        m_etcd->put("i", "b");
        QCOMPARE(commit().outcome, CommitReport::Outcome::Conflict);
        QCOMPARE(outdated.size(), 1);
        QCOMPARE(stateOf("a").value, QByteArray("1"));
        QCOMPARE(stateOf("i").value, QByteArray("b"));
    }

    void whatDoesNotFitIsNotSent()
    {
        m_session->setLimits({.operations = 2, .bytes = 200});
        m_session->stageInsert("c", "1");
        m_session->stageInsert("d", "2");
        m_session->stageInsert("e", "3");
        QCOMPARE(m_session->plan().operationsOver(), size_t(1));
        QCOMPARE(commit().error.kind, ErrorKind::TooManyOperations);
        m_session->setLeftOut({"c"}, true);
        QVERIFY(m_session->plan().fits());
        m_session->stageValue("d", KeyState::absent(), QByteArray(200, 'x'));
        QCOMPARE(commit().error.kind, ErrorKind::TooLarge);
        QVERIFY(!stateOf("e").exists);
        QCOMPARE(staged(), size_t(3));
    }

    void editsMadeAfterALostCommitAreMadeOnIt()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageDelete({{"b", stateOf("b")}});
        m_etcd->loseNextWriteReply(true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_session->stageValue("a", stateOf("a"), "y");
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_etcd->setAway(false);
        QTRY_COMPARE(committed.size(), 1);
        QCOMPARE(staged(), size_t(1));
        QCOMPARE(m_session->find("a")->base, stateOf("a"));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("y"));
    }

    void aRequestThatNeverLeftIsNoQuestion()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_etcd->refuseNextTxn({.kind = ErrorKind::Network, .neverSent = true});
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QVERIFY(report.error.neverSent);
    }

    void aCommitWaitsForWhatIsFoundOutAboutTheLast()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->setAway(false);
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->resolveLost();
        m_session->commit();
        QTRY_COMPARE(committed.size(), 1);
        QCOMPARE(committed.first().first().value<CommitReport>().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("x"));
    }

    void aLostCommitIsKnownThoughOthersWroteOverPartOfIt()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageInsert("c", "3");
        m_memory->watch.close();
        m_etcd->loseNextWriteReply(true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->setAway(false);
        const Revision revision = m_etcd->revision();
        m_etcd->put("a", "theirs");
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->resolveLost();
        QTRY_COMPARE(committed.size(), 1);
        const auto report = committed.first().first().value<CommitReport>();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.revision, revision);
        QVERIFY(m_session->isEmpty());
    }

    void aLostCommitIsKnownThoughOthersWroteOverAllOfIt()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageDelete({{"b", stateOf("b")}});
        m_memory->watch.close();
        m_etcd->loseNextWriteReply(true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->setAway(false);
        const Revision revision = m_etcd->revision();
        m_etcd->put("a", "theirs");
        m_etcd->put("b", "theirs");
        m_etcd->put("a", "theirs again");
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->resolveLost();
        QTRY_COMPARE(committed.size(), 1);
        const auto report = committed.first().first().value<CommitReport>();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.revision, revision);
        QVERIFY(m_session->isEmpty());
    }

    void aLostCommitThatOthersForestalledIsAConflict()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_memory->watch.close();
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->setAway(false);
        m_etcd->put("a", "theirs");
        m_etcd->put("a", "theirs again");
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->resolveLost();
        QTRY_COMPARE(committed.size(), 1);
        QCOMPARE(committed.first().first().value<CommitReport>().outcome, CommitReport::Outcome::Conflict);
        QCOMPARE(m_session->find("a")->conflict->value, QByteArray("theirs again"));
    }

    void whereHistoryIsGoneNobodyKnows()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_memory->watch.close();
        m_etcd->loseNextWriteReply(true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->setAway(false);
        m_etcd->put("a", "theirs");
        m_etcd->compact();
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->resolveLost();
        QTRY_COMPARE(committed.size(), 1);
        QCOMPARE(committed.first().first().value<CommitReport>().outcome, CommitReport::Outcome::Unknown);
        QVERIFY(m_session->find("a"));
    }

    void theWatchTellsOfALostCommitThatOthersWroteOver()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_etcd->loseNextWriteReply(true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        const Revision revision = m_etcd->revision();
        m_etcd->setAway(false);
        m_etcd->put("a", "theirs");
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        QTRY_VERIFY(!committed.isEmpty());
        QCOMPARE(committed.last().first().value<CommitReport>().revision, revision);
        QVERIFY(m_session->isEmpty());
    }

    void leasesAreChosen()
    {
        using std::chrono::seconds;
        m_session->stageLease({{"a", stateOf("a")}, {"b", stateOf("b")}},
                              {.kind = LeaseChoice::Kind::New, .ttl = seconds(60)});
        m_session->stageValue("a", stateOf("a"), "x");
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        const LeaseId granted = stateOf("a").lease;
        QVERIFY(granted.value != 0 && granted != LeaseId(77));
        QCOMPARE(stateOf("b").lease, granted); // one for both
        QCOMPARE(stateOf("b").value, QByteArray("2"));
        QCOMPARE(m_session->settling("b")->lease, granted);

        m_session->stageLease({{"a", stateOf("a")}}, {.kind = LeaseChoice::Kind::None});
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").lease, LeaseId());
        m_session->stageLease({{"a", stateOf("a")}}, {.kind = LeaseChoice::Kind::None});
        QVERIFY(m_session->isEmpty()); // it has none
        m_session->stageLease({{"a", stateOf("a")}}, {.kind = LeaseChoice::Kind::Existing, .lease = granted});
        m_session->stageValue("a", stateOf("a"), "y"); // keeps the choice
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").lease, granted);
    }

    void aLeaseForACommitThatFailedIsRevoked()
    {
        const size_t before = m_etcd->leases().size();
        m_session->stageLease({{"a", stateOf("a")}},
                              {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(60)});
        m_memory->watch.close();
        m_etcd->put("a", "theirs");
        QCOMPARE(commit().outcome, CommitReport::Outcome::Conflict);
        QTRY_COMPARE(m_etcd->leases().size(), before);
    }

    void aLeaseThatALateCommitMayHangOnStays()
    {
        m_session->stageLease({{"a", stateOf("a")}},
                              {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(60)});
        m_memory->watch.close();
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout});
        m_etcd->callAfterNextTxn([this] {
            // Carried out after all, when it has just been looked at for the second time.
            m_etcd->callAfterNextTxn([this] { m_etcd->put("a", "1", m_etcd->leases().back()); });
        });
        QCOMPARE(commit().outcome, CommitReport::Outcome::Refused);
        const auto leases = await(m_memory->client.leaseLeases()); // behind all that was asked for before
        QVERIFY(leases);
        QVERIFY(stateOf("a").exists);
        QVERIFY(stateOf("a").lease.value != 0);
        QCOMPARE(leases->leases.size(), size_t(2));
    }

    void aLostCommitThatTheWatchHasToldOfIsToldOnce()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_etcd->loseNextWriteReply();
        m_etcd->callAfterNextTxn([this] { m_etcd->refuseNextTxn({.kind = ErrorKind::Network}, true); });
        const CommitReport report = commit(); // the only report
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QVERIFY(!report.late);
        QCOMPARE(report.revision, m_etcd->revision());
        QVERIFY(m_session->isEmpty());
    }

    void aLostCommitThatTheWatchTellsOfWhileHistoryIsReadIsToldOnce()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_memory->watch.close();
        EventBatch batch;
        m_etcd->loseNextWriteReply();
        m_etcd->callAfterNextTxn([this, &batch] {
            batch.events = {{.type = EventType::Put, .kv = m_etcd->keys().at("a")}};
            batch.last = m_etcd->revision();
            m_etcd->put("a", "theirs");
            m_etcd->compact();
            m_etcd->callAfterNextTxn([this, &batch] { // it is read back
                m_etcd->callAfterNextTxn([this, &batch] { m_session->observe(batch); });
            });
        });
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QVERIFY(!report.late);
        QCOMPARE(report.revision, batch.last);
        QVERIFY(m_session->isEmpty());
    }

    void aLeaseChosenAfterALostCommitIsChosenStill()
    {
        using std::chrono::seconds;
        m_session->stageLease({{"a", stateOf("a")}, {"b", stateOf("b")}},
                              {.kind = LeaseChoice::Kind::New, .ttl = seconds(60)});
        m_etcd->loseNextWriteReply(true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_session->stageLease({{"a", stateOf("a")}}, {.kind = LeaseChoice::Kind::New, .ttl = seconds(120)});
        m_session->stageValue("b", stateOf("b"), "y");
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_etcd->setAway(false);
        QTRY_COMPARE(committed.size(), 1);
        const LeaseId granted = stateOf("b").lease;
        QVERIFY(granted.value != 0 && granted == stateOf("a").lease);
        QCOMPARE(staged(), size_t(2));
        QCOMPARE(m_session->find("a")->lease.ttl, seconds(120));
        QCOMPARE(m_session->find("a")->base, stateOf("a"));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QVERIFY(stateOf("a").lease.value != 0 && stateOf("a").lease != granted);
        QCOMPARE(stateOf("b").value, QByteArray("y"));
        QCOMPARE(stateOf("b").lease, granted); // it has what was chosen for it
    }

    void whatTheGateRefusesIsNotStaged()
    {
        SafetyGate gate;
        m_session->setGate(&gate);
        m_memory->client.setGate(&gate);
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageDelete({{"b", stateOf("b")}});
        gate.setLevel(SafetyLevel::ReadOnly);
        QVERIFY(!m_session->stageValue("a", stateOf("a"), "y"));
        QVERIFY(m_session->refusesStaging().has_value());
        QVERIFY(m_session->revert({"b"})); // taking back is always possible
        QCOMPARE(staged(), size_t(1));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Refused);
        gate.setLevel(SafetyLevel::Confirm);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Refused);
        QCOMPARE(stateOf("a").value, QByteArray("1"));
        const CommitPlan plan = m_session->plan();
        QSignalSpy committed(m_session.get(), &EditSession::committed);
        m_session->commit(Approval::of(plan.request, plan.newLeases()));
        QTRY_COMPARE(committed.size(), 1);
        QCOMPARE(committed.first().first().value<CommitReport>().outcome, CommitReport::Outcome::Committed);
        m_memory->client.setGate(nullptr);
        m_session->setGate(nullptr);
    }

    void aCommitIsNotSentTwiceWhereTheFirstHadArrived()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_memory->watch.close(); // which would tell
        m_etcd->loseNextWriteReply(true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->setAway(false);
        const Revision revision = m_etcd->revision();
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(report.revision, revision);
        QCOMPARE(m_etcd->revision(), revision);
    }

    void aLostCommitThatCameToNothingDoesNotHoldUpTheNext()
    {
        m_session->stageValue("a", stateOf("a"), "x");
        m_session->stageInsert("c", "3");
        m_memory->watch.close();
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Unknown);
        m_etcd->setAway(false);
        m_etcd->put("a", "theirs");
        QCOMPARE(commit().outcome, CommitReport::Outcome::Conflict);
        QVERIFY(m_session->keepMine("a"));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf("a").value, QByteArray("x"));
        QCOMPARE(stateOf("c").value, QByteArray("3"));
    }

    void aDraftIsLaidOverAndChecked()
    {
        Change change {.key = "a", .kind = Change::Kind::Update, .value = "x", .base = stateOf("a")};
        const Change other {.key = "b", .kind = Change::Kind::Update, .value = "y", .base = stateOf("b")};
        m_memory->watch.close();
        m_etcd->put("a", "theirs");
        QVERIFY(m_session->restore({change, other}, {{.key = "c", .seen = KeyState::absent()}}));
        QCOMPARE(staged(), size_t(2));
        QTRY_VERIFY(m_session->hasConflicts());
        QVERIFY(!m_session->find("b")->conflict);
        QVERIFY(!m_session->guards().front().conflict);
        m_session->undo();
        QVERIFY(m_session->isEmpty() && m_session->guards().empty());
    }

    void manyChangesAreTakenBackAtOnce()
    {
        std::vector<std::pair<QByteArray, KeyState>> keys;
        for (int i = 0; i < 20000; ++i)
            keys.emplace_back("k" + QByteArray::number(i), KeyState {true, "v", Revision(3), {}});
        m_session->stageDelete(keys);
        QCOMPARE(m_session->changes().size(), size_t(20000));
        const double before = cpuSeconds();
        m_session->undo();
        QVERIFY(m_session->isEmpty());
        m_session->redo();
        m_session->revertAll();
        QVERIFY(m_session->isEmpty());
        const double used = cpuSeconds() - before;
        QVERIFY2(used < 5, qPrintable(QString::number(used)));
    }
};

QTEST_GUILESS_MAIN(TestEditSession)
#include "tst_editsession.moc"
