// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/scriptedprompts.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/connectionform.h"
#include "ui/errortext.h"
#include "ui/panels/banner.h"
#include "ui/views/elidedlabel.h"

#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::ui;
using slotscope::test::ScriptedPrompts;

class TestConnectDialog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        qputenv("ETCDCTL_ENDPOINTS", "http://one:2379,http://two:2379");
        qputenv("ETCD_URL", "three:4001");
    }

    void validatesWhatIsTyped()
    {
        ConnectDialog dialog;
        QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
        dialog.setEndpointText(QStringLiteral("http://"));
        QVERIFY(!dialog.connectButton()->isEnabled());
        dialog.setEndpointText(QString());
        QVERIFY(!dialog.connectButton()->isEnabled());
        dialog.setEndpointText(QStringLiteral("127.0.0.1:4001"));
        QVERIFY(dialog.connectButton()->isEnabled());
        dialog.connectButton()->click();
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.first().first().value<Profile>().options.endpoint().url,
                 QUrl(QStringLiteral("http://127.0.0.1:4001")));
    }

    void offersKnownEndpoints()
    {
        ConnectDialog dialog;
        QCOMPARE(dialog.list()->count(), 3);
        QCOMPARE(dialog.endpointText(), QStringLiteral("http://one:2379"));
        QVERIFY(dialog.list()->item(2)->text().contains(QStringLiteral("ETCD_URL")));
        dialog.setRecentEndpoints({QStringLiteral("http://last:2379"), QStringLiteral("http://two:2379")});
        QCOMPARE(dialog.list()->count(), 4); // none twice
        QCOMPARE(dialog.endpointText(), QStringLiteral("http://last:2379"));
        QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
        dialog.list()->setCurrentRow(3);
        QCOMPARE(dialog.endpointText(), QStringLiteral("three:4001"));
        Q_EMIT dialog.list()->itemActivated(dialog.list()->item(1));
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.first().first().value<Profile>().options.endpoint().url.host(),
                 QStringLiteral("two"));
    }

    void showsFailuresInPlace()
    {
        ConnectDialog dialog;
        dialog.open();
        QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
        dialog.setEndpointText(QStringLiteral("127.0.0.1:1"));
        dialog.connectButton()->click();
        QVERIFY(!dialog.connectButton()->isEnabled());
        QVERIFY(!dialog.endpointLine()->isEnabled());
        dialog.showFailure(Error {.kind = ErrorKind::Network, .detail = QStringLiteral("Connection refused")},
                           *Endpoint::parse(QStringLiteral("127.0.0.1:1")));
        QVERIFY(dialog.isVisible());
        QCOMPARE(dialog.banner()->message(),
                 QStringLiteral("Cannot reach etcd at 127.0.0.1:1: connection refused. Is it running?"));
        QCOMPARE(dialog.connectButton()->text(), QStringLiteral("&Retry"));
        dialog.connectButton()->click();
        QCOMPARE(requested.count(), 2);
        QVERIFY(dialog.banner()->isHidden());
        QSignalSpy cancelled(&dialog, &ConnectDialog::cancelRequested);
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QCOMPARE(cancelled.count(), 1);
        QVERIFY(dialog.isVisible());
        QVERIFY(dialog.connectButton()->isEnabled());
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
    }

    /// What fails is tried again by itself; nobody who types in the meantime notices.
    void typingIsLeftAlone()
    {
        const slotscope::test::OwnSettings settings;
        MainWindow window;
        window.show();
        window.openStartDialog();
        auto *dialog = window.findChild<ConnectDialog *>();
        QVERIFY(dialog && QTest::qWaitForWindowActive(dialog));
        auto *password = dialog->findChild<QLineEdit *>(QStringLiteral("password"));
        dialog->findChild<QLineEdit *>(QStringLiteral("user"))->setText(QStringLiteral("ann"));
        password->setText(QStringLiteral("old"));
        dialog->setEndpointText(QStringLiteral("http://127.0.0.1:1"));
        password->setFocus();
        QTest::keyClick(password, Qt::Key_Return);
        QVERIFY(!dialog->form()->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(dialog->banner()->isVisible(), 20'000);
        // Back to where it was asked for, to be corrected there.
        QVERIFY(password->hasFocus());
        QVERIFY(window.connection());
        password->selectAll();
        QSignalSpy tried(window.connection(), &Connection::stateChanged);
        QTRY_VERIFY_WITH_TIMEOUT(!tried.isEmpty(), 20'000);
        QVERIFY(password->hasFocus() && password->isEnabled());
        QCOMPARE(password->selectedText().size(), 3);
        const QString said = dialog->banner()->message();
        QVERIFY(!said.isEmpty());

        // And what was corrected is not what has failed: that ends.
        QTest::keyClicks(password, QStringLiteral("new"));
        QCOMPARE(password->text(), QStringLiteral("new"));
        QVERIFY(!window.connection());
        for (const QLabel *label : window.statusBar()->findChildren<QLabel *>())
            QVERIFY2(!label->text().contains(QStringLiteral("connecting")), qPrintable(label->text()));
        QVERIFY(password->hasFocus() && dialog->isVisible());
        QCOMPARE(dialog->banner()->message(), said);
        QSignalSpy requested(dialog, &ConnectDialog::connectRequested);
        QTest::keyClick(password, Qt::Key_Return);
        QCOMPARE(requested.first().first().value<Profile>().options.password, QStringLiteral("new"));
    }

    /// Nor is a dialog that is open for another etcd closed when the first one is there at last.
    void anotherAttemptDoesNotComeInBetween()
    {
        const slotscope::test::OwnSettings settings;
        MainWindow window;
        window.show();
        window.openConnection(*Endpoint::parse(QStringLiteral("http://127.0.0.1:1")));
        window.openStartDialog();
        auto *dialog = window.findChild<ConnectDialog *>();
        QVERIFY(dialog && QTest::qWaitForWindowActive(dialog));
        dialog->endpointLine()->setFocus();
        dialog->endpointLine()->clear();
        QTest::keyClicks(dialog->endpointLine(), QStringLiteral("db."));
        const QString said = dialog->banner()->message(); // until now
        QSignalSpy tried(window.connection(), &Connection::stateChanged);
        QTRY_VERIFY_WITH_TIMEOUT(!tried.isEmpty(), 20'000);
        QVERIFY(dialog->endpointLine()->hasFocus());
        QCOMPARE(dialog->endpointText(), QStringLiteral("db."));
        QCOMPARE(dialog->banner()->message(), said);
        QCOMPARE(dialog->connectButton()->text(), QStringLiteral("&Connect"));
        QVERIFY(window.connection()); // it was not this dialog that asked for it
    }

    void theBarSaysThatThereIsMore()
    {
        const slotscope::test::OwnSettings settings;
        MainWindow window;
        window.show();
        auto *state = window.findChild<ElidedLabel *>(QStringLiteral("connectionState"));
        QVERIFY(state);
        window.openConnection(*Endpoint::parse(QStringLiteral("http://127.0.0.1:1")));
        const QString end = QStringLiteral("http://127.0.0.1:1: connection refused");
        QTRY_VERIFY2_WITH_TIMEOUT(state->text().contains(end), qPrintable(state->text()), 10000);
        window.resize(window.minimumSizeHint());
        QTRY_VERIFY(state->shownText().endsWith(QChar(0x2026)));
        QVERIFY(state->toolTip().contains(end));
        const QImage narrow = state->grab().toImage();
        window.resize(2400, window.height());
        QTRY_COMPARE(state->shownText(), state->text());
        QVERIFY(state->grab().toImage().copy(narrow.rect()) != narrow);
    }

    /// Where the list comes to nobody has chosen anything yet.
    void tabTakesNothingOfWhatIsTyped()
    {
        ConnectDialog dialog;
        dialog.open();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        dialog.endpointLine()->setFocus();
        dialog.endpointLine()->clear();
        QTest::keyClicks(dialog.endpointLine(), QStringLiteral("db.example.org"));
        QTest::keyClick(dialog.endpointLine(), Qt::Key_Tab);
        QVERIFY(dialog.list()->hasFocus());
        QCOMPARE(dialog.endpointText(), QStringLiteral("db.example.org"));
    }

    void closesWhileConnecting()
    {
        ConnectDialog dialog;
        dialog.open();
        dialog.connectButton()->click();
        QVERIFY(dialog.close());
        QVERIFY(!dialog.isVisible());
    }

    void startsTheDemo()
    {
        ConnectDialog dialog;
        QSignalSpy demo(&dialog, &ConnectDialog::demoRequested);
        dialog.demoButton()->click();
        QCOMPARE(demo.count(), 1);
        dialog.showFailure({QStringLiteral("No etcd."), QStringLiteral("Install etcd-server."), {}});
        QCOMPARE(dialog.banner()->message(), QStringLiteral("No etcd. Install etcd-server."));
        dialog.connectButton()->click(); // Retry means the demo now
        QCOMPARE(demo.count(), 2);
        dialog.showFailure({QStringLiteral("No etcd."), {}, {}});
        dialog.setDemoUnavailable(QStringLiteral("there is no etcd"));
        QVERIFY(!dialog.demoButton()->isEnabled());
        QCOMPARE(dialog.demoButton()->toolTip(), QStringLiteral("there is no etcd"));
    }

    void profilesAreKept()
    {
        const QTemporaryDir folder;
        ProfileStore store(folder.filePath(QStringLiteral("profiles.json")));
        MemorySecrets secrets;
        ScriptedPrompts prompts;
        ConnectDialog dialog(nullptr, &prompts);
        dialog.setKeeping(&store, &secrets);
        QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
        const auto line = [&dialog](const char *name) {
            return dialog.findChild<QLineEdit *>(QLatin1String(name));
        };
        const auto press = [&dialog](const char *name) {
            dialog.findChild<QPushButton *>(QLatin1String(name))->click();
        };

        // Certificates mean https where no scheme is typed; several members are one cluster.
        dialog.setEndpointText(QStringLiteral("a.example.org, b.example.org:4001"));
        line("clusterName")->setText(QStringLiteral("orders"));
        line("caFile")->setText(QStringLiteral("/ca.pem"));
        line("user")->setText(QStringLiteral("ann"));
        line("password")->setText(QStringLiteral("s3cret"));
        line("keyPrefix")->setText(QStringLiteral("0xff00"));
        line("requestTimeout")->setText(QStringLiteral("soon"));
        QVERIFY(!dialog.connectButton()->isEnabled());
        QVERIFY(!dialog.saveButton()->isEnabled());
        line("requestTimeout")->setText(QStringLiteral("2s"));
        QVERIFY(dialog.saveButton()->isEnabled());
        dialog.saveButton()->click();
        QCOMPARE(store.profiles().size(), size_t(1));
        const Profile kept = store.profiles().front();
        QCOMPARE(kept.name, QStringLiteral("orders"));
        QCOMPARE(kept.options.endpoints.at(1).toString(), QStringLiteral("https://b.example.org:4001"));
        QCOMPARE(kept.options.prefix, QByteArray("\xff\x00", 2));
        QCOMPARE(kept.options.requestTimeout, std::chrono::milliseconds(2000));
        QVERIFY(kept.options.password.isEmpty());
        QTRY_COMPARE(secrets.names(), QStringList(kept.id + QStringLiteral("/password")));

        // A copy is another profile, and an own one is changed in place.
        press("duplicateProfile");
        QCOMPARE(store.profiles().size(), size_t(2));
        QCOMPARE(line("clusterName")->text(), QStringLiteral("orders 2"));
        line("keyPrefix")->clear();
        dialog.saveButton()->click();
        QCOMPARE(store.profiles().size(), size_t(2));
        QCOMPARE(store.profiles().at(1).options.prefix, QByteArray());
        QCOMPARE(store.profiles().at(0).options.prefix, kept.options.prefix);

        // One is chosen, and connected to as it is kept.
        dialog.list()->setCurrentRow(0);
        QCOMPARE(line("clusterName")->text(), QStringLiteral("orders"));
        QCOMPARE(line("keyPrefix")->text(), QStringLiteral("0xff00"));
        dialog.connectButton()->click();
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.first().first().value<Profile>(), kept);

        // The password is asked for where it is missing.
        dialog.askForPassword(SecretField::Password);
        QVERIFY(dialog.connectButton()->isEnabled());
        QVERIFY(!dialog.banner()->message().isEmpty());

        prompts.answers = {1, 0};
        press("deleteProfile");
        QTRY_COMPARE(prompts.questions.size(), size_t(1));
        QCOMPARE(store.profiles().size(), size_t(2));
        press("deleteProfile");
        QTRY_COMPARE(store.profiles().size(), size_t(1));
        QTRY_VERIFY(secrets.names().isEmpty());
    }

    /// One profile does not become another one by typing over it, nor does the other one inherit its trust.
    void profilesAreNotMixedUp()
    {
        const QTemporaryDir folder;
        ProfileStore store(folder.filePath(QStringLiteral("profiles.json")));
        MemorySecrets secrets;
        ScriptedPrompts prompts;
        ConnectDialog dialog(nullptr, &prompts);
        dialog.setKeeping(&store, &secrets);
        const auto selected = [&dialog] {
            const auto items = dialog.list()->selectedItems();
            return items.isEmpty() ? QString() : items.first()->text();
        };
        const auto typeOver = [](QLineEdit *line, const char *text) {
            line->selectAll();
            QTest::keyClicks(line, QLatin1String(text));
        };
        QVERIFY(selected().startsWith(QStringLiteral("http://one:2379"))); // what the form begins with
        Profile first;
        first.id = newProfileId();
        first.name = QStringLiteral("tls one");
        first.options = ConnectionOptions(*Endpoint::parse(QStringLiteral("https://a.example.org")));
        first.options.user = QStringLiteral("ann");
        first.options.tls.trustedFingerprints = {QByteArray(32, 'f')};
        QVERIFY(store.save(first));
        dialog.showDescription(first);
        QCOMPARE(selected(), first.name);

        // Address and name together: that is another server.
        typeOver(dialog.endpointLine(), "https://b.example.org");
        QCOMPARE(selected(), first.name);
        QCOMPARE(dialog.description()->id, first.id); // it has moved, perhaps
        typeOver(dialog.nameLine(), "tls two");
        QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
        dialog.connectButton()->click();
        const auto asked = requested.takeFirst().first().value<Profile>();
        QVERIFY(asked.id.isEmpty()); // else the keychain would give away what is secret to the first
        QVERIFY(asked.options.tls.trustedFingerprints.isEmpty());
        dialog.showFailure({.summary = QStringLiteral("Failed."), .advice = {}, .technical = {}});

        prompts.answers = {2, 0, 1};
        dialog.saveButton()->click();
        QTRY_VERIFY(prompts.answers.size() == 2);
        QVERIFY(prompts.questions.back().title.contains(first.name));
        QCoreApplication::processEvents();
        QCOMPARE(store.profiles(), std::vector {first}); // the user gave up
        dialog.saveButton()->click();
        QTRY_COMPARE(store.profiles().size(), size_t(2));
        QCOMPARE(store.profiles().front(), first);
        const Profile second = store.profiles().back();
        QCOMPARE(second.name, QStringLiteral("tls two"));
        QVERIFY(second.options.tls.trustedFingerprints.isEmpty());
        QCOMPARE(selected(), second.name);

        // A copy for another address trusts nothing of the first either.
        dialog.list()->setCurrentRow(0);
        typeOver(dialog.endpointLine(), "https://c.example.org");
        dialog.findChild<QPushButton *>(QStringLiteral("duplicateProfile"))->click();
        QCOMPARE(store.profiles().size(), size_t(3));
        QVERIFY(store.profiles().back().options.tls.trustedFingerprints.isEmpty());

        // It is replaced only when told to.
        typeOver(dialog.endpointLine(), "https://d.example.org");
        typeOver(dialog.nameLine(), "four");
        dialog.saveButton()->click();
        QTRY_COMPARE(store.profiles().back().name, QStringLiteral("four"));
        QCOMPARE(store.profiles().size(), size_t(3));

        // A new one begins with nothing, whatever others do in the meantime.
        dialog.findChild<QPushButton *>(QStringLiteral("newProfile"))->click();
        QCOMPARE(selected(), QString());
        QVERIFY(store.save(first));
        QCOMPARE(selected(), QString());
        QVERIFY(dialog.endpointText().isEmpty() && dialog.nameLine()->text().isEmpty());
        QTest::keyClicks(dialog.endpointLine(), QStringLiteral("http://e.example.org"));
        dialog.saveButton()->click();
        QCOMPARE(store.profiles().size(), size_t(4));
        QCOMPARE(store.profiles().back().options,
                 ConnectionOptions(*Endpoint::parse(QStringLiteral("http://e.example.org"))));
        QCOMPARE(selected(), store.profiles().back().title());
        QCOMPARE(prompts.questions.size(), size_t(3));
    }

    void passwordOfTheProxy()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("profiles.json"));
        ProfileStore store(file);
        MemorySecrets secrets;
        ConnectDialog dialog;
        dialog.setKeeping(&store, &secrets);
        QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
        const auto line = [&dialog](const char *name) {
            return dialog.findChild<QLineEdit *>(QLatin1String(name));
        };
        dialog.setEndpointText(QStringLiteral("a.example.org"));
        line("proxy")->setText(QStringLiteral("http://ann:geheim@p:3128"));
        Q_EMIT line("proxy")->editingFinished();
        // It goes where it is not seen.
        QCOMPARE(line("proxy")->text(), QStringLiteral("http://ann@p:3128"));
        QCOMPARE(line("proxyPassword")->text(), QStringLiteral("geheim"));
        QCOMPARE(line("proxyPassword")->echoMode(), QLineEdit::Password);
        dialog.saveButton()->click();
        const Profile kept = store.profiles().front();
        const QStringList name {kept.id + QStringLiteral("/proxy")};
        QTRY_COMPARE(secrets.names(), name);
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        const QByteArray bytes = written.readAll();
        QVERIFY2(bytes.contains("http://ann@p:3128") && !bytes.contains("geheim"), bytes.constData());
        QVERIFY(!exportProfiles({*dialog.description()}).contains("geheim"));
        dialog.connectButton()->click();
        QCOMPARE(requested.takeFirst().first().value<Profile>().options.proxy.password(),
                 QStringLiteral("geheim"));

        // What is not shown is not forgotten when something else of the profile is changed.
        dialog.showFailure({.summary = QStringLiteral("Failed."), .advice = {}, .technical = {}});
        dialog.showDescription(kept);
        QVERIFY(line("proxyPassword")->text().isEmpty());
        line("colour")->setText(QStringLiteral("#00ff00"));
        QSignalSpy changed(&store, &ProfileStore::changed);
        dialog.saveButton()->click();
        QCOMPARE(changed.count(), 1);
        QCoreApplication::processEvents();
        QCOMPARE(secrets.names(), name);
        // It is when it shall not be kept, or when there is no user any more.
        dialog.form()->setKeepsPasswords(false);
        dialog.saveButton()->click();
        QTRY_VERIFY(secrets.names().isEmpty());
    }

    void aLockedKeychainIsNotWaitedFor()
    {
        class Locked : public Secrets
        {
            Call<QByteArray> read(const QString &) override
            {
                return Call<QByteArray>(new CallState<QByteArray>);
            }
            Call<Nothing> write(const QString &, const QByteArray &) override { return {}; }
            Call<Nothing> remove(const QString &) override { return {}; }
        };
        const slotscope::test::OwnSettings settings;
        const QTemporaryDir folder;
        const auto secrets = std::make_shared<Locked>();
        secrets->setPatience(std::chrono::milliseconds(20));
        MainWindow window;
        window.setKeeping(std::make_shared<ProfileStore>(folder.filePath(QStringLiteral("profiles.json"))),
                          secrets);
        Profile profile;
        profile.id = newProfileId();
        profile.options = ConnectionOptions(*Endpoint::parse(QStringLiteral("a.example.org")));
        profile.options.proxy = QNetworkProxy(QNetworkProxy::HttpProxy, QStringLiteral("p.example.org"), 3128,
                                              QStringLiteral("ann"));
        window.show();
        window.openProfile(profile);
        QTRY_VERIFY(window.findChild<ConnectDialog *>());
        auto *dialog = window.findChild<ConnectDialog *>();
        QVERIFY(dialog->isVisible());
        const QString said = dialog->banner()->message();
        QVERIFY2(said.contains(QStringLiteral("The password of the proxy's user is missing."))
                     && said.contains(QStringLiteral("the keychain has not answered")),
                 qPrintable(said));
        QVERIFY(dialog->findChild<QLineEdit *>(QStringLiteral("proxyPassword"))->isVisible());
        QVERIFY(!window.connection());
    }

    void hasWordsForEveryError()
    {
        QSet<QString> summaries;
        constexpr int Count = static_cast<int>(ErrorKind::Io) + 1;
        for (int kind = 0; kind < Count; ++kind) {
            const Error error {.kind = static_cast<ErrorKind>(kind),
                               .grpcCode = 3,
                               .detail = QStringLiteral("Some detail.")};
            const ErrorText text = describe(error, QStringLiteral("host:1"));
            QVERIFY2(text.summary.endsWith(QLatin1Char('.')), qPrintable(text.summary));
            QVERIFY2(!text.summary.contains(QStringLiteral("%1")), qPrintable(text.summary));
            QVERIFY(text.technical.contains(QStringLiteral("Some detail.")));
            QVERIFY(text.technical.contains(QStringLiteral("gRPC code 3")));
            summaries.insert(text.summary);
        }
        QCOMPARE(summaries.size(), Count); // none says the same as another
        // One's own certificate is nothing to look for at the server.
        const Error old {.kind = ErrorKind::Tls,
                         .detail = QStringLiteral("the client certificate “c.pem” expired on 2026-01-01")};
        QVERIFY(!describe(old).advice.contains(QStringLiteral("server")));
    }

    void dialogPromptsAnswerLater()
    {
        QWidget window;
        window.show();
        DialogPrompts prompts;
        int answer = -1;
        Question question {QStringLiteral("Discard?"),
                           QStringLiteral("3 <b>changes</b>"),
                           {},
                           {{QStringLiteral("Discard"), PromptButton::Role::Destructive},
                            {QStringLiteral("Keep"), PromptButton::Role::Reject}},
                           1,
                           1,
                           true};
        prompts.ask(&window, question, [&answer](int button) { answer = button; });
        QCOMPARE(answer, -1);
        auto *box = window.findChild<QMessageBox *>();
        QVERIFY(box && box->isVisible() && box->isModal());
        QCOMPARE(box->buttons().size(), 2);
        for (QAbstractButton *button : box->buttons()) {
            if (button->text() == QStringLiteral("Discard"))
                button->click();
        }
        QTRY_COMPARE(answer, 0);
        QTRY_VERIFY(!window.findChild<QMessageBox *>());

        prompts.ask(&window, question, [&answer](int button) { answer = button; });
        QTest::keyClick(window.findChild<QMessageBox *>(), Qt::Key_Escape);
        QTRY_COMPARE(answer, 1);
        QTRY_VERIFY(!window.findChild<QMessageBox *>());

        int retries = 0;
        prompts.showError(&window, QStringLiteral("Failed"), describe({}), [&retries] { ++retries; });
        auto *error = window.findChild<QMessageBox *>();
        QVERIFY(error);
        QTest::keyClick(error, Qt::Key_Return);
        QTRY_COMPARE(retries, 1);
    }

    void scriptedPromptsFollowTheirScript()
    {
        QWidget window;
        ScriptedPrompts prompts;
        prompts.answers = {1};
        int answer = -1;
        const Question question {
            QStringLiteral("Sure?"), {}, {}, {{QStringLiteral("Yes")}, {QStringLiteral("No")}}};
        prompts.ask(&window, question, [&answer](int button) { answer = button; });
        QCOMPARE(answer, -1);
        QTRY_COMPARE(answer, 1);
        QCOMPARE(prompts.questions.size(), size_t(1));
    }
};

QTEST_MAIN(TestConnectDialog)
#include "tst_connectdialog.moc"
