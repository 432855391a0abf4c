// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/codec/flatbuffers/flatschema.h"
#include "core/value/valuetext.h"
#include "tests/support/memoryconnection.h"
#include "ui/models/recordexport.h"
#include "ui/models/recordmodel.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtEndian>
#include <QtTest>

#include <set>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using slotscope::ui::RecordModel;
using slotscope::ui::RowState;

class TestRecordModel : public QObject
{
    Q_OBJECT

    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<MemoryClient> m_memory;
    std::unique_ptr<EditSession> m_session;
    std::shared_ptr<LiveTable> m_table;

    static QByteArray record(const QString &name, int age)
    {
        const auto member = [](const char *key, Value value) {
            return Member {Value::text(QLatin1String(key)), std::move(value)};
        };
        return *cborCodec().encode(
            Value::map({member("name", Value::text(name)), member("age", Value::integer(age)),
                        member("ok", Value::boolean(age % 2 == 0)),
                        member("born", Value::map({member("year", Value::integer(2000 + age))}))}));
    }
    static QByteArray keyOf(quint64 oid)
    {
        QByteArray key(8, Qt::Uninitialized);
        qToBigEndian(oid, key.data());
        return slotKey(1, key);
    }
    static SlotCodec codec()
    {
        SlotType type;
        type.key = *KeyType::parse(u"Oid");
        type.value = ValueType::Cbor;
        return SlotCodec(type);
    }
    std::unique_ptr<RecordModel> openModel()
    {
        m_memory->watch.start(Revision(m_etcd->revision().value + 1));
        m_table = std::make_shared<LiveTable>(&m_memory->client, &m_memory->watch, KeyRange::slot(Slot(1)));
        auto model = std::make_unique<RecordModel>(m_table, m_session.get(), codec());
        m_table->reload();
        [&] { QTRY_COMPARE(m_table->state(), LiveTable::State::Live); }();
        return model;
    }
    static QString cell(const RecordModel &model, int row, const QString &column)
    {
        return model.index(row, model.columnOf(column)).data().toString();
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

    void showsDecodedColumns()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        m_etcd->put(keyOf(2), record(QStringLiteral("Bob"), 41));
        const auto model = openModel();
        QAbstractItemModelTester tester(model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model->rowCount(), 2);
        QByteArrayList ids;
        for (const Column &column : model->columns())
            ids.append(column.id.toUtf8());
        QCOMPARE(ids,
                 QByteArrayList({"key.0", "value", "value.name", "value.age", "value.ok", "value.born.year",
                                 "meta.createRevision", "meta.modRevision", "meta.version", "meta.lease",
                                 "meta.size"}));
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.name")), QStringLiteral("Ann"));
        QTRY_COMPARE(cell(*model, 1, QStringLiteral("value.born.year")), QStringLiteral("2041"));
        QCOMPARE(cell(*model, 1, QStringLiteral("key.0")), QStringLiteral("2"));
        QCOMPARE(cell(*model, 1, QStringLiteral("meta.modRevision")),
                 QString::number(m_etcd->revision().value));
        QVERIFY(!model->columns().at(1).shown); // the value as a whole, where it has fields
    }

