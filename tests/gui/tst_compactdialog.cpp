// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compactions in the window: told when others make them, shown and confirmed before it makes one itself.
#include "core/history/compactionmonitor.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/compactdialog.h"
#include "ui/panels/banner.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QTreeWidget>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestCompactionWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<StoryWindow> m_window;
    Revision m_last;

    Connection *connection() const { return (*m_window)->connection(); }
    Banner *banner() const { return (*m_window)->findChild<Banner *>(QStringLiteral("compactionBanner")); }
    CompactDialog *dialog() const { return (*m_window)->findChild<CompactDialog *>(); }
    void openDialog() const
    {
        const auto actions = (*m_window)->findChildren<QAction *>();
        const auto action = std::find_if(actions.cbegin(), actions.cend(), [](const QAction *candidate) {
            return candidate->text() == QStringLiteral("C&ompact …");
        });
        QVERIFY(action != actions.cend());
        (*action)->trigger();
    }
    /// Whether the etcd has forgotten what was before the revision.
    bool isCompacted(Revision revision) const
    {
        Client client(m_etcd->parsedEndpoint());
        const auto reply = await(client.range(
            {.range = KeyRange::single("k"), .revision = Revision(revision.value - 1), .countOnly = true}));
        return !reply && reply.error().kind == ErrorKind::Compacted;
    }
    void accept() const { dialog()->buttons()->button(QDialogButtonBox::Ok)->click(); }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
    }
    void init()
    {
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
        m_window = openUsers(m_etcd->parsedEndpoint());
        // What the library's user is now stays; two versions of it would go.
        const QByteArray nils = m_etcd->get(NilsKey)->value;
        QVERIFY(m_etcd->put(NilsKey, nils).value > 0);
        m_last = m_etcd->put(NilsKey, nils);
        QVERIFY(m_last.value > 0);
        QTRY_COMPARE_WITH_TIMEOUT(connection()->revision(), m_last, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(connection()->compactions()->revision().value > 0, 20'000);
    }
    void cleanup()
    {
        m_window.reset();
        m_etcd.reset();
    }

    void othersCompactionsAreTold()
    {
        QVERIFY(banner()->isHidden());
        QVERIFY(m_etcd->compact(m_last));
        connection()->compactions()->setInterval(std::chrono::milliseconds(0));
        QVERIFY(m_etcd->put("elsewhere", "x").value > 0); // with its event it is noticed
        QTRY_VERIFY_WITH_TIMEOUT(!banner()->isHidden(), 20'000);
        QVERIFY(banner()->message().contains(QString::number(m_last.value)));
        Q_EMIT banner()->actionTriggered();
        QVERIFY(banner()->isHidden());
    }

    void ownOnesShowWhatIsLost()
    {
        openDialog();
        QVERIFY(dialog());
        QPushButton *ok = dialog()->buttons()->button(QDialogButtonBox::Ok);
        QTRY_COMPARE_WITH_TIMEOUT(dialog()->preview()->state(), CompactionPreview::State::Complete, 20'000);
        QTreeWidget *losses = dialog()->losses();
        QCOMPARE(losses->topLevelItemCount(), 1);
        QCOMPARE(losses->topLevelItem(0)->text(0), Users);
        QCOMPARE(losses->topLevelItem(0)->text(1), QStringLiteral("2"));
        QCOMPARE(losses->topLevelItem(0)->text(2), QStringLiteral("1"));
        QVERIFY(ok->isEnabled());

        for (const QString &wrong :
             {QStringLiteral("abc"), QString(), QStringLiteral("0"), QString::number(m_last.value + 1)}) {
            dialog()->revisionLine()->setText(wrong);
            QVERIFY(!ok->isEnabled());
            QVERIFY(!dialog()->problemLabel()->text().isEmpty());
        }
        dialog()->revisionLine()->setText(QString::number(m_last.value - 1));
        QVERIFY(ok->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(dialog()->preview()->upTo().value == m_last.value - 1
                                     && dialog()->preview()->state() == CompactionPreview::State::Complete,
                                 20'000);
        QCOMPARE(dialog()->preview()->total().versions, 1);
        accept();
        QTRY_VERIFY_WITH_TIMEOUT(!banner()->isHidden(), 20'000);
        QVERIFY(isCompacted(Revision(m_last.value - 1)));
        QVERIFY(!isCompacted(m_last));
        QVERIFY(m_window->prompts()->errors.empty());
    }

    void theSafetyLevelDecides()
    {
        SafetyGate *gate = connection()->safety();
        gate->setLevel(SafetyLevel::ReadOnly);
        openDialog();
        QVERIFY(!dialog());
        gate->setLevel(SafetyLevel::Guarded);
        openDialog();
        QVERIFY(!dialog()); // locked
        QVERIFY(gate->unlock(std::chrono::minutes(5)));
        openDialog();
        QVERIFY(dialog());
        ScriptedPrompts *prompts = m_window->prompts();
        prompts->answers = {0};
        prompts->typed = {QStringLiteral("another")};
        accept();
        // The gate holds what a dialog let pass.
        QTRY_COMPARE_WITH_TIMEOUT(prompts->errors.size(), size_t(1), 20'000);
        QVERIFY(!isCompacted(m_last));
        QCOMPARE(prompts->typedTexts.size(), size_t(1));
        QVERIFY(prompts->questions.back().text.contains(QStringLiteral("Would be lost")));

        QTRY_VERIFY(!dialog());
        openDialog();
        prompts->answers = {0};
        prompts->typed = {gate->clusterName()};
        accept();
        QTRY_VERIFY_WITH_TIMEOUT(!banner()->isHidden(), 20'000);
        QVERIFY(isCompacted(m_last));
        QCOMPARE(prompts->errors.size(), size_t(1));
    }
};

QTEST_MAIN(TestCompactionWindow)
#include "tst_compactdialog.moc"
