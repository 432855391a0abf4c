// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/pastconnection.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/memoryconnection.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "tests/support/testpaths.h"
#include "ui/dialogs/comparedialog.h"

#include <QComboBox>
#include <QTreeView>
#include <QTreeWidget>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

/// The user compares the users with what they were, and stages what makes them so again.
class TestCompareDialog : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    QByteArray m_value; // of Nils, as it was
    QByteArray m_other; // a user who goes
    QByteArray m_otherValue;
    QByteArray m_new; // one who comes
    Revision m_then;

    static CompareDialog *open(const StoryWindow &window)
    {
        QTest::keyClick(window.window(), Qt::Key_D, Qt::ControlModifier | Qt::AltModifier);
        return window->findChild<CompareDialog *>();
    }
    static bool compare(CompareDialog *dialog, const QString &a, const QString &b)
    {
        dialog->setSides(a, b);
        QTest::mouseClick(dialog->compareButton(), Qt::LeftButton);
        return QTest::qWaitFor([dialog] { return dialog->isIdle(); }, 20'000);
    }
    static QStringList kinds(const CompareDialog *dialog)
    {
        QStringList result;
        for (int row = 0; row < dialog->model()->rowCount(); ++row)
            result << dialog->model()->index(row, DiffModel::Kind).data().toString();
        result.sort();
        return result;
    }
    QString then() const { return QString::number(m_then.value); }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
        QCOMPARE(loadDump(*m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
        m_value = m_etcd->get(NilsKey)->value;
        Client client(m_etcd->parsedEndpoint());
        const auto first = await(client.range({.range = KeyRange::slot(Slot(1)), .limit = 1}));
        QVERIFY(first.hasValue());
        m_other = first->kvs.front().key;
        m_otherValue = first->kvs.front().value;
        QVERIFY(m_other != NilsKey);
        m_new = NilsKey;
        m_new[17] = '\1';
    }
    void init()
    {
        OwnSettings::clear();
        m_etcd->put(NilsKey, m_value);
        m_etcd->remove(m_new);
        m_then = m_etcd->put(m_other, m_otherValue);
        QByteArray changed = m_value;
        changed.replace("Nils", "Olaf");
        m_etcd->put(NilsKey, changed);
        m_etcd->put(m_new, changed);
        QVERIFY(m_etcd->remove(m_other).value > 0);
    }

    void differencesAreListedAndFiltered()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        CompareDialog *dialog = open(*window);
        QVERIFY(dialog);
        QVERIFY(compare(dialog, then(), QStringLiteral("now")));
        QCOMPARE(kinds(dialog),
                 QStringList(
                     {QStringLiteral("differs"), QStringLiteral("only in A"), QStringLiteral("only in B")}));
        QVERIFY2(dialog->status().contains(QStringLiteral("1 only in B, 1 only in A, 1 differ")),
                 qPrintable(dialog->status()));

        const auto filtered = [dialog](const QString &filter) {
            dialog->filterField()->setText(filter);
            return QTest::qWaitFor([dialog] { return dialog->isIdle(); }, 20'000) ? kinds(dialog)
                                                                                  : QStringList();
        };
        // As it was, or as it is.
        QCOMPARE(filtered(QStringLiteral("name contains Nils")), QStringList {QStringLiteral("differs")});
        QCOMPARE(filtered(QStringLiteral("name contains Olaf")),
                 QStringList({QStringLiteral("differs"), QStringLiteral("only in B")}));
        QCOMPARE(filtered(QStringLiteral("Nils Dvo")), QStringList {QStringLiteral("differs")});
        QCOMPARE(filtered(QStringLiteral("nobody is called so")).size(), 0);
        QCOMPARE(filtered(QString()).size(), 3);

        // The fields of the one in front.
        dialog->filterField()->setText(QStringLiteral("Nils Dvo"));
        QTRY_COMPARE(dialog->model()->rowCount(), 1);
        QTRY_VERIFY(dialog->view()->currentIndex().isValid());
        QVERIFY(dialog->fields()->topLevelItemCount() > 0);
        QVERIFY(dialog->fields()->topLevelItem(0)->text(1).contains(QStringLiteral("Olaf")));

        QVERIFY(compare(dialog, then(), then()));
        QVERIFY2(dialog->status().contains(QStringLiteral("the same")), qPrintable(dialog->status()));
    }

    void theTableIsRestored()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        CompareDialog *dialog = open(*window);
        QVERIFY(compare(dialog, then(), QStringLiteral("now")));
        QVERIFY(!dialog->stageButton()->isEnabled());
        // Somebody goes on writing after the comparison: what is staged is made on that.
        QByteArray later = m_value;
        later.replace("Nils", "Hugo");
        const Revision newest = m_etcd->put(NilsKey, later);
        QTest::mouseClick(dialog->checkAllButton(), Qt::LeftButton);
        QTest::mouseClick(dialog->stageButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(window->edits()->changes().size(), size_t(3), 20'000);
        const Change *nils = window->edits()->find(NilsKey);
        QVERIFY(nils);
        QCOMPARE(nils->value, m_value);
        QCOMPARE(nils->base.modRevision, newest);
        QCOMPARE(window->edits()->find(m_new)->kind, Change::Kind::Delete);
        QCOMPARE(window->edits()->find(m_other)->kind, Change::Kind::Insert);
        QCOMPARE(window->edits()->find(m_other)->value, m_otherValue);
        // One step, with a name.
        QVERIFY(window->edits()->undoName().contains(then()));
        QTRY_VERIFY_WITH_TIMEOUT(!window->edits()->isDeriving(), 20'000);
        window->edits()->commit();
        QTRY_VERIFY_WITH_TIMEOUT(window->edits()->isEmpty(), 20'000);
        QVERIFY(compare(dialog, then(), QStringLiteral("now")));
        QCOMPARE(dialog->model()->rowCount(), 0);
        // What is so already is not staged again.
        QCOMPARE(m_etcd->get(NilsKey)->value, m_value);
    }

    void onlyWhatIsCheckedIsStaged()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        CompareDialog *dialog = open(*window);
        QVERIFY(compare(dialog, then(), QStringLiteral("now")));
        for (int row = 0; row < dialog->model()->rowCount(); ++row) {
            if (dialog->model()->rowAt(row)->difference.kind == RowDifference::Kind::Changed)
                QVERIFY(dialog->model()->setData(dialog->model()->index(row, DiffModel::Record), Qt::Checked,
                                                 Qt::CheckStateRole));
        }
        QTest::mouseClick(dialog->stageButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(window->edits()->changes().size(), size_t(1), 20'000);
        QVERIFY(window->edits()->find(NilsKey));
        window->edits()->revertAll();
        // Compared with itself nothing can be staged: the present is what it is.
        QVERIFY(compare(dialog, QStringLiteral("now"), QStringLiteral("now")));
        QVERIFY(!dialog->stageButton()->isEnabled());
    }

    void fromThePastIntoThePresent()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        EditSession *present = window->edits();
        window->window()->travelTo(m_then);
        QTRY_VERIFY_WITH_TIMEOUT(window->window()->past() && window->shows(Users), 20'000);
        CompareDialog *dialog = open(*window);
        QVERIFY(dialog);
        // Of itself with now.
        QTRY_COMPARE_WITH_TIMEOUT(dialog->model()->rowCount(), 3, 20'000);
        QTRY_VERIFY(dialog->isIdle());
        QTest::mouseClick(dialog->checkAllButton(), Qt::LeftButton);
        QTest::mouseClick(dialog->stageButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(present->changes().size(), size_t(3), 20'000);
        QVERIFY(window->edits()->isEmpty()); // of the past
        window->window()->returnToPresent();
        QCOMPARE(window->edits(), present);
        QTRY_VERIFY_WITH_TIMEOUT(window->shows(Users), 20'000);
        QTRY_VERIFY(window->text(NilsKey, "value.name").startsWith(QStringLiteral("Nils")));
        present->revertAll();
    }

    void whatCannotBeComparedIsSaid()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        CompareDialog *dialog = open(*window);
        QVERIFY(compare(dialog, QStringLiteral("nothing.jsonl"), QStringLiteral("now")));
        QVERIFY2(dialog->status().contains(QStringLiteral("nothing.jsonl")), qPrintable(dialog->status()));
        QVERIFY(compare(dialog, QStringLiteral("999999"), QStringLiteral("now")));
        QVERIFY2(dialog->status().contains(QStringLiteral("no such revision")), qPrintable(dialog->status()));
        // After that it is as good as new.
        QVERIFY(compare(dialog, then(), QStringLiteral("now")));
        QCOMPARE(dialog->model()->rowCount(), 3);
    }

    void aReadOnlyConnectionStagesNothing()
    {
        rememberProfile(m_etcd->parsedEndpoint(), {.safety = SafetyLevel::ReadOnly});
        const auto window = openUsers(m_etcd->parsedEndpoint());
        CompareDialog *dialog = open(*window);
        QVERIFY(compare(dialog, then(), QStringLiteral("now")));
        QTest::mouseClick(dialog->checkAllButton(), Qt::LeftButton);
        QTest::mouseClick(dialog->stageButton(), Qt::LeftButton);
        QVERIFY2(dialog->status().contains(QStringLiteral("read-only")), qPrintable(dialog->status()));
        QVERIFY(window->edits()->isEmpty());
    }
};

QTEST_MAIN(TestCompareDialog)
#include "tst_comparedialog.moc"