    void whatIsFoundMeanwhileTakesNoPlacesAway()
    {
        // So large that parts of the filter's result are shown before the whole.
        constexpr quint64 Rows = 20'000;
        std::vector<std::pair<QByteArray, QByteArray>> records;
        for (quint64 i = 0; i < Rows; ++i) {
            const QString name = i % 3 == 0 ? QStringLiteral("Bob") : QStringLiteral("Ann");
            records.emplace_back(keyOf(i), record(name, int(i % 50)));
        }
        m_etcd->write(records);
        const auto model = openModel();
        QTRY_COMPARE(model->rowCount(), int(Rows));
        QTRY_VERIFY(model->columnOf(QStringLiteral("value.name")) >= 0);
        const QPersistentModelIndex stays(model->index(19'998, 0)); // a Bob
        const QPersistentModelIndex goes(model->index(19'999, 0));
        model->setFilter(QStringLiteral("bob"));
        QTRY_VERIFY(!model->isOrdering());
        QCOMPARE(model->rowCount(), 6667);
        QVERIFY(!goes.isValid());
        QVERIFY(stays.isValid());
        QCOMPARE(stays.row(), 6666);

        // Nobody stands on a row: then there is something to see before, and the whole is right.
        model->setFilter(QStringLiteral("ann"));
        QTRY_VERIFY(!model->isOrdering());
        QCOMPARE(model->rowCount(), 13'333);
        m_etcd->remove(keyOf(1));
        QTRY_COMPARE(model->rowCount(), 13'332);
    }

    void aLargeTableStaysInItsOrderWhileItChanges()
    {
        // So large that orders are kept on other threads, and rows that move are told as another layout.
        constexpr int Rows = 21'000;
        QRandomGenerator random(5);
        const QStringList names {QStringLiteral("Ann"), QStringLiteral("Bob"), QStringLiteral("Cid")};
        QHash<QByteArray, std::pair<QString, int>> people; // name and age by key
        std::vector<std::pair<QByteArray, QByteArray>> records;
        const auto write = [&](quint64 oid) {
            const std::pair<QString, int> person {names[random.bounded(3)], random.bounded(5000)};
            people.insert(keyOf(oid), person);
            records.emplace_back(keyOf(oid), record(person.first, person.second));
        };
        for (quint64 i = 0; i < Rows; ++i)
            write(i * 10);
        m_etcd->write(std::exchange(records, {}));
        const auto model = openModel();

        bool filtered = false;
        bool sorted = false;
        const auto expected = [&] {
            QByteArrayList keys;
            for (auto it = people.cbegin(); it != people.cend(); ++it) {
                if (!filtered || it->first == QStringLiteral("Ann"))
                    keys.append(it.key());
            }
            std::sort(keys.begin(), keys.end(), [&](const QByteArray &a, const QByteArray &b) {
                const int ageOfA = sorted ? people[a].second : 0;
                const int ageOfB = sorted ? people[b].second : 0;
                return ageOfA != ageOfB ? ageOfA > ageOfB : a < b;
            });
            return keys;
        };
        const auto shown = [&model] {
            QByteArrayList keys;
            for (int row = 0; row < model->rowCount(); ++row)
                keys.append(model->keyAt(row));
            return keys;
        };
        const auto change = [&] {
            const QPersistentModelIndex current(model->index(model->rowCount() / 2, 2));
            const QByteArray held = model->keyAt(current.row());
            for (int i = 0; i < 120; ++i) {
                const quint64 oid = quint64(random.bounded(Rows)) * 10 + (i % 4 == 0 ? 3 : 0);
                if (i % 10 == 5 && people.contains(keyOf(oid)) && keyOf(oid) != held) {
                    people.remove(keyOf(oid));
                    records.emplace_back(keyOf(oid), QByteArray());
                } else if (keyOf(oid) != held) {
                    write(oid);
                }
                m_etcd->write(std::exchange(records, {}));
            }
            const QByteArrayList keys = expected();
            QTRY_COMPARE_WITH_TIMEOUT(m_table->revision(), m_etcd->revision(), 20'000);
            QTRY_VERIFY_WITH_TIMEOUT(shown() == keys, 20'000);
            QCOMPARE(model->keyAt(current.row()), held);
            QCOMPARE(model->rowOf(held), current.row());
        };
        change();
        sorted = true;
        model->sort(model->columnOf(QStringLiteral("value.age")), Qt::DescendingOrder);
        change(); // also while the order is being found out
        change();
        filtered = true;
        model->setFilter(QStringLiteral("Ann"));
        QTRY_VERIFY_WITH_TIMEOUT(!model->isOrdering(), 20'000);
        change();
        sorted = false;
        model->sort(-1, Qt::AscendingOrder);
        QTRY_VERIFY_WITH_TIMEOUT(!model->isOrdering(), 20'000);
        change();
        filtered = false;
        model->setFilter({});
        change();
    }

    void whatIsAbsentIsShownAsItsDefault()
    {
        SlotType type = codec().type();
        type.value = ValueType::FlatBuffers;
        type.flatBuffers.schema = *FlatSchema::fromText(
            "table T { a:int; b:int = 7; c:string; } root_type T;", QStringLiteral("t"));
        const SlotCodec flat(type);
        m_etcd->put(keyOf(1), *flat.encodeValue(*flat.valueFromNotation(R"({"a": 1})")));
        m_etcd->put(keyOf(2), *flat.encodeValue(*flat.valueFromNotation(R"({"a": 2, "b": 7, "c": "x"})")));
        const auto model = openModel();
        model->setCodec(flat);
        const auto at = [&model](int row, const char *column, int role) {
            return model->index(row, model->columnOf(QLatin1String(column))).data(role);
        };
        QTRY_COMPARE(at(1, "value.c", Qt::DisplayRole).toString(), QStringLiteral("x"));
        QTRY_COMPARE(at(0, "value.b", Qt::DisplayRole).toString(), QStringLiteral("7"));
        QVERIFY(at(0, "value.b", RecordModel::DefaultRole).toBool());
        QVERIFY(!at(0, "value.b", RecordModel::NullRole).toBool());
        QCOMPARE(at(0, "value.b", Qt::ToolTipRole).toString(), QStringLiteral("Absent, so its default: 7"));
        QVERIFY(!at(1, "value.b", RecordModel::DefaultRole).toBool());
        QCOMPARE(at(1, "value.b", Qt::ToolTipRole).toString(), QStringLiteral("7"));
        QVERIFY(at(0, "value.c", RecordModel::NullRole).toBool());
        QCOMPARE(at(0, "value.c", RecordModel::KindRole).toInt(), -1);
        QCOMPARE(at(0, "value.c", Qt::ToolTipRole).toString(), QStringLiteral("Absent"));
    }

    void flashesWhatChanged()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("30"));
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 31));
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("31"));
        const auto flash = [&](const char *column) {
            return model->index(0, model->columnOf(QString::fromLatin1(column)))
                .data(RecordModel::FlashRole)
                .toDouble();
        };
        QVERIFY(flash("value.age") > 0);
        QCOMPARE(flash("value.name"), 0.0);
        QTRY_COMPARE(flash("value.age"), 0.0);
    }

    void stagesACellAndKeepsTheRest()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("30"));
        const QModelIndex age = model->index(0, model->columnOf(QStringLiteral("value.age")));
        QSignalSpy refused(model.get(), &RecordModel::editRefused);
        QVERIFY(!model->setData(age, QStringLiteral("12a"), Qt::EditRole));
        QCOMPARE(refused.size(), 1);
        QVERIFY(m_session->isEmpty());
        QVERIFY(model->setData(age, QStringLiteral("1000"), Qt::EditRole));
        QCOMPARE(m_session->find(keyOf(1))->value,
                 record(QStringLiteral("Ann"), 30).replace("\x18\x1e", "\x19\x03\xe8"));
        QCOMPARE(age.data().toString(), QStringLiteral("1000"));
        QCOMPARE(age.data(RecordModel::StateRole).toInt(), int(RowState::Edited));
        QVERIFY(model->setData(age, QStringLiteral("30"), Qt::EditRole));
        QVERIFY(m_session->isEmpty());
        QTRY_COMPARE(age.data().toString(), QStringLiteral("30"));
    }

    void newRecordsStandBehindTheServers()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QAbstractItemModelTester tester(model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("30"));
        const auto clone = model->stageNew(0, true);
        QVERIFY(clone);
        QCOMPARE(*clone, keyOf(2));
        const auto blank = model->stageNew(0, false);
        QVERIFY(blank);
        QCOMPARE(model->rowCount(), 3);
        QCOMPARE(cell(*model, 1, QStringLiteral("value.name")), QStringLiteral("Ann"));
        QCOMPARE(cell(*model, 2, QStringLiteral("value.name")), QString());
        QCOMPARE(cell(*model, 2, QStringLiteral("value.age")), QStringLiteral("0"));
        // Their keys can be typed; those of others cannot be taken.
        const QModelIndex key = model->index(1, 0);
        QVERIFY(!model->setData(key, QStringLiteral("1"), Qt::EditRole));
        QVERIFY(model->setData(key, QStringLiteral("500"), Qt::EditRole));
        QVERIFY(m_session->find(keyOf(500)) && !m_session->find(keyOf(2)));
        m_session->commit();
        QTRY_VERIFY(m_session->isEmpty());
        QCOMPARE(model->rowCount(), 3); // no row goes away between the commit and its echo
        QTRY_COMPARE(m_table->rows().count(), size_t(3));
        QCOMPARE(model->rowCount(), 3);
        QTRY_COMPARE(cell(*model, model->rowOf(keyOf(500)), QStringLiteral("value.name")),
                     QStringLiteral("Ann"));
    }

    void aCommittedEditDoesNotFlickerBack()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("30"));
        const QModelIndex age = model->index(0, model->columnOf(QStringLiteral("value.age")));
        model->setData(age, QStringLiteral("99"), Qt::EditRole);
        QStringList seen;
        connect(model.get(), &QAbstractItemModel::dataChanged, this,
                [&] { seen.append(age.data().toString()); });
        m_session->commit();
        QTRY_VERIFY(m_session->isEmpty());
        QTRY_COMPARE(m_table->revision(), m_etcd->revision());
        QTRY_VERIFY(model->index(0, 0).data(RecordModel::StateRole).toInt() == int(RowState::Clean));
        QVERIFY2(!seen.contains(QStringLiteral("30")), qPrintable(seen.join(u',')));
    }

