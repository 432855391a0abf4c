// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/diffsource.h"
#include "tests/support/memoryconnection.h"

#include <QEventLoop>
#include <QTemporaryDir>
#include <QtTest>

#include <map>
#include <random>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

using Contents = std::map<QByteArray, QByteArray>;

/// Pages of given sizes, some of them empty.
class ScriptedSide final : public DiffSide
{
public:
    ScriptedSide(const Contents &contents, std::mt19937 *random)
        : m_random(random)
    {
        for (const auto &[key, value] : contents)
            m_records.push_back({key, value, Revision(1)});
    }
    void next() override
    {
        ++requests;
        std::vector<DiffRecord> records;
        const size_t count = (*m_random)() % 4;
        while (records.size() < count && m_position < m_records.size())
            records.push_back(m_records[m_position++]);
        // An etcd that was asked for a page of just as many records as there are says so with an empty one.
        const bool last = m_position == m_records.size() && (records.empty() || (*m_random)() % 2 == 0);
        QMetaObject::invokeMethod(
            this,
            [this, records, last] {
                if (failAfter > 0 && --failAfter == 0)
                    Q_EMIT failed({.kind = ErrorKind::Network});
                else
                    Q_EMIT page(records, last);
            },
            Qt::QueuedConnection);
    }
    int requests = 0;
    int failAfter = 0;

private:
    std::vector<DiffRecord> m_records;
    size_t m_position = 0;
    std::mt19937 *m_random;
};

Contents randomContents(std::mt19937 *random, size_t most)
{
    Contents contents;
    const size_t count = (*random)() % (most + 1);
    while (contents.size() < count)
        contents["k" + QByteArray::number((*random)() % (2 * most))] = QByteArray::number((*random)() % 3);
    return contents;
}

struct Outcome
{
    std::vector<RowDifference> differences;
    TableDiff::Counts counts;
    bool finished = false;
    std::optional<bool> failedFirst; // whose fault it was
};

Outcome run(std::unique_ptr<DiffSide> before, std::unique_ptr<DiffSide> after)
{
    Outcome outcome;
    TableDiff diff(std::move(before), std::move(after));
    QObject::connect(&diff, &TableDiff::found, &diff, [&outcome](const std::vector<RowDifference> &found) {
        outcome.differences.insert(outcome.differences.end(), found.cbegin(), found.cend());
    });
    QObject::connect(&diff, &TableDiff::failed, &diff,
                     [&outcome](const Error &, bool first) { outcome.failedFirst = first; });
    QObject::connect(&diff, &TableDiff::finished, &diff, [&outcome] { outcome.finished = true; });
    QEventLoop loop; // no waiting by looks: there are many short ones
    QObject::connect(&diff, &TableDiff::failed, &loop, &QEventLoop::quit);
    QObject::connect(&diff, &TableDiff::finished, &loop, &QEventLoop::quit);
    QTimer::singleShot(30'000, &loop, &QEventLoop::quit);
    diff.start();
    loop.exec();
    outcome.counts = diff.counts();
    return outcome;
}

} // namespace

/// Comparing two states of a table, whatever pages they come in.
class TestTableDiff : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

    QString fileOf(const QByteArray &lines) const
    {
        const QString path = m_dir.filePath(QStringLiteral("records.jsonl"));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(lines) != lines.size())
            qWarning("the file cannot be written");
        return path;
    }
    static QByteArray line(const QByteArray &key, const QByteArray &value)
    {
        return "{\"key\":1,\"keyHex\":\"" + key.toHex() + "\",\"valueHex\":\"" + value.toHex()
            + "\",\"modRevision\":7}\n";
    }

