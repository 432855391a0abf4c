// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a table tells of loading, of being loaded in part, and of copying much of it.
#include "core/codec/cbor.h"
#include "tests/support/recordtabhost.h"
#include "ui/models/recordcopy.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/loadstrip.h"
#include "ui/tablelimit.h"
#include "ui/views/recordview.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

#include <limits>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using slotscope::ui::LoadStrip;
using slotscope::ui::RecordTab;

class TestLoading : public QObject, private RecordTabHost
{
    Q_OBJECT

    static constexpr qint64 Any = std::numeric_limits<qint64>::max();

    static std::vector<std::pair<QByteArray, QByteArray>> records(int count, qsizetype padding)
    {
        std::vector<std::pair<QByteArray, QByteArray>> all;
        for (int i = 0; i < count; ++i)
            all.emplace_back(
                keyOf(i),
                *cborCodec().encode(Value::map(
                    {{Value::text(QStringLiteral("name")), Value::text(QStringLiteral("n%1").arg(i))},
                     {Value::text(QStringLiteral("pad")),
                      Value::text(QString(padding, QLatin1Char('p')))}})));
        return all;
    }
    /// More than comes at once.
    void connectToMany()
    {
        static const auto many = records(5000, 2000);
        connectTo(many);
    }
    /// Does not wait for anything.
    void beginTab()
    {
        m_tab = std::make_unique<RecordTab>(m_connection.get(), KeyRange::slot(Slot(1)), Slot(1),
                                            QStringLiteral("slot 1"));
        m_tab->resize(1000, 400);
        m_tab->show();
    }
    LiveTable *table() const { return m_tab->table(); }
    LoadStrip *strip() const { return m_tab->loadStrip(); }
    QPushButton *button(const char *name) const
    {
        return m_tab->findChild<QPushButton *>(QLatin1String(name));
    }
    QLineEdit *startField() const { return m_tab->findChild<QLineEdit *>(QStringLiteral("startAtKey")); }
    static QString number(qint64 value) { return QLocale().toString(value); }

private Q_SLOTS:
    void initTestCase() { keepSettings(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void aTableBeyondTheLimitAsks()
    {
        ui::rememberTableLimit({.rows = 1000, .bytes = Any});
        QCOMPARE(ui::tableLimit().rows, qint64(1000));
        QCOMPARE(ui::tableLimit().bytes, Any);
        connectToMany();
        openTab(1000);
        QVERIFY(table()->isPartial());
        const auto loaded = qint64(table()->rows().count());
        QVERIFY(loaded >= 1000 && loaded < 5000);
        QTRY_VERIFY(strip()->isVisible());
        QTRY_VERIFY2(
            strip()->text().startsWith(QStringLiteral("This slot holds %1 records").arg(number(5000))),
            qPrintable(strip()->text()));
        QVERIFY(strip()->text().contains(QStringLiteral("The first %1 are shown").arg(number(loaded))));
        QCOMPARE(m_tab->statusText(),
                 QStringLiteral("%1 of %2 records loaded").arg(number(loaded), number(5000)));
        QVERIFY(button("loadMore")->isVisible());
        QVERIFY(button("loadMore")->text().contains(number(1000)));
        QVERIFY(!button("stopLoading")->isVisible());

        // What is sorted or filtered is only that.
        m_tab->filterBar()->setFilter({.text = QStringLiteral("n4999")});
        QTRY_VERIFY(!m_tab->model()->isOrdering() && m_tab->model()->rowCount() == 0);
        QVERIFY(
            strip()->text().endsWith(QStringLiteral("Only these are filtered: others may pass as well.")));
        QTRY_COMPARE(m_tab->statusText(),
                     QStringLiteral("0 of the %1 loaded records, of %2").arg(number(loaded), number(5000)));
        bool isSaid = false;
        for (const QLabel *label : m_tab->view()->viewport()->findChildren<QLabel *>())
            isSaid =
                isSaid || label->text().startsWith(QStringLiteral("None of the records that are loaded"));
        QVERIFY(isSaid);
        m_tab->filterBar()->clear();
        m_tab->view()->sortByColumn(column("value.name"), Qt::DescendingOrder);
        QTRY_VERIFY(strip()->text().endsWith(QStringLiteral("Only these are sorted.")));

        QTest::mouseClick(button("loadMore"), Qt::LeftButton);
        QTRY_COMPARE(table()->state(), LiveTable::State::Live);
        QVERIFY(qint64(table()->rows().count()) >= loaded + 1000);
        QTRY_VERIFY(button("loadAll")->isVisible() && button("loadAll")->isEnabled());
        QTest::mouseClick(button("loadAll"), Qt::LeftButton);
        QTRY_VERIFY(!table()->isPartial());
        QCOMPARE(table()->rows().count(), size_t(5000));
        QTRY_VERIFY(!strip()->isVisible());
        QTRY_VERIFY(!m_tab->model()->isOrdering());
        QCOMPARE(m_tab->model()->rowCount(), 5000);
        QCOMPARE(m_tab->statusText(), QStringLiteral("%1 records").arg(number(5000)));
    }

    void theLimitMayBeOneOfBytes()
    {
        ui::rememberTableLimit({.rows = Any, .bytes = 1024 * 1024});
        connectToMany();
        openTab(1000);
        QVERIFY(table()->isPartial());
        QVERIFY(table()->rows().payloadBytes() >= 1024 * 1024);
        // Nobody knows how many more records that would be.
        QTRY_VERIFY(button("loadAll")->isVisible());
        QVERIFY(!button("loadMore")->isVisible());
    }

    void escStopsASlowLoad()
    {
        connectToMany();
        beginTab();
        // Nothing more comes once the first rows are there.
        connect(table(), &LiveTable::appended, m_tab.get(), [this] { m_etcd->holdReplies(true); });
        const QPoint rows = m_tab->view()->viewport()->mapTo(m_tab.get(), QPoint());
        QTRY_VERIFY(table()->rows().count() > 0);
        QTRY_VERIFY(strip()->isVisible());
        QVERIFY(button("stopLoading")->isVisible());
        QVERIFY2(strip()->text().startsWith(QStringLiteral("Loading: ")), qPrintable(strip()->text()));
        QVERIFY(strip()->text().contains(QStringLiteral("of %1 records").arg(number(5000))));
        // It came without moving the rows.
        QCOMPARE(m_tab->view()->viewport()->mapTo(m_tab.get(), QPoint()), rows);

        QTest::keyClick(m_tab->view(), Qt::Key_Escape);
        QCOMPARE(table()->state(), LiveTable::State::Live);
        QVERIFY(table()->isPartial());
        table()->disconnect(m_tab.get());
        m_etcd->holdReplies(false);
        QTRY_COMPARE(table()->recordCount(), qint64(5000));
        const QString loaded = number(qint64(table()->rows().count()));
        QCOMPARE(strip()->text(),
                 QStringLiteral("Stopped. The first %1 of %2 records are shown, in the order of their keys.")
                     .arg(loaded, number(5000)));
        QVERIFY(!button("stopLoading")->isVisible());
        QVERIFY(!button("loadMore")->isVisible());
        QVERIFY(button("loadAll")->text().contains(QStringLiteral("the rest")));
        QTest::mouseClick(button("loadAll"), Qt::LeftButton);
        QTRY_VERIFY(!table()->isPartial());
        QTRY_VERIFY(!strip()->isVisible());
        // Now it does nothing.
        QTest::keyClick(m_tab->view(), Qt::Key_Escape);
        QVERIFY(!table()->isPartial());
    }

    void aRecordBehindThePartIsAStart()
    {
        ui::rememberTableLimit({.rows = 500, .bytes = Any});
        connectToMany();
        openTab(1000);
        QVERIFY(table()->isPartial() && !table()->covers(keyOf(4900)));
        QSignalSpy told(m_tab.get(), &RecordTab::messageRaised);
        m_tab->showRecord(keyOf(4900));
        QCOMPARE(told.size(), 1);
        QVERIFY(told.front().front().toString().contains(QStringLiteral("not in the part")));
        QVERIFY(!startField()->text().isEmpty());
        QTest::keyClick(startField(), Qt::Key_Return);
        QTRY_COMPARE(table()->state(), LiveTable::State::Live);
        QCOMPARE(m_tab->model()->keyAt(0), keyOf(4900));
        QTRY_VERIFY(strip()->text().contains(QStringLiteral("from the chosen key on")));
        QTRY_COMPARE(table()->recordCount(), qint64(5000));
        m_tab->showRecord(keyOf(4910));
        QCOMPARE(m_tab->model()->keyAt(m_tab->view()->currentIndex().row()), keyOf(4910));

        startField()->setText(QStringLiteral("0xzz"));
        told.clear();
        QTest::keyClick(startField(), Qt::Key_Return);
        QCOMPARE(told.size(), 1);
        QCOMPARE(table()->rowsBegin(), keyOf(4900));

        QTest::mouseClick(button("fromBeginning"), Qt::LeftButton);
        QTRY_COMPARE(table()->state(), LiveTable::State::Live);
        QCOMPARE(m_tab->model()->keyAt(0), keyOf(0));
        QVERIFY(!button("fromBeginning")->isVisible());
    }

    void whatWasWrittenBehindThePartIsNoRow()
    {
        ui::rememberTableLimit({.rows = 500, .bytes = Any});
        connectToMany();
        openTab(1000);
        const int before = m_tab->model()->rowCount();
        const auto staged = m_tab->model()->stageNew(0, true, keyOf(9000));
        QVERIFY2(staged, staged ? "" : qPrintable(staged.error()));
        QTRY_COMPARE(m_tab->model()->rowCount(), before + 1);
        m_connection->edits()->commit();
        QTRY_VERIFY(m_etcd->keys().contains(keyOf(9000)));
        QTRY_VERIFY(m_connection->edits()->isEmpty());
        QTRY_COMPARE(table()->recordCount(), qint64(5001));
        QTRY_COMPARE(m_tab->model()->rowCount(), before);
    }

    void aLostConnectionIsTold()
    {
        connectToMany();
        beginTab();
        connect(table(), &LiveTable::appended, m_tab.get(), [this] { m_etcd->setAway(true); });
        QTRY_COMPARE(table()->state(), LiveTable::State::Failed);
        QVERIFY(table()->rows().count() > 0);
        QVERIFY(strip()->isVisible());
        QVERIFY2(strip()->text().startsWith(QStringLiteral("Loading was interrupted after %1 records.")
                                                .arg(number(qint64(table()->rows().count())))),
                 qPrintable(strip()->text()));
        table()->disconnect(m_tab.get());
        m_etcd->setAway(false);
        QTRY_COMPARE(table()->rows().count(), size_t(5000));
        QTRY_COMPARE(table()->state(), LiveTable::State::Live);
        QTRY_VERIFY(!strip()->isVisible());
    }

    void manyRecordsAreCopiedOnOtherThreads()
    {
        connectTo(records(3000, 1));
        openTab(1000);
        ui::RecordView *view = m_tab->view();
        view->setColumnHidden(column("meta.version"), false);
        view->setColumnHidden(column("meta.lease"), false);
        QVERIFY(m_tab->model()->stageCell(m_tab->model()->index(7, column("value.name")),
                                          Value::text(QStringLiteral("a \"staged\", one"))));
        view->selectAll();
        ui::CellBlock block = ui::selectedCells(*view);
        QCOMPARE(block.rows.size(), size_t(3000));
        QSignalSpy finished(view->copier(), &ui::RecordCopier::finished);
        const auto clipboard = [] { return QGuiApplication::clipboard()->text(); };

        view->copyAsCsv();
        QVERIFY(view->copier()->isRunning());
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(clipboard(),
                 ui::recordsAsText(*m_tab->model(), block, QLatin1Char(','), true, ui::CopyForm::Exact));
        QVERIFY(clipboard().contains(QStringLiteral("\"a \"\"staged\"\", one\"")));
        view->copyRows();
        QTRY_COMPARE(finished.size(), 2);
        QCOMPARE(clipboard(),
                 ui::recordsAsText(*m_tab->model(), block, QLatin1Char('\t'), false, ui::CopyForm::AsShown));
        view->copyAsJson();
        QTRY_COMPARE(finished.size(), 3);
        QCOMPARE(clipboard().toUtf8(), ui::recordsAsJson(*m_tab->model(), block.rows));
        QCOMPARE(finished.back().front().toString(), QStringLiteral("%1 records copied.").arg(number(3000)));

        // Given up, or too much: what was in the clipboard is still there.
        QGuiApplication::clipboard()->setText(QStringLiteral("before"));
        view->copyRows();
        Q_EMIT view->copier()->progressed();
        QWidget *copying = m_tab->findChild<QWidget *>(QStringLiteral("copyStrip"));
        QVERIFY(copying->isVisible());
        QTest::keyClick(view, Qt::Key_Escape);
        QVERIFY(!view->copier()->isRunning());
        QVERIFY(!copying->isVisible());
        QCOMPARE(finished.size(), 4);
        QCOMPARE(finished.back().front().toString(), QStringLiteral("Nothing was copied."));
        view->copier()->setMostCharacters(1000);
        view->copyAsJson();
        QTRY_COMPARE(finished.size(), 5);
        QVERIFY(
            finished.back().front().toString().startsWith(QStringLiteral("Nothing was copied: the text")));
        QCOMPARE(clipboard(), QStringLiteral("before"));
    }
};

QTEST_MAIN(TestLoading)
#include "tst_loading.moc"