    void conflictsShowInTheRow()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("30"));
        const QModelIndex age = model->index(0, model->columnOf(QStringLiteral("value.age")));
        model->setData(age, QStringLiteral("31"), Qt::EditRole);
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 77));
        QTRY_COMPARE(age.data(RecordModel::StateRole).toInt(), int(RowState::Conflict));
        QCOMPARE(age.data().toString(), QStringLiteral("31")); // mine stays
        QVERIFY(age.data(Qt::ToolTipRole).toString().contains(QStringLiteral("77")));
        m_etcd->remove(keyOf(1));
        QTRY_VERIFY(!m_session->find(keyOf(1))->conflict->exists);
        QCOMPARE(model->rowCount(), 1); // what is staged stays in sight
        QVERIFY(model->index(0, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("Deleted")));
    }

    void undecodableRecordsAreShownAsBytes()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        m_etcd->put(keyOf(2), "\xa1 broken");
        m_etcd->put(slotKey(1, "short"), record(QStringLiteral("Key"), 1));
        m_etcd->put(slotKey(1, {}), {});
        const auto model = openModel();
        QTRY_COMPARE(cell(*model, 1, QStringLiteral("value.name")), QStringLiteral("Ann"));
        const QModelIndex broken = model->index(2, model->columnOf(QStringLiteral("value")));
        QTRY_VERIFY(broken.data(RecordModel::ErrorRole).toBool());
        QVERIFY(!model->readOnlyReason(broken).isEmpty());
        QVERIFY(broken.data(Qt::ToolTipRole).toString().contains(QStringLiteral("Cannot be decoded")));
        const auto clone = model->stageNew(2, true);
        QVERIFY(clone);
        QCOMPARE(m_session->find(*clone)->value, QByteArray("\xa1 broken"));
    }

    void sortsAndFiltersWhileRowsChange()
    {
        QRandomGenerator random(11);
        for (quint64 i = 0; i < 120; ++i)
            m_etcd->put(keyOf(i),
                        record(QStringLiteral("name %1").arg(random.bounded(50)), random.bounded(90)));
        const auto model = openModel();
        QAbstractItemModelTester tester(model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto check = [&](bool sorted, const QString &filter) {
            std::multiset<int> expected;
            for (const auto &[key, kv] : m_etcd->keys()) {
                const Value value = *cborCodec().decode(kv.value);
                const QString all = core::displayText(value, 1000)
                    + QString::number(qFromBigEndian<quint64>(key.constData() + 2));
                const bool matches = filter.isEmpty() || value.find(u"name")->toText().contains(filter)
                    || QString::number(*value.find(u"age")->toInt64()).contains(filter)
                    || QString::number(*value.find(u"born")->find(u"year")->toInt64()).contains(filter)
                    || QString::number(qFromBigEndian<quint64>(key.constData() + 2)).contains(filter);
                if (matches)
                    expected.insert(static_cast<int>(*value.find(u"age")->toInt64()));
            }
            std::vector<int> actual;
            bool decoded = true; // every row is asked for at once
            for (int row = 0; row < model->rowCount(); ++row) {
                const auto shown = model->shownRow(row);
                decoded = decoded && shown.decoded;
                if (decoded)
                    actual.push_back(static_cast<int>(*shown.decoded->value.find(u"age")->toInt64()));
            }
            if (!decoded)
                return false;
            if (sorted && !std::is_sorted(actual.begin(), actual.end(), std::greater<>()))
                return false;
            return expected == std::multiset<int>(actual.begin(), actual.end());
        };
        const auto disturb = [&] {
            for (int i = 0; i < 25; ++i) {
                const QByteArray key = keyOf(random.bounded(160));
                if (random.bounded(4) == 0)
                    m_etcd->remove(key);
                else
                    m_etcd->put(
                        key, record(QStringLiteral("name %1").arg(random.bounded(50)), random.bounded(90)));
            }
        };
        QTRY_VERIFY(check(false, {}));
        disturb();
        QTRY_VERIFY(check(false, {}));
        model->sort(model->columnOf(QStringLiteral("value.age")), Qt::DescendingOrder);
        disturb(); // while the job runs
        QTRY_VERIFY(check(true, {}));
        const QPersistentModelIndex kept(model->index(3, 0));
        const QByteArray keptKey = model->keyAt(3);
        for (int round = 0; round < 8; ++round) {
            disturb();
            QTRY_VERIFY(check(true, {}));
        }
        if (kept.isValid())
            QCOMPARE(model->keyAt(kept.row()), keptKey);
        model->setFilter(QStringLiteral("7"));
        disturb();
        QTRY_VERIFY(check(true, QStringLiteral("7")));
        disturb();
        QTRY_VERIFY(check(true, QStringLiteral("7")));
        model->sort(-1, Qt::AscendingOrder);
        model->setFilter({});
        QTRY_VERIFY(check(false, {}));
    }

    void copiesAsCsvAndJson()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("A \"quoted\", name"), 30));
        const auto model = openModel();
        QTRY_VERIFY(model->shownRow(0).decoded);
        const QString csv =
            ui::recordsAsText(*model, {{0}, {0, model->columnOf(QStringLiteral("value.name"))}}, u',', true,
                              ui::CopyForm::Exact);
        QCOMPARE(csv, QStringLiteral("oid,name\n1,\"A \"\"quoted\"\", name\""));
        const QByteArray json = ui::recordsAsJson(*model, {0});
        const QJsonDocument document = QJsonDocument::fromJson(json);
        QCOMPARE(document.array().first()[u"key"].toInt(), 1);
        QCOMPARE(document.array().first()[u"keyHex"].toString(), QString::fromLatin1(keyOf(1).toHex()));
    }

    void anEditKeepsWhatOthersWroteInTheMeantime()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("30"));
        const QModelIndex age = model->index(0, model->columnOf(QStringLiteral("value.age")));
        // In the moment when the new bytes are there, but what is shown is still the old decoding.
        bool done = false;
        connect(m_table.get(), &LiveTable::changed, model.get(), [&] {
            if (!std::exchange(done, true))
                QVERIFY(model->setData(age, QStringLiteral("31"), Qt::EditRole));
        });
        m_etcd->put(keyOf(1), record(QStringLiteral("Anna"), 30));
        QTRY_VERIFY(done);
        QCOMPARE(m_session->find(keyOf(1))->value,
                 record(QStringLiteral("Anna"), 30).replace("\x18\x1e", "\x18\x1f"));
        QVERIFY(!m_session->hasConflicts());
    }

    void whatOthersWroteIntoTheOpenEditorsCellIsAConflict()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.age")), QStringLiteral("30"));
        const QModelIndex age = model->index(0, model->columnOf(QStringLiteral("value.age")));
        // Another cell of the record: both changes are kept.
        ui::EditStart start = model->editStart(age);
        m_etcd->put(keyOf(1), record(QStringLiteral("Anna"), 30));
        QTRY_COMPARE(cell(*model, 0, QStringLiteral("value.name")), QStringLiteral("Anna"));
        QVERIFY(model->finishEdit(age, start, QStringLiteral("31")));
        QCOMPARE(m_session->find(keyOf(1))->value,
                 record(QStringLiteral("Anna"), 30).replace("\x18\x1e", "\x18\x1f"));
        QVERIFY(!m_session->hasConflicts());
        m_session->revertAll();
        // The same cell: nobody is overwritten unasked.
        start = model->editStart(age);
        m_etcd->put(keyOf(1), record(QStringLiteral("Anna"), 77));
        QTRY_COMPARE(age.data().toString(), QStringLiteral("77"));
        QVERIFY(model->finishEdit(age, start, QStringLiteral("32")));
        QVERIFY(m_session->hasConflicts());
        QCOMPARE(m_session->find(keyOf(1))->value,
                 record(QStringLiteral("Anna"), 30).replace("\x18\x1e", "\x18\x20"));
        QCOMPARE(m_session->find(keyOf(1))->conflict->value, record(QStringLiteral("Anna"), 77));
        // Nothing typed: nothing staged.
        m_session->revertAll();
        start = model->editStart(age);
        m_etcd->put(keyOf(1), record(QStringLiteral("Anna"), 78));
        QTRY_COMPARE(age.data().toString(), QStringLiteral("78"));
        QVERIFY(model->finishEdit(age, start, QStringLiteral("77")));
        QVERIFY(m_session->isEmpty());
    }

    void aRecordEditedElsewhereKnowsWhatItWasMadeOn()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        const KeyState seen = model->recordAt(0).current;
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 40));
        QTRY_COMPARE(model->recordAt(0).current.modRevision, m_etcd->revision());
        QVERIFY(model->stageRecord(keyOf(1), *cborCodec().decode(record(QStringLiteral("Ann"), 31)), seen));
        QVERIFY(m_session->hasConflicts());
    }

    void aRecordThatTheFilterHidesCanStillBeStaged()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        model->setFilter(QStringLiteral("nobody"));
        QTRY_COMPARE(model->rowCount(), 0);
        QVERIFY(model->stageRecord(keyOf(1), *cborCodec().decode(record(QStringLiteral("Ann"), 31))));
        QCOMPARE(m_session->find(keyOf(1))->kind, Change::Kind::Update);
    }

    void aChangeBetweenTheEventAndTheRowIsMarked()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        const QModelIndex age = model->index(0, model->columnOf(QStringLiteral("value.age")));
        m_etcd->put(keyOf(2), record(QStringLiteral("Bob"), 1)); // so that the next event waits for its turn
        QTRY_COMPARE(model->rowCount(), 2);
        QTRY_COMPARE(age.data().toString(), QStringLiteral("30"));
        // Behind the session's own look at the events.
        bool done = false;
        connect(&m_memory->watch, &Watch::eventsReceived, model.get(), [&] {
            done = true;
            QVERIFY(model->setData(age, QStringLiteral("31"), Qt::EditRole));
        });
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 77));
        QTRY_VERIFY(done);
        QTRY_VERIFY(m_session->hasConflicts());
    }

    void newPlainKeysStayInTheirFolder()
    {
        m_etcd->put("/config/a", "1");
        m_memory->watch.start(Revision(m_etcd->revision().value + 1));
        SlotType type;
        type.key = KeyType({KeyComponent::String});
        type.value = ValueType::TextOrBytes;
        m_table =
            std::make_shared<LiveTable>(&m_memory->client, &m_memory->watch, KeyRange::prefix("/config/"));
        RecordModel model(m_table, m_session.get(), SlotCodec(type, 0));
        m_table->reload();
        QTRY_COMPARE(m_table->state(), LiveTable::State::Live);
        const auto made = model.stageNew(0, false);
        QVERIFY2(made, made ? "" : qPrintable(made.error()));
        QVERIFY2(made->startsWith("/config/"), made->constData());
        QCOMPARE(model.rowOf(*made), 1);
        // Nor does a typed key leave it, out of sight.
        QVERIFY(!model.setData(model.index(1, 0), QStringLiteral("/elsewhere"), Qt::EditRole));
        QVERIFY(m_session->find(*made));
        QVERIFY(model.setData(model.index(1, 0), QStringLiteral("/config/b"), Qt::EditRole));
        QCOMPARE(model.rowOf("/config/b"), 1);
    }

    void columnsComeFromAllRecords()
    {
        for (quint64 i = 0; i < 300; ++i)
            m_etcd->put(keyOf(i),
                        *cborCodec().encode(Value::map(
                            {{Value::text(QStringLiteral("name")), Value::text(QStringLiteral("n"))}})));
        for (quint64 i = 300; i < 600; ++i)
            m_etcd->put(keyOf(i), record(QStringLiteral("Ann"), 30));
        // Staged before the tab was opened: tinted in the right column all the same.
        m_session->stageValue(keyOf(599), KeyState::of(m_etcd->keys().at(keyOf(599))),
                              record(QStringLiteral("Ann"), 31));
        const auto model = openModel();
        QAbstractItemModelTester tester(model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(model->columnOf(QStringLiteral("value.born.year")) >= 0);
        const auto changed = [&](const char *column) {
            return model->index(599, model->columnOf(QLatin1String(column)))
                .data(RecordModel::ChangedRole)
                .toBool();
        };
        QVERIFY(changed("value.age"));
        QVERIFY(!changed("value.name"));
    }

    void markupInDataIsShownAsText()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("<b>Ann</b><img src='file:///x'>"), 30));
        const auto model = openModel();
        const QModelIndex name = model->index(0, model->columnOf(QStringLiteral("value.name")));
        QTRY_VERIFY(name.data(Qt::ToolTipRole).toString().contains(QStringLiteral("Ann")));
        QVERIFY(name.data(Qt::ToolTipRole).toString().contains(QStringLiteral("&lt;img")));
    }

    void whoeverStandsOnANewRecordStaysThere()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        m_etcd->put(keyOf(900), record(QStringLiteral("Zoe"), 30));
        const auto model = openModel();
        QAbstractItemModelTester tester(model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(model->stageNew(0, true));
        QVERIFY(model->stageNew(0, true));
        const QPersistentModelIndex at(model->index(2, 2));
        QVERIFY(model->setData(model->index(2, 0), QStringLiteral("500"), Qt::EditRole));
        QCOMPARE(at.row(), 2); // another key, the same place
        QCOMPARE(model->keyAt(2), keyOf(500));
        m_session->commit();
        QTRY_COMPARE(m_table->rows().count(), size_t(4));
        QVERIFY(at.isValid());
        QCOMPARE(model->keyAt(at.row()), keyOf(500));
    }

    void whatIsNotDecodedYetIsNotShownAsNull()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        const QModelIndex name = model->index(0, model->columnOf(QStringLiteral("value.name")));
        QVERIFY(!model->shownRow(0).decoded);
        QVERIFY(!name.data(RecordModel::NullRole).toBool());
        QTRY_COMPARE(name.data().toString(), QStringLiteral("Ann"));
    }

    void copyingDecodesNothingForDisplay()
    {
        m_etcd->put(keyOf(1), record(QStringLiteral("Ann"), 30));
        const auto model = openModel();
        QSignalSpy changed(model.get(), &RecordModel::recordsChanged);
        const int name = model->columnOf(QStringLiteral("value.name"));
        QCOMPARE(ui::recordsAsText(*model, {{0}, {name}}, u'\t', false, ui::CopyForm::AsShown),
                 QStringLiteral("Ann"));
        QVERIFY(!changed.wait(200)); // nothing was queued
        QVERIFY(!model->shownRow(0).decoded);
    }
};

QTEST_MAIN(TestRecordModel)
#include "tst_recordmodel.moc"
