// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "tests/support/testpaths.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/typeddialog.h"
#include "ui/panels/safetyband.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QMenu>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;
using namespace std::chrono_literals;

namespace {

const QString Shop = QStringLiteral("shop production");

SafetyBand *bandOf(const StoryWindow &window)
{
    return window->findChild<SafetyBand *>();
}

} // namespace

/// What the safety level of a connection makes of the window.
class TestSafetyBand : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    std::unique_ptr<StoryWindow> openUsers(SafetyLevel level, const QString &name = {}) const
    {
        rememberProfile(m_etcd->parsedEndpoint(), {.name = name, .safety = level});
        return slotscope::test::openUsers(m_etcd->parsedEndpoint());
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
    }
    void init()
    {
        OwnSettings::clear();
        QCOMPARE(loadDump(*m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
    }

    void everyLevelHasColourIconAndWords()
    {
        QSet<QRgb> colours;
        for (const SafetyLevel level : SafetyLevels) {
            const auto window = openUsers(level, Shop);
            SafetyBand *band = bandOf(*window);
            QVERIFY(band->isVisible());
            QVERIFY(band->text().contains(safetyName(level)));
            QVERIFY(band->text().contains(Shop));
            QCOMPARE(band->width(), window->window()->width());
            colours.insert(band->palette().color(QPalette::Window).rgb());
            QVERIFY(window->window()->windowTitle().contains(Shop));
            QCOMPARE(window->window()->windowTitle().contains(safetyName(level)), level != SafetyLevel::Open);
            QTRY_COMPARE(band->unlockButton()->isVisible(), level == SafetyLevel::Guarded);
            QVERIFY(!band->lockButton()->isVisible());
        }
        QCOMPARE(colours.size(), qsizetype(SafetyLevels.size()));
    }

    void readOnlyTakesNoEdits()
    {
        const auto window = openUsers(SafetyLevel::ReadOnly);
        const QModelIndex name = window->cell(NilsKey, "value.name");
        QVERIFY(name.isValid());
        const QString before = name.data().toString();
        QVERIFY(window->model()->readOnlyReason(name).contains(QStringLiteral("read-only")));
        window->type(name, QStringLiteral("Olaf"));
        QCOMPARE(window->text(NilsKey, "value.name"), before);
        window->select(name);
        window->press(Qt::Key_Delete);
        QVERIFY(window->message().contains(QStringLiteral("read-only")));
        QVERIFY(window->edits()->isEmpty());
    }

    void confirmShowsWhatIsWritten()
    {
        const auto window = openUsers(SafetyLevel::Confirm);
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Olaf")));
        window->prompts()->answers = {1};
        QTest::keyClick(window->window(), Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(window->prompts()->questions.size(), size_t(1));
        const Question question = window->prompts()->questions.front();
        QVERIFY(question.title.contains(m_etcd->parsedEndpoint().url.authority()));
        QVERIFY2(question.text.contains(QStringLiteral("Users: 1 changed")), qPrintable(question.text));
        QVERIFY(!question.detail.isEmpty());
        QVERIFY(window->prompts()->typedTexts.empty());
        QTRY_VERIFY(window->prompts()->answers.empty());
        QCOMPARE(window->edits()->changes().size(), size_t(1));
        QVERIFY(!window->edits()->isCommitting());

        window->prompts()->answers = {0};
        QTest::keyClick(window->window(), Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(window->edits()->isEmpty());
        QTRY_COMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Olaf"));
    }

    void whatChangedWhileItWasShownIsNotWritten()
    {
        const auto window = openUsers(SafetyLevel::Confirm);
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Olaf")));
        const Approval approval = Approval::of(window->edits()->plan().request);
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Gustav")));
        window->edits()->commit(approval);
        QTRY_COMPARE(window->prompts()->errors.size(), size_t(1));
        QVERIFY(window->prompts()->errors.front().offersRetry);
        QCOMPARE(window->edits()->changes().size(), size_t(1));
    }

    void guardedIsUnlockedAndTyped()
    {
        const auto window = openUsers(SafetyLevel::Guarded, Shop);
        SafetyBand *band = bandOf(*window);
        SafetyGate *gate = window->window()->connection()->safety();
        QVERIFY(gate->isLocked());
        QVERIFY(band->text().contains(QStringLiteral("locked")));
        const QColor locked = band->palette().color(QPalette::Window);
        const QModelIndex name = window->cell(NilsKey, "value.name");
        QVERIFY(window->model()->readOnlyReason(name).contains(QStringLiteral("unlock")));
        window->type(name, QStringLiteral("Olaf"));
        QVERIFY(window->edits()->isEmpty());

        const QList<QAction *> choices = band->unlockMenu()->actions();
        const auto five = std::find_if(choices.begin(), choices.end(),
                                       [](QAction *action) { return action->data().toInt() == 5; });
        QVERIFY(five != choices.end());
        (*five)->trigger();
        QVERIFY(!gate->isLocked());
        QVERIFY(gate->remaining() > 4min);
        QTRY_VERIFY(band->lockButton()->isVisible() && !band->unlockButton()->isVisible());
        QVERIFY(band->palette().color(QPalette::Window) != locked);
        QVERIFY(window->window()->windowTitle().contains(QStringLiteral("unlocked")));
        const auto labels = band->findChildren<QLabel *>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](QLabel *label) {
            return label->text().contains(QStringLiteral("5:00"))
                || label->text().contains(QStringLiteral("4:5"));
        }));

        QVERIFY(window->type(name, QStringLiteral("Olaf")));
        QCOMPARE(window->edits()->changes().size(), size_t(1));
        // Locked again, what is staged stays.
        band->lockButton()->click();
        QVERIFY(gate->isLocked());
        QCOMPARE(window->edits()->changes().size(), size_t(1));
        QCOMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Olaf"));

        // A commit offers to unlock, and then wants the name.
        window->prompts()->answers = {0, 0, 0};
        window->prompts()->typed = {QStringLiteral("shop"), Shop};
        QTest::keyClick(window->window(), Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(window->prompts()->errors.size(), size_t(1));
        QVERIFY(!gate->isLocked());
        QCOMPARE(window->prompts()->typedTexts.size(), size_t(1));
        QCOMPARE(window->prompts()->typedTexts.front().expected, Shop);
        QVERIFY(!window->edits()->isEmpty());
        QTest::keyClick(window->window(), Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(window->edits()->isEmpty());
        QVERIFY(m_etcd->get(NilsKey).value().value.contains("Olaf"));
    }

    void theNameIsTypedBeforeTheButtonWorks()
    {
        TypedDialog dialog({.title = QStringLiteral("Commit?"),
                            .detail = QStringLiteral("all of it"),
                            .buttons = {{QStringLiteral("Commit"), PromptButton::Role::Accept},
                                        {QStringLiteral("Cancel"), PromptButton::Role::Reject}}},
                           {.label = QStringLiteral("Name"), .expected = Shop});
        dialog.open();
        QAbstractButton *commit = dialog.buttons().front();
        QVERIFY(!commit->isEnabled() && dialog.buttons().back()->isEnabled());
        QTest::keyClicks(dialog.line(), QStringLiteral("shop "));
        QVERIFY(!commit->isEnabled());
        QTest::keyClick(dialog.line(), Qt::Key_Return);
        QVERIFY(dialog.isVisible());
        QTest::keyClicks(dialog.line(), QStringLiteral("production"));
        QVERIFY(commit->isEnabled());
        QTest::keyClick(dialog.line(), Qt::Key_Return);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(dialog.chosenButton(), 0);
        QCOMPARE(dialog.typed(), Shop);
    }
    void aTypedDialogThatIsClosedIsCancelled()
    {
        TypedDialog dialog({.buttons = {{QStringLiteral("Commit"), PromptButton::Role::Accept},
                                        {QStringLiteral("Cancel"), PromptButton::Role::Reject}}},
                           {.expected = Shop});
        dialog.open();
        QTest::keyClicks(dialog.line(), Shop);
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QCOMPARE(dialog.chosenButton(), 1);
    }

    void theLevelIsChosenWhenConnecting()
    {
        ConnectDialog dialog;
        dialog.setProfiles(rememberedProfile);
        QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
        dialog.setEndpointText(QStringLiteral("127.0.0.1:2379"));
        QCOMPARE(dialog.profile().safety, SafetyLevel::Open);
        dialog.setEndpointText(QStringLiteral("db.example.org"));
        QCOMPARE(dialog.profile().safety, SafetyLevel::Confirm);
        QCOMPARE(dialog.nameLine()->placeholderText(), QStringLiteral("db.example.org:2379"));
        rememberProfile(*Endpoint::parse(QStringLiteral("prod.example.org")),
                        {.name = Shop, .safety = SafetyLevel::Guarded});
        dialog.setEndpointText(QStringLiteral("prod.example.org"));
        QCOMPARE(dialog.profile(), (ConnectionProfile {Shop, SafetyLevel::Guarded}));
        dialog.connectButton()->click();
        QCOMPARE(requested.first().first().value<Profile>().safety, SafetyLevel::Guarded);
    }
    void whatWasChosenBeforeTheAddressIsKept()
    {
        ConnectDialog dialog;
        dialog.setProfiles(rememberedProfile);
        QTest::keyClick(dialog.safetyBox(), Qt::Key_End);
        QCOMPARE(dialog.profile().safety, SafetyLevel::ReadOnly);
        dialog.endpointLine()->clear();
        QTest::keyClicks(dialog.endpointLine(), QStringLiteral("127.0.0.1:2379"));
        QCOMPARE(dialog.profile().safety, SafetyLevel::ReadOnly);
    }

    void profilesAreRemembered()
    {
        const Endpoint endpoint = *Endpoint::parse(QStringLiteral("prod.example.org"));
        QVERIFY(!rememberedProfile(endpoint));
        for (const SafetyLevel level : SafetyLevels) {
            rememberProfile(endpoint, {.name = Shop, .safety = level});
            QCOMPARE(*rememberedProfile(endpoint), (ConnectionProfile {Shop, level}));
        }
        QCOMPARE(safetyOf(QStringLiteral("something newer")), SafetyLevel::ReadOnly);
        QCOMPARE(countdownText(4min + 4s + 1ms), QStringLiteral("4:05"));
    }
};

QTEST_MAIN(TestSafetyBand)
#include "tst_safetyband.moc"
