// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/inspectorhost.h"
#include "ui/models/textforms.h"

#include <QLabel>

#include <time.h>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

/// What this thread has computed, however busy the machine is.
qint64 threadMicroseconds()
{
    timespec time {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1'000'000 + time.tv_nsec / 1000;
}

/// The most that was computed before the event loop came round.
class GapMeter
{
public:
    GapMeter()
    {
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { beat(); });
        m_timer.start(0);
    }
    qint64 longestMicroseconds()
    {
        beat();
        return m_longest;
    }

private:
    void beat()
    {
        const qint64 now = threadMicroseconds();
        m_longest = std::max(m_longest, now - m_last);
        m_last = now;
    }
    QTimer m_timer;
    qint64 m_last = threadMicroseconds();
    qint64 m_longest = 0;
};

// A map of 1.4 MB as records have it: lists of maps of short fields.
Value largeValue()
{
    MemberList members;
    for (int part = 0; part < 48; ++part) {
        ValueList rows;
        for (int row = 0; row < 600; ++row) {
            rows.push_back(Value::map({{Value::text(QStringLiteral("id")), Value::integer(part * 1000 + row)},
                                       {Value::text(QStringLiteral("name")),
                                        Value::text(QStringLiteral("person number %1").arg(row))},
                                       {Value::text(QStringLiteral("score")), Value::number(row / 7.0)},
                                       {Value::text(QStringLiteral("ok")), Value::boolean(row % 2)}}));
        }
        members.push_back({Value::text(QStringLiteral("part %1").arg(part)), Value::array(std::move(rows))});
    }
    return Value::map(std::move(members));
}

} // namespace

