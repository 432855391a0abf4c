// SPDX-License-Identifier: GPL-3.0-or-later
//
// Imports and catalogue entries in the real window, on a real etcd that holds the reference dump.
#include "core/pmap/catalogueedit.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "tests/support/testpaths.h"
#include "ui/dialogs/cataloguedialog.h"
#include "ui/dialogs/importdialog.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QMenuBar>
#include <QSpinBox>
#include <QToolButton>
#include <QTreeWidget>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestImportDialog : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000;
    OwnSettings m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    std::unique_ptr<StoryWindow> open(const QString &table) const
    {
        auto window = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint(), table);
        return QTest::qWaitFor([&] { return window->shows(table); }, Patience) ? std::move(window) : nullptr;
    }
    static void trigger(const StoryWindow &window, const QString &text)
    {
        for (QAction *action : window.window()->findChildren<QAction *>()) {
            if (action->text().remove(QLatin1Char('&')).startsWith(text))
                return action->trigger();
        }
        QFAIL(qPrintable(QStringLiteral("no action %1").arg(text)));
    }
    static ImportDialog *import(const StoryWindow &window, const QString &path)
    {
        trigger(window, QStringLiteral("Import from"));
        auto *dialog = window.window()->findChild<ImportDialog *>();
        if (!dialog)
            return nullptr;
        dialog->read(path);
        return QTest::qWaitFor([dialog] { return !dialog->isReading(); }, Patience) ? dialog : nullptr;
    }
    /// A folder with the application's source and its FlatBuffers schema.
    static bool makeProject(const QTemporaryDir &dir)
    {
        return QFile::copy(dataFile(QStringLiteral("slots/library_tables.py")),
                           dir.filePath(QStringLiteral("library_tables.py")))
            && QFile::copy(dataFile(QStringLiteral("flatbuffers/book.fbs")),
                           dir.filePath(QStringLiteral("book.fbs")));
    }

