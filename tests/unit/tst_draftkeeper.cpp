// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/draftkeeper.h"
#include "tests/support/memoryconnection.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr quint64 ClusterId = 0xcdf818194e3a8c32;

Endpoint someEndpoint()
{
    return *Endpoint::parse(QStringLiteral("http://[::1]:2379"));
}

/// Somebody at work, who may go without a word.
struct Person
{
    Person(MemoryEtcd *etcd, const QString &folder)
        : memory(etcd)
        , edits(&memory.client)
        , drafts(&edits, &memory.client)
        , searched(&drafts, &DraftKeeper::searched)
    {
        QObject::connect(&memory.watch, &Watch::eventsReceived, &edits, &EditSession::observe);
        memory.watch.start(Revision(etcd->revision().value + 1));
        drafts.setSecondLookDelay(std::chrono::milliseconds(1));
        drafts.open(folder, someEndpoint(), ClusterId);
    }

    MemoryClient memory;
    EditSession edits;
    DraftKeeper drafts;
    QSignalSpy searched;
};

} // namespace

class TestDraftKeeper : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<MemoryEtcd> m_etcd;

    QString folder() const { return m_dir->filePath(QStringLiteral("data/drafts")); }
    std::unique_ptr<Person> someone(bool waitForSearch = true) const
    {
        auto person = std::make_unique<Person>(m_etcd.get(), folder());
        if (waitForSearch)
            [&] { QTRY_COMPARE(person->searched.size(), 1); }();
        return person;
    }
    KeyState stateOf(const QByteArray &key) const
    {
        const auto it = m_etcd->keys().find(key);
        return it == m_etcd->keys().cend() ? KeyState::absent() : KeyState::of(it->second);
    }
    bool stage(Person &person, const QByteArray &key, const QByteArray &value) const
    {
        return person.edits.stageValue(key, stateOf(key), value);
    }
    QStringList draftFiles() const
    {
        return QDir(folder()).entryList({QStringLiteral("*.draft")}, QDir::Files);
    }
    /// What the only draft holds.
    std::vector<Change> onDisk() const
    {
        const QStringList names = draftFiles();
        QFile file(QDir(folder()).filePath(names.value(0)));
        if (names.size() != 1 || !file.open(QIODevice::ReadOnly))
            return {};
        const auto read = readDraft(file.readAll());
        return read ? read->state.changes() : std::vector<Change>();
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_etcd = std::make_unique<MemoryEtcd>();
        for (const char *key : {"a", "b", "c"})
            m_etcd->put(key, "old");
    }
    void cleanup() { m_etcd.reset(); }

    void everyChangeIsOnDiskAtOnce()
    {
        const auto ann = someone();
        QVERIFY(draftFiles().isEmpty());
        const auto same = [&] { return onDisk() == ann->edits.changes(); };
        QVERIFY(stage(*ann, "a", "1"));
        QVERIFY(ann->drafts.isKeeping());
        QVERIFY(!onDisk().empty() && same());
        QVERIFY(ann->edits.stageInsert("new", "2"));
        QVERIFY(same());
        QVERIFY(ann->edits.stageDelete({{"b", stateOf("b")}, {"c", stateOf("c")}}));
        QVERIFY(same());
        QVERIFY(stage(*ann, "a", "old")); // back to what it was
        QVERIFY(same());
        ann->edits.undo();
        QCOMPARE(onDisk().size(), ann->edits.changes().size());
        m_etcd->put("b", "theirs");
        QTRY_VERIFY(ann->edits.hasConflicts());
        QVERIFY(ann->edits.find("b")->conflict);
        const auto disk = onDisk();
        QVERIFY(std::find(disk.cbegin(), disk.cend(), *ann->edits.find("b")) != disk.cend());
        QVERIFY(ann->edits.revertAll());
        QVERIFY(draftFiles().isEmpty());
        ann->edits.undo();
        QCOMPARE(onDisk().size(), size_t(4));
    }

    void aCommitEndsIt()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        ann->edits.commit();
        QCOMPARE(onDisk().size(), size_t(1)); // until it is known
        QTRY_VERIFY(!ann->edits.isCommitting());
        QVERIFY(draftFiles().isEmpty());
        QVERIFY(QDir(folder()).entryList(QDir::Files).isEmpty());
    }

    void itGoesWhenTheCommitIsNoted()
    {
        const auto ann = someone();
        std::function<void()> noted;
        ann->drafts.setWitness([&](const std::function<void()> &then) { noted = then; });
        QVERIFY(stage(*ann, "a", "1"));
        ann->edits.commit();
        QTRY_VERIFY(noted);
        QVERIFY(ann->edits.isEmpty());
        QVERIFY(!ann->drafts.isSettled());
        QCOMPARE(onDisk().size(), size_t(1));
        QVERIFY(stage(*ann, "b", "2")); // goes on
        QCOMPARE(onDisk().size(), size_t(2));
        {
            // As if killed here: it is found out, and what came after it is offered.
            const QString copy = m_dir->filePath(QStringLiteral("copy"));
            QVERIFY(QDir().mkpath(copy));
            for (const QString &name : draftFiles())
                QVERIFY(QFile::copy(folder() + u'/' + name, copy + u'/' + name));
            Person next(m_etcd.get(), copy);
            QSignalSpy found(&next.drafts, &DraftKeeper::commitFound);
            QTRY_COMPARE(next.searched.size(), 1);
            QCOMPARE(found.size(), 1);
            QCOMPARE(next.drafts.offers().size(), size_t(1));
            QCOMPARE(next.drafts.offers().front().changes.size(), size_t(1));
            QCOMPARE(next.drafts.offers().front().changes.front().key, QByteArray("b"));
        }
        noted();
        QVERIFY(ann->drafts.isSettled());
        QCOMPARE(onDisk().size(), size_t(1));
        QCOMPARE(onDisk().front().key, QByteArray("b"));
        QVERIFY(ann->edits.revertAll());
        QVERIFY(draftFiles().isEmpty());

        // Nobody calls it any more.
        QVERIFY(stage(*ann, "a", "3"));
        noted = nullptr;
        ann->edits.commit();
        QTRY_VERIFY(noted);
        QCOMPARE(onDisk().size(), size_t(1));
    }

    void itIsOfferedToTheNext()
    {
        std::vector<Change> staged;
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
            QVERIFY(ann->edits.stageInsert("new", "2"));
            staged = ann->edits.changes();
        }
        const auto next = someone();
        QCOMPARE(next->drafts.offers().size(), size_t(1));
        const DraftKeeper::Offer offer = next->drafts.offers().front();
        QVERIFY(offer.changes == staged);
        QVERIFY(offer.overtaken == size_t(0));
        QVERIFY(!offer.torn && offer.setAside.isEmpty());
        QCOMPARE(offer.sent, DraftKeeper::Offer::Sent::No);
        QVERIFY(std::abs(offer.changed.secsTo(QDateTime::currentDateTimeUtc())) < 600);

        QCOMPARE(next->drafts.restore(offer.file, QStringLiteral("restore")), size_t(0));
        QVERIFY(next->edits.changes() == staged);
        QVERIFY(next->drafts.offers().empty());
        QTRY_VERIFY(next->drafts.isSettled());
        QCOMPARE(draftFiles().size(), 1); // its own by now
        QVERIFY(!QFile::exists(offer.file));
        QVERIFY(onDisk() == staged);
        next->edits.undo();
        QVERIFY(next->edits.isEmpty());
    }

    void whatOthersDidMeanwhileIsMarked()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
            QVERIFY(stage(*ann, "b", "1"));
        }
        m_etcd->put("b", "theirs");
        const auto next = someone();
        const DraftKeeper::Offer offer = next->drafts.offers().at(0);
        QVERIFY(offer.overtaken == size_t(1));
        next->drafts.restore(offer.file, {});
        QTRY_VERIFY(next->edits.hasConflicts());
        QVERIFY(!next->edits.find("a")->conflict);
        QCOMPARE(next->edits.find("b")->conflict->value, QByteArray("theirs"));
        QCOMPARE(next->edits.find("b")->value, QByteArray("1"));
    }

    void laterAndDiscard()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
        }
        const auto bob = someone();
        const QString file = bob->drafts.offers().at(0).file;
        bob->drafts.postpone(file);
        QVERIFY(bob->drafts.offers().empty());
        QVERIFY(QFile::exists(file));
        // Another may have it now.
        const auto carl = someone();
        QCOMPARE(carl->drafts.offers().size(), size_t(1));
        // While Carl looks at it, nobody else gets it.
        bob->drafts.look();
        QTRY_COMPARE(bob->searched.size(), 2);
        QVERIFY(bob->drafts.offers().empty());
        carl->drafts.discard(file);
        QVERIFY(QDir(folder()).entryList(QDir::Files).isEmpty());
    }

    void twoAtWorkNeverMix()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "ann"));
        const auto bob = someone();
        QVERIFY(bob->drafts.offers().empty());
        QVERIFY(stage(*bob, "a", "bob"));
        QCOMPARE(draftFiles().size(), 2);
        QVERIFY(ann->edits.revertAll());
        QCOMPARE(onDisk().at(0).value, QByteArray("bob"));
    }

    void severalAreOfferedTheLatestFirst()
    {
        {
            const auto ann = someone();
            const auto bob = someone();
            QVERIFY(stage(*bob, "b", "bob"));
            QVERIFY(stage(*ann, "a", "ann"));
            // In another millisecond.
            const qint64 now = QDateTime::currentMSecsSinceEpoch();
            QTRY_VERIFY(QDateTime::currentMSecsSinceEpoch() > now);
            QVERIFY(stage(*bob, "b", "bob again"));
        }
        const auto next = someone();
        QCOMPARE(next->drafts.offers().size(), size_t(2));
        QCOMPARE(next->drafts.offers().at(0).changes.at(0).value, QByteArray("bob again"));
        QCOMPARE(next->drafts.offers().at(1).changes.at(0).value, QByteArray("ann"));
    }

    void whatIsStagedAlreadyStays()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "draft"));
            QVERIFY(stage(*ann, "b", "draft"));
        }
        QString file;
        {
            const auto next = someone();
            QVERIFY(stage(*next, "a", "now"));
            file = next->drafts.offers().at(0).file;
            QCOMPARE(next->drafts.restore(file, {}), size_t(1));
            QCOMPARE(next->edits.find("a")->value, QByteArray("now"));
            QCOMPARE(next->edits.find("b")->value, QByteArray("draft"));
            QTRY_VERIFY(next->drafts.isSettled());
        }
        // The rest is still a draft.
        const auto last = someone();
        QCOMPARE(last->drafts.offers().size(), size_t(2));
        for (const DraftKeeper::Offer &offer : last->drafts.offers()) {
            if (offer.file == file) {
                QCOMPARE(offer.changes.size(), size_t(1));
                QCOMPARE(offer.changes.at(0).key, QByteArray("a"));
                QCOMPARE(offer.changes.at(0).value, QByteArray("draft"));
            }
        }
    }

    void aCommitThatWasCarriedOutIsFound()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
            QVERIFY(ann->edits.stageDelete({{"b", stateOf("b")}}));
            m_etcd->loseNextWriteReply(true);
            ann->edits.commit();
            QTRY_COMPARE(stateOf("a").value, QByteArray("1"));
            QCOMPARE(onDisk().size(), size_t(2)); // and then it is killed
        }
        m_etcd->setAway(false);
        const Revision revision = stateOf("a").modRevision;
        m_etcd->put("c", "something else");
        Person next(m_etcd.get(), folder());
        std::vector<DraftKeeper::FoundCommit> commits;
        connect(&next.drafts, &DraftKeeper::commitFound, this,
                [&](const DraftKeeper::FoundCommit &commit) { commits.push_back(commit); });
        QTRY_COMPARE(next.searched.size(), 1);
        QVERIFY(next.drafts.offers().empty());
        QCOMPARE(commits.size(), size_t(1));
        QCOMPARE(commits.front().changes.size(), size_t(2));
        QCOMPARE(commits.front().revision, revision);
        QVERIFY(draftFiles().isEmpty());
    }

    void aCommitThatWasWrittenOverIsFoundAllTheSame()
    {
        Revision revision;
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
            QVERIFY(stage(*ann, "b", "1"));
            QVERIFY(ann->edits.stageDelete({{"c", stateOf("c")}}));
            m_etcd->loseNextWriteReply(true);
            ann->edits.commit();
            QTRY_COMPARE(stateOf("a").value, QByteArray("1"));
            revision = stateOf("a").modRevision;
        }
        m_etcd->setAway(false);
        m_etcd->put("b", "theirs");
        m_etcd->put("c", "back");
        Person next(m_etcd.get(), folder());
        std::optional<Revision> found;
        connect(&next.drafts, &DraftKeeper::commitFound, this,
                [&](const DraftKeeper::FoundCommit &commit) { found = commit.revision; });
        QTRY_COMPARE(next.searched.size(), 1);
        QVERIFY(found == revision);
        QVERIFY(next.drafts.offers().empty());
    }

    void whatWasEditedSinceACommitWithoutAnAnswerIsOffered()
    {
        using std::chrono::seconds;
        {
            const auto ann = someone();
            QVERIFY(ann->edits.stageLease({{"a", stateOf("a")}, {"b", stateOf("b")}},
                                          {.kind = LeaseChoice::Kind::New, .ttl = seconds(60)}));
            QVERIFY(ann->edits.stageDelete({{"c", stateOf("c")}}));
            m_etcd->loseNextWriteReply(true);
            ann->edits.commit();
            QTRY_VERIFY(!ann->edits.isCommitting()); // its outcome is open
            QVERIFY(ann->edits.stageLease({{"a", stateOf("a")}},
                                          {.kind = LeaseChoice::Kind::New, .ttl = seconds(120)}));
            QVERIFY(stage(*ann, "b", "1"));
            QVERIFY(ann->edits.revert({"c"}));
            ann->edits.resolveLost(); // in vain
            QTRY_VERIFY(!ann->edits.isCommitting());
        }
        m_etcd->setAway(false);
        Person next(m_etcd.get(), folder());
        std::vector<DraftKeeper::FoundCommit> commits;
        connect(&next.drafts, &DraftKeeper::commitFound, this,
                [&](const DraftKeeper::FoundCommit &commit) { commits.push_back(commit); });
        QTRY_COMPARE(next.searched.size(), 1);
        QCOMPARE(commits.size(), size_t(1));
        QCOMPARE(commits.front().changes.size(), size_t(3));
        QCOMPARE(commits.front().revision, stateOf("a").modRevision);
        QCOMPARE(next.drafts.offers().size(), size_t(1));
        const DraftKeeper::Offer offer = next.drafts.offers().front();
        QCOMPARE(offer.sent, DraftKeeper::Offer::Sent::No);
        QVERIFY(offer.overtaken == size_t(0));
        QCOMPARE(offer.changes.size(), size_t(2));
        QCOMPARE(offer.changes[0].key, QByteArray("a"));
        QCOMPARE(offer.changes[0].lease.ttl, seconds(120));
        QCOMPARE(offer.changes[0].base, stateOf("a"));
        QCOMPARE(offer.changes[1].value, QByteArray("1"));
        QCOMPARE(offer.changes[1].lease, LeaseChoice()); // it has what was chosen for it
        QVERIFY(onDisk() == offer.changes);
    }

    void aCommitThatIsCarriedOutLateIsFound()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
            QVERIFY(stage(*ann, "b", "1"));
            m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
            ann->edits.commit();
            QTRY_VERIFY(!ann->edits.isCommitting());
        }
        m_etcd->setAway(false);
        Revision revision;
        m_etcd->callAfterNextTxn([&] { revision = m_etcd->write({{"a", "1"}, {"b", "1"}}); });
        Person next(m_etcd.get(), folder());
        std::optional<Revision> found;
        connect(&next.drafts, &DraftKeeper::commitFound, this,
                [&](const DraftKeeper::FoundCommit &commit) { found = commit.revision; });
        QTRY_COMPARE(next.searched.size(), 1);
        QVERIFY(revision.value > 0);
        QVERIFY(found == revision);
        QVERIFY(next.drafts.offers().empty());
    }

    void aCommitThatWasNotCarriedOutIsOffered()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
            QVERIFY(stage(*ann, "b", "1"));
            m_etcd->refuseNextTxn({.kind = ErrorKind::Timeout}, true);
            ann->edits.commit();
            QTRY_VERIFY(!ann->edits.isCommitting()); // its outcome is open
        }
        m_etcd->setAway(false);
        {
            const auto next = someone();
            QCOMPARE(next->drafts.offers().size(), size_t(1));
            QCOMPARE(next->drafts.offers().front().sent, DraftKeeper::Offer::Sent::NotCarriedOut);
            QVERIFY(next->drafts.offers().front().overtaken == size_t(0));
        }
        // Others who wrote the same, but not as one transaction, are others.
        m_etcd->put("a", "1");
        m_etcd->put("b", "1");
        const auto next = someone();
        QCOMPARE(next->drafts.offers().size(), size_t(1));
        QVERIFY(next->drafts.offers().front().overtaken == size_t(2));
        QCOMPARE(next->drafts.offers().front().sent, DraftKeeper::Offer::Sent::Unknown);
    }

    void largeStepsKeepTheirOrder()
    {
        const auto ann = someone();
        std::vector<EditSession::Intent> many;
        for (int i = 0; i < 3000; ++i)
            many.push_back({"many" + QByteArray::number(i), KeyState::absent(), QByteArray(100, 'x')});
        QVERIFY(ann->edits.stageAll(many));
        QVERIFY(stage(*ann, "a", "small, right behind"));
        QVERIFY(!ann->drafts.isSettled());
        QVERIFY(ann->edits.revert({"many7"}));
        ann->edits.undo();
        QVERIFY(ann->edits.revert({"many8"}));
        QTRY_VERIFY(ann->drafts.isSettled());
        QCOMPARE(onDisk().size(), ann->edits.changes().size());
        QCOMPARE(onDisk().size(), size_t(3000));
        QVERIFY(stage(*ann, "a", "at once again"));
        QVERIFY(ann->drafts.isSettled());
    }

    void theEndWaitsForWhatIsNotWritten()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", QByteArray(1'000'000, 'x')));
            QVERIFY(!ann->drafts.isSettled());
        }
        QCOMPARE(onDisk().at(0).value.size(), 1'000'000);
    }

    void whatCannotBeWrittenIsToldOnce()
    {
        // A file in the place of the folder keeps out root as well.
        QVERIFY(QDir().mkpath(QFileInfo(folder()).absolutePath()));
        QFile obstacle(folder());
        QVERIFY(obstacle.open(QIODevice::WriteOnly));
        obstacle.close();
        const auto ann = someone();
        QSignalSpy told(&ann->drafts, &DraftKeeper::problemChanged);
        QVERIFY(stage(*ann, "a", "1"));
        QTRY_COMPARE(told.size(), 1);
        QVERIFY(!ann->drafts.isKeeping());
        QVERIFY(ann->drafts.problem().contains(folder()));
        QVERIFY(stage(*ann, "b", "1"));
        QTRY_VERIFY(ann->drafts.isSettled());
        QCOMPARE(told.size(), 1);
        QCOMPARE(ann->edits.changes().size(), size_t(2)); // they stay in memory

        QVERIFY(obstacle.remove());
        QVERIFY(stage(*ann, "c", "1"));
        QTRY_COMPARE(told.size(), 2);
        QVERIFY(ann->drafts.isKeeping());
        QCOMPARE(onDisk().size(), size_t(3)); // what could not be written before as well
    }

    void withoutTheServerItIsOfferedUnchecked()
    {
        {
            const auto ann = someone();
            QVERIFY(stage(*ann, "a", "1"));
        }
        m_etcd->setAway(true);
        const auto next = someone();
        QCOMPARE(next->drafts.offers().size(), size_t(1));
        QVERIFY(!next->drafts.offers().front().overtaken);
    }

    void anotherClusterAnotherDraft()
    {
        const auto ann = someone();
        QVERIFY(stage(*ann, "a", "1"));
        ann->drafts.open(folder(), someEndpoint(), ClusterId + 1);
        QTRY_COMPARE(ann->searched.size(), 2);
        QVERIFY(ann->drafts.offers().empty());
        QCOMPARE(draftFiles().size(), 2); // the one of the old cluster waits for it
        QVERIFY(ann->edits.revertAll());
        QCOMPARE(draftFiles().size(), 1);
        const auto bob = someone();
        // As long as the disk takes to have all of it, the file counts as in use.
        const QDeadlineTimer deadline(30'000);
        while (bob->drafts.offers().empty() && !deadline.hasExpired()) {
            const auto before = bob->searched.size();
            bob->drafts.look();
            QTRY_COMPARE(bob->searched.size(), before + 1);
        }
        QCOMPARE(bob->drafts.offers().size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestDraftKeeper)
#include "tst_draftkeeper.moc"
