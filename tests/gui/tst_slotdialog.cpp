// SPDX-License-Identifier: GPL-3.0-or-later
//
// "Decode as …" in the real window, on a real etcd that holds the reference dump: the preview follows the
// choice, what is pinned is kept in the schema file and comes back, and a damaged file is told.
#include "core/pmap/schemafile.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "tests/support/testpaths.h"
#include "ui/dialogs/flatfoldersdialog.h"
#include "ui/dialogs/slotdialog.h"
#include "ui/panels/banner.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QListWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QTreeWidget>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestSlotDialog : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000;
    OwnSettings m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    static bool keepsSchema(const StoryWindow &window)
    {
        const SchemaKeeper *keeper = window->connection()->schema();
        return !keeper->file().isEmpty() && keeper->isSettled();
    }
    std::unique_ptr<StoryWindow> open(const QString &table) const
    {
        auto window = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint(), table);
        if (!QTest::qWaitFor([&] { return window->shows(table) && keepsSchema(*window); }, Patience))
            return nullptr;
        return window;
    }
    static SlotDialog *decode(const StoryWindow &window)
    {
        window->currentTab()->typeLabel()->click();
        auto *dialog = window.window()->findChild<SlotDialog *>();
        const bool settled = dialog
            && QTest::qWaitFor([dialog] { return dialog->isSettled() && dialog->preview()->rowCount() > 0; },
                               Patience);
        return settled ? dialog : nullptr;
    }
    static void choose(SlotDialog *dialog, SchemaProperty property, const QString &text)
    {
        QComboBox *field = dialog->field(property);
        field->setCurrentIndex(field->findText(text));
        Q_EMIT field->activated(field->currentIndex());
    }
    static QString cell(SlotDialog *dialog, int row, int column)
    {
        return dialog->preview()->item(row, column)->text();
    }

