// SPDX-License-Identifier: GPL-3.0-or-later
//
// A table that changes while somebody looks at it.
#include "core/codec/cbor.h"
#include "tests/support/memoryconnection.h"
#include "ui/panels/banner.h"
#include "ui/panels/livecontrols.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using slotscope::ui::RecordModel;
using slotscope::ui::RecordTab;

class TestLiveTab : public QObject
{
    Q_OBJECT

    QTemporaryDir m_settings;
    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<Connection> m_connection;
    std::unique_ptr<RecordTab> m_tab;

    static QByteArray keyOf(int number)
    {
        return slotKey(1, QByteArray::number(number).rightJustified(16, '0'));
    }
    static QByteArray record(const QString &name)
    {
        return *cborCodec().encode(Value::map({{Value::text(QStringLiteral("name")), Value::text(name)},
                                               {Value::text(QStringLiteral("n")), Value::integer(1)}}));
    }
    void open(int records)
    {
        std::vector<std::pair<QByteArray, QByteArray>> all;
        for (int i = 0; i < records; ++i)
            all.emplace_back(keyOf(10 * i), record(QStringLiteral("n%1").arg(i)));
        m_etcd->write(all);
        m_connection = std::make_unique<Connection>(Endpoint {QUrl(QStringLiteral("http://memory:1"))},
                                                    m_etcd->transport());
        m_connection->open();
        QTRY_COMPARE(m_connection->state(), Connection::State::Online);
        QTRY_VERIFY(m_connection->directory()->isSampled());
        m_tab = std::make_unique<RecordTab>(m_connection.get(), KeyRange::slot(Slot(1)), Slot(1),
                                            QStringLiteral("slot 1"));
        m_tab->resize(900, 300);
        m_tab->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_tab.get()));
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QTRY_VERIFY(m_tab->model()->shownRow(0).decoded);
        QVERIFY(column("value.name") > 0);
    }
    int column(const char *id) const { return m_tab->model()->columnOf(QLatin1String(id)); }
    QString name(int number) const
    {
        const RecordModel *model = m_tab->model();
        return model->index(model->rowOf(keyOf(number)), column("value.name")).data().toString();
    }
    void select(int number)
    {
        m_tab->view()->setCurrentIndex(
            m_tab->model()->index(m_tab->model()->rowOf(keyOf(number)), column("value.name")));
    }
    QLineEdit *openEditor()
    {
        m_tab->view()->edit(m_tab->view()->currentIndex());
        return m_tab->view()->viewport()->findChild<QLineEdit *>();
    }

private Q_SLOTS:
    void initTestCase()
    {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    }
    void init()
    {
        QSettings().clear();
        m_etcd = std::make_unique<MemoryEtcd>();
    }
    void cleanup()
    {
        m_tab.reset();
        m_connection.reset();
        m_etcd.reset();
    }

    void spacePausesAndGoesOn()
    {
        open(20);
        QSignalSpy status(m_tab.get(), &RecordTab::statusChanged);
        const ui::Banner *banner = m_tab->live()->banner();
        QVERIFY(banner->isHidden());
        QTest::keyClick(m_tab->view(), Qt::Key_Space);
        QVERIFY(m_tab->table()->isPaused());
        QVERIFY(m_tab->findChild<QToolButton *>(QStringLiteral("pauseButton"))->isChecked());
        QVERIFY(!banner->isHidden());
        QVERIFY2(banner->message().contains(QStringLiteral("nothing waiting")),
                 qPrintable(banner->message()));
        m_etcd->put(keyOf(10), record(QStringLiteral("later")));
        QTRY_VERIFY(m_tab->live()->pauseText().contains(QStringLiteral("1 change waiting")));
        m_etcd->put(keyOf(10), record(QStringLiteral("last")));
        m_etcd->remove(keyOf(20));
        QTRY_VERIFY2(banner->message().contains(QStringLiteral("3 changes waiting, of 2 records")),
                     qPrintable(banner->message()));
        QCOMPARE(name(10), QStringLiteral("n1"));
        QCOMPARE(name(20), QStringLiteral("n2"));
        QVERIFY(status.size() > 0);

        QTest::keyClick(m_tab->view(), Qt::Key_Space);
        QVERIFY(!m_tab->table()->isPaused());
        QVERIFY(banner->isHidden());
        QVERIFY(m_tab->live()->pauseText().isEmpty());
        QTRY_COMPARE(name(10), QStringLiteral("last"));
        QTRY_COMPARE(m_tab->model()->rowCount(), 19);
    }

    void aSpaceInAnEditorIsText()
    {
        open(3);
        select(10);
        QLineEdit *editor = openEditor();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("a b"));
        QCOMPARE(editor->text(), QStringLiteral("a b"));
        QVERIFY(!m_tab->table()->isPaused());
    }

    void aCommitGoesOn()
    {
        open(3);
        m_tab->live()->togglePause();
        m_etcd->put(keyOf(0), record(QStringLiteral("theirs")));
        QTRY_COMPARE(m_tab->table()->waitingEvents(), qint64(1));
        QVERIFY(m_tab->model()->stageBytes(keyOf(20), record(QStringLiteral("mine"))));
        QSignalSpy messages(m_tab.get(), &RecordTab::messageRaised);
        m_connection->edits()->commit();
        QTRY_VERIFY(!m_tab->table()->isPaused());
        QCOMPARE(messages.size(), 1);
        QTRY_COMPARE(name(20), QStringLiteral("mine"));
        QTRY_COMPARE(name(0), QStringLiteral("theirs"));
    }

    void anEditOnWhatWaitsIsNoticedAsAConflict()
    {
        open(3);
        m_tab->live()->togglePause();
        m_etcd->put(keyOf(10), record(QStringLiteral("theirs")));
        QTRY_COMPARE(m_tab->table()->waitingEvents(), qint64(1));
        QVERIFY(m_tab->model()->stageBytes(keyOf(10), record(QStringLiteral("mine"))));
        m_tab->live()->togglePause();
        QTRY_VERIFY(m_connection->edits()->hasConflicts());
        QCOMPARE(m_connection->edits()->find(keyOf(10))->value, record(QStringLiteral("mine")));
    }
};

QTEST_MAIN(TestLiveTab)
#include "tst_livetab.moc"
