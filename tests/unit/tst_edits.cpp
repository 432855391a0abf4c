// SPDX-License-Identifier: GPL-3.0-or-later
//
// Many edits one after another, without saving between them: what is written is read back as what was made,
// or refused, and written again it is the same.
#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "tests/support/singleedits.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <random>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

std::vector<QByteArray> records(const char *file, std::initializer_list<const char *> more)
{
    std::vector<QByteArray> list;
    for (const Json &vector : vectorsIn(QString::fromLatin1(file), "vectors")) {
        if (const QByteArray bytes = fromHex(vector["hex"]); bytes.size() < 300)
            list.push_back(bytes);
    }
    for (const char *hex : more)
        list.push_back(QByteArray::fromHex(hex));
    return list;
}

} // namespace

class TestEdits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sequences_data()
    {
        QTest::addColumn<bool>("cbor");
        QTest::newRow("CBOR") << true;
        QTest::newRow("JSON") << false;
    }

    void sequences()
    {
        constexpr int Sequences = 12;
        constexpr int Edits = 6;
        QFETCH(bool, cbor);
        const Codec &codec = cbor ? cborCodec() : jsonCodec();
        const auto list = cbor
            ? records(
                "cbor-vectors.json",
                {"d81ca36161d81ca2646e616d6563416e6e6474616773d81c82617861796162d81c82d81d01d81d026163d81d02",
                 "d81ca3616e016473656c66d81d00646c697374d81c82d81d00d81c81d81d00",
                 "d90100d81c82d81ca265666972737463416e6e646d6f7265d81ca2646e616d65d819016474616773d81c8261786"
                 "1"
                 "79d81ca2d81900d81901d81902d81d02",
                 "d901009f7f63616263ff63646566d8190063646566d81901ff",
                 "d9010085d8255011111111111111111111111111111111d825d81900c24d0c9f2c9cd04674edea40000000c2d81"
                 "9"
                 "01d90100836461616161d81900d8190 0",
                 "84d81c82d81c8101d81d01d81d00d81d0182d81d00d81d00"})
            : records("json-vectors.json", {"7b0a2020226122203a5b312c20325d2c0a2020226222203a207b7d0a7d0a"});
        std::mt19937 random(4711); // the same edits every time
        int written = 0;
        int refused = 0;
        for (const QByteArray &bytes : list) {
            const auto decoded = codec.decode(bytes);
            QVERIFY(decoded);
            for (int sequence = 0; sequence < Sequences; ++sequence) {
                Value value = *decoded;
                QStringList done;
                for (int edit = 0; edit < Edits; ++edit) {
                    const auto edits = singleEditsOf(value);
                    if (edits.empty())
                        break;
                    const SingleEdit &one = edits[random() % edits.size()];
                    value = one.result;
                    done += describe(one);
                    const QString story =
                        QString::fromLatin1(bytes.toHex()) + QLatin1Char('\n') + done.join(QLatin1Char('\n'));
                    const auto encoded = codec.encode(value);
                    if (!encoded) {
                        QVERIFY2(!encoded.error().what.isEmpty() && encoded.error().path.find(value),
                                 qPrintable(story));
                        ++refused;
                        break;
                    }
                    const auto again = codec.decode(*encoded);
                    QVERIFY2(again && *again == value,
                             qPrintable(story + QLatin1Char('\n') + QString::fromLatin1(encoded->toHex())));
                    QCOMPARE(*codec.encode(*again), *encoded);
                    ++written;
                }
            }
        }
        qInfo("%d trees written, %d refused", written, refused);
        QVERIFY(written > 50 * refused);
    }
};

QTEST_GUILESS_MAIN(TestEdits)
#include "tst_edits.moc"