private Q_SLOTS:
    void init()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void cleanup() { m_etcd.reset(); }

    void thePreviewFollowsTheChoice()
    {
        const auto window = open(QStringLiteral("Users"));
        QVERIFY(window);
        SlotDialog *dialog = decode(*window);
        QVERIFY(dialog);
        QCOMPARE(dialog->preview()->rowCount(), SlotPreview::Rows);
        QCOMPARE(dialog->field(SchemaProperty::ValueType)->currentText(), QStringLiteral("Cbor"));
        QVERIFY2(dialog->source(SchemaProperty::ValueType)->text().startsWith(QStringLiteral("inferred")),
                 qPrintable(dialog->source(SchemaProperty::ValueType)->text()));
        QVERIFY(cell(dialog, 0, 1).startsWith(QLatin1Char('{')));
        // Only what matters is asked for: there are no timestamps here, and no FlatBuffers.
        QVERIFY(!dialog->field(SchemaProperty::KeyByteOrder)->isVisible());
        QVERIFY(!dialog->field(SchemaProperty::FlatBuffersRoot)->isVisible());

        choose(dialog, SchemaProperty::ValueType, QStringLiteral("Json"));
        QTRY_VERIFY_WITH_TIMEOUT(dialog->misfits()->topLevelItemCount() > 0, Patience);
        QVERIFY2(!cell(dialog, 0, 1).startsWith(QLatin1Char('{')), qPrintable(cell(dialog, 0, 1)));
        QVERIFY(dialog->pin(SchemaProperty::ValueType)->isChecked());
        QVERIFY(dialog->summary()->text().startsWith(QStringLiteral("0 of ")));

        QSignalSpy shown(dialog, &SlotDialog::showRequested);
        Q_EMIT dialog->misfits()->itemActivated(dialog->misfits()->topLevelItem(0), 0);
        QCOMPARE(shown.size(), 1);
        QTRY_COMPARE(window->model()->keyAt(window->view()->currentIndex().row()),
                     shown.first().first().toByteArray());

        // Enter takes what the sample says, and leaves the dialog open.
        dialog->readings()->setFocus();
        dialog->readings()->setCurrentItem(dialog->readings()->topLevelItem(0));
        QTest::keyClick(dialog->readings(), Qt::Key_Return);
        QVERIFY(dialog->isVisible());
        QCOMPARE(dialog->field(SchemaProperty::ValueType)->currentText(), QStringLiteral("Cbor"));
        QTRY_VERIFY_WITH_TIMEOUT(cell(dialog, 0, 1).startsWith(QLatin1Char('{')), Patience);
        // What is no type is told, and cannot be kept.
        QLineEdit *key = dialog->field(SchemaProperty::KeyType)->lineEdit();
        key->selectAll();
        QTest::keyClicks(key, QStringLiteral("Nonsense"));
        auto *ok = dialog->findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok);
        QVERIFY(!ok->isEnabled());
        // Nothing of it counts before it is accepted.
        dialog->reject();
        QVERIFY(window->edits()->isEmpty());
        QVERIFY(window->window()->connection()->directory()->schema().tables.empty());
    }

    void whatIsPinnedSurvivesARestart()
    {
        QString file;
        {
            const auto window = open(QStringLiteral("Users"));
            QVERIFY(window);
            SlotDialog *dialog = decode(*window);
            QVERIFY(dialog);
            QTest::mouseClick(dialog->pinAllButton(), Qt::LeftButton);
            QVERIFY(dialog->pin(SchemaProperty::KeyType)->isChecked());
            choose(dialog, SchemaProperty::ValueType, QStringLiteral("Binary"));
            dialog->accept();
            QTRY_COMPARE(window->model()->columnOf(QStringLiteral("value.name")), -1);
            file = window->window()->connection()->schema()->file();
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), Patience);
        }
        QVERIFY(file.startsWith(schemaFolder()));
        {
            const auto window = open(QStringLiteral("Users"));
            QVERIFY(window);
            QTRY_COMPARE_WITH_TIMEOUT(window->model()->codec().type().value, ValueType::Binary, Patience);
            QVERIFY2(window->window()->currentTab()->typeLabel()->text().contains(QStringLiteral("pinned")),
                     qPrintable(window->window()->currentTab()->typeLabel()->text()));
            SlotDialog *dialog = decode(*window);
            QVERIFY(dialog);
            QVERIFY(dialog->pin(SchemaProperty::ValueType)->isChecked());
            QTest::mouseClick(dialog->resetButton(), Qt::LeftButton);
            QVERIFY(!dialog->pin(SchemaProperty::ValueType)->isChecked());
            QCOMPARE(dialog->field(SchemaProperty::ValueType)->currentText(), QStringLiteral("Cbor"));
            dialog->accept();
            QTRY_VERIFY(window->model()->columnOf(QStringLiteral("value.name")) >= 0);
        }
        const auto schema = loadSchema(file);
        QVERIFY(schema);
        QVERIFY(schema->tables.empty());
    }

    void aDamagedFileIsToldAndLeftAlone()
    {
        QString file;
        {
            const auto window = open(QStringLiteral("Users"));
            QVERIFY(window);
            window->window()->connection()->directory()->pin(Slot(1), SchemaProperty::ValueType,
                                                             QStringLiteral("Cbor"));
            file = window->window()->connection()->schema()->file();
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), Patience);
        }
        QFile damaged(file);
        QVERIFY(damaged.open(QIODevice::ReadWrite));
        const QByteArray before = damaged.readAll();
        const QByteArray half = before.first(before.size() / 2);
        QVERIFY(damaged.resize(half.size()));
        damaged.close();

        const auto window = open(QStringLiteral("Users"));
        QVERIFY(window);
        auto *banner = window->window()->findChild<Banner *>(QStringLiteral("schemaBanner"));
        QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), Patience);
        QVERIFY2(banner->message().contains(QStringLiteral("line ")), qPrintable(banner->message()));
        window->window()->connection()->directory()->pin(Slot(1), SchemaProperty::ValueType,
                                                         QStringLiteral("Binary"));
        QTRY_VERIFY_WITH_TIMEOUT(keepsSchema(*window), Patience);
        QVERIFY(damaged.open(QIODevice::ReadWrite));
        QCOMPARE(damaged.readAll(), half);

        // Mended in an editor: the banner goes, and what was pinned meanwhile is kept.
        damaged.resize(0);
        damaged.seek(0);
        damaged.write(before);
        damaged.close();
        QTRY_VERIFY_WITH_TIMEOUT(!banner->isVisible(), Patience);
        QTRY_VERIFY_WITH_TIMEOUT(loadSchema(file) && writeSchema(*loadSchema(file)).contains("Binary"),
                                 Patience);
    }

    void flatBuffersFindTheirRootInAFolder()
    {
        const auto window = open(QStringLiteral("Books"));
        QVERIFY(window);
        QCOMPARE(window->model()->columnOf(QStringLiteral("value.title")), -1);
        SlotDialog *dialog = decode(*window);
        QVERIFY(dialog);
        window->prompts()->files.push_back(dataFile(QStringLiteral("flatbuffers")));
        Q_EMIT dialog->foldersRequested();
        auto *folders = window->window()->findChild<FlatFoldersDialog *>();
        QVERIFY(folders);
        QTest::mouseClick(folders->addButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(window->model()->columnOf(QStringLiteral("value.title")) >= 0, Patience);
        QCOMPARE(folders->list()->count(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(dialog->field(SchemaProperty::FlatBuffersRoot)->currentData().toString(),
                                  QStringLiteral("library.Book"), Patience);
    }

    void aChosenSchemaOffersItsRootsByWhatVerifies()
    {
        const auto window = open(QStringLiteral("Books"));
        QVERIFY(window);
        SlotDialog *dialog = decode(*window);
        QVERIFY(dialog);
        QCOMPARE(dialog->field(SchemaProperty::ValueType)->currentText(), QStringLiteral("FlatBuffers"));
        QLineEdit *file = dialog->field(SchemaProperty::FlatBuffersSchema)->lineEdit();
        file->setText(dataFile(QStringLiteral("flatbuffers/book.fbs")));
        Q_EMIT file->textEdited(file->text());
        QComboBox *root = dialog->field(SchemaProperty::FlatBuffersRoot);
        QTRY_COMPARE_WITH_TIMEOUT(root->currentData().toString(), QStringLiteral("library.Book"), Patience);
        QTRY_VERIFY_WITH_TIMEOUT(cell(dialog, 0, 1).contains(QStringLiteral("title")), Patience);
        QCOMPARE(root->itemData(0).toString(), QStringLiteral("library.Book"));
        dialog->accept();
        QTRY_VERIFY_WITH_TIMEOUT(window->model()->columnOf(QStringLiteral("value.title")) >= 0, Patience);
    }
};

QTEST_MAIN(TestSlotDialog)
#include "tst_slotdialog.moc"
