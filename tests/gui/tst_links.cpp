// SPDX-License-Identifier: GPL-3.0-or-later
//
// Cells and nodes that lead to other records, in the real window on a real etcd that holds the reference
// dump.
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/inspectortree.h"
#include "ui/theme.h"

#include <QHelpEvent>
#include <QMenu>
#include <QToolTip>
#include <QTreeView>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestLinks : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000;
    OwnSettings m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<StoryWindow> m_story;

    static QByteArray slotKey(int slot, const QByteArray &key)
    {
        return KeyRange::slot(Slot(quint16(slot))).begin + key;
    }
    void open(const char *table)
    {
        const QString title = QLatin1String(table);
        m_story = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint(), title);
        QTRY_VERIFY_WITH_TIMEOUT(
            m_story->window()->connection()->relations()->isKnown() && m_story->shows(title), Patience);
        QVERIFY(m_story->activate());
    }
    QString headerTip(const char *column) const
    {
        return m_story->model()
            ->headerData(m_story->model()->columnOf(QLatin1String(column)), Qt::Horizontal, Qt::ToolTipRole)
            .toString();
    }
    QModelIndex cell(int row, const char *column) const
    {
        return m_story->model()->index(row, m_story->model()->columnOf(QLatin1String(column)));
    }
    bool isLink(int row, const char *column) const
    {
        return cell(row, column).data(RecordModel::LinkRole).toBool();
    }
    void pointAt(const QModelIndex &index) const
    {
        RecordView *view = m_story->view();
        view->scrollTo(index);
        const QPoint position = view->visualRect(index).center();
        QHelpEvent event(QEvent::ToolTip, position, view->viewport()->mapToGlobal(position));
        QApplication::sendEvent(view->viewport(), &event);
    }
    bool isAt(const char *table, const QByteArray &key) const
    {
        return m_story->shows(QLatin1String(table))
            && m_story->model()->keyAt(m_story->view()->currentIndex().row()) == key;
    }
    static QAction *action(const QMenu &menu, const QString &text)
    {
        for (QAction *action : menu.actions()) {
            if (action->text().remove(QLatin1Char('&')) == text)
                return action;
        }
        return nullptr;
    }

