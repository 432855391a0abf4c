// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/timing.h"
#include "ui/views/hexview.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QScrollBar>
#include <QtTest>

using slotscope::test::fastestOf;
using slotscope::ui::HexView;

namespace {

QString clipboard()
{
    return QGuiApplication::clipboard()->text();
}

} // namespace

class TestHexView : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void copiesSelectionOrEverything()
    {
        HexView view;
        view.setData(QByteArray("\x00\x41\x7f\xff", 4));
        view.copyHex();
        QCOMPARE(clipboard(), QStringLiteral("00 41 7f ff"));
        view.setSelection(1, 2);
        QCOMPARE(view.selectedBytes(), QByteArray("\x41\x7f", 2));
        view.copyHex();
        QCOMPARE(clipboard(), QStringLiteral("41 7f"));
        view.copyText();
        QCOMPARE(clipboard(), QStringLiteral("A."));
        view.setSelection(3, 99);
        QCOMPARE(view.selectedBytes(), QByteArray("\xff", 1));
    }

    void followsTheKeyboard()
    {
        HexView view;
        view.setData(QByteArray(100, 'x'));
        view.resize(view.sizeHint());
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        QCOMPARE(view.bytesPerLine(), 16);
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(view.selectedBytes().size(), 17); // from 17 to 34
        QTest::keyClick(&view, Qt::Key_Home);
        QVERIFY(!view.hasSelection());
        QTest::keyClick(&view, Qt::Key_End, Qt::ShiftModifier);
        QCOMPARE(view.selectedBytes().size(), 16);
        QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selectedBytes().size(), 100);
        QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(clipboard().size(), 299);
        QTest::keyClick(&view, Qt::Key_Home, Qt::ControlModifier);
        QTest::keyClick(&view, Qt::Key_Up);
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(view.selectedBytes().size(), 100);
    }

    void selectsWithTheMouse()
    {
        HexView view;
        view.setData(QByteArray(64, 'x'));
        view.resize(view.sizeHint());
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        // Where bytes 3 and 20 are: the first point at which each is found.
        const auto pointOf = [&view](qint64 offset) {
            for (int y = 1; y < view.viewport()->height(); y += 2) {
                for (int x = 1; x < view.viewport()->width(); x += 2) {
                    if (view.offsetAt({x + 1, y}) == offset && view.offsetAt({x, y}) == offset)
                        return QPoint(x + 1, y);
                }
            }
            return QPoint();
        };
        QTest::mousePress(view.viewport(), Qt::LeftButton, {}, pointOf(3));
        QMouseEvent move(QEvent::MouseMove, pointOf(20), view.viewport()->mapToGlobal(pointOf(20)),
                         Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &move);
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, pointOf(20));
        QCOMPARE(view.selectedBytes().size(), 18); // 3 … 20
        QCOMPARE(view.offsetAt({5, 100'000}), -1);
    }

    void showsTheHighlightedPlace()
    {
        HexView view;
        view.setData(QByteArray(100'000, 'x'));
        view.resize(view.sizeHint());
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const QImage before = view.viewport()->grab().toImage();
        view.setHighlight(64'000, 8);
        const int top = view.verticalScrollBar()->value();
        QVERIFY(top <= 64'000 / view.bytesPerLine());
        QVERIFY(top + view.verticalScrollBar()->pageStep() > 64'000 / view.bytesPerLine());
        QVERIFY(view.viewport()->grab().toImage() != before);
        view.setHighlight(99'999, 50);
        QCOMPARE(view.highlightLength(), 1);
        view.setHighlight(500'000, 50);
        QCOMPARE(view.highlightLength(), 0);
    }

    void fitsItsWidth()
    {
        HexView view;
        view.setData(QByteArray(64, 'x'));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.resize(view.sizeHint());
        QTRY_COMPARE(view.bytesPerLine(), 16);
        view.resize(view.sizeHint().width() * 2 / 3, 200);
        QTRY_COMPARE(view.bytesPerLine(), 8);
        view.resize(view.sizeHint().width() / 3, 200);
        QTRY_COMPARE(view.bytesPerLine(), 4);
        QVERIFY(view.horizontalScrollBar()->maximum() >= 0);
    }

    void takesLargeAndEmptyData()
    {
        HexView view;
        view.resize(view.sizeHint());
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const auto draw = [&view](qsizetype size) {
            return fastestOf([&] {
                view.setData(QByteArray(size, '\x5a'));
                for (int step = 0; step < 50; ++step) {
                    view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum() * step / 50);
                    QVERIFY(!view.viewport()->grab().isNull());
                }
            });
        };
        const qint64 small = draw(14'000);
        const qint64 large = draw(1'400'000);
        QVERIFY2(large < 5 * small, qPrintable(QStringLiteral("%1 ns, %2 ns").arg(small).arg(large)));
        view.setData({});
        QCOMPARE(view.verticalScrollBar()->maximum(), 0);
        QVERIFY(!view.viewport()->grab().isNull());
        QCOMPARE(view.offsetAt({50, 5}), -1);
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, Qt::Key_End);
        QVERIFY(!view.hasSelection());
    }
};

QTEST_MAIN(TestHexView)
#include "tst_hexview.moc"
