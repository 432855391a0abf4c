// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/inspectorhost.h"

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QToolButton>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

/// A host whose hex tab has the keys.
struct HexHost : InspectorHost
{
    using InspectorHost::InspectorHost;
    HexView *hex() const { return inspector.valueHex(); }
    bool open()
    {
        inspector.tabs()->setCurrentIndex(Inspector::HexTab);
        if (!activate())
            return false;
        hex()->setFocus();
        return hex()->hasFocus();
    }
    void type(const QString &keys) const { QTest::keyClicks(hex(), keys); }
    void pressHex(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::keyClick(hex(), key, modifiers);
    }
};

} // namespace

class TestInspectorHex : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void typesDigits()
    {
        HexHost host(ValueType::Binary);
        host.show("abc", 5);
        QVERIFY(host.open());
        host.type(QStringLiteral("4"));
        QCOMPARE(host.edits, 0); // half a byte is none
        QVERIFY(host.inspector.isEditing());
        host.type(QStringLiteral("F"));
        QCOMPARE(host.value(), QByteArray("Obc"));
        QCOMPARE(host.edits, 1);
        QCOMPARE(host.hex()->cursor(), 1);
        QCOMPARE(host.inspector.treeModel()->value(), Value::bytes("Obc"));
        host.pressHex(Qt::Key_Insert);
        QCOMPARE(host.inspector.hexPane()->modeButton()->text(), QStringLiteral("Insert"));
        host.type(QStringLiteral("2021"));
        QCOMPARE(host.value(), QByteArray("O !bc"));
        // A digit that is left alone counts.
        host.type(QStringLiteral("3"));
        host.pressHex(Qt::Key_Left);
        QCOMPARE(host.value(), QByteArray("O !\x30\x62\x63"));
        // Behind the end bytes are added in both modes.
        host.pressHex(Qt::Key_Insert);
        host.pressHex(Qt::Key_End, Qt::ControlModifier);
        host.type(QStringLiteral("64"));
        QCOMPARE(host.value(), QByteArray("O !0bcd"));
        host.type(QStringLiteral("x"));
        QVERIFY(host.inspector.editBanner()->message().contains(QStringLiteral("hexadecimal")));
        QCOMPARE(host.value(), QByteArray("O !0bcd"));
    }

    void typesText()
    {
        HexHost host(ValueType::Binary);
        host.show("abcd", 5);
        QVERIFY(host.open());
        host.pressHex(Qt::Key_Tab);
        QVERIFY(host.hex()->isOnTextSide());
        host.type(QStringLiteral("XY"));
        QCOMPARE(host.value(), QByteArray("XYcd"));
        host.pressHex(Qt::Key_Insert);
        QTest::keyClick(host.hex(), Qt::Key_E, Qt::NoModifier);
        host.hex()->setSelection(0, 2);
        host.type(QStringLiteral("z"));
        QCOMPARE(host.value(), QByteArray("zecd"));
        host.pressHex(Qt::Key_Backtab, Qt::ShiftModifier);
        QVERIFY(!host.hex()->isOnTextSide());
    }

    void deletesAndPastes()
    {
        HexHost host(ValueType::Binary);
        host.show("abcdef", 5);
        QVERIFY(host.open());
        host.pressHex(Qt::Key_Delete);
        QCOMPARE(host.value(), QByteArray("bcdef"));
        host.pressHex(Qt::Key_End, Qt::ControlModifier);
        host.pressHex(Qt::Key_Backspace);
        QCOMPARE(host.value(), QByteArray("bcde"));
        host.hex()->setSelection(1, 2);
        host.pressHex(Qt::Key_X, Qt::ControlModifier);
        QCOMPARE(host.value(), QByteArray("be"));
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("63 64"));
        host.hex()->setSelection(0, 0);
        host.pressHex(Qt::Key_V, Qt::ControlModifier); // in place of what is there
        QCOMPARE(host.value(), QByteArray("cd"));
        host.pressHex(Qt::Key_Insert);
        QGuiApplication::clipboard()->setText(QStringLiteral("0x41, 0x42\n43"));
        host.pressHex(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(host.value(), QByteArray("cdABC"));
        QGuiApplication::clipboard()->setText(QStringLiteral("words"));
        host.pressHex(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(host.value(), QByteArray("cdABC"));
        QVERIFY(!host.inspector.editBanner()->isHidden());
        host.hex()->setSelection(2, 3);
        host.hex()->copyBase64();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("QUJD"));
    }

    void damagedValuesStayStaged()
    {
        HexHost host(ValueType::Cbor);
        host.showNotation(R"({"map":[["a",1]]})");
        QVERIFY(host.open());
        host.type(QStringLiteral("ff"));
        QCOMPARE(host.value().toHex(), QByteArray("ff616101"));
        QVERIFY(!host.inspector.errorBanner()->isHidden());
        QVERIFY(host.hex()->isEditable());
        QCOMPARE(host.hex()->cursor(), 1);
        host.hex()->setSelection(0, 0);
        host.type(QStringLiteral("a1"));
        QVERIFY(host.inspector.errorBanner()->isHidden());
        QCOMPARE(host.inspector.treeModel()->value(), *fromNotation(R"({"a":1})"));
        host.hex()->setSelection(3, 0);
        host.type(QStringLiteral("07"));
        QCOMPARE(host.notation(), R"({"map":[["a",7]]})");
        QVERIFY(host.text().contains(QStringLiteral("\"a\": 7")));
    }

    void compressedValues()
    {
        HexHost host(ValueType::String, Compression::Snappy);
        host.showNotation("\"hello hello hello\"");
        QVERIFY(host.open());
        QComboBox *choice = host.inspector.hexPane()->choice();
        QVERIFY(choice->isVisible());
        QCOMPARE(host.hex()->data(), QByteArray("hello hello hello"));
        host.type(QStringLiteral("4a"));
        QCOMPARE(host.codec().decompressed(host.value()).value(), QByteArray("Jello hello hello"));
        choice->setCurrentIndex(1);
        Q_EMIT choice->activated(1);
        QCOMPARE(host.hex()->data(), host.value());
        // Broken as compressed data, it is shown as stored, and can be mended.
        const QByteArray good = host.value();
        host.hex()->setSelection(0, 0);
        host.type(QStringLiteral("7f"));
        QVERIFY(!host.inspector.errorBanner()->isHidden());
        QCOMPARE(host.hex()->data(), host.value());
        host.hex()->setSelection(0, 0);
        host.type(QString::fromLatin1(good.left(1).toHex()));
        QCOMPARE(host.value(), good);
        QVERIFY(host.inspector.errorBanner()->isHidden());
    }

    void findsBytes()
    {
        HexHost host(ValueType::Binary);
        host.show(QByteArray("\x01\xa3x--\xa3x", 7), 5);
        QVERIFY(host.open());
        HexPane *pane = host.inspector.hexPane();
        host.pressHex(Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(pane->findLine()->hasFocus());
        QTest::keyClicks(pane->findLine(), QStringLiteral("a3 78"));
        QTest::keyClick(pane->findLine(), Qt::Key_Return);
        QCOMPARE(host.hex()->selectionStart(), 1);
        QTest::keyClick(pane->findLine(), Qt::Key_F3);
        QCOMPARE(host.hex()->selectionStart(), 5);
        QTest::keyClick(pane->findLine(), Qt::Key_F3);
        QCOMPARE(host.hex()->selectionStart(), 1);
        QTest::keyClick(pane->findLine(), Qt::Key_F3, Qt::ShiftModifier);
        QCOMPARE(host.hex()->selectionStart(), 5);
        pane->findLine()->setText(QStringLiteral("zz"));
        QTest::keyClick(pane->findLine(), Qt::Key_Return);
        QVERIFY(pane->findResult()->text().contains(QStringLiteral("no hexadecimal")));
        pane->findChild<QComboBox *>(QStringLiteral("findKind"))->setCurrentIndex(1);
        pane->findLine()->setText(QStringLiteral("--"));
        QTest::keyClick(pane->findLine(), Qt::Key_Return);
        QCOMPARE(host.hex()->selectedBytes(), QByteArray("--"));
    }

    void hexTexts_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("plain") << QStringLiteral("00ffAB") << QByteArray("00ffab");
        QTest::newRow("blanks") << QStringLiteral(" 00 ff\n ab ") << QByteArray("00ffab");
        QTest::newRow("C") << QStringLiteral("0x0, 0xff,0xAB") << QByteArray("00ffab");
        QTest::newRow("odd") << QStringLiteral("00f") << QByteArray("none");
        QTest::newRow("words") << QStringLiteral("00 fg") << QByteArray("none");
    }
    void hexTexts()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, hex);
        const auto bytes = HexView::bytesFromHex(text);
        QCOMPARE(bytes ? bytes->toHex() : QByteArray("none"), hex);
    }
};

QTEST_MAIN(TestInspectorHex)
#include "tst_inspectorhex.moc"
