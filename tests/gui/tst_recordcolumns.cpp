// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the columns of a table look: formats, what there is to choose, and what a schema keeps of it.
#include "core/codec/cbor.h"
#include "core/pmap/schemafile.h"
#include "tests/support/recordtabhost.h"
#include "ui/views/recordview.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestRecordColumns : public QObject, private RecordTabHost
{
    Q_OBJECT

    static constexpr int Records = 30;

    static Value text(const char *text) { return Value::text(QLatin1String(text)); }
    static QByteArray record(qint64 seconds)
    {
        return *cborCodec().encode(
            Value::map({{text("seen"), Value::integer(seconds)},
                        {text("name"), text("Ann")},
                        {text("address"), Value::bytes(QByteArray(20, '\xab'))},
                        {text("tags"), Value::array({text("first"), Value::integer(7)})}}));
    }
    void openTab()
    {
        RecordTabHost::openTab(1100);
        QVERIFY(column("value.seen") > 0);
    }
    QModelIndex cell(int row, const char *id) const { return m_tab->model()->index(row, column(id)); }
    QString header(const char *id) const
    {
        return m_tab->model()->headerData(column(id), Qt::Horizontal, Qt::ToolTipRole).toString();
    }
    const std::vector<ColumnSetting> &settings() const
    {
        static const std::vector<ColumnSetting> none;
        const auto &tables = m_connection->directory()->schema().tables;
        const auto it = tables.find(TableId::ofSlot(Slot(1)));
        return it == tables.end() ? none : it->second.columns;
    }
    static QAction *action(const QMenu &menu, const QString &text)
    {
        for (QAction *action : menu.actions()) {
            if (action->text().section(QLatin1Char('\t'), 0, 0) == text)
                return action;
        }
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase() { keepSettings(); }
    void init()
    {
        begin();
        std::vector<std::pair<QByteArray, QByteArray>> all;
        for (int i = 0; i < Records; ++i)
            all.emplace_back(keyOf(i), record(1577836800 + i));
        connectTo(all);
        openTab();
    }
    void cleanup() { end(); }

    void aFormatIsForReadingOnly()
    {
        QVERIFY(header("value.seen").contains(QStringLiteral("whole number, in 100 %")));
        m_tab->setFormat(column("value.seen"), DisplayFormat::fromName(QStringLiteral("seconds-utc")));
        QCOMPARE(cell(1, "value.seen").data().toString(), QStringLiteral("2020-01-01T00:00:01Z"));
        QCOMPARE(cell(1, "value.seen").data(Qt::ToolTipRole).toString(),
                 QStringLiteral("2020-01-01T00:00:01Z"));
        QVERIFY(header("value.seen").contains(QStringLiteral("Time in UTC, from seconds")));
        QCOMPARE(cell(1, "value.name").data().toString(), QStringLiteral("Ann"));

        // Editors, filters, CSV and JSON have the value itself.
        QCOMPARE(cell(1, "value.seen").data(Qt::EditRole).toString(), QStringLiteral("1577836801"));
        RecordView *view = m_tab->view();
        view->setCurrentIndex(cell(1, "value.seen"));
        view->copyCell();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("2020-01-01T00:00:01Z"));
        view->copyAsCsv();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral(",1577836801,")));
        m_tab->model()->setFilter(QStringLiteral("1577836801"));
        QTRY_COMPARE(m_tab->model()->rowCount(), 1);
        m_tab->model()->setFilter({});
        QTRY_COMPARE(m_tab->model()->rowCount(), Records);
        view->setCurrentIndex(cell(1, "value.seen"));
        view->edit(view->currentIndex());
        auto *editor = view->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        QCOMPARE(editor->text(), QStringLiteral("1577836801"));
        QTest::keyClicks(editor, QStringLiteral("1577836899"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(cell(1, "value.seen").data().toString(), QStringLiteral("2020-01-01T00:01:39Z"));
        QCOMPARE(cell(1, "value.seen").data(RecordModel::StateRole).toInt(), int(RowState::Edited));
        QVERIFY(cell(1, "value.seen").data(RecordModel::ChangedRole).toBool());
        // What it was is told in the same format.
        QVERIFY(cell(1, "value.seen")
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("Was 2020-01-01T00:00:01Z")));
    }

    void whatHidesSomethingIsCopiedWhole()
    {
        m_tab->setFormat(column("value.seen"), DisplayFormat::fromName(QStringLiteral("seconds-relative")));
        QVERIFY(cell(0, "value.seen").data().toString().endsWith(QStringLiteral("years ago")));
        QVERIFY(
            cell(0, "value.seen").data(Qt::ToolTipRole).toString().contains(QStringLiteral("1577836800")));
        m_tab->view()->setCurrentIndex(cell(0, "value.seen"));
        m_tab->view()->copyCell();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("1577836800"));
    }

    void theSchemaKeepsFormats()
    {
        QVERIFY(settings().empty());
        m_tab->setFormat(column("value.address"), DisplayFormat::fromName(QStringLiteral("0x")));
        m_tab->setFormat(column("value.seen"), DisplayFormat::fromName(QStringLiteral("hex")));
        QCOMPARE(settings().size(), 2U);
        QCOMPARE(settings()[0].column, QStringLiteral("value.seen")); // in the order of the columns
        QCOMPARE(settings()[1].format, QStringLiteral("0x"));
        m_tab.reset();
        openTab();
        QCOMPARE(cell(0, "value.address").data().toString(),
                 QStringLiteral("0x") + QStringLiteral("ab").repeated(20));
        QCOMPARE(cell(0, "value.seen").data().toString(), QStringLiteral("0x5e0be100"));
        m_tab->reload();
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QTRY_COMPARE(cell(0, "value.seen").data().toString(), QStringLiteral("0x5e0be100"));
        // The usual again: nothing is left to be kept.
        m_tab->setFormat(column("value.seen"), {});
        m_tab->setFormat(column("value.address"), {});
        QVERIFY(settings().empty());
        QCOMPARE(cell(0, "value.seen").data().toString(), QStringLiteral("1577836800"));
    }

    void aSharedSchemaArrangesWhatTheUserHasNot()
    {
        m_tab.reset();
        TableSchema table;
        table.columns = {
            {.column = QStringLiteral("value.address"), .width = 222},
            {.column = QStringLiteral("value.name"), .shown = false},
            {.column = QStringLiteral("value.seen"), .format = QStringLiteral("from a newer program")}};
        m_connection->directory()->setTableSchema(Slot(1), table);
        openTab();
        const QHeaderView *head = m_tab->view()->horizontalHeader();
        QVERIFY(m_tab->view()->isColumnHidden(column("value.name")));
        QCOMPARE(m_tab->view()->columnWidth(column("value.address")), 222);
        QVERIFY(head->visualIndex(column("value.address")) < head->visualIndex(column("value.seen")));
        QCOMPARE(head->visualIndex(column("key.0")), 0);
        QCOMPARE(cell(0, "value.seen").data().toString(), QStringLiteral("1577836800"));
        // His own arrangement comes first, and the schema is not written for it.
        m_tab->view()->setColumnHidden(column("value.name"), false);
        m_tab->view()->setColumnWidth(column("value.address"), 111);
        m_tab->saveLayout();
        m_tab.reset();
        openTab();
        QVERIFY(!m_tab->view()->isColumnHidden(column("value.name")));
        QCOMPARE(m_tab->view()->columnWidth(column("value.address")), 111);
        QCOMPARE(settings(), table.columns);
    }

    void theMenusOfferFormats()
    {
        QMenu chooser;
        m_tab->fillColumnMenu(&chooser);
        QAction *name = action(chooser, QStringLiteral("name"));
        QVERIFY(name);
        QCOMPARE(name->text().section(QLatin1Char('\t'), 1),
                 QStringLiteral("text, in 100 % of the records looked at"));
        name->trigger();
        QVERIFY(m_tab->view()->isColumnHidden(column("value.name")));

        QMenu menu;
        m_tab->fillColumnMenu(&menu, column("value.address"));
        QAction *formats = action(menu, QStringLiteral("Show as"));
        QVERIFY(formats && formats->menu());
        QAction *base64 = action(*formats->menu(), QStringLiteral("Base64"));
        QVERIFY(base64);
        base64->trigger();
        QCOMPARE(cell(0, "value.address").data().toString(),
                 QString::fromLatin1(QByteArray(20, '\xab').toBase64()));
        QMenu again;
        m_tab->fillColumnMenu(&again, column("value.address"));
        QVERIFY(
            action(*action(again, QStringLiteral("Show as"))->menu(), QStringLiteral("Base64"))->isChecked());
        action(again, QStringLiteral("Hide this column"))->trigger();
        QVERIFY(m_tab->view()->isColumnHidden(column("value.address")));
    }

    void aFieldBecomesAColumn()
    {
        const ValuePath item = *ValuePath::parse(QStringLiteral("tags[1]"));
        m_tab->view()->setColumnWidth(column("value.name"), 177);
        QVERIFY(column("value.tags[1]") < 0);
        QVERIFY(m_tab->showColumn(item));
        QCOMPARE(cell(3, "value.tags[1]").data().toString(), QStringLiteral("7"));
        QCOMPARE(m_tab->view()->currentIndex().column(), column("value.tags[1]"));
        QCOMPARE(m_tab->view()->columnWidth(column("value.name")), 177);
        QVERIFY(m_tab->view()->columnWidth(column("value.tags[1]")) > 0);
        // It sorts and is edited as any other.
        QVERIFY(m_tab->model()->setData(cell(3, "value.tags[1]"), QStringLiteral("1"), Qt::EditRole));
        QCOMPARE(cell(3, "value.tags[1]").data().toString(), QStringLiteral("1"));
        QVERIFY(cell(3, "value.tags[1]").data(RecordModel::ChangedRole).toBool());

        m_tab.reset();
        openTab();
        QVERIFY(column("value.tags[1]") > 0);
        QMenu menu;
        m_tab->fillColumnMenu(&menu, column("value.tags[1]"));
        action(menu, QStringLiteral("Remove this column"))->trigger();
        QVERIFY(column("value.tags[1]") < 0);
        QVERIFY(settings().empty());

        // One that is there but hidden only comes back.
        m_tab->view()->setColumnHidden(column("value.name"), true);
        QVERIFY(m_tab->showColumn(ValuePath::fields({QStringLiteral("name")})));
        QVERIFY(!m_tab->view()->isColumnHidden(column("value.name")));
        QVERIFY(settings().empty());
        // What text cannot name is refused.
        QVERIFY(!m_tab->showColumn(ValuePath({PathStep::member(Value::bytes("x"))})));
    }

    void paintingAsksForNoLooks()
    {
        int asked = 0;
        m_tab->model()->setLooks([&asked](const Column &) {
            ++asked;
            return ColumnLook {.linkedTable = QStringLiteral("T"), .linkedKey = KeyComponent::Uuid};
        });
        QCOMPARE(asked, m_tab->model()->columnCount());
        m_tab->view()->grab();
        QCOMPARE(asked, m_tab->model()->columnCount());
        // Only what can be a key looks like a link.
        QVERIFY(!cell(0, "value.seen").data(RecordModel::LinkRole).toBool());
    }
};

QTEST_MAIN(TestRecordColumns)
#include "tst_recordcolumns.moc"
