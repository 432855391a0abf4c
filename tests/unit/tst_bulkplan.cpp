// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes of many records at once: cells, replacements, reverting, and keys for new records.
#include "core/codec/cbor.h"
#include "core/edit/keymaker.h"
#include "core/edit/rekey.h"
#include "core/edit/replace.h"
#include "core/value/notation.h"
#include "tests/support/memoryconnection.h"

#include <QtEndian>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestBulkPlan : public QObject
{
    Q_OBJECT

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
    StagedRows rows() const { return {*m_table, *m_session}; }
    static std::vector<const PlannedChange *> all(const BulkPlan &plan)
    {
        std::vector<const PlannedChange *> changes;
        for (const PlannedChange &change : plan.changes)
            changes.push_back(&change);
        return changes;
    }
    BulkPlan replace(const ReplaceQuery &query, const char *field = "name", quint32 kinds = 0) const
    {
        const StagedRows now = rows();
        return planCells(codec(), now, {{now.all(), {ValuePath::fields({QLatin1String(field)})}}},
                         Replacer(query).edit(kinds));
    }
    Value staged(quint64 oid) const { return *cborCodec().decode(m_session->find(keyOf(oid))->value); }
    static CellEdit set(const Value &value)
    {
        return [value](const StagedRow &, const ValuePath &,
                       const Value *) -> Expected<CellOutcome, QString> { return CellOutcome::set(value); };
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

    void replacementsFindWhatTheyAreToldTo_data()
    {
        QTest::addColumn<QString>("find");
        QTest::addColumn<QString>("replacement");
        QTest::addColumn<int>("mode");
        QTest::addColumn<bool>("matchCase");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected"); // null: no hit
        constexpr int Part = int(ReplaceQuery::Mode::Part);
        constexpr int Whole = int(ReplaceQuery::Mode::WholeCell);
        constexpr int Expression = int(ReplaceQuery::Mode::Expression);
        QTest::newRow("part") << "an"
                              << "o" << Part << false << "Anna, Jan"
                              << "ona, Jo";
        QTest::newRow("case") << "an"
                              << "o" << Part << true << "Anna, Jan"
                              << "Anna, Jo";
        QTest::newRow("signs are signs") << "a.c"
                                         << "$1" << Part << false << "abc a.c"
                                         << "abc $1";
        QTest::newRow("lines") << "a\nb"
                               << "x" << Part << false << "1a\nb2"
                               << "1x2";
        QTest::newRow("whole") << "ann"
                               << "eve" << Whole << false << "Ann"
                               << "eve";
        QTest::newRow("whole is all of it") << "ann"
                                            << "eve" << Whole << false << "Anna" << QString();
        QTest::newRow("whole, alternatives are signs") << "a|b"
                                                       << "c" << Whole << false << "a" << QString();
        QTest::newRow("captures") << "(\\w+)@(\\w+)"
                                  << "\\2 at $1" << Expression << false << "ann@home"
                                  << "home at ann";
        QTest::newRow("all of it") << "^.*$"
                                   << "<\\0>" << Expression << false << "x"
                                   << "<x>";
        QTest::newRow("signs before signs") << "a"
                                            << "\\\\1 $$1" << Expression << false << "a"
                                            << "\\1 $1";
        QTest::newRow("empty matches") << "x*"
                                       << "-" << Expression << false << "axb"
                                       << "-a--b-";
        QTest::newRow("umlauts have a case") << "Ä"
                                             << "A" << Part << false << "bär"
                                             << "bAr";
    }
    void replacementsFindWhatTheyAreToldTo()
    {
        QFETCH(QString, find);
        QFETCH(QString, replacement);
        QFETCH(int, mode);
        QFETCH(bool, matchCase);
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const Replacer replacer({find, replacement, ReplaceQuery::Mode(mode), matchCase});
        QCOMPARE(replacer.problem(), QString());
        QCOMPARE(replacer.replaced(text).value_or(QString()), expected);
    }

    void aQueryThatCannotBeIsTold()
    {
        QCOMPARE(Replacer({}).problem(), QStringLiteral("nothing to find"));
        const Replacer open({QStringLiteral("a("), {}, ReplaceQuery::Mode::Expression});
        QVERIFY2(open.problem().contains(QLatin1String("at character 3")), qPrintable(open.problem()));
        QVERIFY(!open.replaced(QStringLiteral("a(")));
        const Replacer group({QStringLiteral("(a)"), QStringLiteral("\\2"), ReplaceQuery::Mode::Expression});
        QCOMPARE(group.problem(), QStringLiteral("the expression has no group 2"));
    }

    void numbersAreReplacedByTheirDigitsAndStayNumbers()
    {
        open({{keyOf(1), cbor(R"({"n": 120, "b": {"hex": "00ff12"}, "l": ["12", 12]})")},
              {keyOf(2), cbor(R"({"n": 7})")}});
        const auto twelve = [](const char *by) {
            return ReplaceQuery {QStringLiteral("12"), QLatin1String(by)};
        };
        BulkPlan plan = replace(twelve("9"), "n");
        QCOMPARE(plan.changes.size(), size_t(1));
        QCOMPARE(plan.hits, 1);
        QCOMPARE(plan.looked, 2);
        QCOMPARE(plan.changes[0].before, QStringLiteral("120"));
        QCOMPARE(plan.changes[0].after, QStringLiteral("90"));
        QCOMPARE(plan.changes[0].value, cbor(R"({"n": 90, "b": {"hex": "00ff12"}, "l": ["12", 12]})"));
        QCOMPARE(replace(twelve("aa"), "b").changes[0].value,
                 cbor(R"({"n": 120, "b": {"hex": "00ffaa"}, "l": ["12", 12]})"));
        QCOMPARE(replace(twelve("5"), "l").changes[0].value,
                 cbor(R"({"n": 120, "b": {"hex": "00ff12"}, "l": ["5", 5]})"));
        // What would be no number is told, and the old value with it.
        plan = replace(twelve("x"), "n");
        QCOMPARE(plan.count(PlannedChange::Kind::Wrong), 1);
        QCOMPARE(plan.changes[0].problem, QStringLiteral("not a whole number: x0"));
        QCOMPARE(plan.changes[0].before, QStringLiteral("120"));
        // Half a byte is none.
        QCOMPARE(replace(twelve("1"), "b").count(PlannedChange::Kind::Wrong), 1);
    }

    void emptyCellsAreMeantOnlyByWhoLooksForThem()
    {
        open({{keyOf(1), cbor(R"({"name": null, "age": 1})")},
              {keyOf(2), cbor(R"({"age": 2})")},
              {keyOf(3), cbor(R"({"name": "", "age": 3})")}});
        QCOMPARE(replace({QStringLiteral(".*"), QStringLiteral("x"), ReplaceQuery::Mode::Expression})
                     .changes.size(),
                 size_t(1)); // the empty text
        const BulkPlan plan = replace({{}, QStringLiteral("12"), ReplaceQuery::Mode::WholeCell}, "name",
                                      Column::kindBit(Value::Kind::Text));
        QCOMPARE(plan.count(PlannedChange::Kind::Update), 3);
        // As the others in the column are, not as the text looks.
        QCOMPARE(plan.changes[1].value, cbor(R"({"age": 2, "name": "12"})"));
        QCOMPARE(plan.changes[1].before, QStringLiteral("absent"));
    }

    void untouchedFieldsKeepTheirBytes()
    {
        // A half-precision float, a long length, an indefinite list: nothing that anybody would write anew.
        const QByteArray odd = QByteArray::fromHex("a4 616e 781c" + QByteArray(28, 'x').toHex()
                                                   + "6166 f93e00 616c 9f0102ff 6174 c074"
                                                   + QByteArray("2013-03-21T20:04:00Z").toHex());
        open({{keyOf(1), odd}});
        QVERIFY(cborCodec().decode(odd));
        const BulkPlan plan =
            replace({QStringLiteral("^.*$"), QStringLiteral("y"), ReplaceQuery::Mode::Expression}, "n");
        QCOMPARE(plan.changes.size(), size_t(1));
        QByteArray expected = odd;
        expected.replace(QByteArray::fromHex("781c") + QByteArray(28, 'x'), QByteArray("\x61y"));
        QCOMPARE(plan.changes[0].value.toHex(), expected.toHex());
    }

    void theOldValueTypedBackIsNoChange()
    {
        const QByteArray odd = QByteArray::fromHex("a1616e1805"); // 5 with a byte too much
        open({{keyOf(1), odd}});
        const std::vector<ValuePath> field {ValuePath::fields({QStringLiteral("n")})};
        StagedRow row = rows().at(keyOf(1));
        PlannedChange change = plannedChange(codec(), row, field, set(Value::integer(6)));
        QVERIFY(stagePlanned(m_session.get(), *m_table, {&change}, QStringLiteral("Set n")));
        QCOMPARE(m_session->changes().size(), size_t(1));
        change = plannedChange(codec(), rows().at(keyOf(1)), field, set(Value::integer(5)));
        QCOMPARE(change.value, odd);
        QVERIFY(stagePlanned(m_session.get(), *m_table, {&change}, QStringLiteral("Set n")));
        QVERIFY(m_session->isEmpty());
    }

    void manyCellsAreOneStepAndOneThatCannotHoldsUpNoOther()
    {
        open({{keyOf(1), cbor(R"({"n": 1})")},
              {keyOf(2), QByteArray("\xff not cbor")},
              {keyOf(3), cbor(R"([1, 2])")},
              {keyOf(4), cbor(R"({"n": 5})")},
              {keyOf(5), cbor(R"({"n": 3})")}});
        QVERIFY(m_session->stageDelete({{keyOf(5), rows().at(keyOf(5)).current}}));
        QVERIFY(m_session->stageInsert(keyOf(6), cbor(R"({"m": 1})")));
        const StagedRows now = rows();
        const BulkPlan plan = planCells(
            codec(), now, {{now.all(), {ValuePath::fields({QStringLiteral("n")})}}}, set(Value::integer(5)));
        QCOMPARE(plan.looked, 6);
        QCOMPARE(plan.count(PlannedChange::Kind::Update), 2); // 4 has it already
        QCOMPARE(plan.count(PlannedChange::Kind::Wrong), 3);
        QVERIFY(plan.changes[1].problem.contains(QLatin1String("cannot be decoded")));
        QCOMPARE(plan.changes[3].problem, QStringLiteral("the record is marked for deletion"));
        QVERIFY(stagePlanned(m_session.get(), *m_table, all(plan), QStringLiteral("Set n on 2 records")));
        QCOMPARE(m_session->changes().size(), size_t(3));
        QCOMPARE(staged(1), json(R"({"n": 5})"));
        QCOMPARE(staged(6), json(R"({"m": 1, "n": 5})"));
        m_session->undo();
        QCOMPARE(m_session->changes().size(), size_t(2));
        QCOMPARE(staged(6), json(R"({"m": 1})"));
    }

    void aRecordThatTheServerChangedMeanwhileIsInConflict()
    {
        open({{keyOf(1), cbor(R"({"n": 1})")}, {keyOf(2), cbor(R"({"n": 1})")}});
        const StagedRows then = rows();
        const BulkPlan plan =
            planCells(codec(), then, {{then.all(), {ValuePath::fields({QStringLiteral("n")})}}},
                      set(Value::integer(5)));
        m_etcd->put(keyOf(2), cbor(R"({"n": 2})"));
        QTRY_COMPARE(rows().at(keyOf(2)).current.value, cbor(R"({"n": 2})"));
        QVERIFY(stagePlanned(m_session.get(), *m_table, all(plan), {}));
        QVERIFY(!m_session->find(keyOf(1))->conflict);
        QVERIFY(m_session->find(keyOf(2))->conflict);
        QCOMPARE(m_session->find(keyOf(2))->base.value, cbor(R"({"n": 1})"));
    }

    void whatWasStagedMeanwhileIsNoticed()
    {
        open({{keyOf(1), cbor(R"({"n": 1})")}, {keyOf(2), cbor(R"({"n": 1})")}});
        const StagedRows then = rows();
        const BulkPlan plan =
            planCells(codec(), then, {{then.all(), {ValuePath::fields({QStringLiteral("n")})}}},
                      set(Value::integer(5)));
        QVERIFY(!isOutdated(*m_session, all(plan)));
        QVERIFY(m_session->stageValue(keyOf(2), rows().at(keyOf(2)).current, cbor(R"({"n": 3})")));
        QVERIFY(isOutdated(*m_session, all(plan)));
    }

    void revertingCellsLeavesTheOthers()
    {
        open({{keyOf(1), cbor(R"({"a": 1, "b": 2, "c": 3})")}});
        QVERIFY(m_session->stageValue(keyOf(1), rows().at(keyOf(1)).current,
                                      cbor(R"({"a": 9, "b": 8, "d": 7})")));
        const auto revert = [this](const QStringList &fields) {
            std::vector<ValuePath> paths;
            for (const QString &field : fields)
                paths.push_back(ValuePath::fields({field}));
            const StagedRows now = rows();
            const BulkPlan plan = planReverts(codec(), now, {{now.all(), paths}});
            QVERIFY(stagePlanned(m_session.get(), *m_table, all(plan), {}));
        };
        revert({QStringLiteral("a"), QStringLiteral("d")});
        QCOMPARE(staged(1), json(R"({"a": 1, "b": 8})"));
        revert({QStringLiteral("b")});
        QCOMPARE(staged(1), json(R"({"a": 1, "b": 2})"));
        revert({QStringLiteral("c")});
        QVERIFY(m_session->isEmpty());
    }

    void recordsWithoutAnEditedCellAreRevertedAsAWhole()
    {
        open({{keyOf(1), cbor(R"({"a": 1, "b": 2})")},
              {keyOf(2), cbor(R"({"a": 1})")},
              {keyOf(3), cbor(R"({"a": 1, "b": 2})")}});
        const auto stage = [this](quint64 oid, const char *text) {
            QVERIFY(m_session->stageValue(keyOf(oid), rows().at(keyOf(oid)).current, cbor(text)));
        };
        stage(1, R"({"a": 5, "b": 6})");
        stage(3, R"({"a": 1, "b": 6})");
        QVERIFY(m_session->stageDelete({{keyOf(2), rows().at(keyOf(2)).current}}));
        QVERIFY(m_session->stageInsert(keyOf(9), cbor("{}")));
        const StagedRows now = rows();
        const BulkPlan plan =
            planReverts(codec(), now, {{now.all(), {ValuePath::fields({QStringLiteral("a")})}}});
        QCOMPARE(plan.changes.size(), size_t(4));
        QCOMPARE(plan.count(PlannedChange::Kind::Revert), 3);
        QVERIFY(stagePlanned(m_session.get(), *m_table, all(plan), QStringLiteral("Revert")));
        QCOMPARE(m_session->changes().size(), size_t(1));
        QCOMPARE(staged(1), json(R"({"a": 1, "b": 6})"));
        // One step.
        m_session->undo();
        QCOMPARE(m_session->changes().size(), size_t(4));
        QCOMPARE(staged(1), json(R"({"a": 5, "b": 6})"));
        m_session->redo();
        // No fields: the whole record.
        const StagedRows then = rows();
        QVERIFY(
            stagePlanned(m_session.get(), *m_table, all(planReverts(codec(), then, {{then.all(), {}}})), {}));
        QVERIFY(m_session->isEmpty());
    }

    void cellsWithoutContentBecomeWhatTheirColumnHolds_data()
    {
        QTest::addColumn<quint32>("kinds");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("expected"); // empty: refused
        const auto bit = [](Value::Kind kind) { return Column::kindBit(kind); };
        QTest::newRow("nothing known, number") << 0U << "12" << QByteArray("12");
        QTest::newRow("nothing known, text") << 0U << "x" << QByteArray("\"x\"");
        QTest::newRow("nothing known, list") << 0U << "[1]" << QByteArray("[1]");
        QTest::newRow("text") << bit(Value::Kind::Text) << "12" << QByteArray("\"12\"");
        QTest::newRow("number") << bit(Value::Kind::Integer) << "12" << QByteArray("12");
        QTest::newRow("no number") << bit(Value::Kind::Integer) << "x" << QByteArray();
        QTest::newRow("number or float") << (bit(Value::Kind::Integer) | bit(Value::Kind::Float)) << "1.5"
                                         << QByteArray(R"({"float":"1.5"})");
        QTest::newRow("bytes") << bit(Value::Kind::Bytes) << "00ff" << QByteArray(R"({"hex":"00ff"})");
        QTest::newRow("uuid") << bit(Value::Kind::Uuid) << "7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11"
                              << QByteArray(R"({"uuid":"7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11"})");
        QTest::newRow("list") << bit(Value::Kind::Array) << "[true]" << QByteArray("[true]");
        QTest::newRow("text that looks like a list")
            << bit(Value::Kind::Text) << "[1" << QByteArray("\"[1\"");
    }
    void cellsWithoutContentBecomeWhatTheirColumnHolds()
    {
        QFETCH(quint32, kinds);
        QFETCH(QString, text);
        QFETCH(QByteArray, expected);
        const auto value = parseCell(nullptr, text, kinds);
        QCOMPARE(value ? toNotation(*value) : QByteArray(), expected);
    }

    void aNewKeyIsWrittenAsTheOldOneWas_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after"); // empty: refused
        QTest::newRow("uuid") << QByteArray(R"({"uuid":"00000000-0000-0000-0000-00000000000a"})")
                              << QByteArray(R"({"uuid":"00000000-0000-0000-0000-0000000000bb"})");
        QTest::newRow("text") << QByteArray(R"("00000000-0000-0000-0000-00000000000a")")
                              << QByteArray(R"("00000000-0000-0000-0000-0000000000bb")");
        QTest::newRow("no dashes") << QByteArray(R"("0000000000000000000000000000000A")")
                                   << QByteArray(R"("000000000000000000000000000000BB")");
        QTest::newRow("bytes") << QByteArray(R"({"hex":"0000000000000000000000000000000a"})")
                               << QByteArray(R"({"hex":"000000000000000000000000000000bb"})");
        QTest::newRow("another") << QByteArray(R"("00000000-0000-0000-0000-00000000000c")") << QByteArray();
        QTest::newRow("nothing") << QByteArray("null") << QByteArray();
    }
    void aNewKeyIsWrittenAsTheOldOneWas()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        const auto changed =
            withReference(*fromNotation(R"({"a": {"b": [0, )" + before + "]}}"),
                          *ValuePath::parse(QStringLiteral("a.b[1]")), KeyComponent::Uuid,
                          Value::uuid(QUuid(QStringLiteral("00000000-0000-0000-0000-00000000000a"))),
                          Value::uuid(QUuid(QStringLiteral("00000000-0000-0000-0000-0000000000bb"))));
        QCOMPARE(changed.hasValue(), !after.isEmpty());
        if (changed)
            QCOMPARE(*changed, *fromNotation(R"({"a": {"b": [0, )" + after + "]}}"));
    }

    void keysOfMapsAreReferencesAsWell()
    {
        const Value record = json(R"({"friends": {"a1": 1, "b": 2}})");
        const auto changed = withReference(
            record, ValuePath::fields({QStringLiteral("friends"), QStringLiteral("b")}), KeyComponent::String,
            Value::text(QStringLiteral("b")), Value::text(QStringLiteral("c")));
        QVERIFY(changed);
        QCOMPARE(*changed, json(R"({"friends": {"a1": 1, "c": 2}})"));
    }

    void renamingTakesOthersAlongInOneStep()
    {
        open({{keyOf(1), cbor("{}")}, {keyOf(2), cbor(R"({"boss": 1})")}});
        QVERIFY(m_session->renameKey(keyOf(1), rows().at(keyOf(1)).current, keyOf(9), cbor("{}"),
                                     QStringLiteral("Rename 1"),
                                     {{keyOf(2), rows().at(keyOf(2)).current, cbor(R"({"boss": 9})")}}));
        QCOMPARE(m_session->changes().size(), size_t(3));
        m_session->undo();
        QVERIFY(m_session->isEmpty());
    }

    void keysAreMadeUp()
    {
        open({{keyOf(41), cbor("{}")}});
        QVERIFY(m_session->stageInsert(keyOf(42), cbor("{}")));
        const KeyFactory factory(codec(), rows());
        QVERIFY(factory.canMakeAll());
        const auto made = factory.freeKey({});
        QVERIFY(made);
        QCOMPARE(*made, keyOf(43)); // behind what is staged, too
        QCOMPARE(*factory.freeKey({}), keyOf(44));
        QVERIFY(!factory.freeKey({Value::integer(41)}));
        QCOMPARE(*factory.freeKey({Value::integer(7)}), keyOf(7));
        const auto oid = factory.part({}, 0, KeyMaker::RandomOid, 0);
        QVERIFY(oid && *oid->toUInt64() >= 1 && *oid->toUInt64() <= 9007199254740992);
        QVERIFY(!factory.keyOf({Value::unsignedInteger(9007199254740993)}));
    }

    void uuidsOfTheTimeAreInOrderAndOfVersionOne()
    {
        QList<quint64> times;
        for (int i = 0; i < 1000; ++i) {
            const QUuid uuid = timeUuid();
            QCOMPARE(int(uuid.version()), 1);
            QCOMPARE(uuid.variant(), QUuid::DCE);
            times.append((quint64(uuid.data3 & 0x0fff) << 48) | (quint64(uuid.data2) << 32) | uuid.data1);
        }
        QVERIFY(std::is_sorted(times.cbegin(), times.cend()));
        QVERIFY(std::adjacent_find(times.cbegin(), times.cend()) == times.cend());
        const qint64 milliseconds = qint64(times.last() / 10'000) - 12219292800000;
        QVERIFY(std::abs(milliseconds - QDateTime::currentMSecsSinceEpoch()) < 60'000);
    }

    void partsOfKeysAreReadAsTheyAreShown()
    {
        QCOMPARE(*parseKeyPart(KeyComponent::Timestamp, QStringLiteral("2020-01-31T12:00:00Z")),
                 Value::timestamp(1580472000'000000000));
        QCOMPARE(*keyPartFromNotation(KeyComponent::Timestamp,
                                      R"({"ns": 1580472000000000000, "iso": "2020-01-31T12:00:00Z"})"),
                 Value::timestamp(1580472000'000000000));
        QCOMPARE(*keyPartFromNotation(KeyComponent::Uint64, R"("18446744073709551615")"),
                 Value::unsignedInteger(18446744073709551615ULL));
        QCOMPARE(*keyPartFromNotation(KeyComponent::Uuid, R"("7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11")"),
                 Value::uuid(QUuid(QStringLiteral("7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11"))));
        QVERIFY(!keyPartFromNotation(KeyComponent::Oid, "[1]"));
        QVERIFY(!parseKeyPart(KeyComponent::Uuid, QStringLiteral("x")));
    }

    void startingKeysAreReadFromTheirBeginnings()
    {
        const KeyRange slot = KeyRange::slot(Slot(1));
        const auto start = [&slot](const char *type, const char *text) {
            const auto key = startingKey(codec(QString::fromUtf8(type)), slot, QString::fromUtf8(text));
            return key ? key->mid(2).toHex() : QByteArray("refused");
        };
        QCOMPARE(start("String", "an"), QByteArray("an").toHex());
        QCOMPARE(start("String", "0xff00"), QByteArray("ff00"));
        QCOMPARE(start("Oid", "258"), QByteArray("0000000000000102"));
        QCOMPARE(start("Oid", "x"), QByteArray("refused"));
        QCOMPARE(start("Oid", "1,2"), QByteArray("refused"));
        QCOMPARE(start("Uuid", "7e2c2d32-7"), QByteArray("7e2c2d3270"));
        QCOMPARE(start("Uuid", "7e2c2d32-7e60-4b3c-8f7e-9a0f6c1c5a11"),
                 QByteArray("7e2c2d327e604b3c8f7e9a0f6c1c5a11"));
        QCOMPARE(start("Uuid", "zz"), QByteArray("refused"));
        QCOMPARE(start("Bytes16", "80"), QByteArray("80"));
        QCOMPARE(start("OidUuid", "258"), QByteArray("0000000000000102"));
        QCOMPARE(start("OidUuid", "258, 7e"), QByteArray("00000000000001027e"));
        QCOMPARE(start("OidUuid", "7e, 7e"), QByteArray("refused"));
        QCOMPARE(start("String", "0x0"), QByteArray("00"));
        QCOMPARE(start("String", "0xzz"), QByteArray("refused"));

        // Without a type it is the text, with or without what all keys begin with.
        const KeyRange folder = KeyRange::prefix("/config/");
        const SlotCodec none;
        QCOMPARE(*startingKey(none, folder, QStringLiteral("app")), QByteArray("/config/app"));
        QCOMPARE(*startingKey(none, folder, QStringLiteral("/config/app")), QByteArray("/config/app"));
    }
};

QTEST_GUILESS_MAIN(TestBulkPlan)
#include "tst_bulkplan.moc"
