// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/eventlog.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/alertsdialog.h"
#include "ui/panels/banner.h"
#include "ui/panels/eventlogpanel.h"
#include "ui/panels/slotchooser.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QScrollBar>
#include <QTableView>
#include <QTreeWidget>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

/// The event log in the real window: what it shows, its filters, and where it leads.
class TestEventLogPanel : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<StoryWindow> m_window;

    EventLogPanel *panel() const { return (*m_window)->findChild<EventLogPanel *>(); }
    EventLogModel *model() const { return panel()->model(); }
    EventLog *log() const { return (*m_window)->connection()->eventLog(); }
    QString shown(int row, int column) const { return model()->index(row, column).data().toString(); }
    QStringList shown(int column) const
    {
        QStringList texts;
        for (int row = 0; row < model()->rowCount(); ++row)
            texts << shown(row, column);
        return texts;
    }
    /// All that the filter lets pass is there and decoded.
    bool isSettled() const
    {
        if (model()->isSearching())
            return false;
        return !shown(EventLogModel::ChangeColumn).contains(QStringLiteral("…"));
    }
    void showLog()
    {
        m_window->press(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(panel()->isVisible());
    }
    QStringList fields() const
    {
        QStringList texts;
        const QTreeWidget *tree = panel()->detail();
        for (int i = 0; i < tree->topLevelItemCount(); ++i) {
            const QTreeWidgetItem *item = tree->topLevelItem(i);
            texts << item->text(0);
            for (int j = 0; j < item->childCount(); ++j)
                texts << item->child(j)->text(0) + QLatin1Char('=') + item->child(j)->text(1);
        }
        return texts;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void init()
    {
        OwnSettings::clear();
        m_window = openUsers(m_etcd->parsedEndpoint());
        QVERIFY(m_window);
        showLog();
    }
    void cleanup() { m_window.reset(); }

    void transactionsAreShownByField()
    {
        const QAbstractItemModelTester tester(model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model()->rowCount(), 0);
        const QString before = m_window->text(NilsKey, "value.name");
        QVERIFY(m_window->type(m_window->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(model()->rowCount(), 1);
        QTRY_VERIFY(isSettled());
        const Revision revision = m_etcd->get(NilsKey)->modRevision;
        QCOMPARE(model()->index(0, 0).data(EventLogModel::NumberRole).toLongLong(), log()->begin());
        QCOMPARE(shown(0, EventLogModel::RevisionColumn), QLocale().toString(qlonglong(revision.value)));
        QVERIFY(shown(0, EventLogModel::TableColumn).contains(Users));

        panel()->view()->setCurrentIndex(model()->index(0, 0));
        QTRY_VERIFY(fields().contains(QStringLiteral("name=%1 → Bert").arg(before)));
        // Entries of indexes were written in the same transaction.
        QVERIFY(panel()->detail()->topLevelItemCount() > 1);

        QVERIFY(m_etcd->put("/somewhere/else", "text").value > 0);
        QTRY_COMPARE(model()->rowCount(), 2);
        QTRY_VERIFY(isSettled());
        QCOMPARE(shown(1, EventLogModel::WhatColumn), QStringLiteral("new"));
        QCOMPARE(shown(1, EventLogModel::KeyColumn), QStringLiteral("/somewhere/else"));
        QCOMPARE(shown(1, EventLogModel::ChangeColumn), QStringLiteral("text"));

        panel()->clearButton()->click();
        QTRY_COMPARE(model()->rowCount(), 0);
        QTRY_COMPARE(panel()->detail()->topLevelItemCount(), 0);
    }

    // Etcd is asked for what the log cannot know.
    void whatWasBeforeIsLookedUp()
    {
        QVERIFY(m_etcd->put("/plain", "before").value > 0);
        QTRY_COMPARE(log()->end(), qint64(1));
        // Another log that begins here, in a window of its own.
        m_window.reset();
        m_window = openUsers(m_etcd->parsedEndpoint());
        if (!panel()->isVisible())
            showLog();
        QVERIFY(m_etcd->put("/plain", "after").value > 0);
        QTRY_COMPARE(model()->rowCount(), 1);
        QTRY_VERIFY(isSettled());
        QCOMPARE(shown(0, EventLogModel::ChangeColumn), QStringLiteral("now after"));
        panel()->view()->setCurrentIndex(model()->index(0, 0));
        QTRY_VERIFY(fields().contains(QStringLiteral("=before → after")));
    }

    void filters()
    {
        const QAbstractItemModelTester tester(model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (int i = 0; i < 200; ++i)
            QVERIFY(m_etcd->put("/number/" + QByteArray::number(i), QByteArray::number(i)).value > 0);
        QTRY_COMPARE(model()->rowCount(), 200);

        panel()->keyLine()->setText(QStringLiteral("number/19"));
        QTRY_COMPARE(model()->rowCount(), 11);
        QTRY_VERIFY(isSettled());
        QCOMPARE(shown(0, EventLogModel::KeyColumn), QStringLiteral("/number/19"));
        QVERIFY(m_etcd->put("/number/19", "again").value > 0);
        QVERIFY(m_etcd->put("/number/18", "again").value > 0);
        QTRY_COMPARE(model()->rowCount(), 12);
        QTRY_VERIFY(isSettled());
        QCOMPARE(shown(11, EventLogModel::ChangeColumn), QStringLiteral("19 → again"));

        panel()->keyLine()->clear();
        panel()->conditionLine()->setText(QStringLiteral("value ~ /^1.$/"));
        QTRY_COMPARE(model()->rowCount(), 10);
        // What is not understood is told, and changes nothing.
        panel()->conditionLine()->setText(QStringLiteral("value ="));
        QTRY_VERIFY(panel()->hint()->text().contains(QLatin1String("character 8")));
        QCOMPARE(model()->rowCount(), 10);
        panel()->conditionLine()->clear();
        QTRY_COMPARE(model()->rowCount(), 202);
        QTRY_VERIFY(panel()->hint()->text().startsWith(QLatin1String("202 transactions")));

        QComboBox *tables = panel()->slotBox();
        QTRY_VERIFY(tables->findText(Users) > 0);
        tables->setCurrentIndex(tables->findText(Users));
        Q_EMIT tables->activated(tables->currentIndex());
        QTRY_COMPARE(model()->rowCount(), 0);
        QVERIFY(!panel()->exportButton()->isEnabled());
        QVERIFY(m_window->type(m_window->cell(NilsKey, "value.name"), QStringLiteral("Carl")));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(model()->rowCount(), 1);
    }

    void aLineLeadsToItsRecord()
    {
        QVERIFY(m_window->type(m_window->cell(NilsKey, "value.name"), QStringLiteral("Doro")));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        panel()->conditionLine()->setText(QStringLiteral("name = Doro"));
        QTRY_COMPARE(model()->rowCount(), 1);
        QTRY_VERIFY(isSettled());
        m_window->select(m_window->model()->index(0, 0));
        QVERIFY(m_window->model()->keyAt(m_window->view()->currentIndex().row()) != NilsKey);
        Q_EMIT panel()->view()->activated(model()->index(0, 0));
        QTRY_COMPARE(m_window->model()->keyAt(m_window->view()->currentIndex().row()), NilsKey);
    }

    void whatIsShownIsExported()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("events.jsonl"));
        QVERIFY(m_etcd->put("/a", "1").value > 0);
        QVERIFY(m_etcd->put("/b", "2").value > 0);
        QTRY_COMPARE(model()->rowCount(), 2);
        panel()->keyLine()->setText(QStringLiteral("/b"));
        QTRY_COMPARE(model()->rowCount(), 1);
        QTRY_VERIFY(panel()->exportButton()->isEnabled());
        m_window->prompts()->files.push_back(file);
        QSignalSpy messages((*m_window)->statusBar(), &QStatusBar::messageChanged);
        panel()->exportButton()->click();
        const QString told = QStringLiteral("1 event was written to %1").arg(file);
        QTRY_VERIFY(!messages.isEmpty() || !m_window->prompts()->errors.empty());
        QVERIFY2(m_window->prompts()->errors.empty(),
                 qPrintable(m_window->prompts()->errors.empty()
                                ? QString()
                                : m_window->prompts()->errors.front().error.summary));
        QTRY_VERIFY(std::any_of(messages.cbegin(), messages.cend(),
                                [&told](const QVariantList &message) { return message.first() == told; }));
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QVERIFY(written.readAll().startsWith(R"({"type":"put","slot":null,"key":"/b")"));

        m_window->prompts()->files.push_back(folder.filePath(QStringLiteral("not/there")));
        panel()->exportButton()->click();
        QTRY_COMPARE(m_window->prompts()->errors.size(), size_t(1));
        QCOMPARE(m_window->prompts()->errors.front().title, QStringLiteral("The events were not exported"));
    }

    void alertsAreTold()
    {
        panel()->alertsButton()->click();
        auto *dialog = (*m_window)->findChild<AlertsDialog *>();
        QVERIFY(dialog);
        QTRY_VERIFY(dialog->isVisible());
        QVERIFY(!dialog->removeButton()->isEnabled());
        dialog->addButton()->click();
        dialog->nameLine()->setText(QStringLiteral("Emil comes"));
        dialog->tableBox()->setEditText(Users);
        dialog->conditionLine()->setText(QStringLiteral("name ="));
        QVERIFY(!dialog->okButton()->isEnabled());
        QVERIFY(dialog->faultLabel()->text().contains(QLatin1String("character 7")));
        dialog->conditionLine()->setText(QStringLiteral("name = Emil"));
        QVERIFY(dialog->okButton()->isEnabled());
        QVERIFY(dialog->notifyBox()->isChecked());
        dialog->okButton()->click();
        const std::vector<AlertRule> kept = rememberedAlerts(m_etcd->parsedEndpoint());
        QCOMPARE(kept.size(), size_t(1));
        QCOMPARE(kept.front().condition, QStringLiteral("name = Emil"));
        QVERIFY(m_window->activate());

        QVERIFY(m_etcd->put("/elsewhere", "x").value > 0);
        QTRY_COMPARE(model()->rowCount(), 1);
        QVERIFY(m_window->type(m_window->cell(NilsKey, "value.name"), QStringLiteral("Emil")));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(model()->rowCount(), 2);
        auto *banner = (*m_window)->findChild<Banner *>(QStringLiteral("alertBanner"));
        QTRY_VERIFY(banner->isVisible());
        QVERIFY2(banner->message().startsWith(QStringLiteral("Emil comes: Users · ")),
                 qPrintable(banner->message()));
        QVERIFY(banner->message().contains(QStringLiteral("→ Emil")));
        QTRY_COMPARE(model()->rowCount(), 2);
        QVERIFY(!model()->index(0, 0).data(Qt::BackgroundRole).isValid());
        QVERIFY(model()->index(1, 0).data(Qt::BackgroundRole).isValid());
        QTRY_COMPARE(model()->index(1, EventLogModel::WhatColumn).data(Qt::ToolTipRole).toString(),
                     QStringLiteral("Alert: Emil comes"));

        // From the banner to the event, to the record, and away.
        Q_EMIT banner->actionChosen(1);
        QTRY_COMPARE(panel()->view()->currentIndex().row(), 1);
        m_window->select(m_window->model()->index(0, 0));
        Q_EMIT banner->actionChosen(0);
        QTRY_COMPARE(m_window->model()->keyAt(m_window->view()->currentIndex().row()), NilsKey);
        Q_EMIT banner->actionChosen(2);
        QVERIFY(!banner->isVisible());

        // The rules are there again with the next window.
        m_window.reset();
        m_window = openUsers(m_etcd->parsedEndpoint());
        QVERIFY(m_window);
        if (!panel()->isVisible())
            showLog();
        QVERIFY(m_window->type(m_window->cell(NilsKey, "value.email"), QStringLiteral("emil@example.org")));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY((*m_window)->findChild<Banner *>(QStringLiteral("alertBanner"))->isVisible());
    }

    // Who looks at the newest line stays with it, who has scrolled up stays where he is.
    void followsTheNewestLine()
    {
        for (int i = 0; i < 60; ++i)
            QVERIFY(m_etcd->put("/a", QByteArray::number(i)).value > 0);
        QTRY_COMPARE(model()->rowCount(), 60);
        QScrollBar *bar = panel()->view()->verticalScrollBar();
        QTRY_VERIFY(bar->maximum() > 0 && bar->value() == bar->maximum());
        bar->setValue(3);
        QVERIFY(m_etcd->put("/a", "more").value > 0);
        QTRY_COMPARE(model()->rowCount(), 61);
        QCOMPARE(bar->value(), 3);
    }
};

QTEST_MAIN(TestEventLogPanel)
#include "tst_eventlogpanel.moc"