class TestInspectorLarge : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void opensWithoutAStall_data()
    {
        QTest::addColumn<int>("type");
        QTest::newRow("cbor") << int(ValueType::Cbor);
        QTest::newRow("json") << int(ValueType::Json);
    }

    // The work done in one go is the measure: what the UI thread does at once has to be a small part of it.
    void opensWithoutAStall()
    {
        QFETCH(int, type);
        InspectorHost host(static_cast<ValueType>(type));
        QVERIFY(host.activate());
        const QByteArray bytes = host.codec().encodeValue(largeValue()).value();
        QVERIFY2(bytes.size() > 1'300'000, qPrintable(QString::number(bytes.size())));

        const qint64 begun = threadMicroseconds();
        const DecodedRow row = decodeRow(host.codec(), InspectorHost::keyOf(5), bytes);
        QVERIFY(host.codec().readOnlyReason(bytes).isEmpty());
        const std::vector<TextForm> forms = textForms(host.codec(), row, bytes);
        QVERIFY(!textInForm(forms.front(), row, bytes).isEmpty());
        const qint64 work = threadMicroseconds() - begun;

        const auto measured = [&](const char *what, const std::function<void()> &begin,
                                  const std::function<bool()> &done) {
            GapMeter meter;
            begin();
            const bool finished = QTest::qWaitFor(done, 60'000);
            const qint64 gap = meter.longestMicroseconds();
            qInfo("%s: longest gap %lld ms, the work at once %lld ms", what,
                  static_cast<long long>(gap / 1000), static_cast<long long>(work / 1000));
            return finished ? gap : work;
        };
        const auto idle = [&] { return !host.inspector.isBusy(); };
        const qint64 opening = measured(
            "opening", [&] { host.show(bytes, 5); }, idle);
        QVERIFY2(opening * 2 < work, qPrintable(QStringLiteral("%1 of %2").arg(opening).arg(work)));
        QCOMPARE(host.inspector.treeModel()->rowCount(), 48);

        // One field, in the tree and in the text.
        host.view()->expand(host.index("part 7"));
        const qint64 editing = measured(
            "editing a field",
            [&] {
                host.inspector.treeModel()->setData(host.index("part 7[3].id", ValueTreeModel::ValueColumn),
                                                    QStringLiteral("5"));
            },
            [&] { return host.edits == 1 && idle(); });
        QVERIFY2(editing * 2 < work, qPrintable(QStringLiteral("%1 of %2").arg(editing).arg(work)));
        QVERIFY(host.view()->isExpanded(host.index("part 7")));

        const qint64 text = measured(
            "showing the text", [&] { host.inspector.tabs()->setCurrentIndex(Inspector::TextTab); }, idle);
        QVERIFY2(text * 2 < work, qPrintable(QStringLiteral("%1 of %2").arg(text).arg(work)));
        if (!host.inspector.textPane()->showsWhole()) {
            GapMeter meter;
            Q_EMIT host.inspector.textPane()->partBanner()->actionTriggered();
            QVERIFY(QTest::qWaitFor(idle));
            QCoreApplication::processEvents();
            qInfo("showing all of the text: longest gap %lld ms",
                  static_cast<long long>(meter.longestMicroseconds() / 1000));
        }
        host.editor()->setFocus();
        const qsizetype at = host.editor()->text().indexOf("person number 17\"");
        QVERIFY(at > 0);
        host.editor()->select(at, 6);
        const qint64 typing = measured(
            "typing", [&] { QTest::keyClicks(host.editor()->area(), QStringLiteral("human")); },
            [&] { return host.edits == 2 && idle(); });
        QVERIFY2(typing * 2 < work, qPrintable(QStringLiteral("%1 of %2").arg(typing).arg(work)));
        const auto after = host.codec().decodeValue(host.value());
        QCOMPARE(ValuePath::parse(QStringLiteral("part 0[17].name"))->find(*after)->toText(),
                 QStringLiteral("human number 17"));
        QCOMPARE(ValuePath::parse(QStringLiteral("part 7[3].id"))->find(*after)->toInt64(),
                 std::optional<qint64>(5));
    }

    // The editor measures a line as a whole, which takes it seconds where it has a million characters.
    void aLongTextIsShownWholeWhenAskedFor()
    {
        InspectorHost host(ValueType::String);
        QVERIFY(host.activate());
        const QByteArray large =
            "begin\n" + QByteArray("a line\n").repeated(10'000) + QByteArray(21'000, 'x') + "end";
        host.show(large, 5);
        QVERIFY(host.inspector.isBusy());
        QTRY_VERIFY(!host.inspector.isBusy());
        const TextPane *pane = host.inspector.textPane();
        QCOMPARE(host.editor()->length(), qint64(0)); // nobody looks at it
        QCOMPARE(pane->text(), large);

        host.inspector.tabs()->setCurrentIndex(Inspector::TextTab);
        QCOMPARE(host.editor()->length(), qint64(TextPane::BeginningSize));
        QVERIFY(large.startsWith(host.editor()->text()));
        QVERIFY(host.editor()->isReadOnly());
        QVERIFY(pane->partBanner()->isVisible());
        QVERIFY2(pane->partBanner()->message().contains(QStringLiteral("88.9 kB")),
                 qPrintable(pane->partBanner()->message()));
        QCOMPARE(pane->text(), large);
        QTest::keyClicks(host.editor()->area(), QStringLiteral("lost"));
        QCOMPARE(host.edits, 0);

        // What is not found may be in the rest.
        QTest::keyClick(host.editor()->area(), Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(pane->findLine(), QStringLiteral("end"));
        QCOMPARE(pane->findResult()->text(), QStringLiteral("not found in the part shown"));
        QTest::keyClick(pane->findLine(), Qt::Key_Escape);

        Q_EMIT pane->partBanner()->actionTriggered();
        QCOMPARE(host.editor()->text(), large);
        QVERIFY(!host.editor()->isReadOnly());
        QVERIFY(!pane->partBanner()->isVisible());
        QVERIFY(host.typeOver("end", QStringLiteral("END")));
        host.submit();
        QTRY_COMPARE(host.edits, 1);
        QByteArray after = large;
        QCOMPARE(host.value(), after.replace("end", "END"));
        QTRY_VERIFY(!host.inspector.isBusy());
        QVERIFY(pane->showsWhole());

        // Of the next record the beginning again; what is typed of a wrong text is kept whole.
        host.show(large, 6);
        QTRY_VERIFY(!host.inspector.isBusy());
        QCOMPARE(host.editor()->length(), qint64(TextPane::BeginningSize));
    }

    void aLongWrongTextIsKeptWhole()
    {
        InspectorHost host(ValueType::Json);
        QVERIFY(host.activate());
        const QByteArray large = "{\"a\":[" + QByteArray("12345,\n").repeated(60'000) + "0],\"b\":1}";
        host.show(large, 5);
        host.inspector.tabs()->setCurrentIndex(Inspector::TextTab);
        QTRY_VERIFY(!host.inspector.isBusy());
        QVERIFY(!host.inspector.textPane()->showsWhole());
        Q_EMIT host.inspector.textPane()->partBanner()->actionTriggered();
        QVERIFY(host.typeOver(":1}", QStringLiteral(":?}")) || host.typeOver(": 1", QStringLiteral(": ?")));
        const QByteArray wrong = host.editor()->text();
        host.show("{}", 6);
        QTRY_VERIFY(!host.inspector.isBusy());
        QCOMPARE(host.text(), QStringLiteral("{}"));
        host.show(host.keyOf(5));
        QTRY_VERIFY(!host.inspector.isBusy());
        QCOMPARE(host.editor()->text(), wrong);
        QTRY_VERIFY(host.inspector.textPane()->errorBanner()->isVisible());
        QVERIFY(!host.editor()->isReadOnly());
        QCOMPARE(host.edits, 0);
    }
};

QTEST_MAIN(TestInspectorLarge)
#include "tst_inspectorlarge.moc"