private Q_SLOTS:
    void init()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void cleanup()
    {
        QToolTip::hideText();
        m_story.reset();
        m_etcd.reset();
    }

    void linkedColumns_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("column");
        QTest::addColumn<QByteArray>("target");
        QTest::newRow("part of a key")
            << QByteArray("Memberships") << QByteArray("key.0") << QByteArray("Users");
        QTest::newRow("field") << QByteArray("Documents") << QByteArray("value.owner") << QByteArray("Users");
        QTest::newRow("value") << QByteArray("Shelves") << QByteArray("value") << QByteArray("Books");
    }
    void linkedColumns()
    {
        QFETCH(const QByteArray, table);
        QFETCH(const QByteArray, column);
        QFETCH(const QByteArray, target);
        open(table.constData());
        const QString leads = QStringLiteral("leads to ") + QString::fromLatin1(target);
        QTRY_VERIFY_WITH_TIMEOUT(headerTip(column.constData()).contains(leads), Patience);
        int row = 0;
        while (row < m_story->model()->rowCount() && !isLink(row, column.constData()))
            ++row;
        const QModelIndex link = cell(row, column.constData());
        QVERIFY(link.isValid());
        QVERIFY(link.data(Qt::AccessibleDescriptionRole).toString().contains(leads));
        // A click with Ctrl follows, one without does not.
        const auto key = m_story->window()->currentTab()->linkAt(link);
        QVERIFY(key);
        m_story->view()->scrollTo(link);
        const QPoint position = m_story->view()->visualRect(link).center();
        QTest::mouseClick(m_story->view()->viewport(), Qt::LeftButton, {}, position);
        QVERIFY(m_story->shows(QString::fromLatin1(table)));
        QTest::mouseClick(m_story->view()->viewport(), Qt::LeftButton, Qt::ControlModifier, position);
        QTRY_VERIFY_WITH_TIMEOUT(isAt(target.constData(), *key), Patience);
    }

    void aTooltipShowsTheRecord()
    {
        open("Memberships");
        QTRY_VERIFY_WITH_TIMEOUT(isLink(0, "key.0"), Patience);
        const auto key = m_story->window()->currentTab()->linkAt(cell(0, "key.0"));
        QVERIFY(key);
        pointAt(cell(0, "key.0"));
        QVERIFY(QToolTip::text().contains(QStringLiteral("→ Users ")));
        QTRY_VERIFY_WITH_TIMEOUT(QToolTip::text().contains(QStringLiteral("email: ")), Patience);
        QVERIFY(m_story->shows(QStringLiteral("Memberships")));

        // One that is gone says so.
        QVERIFY(m_etcd->remove(*key).value > 0);
        QToolTip::hideText();
        m_story.reset();
        open("Memberships");
        QTRY_VERIFY_WITH_TIMEOUT(isLink(0, "key.0"), Patience);
        pointAt(cell(0, "key.0"));
        QTRY_VERIFY_WITH_TIMEOUT(QToolTip::text().contains(QStringLiteral("does not exist")), Patience);
        // What leads nowhere has its own tip.
        pointAt(cell(0, "value.role"));
        QVERIFY(!QToolTip::text().contains(QStringLiteral("→")));
    }

    void aStagedRecordIsShownAsStaged()
    {
        open("Memberships");
        QTRY_VERIFY_WITH_TIMEOUT(isLink(0, "key.0"), Patience);
        const auto key = m_story->window()->currentTab()->linkAt(cell(0, "key.0"));
        m_story->window()->openTable(QStringLiteral("Users"));
        QTRY_VERIFY_WITH_TIMEOUT(m_story->shows(QStringLiteral("Users")), Patience);
        QVERIFY(m_story->type(m_story->cell(*key, "value.name"), QStringLiteral("Somebody Else")));
        QTRY_VERIFY(m_story->edits()->find(*key));
        m_story->window()->openTable(QStringLiteral("Memberships"));
        QTRY_VERIFY_WITH_TIMEOUT(m_story->shows(QStringLiteral("Memberships")), Patience);
        pointAt(cell(0, "key.0"));
        QVERIFY(QToolTip::text().contains(QStringLiteral("Somebody Else")));
        QVERIFY(QToolTip::text().contains(QStringLiteral("not committed yet")));
    }

    void itemsOfASetLeadToTheirRecords()
    {
        open("Groups");
        m_story->select(m_story->model()->index(0, 0));
        InspectorTree *tree = m_story->window()->inspector()->tree();
        QTRY_VERIFY_WITH_TIMEOUT(tree->model()->rowCount() > 0 && !m_story->window()->inspector()->isBusy(),
                                 Patience);
        const QUuid user = tree->model()->valueAt(tree->model()->index(0, 0)).toUuid();
        QVERIFY(!user.isNull());
        tree->view()->setCurrentIndex(tree->model()->index(0, 0));
        QMenu menu;
        tree->fillMenu(&menu);
        QAction *follow = action(menu, QStringLiteral("Follow link"));
        QVERIFY(follow && follow->isEnabled());
        follow->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(isAt("Users", slotKey(1, user.toRfc4122())), Patience);
        QTest::keyClick(m_story->window(), Qt::Key_Left, Qt::AltModifier);
        QTRY_VERIFY(m_story->shows(QStringLiteral("Groups")));

        // What is no key leads nowhere.
        m_story->window()->openTable(QStringLiteral("Users"));
        QTRY_VERIFY_WITH_TIMEOUT(m_story->shows(QStringLiteral("Users")), Patience);
        tree->setCurrentPath(ValuePath::fields({QStringLiteral("email")}));
        QMenu other;
        tree->fillMenu(&other);
        QVERIFY(!action(other, QStringLiteral("Follow link"))->isEnabled());
    }

    void aNodeBecomesAColumn()
    {
        open("Users");
        m_story->select(m_story->model()->index(1, 0));
        InspectorTree *tree = m_story->window()->inspector()->tree();
        const ValuePath item = *ValuePath::parse(QStringLiteral("tags[0]"));
        QTRY_VERIFY_WITH_TIMEOUT(tree->model()->indexOf(item).isValid(), Patience);
        tree->setCurrentPath(item);
        QCOMPARE(tree->currentPath(), item);
        QMenu menu;
        tree->fillMenu(&menu);
        action(menu, QStringLiteral("Show as column"))->trigger();
        QVERIFY(m_story->model()->columnOf(QStringLiteral("value.tags[0]")) > 0);
        QCOMPARE(m_story->model()->keyAt(m_story->view()->currentIndex().row()), m_story->model()->keyAt(1));
        QTRY_VERIFY(!cell(1, "value.tags[0]").data().toString().isEmpty());
    }

    void linksAreReadableOnAnyGround()
    {
        const auto luminance = [](const QColor &colour) {
            const auto linear = [](double part) {
                return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
            };
            return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF())
                + 0.0722 * linear(colour.blueF());
        };
        for (const QColor &base : {QColor(Qt::white), QColor(0x1e, 0x1e, 0x1e), QColor(Qt::black)}) {
            QPalette palette;
            palette.setColor(QPalette::Base, base);
            palette.setColor(QPalette::Text, base.lightness() > 128 ? Qt::black : Qt::white);
            palette.setColor(QPalette::Link, Qt::blue);
            const double a = luminance(theme::linkText(palette));
            const double b = luminance(base);
            QVERIFY((std::max(a, b) + 0.05) / (std::min(a, b) + 0.05) >= 4.5);
            QVERIFY(theme::linkText(palette) != palette.color(QPalette::Text));
        }
    }
};

QTEST_MAIN(TestLinks)
#include "tst_links.moc"
