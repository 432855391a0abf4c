// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of the table of faults that are about the disk.
#include "core/edit/draftkeeper.h"
#include "core/edit/receiptbook.h"
#include "core/live/eventfilter.h"
#include "core/live/eventjson.h"
#include "core/live/eventlog.h"
#include "core/pmap/schemafile.h"
#include "core/profile/profilestore.h"
#include "tests/faults/faulttable.h"
#include "ui/userfile.h"

#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>

using namespace slotscope::core;
using namespace slotscope::ui;

using Outcome = slotscope::core::CommitReport::Outcome;

namespace slotscope::test {

namespace {

/// A folder in which files find no room. Best on a small disk of its own; where none can be had, files of
/// this process may not grow beyond a bound.
class FullDisk
{
public:
    static constexpr int Size = 64 * 1024; ///< of the disk
    static constexpr int LargestFile = 4 * 1024; ///< without it

    FullDisk()
        : m_isMounted(m_dir.isValid()
                      && ::mount("none", m_dir.path().toLocal8Bit().constData(), "tmpfs", 0, "size=64k") == 0)
    {
    }
    ~FullDisk()
    {
        makeRoom();
        if (m_isMounted)
            ::umount2(m_dir.path().toLocal8Bit().constData(), MNT_DETACH);
    }
    QString path(const QString &name) const { return m_dir.filePath(name); }
    QString kind() const
    {
        return m_isMounted ? QStringLiteral("a disk of 64 kB") : QStringLiteral("files of 4 kB at most");
    }
    /// From now on.
    bool fill()
    {
        if (!m_isMounted) {
            m_signal = std::signal(SIGXFSZ, SIG_IGN);
            ::getrlimit(RLIMIT_FSIZE, &m_before);
            const rlimit small {LargestFile, m_before.rlim_max};
            m_isLimited = ::setrlimit(RLIMIT_FSIZE, &small) == 0;
            return m_isLimited;
        }
        QFile filler(path(QStringLiteral("filler")));
        if (!filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
            return false;
        while (filler.write("f", 1) == 1)
            ;
        return filler.error() == QFile::ResourceError || filler.error() == QFile::WriteError;
    }
    void makeRoom()
    {
        if (m_isMounted) {
            QFile::remove(path(QStringLiteral("filler")));
        } else if (std::exchange(m_isLimited, false)) {
            ::setrlimit(RLIMIT_FSIZE, &m_before);
            std::signal(SIGXFSZ, m_signal);
        }
    }

private:
    QTemporaryDir m_dir;
    bool m_isMounted;
    bool m_isLimited = false;
    rlimit m_before {};
    void (*m_signal)(int) = SIG_DFL;
};

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool saysFull(const QString &text)
{
    return text.contains(QStringLiteral("No space left")) || text.contains(QStringLiteral("File too large"));
}

} // namespace

void TestFaultTable::diskIsFullOnExport()
{
    FullDisk disk;
    const QString file = disk.path(QStringLiteral("export.jsonl"));
    QVERIFY(writeForTheUser(file, "the rows of before"));
    QVERIFY(disk.fill());
    const auto result = writeForTheUser(file, QByteArray(2 * FullDisk::Size, 'r'));
    disk.makeRoom();
    QVERIFY(!result);
    const ErrorText text = describe(result.error());
    QVERIFY2(text.summary.contains(QStringLiteral("export.jsonl")) && saysFull(text.summary),
             qPrintable(text.summary));
    // Neither half a file in its place nor one beside it.
    QCOMPARE(contentOf(file), QByteArray("the rows of before"));
    QCOMPARE(QDir(QFileInfo(file).path()).entryList(QDir::Files),
             QStringList {QStringLiteral("export.jsonl")});
    QVERIFY(writeForTheUser(file, QByteArray(FullDisk::Size / 4, 'r')));
    QCOMPARE(contentOf(file).size(), qsizetype(FullDisk::Size / 4));
    QString summary = text.summary;
    noteAs(QStringLiteral("disk full on export (%1)").arg(disk.kind()),
           summary.remove(QFileInfo(file).path() + QLatin1Char('/')),
           QStringLiteral("the file that was there before"),
           QStringLiteral("export again when there is room"));

    // And where a command writes.
    QProcess program;
    program.setStandardOutputFile(QStringLiteral("/dev/full"));
    program.start(qEnvironmentVariable("SLOTSCOPE_PROGRAM"),
                  {QStringLiteral("slots"), QStringLiteral("--connect"), m_etcd->endpoint()});
    QVERIFY(program.waitForStarted());
    QVERIFY(QTest::qWaitFor([&program] { return program.state() == QProcess::NotRunning; }, Patience));
    QCOMPARE(program.exitCode(), 1);
    const QString said = QString::fromUtf8(program.readAllStandardError()).trimmed();
    QVERIFY2(saysFull(said), qPrintable(said));
    noteAs(QStringLiteral("disk full under the output of a command"), said,
           QStringLiteral("what was written until then"), QStringLiteral("not; the exit code is 1"));
}

void TestFaultTable::diskIsFullOnDrafts()
{
    FullDisk disk;
    const QString folder = disk.path(QStringLiteral("drafts"));
    Desk desk(patient(m_etcd->endpoint()));
    desk.connection.keepEditsIn(folder, disk.path(QStringLiteral("history")));
    QVERIFY(desk.open());
    const DraftKeeper *drafts = desk.connection.drafts();
    const auto kept = [&]() -> std::optional<QByteArray> {
        const QStringList names = QDir(folder).entryList({QStringLiteral("*.draft")}, QDir::Files);
        const auto read = names.size() == 1 ? readDraft(contentOf(folder + QLatin1Char('/') + names.front()))
                                            : Result<ReadDraft>(Unexpected {Error {}});
        if (!read || read->health != ReadDraft::Health::Whole || read->state.changes().size() != 1)
            return {};
        return read->state.changes().front().value;
    };
    QVERIFY(desk.stage("before it was full"));
    QTRY_VERIFY_WITH_TIMEOUT(drafts->isSettled() && drafts->isKeeping(), Patience);
    QCOMPARE(kept(), std::optional<QByteArray>("before it was full"));

    QVERIFY(disk.fill());
    const QByteArray large(FullDisk::Size / 8, 'd');
    QVERIFY(desk.stage(large));
    QTRY_VERIFY_WITH_TIMEOUT(!drafts->problem().isEmpty(), Patience);
    const QString problem = drafts->problem();
    QCOMPARE(desk.staged(), std::optional(large));
    const auto onDisk = kept();
    // Its commit is decided by etcd alone.
    const auto report = desk.commit();
    QTRY_VERIFY_WITH_TIMEOUT(drafts->isSettled() && desk.connection.receipts()->isSettled(), Patience);
    disk.makeRoom();
    QVERIFY2(saysFull(problem), qPrintable(problem));
    QCOMPARE(onDisk, std::optional<QByteArray>("before it was full")); // whole, nothing torn behind it
    QVERIFY(report);
    QVERIFY2(report->outcome == Outcome::Committed, qPrintable(report->error.detail));
    QVERIFY(becomes(m_etcd->options(), Mine, large));

    // With room, what is staged is on disk again, and nothing is wrong any more.
    QVERIFY(desk.stage("with room again"));
    QTRY_VERIFY_WITH_TIMEOUT(drafts->isSettled() && drafts->isKeeping(), Patience);
    QCOMPARE(kept(), std::optional<QByteArray>("with room again"));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(m_etcd->options(), Mine, "with room again"));
    QTRY_VERIFY_WITH_TIMEOUT(drafts->isSettled(), Patience);
    QCOMPARE(kept(), std::optional<QByteArray>());
    noteAs(QStringLiteral("disk full on drafts (%1)").arg(disk.kind()),
           QString(problem).remove(folder + QLatin1Char('/')),
           QStringLiteral("the edit, in memory; the draft of before, whole"),
           QStringLiteral("commits go on; drafts are kept when there is room"));
}

void TestFaultTable::diskIsFullOnSettings()
{
    FullDisk disk;
    const QString profileFile = disk.path(QStringLiteral("profiles.json"));
    const QString schemaFile = disk.path(QStringLiteral("schema.json"));
    ProfileStore profiles(profileFile);
    Profile profile {
        .id = QStringLiteral("1"), .name = QStringLiteral("orders"), .options = m_etcd->options()};
    QVERIFY(profiles.save(profile));
    Schema schema {.flatBuffersFolders = {QStringLiteral("types")}};
    QVERIFY(saveSchema(schema, schemaFile));
    const QByteArray profilesBefore = contentOf(profileFile);
    const QByteArray schemaBefore = contentOf(schemaFile);
    const auto files = [&] { return QDir(QFileInfo(schemaFile).path()).entryList(QDir::Files); };
    const QStringList filesBefore = files();
    EventLog log;
    EventBatch batch {.first = Revision(2), .last = Revision(2), .events = {}};
    for (int i = 0; i < 100; ++i)
        batch.events.push_back({.kv = {.key = "key",
                                       .value = QByteArray(FullDisk::Size / 50, 'e'),
                                       .modRevision = Revision(2)}});
    log.take(batch);

    QVERIFY(disk.fill());
    const QString large(2 * FullDisk::Size, QLatin1Char('n'));
    profile.name = large;
    const auto kept = profiles.save(profile);
    schema.flatBuffersFolders = {large};
    const auto saved = saveSchema(schema, schemaFile);
    const CodecBook book;
    const auto events = exportEvents(log.snapshot(), {}, book, disk.path(QStringLiteral("events.jsonl")));
    disk.makeRoom();
    for (const auto &error : {kept ? Error {} : kept.error(), saved ? Error {} : saved.error(),
                              events ? Error {} : events.error()})
        QVERIFY2(saysFull(error.detail), qPrintable(error.detail));
    // What was there is there, and nothing beside it.
    QCOMPARE(contentOf(profileFile), profilesBefore);
    QCOMPARE(contentOf(schemaFile), schemaBefore);
    QCOMPARE(files(), filesBefore);
    QCOMPARE(profiles.find(QStringLiteral("1"))->name, QStringLiteral("orders"));

    profile.name = QStringLiteral("bills");
    QVERIFY(profiles.save(profile));
    QVERIFY(saveSchema({}, schemaFile));
    QVERIFY(contentOf(profileFile).contains("bills"));
    noteAs(QStringLiteral("disk full on profiles, schema, event export (%1)").arg(disk.kind()),
           describe(kept.error()).summary.remove(QFileInfo(profileFile).path() + QLatin1Char('/')),
           QStringLiteral("the files of before, whole"), QStringLiteral("save again when there is room"));
}

void TestFaultTable::homeIsReadOnly()
{
    Desk desk(quick(m_etcd->endpoint()));
    // Nothing can be made there, whoever asks.
    desk.connection.keepEditsIn(QStringLiteral("/proc/drafts"), QStringLiteral("/proc/history"));
    QVERIFY(desk.open());
    QVERIFY(desk.stage("without a draft"));
    QTRY_VERIFY_WITH_TIMEOUT(!desk.connection.drafts()->problem().isEmpty(), Patience);
    const QString seen = desk.connection.drafts()->problem();
    QCOMPARE(desk.staged(), std::optional<QByteArray>("without a draft"));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(m_etcd->options(), Mine, "without a draft"));
    note(seen, QStringLiteral("the edit, in memory"), QStringLiteral("commits go on; no draft is kept"));
}

} // namespace slotscope::test
