// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/plainkeys.h"
#include "tests/support/memoryetcd.h"

#include <QtTest>

#include <memory>

using namespace slotscope::core;
using slotscope::test::MemoryEtcd;

namespace {

/// An etcd and what looks at it. `seen` is made of the signals alone.
struct Fixture
{
    MemoryEtcd etcd;
    Client client {etcd.transport()};
    Watch watch {&client, KeyRange::all(), {.firstBackoff = std::chrono::milliseconds(5)}};
    SlotDirectory directory {&client, &watch};
    PlainKeys keys;
    std::set<QByteArray> seen;
    bool sorted = true;

    explicit Fixture(size_t limit = PlainKeys::DefaultLimit)
        : keys(&client, &watch, &directory, nullptr, limit)
    {
        QObject::connect(&directory, &SlotDirectory::loaded, &watch,
                         [this] { watch.start(Revision(directory.revision().value + 1)); });
        QObject::connect(&keys, &PlainKeys::keysAdded, &keys, [this](const std::vector<QByteArray> &added) {
            sorted = sorted && std::is_sorted(added.begin(), added.end());
            for (const QByteArray &key : added)
                QVERIFY2(seen.insert(key).second, key.constData());
        });
        QObject::connect(&keys, &PlainKeys::keysRemoved, &keys,
                         [this](const std::vector<QByteArray> &removed) {
                             sorted = sorted && std::is_sorted(removed.begin(), removed.end());
                             for (const QByteArray &key : removed)
                                 QVERIFY2(seen.erase(key) == 1, key.constData());
                         });
    }
    std::set<QByteArray> stored() const
    {
        std::set<QByteArray> result;
        for (const auto &[key, kv] : etcd.keys()) {
            if (key.startsWith('/') || key.size() == 1)
                result.insert(key);
        }
        return result;
    }
    bool isUpToDate() const
    {
        return !keys.isLoading() && keys.keys() == stored() && seen == keys.keys() && sorted;
    }
};

} // namespace

class TestPlainKeys : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsPlainKeysOnly()
    {
        Fixture f;
        f.etcd.put("/config/a", "1");
        f.etcd.put("/users/b", "1");
        f.etcd.put("x", "one byte");
        f.etcd.put(QByteArray("\0\x05\0\1", 4), "a record");
        f.directory.load();
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 3);
    }

    void followsTheWatch()
    {
        Fixture f;
        f.etcd.put("/config/a", "1");
        f.directory.load();
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 1);
        f.etcd.put("/config/b", "1");
        f.etcd.put("/config/a", "2"); // not a new key
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 2);
        f.etcd.put("/other/prefix", "1");
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 3);
        f.etcd.write({{"/config/a", QByteArray()}, {"/config/c", "1"}, {"/config/b", QByteArray()}});
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 2);
        f.etcd.put("y", "1");
        f.etcd.remove("/other/prefix");
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 2);
        f.etcd.remove("y");
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 1);
    }

    void missesNothingWhileReading()
    {
        Fixture f;
        for (int i = 0; i < 6'000; ++i)
            f.etcd.put("/many/" + QByteArray::number(i), {});
        f.directory.load();
        // While the pages come, keys come and go in front of and behind them.
        int step = 0;
        while (step < 200) {
            f.etcd.put("/many/a" + QByteArray::number(step), {});
            f.etcd.remove("/many/" + QByteArray::number(step * 25));
            ++step;
            QCoreApplication::processEvents();
        }
        QTRY_VERIFY_WITH_TIMEOUT(f.isUpToDate(), 20'000);
        QCOMPARE(f.keys.keys().size(), size_t(6'000));
    }

    void goesOnAfterAnError()
    {
        Fixture f;
        f.etcd.put("/config/a", "1");
        f.directory.load();
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 1);
        QSignalSpy state(&f.keys, &PlainKeys::stateChanged);
        // Away right when the new prefix turns up, before its first page is asked for.
        connect(&f.directory, &SlotDirectory::slotAdded, &f.keys, [&f] { f.etcd.setAway(true); });
        f.etcd.put("/zz/a", "1");
        QTRY_VERIFY_WITH_TIMEOUT(!f.keys.error().detail.isEmpty(), 30'000);
        QVERIFY(state.count() > 0);
        QCOMPARE(f.keys.keys().size(), size_t(1)); // what was read stays
        f.etcd.setAway(false);
        f.keys.retry();
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 2);
        QVERIFY(f.keys.error().detail.isEmpty());
    }

    void readsAnewWithTheDirectory()
    {
        Fixture f;
        f.etcd.put("/config/a", "1");
        f.etcd.put("/config/b", "1");
        f.directory.load();
        QTRY_VERIFY(f.isUpToDate() && f.keys.keys().size() == 2);
        // A gap in the watch: what happened in it is found by reading again, as differences.
        f.watch.close();
        f.etcd.remove("/config/a");
        f.etcd.put("/config/c", "1");
        f.directory.load();
        QTRY_VERIFY(f.isUpToDate());
        QCOMPARE(f.seen, (std::set<QByteArray> {"/config/b", "/config/c"}));
    }

    void saysWhenThereAreTooMany()
    {
        Fixture f(50);
        std::vector<std::pair<QByteArray, QByteArray>> keys;
        for (int i = 100; i < 200; ++i)
            keys.emplace_back("/many/" + QByteArray::number(i), "");
        f.etcd.write(keys);
        f.directory.load();
        QTRY_VERIFY(f.keys.isTruncated() && !f.keys.isLoading());
        QCOMPARE(f.keys.keys().size(), size_t(50));
        QCOMPARE(*f.keys.keys().rbegin(), QByteArray("/many/149"));
        QVERIFY(f.seen == f.keys.keys());
    }
};

QTEST_GUILESS_MAIN(TestPlainKeys)
#include "tst_plainkeys.moc"
