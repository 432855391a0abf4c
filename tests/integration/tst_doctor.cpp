// SPDX-License-Identifier: GPL-3.0-or-later
//
// The doctor on the reference dump: what it finds is what is known to be wrong there, and a repair leaves
// none.
#include "core/connection/connection.h"
#include "core/doctor/cataloguecheck.h"
#include "core/doctor/indexdoctor.h"
#include "core/doctor/referrers.h"
#include "core/doctor/relationfinder.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/testpaths.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestDoctor : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000;

    EtcdProcess m_etcd;
    std::unique_ptr<Connection> m_connection;
    QJsonObject m_expected;

    SlotCodec codecOf(Slot slot) const { return SlotCodec(m_connection->directory()->find(slot)->type); }

    std::vector<SlotForRelations> filledSlots() const
    {
        std::vector<SlotForRelations> list;
        for (const Slot slot : m_connection->directory()->slotNumbers()) {
            const SlotInfo *info = m_connection->directory()->find(slot);
            if (info->kind != SlotKind::Catalogue && info->kind != SlotKind::PlainKeys && info->records > 0)
                list.push_back({slot, TableId::of(slot, info->entry), SlotCodec(info->type)});
        }
        return list;
    }

    std::vector<FoundRelation> relations()
    {
        RelationFinder finder(m_connection->client(), filledSlots());
        std::optional<std::vector<FoundRelation>> found;
        connect(&finder, &RelationFinder::finished, this,
                [&](const std::vector<FoundRelation> &list) { found = list; });
        finder.start();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(found, Patience); }();
        return found.value_or(std::vector<FoundRelation>());
    }

    std::vector<IndexInDatabase> indexes()
    {
        std::vector<IndexInDatabase> list;
        for (const FoundRelation &found : relations()) {
            if (found.kind == FoundRelation::Kind::Index)
                list.push_back({found.to, codecOf(found.to), found.from, codecOf(found.from), found.index});
        }
        return list;
    }

    std::optional<Result<IndexReport>> check(const std::vector<IndexInDatabase> &list)
    {
        IndexDoctor doctor(m_connection->client(), list);
        std::optional<Result<IndexReport>> report;
        connect(&doctor, &IndexDoctor::finished, this,
                [&](const Result<IndexReport> &result) { report = result; });
        doctor.start();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(report, Patience); }();
        return report;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        QCOMPARE(loadDump(m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
        QFile file(dataFile(QStringLiteral("slots/expected-slots.json")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_expected = QJsonDocument::fromJson(file.readAll()).object();
        m_connection = std::make_unique<Connection>(m_etcd.parsedEndpoint());
        m_connection->open();
        QTRY_VERIFY_WITH_TIMEOUT(m_connection->directory()->isSampled(), Patience);
    }

    void relationsAreFoundByWhatTheRecordsSay()
    {
        QStringList found;
        QStringList links;
        for (const FoundRelation &relation : relations()) {
            if (relation.kind == FoundRelation::Kind::Link) {
                const QString where = relation.keyPart >= 0 ? QStringLiteral("key %1").arg(relation.keyPart)
                                                            : relation.path.toString();
                links +=
                    QStringLiteral("%1 %2 %3").arg(relation.from.value).arg(where).arg(relation.to.value);
                continue;
            }
            QCOMPARE(relation.index.fields.size(), 1U);
            QVERIFY(relation.index.provenance.confidence > 0.9);
            found += QStringLiteral("%1 %2 %3")
                         .arg(relation.to.value)
                         .arg(relation.from.value)
                         .arg(relation.index.fields.front().toString());
        }
        QStringList expected;
        for (const auto &index : m_expected.value(QLatin1String("indexes")).toArray())
            expected += QStringLiteral("%1 %2 %3")
                            .arg(index[QLatin1String("table_slot")].toInt())
                            .arg(index[QLatin1String("index_slot")].toInt())
                            .arg(index[QLatin1String("field")].toString());
        QCOMPARE(found, expected);
        // document → its owner, membership → user and group, shelf → book
        QCOMPARE(links,
                 QStringList({QStringLiteral("8 owner 1"), QStringLiteral("9 key 0 1"),
                              QStringLiteral("9 key 1 11"), QStringLiteral("10  6")}));
    }

    void exactlyTheKnownFaultsAreFound()
    {
        const auto report = check(indexes());
        QVERIFY(report && *report);
        QCOMPARE((*report)->indexes.size(), 2U);
        QStringList found;
        for (const IndexFault &fault : (*report)->faults)
            found += QStringLiteral("%1 %2 %3 %4")
                         .arg(indexFaultName(fault.kind), QString::fromLatin1(fault.entryKey.toHex()),
                              fault.record.isEmpty()
                                  ? QStringLiteral("-")
                                  : QUuid::fromRfc4122(fault.record.mid(2)).toString(QUuid::WithoutBraces),
                              fault.pointsTo.isEmpty()
                                  ? QStringLiteral("-")
                                  : QUuid::fromRfc4122(fault.pointsTo).toString(QUuid::WithoutBraces));
        QStringList expected;
        for (const auto &fault : m_expected.value(QLatin1String("index_faults")).toArray()) {
            const auto text = [&](const char *name) {
                return fault[QLatin1String(name)].toString(QStringLiteral("-"));
            };
            expected += QStringLiteral("%1 %2 %3 %4")
                            .arg(text("kind"), text("index_key_hex"), text("record"), text("points_to"));
        }
        found.sort();
        expected.sort();
        QCOMPARE(found, expected);
    }

    void theCatalogueOfTheDumpIsSound()
    {
        QStringList notes;
        for (const CatalogueFault &fault : checkCatalogue(*m_connection->directory())) {
            QVERIFY2(!fault.isFault(), qPrintable(fault.what));
            notes += QString::number(fault.slot.value);
        }
        QStringList unnamed;
        for (const auto &slot : m_expected.value(QLatin1String("unnamed_slots")).toArray())
            unnamed += QString::number(slot[QLatin1String("number")].toInt());
        QCOMPARE(notes, unnamed);
    }

    void whoRefersToARecord()
    {
        Client *client = m_connection->client();
        std::optional<KeyValue> entry; // one that leads to a record
        client->range({.range = KeyRange::slot(Slot(2)), .limit = 3})
            .then(this, [&](const Result<RangeReply> &reply) {
                if (reply)
                    entry = reply->kvs.back();
            });
        QTRY_VERIFY_WITH_TIMEOUT(entry, Patience);
        const QByteArray target = KeyRange::slot(Slot(1)).begin + entry->value;

        std::vector<SlotToSearch> places;
        for (const SlotForRelations &slot : filledSlots())
            places.push_back({slot.slot, slot.codec, m_connection->directory()->find(slot.slot)->records});
        ReferrerSearch search(client, target, codecOf(Slot(1)).type().key, places);
        std::vector<Reference> found;
        std::optional<Result<Revision>> end;
        connect(&search, &ReferrerSearch::found, this, [&](const std::vector<Reference> &more) {
            found.insert(found.end(), more.cbegin(), more.cend());
        });
        connect(&search, &ReferrerSearch::finished, this,
                [&](const Result<Revision> &result) { end = result; });
        search.start();
        QTRY_VERIFY_WITH_TIMEOUT(end, Patience);
        QVERIFY(*end);
        QVERIFY(std::find(found.cbegin(), found.cend(), Reference {Slot(2), entry->key}) != found.cend());

        // A second look by plain bytes: every key or plain value that holds the UUID's sixteen bytes.
        std::optional<RangeReply> all;
        client->range({.range = KeyRange::all()}).then(this, [&](const Result<RangeReply> &reply) {
            if (reply)
                all = *reply;
        });
        QTRY_VERIFY_WITH_TIMEOUT(all, Patience);
        for (const KeyValue &kv : all->kvs) {
            if (kv.key == target || !(kv.key.mid(2).contains(entry->value) || kv.value == entry->value))
                continue;
            QVERIFY2(std::any_of(found.cbegin(), found.cend(),
                                 [&](const Reference &reference) { return reference.key == kv.key; }),
                     kv.key.toHex().constData());
        }
    }

    void itCanBeCancelled()
    {
        IndexDoctor doctor(m_connection->client(), indexes());
        int ends = 0;
        connect(&doctor, &IndexDoctor::finished, this, [&ends](const Result<IndexReport> &result) {
            ++ends;
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::Cancelled);
        });
        doctor.start();
        doctor.cancel();
        doctor.cancel();
        QCOMPARE(ends, 1);
    }

    // Last, since it changes the data.
    void aRepairLeavesNoFaults()
    {
        const auto list = indexes();
        const auto before = check(list);
        QVERIFY(before && *before && !(*before)->faults.empty());
        EditSession *edits = m_connection->edits();
        for (const IndexFault &fault : (*before)->faults) {
            const auto value = fault.repairedValue();
            if (!value)
                QVERIFY(edits->stageDelete({{fault.entryKey, KeyState::of(*fault.entry)}}));
            else if (fault.entry)
                QVERIFY(edits->stageValue(fault.entryKey, KeyState::of(*fault.entry), *value));
            else
                QVERIFY(edits->stageInsert(fault.entryKey, *value));
        }
        QSignalSpy committed(edits, &EditSession::committed);
        edits->commit();
        QTRY_COMPARE_WITH_TIMEOUT(committed.size(), 1, Patience);
        QCOMPARE(committed.front().front().value<CommitReport>().outcome, CommitReport::Outcome::Committed);
        const auto after = check(list);
        QVERIFY(after && *after);
        QVERIFY((*after)->faults.empty());
    }
};

QTEST_GUILESS_MAIN(TestDoctor)
#include "tst_doctor.moc"
