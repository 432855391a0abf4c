// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/draft.h"
#include "core/edit/draftfile.h"

#include <QDir>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>

#include <unistd.h>

#include <map>

using namespace slotscope::core;

namespace {

using Staged = std::map<QByteArray, Change>;

Staged stagedIn(const DraftState &state)
{
    Staged staged;
    for (const Change &change : state.changes())
        staged.emplace(change.key, change);
    return staged;
}

DraftHeader someHeader()
{
    return {QStringLiteral("http://etcd.example:2379"), 14841639068965178418U,
            QDateTime::fromString(QStringLiteral("2026-03-01T10:00:00.123Z"), Qt::ISODateWithMs)};
}

Change someChange(QRandomGenerator &random)
{
    const auto bytes = [&random](int most) {
        QByteArray result(int(random.bounded(most)), '\0');
        for (char &byte : result)
            byte = char(random.bounded(256));
        return result;
    };
    const auto state = [&]() -> KeyState {
        if (random.bounded(4) == 0)
            return KeyState::absent();
        return {true, bytes(40), Revision(random.bounded(1, 1000)),
                LeaseId(qint64(random.generate64() >> 1))};
    };
    Change change {.key = "k" + QByteArray::number(random.bounded(12)), .base = state()};
    change.kind = Change::Kind(random.bounded(3));
    if (change.kind != Change::Kind::Delete)
        change.value = bytes(60);
    change.leftOut = random.bounded(3) == 0;
    if (random.bounded(3) == 0)
        change.lease = {LeaseChoice::Kind(random.bounded(4)), LeaseId(7587873210123456789),
                        std::chrono::seconds(random.bounded(100))};
    if (random.bounded(4) == 0)
        change.partner = QByteArray("\x00\xff", 2);
    if (random.bounded(4) == 0)
        change.mergedAt = Revision(77);
    if (random.bounded(3) == 0)
        change.conflict = state();
    return change;
}

DraftStep someStep(QRandomGenerator &random, const DraftState &before)
{
    DraftStep step {.at = QDateTime::fromMSecsSinceEpoch(random.bounded(1'000'000), Qt::UTC)};
    for (const Change &change : before.changes()) {
        if (random.bounded(4) == 0)
            step.drop.push_back(change.key);
    }
    Staged set;
    for (int i = random.bounded(1, 4); i > 0; --i) {
        const Change change = someChange(random);
        if (std::find(step.drop.cbegin(), step.drop.cend(), change.key) == step.drop.cend())
            set.insert_or_assign(change.key, change);
    }
    for (const auto &[key, change] : set)
        step.set.push_back(change);
    if (random.bounded(5) == 0)
        step.guards =
            std::vector<Guard> {{"seen", {true, "x", Revision(3), {}}, std::nullopt},
                                {"not there", KeyState::absent(), KeyState {true, "y", Revision(4), {}}}};
    if (random.bounded(6) == 0)
        step.sent = random.bounded(2) == 0;
    return step;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A line as drafts have it.
QByteArray checked(const QByteArray &json)
{
    quint32 sum = 0xffffffff;
    for (const char byte : json) {
        sum ^= quint8(byte);
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum >> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return QByteArray::number(~sum, 16).rightJustified(8, '0') + ' ' + json + '\n';
}

void overwrite(const QString &path, const QByteArray &content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(content), content.size());
}

} // namespace

class TestDraft : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;

