// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rows from the clipboard and from files: read, and planned as records.
#include "core/codec/cbor.h"
#include "core/edit/rowimport.h"
#include "core/table/recordjson.h"
#include "tests/support/memoryconnection.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtEndian>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestRowImport : public QObject
{
    Q_OBJECT

    using Kind = PlannedChange::Kind;
    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<MemoryClient> m_memory;
    std::unique_ptr<EditSession> m_session;
    std::unique_ptr<LiveTable> m_table;

    static Value json(const char *text) { return *fromNotation(text); }
    static QByteArray cbor(const char *text) { return *cborCodec().encode(json(text)); }
    static QByteArray keyOf(quint64 oid)
    {
        QByteArray key(8, Qt::Uninitialized);
        qToBigEndian(oid, key.data());
        return slotKey(1, key);
    }
    static SlotCodec codec(const QString &key = QStringLiteral("Oid"), ValueType value = ValueType::Cbor)
    {
        return SlotCodec({.key = *KeyType::parse(key), .value = value});
    }
    void open(const std::vector<std::pair<QByteArray, QByteArray>> &records)
    {
        if (!records.empty())
            m_etcd->write(records);
        m_memory->watch.start(Revision(m_etcd->revision().value + 1));
        m_table = std::make_unique<LiveTable>(&m_memory->client, &m_memory->watch, KeyRange::slot(Slot(1)));
        m_table->reload();
        QTRY_COMPARE(m_table->state(), LiveTable::State::Live);
    }
    void openPeople()
    {
        open({{keyOf(1), cbor(R"({"name": "Ann", "age": 40, "born": {"year": 1980}})")},
              {keyOf(2), cbor(R"({"name": "Bob", "age": null})")}});
    }
    ImportTable table(const SlotCodec &type) const
    {
        std::vector<DecodedRow> sample;
        for (const RowId id : m_table->rows().keyOrder())
            sample.push_back(decodeRow(type, m_table->rows().row(id).key, m_table->rows().row(id).value));
        return {type, discoverColumns(type.type(), sample), {*m_table, *m_session}, {}};
    }
    RowSource read(const QByteArray &text, const ImportTable &into) const
    {
        const auto source = readRows(text, {.known = knownNames(into.columns)});
        return source ? *source : RowSource();
    }
    BulkPlan plan(const QByteArray &text, const SlotCodec &type = codec(), ImportOptions options = {}) const
    {
        const ImportTable into = table(type);
        const RowSource source = read(text, into);
        options.targets = guessTargets(source, type, into.columns);
        const QString problem = importProblem(options, into);
        if (!problem.isEmpty())
            qWarning() << problem;
        return problem.isEmpty() ? planImport(source, options, into) : BulkPlan();
    }
    static std::vector<const PlannedChange *> all(const BulkPlan &plan)
    {
        std::vector<const PlannedChange *> changes;
        for (const PlannedChange &change : plan.changes)
            changes.push_back(&change);
        return changes;
    }
    static QStringList texts(std::initializer_list<const char *> list)
    {
        QStringList result;
        for (const char *text : list)
            result.append(QString::fromUtf8(text));
        return result;
    }
    static QStringList cells(const RowSource &source)
    {
        QStringList rows;
        for (const SourceRow &row : source.rows) {
            QStringList texts;
            for (const SourceCell &cell : row.cells)
                texts.append(cell.kind == SourceCell::Kind::Missing ? QStringLiteral("·")
                                                                    : QString::fromUtf8(cell.text));
            rows.append(QString::number(row.line) + QLatin1Char(':') + texts.join(QLatin1Char('|'))
                        + (row.problem.isEmpty() ? QString() : QStringLiteral(" !") + row.problem));
        }
        return rows;
    }

private Q_SLOTS:
    void init()
    {
        m_etcd = std::make_unique<MemoryEtcd>();
        m_memory = std::make_unique<MemoryClient>(m_etcd.get());
        m_session = std::make_unique<EditSession>(&m_memory->client);
        connect(&m_memory->watch, &Watch::eventsReceived, m_session.get(), &EditSession::observe);
    }
    void cleanup()
    {
        m_table.reset();
        m_session.reset();
        m_memory.reset();
        m_etcd.reset();
    }

    void textsComeApart_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("commas") << QByteArray("name,age\nAnn,1\n") << texts({"2:Ann|1"});
        QTest::newRow("tabs win") << QByteArray("name\tage, too\nA,B\t1") << texts({"2:A,B|1"});
        QTest::newRow("semicolons") << QByteArray("name;age\r\nA,B;1\r\n") << texts({"2:A,B|1"});
        QTest::newRow("quotes") << QByteArray("name,age\n\"A \"\"x\"\", B\",1\n")
                                << texts({"2:A \"x\", B|1"});
        QTest::newRow("lines in quotes")
            << QByteArray("name,age\n\"A\nB\",1\nC,2") << texts({"2:A\nB|1", "4:C|2"});
        QTest::newRow("blank lines") << QByteArray("name,age\n\nA,1\n\n") << texts({"3:A|1"});
        QTest::newRow("too many") << QByteArray("name,age\nA,1,2\n")
                                  << texts({"2:A|1|2 !3 cells, but the header has 2"});
        QTest::newRow("too few") << QByteArray("name,age\nA\n") << texts({"2:A"});
        QTest::newRow("no end of a quote")
            << QByteArray("name,age\n\"A,1\n") << texts({"2:A,1\n !a quoted cell has no end"});
        QTest::newRow("text behind a quote")
            << QByteArray("name,age\n\"A\"b,1\n")
            << texts({"2:A|1 !there is text behind the closing quote of a cell"});
        QTest::newRow("mark") << QByteArray("\xef\xbb\xbfname,age\nA,1") << texts({"2:A|1"});
        QTest::newRow("array") << QByteArray("[{\"name\":\"A, [\",\"age\":1},"
                                             "{\"age\":2}]")
                               << texts({"1:\"A, [\"|1", "2:·|2"});
        QTest::newRow("JSON lines") << QByteArray("{\"name\":\"A\"}\n{\"age\":{\"int\":\"1\"}}\n")
                                    << texts({"1:\"A\"", "2:·|{\"int\":\"1\"}"});
        QTest::newRow("escapes") << QByteArray("[{\"name\":\"\\\"}\\\\\"}]") << texts({"1:\"\\\"}\\\\\""});
        QTest::newRow("no objects") << QByteArray("[1]")
                                    << texts({"1: !expected an object with a member for each column"});
        QTest::newRow("twice") << QByteArray("[{\"a\":1,\"a\":2}]") << texts({"1:1 !a stands there twice"});
    }
    void textsComeApart()
    {
        QFETCH(QByteArray, text);
        QFETCH(QStringList, expected);
        const auto source = readRows(text, {.known = {QStringLiteral("Name")}});
        QVERIFY2(source, source ? "" : qPrintable(source.error()));
        QCOMPARE(cells(*source), expected);
    }

    void aWrongRowHoldsUpNoOther()
    {
        const auto source = readRows("{\"a\":tru}\n{\"a\":1}", {});
        QVERIFY(source);
        QVERIFY2(source->rows[0].problem.contains(QLatin1String("(at byte 5 of the row)")),
                 qPrintable(source->rows[0].problem));
        QCOMPARE(source->rows[1].problem, QString());
        QCOMPARE(source->rows[1].line, 2);
    }

    void whatIsNoTableIsTold_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("error");
        QTest::newRow("nothing") << QByteArray(" \n") << "there is no text";
        QTest::newRow("header only") << QByteArray("name,age\n") << "there are no rows";
        QTest::newRow("array without end") << QByteArray("[{\"a\":1}") << "the array has no end";
        QTest::newRow("no comma") << QByteArray("[{\"a\":1}\n{\"a\":2}]") << "expected a comma at line 2";
        QTest::newRow("no text") << QByteArray("a,b\n\xff,1") << "not text in UTF-8 (at byte 4)";
        QTest::newRow("stray bracket") << QByteArray("{\"a\":1}\n]") << "expected a value at line 2";
    }
    void whatIsNoTableIsTold()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, error);
        const auto source = readRows(text, {.known = {QStringLiteral("name")}});
        QVERIFY(!source);
        QCOMPARE(source.error(), error);
    }

    void aTextReadAtEveryCutIsReadOrRefused()
    {
        const QByteArray text = "[{\"name\":\"A\\\"\",\"age\":[1,{\"b\":2}]},{\"x\":null}]";
        for (qsizetype cut = 0; cut < text.size(); ++cut)
            QVERIFY(!readRows(text.first(cut), {}));
        const QByteArray csv = "name,age\n\"A,\"\"B\",1\r\n\"C\nD\",2\n";
        for (qsizetype cut = 0; cut < csv.size(); ++cut)
            (void)readRows(csv.first(cut), {.known = {QStringLiteral("name")}});
    }

    void filesOfSpreadsheetsAreRead()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("people.txt"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QString text = QStringLiteral("name\tage\nBärbel\t1\n");
        file.write("\xff\xfe");
        file.write(reinterpret_cast<const char *>(text.utf16()), text.size() * 2);
        file.close();
        const auto source = readRowFile(path, {.known = {QStringLiteral("name")}});
        QVERIFY(source);
        QCOMPARE(cells(*source), QStringList {QStringLiteral("2:Bärbel|1")});
        QVERIFY(!readRowFile(dir.filePath(QStringLiteral("none.csv")), {}));
    }

    void rowsUpdateInsertOrChangeNothing()
    {
        openPeople();
        const BulkPlan plan =
            this->plan("oid,name,age\n1,Ann,41\n2,Bob,\n3,Cy,7\nx,Di,8\n1,Eve,9\n4,Fay,old\n");
        QCOMPARE(plan.changes.size(), size_t(6));
        QCOMPARE(plan.changes[0].kind, Kind::Update);
        QCOMPARE(plan.changes[0].value, cbor(R"({"name": "Ann", "age": 41, "born": {"year": 1980}})"));
        QCOMPARE(plan.changes[0].before, QStringLiteral("age: 40"));
        QCOMPARE(plan.changes[0].after, QStringLiteral("age: 41"));
        QCOMPARE(plan.changes[1].kind, Kind::Unchanged);
        QCOMPARE(plan.changes[2].kind, Kind::Insert);
        QCOMPARE(plan.changes[2].value, cbor(R"({"name": "Cy", "age": 7})"));
        QCOMPARE(plan.changes[2].row.key, keyOf(3));
        QCOMPARE(plan.changes[3].kind, Kind::Wrong);
        QCOMPARE(plan.changes[3].problem, QStringLiteral("oid: not a whole number: x"));
        QCOMPARE(plan.changes[3].line, 5);
        QCOMPARE(plan.changes[4].problem, QStringLiteral("the same key as in row 2"));
        QCOMPARE(plan.changes[5].problem, QStringLiteral("age: not a whole number: old"));
        QVERIFY(stagePlanned(m_session.get(), *m_table, all(plan), QStringLiteral("Paste 2 records")));
        QCOMPARE(m_session->changes().size(), size_t(2));
        m_session->undo();
        QVERIFY(m_session->isEmpty());
    }

    void nestedFieldsAreMadeAndKeepTheirNeighbours()
    {
        openPeople();
        const BulkPlan plan = this->plan("oid,born.year,born.month\n1,1981,5\n2,1990,\n3,2000,1\n");
        QCOMPARE(plan.changes[0].value,
                 cbor(R"({"name": "Ann", "age": 40, "born": {"year": 1981, "month": 5}})"));
        QCOMPARE(plan.changes[1].value, cbor(R"({"name": "Bob", "age": null, "born": {"year": 1990}})"));
        QCOMPARE(plan.changes[2].value, cbor(R"({"born": {"year": 2000, "month": 1}})"));
    }

    void emptyCellsMeanWhatTheUserSays()
    {
        open({{keyOf(1), cbor(R"({"name": "Ann", "age": 40})")}});
        const QByteArray text = "oid,name,age\n1,,\n2,,3\n";
        const BulkPlan kept = plan(text);
        QCOMPARE(kept.changes[0].kind, Kind::Unchanged);
        QCOMPARE(kept.changes[1].value, cbor(R"({"age": 3})"));
        const BulkPlan nulls = plan(text, codec(), {.empty = ImportOptions::Empty::SetNull});
        QCOMPARE(nulls.changes[0].value, cbor(R"({"name": null, "age": null})"));
        const BulkPlan cleared = plan(text, codec(), {.empty = ImportOptions::Empty::Clear});
        QCOMPARE(cleared.changes[0].value, cbor(R"({"name": "", "age": null})"));
    }

    void whatWasCopiedAsJsonComesBackToTheByte()
    {
        // Not as this program would write it: a float of 16 bits and a long number.
        const QByteArray odd = QByteArray::fromHex("a26166f93e00616e1805");
        open({{keyOf(1), odd}, {keyOf(2), QByteArray("\xff")}});
        QByteArrayList lines;
        for (const RowId id : m_table->rows().keyOrder()) {
            JsonLine line;
            addRecord(&line, codec(), m_table->rows().row(id).toKeyValue());
            lines.append(line.line());
        }
        m_etcd->remove(keyOf(1));
        m_etcd->remove(keyOf(2));
        QTRY_COMPARE(m_table->rows().count(), size_t(0));
        for (const QByteArray &text : {lines.join('\n'), "[\n" + lines.join(",\n") + "\n]\n"}) {
            const BulkPlan plan = this->plan(text);
            QCOMPARE(plan.changes.size(), size_t(2));
            QCOMPARE(plan.changes[0].kind, Kind::Insert);
            QCOMPARE(plan.changes[0].row.key, keyOf(1));
            QCOMPARE(plan.changes[0].value, odd);
            QCOMPARE(plan.changes[1].value, QByteArray("\xff"));
        }
        // Where somebody changed the value in the text, that is what counts, and the bytes are of the past.
        QByteArray edited = lines[0];
        edited.replace("\"n\",5", "\"n\",6");
        QVERIFY(edited != lines[0]);
        QCOMPARE(plan(edited).changes[0].value,
                 *cborCodec().encode(json(R"({"f": {"float": "1.5"}, "n": 6})")));
    }

    void aRecordThatIsStillThereKeepsWhatWasNotEdited()
    {
        const QByteArray odd = QByteArray::fromHex("a26166f93e00616e1805");
        open({{keyOf(1), odd}});
        const QByteArray text =
            R"({"key": 1, "keyHex": "00010000000000000001", "value": {"f": {"float": "1.5"}, "n": 6}, "valueHex": "a0"})";
        const BulkPlan plan = this->plan(text);
        QCOMPARE(plan.changes[0].kind, Kind::Update);
        QCOMPARE(plan.changes[0].value.toHex(), QByteArray("a26166f93e00616e1806"));
        QCOMPARE(this->plan(R"({"key": 1, "value": {"f": {"float": "1.5"}, "n": 5}})").changes[0].kind,
                 Kind::Unchanged);
    }

    void keysOfSeveralPartsComeBack()
    {
        const SlotCodec type = codec(QStringLiteral("UuidTimestampString"), ValueType::String);
        const ValueList parts {Value::uuid(QUuid(QStringLiteral("7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11"))),
                               Value::timestamp(1580472000'000000001), Value::text(QStringLiteral("x"))};
        const QByteArray key = *type.encodeKey(KeyRange::slot(Slot(1)).begin, parts);
        open({{key, "hello"}});
        JsonLine line;
        addRecord(&line, type, m_table->rows().row(m_table->rows().keyOrder()[0]).toKeyValue());
        const BulkPlan copied = plan(line.line(), type);
        QCOMPARE(copied.changes[0].kind, Kind::Unchanged);
        QCOMPARE(copied.changes[0].row.key, key);
        const BulkPlan typed =
            plan("uuid\ttimestamp\tstring\tvalue\n"
                 "7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11\t2020-01-31T12:00:00.000000001Z\tx\tbye\n",
                 type);
        QCOMPARE(typed.changes[0].row.key, key);
        QCOMPARE(typed.changes[0].value, QByteArray("bye"));
    }

    void recordsOfAnotherTableAreNotPutIntoThisOneByTheirBytes()
    {
        openPeople();
        const BulkPlan plan =
            this->plan(R"({"key": {"hex": "ff"}, "keyHex": "0002ff", "value": {}, "valueHex": "a0"})");
        QCOMPARE(plan.changes[0].kind, Kind::Wrong);
        QCOMPARE(plan.changes[0].problem,
                 QStringLiteral("keyHex: a record with this key would not be in this table"));
    }

    void plainObjectsAreRowsOfFields()
    {
        open({{keyOf(1),
               cbor(R"({"name": "Ann", "rate": {"float": "1.5"},)"
                    R"("id": {"uuid": "7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11"}})")}});
        const BulkPlan plan =
            this->plan(R"([{"oid": 1, "rate": 2, "id": "00000000-0000-0000-0000-000000000001"},)"
                       R"({"oid": 2, "name": null, "new.field": [1]}])");
        QCOMPARE(plan.changes[0].value,
                 cbor(R"({"name": "Ann", "rate": {"float": "2.0"},)"
                      R"("id": {"uuid": "00000000-0000-0000-0000-000000000001"}})"));
        QCOMPARE(plan.changes[1].value, cbor(R"({"name": null, "new.field": [1]})"));
    }

    void aMappingThatCannotBeIsTold()
    {
        openPeople();
        const ImportTable into = table(codec());
        ImportOptions options;
        options.targets = {{ImportTarget::Kind::Field, 0, ValuePath::fields({QStringLiteral("name")})}};
        QCOMPARE(importProblem(options, into), QStringLiteral("no column gives the key's oid"));
        options.rows = ImportOptions::Rows::NewRecords;
        QCOMPARE(importProblem(options, into), QString());
        options.targets.push_back(options.targets[0]);
        QCOMPARE(importProblem(options, into), QStringLiteral("two columns go to name"));
        ImportTable texts = into;
        texts.codec = codec(QStringLiteral("Oid"), ValueType::String);
        options.targets = {{ImportTarget::Kind::KeyPart, 0, {}}};
        QCOMPARE(importProblem(options, texts), QStringLiteral("no column gives the value"));
    }

    void newRecordsGetKeysOfTheirOwn()
    {
        openPeople();
        const BulkPlan plan =
            this->plan("name,age\nCy,1\nDi,2\n", codec(), {.rows = ImportOptions::Rows::NewRecords});
        QCOMPARE(plan.count(Kind::Insert), 2);
        QCOMPARE(plan.changes[0].row.key, keyOf(3));
        QCOMPARE(plan.changes[1].row.key, keyOf(4));
    }

    void cellsGoOntoRowsAsInASpreadsheet()
    {
        openPeople();
        ImportTable into = table(codec());
        into.onto = into.rows.all();
        const RowSource source = read("50\tX\n60\tY\n70\tZ\n", into);
        QVERIFY(!source.hasHeader);
        ImportOptions options {.rows = ImportOptions::Rows::OntoRows};
        std::vector<Column> shown;
        for (const char *id : {"value.age", "value.name"})
            shown.push_back(
                *std::find_if(into.columns.cbegin(), into.columns.cend(),
                              [id](const Column &column) { return column.id == QLatin1String(id); }));
        options.targets = guessTargets(source, codec(), into.columns, shown);
        const BulkPlan plan = planImport(source, options, into);
        QCOMPARE(plan.changes[0].value, cbor(R"({"name": "X", "age": 50, "born": {"year": 1980}})"));
        QCOMPARE(plan.changes[1].value, cbor(R"({"name": "Y", "age": 60})"));
        QCOMPARE(plan.changes[2].problem, QStringLiteral("there is no row to paste onto"));
    }

    void whatIsStagedIsWhatRowsAreComparedWith()
    {
        openPeople();
        QVERIFY(m_session->stageValue(keyOf(1), StagedRows(*m_table, *m_session).at(keyOf(1)).current,
                                      cbor(R"({"name": "Anna", "age": 40})")));
        QVERIFY(m_session->stageInsert(keyOf(9), cbor(R"({"name": "Zoe"})")));
        QVERIFY(m_session->stageDelete({{keyOf(2), StagedRows(*m_table, *m_session).at(keyOf(2)).current}}));
        const BulkPlan plan = this->plan("oid,name\n1,Anna\n9,Zed\n2,Bob\n");
        QCOMPARE(plan.changes[0].kind, Kind::Unchanged);
        QCOMPARE(plan.changes[1].kind, Kind::Update);
        QCOMPARE(plan.changes[2].kind, Kind::Update); // it stays after all
        QVERIFY(stagePlanned(m_session.get(), *m_table, all(plan), {}));
        QCOMPARE(m_session->find(keyOf(9))->kind, Change::Kind::Insert);
        QVERIFY(!m_session->find(keyOf(2)));
    }

    void aHundredThousandRowsAreRead()
    {
        openPeople();
        QByteArray text = "oid,name,age\n";
        for (int i = 1; i <= 100'003; ++i)
            text += QByteArray::number(i) + ",name " + QByteArray::number(i) + ",1\n";
        const auto job = std::make_shared<JobState>();
        const ImportTable into = table(codec());
        const auto source = readRows(text, {.known = knownNames(into.columns)}, job);
        QVERIFY(source);
        QCOMPARE(source->rows.size(), MostSourceRows);
        QCOMPARE(source->beyond, 3);
        RowSource part = *source;
        part.rows.resize(5000);
        const ImportOptions options {.targets = guessTargets(part, codec(), into.columns)};
        const BulkPlan plan = planImport(part, options, into, job);
        QCOMPARE(plan.beyond, 3);
        QCOMPARE(plan.count(Kind::Insert), 4998);
        QCOMPARE(job->done.load(), job->total.load());
        job->cancelled = true;
        QVERIFY(!readRows(text, {.known = knownNames(into.columns)}, job));
    }
};

QTEST_GUILESS_MAIN(TestRowImport)
#include "tst_rowimport.moc"