private Q_SLOTS:
    void findsWhatDiffers()
    {
        std::mt19937 random(5);
        for (int round = 0; round < 200; ++round) {
            const Contents before = randomContents(&random, 1 + random() % 30);
            const Contents after = random() % 10 == 0 ? before : randomContents(&random, 1 + random() % 30);
            const Outcome outcome = run(std::make_unique<ScriptedSide>(before, &random),
                                        std::make_unique<ScriptedSide>(after, &random));
            QVERIFY(outcome.finished);
            // Applied to the first it makes the second; each key once, in order; and it is counted right.
            Contents made = before;
            TableDiff::Counts counts;
            QByteArray last;
            for (const RowDifference &difference : outcome.differences) {
                QVERIFY(difference.key > last);
                last = difference.key;
                switch (difference.kind) {
                case RowDifference::Kind::Added:
                    ++counts.added;
                    QVERIFY(!made.contains(difference.key));
                    made[difference.key] = difference.after;
                    break;
                case RowDifference::Kind::Removed:
                    ++counts.removed;
                    QCOMPARE(made.at(difference.key), difference.before);
                    made.erase(difference.key);
                    break;
                case RowDifference::Kind::Changed:
                    ++counts.changed;
                    QCOMPARE(made.at(difference.key), difference.before);
                    QVERIFY(difference.before != difference.after);
                    made[difference.key] = difference.after;
                    break;
                }
            }
            QCOMPARE(made, after);
            counts.same = qint64(after.size()) - counts.added - counts.changed;
            QVERIFY(counts == outcome.counts);
        }
    }

    void saysWhoseFaultItWas()
    {
        std::mt19937 random(6);
        const Contents contents = randomContents(&random, 40);
        for (const bool first : {true, false}) {
            auto good = std::make_unique<ScriptedSide>(contents, &random);
            auto bad = std::make_unique<ScriptedSide>(contents, &random);
            bad->failAfter = 3;
            const Outcome outcome =
                first ? run(std::move(bad), std::move(good)) : run(std::move(good), std::move(bad));
            QVERIFY(!outcome.finished);
            QCOMPARE(outcome.failedFirst, std::optional(first));
        }
    }

    void readsAnEtcdAtOneRevision()
    {
        MemoryEtcd etcd;
        const auto value = [](int i) { return QByteArray::number(i) + QByteArray(1000, 'x'); };
        for (int i = 0; i < 1500; ++i)
            etcd.put(slotKey(7, QByteArray::number(i)), value(i));
        const Revision then = etcd.revision();
        etcd.remove(slotKey(7, "17"));
        etcd.put(slotKey(7, "18"), "changed");
        etcd.put(slotKey(7, "new"), "new");
        etcd.put(slotKey(8, "17"), "of another table");
        Client client(etcd.transport());
        const auto side = [&](Revision revision) {
            return std::make_unique<SnapshotSide>(&client, KeyRange::slot(Slot(7)), 2, revision);
        };
        const Outcome outcome = run(side(then), side({}));
        QVERIFY(outcome.finished);
        QVERIFY((outcome.counts == TableDiff::Counts {1, 1, 1, 1498}));
        QCOMPARE(outcome.differences.at(0).key, QByteArray("17"));
        QCOMPARE(outcome.differences.at(1).afterRevision, Revision(then.value + 2));
        // Against a table that is not there.
        const Outcome all = run(std::make_unique<EmptySide>(), side(then));
        QVERIFY((all.counts == TableDiff::Counts {1500, 0, 0, 0}));

        etcd.compact();
        const Outcome gone = run(side(then), side({}));
        QCOMPARE(gone.failedFirst, std::optional(true));
    }

    void readsFilesInAnyOrder()
    {
        const QByteArray a = slotKey(7, "a");
        const QByteArray b = slotKey(7, "b");
        const QByteArray c = slotKey(9, "c");
        const auto file = RecordFile::open(fileOf(line(c, "3") + "\n" + line(b, "2") + line(a, "1")));
        QVERIFY(file);
        QCOMPARE((*file)->count(), size_t(3));
        QCOMPARE((*file)->slotNumbers(), (std::vector<Slot> {Slot(7), Slot(9)}));
        const auto records = (*file)->read(0, 10);
        QVERIFY(records);
        QCOMPARE(records->at(0).key, a);
        QCOMPARE(records->at(2).value, QByteArray("3"));
        QCOMPARE(records->at(1).modRevision, Revision(7));
        const Outcome outcome = run(std::make_unique<FileSide>(*file, KeyRange::slot(Slot(7)), 2),
                                    std::make_unique<FileSide>(*file, KeyRange::slot(Slot(9)), 2));
        QVERIFY((outcome.counts == TableDiff::Counts {1, 2, 0, 0}));
    }

    void saysWhatIsWrongWithAFile_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QString>("says");
        const QByteArray good = line("k", "v");
        QTest::newRow("json") << QByteArray(good + "{") << QStringLiteral("line 2: no JSON");
        QTest::newRow("list") << QByteArray("[1]") << QStringLiteral("line 1: no record");
        QTest::newRow("key") << QByteArray("\n{\"valueHex\":\"00\"}") << QStringLiteral("line 2: no record");
        QTest::newRow("hex") << QByteArray("{\"keyHex\":\"0x\",\"valueHex\":\"00\"}")
                             << QStringLiteral("keyHex");
        QTest::newRow("value") << QByteArray("{\"keyHex\":\"00\",\"valueHex\":5}")
                               << QStringLiteral("valueHex");
        QTest::newRow("twice") << QByteArray(good + good) << QStringLiteral("more than once");
    }
    void saysWhatIsWrongWithAFile()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QString, says);
        const auto file = RecordFile::open(fileOf(lines));
        QVERIFY(!file);
        QVERIFY2(file.error().contains(says), qPrintable(file.error()));
    }

    void aFileThatChangesIsNoticed()
    {
        const QString path = fileOf(line("a", "1") + line("b", "2"));
        const auto file = RecordFile::open(path);
        QVERIFY(file);
        fileOf(line("b", "2") + line("c", "1"));
        QVERIFY(!(*file)->read(0, 2));
        QVERIFY(QFile::remove(path));
        QVERIFY(!(*file)->read(0, 2));
    }

    void sourcesAreRead()
    {
        const auto kind = [](const QString &text) {
            const auto source = DiffSource::parse(text);
            return source ? std::optional(source->kind) : std::nullopt;
        };
        using Kind = DiffSource::Kind;
        QCOMPARE(kind(QStringLiteral("now")), Kind::Now);
        QCOMPARE(kind(QStringLiteral("123")), Kind::Then);
        QCOMPARE(kind(QStringLiteral("http://host:2379")), Kind::Server);
        QCOMPARE(kind(fileOf("")), Kind::File);
        for (const char *wrong :
             {"", "0", "-5", "99999999999999999999", "nothing.jsonl", "http://", "ftp://x", "http://host@0"})
            QVERIFY2(!kind(QLatin1String(wrong)), wrong);
        const auto then = DiffSource::parse(QStringLiteral("http://host:2379@17"));
        QVERIFY(then);
        QCOMPARE(then->revision, Revision(17));
        for (const QString &text :
             {QStringLiteral("now"), QStringLiteral("5"), QStringLiteral("http://host:2379"),
              QStringLiteral("http://host:2379@17")})
            QCOMPARE(DiffSource::parse(text)->text(), text);
    }
};

QTEST_GUILESS_MAIN(TestTableDiff)
#include "tst_tablediff.moc"