private Q_SLOTS:
    void init()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        if (QStandardPaths::findExecutable(QStringLiteral("python3")).isEmpty())
            QSKIP("reading Python source needs python3");
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void cleanup() { m_etcd.reset(); }

    void anImportMakesTheBooksShowTheirColumns()
    {
        QTemporaryDir project;
        QVERIFY(makeProject(project));
        const auto window = open(QStringLiteral("Books"));
        QVERIFY(window);
        QCOMPARE(window->model()->columnOf(QStringLiteral("value.title")), -1);
        ImportDialog *dialog = import(*window, project.path());
        QVERIFY(dialog);
        QCOMPARE(dialog->tables()->topLevelItemCount(), 13);
        const auto books = dialog->tables()->findItems(QStringLiteral("Books"), Qt::MatchExactly);
        QCOMPARE(books.size(), 1);
        QVERIFY2(books.first()->text(2).contains(QStringLiteral("Books")),
                 qPrintable(books.first()->text(2)));
        QVERIFY(books.first()->text(3).startsWith(QStringLiteral("library_tables.py:")));
        QTRY_VERIFY_WITH_TIMEOUT(dialog->useFolder()->isChecked(), Patience);
        dialog->accept();
        QTRY_VERIFY_WITH_TIMEOUT(window->model()->columnOf(QStringLiteral("value.title")) >= 0, Patience);
        const SlotInfo *info =
            window->window()->connection()->directory()->find(*window->window()->currentTab()->slot());
        QCOMPARE(info->from(SchemaProperty::ValueType).source, TypeSource::Imported);
        QTRY_VERIFY_WITH_TIMEOUT(window->window()->currentTab()->typeLabel()->toolTip().contains(
                                     QStringLiteral("library_tables.py:")),
                                 Patience);
    }

    void conflictsAreDecidedOneByOne()
    {
        const auto window = open(QStringLiteral("Users"));
        QVERIFY(window);
        SlotDirectory *directory = window->window()->connection()->directory();
        const Slot users = *window->window()->currentTab()->slot();
        directory->pin(users, SchemaProperty::ValueType, QStringLiteral("Binary"));
        directory->pin(users, SchemaProperty::KeyType, QStringLiteral("Bytes16"));
        ImportDialog *dialog = import(*window, dataFile(QStringLiteral("slots/library_tables.py")));
        QVERIFY(dialog);
        QCOMPARE(dialog->conflicts()->topLevelItemCount(), 2);
        for (int i = 0; i < 2; ++i) {
            QTreeWidgetItem *item = dialog->conflicts()->topLevelItem(i);
            if (item->text(1) == QStringLiteral("valueType"))
                qobject_cast<QComboBox *>(dialog->conflicts()->itemWidget(item, 4))->setCurrentIndex(1);
        }
        dialog->accept();
        QCOMPARE(directory->find(users)->type.value, ValueType::Cbor);
        QCOMPARE(directory->find(users)->from(SchemaProperty::ValueType).source, TypeSource::Imported);
        QCOMPARE(directory->find(users)->type.key.name(), QStringLiteral("Bytes16"));
        QCOMPARE(directory->find(users)->from(SchemaProperty::KeyType).source, TypeSource::Pinned);
    }

    void whatCannotBeReadIsTold()
    {
        const auto window = open(QStringLiteral("Users"));
        QVERIFY(window);
        ImportDialog *dialog = import(*window, QStringLiteral("/nowhere/at/all.json"));
        QVERIFY(dialog);
        QVERIFY2(dialog->summary()->text().contains(QStringLiteral("/nowhere/at/all.json")),
                 qPrintable(dialog->summary()->text()));
        QVERIFY(!dialog->applyButton()->isEnabled());
    }

    void anEntryIsEditedAndTheRestOfItKept()
    {
        // As another program wrote it, with a member of its own: "owner": "Bob".
        const QByteArray key = catalogueKey(Slot(1));
        QByteArray value = m_etcd->get(key)->value;
        const CatalogueEntry entry = *readCatalogueEntry(key, value);
        value[0] = char(value[0] + 1);
        value += QByteArray::fromHex("656f776e657263426f62");
        QVERIFY(m_etcd->put(key, value).value > 0);
        const auto window = open(QStringLiteral("Users"));
        QVERIFY(window);
        Q_EMIT window->window()->navigator()->entryRequested(Slot(1));
        auto *dialog = window->window()->findChild<CatalogueDialog *>();
        QVERIFY(dialog);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->isReady(), Patience);
        QVERIFY2(dialog->note()->text().contains(QStringLiteral("owner")),
                 qPrintable(dialog->note()->text()));
        QCOMPARE(dialog->nameField()->text(), entry.name);
        QCOMPARE(dialog->oidField()->text(), entry.oid);
        dialog->oidField()->setText(QStringLiteral("no uuid"));
        QVERIFY(!dialog->okButton()->isEnabled());
        dialog->oidField()->setText(entry.oid);
        dialog->nameField()->setText(QStringLiteral("app.People"));
        dialog->accept();
        QCOMPARE(window->edits()->changes().size(), 1U);
        QCOMPARE(m_etcd->get(key)->value, value); // only staged
        QSignalSpy committed(window->edits(), &EditSession::committed);
        QTest::mouseClick(window->pending()->commitButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(committed.size(), 1, Patience);
        QByteArray expected = value;
        const QByteArray name = entry.name.toUtf8();
        const auto text = [](const QByteArray &utf8) {
            return (utf8.size() < 24 ? QByteArray(1, char(0x60 + utf8.size()))
                                     : QByteArray::fromHex("78") + char(utf8.size()))
                + utf8;
        };
        expected.replace(text(name), text("app.People"));
        QCOMPARE(m_etcd->get(key)->value.toHex(), expected.toHex());
        QTRY_COMPARE(window->window()->connection()->directory()->find(Slot(1))->title(),
                     QStringLiteral("People"));
    }

    void aNewEntryIsStaged()
    {
        const auto window = open(QStringLiteral("Users"));
        QVERIFY(window);
        trigger(*window, QStringLiteral("New catalogue entry"));
        auto *dialog = window->window()->findChild<CatalogueDialog *>();
        QVERIFY(dialog);
        QVERIFY(!dialog->okButton()->isEnabled());
        dialog->slotField()->setValue(1);
        QVERIFY2(dialog->problem()->text().contains(QStringLiteral("has an entry already")),
                 qPrintable(dialog->problem()->text()));
        dialog->slotField()->setValue(4242);
        QTest::mouseClick(dialog->generateButton(), Qt::LeftButton);
        dialog->nameField()->setText(QStringLiteral("app.News"));
        QVERIFY2(dialog->okButton()->isEnabled(), qPrintable(dialog->problem()->text()));
        const QString oid = dialog->oidField()->text();
        dialog->accept();
        QSignalSpy committed(window->edits(), &EditSession::committed);
        QTest::mouseClick(window->pending()->commitButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(committed.size(), 1, Patience);
        const auto kv = m_etcd->get(catalogueKey(Slot(4242)));
        QVERIFY(kv);
        const auto entry = readCatalogueEntry(kv->key, kv->value);
        QVERIFY(entry);
        QVERIFY2(entry->warning.isEmpty(), qPrintable(entry->warning));
        QCOMPARE(entry->oid, oid);
        QCOMPARE(entry->name, QStringLiteral("app.News"));
    }
};

QTEST_MAIN(TestImportDialog)
#include "tst_importdialog.moc"
