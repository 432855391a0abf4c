// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bounds of FlatBuffers within FlatBuffers: read, typed and written, they are the same.
#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/slottype.h"
#include "core/value/recordstyle.h"
#include "core/value/valueedit.h"

#include <QtTest>

using namespace slotscope::core;

namespace {

SlotCodec nestingCodec()
{
    const auto schema = FlatSchema::fromText(
        "table T { a:T; b:T; n:[ubyte] (nested_flatbuffer: \"T\"); x:int; } root_type T;",
        QStringLiteral("t"));
    SlotType type {.value = ValueType::FlatBuffers};
    type.flatBuffers.schema = *schema;
    return SlotCodec(type, 0);
}

/// Tables in tables, the innermost with this field.
QByteArray chain(int tables, const QByteArray &innermost)
{
    QByteArray notation = '{' + innermost + '}';
    for (int i = 1; i < tables; ++i)
        notation = "{\"a\":" + notation + '}';
    return notation;
}

ValuePath pathInto(int tables, const QString &field)
{
    ValuePath path;
    for (int i = 1; i < tables; ++i)
        path = path.child(PathStep::field(QStringLiteral("a")));
    return path.child(PathStep::field(field));
}

/// Each of so many tables refers twice to the next: read out they are 2^levels. The vtable has two fields.
QByteArray bomb(int levels)
{
    QByteArray bytes;
    const auto add = [&bytes](quint32 number) {
        bytes.append(reinterpret_cast<const char *>(&number), sizeof number);
    };
    add(12);
    add(8 | 12 << 16);
    add(4 | 8 << 16);
    for (int i = 0; i < levels; ++i) {
        add(quint32(bytes.size()) - 4);
        add(8);
        add(4);
    }
    add(quint32(-4));
    add(4 | 4 << 16);
    return bytes;
}

} // namespace

class TestFlatNested : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void depthIsCountedThroughBuffers()
    {
        const SlotCodec codec = nestingCodec();
        const QByteArray inner = *codec.encodeValue(*codec.valueFromNotation(chain(100, "\"x\":1")));
        for (const int outerTables : {20, 40}) {
            const QByteArray typed = chain(outerTables, "\"x\":7,\"n\":{\"hex\":\"" + inner.toHex() + "\"}");
            const auto value = codec.valueFromNotation(typed);
            QVERIFY2(value, qPrintable(value ? QString() : value.error().what));
            const quint32 kind = outerTables + 100 <= 128 ? FlatTable : FlatDamaged;
            const ValuePath nested = pathInto(outerTables, QStringLiteral("n"));
            QCOMPARE(flatKind(*nested.find(*value)), kind);
            const auto bytes = codec.encodeValue(*value);
            QVERIFY2(bytes, qPrintable(bytes ? QString() : bytes.error().what));
            const Value back = *codec.decodeValue(*bytes);
            QCOMPARE(flatKind(*nested.find(back)), kind);
            QCOMPARE(*codec.valueFromNotation(codec.valueNotation(back)), back);
            // What stands beside it can be changed as text, too.
            const auto edited = replaced(back, pathInto(outerTables, QStringLiteral("x")), Value::integer(8));
            const auto changed =
                codec.encodeValue(*codec.valueFromNotation(codec.valueNotation(*edited)), *bytes);
            QVERIFY2(changed, qPrintable(changed ? QString() : changed.error().what));
            QCOMPARE(*codec.decodeValue(*changed), *edited);
        }
    }

    void sharingIsBoundedThroughBuffers()
    {
        const SlotCodec codec = nestingCodec();
        QVERIFY(codec.decodeValue(bomb(4)));
        const auto alone = codec.decodeValue(bomb(40));
        QVERIFY(!alone);
        QVERIFY2(alone.error().what.contains(QStringLiteral("again and again")),
                 qPrintable(alone.error().what));
        // In a buffer that is sound but for it, which is refused as a whole.
        const QByteArray calm = bomb(4) + QByteArray(4, '\0');
        const QByteArray fuse = bomb(40);
        QByteArray around =
            *codec.encodeValue(*codec.valueFromNotation("{\"n\":{\"hex\":\"" + calm.toHex() + "\"}}"));
        const qsizetype at = around.indexOf(calm);
        QVERIFY(at > 4);
        around.truncate(at);
        const auto size = quint32(fuse.size());
        around.replace(at - 4, 4, reinterpret_cast<const char *>(&size), 4);
        const auto value = codec.decodeValue(around + fuse);
        QVERIFY(!value);
        QVERIFY2(value.error().what.contains(QStringLiteral("again and again")),
                 qPrintable(value.error().what));
        QVERIFY(value.error().offset >= at);
    }
};

QTEST_GUILESS_MAIN(TestFlatNested)
#include "tst_flatnested.moc"
