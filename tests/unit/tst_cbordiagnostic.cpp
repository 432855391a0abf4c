// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbordiagnostic.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QString diagnostic(const QByteArray &hex, const CborDiagnostic &options = {})
{
    const auto text = cborDiagnostic(QByteArray::fromHex(hex), options);
    return text ? *text : QStringLiteral("%1: %2").arg(text.error().offset).arg(text.error().what);
}

} // namespace

class TestCborDiagnostic : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void vectors()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("cbor-vectors.json"), "vectors")) {
            const QByteArray hex = QByteArray::fromStdString(vector["hex"]);
            QCOMPARE(diagnostic(hex, {.encodingIndicators = false}), QString::fromStdString(vector["diag"]));
        }
    }

    void malformed()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("cbor-vectors.json"), "malformed")) {
            const bool whole = vector["expect"] == "show-as-tag";
            QCOMPARE(cborDiagnostic(fromHex(vector["hex"])).hasValue(), whole);
        }
        QCOMPARE(diagnostic("c063616263"), QStringLiteral("0(\"abc\")"));
        QCOMPARE(diagnostic("820118"),
                 QStringLiteral("3: the bytes end inside of an item that begins at byte 2"));
    }

    void encodingIndicators_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *hex, const char *text) {
            QTest::newRow(hex) << QByteArray(hex) << QString::fromUtf8(text);
        };
        row("00", "0");
        row("1800", "0_0");
        row("190001", "1_1");
        row("1a00000001", "1_2");
        row("1b0000000000000001", "1_3");
        row("3900ff", "-256_1");
        row("3bffffffffffffffff", "-18446744073709551616");
        row("780161", "\"a\"_0");
        row("590001ff", "h'ff'_1");
        row("98020102", "[_0 1, 2]");
        row("9a00000000", "[_2]");
        row("b90001616101", "{_1 \"a\": 1}");
        row("d80101", "1_0(1)");
        row("f93e00", "1.5");
        row("fa3fc00000", "1.5_2");
        row("fb3ff8000000000000", "1.5_3");
        row("fa47c35000", "100000.0");
        row("fb3ff199999999999a", "1.1");
        row("fb7ff0000000000000", "Infinity_3");
        row("f97e00", "NaN");
        row("fb7ff8000000000000", "NaN_3");
        row("f97e01", "float'7e01'");
        row("fa7fc00001", "float'7fc00001'");
        row("bf6161820102ff", "{_ \"a\": [1, 2]}");
        row("9f7f61616162ff5fff7fffff", "[_ (_ \"a\", \"b\"), ''_, \"\"_]");
        row("a0", "{}");
        row("bfff", "{_ }");
        row("c1c1c101", "1(1(1(1)))");
        row("a1a1010203", "{{1: 2}: 3}");
    }
    void encodingIndicators()
    {
        QFETCH(QByteArray, hex);
        QTEST(diagnostic(hex), "text");
    }

    void lines()
    {
        QCOMPARE(
            diagnostic("a26161820102617a9fc1a001ff", {.indent = 2}),
            QStringLiteral("{\n  \"a\": [\n    1,\n    2\n  ],\n  \"z\": [_\n    1({}),\n    1\n  ]\n}"));
    }

    void anyBytesAreSurvived()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("cbor-vectors.json"), "vectors")) {
            forEachMutation(fromHex(vector["hex"]), 24, [](const QByteArray &bytes) {
                const auto text = cborDiagnostic(bytes);
                QVERIFY(text ? !text->isEmpty() : text.error().offset <= bytes.size());
            });
        }
        QVERIFY(!cborDiagnostic(QByteArray(1'000'000, '\x81')));
    }
};

QTEST_GUILESS_MAIN(TestCborDiagnostic)
#include "tst_cbordiagnostic.moc"
