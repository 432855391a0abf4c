// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/compression.h"
#include "core/pmap/slottype.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <snappy-c.h>
#define ZLIB_CONST
#include <zlib.h>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QByteArray deflatedBy(int level, int window, const QByteArray &bytes, int memory = 8,
                      int strategy = Z_DEFAULT_STRATEGY)
{
    z_stream stream {};
    deflateInit2(&stream, level, Z_DEFLATED, window, memory, strategy);
    QByteArray out(qsizetype(deflateBound(&stream, uLong(bytes.size()))), '\0');
    stream.next_in = reinterpret_cast<const Bytef *>(bytes.constData());
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = uInt(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return out;
}

// Compresses differently at every level.
QByteArray longText()
{
    QByteArray text;
    for (int i = 0; i < 3000; ++i)
        text += QByteArray::number(i * i % 977) + (i % 3 ? " and " : ", but not ");
    return text;
}

SlotCodec codecFor(ValueType type, Compression compression)
{
    return SlotCodec({.value = type, .compression = compression});
}

} // namespace

class TestCompression : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keepsTheLevelAndTheWindow()
    {
        const QByteArray text = longText();
        const QByteArray changed = text + "!";
        for (int level = 0; level <= 9; ++level) {
            for (const int window : {9, 12, 15}) {
                const QByteArray original = deflatedBy(level, window, text);
                QCOMPARE(*inflateZlib(original), text);
                QCOMPARE(compressZlib(text, original), original);
                QCOMPARE(*inflateZlib(compressZlib(changed, original)), changed);
            }
            const QByteArray usual = deflatedBy(level, 15, text);
            QCOMPARE(compressZlib(changed, usual), deflatedBy(level, 15, changed));
        }
        QCOMPARE(compressZlib(text), deflatedBy(6, 15, text));
        QCOMPARE(compressZlib(text, "no zlib"), deflatedBy(6, 15, text));
        QCOMPARE(*inflateZlib(compressZlib({})), QByteArray());
    }

    void keepsTheMemoryAndTheStrategy()
    {
        const QByteArray text = longText();
        const QByteArray changed = text + "!";
        for (const int memory : {1, 5, 9}) {
            for (const int level : {1, 6, 9}) {
                const QByteArray original = deflatedBy(level, 15, text, memory);
                QCOMPARE(compressZlib(changed, original), deflatedBy(level, 15, changed, memory));
            }
        }
        for (const int strategy : {Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
            const QByteArray original = deflatedBy(6, 15, text, 8, strategy);
            QCOMPARE(compressZlib(changed, original), deflatedBy(6, 15, changed, 8, strategy));
        }
    }

    void snappyThereAndBack()
    {
        for (const QByteArray &bytes : {QByteArray(), QByteArray("a"), longText(), QByteArray(100'000, 'x')})
            QCOMPARE(*inflateSnappy(compressSnappy(bytes)), bytes);
    }

    void largeOnesWithinTheLimit()
    {
        const QByteArray text = longText().repeated(100);
        QVERIFY(text.size() > 1'000'000);
        QCOMPARE(*inflateZlib(compressZlib(text)), text);
        QCOMPARE(*inflateSnappy(compressSnappy(text)), text);
        QCOMPARE(inflatedLimit(0), 1024 * 1024);
        QCOMPARE(inflatedLimit(1 << 30), 64 * 1024 * 1024);
    }

    void bombsAreRefused()
    {
        const QByteArray bomb = deflatedBy(9, 15, QByteArray(32 * 1024 * 1024, '\0'));
        QVERIFY(bomb.size() < 40'000);
        const auto inflated = inflateZlib(bomb);
        QVERIFY(!inflated);
        QVERIFY(inflated.error().what.contains(QLatin1String("more than")));
        QVERIFY(inflated.error().offset > 0 && inflated.error().offset < bomb.size());
        const auto snappy = inflateSnappy(QByteArray::fromHex("ffffffff0f00"));
        QVERIFY(!snappy);
        QVERIFY(snappy.error().what.contains(QLatin1String("more than")));
        QCOMPARE(snappy.error().offset, 0);
    }

    void damageIsAnError()
    {
        const QByteArray text = longText().left(300);
        const QByteArray zlib = compressZlib(text);
        for (qsizetype size = 0; size < zlib.size(); ++size)
            QVERIFY(!inflateZlib(zlib.left(size)));
        const auto behind = inflateZlib(zlib + "xyz");
        QVERIFY(!behind);
        QCOMPARE(behind.error().offset, zlib.size());
        // RFC 1950: the sum at the end tells any change of the content.
        forEachMutation(zlib, zlib.size(), [&](const QByteArray &mutated) {
            const auto value = inflateZlib(mutated);
            QVERIFY(!value || *value == text);
        });
        // Snappy has none; it must only stay within its bounds.
        const QByteArray snappy = compressSnappy(text);
        forEachMutation(snappy, snappy.size(), [](const QByteArray &mutated) {
            if (const auto value = inflateSnappy(mutated))
                QVERIFY(value->size() <= inflatedLimit(mutated.size()));
        });
        QVERIFY(!inflateSnappy({}));
        // "78 bb" asks for a preset dictionary.
        QVERIFY(inflateZlib(QByteArray::fromHex("78bb00000001"))
                    .error()
                    .what.contains(QLatin1String("dictionary")));
    }

    void errorsAreClear()
    {
        const QByteArray zlib = compressZlib(longText());
        const auto errorOf = [](const QByteArray &bytes) {
            const auto value = inflateZlib(bytes);
            return value ? DecodeError {} : value.error();
        };
        QByteArray sum = zlib;
        sum.back() = char(sum.back() ^ 1);
        QCOMPARE(errorOf(sum).what, QStringLiteral("the zlib stream is damaged: incorrect data check"));
        QCOMPARE(errorOf(sum).offset, zlib.size());
        QCOMPARE(errorOf(zlib.left(100)).what, QStringLiteral("the zlib stream ends too early"));
        QCOMPARE(errorOf(zlib.left(100)).offset, 100);
        QCOMPARE(errorOf(zlib + "ab").what, QStringLiteral("2 bytes follow the zlib stream"));
        QCOMPARE(errorOf("plain text").what, QStringLiteral("not a zlib stream: incorrect header check"));
        QCOMPARE(inflateSnappy("\xff\xff").error().what,
                 QStringLiteral("not snappy: there is no length in front"));
    }

    void damagedSnappyIsToldWithItsPlace()
    {
        const auto errorOf = [](const char *hex) {
            const auto value = inflateSnappy(QByteArray::fromHex(hex));
            return value ? QString()
                         : QStringLiteral("%1 at %2").arg(value.error().what).arg(value.error().offset);
        };
        const QString damaged = QStringLiteral("the snappy data is damaged: ");
        QCOMPARE(errorOf("0a00"), damaged + QLatin1String("1 bytes should follow, but there are 0 at 1"));
        QCOMPARE(errorOf("0af0"), damaged + QLatin1String("it ends within a length at 1"));
        QCOMPARE(errorOf("07086162630c64"),
                 damaged + QLatin1String("4 bytes should follow, but there are 1 at 5"));
        QCOMPARE(errorOf("03046162"), QStringLiteral("the snappy data ends after 2 of 3 bytes at 4"));
        // "ab", then four bytes from three before, from none before, and from two before.
        QCOMPARE(errorOf("060461620103"),
                 damaged + QLatin1String("it repeats what is 3 bytes before, after 2 at 4"));
        QCOMPARE(errorOf("060461620e0000"),
                 damaged + QLatin1String("it repeats what is 0 bytes before, after 2 at 4"));
        QCOMPARE(errorOf("050461620102"),
                 damaged + QLatin1String("it goes beyond the 5 bytes that it tells in front at 4"));
        QCOMPARE(*inflateSnappy(QByteArray::fromHex("060461620102")), QByteArray("ababab"));
        // Wherever one is damaged, so that its library says so.
        const QByteArray snappy = compressSnappy(longText());
        int refused = 0;
        forEachMutation(snappy.left(600), 200, [&](const QByteArray &mutated) {
            const auto value = inflateSnappy(mutated);
            refused += value ? 0 : 1;
            QVERIFY(value || (value.error().offset >= 0 && value.error().offset <= mutated.size()));
        });
        QVERIFY(refused > 0);
    }

    void overEveryValueType()
    {
        int walked = 0;
        for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), "vectors")) {
            if (vector["kind"] != "value")
                continue;
            const auto type = valueTypeFromName(QString::fromStdString(vector["type"]));
            if (!type || *type == ValueType::FlatBuffers) // which without their schema are only looked at
                continue;
            const QByteArray plain = fromHex(vector["hex"]);
            const auto expected = codecFor(*type, Compression::None).decodeValue(plain);
            QVERIFY(expected);
            for (const QByteArray &bytes : {deflatedBy(6, 15, plain), deflatedBy(1, 15, plain)}) {
                const SlotCodec codec = codecFor(*type, Compression::Zlib);
                QCOMPARE(*codec.decodeValue(bytes), *expected);
                QCOMPARE(*codec.encodeValue(*expected, bytes), bytes);
                QCOMPARE(codec.readOnlyReason(bytes), QString());
            }
            const SlotCodec snappy = codecFor(*type, Compression::Snappy);
            const QByteArray bytes = compressSnappy(plain);
            QCOMPARE(*snappy.decodeValue(bytes), *expected);
            QCOMPARE(*snappy.encodeValue(*expected), bytes);
            QCOMPARE(snappy.readOnlyReason(bytes), QString());
            ++walked;
        }
        QVERIFY(walked > 140);
    }

    // Compressed by something that none of our levels reproduces: the bytes stay as long as the value does.
    void foreignCompressorsStay()
    {
        QByteArray stored = QByteArray::fromHex("7801");
        stored += QByteArray::fromHex("000100feff61") + QByteArray::fromHex("010100feff62");
        stored += QByteArray::fromHex("012600c4"); // Adler-32 of "ab"
        const SlotCodec codec = codecFor(ValueType::String, Compression::Zlib);
        const auto value = codec.decodeValue(stored);
        QVERIFY2(value, qPrintable(value ? QString() : value.error().what));
        QCOMPARE(value->toText(), QStringLiteral("ab"));
        QCOMPARE(*codec.encodeValue(*value, stored), stored);
        QCOMPARE(codec.readOnlyReason(stored), QString());
        const auto changed = codec.encodeValue(Value::text(QStringLiteral("abc")), stored);
        QCOMPARE(*codec.decodeValue(*changed), Value::text(QStringLiteral("abc")));
    }

    void errorsSayWhere()
    {
        const SlotCodec codec = codecFor(ValueType::Json, Compression::Zlib);
        const auto inner = codec.decodeValue(compressZlib(QByteArrayView("[1,2")));
        QVERIFY(!inner);
        QVERIFY(inner.error().what.startsWith(QLatin1String("in the decompressed value")));
        const auto outer = codec.decodeValue(QByteArrayView("[1,2"));
        QVERIFY(!outer);
        QVERIFY(outer.error().what.contains(QLatin1String("zlib")));
        QVERIFY(codec.readOnlyReason("[1]").contains(QLatin1String("cannot be decoded")));
        QVERIFY(!codecFor(ValueType::Unknown, Compression::Zlib).readOnlyReason("x").isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCompression)
#include "tst_compression.moc"
