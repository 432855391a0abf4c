// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/aftercommit.h"
#include "tests/support/memoryconnection.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr quint64 ClusterId = 0xcdf818194e3a8c32;

Endpoint someEndpoint()
{
    return *Endpoint::parse(QStringLiteral("http://etcd.example:2379"));
}

/// Somebody at work.
struct Person
{
    Person(MemoryEtcd *etcd, const QString &folder)
        : memory(etcd)
        , edits(&memory.client)
        , book(&edits)
        , after(&edits, &book, &memory.client)
        , committed(&edits, &EditSession::committed)
        , overwritten(&after, &AfterCommit::overwritten)
    {
        edits.setReadBackDelay(std::chrono::milliseconds(1));
        QObject::connect(&memory.watch, &Watch::eventsReceived, &edits, &EditSession::observe);
        QObject::connect(&memory.watch, &Watch::eventsReceived, &after, &AfterCommit::observe);
        memory.watch.start(Revision(etcd->revision().value + 1));
        if (!folder.isEmpty())
            book.open(folder, someEndpoint(), ClusterId);
    }

    MemoryClient memory;
    EditSession edits;
    ReceiptBook book;
    AfterCommit after;
    QSignalSpy committed;
    QSignalSpy overwritten;
};

} // namespace

class TestReceipts : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<MemoryEtcd> m_etcd;

    QString folder() const { return m_dir->filePath(QStringLiteral("data/history")); }
    QString file() const
    {
        return folder() + QLatin1Char('/') + clusterFileName(someEndpoint(), ClusterId)
            + QStringLiteral(".jsonl");
    }
    QByteArray content() const
    {
        QFile input(file());
        return input.open(QIODevice::ReadOnly) ? input.readAll() : QByteArray();
    }
    KeyState stateOf(const QByteArray &key) const
    {
        const auto it = m_etcd->keys().find(key);
        return it == m_etcd->keys().cend() ? KeyState::absent() : KeyState::of(it->second);
    }
    std::unique_ptr<Person> someone() const { return std::make_unique<Person>(m_etcd.get(), folder()); }
    bool stage(Person &person, const QByteArray &key, const QByteArray &value) const
    {
        return person.edits.stageValue(key, stateOf(key), value);
    }
    void commit(Person &person) const
    {
        const auto before = person.committed.size();
        person.edits.commit();
        QTRY_COMPARE(person.committed.size(), before + 1);
    }
    /// What a newcomer reads.
    std::vector<Receipt> onDisk() const
    {
        Person reader(m_etcd.get(), folder());
        reader.book.load();
        [&] { QTRY_VERIFY(reader.book.isSettled()); }();
        return reader.book.receipts();
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_etcd = std::make_unique<MemoryEtcd>();
        m_etcd->put("a", "old a");
        m_etcd->put("b", "old b", LeaseId(7587873210123456789));
        m_etcd->put("c", "old c");
    }
    void cleanup() { m_etcd.reset(); }

    void whatWasWritten()
    {
        const auto ann = someone();
        const KeyState a = stateOf("a");
        const KeyState b = stateOf("b");
        QVERIFY(stage(*ann, "a", QByteArray("\x00\xff new", 6)));
        QVERIFY(ann->edits.stageDelete({{"b", b}}));
        QVERIFY(ann->edits.stageInsert("new", ""));
        QVERIFY(stage(*ann, "c", "left out"));
        QVERIFY(ann->edits.setLeftOut({"c"}, true));
        commit(*ann);
        const Revision revision = m_etcd->revision();
        QTRY_VERIFY(ann->book.isSettled());
        QVERIFY(ann->book.problem().isEmpty());

        const std::vector<Receipt> read = onDisk();
        QCOMPARE(read.size(), size_t(1));
        QVERIFY(read == ann->book.receipts());
        const Receipt &receipt = read.front();
        QCOMPARE(receipt.endpoint, QStringLiteral("http://etcd.example:2379"));
        QCOMPARE(receipt.clusterId, ClusterId);
        QCOMPARE(receipt.revision, revision);
        QCOMPARE(receipt.outcome, Receipt::Outcome::Committed);
        QCOMPARE(receipt.changes.size(), size_t(3));
        QVERIFY(receipt.changes[0].before == a);
        QVERIFY(receipt.changes[0].after == stateOf("a"));
        QCOMPARE(receipt.changes[1].kind, Change::Kind::Delete);
        QVERIFY(receipt.changes[1].before == b);
        QVERIFY(!receipt.changes[1].after.exists);
        QCOMPARE(receipt.changes[2].kind, Change::Kind::Insert);
        QVERIFY(receipt.changes[2].after == stateOf("new"));
        QVERIFY(!(QFileInfo(file()).permissions()
                  & (QFileDevice::ReadGroup | QFileDevice::ReadOther | QFileDevice::WriteOther)));
    }

    void nothingIsNotedOfWhatWasNotWritten()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        m_etcd->refuseNextTxn({.kind = ErrorKind::PermissionDenied});
        commit(*ann);
        m_etcd->put("a", "theirs");
        commit(*ann);
        QVERIFY(ann->book.receipts().empty());
    }

    void anOutcomeThatIsFoundLater()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        m_etcd->loseNextWriteReply(true);
        commit(*ann);
        QCOMPARE(ann->book.receipts().size(), size_t(1));
        QCOMPARE(ann->book.receipts().front().outcome, Receipt::Outcome::Unknown);
        QCOMPARE(ann->book.receipts().front().changes.front().after.value, QByteArray("1"));
        QTRY_COMPARE(onDisk().size(), size_t(1));
        QCOMPARE(onDisk().front().outcome, Receipt::Outcome::Unknown);

        m_etcd->setAway(false);
        QTRY_COMPARE(ann->committed.size(), 2);
        const Receipt receipt = ann->book.receipts().at(0);
        QCOMPARE(receipt.outcome, Receipt::Outcome::FoundLater);
        QCOMPARE(receipt.revision, stateOf("a").modRevision);
        QTRY_VERIFY(ann->book.isSettled());
        QVERIFY(onDisk() == std::vector<Receipt> {receipt});
    }

    void aCommitThatWasNotedIsNotFoundAgain()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        QVERIFY(stage(*ann, "b", "1"));
        commit(*ann);
        QTRY_VERIFY(ann->book.isSettled());
        // Its process died before its draft was gone.
        DraftKeeper::FoundCommit found {.revision = stateOf("a").modRevision};
        for (const QByteArray key : {"a", "b"})
            found.changes.push_back({.key = key, .kind = Change::Kind::Update, .value = "1"});
        const auto next = someone();
        next->book.noteFound(found);
        QTRY_VERIFY(next->book.isSettled());
        QCOMPARE(onDisk().size(), size_t(1));
        QCOMPARE(onDisk().front().outcome, Receipt::Outcome::Committed);
        // Another one is noted.
        found.revision = Revision(found.revision.value + 100);
        next->book.noteFound(found);
        QTRY_VERIFY(next->book.isSettled());
        QCOMPARE(onDisk().size(), size_t(2));
    }

    void anOutcomeThatWasNone()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
        commit(*ann);
        QCOMPARE(ann->book.receipts().at(0).outcome, Receipt::Outcome::Unknown);
        m_etcd->setAway(false);
        ann->edits.resolveLost();
        QTRY_COMPARE(ann->committed.size(), 2);
        QCOMPARE(ann->book.receipts().at(0).outcome, Receipt::Outcome::NotCommitted);
        commit(*ann);
        QTRY_VERIFY(ann->book.isSettled());
        const auto read = onDisk();
        QCOMPARE(read.size(), size_t(2));
        QCOMPARE(read.at(0).outcome, Receipt::Outcome::NotCommitted);
        QCOMPARE(read.at(1).outcome, Receipt::Outcome::Committed);
    }

    void committedAgainTheFirstWasNot()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
        commit(*ann);
        m_etcd->setAway(false);
        commit(*ann);
        QCOMPARE(ann->book.receipts().at(0).outcome, Receipt::Outcome::NotCommitted);
        QCOMPARE(ann->book.receipts().at(1).outcome, Receipt::Outcome::Committed);
    }

    void aCommitIsTakenBack()
    {
        const auto ann = someone();
        m_etcd->put("of the lease", "x", LeaseId(12));
        const auto before = m_etcd->keys();
        QVERIFY(stage(*ann, "a", "1"));
        QVERIFY(ann->edits.stageDelete({{"b", stateOf("b")}}));
        QVERIFY(ann->edits.stageInsert("new", "2"));
        QVERIFY(ann->edits.stageLease({{"c", stateOf("c")}},
                                      {.kind = LeaseChoice::Kind::Existing, .lease = LeaseId(12)}));
        commit(*ann);
        QCOMPARE(stateOf("c").lease, LeaseId(12));
        const Receipt receipt = ann->book.receipts().at(0);
        QVERIFY(ann->edits.restore(inverseOf(receipt), {}, QStringLiteral("take back")));
        QCOMPARE(ann->edits.undoName(), QStringLiteral("take back"));
        QCOMPARE(ann->edits.changes().size(), size_t(4));
        QVERIFY(!ann->edits.hasConflicts());
        commit(*ann);
        QCOMPARE(m_etcd->keys().size(), before.size());
        for (const auto &[key, kv] : before) {
            QCOMPARE(stateOf(key).value, kv.value);
            QCOMPARE(stateOf(key).lease, kv.lease);
        }
        // And that, too.
        QVERIFY(ann->edits.restore(inverseOf(ann->book.receipts().at(1)), {}, {}));
        commit(*ann);
        QCOMPARE(stateOf("a").value, QByteArray("1"));
        QVERIFY(!stateOf("b").exists);
        QCOMPARE(stateOf("new").value, QByteArray("2"));
    }

    void whatWasOverwrittenIsNotTakenBackUnseen()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        QVERIFY(stage(*ann, "c", "1"));
        commit(*ann);
        m_etcd->put("a", "theirs");
        QVERIFY(ann->edits.restore(inverseOf(ann->book.receipts().at(0)), {}, {}));
        QTRY_VERIFY(ann->edits.hasConflicts());
        QCOMPARE(ann->edits.find("a")->conflict->value, QByteArray("theirs"));
        QVERIFY(!ann->edits.find("c")->conflict);
        ann->edits.commit();
        QVERIFY(!ann->edits.isCommitting());
        QCOMPARE(stateOf("a").value, QByteArray("theirs"));
    }

    void overwrittenByAnother()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        QVERIFY(ann->edits.stageDelete({{"b", stateOf("b")}}));
        commit(*ann);
        QCOMPARE(ann->after.watched(), size_t(2));
        const QString id = ann->book.receipts().at(0).id;
        const Revision theirs = m_etcd->put("a", "theirs");
        QTRY_COMPARE(ann->overwritten.size(), 1);
        QCOMPARE(ann->overwritten.at(0).at(0).toString(), id);
        QCOMPARE(ann->overwritten.at(0).at(1).toByteArray(), QByteArray("a"));
        const ReceiptChange &change = ann->book.receipts().at(0).changes.at(0);
        QCOMPARE(change.overwritten->now.modRevision, theirs);
        QCOMPARE(change.overwritten->now.value, QByteArray("theirs"));
        // A deleted key comes back; a key that was written goes.
        m_etcd->put("b", "back");
        QTRY_COMPARE(ann->overwritten.size(), 2);
        const Revision gone = m_etcd->remove("a");
        QTRY_COMPARE(ann->overwritten.size(), 3);
        QVERIFY(!ann->book.receipts().at(0).changes.at(0).overwritten->now.exists);
        QCOMPARE(ann->book.receipts().at(0).changes.at(0).overwritten->now.modRevision, gone);
        QTRY_VERIFY(ann->book.isSettled());
        QVERIFY(onDisk() == ann->book.receipts());
    }

    void ownLaterCommitsDoNotCount()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        commit(*ann);
        QVERIFY(stage(*ann, "a", "2"));
        commit(*ann);
        // Events come before the reply.
        QVERIFY(stage(*ann, "a", "3"));
        commit(*ann);
        // Nor does one whose outcome is found out later.
        QVERIFY(stage(*ann, "a", "4"));
        m_etcd->loseNextWriteReply(true);
        commit(*ann);
        m_etcd->setAway(false);
        QTRY_COMPARE(ann->committed.size(), 5);
        const Revision theirs = m_etcd->put("a", "theirs");
        QTRY_COMPARE(ann->overwritten.size(), 1);
        QCOMPARE(ann->overwritten.at(0).at(0).toString(), ann->book.receipts().back().id);
        QCOMPARE(ann->overwritten.at(0).at(2).value<KeyState>().modRevision, theirs);
    }

    void notForEver()
    {
        const auto ann = someone();
        ann->after.setDuration(std::chrono::milliseconds(1));
        QVERIFY(stage(*ann, "a", "1"));
        commit(*ann);
        QTRY_COMPARE(ann->after.watched(), size_t(0));
        ann->after.setDuration({});
        QVERIFY(stage(*ann, "a", "2"));
        commit(*ann);
        QCOMPARE(ann->after.watched(), size_t(0));
    }

    void overAGapInTheWatch()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        QVERIFY(stage(*ann, "c", "1"));
        commit(*ann);
        ann->memory.watch.close();
        m_etcd->put("a", "theirs");
        m_etcd->remove("c");
        ann->after.recheck();
        QTRY_COMPARE(ann->overwritten.size(), 2);
        ann->after.recheck();
        const int asked = m_etcd->requests();
        QTRY_VERIFY(m_etcd->requests() >= asked);
        QCOMPARE(ann->overwritten.size(), 2);
    }

    void theOldestGoWhole()
    {
        const auto ann = someone();
        ann->book.setLimit(20'000);
        for (int i = 0; i < 40; ++i) {
            QVERIFY(stage(*ann, "a", QByteArray(300, char('a' + i % 26))));
            QVERIFY(stage(*ann, "c", QByteArray::number(i)));
            commit(*ann);
            ann->book.noteOverwritten(ann->book.receipts().back().id, {{"c", {KeyState::absent(), {}}}});
        }
        QTRY_VERIFY(ann->book.isSettled());
        QVERIFY(content().size() <= 20'000);
        const auto read = onDisk();
        QVERIFY(read.size() > 5 && read.size() < 40);
        // The last ones, each with all it had.
        const std::vector<Receipt> expected(ann->book.receipts().end() - qsizetype(read.size()),
                                            ann->book.receipts().end());
        QVERIFY(read == expected);
        QVERIFY(QFileInfo(file()).permissions()
                == (QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadUser
                    | QFileDevice::WriteUser));
    }

    void severalWindowsWriteOneHistory()
    {
        const auto ann = someone();
        const auto bob = someone();
        ann->book.load();
        for (int i = 0; i < 10; ++i) {
            QVERIFY(stage(*ann, "a", "ann" + QByteArray::number(i)));
            QVERIFY(stage(*bob, "c", "bob" + QByteArray::number(i)));
            commit(*ann);
            commit(*bob);
        }
        QTRY_VERIFY(ann->book.isSettled() && bob->book.isSettled());
        QCOMPARE(onDisk().size(), size_t(20));
        QTRY_COMPARE(ann->book.receipts().size(), size_t(20)); // read again by itself
    }

    void linesThatCannotBeReadStay()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
            commit(*ann);
        }
        QFile output(file());
        QVERIFY(output.open(QIODevice::Append));
        output.write("{\"slotscope\":\"receipt\",\"ver"); // torn
        output.close();
        const auto bob = someone();
        QVERIFY(stage(*bob, "a", "2"));
        commit(*bob);
        QTRY_VERIFY(bob->book.isSettled());
        bob->book.load();
        QTRY_VERIFY(bob->book.isSettled());
        QCOMPARE(bob->book.receipts().size(), size_t(2));
        QCOMPARE(bob->book.unreadable(), 1);
        QCOMPARE(content().count('\n'), 3);
    }

    void whatCannotBeWrittenIsToldAndKept()
    {
        QVERIFY(QDir().mkpath(QFileInfo(folder()).absolutePath()));
        QFile obstacle(folder());
        QVERIFY(obstacle.open(QIODevice::WriteOnly));
        obstacle.close();
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        commit(*ann);
        QTRY_VERIFY(!ann->book.problem().isEmpty());
        ann->book.load();
        QTRY_VERIFY(ann->book.isSettled());
        QCOMPARE(ann->book.receipts().size(), size_t(1));
        QVERIFY(obstacle.remove());
        QVERIFY(stage(*ann, "a", "2"));
        commit(*ann);
        QTRY_VERIFY(ann->book.problem().isEmpty() && ann->book.isSettled());
        QCOMPARE(onDisk().size(), size_t(2));
    }

    void notedWithoutAFile()
    {
        Person ann(m_etcd.get(), {});
        QVERIFY(stage(ann, "a", "1"));
        commit(ann);
        QCOMPARE(ann.book.receipts().size(), size_t(1));
        ann.book.load();
        QVERIFY(ann.book.isSettled());
        m_etcd->put("a", "theirs");
        QTRY_COMPARE(ann.overwritten.size(), 1);
    }

    void aReceiptAsJson()
    {
        Receipt receipt = makeReceipt({{.key = QByteArray("\0k", 2),
                                        .kind = Change::Kind::Update,
                                        .value = "after",
                                        .base = {true, "before", Revision(5), LeaseId(9)}}},
                                      Revision(6), Receipt::Outcome::Committed);
        receipt.memberId = 10276657743932975437U;
        receipt.changes.front().overwritten = {{true, "theirs", Revision(7), {}},
                                               QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC)};
        const auto back = receiptFromJson(toJson(receipt));
        QVERIFY(back && *back == receipt);
        QJsonObject later = toJson(receipt);
        later.insert(QStringLiteral("version"), 2);
        QVERIFY(!receiptFromJson(later));
        for (const char *member : {"id", "outcome", "revision", "slotscope"}) {
            QJsonObject without = toJson(receipt);
            without.remove(QLatin1String(member));
            QVERIFY2(!receiptFromJson(without), member);
        }
    }
};

QTEST_GUILESS_MAIN(TestReceipts)
#include "tst_receipts.moc"
