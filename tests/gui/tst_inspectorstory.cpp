// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/hexpane.h"
#include "ui/panels/inspectortree.h"
#include "ui/panels/textpane.h"
#include "ui/views/codeeditor.h"
#include "ui/views/hexview.h"

#include <QTabWidget>
#include <QTreeView>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

QByteArray with(QByteArray bytes, const char *before, const char *after)
{
    return bytes.replace(QByteArray::fromHex(before), QByteArray::fromHex(after));
}

} // namespace

/// The three editors of the inspector, in a real window on a real etcd.
class TestInspectorStory : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

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
    }
    void cleanup() { m_etcd.reset(); }

    void editsInTreeTextAndBytes()
    {
        const StoryWindow window(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), 20'000);
        QVERIFY(window.activate());
        const QByteArray stored = m_etcd->get(NilsKey)->value;
        window.select(window.cell(NilsKey, "value.name"));
        Inspector *inspector = window->inspector();
        QTRY_COMPARE(inspector->valueHex()->data(), stored);
        const auto staged = [&] {
            const Change *change = window.edits()->find(NilsKey);
            return change ? change->value.toHex() : QByteArray();
        };

        // The tree: a name of four bytes instead of thirteen.
        QTreeView *tree = inspector->treeView();
        tree->setFocus();
        tree->setCurrentIndex(inspector->treeModel()->indexOf(*ValuePath::parse(QStringLiteral("name"))));
        tree->setCurrentIndex(tree->currentIndex().siblingAtColumn(ValueTreeModel::ValueColumn));
        QTest::keyClick(tree, Qt::Key_F2);
        auto *line = tree->viewport()->findChild<QLineEdit *>();
        QVERIFY(line);
        StoryWindow::replace(line, QStringLiteral("Åse"));
        const QByteArray named =
            with(stored, "646e616d656d4e696c732044766fc599c3a16b", "646e616d6564c3857365");
        QVERIFY(named != stored);
        QCOMPARE(staged(), named.toHex());
        QTRY_COMPARE(inspector->valueHex()->data(), named);

        // The text: three bytes less in the mail address, whose length is a byte of its own.
        inspector->tabs()->setCurrentIndex(Inspector::TextTab);
        CodeEditor *editor = inspector->textPane()->editor();
        const qsizetype at = editor->text().indexOf("nils.dvo");
        QVERIFY(at > 0);
        editor->setFocus();
        editor->select(at, 4);
        QTest::keyClicks(editor->area(), QStringLiteral("n"));
        QTest::keyClick(editor->area(), Qt::Key_Return, Qt::ControlModifier);
        const QByteArray mailed = with(named, "78196e696c732e", "766e2e");
        QVERIFY(mailed != named);
        QTRY_COMPARE(staged(), mailed.toHex());

        // The bytes: the year of birth, 07d0 → 07ce.
        inspector->tabs()->setCurrentIndex(Inspector::HexTab);
        HexView *hex = inspector->valueHex();
        QTRY_COMPARE(hex->data(), mailed);
        const qsizetype year = mailed.indexOf(QByteArray::fromHex("647965617219"));
        hex->setFocus();
        hex->setSelection(year + 7, 0);
        QTest::keyClicks(hex, QStringLiteral("ce"));
        const QByteArray born = with(mailed, "64796561721907d0", "64796561721907ce");
        QVERIFY(born != mailed);
        QCOMPARE(staged(), born.toHex());
        QCOMPARE(window.text(NilsKey, "value.born.year"), QStringLiteral("1998"));

        // Each is a step to take back, wherever it was made; and nothing of it is in etcd yet.
        window.edits()->undo();
        QCOMPARE(staged(), mailed.toHex());
        QTRY_COMPARE(hex->data(), mailed);
        window.edits()->undo();
        QCOMPARE(staged(), named.toHex());
        window.edits()->undo();
        QVERIFY(window.edits()->isEmpty());
        QTRY_COMPARE(hex->data(), stored);
        QTRY_VERIFY(editor->text().contains("nils.dvo"));
        QCOMPARE(m_etcd->get(NilsKey)->value, stored);
        for (int step = 0; step < 3; ++step)
            window.edits()->redo();
        QCOMPARE(staged(), born.toHex());
        QTRY_COMPARE(hex->data(), born);

        window.view()->setFocus();
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(window.edits()->isEmpty());
        QCOMPARE(m_etcd->get(NilsKey)->value.toHex(), born.toHex());
        QTRY_COMPARE(window.state(NilsKey), RowState::Clean);
        QTRY_COMPARE(hex->data(), born);
    }

    void bytesBelowAreRemembered()
    {
        {
            const StoryWindow window(m_etcd->parsedEndpoint(), Users);
            QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), 20'000);
            QVERIFY(!window->inspector()->areBytesBelow());
            window->inspector()->setBytesBelow(true);
            QVERIFY(window->close());
        }
        const StoryWindow again(m_etcd->parsedEndpoint());
        QVERIFY(again->inspector()->areBytesBelow());
    }
};

QTEST_MAIN(TestInspectorStory)
#include "tst_inspectorstory.moc"