    QString folder() const { return m_dir->filePath(QStringLiteral("drafts")); }
    QString file() const { return folder() + QStringLiteral("/here-1.draft"); }
    DraftSearch found() const { return findDrafts(folder(), QStringLiteral("here-")); }
    /// What the folder holds, locks left out.
    QStringList files() const
    {
        QStringList names = QDir(folder()).entryList(QDir::Files, QDir::Name);
        names.removeIf([](const QString &name) { return name.endsWith(QLatin1String(".lock")); });
        return names;
    }
    void leaveDraft(int steps = 3, QRandomGenerator random = QRandomGenerator(1)) const
    {
        DraftFile draft(file(), someHeader());
        for (int i = 0; i < steps; ++i)
            QVERIFY(draft.take(someStep(random, draft.state())));
        QVERIFY(!draft.state().isEmpty());
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void anyPrefixIsAStateThatWasOnceStaged()
    {
        QRandomGenerator random(20260301);
        for (int round = 0; round < 4; ++round) {
            DraftState state;
            QByteArray journal = writeDraftHeader(someHeader());
            // By the length of the journal up to there.
            std::map<qsizetype, std::pair<Staged, DraftState>> states {{journal.size(), {{}, {}}}};
            const qsizetype headerSize = journal.size();
            for (int i = 0; i < 7; ++i) {
                const DraftStep step = someStep(random, state);
                state.apply(step);
                journal += writeDraftStep(step);
                states[journal.size()] = {stagedIn(state), state};
            }
            for (qsizetype length = headerSize; length <= journal.size(); ++length) {
                const auto read = readDraft(journal.left(length));
                QVERIFY(read);
                const auto expected = std::prev(states.upper_bound(length));
                QCOMPARE(read->health,
                         expected->first == length ? ReadDraft::Health::Whole : ReadDraft::Health::Torn);
                QCOMPARE(read->goodBytes, expected->first);
                QVERIFY(stagedIn(read->state) == expected->second.first);
                QVERIFY(read->state.guards() == expected->second.second.guards());
                QCOMPARE(read->state.isSent(), expected->second.second.isSent());
                QVERIFY(read->state.sentChanges() == expected->second.second.sentChanges());
                QVERIFY(read->header == someHeader());
            }
            for (qsizetype length = 0; length < headerSize; ++length)
                QVERIFY(!readDraft(journal.left(length)));
            // As one step, too.
            const auto whole = readDraft(writeDraftHeader(someHeader()) + writeDraftStep(state.asStep()));
            QVERIFY(whole && whole->state.changes() == state.changes());
            QCOMPARE(whole->state.isSent(), state.isSent());
            QVERIFY(whole->state.sentChanges() == state.sentChanges());
        }
    }

    void noByteCanBeAnother()
    {
        QRandomGenerator random(3);
        DraftState state;
        QByteArray journal = writeDraftHeader(someHeader());
        for (int i = 0; i < 4; ++i) {
            const DraftStep step = someStep(random, state);
            state.apply(step);
            journal += writeDraftStep(step);
        }
        const Staged staged = stagedIn(state);
        for (qsizetype at = 0; at < journal.size(); ++at) {
            QByteArray damaged = journal;
            damaged[at] = char(damaged[at] ^ 4);
            const auto read = readDraft(damaged);
            QVERIFY2(!read || read->health != ReadDraft::Health::Whole, qPrintable(QString::number(at)));
        }
    }

    void theOrderOfStagingStays()
    {
        DraftState state;
        const auto set = [&](const char *key, const char *value) {
            state.apply({.set = {Change {.key = key, .value = value}}});
        };
        for (const char *key : {"c", "a", "b", "d"})
            set(key, "1");
        state.apply({.drop = {"a", "d"}});
        set("b", "2");
        set("e", "1");
        QByteArrayList keys;
        for (const Change &change : state.changes())
            keys << change.key;
        QCOMPARE(keys, (QByteArrayList {"c", "b", "e"}));
    }

    void onlyTheUserMayReadIt()
    {
        const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ExeGroup
            | QFileDevice::ReadOther | QFileDevice::WriteOther | QFileDevice::ExeOther;
        leaveDraft();
        QVERIFY(!(QFileInfo(folder()).permissions() & others));
        QVERIFY(!(QFileInfo(file()).permissions() & others));
        // Also after it was written anew.
        DraftFile draft(folder() + QStringLiteral("/here-2.draft"), someHeader());
        for (int i = 0; i < 40; ++i)
            QVERIFY(draft.take({.set = {Change {.key = "k", .value = QByteArray(100'000, 'x')}}}));
        const QFileInfo rewritten(draft.file());
        QVERIFY2(rewritten.size() < 2'000'000, qPrintable(QString::number(rewritten.size())));
        QVERIFY(!(rewritten.permissions() & others));
        // A folder that others could look into is closed.
        QVERIFY(QFile::setPermissions(folder(), QFileInfo(folder()).permissions() | QFileDevice::ReadOther));
        QVERIFY(makePrivateFolder(folder()));
        QVERIFY(!(QFileInfo(folder()).permissions() & others));
    }

    void whatIsRewrittenHoldsTheSame()
    {
        QRandomGenerator random(5);
        Staged staged;
        {
            DraftFile draft(file(), someHeader());
            for (int i = 0; i < 30; ++i) {
                DraftStep step = someStep(random, draft.state());
                step.set.push_back({.key = "large", .value = QByteArray(150'000, char('a' + i % 26))});
                QVERIFY(draft.take(step));
                QVERIFY(readDraft(contentOf(file()))->health == ReadDraft::Health::Whole);
                QVERIFY(stagedIn(readDraft(contentOf(file()))->state) == stagedIn(draft.state()));
            }
            staged = stagedIn(draft.state());
        }
        const DraftSearch search = found();
        QCOMPARE(search.found.size(), size_t(1));
        QVERIFY(stagedIn(search.found.front().draft.state) == staged);
        QVERIFY(search.found.front().draft.header == someHeader());
    }

    void itGoesWhenNothingIsStaged()
    {
        DraftFile draft(file(), someHeader());
        QVERIFY(draft.take({.set = {Change {.key = "a", .value = "1"}, Change {.key = "b", .value = "1"}}}));
        QVERIFY(draft.take({.drop = {"a"}}));
        QCOMPARE(files(), QStringList {QStringLiteral("here-1.draft")});
        QVERIFY(draft.take({.drop = {"b"}}));
        QVERIFY(QDir(folder()).entryList(QDir::Files).isEmpty()); // its lock as well
        // And comes back with the next.
        QVERIFY(draft.take({.set = {Change {.key = "c", .value = "1"}}}));
        QCOMPARE(readDraft(contentOf(file()))->state.changes().size(), size_t(1));
    }

    void aDraftAtWorkIsNotFound()
    {
        auto draft = std::make_unique<DraftFile>(file(), someHeader());
        QVERIFY(draft->take({.set = {Change {.key = "a", .value = "1"}}}));
        QVERIFY(found().found.empty());
        draft.reset();
        const DraftSearch first = found();
        QCOMPARE(first.found.size(), size_t(1));
        // Nor is one that another window has found and still asks about.
        QVERIFY(found().found.empty());
        removeDraft(first.found.front());
        QVERIFY(files().isEmpty());
    }

    void othersDraftsAreLeftAlone()
    {
        leaveDraft();
        QVERIFY(findDrafts(folder(), QStringLiteral("there-")).found.empty());
        QVERIFY(
            findDrafts(m_dir->filePath(QStringLiteral("nowhere")), QStringLiteral("here-")).found.empty());
    }

    void aTornLastLineIsLeftOutAndTold()
    {
        leaveDraft(1);
        const Staged before = stagedIn(readDraft(contentOf(file()))->state);
        const QByteArray more = writeDraftStep({.set = {Change {.key = "late", .value = "1"}}});
        overwrite(file(), contentOf(file()) + more.chopped(5));
        const DraftSearch search = found();
        QCOMPARE(search.found.size(), size_t(1));
        QCOMPARE(search.found.front().draft.health, ReadDraft::Health::Torn);
        QVERIFY(stagedIn(search.found.front().draft.state) == before);
        QVERIFY(search.found.front().setAside.isEmpty());
    }

    void aDamagedFileIsSetAside()
    {
        leaveDraft(3);
        QByteArray content = contentOf(file());
        const qsizetype secondStep = content.indexOf('\n', content.indexOf('\n') + 1) + 1;
        content[secondStep + 30] = char(content[secondStep + 30] ^ 1);
        overwrite(file(), content);
        {
            const DraftSearch search = found();
            QCOMPARE(search.found.size(), size_t(1));
            const FoundDraft &draft = search.found.front();
            QCOMPARE(draft.draft.health, ReadDraft::Health::Damaged);
            QCOMPARE(contentOf(draft.setAside), content); // nothing of it is lost
            QVERIFY(stagedIn(draft.draft.state) == stagedIn(readDraft(content.left(secondStep))->state));
        }
        // What could be read is a draft like any other from now on.
        const DraftSearch again = found();
        QCOMPARE(again.found.size(), size_t(1));
        QCOMPARE(again.found.front().draft.health, ReadDraft::Health::Whole);
    }

    void whatIsNoDraftIsSetAside_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("other text") << QByteArray("hello\nworld\n");
        QTest::newRow("zeros") << QByteArray(4096, '\0');
        QTest::newRow("torn header") << writeDraftHeader(someHeader()).chopped(4);
        QTest::newRow("nothing but a torn step") << writeDraftHeader(someHeader())
                + writeDraftStep({.set = {Change {.key = "a", .value = "1"}}}).chopped(1);
    }
    void whatIsNoDraftIsSetAside()
    {
        QFETCH(QByteArray, content);
        QVERIFY(makePrivateFolder(folder()));
        overwrite(file(), content);
        for (int round = 1; round <= 2; ++round) {
            const DraftSearch search = found();
            QVERIFY(search.found.empty());
            QCOMPARE(search.setAside.size(), 1);
            QCOMPARE(contentOf(search.setAside.front()), content);
            QCOMPARE(files().size(), round);
            overwrite(file(), content); // the next one gets another name
        }
    }

    void aLaterVersionIsLeftAlone()
    {
        leaveDraft();
        QByteArray json = writeDraftHeader(someHeader()).sliced(9).chopped(1);
        QVERIFY(json.contains("\"version\":1"));
        json.replace("\"version\":1", "\"version\":2");
        const QByteArray content = checked(json) + "nobody knows what follows\n";
        overwrite(file(), content);
        const DraftSearch search = found();
        QVERIFY(search.found.empty());
        QCOMPARE(search.unreadable.size(), 1);
        QVERIFY(search.unreadable.front().contains(QLatin1String("later version")));
        QCOMPARE(contentOf(file()), content);
        QCOMPARE(files().size(), 1);
    }

    void aFailedStepIsMadeGoodByTheNext()
    {
        if (::geteuid() == 0) {
            // For root no folder is read-only; a folder in the place of the file does as well.
            QVERIFY(QDir().mkpath(file()));
            DraftFile draft(file(), someHeader());
            QVERIFY(!draft.take({.set = {Change {.key = "a", .value = "1"}}}));
            QVERIFY(draft.isBroken());
            QVERIFY(QDir().rmdir(file()));
            QVERIFY(draft.take({.set = {Change {.key = "b", .value = "1"}}}));
            QVERIFY(!draft.isBroken());
            QCOMPARE(readDraft(contentOf(file()))->state.changes().size(), size_t(2));
            return;
        }
        QVERIFY(makePrivateFolder(folder()));
        QVERIFY(QFile::setPermissions(folder(), QFileDevice::ReadOwner | QFileDevice::ExeOwner));
        DraftFile draft(file(), someHeader());
        const auto failed = draft.take({.set = {Change {.key = "a", .value = "1"}}});
        QVERIFY(!failed);
        QCOMPARE(failed.error().kind, ErrorKind::Io);
        QVERIFY(QFile::setPermissions(
            folder(), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner));
        QVERIFY(draft.take({.set = {Change {.key = "b", .value = "1"}}}));
        QCOMPARE(readDraft(contentOf(file()))->state.changes().size(), size_t(2));
    }

    void onlyThisOfADraftIsLeft()
    {
        leaveDraft(4);
        {
            const DraftSearch search = found();
            std::vector<Change> changes = search.found.front().draft.state.changes();
            QVERIFY(changes.size() > 1);
            changes.resize(1);
            QVERIFY(shrinkDraft(search.found.front(), changes, {}));
        }
        const DraftSearch again = found();
        QCOMPARE(again.found.size(), size_t(1));
        QCOMPARE(again.found.front().draft.state.changes().size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestDraft)
#include "tst_draft.moc"
