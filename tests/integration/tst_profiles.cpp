// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/connection.h"
#include "core/edit/etcdctlscript.h"
#include "core/etcd/gatewaytransport.h"
#include "core/etcd/prefixtransport.h"
#include "core/etcd/sshtunnel.h"
#include "core/profile/connectionwords.h"
#include "core/profile/keychain.h"
#include "core/profile/profilestore.h"
#include "core/profile/secrets.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/program.h"
#include "tests/support/realproxy.h"
#include "tests/support/testca.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QTcpServer>
#include <QtTest>

#include <csignal>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

namespace {

const QString Password = QStringLiteral("s3cret words");

Profile fullProfile()
{
    Profile profile;
    profile.id = newProfileId();
    profile.name = QStringLiteral("orders");
    profile.safety = SafetyLevel::Guarded;
    profile.colour = QStringLiteral("#c02020");
    profile.schemaFile = QStringLiteral("/s/orders.json");
    ConnectionOptions &options = profile.options;
    options.endpoints = *Endpoint::parseList(QStringLiteral("https://a:1,https://b:2"));
    options.user = QStringLiteral("ann");
    options.password = Password;
    options.prefix = QByteArray("\xff\x00/app", 6);
    options.proxy =
        QNetworkProxy(QNetworkProxy::Socks5Proxy, QStringLiteral("p"), 1080, QStringLiteral("bob"), Password);
    options.ssh = {
        .destination = QStringLiteral("ann@jump"), .port = 2222, .identityFile = QStringLiteral("/k")};
    options.connectTimeout = 3s;
    options.requestTimeout = 1500ms;
    options.serializableReads = true;
    options.grpc = false;
    options.tls.caFile = QStringLiteral("/ca.pem");
    options.tls.certFile = QStringLiteral("/c.pem");
    options.tls.keyFile = QStringLiteral("/c.key");
    options.tls.serverName = QStringLiteral("etcd.example.org");
    options.tls.keyPassword = Password.toUtf8();
    options.tls.trustedFingerprints = {QByteArray(32, 'x')};
    return profile;
}

Profile withoutSecrets(Profile profile)
{
    profile.options.dropSecrets();
    return profile;
}

/// A keychain that somebody has locked: what it is asked for comes when it is opened.
class LockedSecrets : public Secrets
{
public:
    Call<QByteArray> read(const QString &name) override
    {
        const auto failure = failures.find(name);
        if (failure != failures.end())
            return finishedCall<QByteArray>(Unexpected {failure->second});
        waiting.emplace_back(new CallState<QByteArray>);
        return Call<QByteArray>(waiting.back());
    }
    Call<Nothing> write(const QString &, const QByteArray &) override { return {}; }
    Call<Nothing> remove(const QString &) override { return {}; }

    void unlock(const QByteArray &secret)
    {
        for (const auto &state : std::exchange(waiting, {})) {
            if (state)
                state->complete(secret);
        }
    }

    std::map<QString, Error> failures;
    std::vector<QPointer<CallState<QByteArray>>> waiting;
};

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

RangeRequest everything()
{
    RangeRequest request;
    request.range = KeyRange::all();
    return request;
}

} // namespace

/// Profiles and what else says how to connect, and the ways to an etcd: a prefix, an SSH tunnel, the options
/// of the command line.
class TestProfiles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
        // The stand-in is found before the system's.
        qputenv("PATH", QByteArray(SLOTSCOPE_TEST_DATA) + "/ssh:" + qgetenv("PATH"));
        qunsetenv("SSH_ASKPASS");
    }
    void cleanupTestCase() { m_etcd.reset(); }
    void cleanup()
    {
        qunsetenv("FAKE_SSH_LOG");
        qunsetenv("FAKE_SSH_FAILS");
    }

    void profilesSurviveAsJson()
    {
        const Profile profile = fullProfile();
        const QJsonObject json = toJson(profile);
        const auto read = profileFromJson(json);
        QVERIFY2(read.hasValue(), qPrintable(read ? QString() : read.error().detail));
        QCOMPARE(*read, withoutSecrets(profile));

        // What is not said is as usual; what is wrong is named.
        QJsonObject little {{QStringLiteral("endpoints"), QJsonArray {QStringLiteral("a:1")}},
                            {QStringLiteral("safety"), QStringLiteral("open")}};
        QCOMPARE(profileFromJson(little)->options,
                 ConnectionOptions(*Endpoint::parse(QStringLiteral("a:1"))));
        little[QStringLiteral("colour")] = QStringLiteral("red");
        QVERIFY(
            profileFromJson(little).error().detail.contains(QStringLiteral("“colour” should be #rrggbb")));
        little[QStringLiteral("colour")] = QJsonValue();
        little[QStringLiteral("sshPort")] = 70000;
        QVERIFY(!profileFromJson(little));
        QVERIFY(!profileFromJson({}));
        little = {{QStringLiteral("endpoints"), QJsonArray {QStringLiteral("ftp://a")}}};
        QVERIFY(!profileFromJson(little));
    }

    void storeKeepsFilesToOneself()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("config/profiles.json"));
        ProfileStore store(file);
        QVERIFY(store.load().hasValue() && store.profiles().empty());
        const Profile profile = fullProfile();
        QVERIFY(store.save(profile).hasValue());
        QCOMPARE(QFileInfo(file).permissions() & QFileDevice::Permissions(0x077), QFileDevice::Permissions());
        const QByteArray bytes = contents(file);
        QVERIFY(bytes.contains("etcd.example.org"));
        QVERIFY(bytes.contains("socks5://bob@p:1080"));
        QVERIFY2(!bytes.contains(Password.toUtf8()), "a password in a file");
        QVERIFY(!bytes.contains(Password.toUtf8().toPercentEncoding()));

        // Another window writes meanwhile, and nothing is lost.
        ProfileStore other(file);
        Profile second = profile;
        second.id = newProfileId();
        second.name = store.freeName(profile.name);
        QCOMPARE(second.name, QStringLiteral("orders 2"));
        QVERIFY(other.save(second).hasValue());
        Profile changed = profile;
        changed.colour.clear();
        QVERIFY(store.save(changed).hasValue());
        QCOMPARE(store.profiles().size(), std::size_t {2});
        QCOMPARE(*store.named(QStringLiteral("orders 2")), withoutSecrets(second));
        QCOMPARE(*store.find(profile.id), withoutSecrets(changed));

        const auto imported = importProfiles(exportProfiles(store.profiles()));
        QVERIFY(imported.hasValue());
        QCOMPARE(imported->size(), std::size_t {2});
        QVERIFY((*imported)[0].id != changed.id && !(*imported)[0].id.isEmpty());

        // What could not be read again would take the others with it.
        Profile nowhere = profile;
        nowhere.options.endpoints.clear();
        const QByteArray before = contents(file);
        const auto refused = store.save(nowhere);
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.contains(QStringLiteral("names none")),
                 qPrintable(refused.error().detail));
        QCOMPARE(contents(file), before);
        QCOMPARE(*store.find(profile.id), withoutSecrets(changed));

        QVERIFY(store.remove(profile.id).hasValue());
        QCOMPARE(store.profiles().size(), std::size_t {1});

        // A damaged file is left as it is.
        QFile damaged(file);
        QVERIFY(damaged.open(QIODevice::WriteOnly) && damaged.write("{ \"format\"") > 0);
        damaged.close();
        QVERIFY(!store.load());
        QVERIFY(!store.save(profile));
        QCOMPARE(contents(file), QByteArray("{ \"format\""));
        QCOMPARE(store.profiles().size(), std::size_t {1});
    }

    void secretsAreFilledIn()
    {
        MemorySecrets secrets;
        const Profile profile = fullProfile();
        QVERIFY(await(secrets.keep(profile)).hasValue());
        QCOMPARE(secrets.names().size(), 3); // the user's, the key's, the proxy's
        QCOMPARE(await(secrets.fill(withoutSecrets(profile)))->profile, profile);
        // What is given already stays.
        Profile given = withoutSecrets(profile);
        given.options.password = QStringLiteral("typed");
        QCOMPARE(await(secrets.fill(given))->profile.options.password, QStringLiteral("typed"));
        QVERIFY(await(secrets.forget(profile.id)).hasValue());
        QVERIFY(secrets.names().isEmpty());
        QCOMPARE(await(secrets.fill(withoutSecrets(profile)))->profile, withoutSecrets(profile));
    }

    void lockedKeychainsAreNotWaitedForLong()
    {
        const Profile profile = withoutSecrets(fullProfile());
        LockedSecrets secrets;
        QCOMPARE(secrets.patience(), 5s);
        secrets.setPatience(50ms);
        const auto silent = await(secrets.fill(profile));
        QVERIFY(silent && silent->error);
        QCOMPARE(silent->profile, profile);
        QCOMPARE(silent->error->kind, ErrorKind::Timeout);
        QVERIFY2(silent->error->detail.contains(QStringLiteral("has not answered within 0.05 s")),
                 qPrintable(silent->error->detail));
        secrets.unlock("too late");
        QCoreApplication::processEvents();

        // What is there is taken, whatever became of the rest.
        secrets.setPatience(60s);
        secrets.failures[profile.id + QStringLiteral("/key")] = {.kind = ErrorKind::Io,
                                                                 .detail = QStringLiteral("it is broken")};
        const auto asked = secrets.fill(profile);
        QTimer::singleShot(0, &secrets, [&secrets] { secrets.unlock("opened"); });
        const auto opened = await(asked);
        QVERIFY(opened && opened->error);
        QCOMPARE(opened->error->detail, QStringLiteral("it is broken"));
        QCOMPARE(opened->profile.options.password, QStringLiteral("opened"));
        QCOMPARE(opened->profile.options.proxy.password(), QStringLiteral("opened"));
        QVERIFY(opened->profile.options.tls.keyPassword.isEmpty());
    }

    void withoutAKeychainItIsSaid()
    {
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        Keychain keychain;
        const Profile profile = withoutSecrets(fullProfile());
        const auto filled = await(keychain.fill(profile), 60'000);
        QVERIFY(filled && filled->error);
        QCOMPARE(filled->profile, profile);
        QVERIFY2(filled->error->detail.startsWith(QStringLiteral("the keychain")),
                 qPrintable(filled->error->detail));
        const auto kept = await(keychain.write(QStringLiteral("slotscope-test"), "secret"), 60'000);
        QVERIFY2(!kept, "it was written somewhere");
    }

    void wordsOfEtcdctl()
    {
        QProcessEnvironment environment;
        environment.insert(QStringLiteral("ETCDCTL_ENDPOINTS"), QStringLiteral("a:1,b:2"));
        environment.insert(QStringLiteral("ETCDCTL_CACERT"), QStringLiteral("/ca.pem"));
        environment.insert(QStringLiteral("ETCDCTL_CERT"), QStringLiteral("/c.pem"));
        environment.insert(QStringLiteral("ETCDCTL_KEY"), QStringLiteral("/c.key"));
        environment.insert(QStringLiteral("ETCDCTL_USER"), QStringLiteral("ann:pass:word"));
        environment.insert(QStringLiteral("ETCDCTL_DIAL_TIMEOUT"), QStringLiteral("1m30s"));
        environment.insert(QStringLiteral("SLOTSCOPE_NO_GRPC"), QStringLiteral("1"));
        environment.insert(QStringLiteral("ETCD_URL"), QStringLiteral("ignored:1"));
        ConnectionWords words = ConnectionWords::fromEnvironment(environment);
        const auto options = words.applyTo({});
        QVERIFY2(options.hasValue(), qPrintable(options ? QString() : options.error().detail));
        QCOMPARE(options->endpoints.size(), std::size_t {2});
        // Certificates mean TLS, as etcdctl has it.
        QCOMPARE(options->endpoint().toString(), QStringLiteral("https://a:1"));
        QCOMPARE(options->tls.caFile, QStringLiteral("/ca.pem"));
        QCOMPARE(options->user, QStringLiteral("ann"));
        QCOMPARE(options->password, QStringLiteral("pass:word"));
        QCOMPARE(options->connectTimeout, 90s);
        QVERIFY(!options->grpc && options->tls.verify);

        words.set(QStringLiteral("insecure-skip-tls-verify"), QStringLiteral("true"));
        QVERIFY(!words.applyTo({})->tls.verify);
        words.set(QStringLiteral("dial-timeout"), QStringLiteral("soon"));
        QVERIFY(words.applyTo({}).error().detail.contains(QStringLiteral("dial-timeout")));
        words.set(QStringLiteral("dial-timeout"), {});
        words.set(QStringLiteral("proxy"), QStringLiteral("http://ann@p:3128"));
        QVERIFY(words.applyTo({})->lacksProxyPassword());
        words.set(QStringLiteral("proxy-password"), QStringLiteral(" by variable"));
        QCOMPARE(words.applyTo({})->proxy.password(), QStringLiteral(" by variable"));
        environment.insert(QStringLiteral("SLOTSCOPE_PROXY_PASSWORD"), QStringLiteral("word"));
        environment.insert(QStringLiteral("SLOTSCOPE_KEY_PASSWORD"), QStringLiteral("key's"));
        environment.insert(QStringLiteral("SLOTSCOPE_PROXY"), QStringLiteral("socks5://ann@p:1080"));
        const auto secret = ConnectionWords::fromEnvironment(environment).applyTo({});
        QCOMPARE(secret->proxy.password(), QStringLiteral("word"));
        QCOMPARE(secret->tls.keyPassword, QByteArray("key's"));
        words.set(QStringLiteral("proxy"), QStringLiteral("http://ann:secret@p"));
        QVERIFY(!words.applyTo({}));
        QVERIFY2(!words.applyTo({}).error().detail.contains(QStringLiteral("secret")), "a secret is told");
    }

    void prefixIsAllThereIs()
    {
        QVERIFY(m_etcd->put("/app/one", "1").value > 0);
        QVERIFY(m_etcd->put("/app", "outside: the prefix is longer").value > 0);
        QVERIFY(m_etcd->put("/app/", "has no name within").value > 0);
        QVERIFY(m_etcd->put("/apq", "outside").value > 0);
        ConnectionOptions options = m_etcd->options();
        options.prefix = "/app/";
        Client client(options);
        auto all = await(client.range(everything()));
        QVERIFY(all.hasValue());
        QCOMPARE(all->kvs.size(), std::size_t {1});
        QCOMPARE(all->kvs[0].key, QByteArray("one"));

        TxnRequest txn;
        Compare compare;
        compare.range = KeyRange::single("one");
        compare.number = all->kvs[0].modRevision.value;
        txn.compare = {compare};
        txn.success = {{PutRequest {.key = "two", .value = "2", .lease = {}}}, {everything()}};
        txn.failure = {{everything()}};
        const auto reply = await(client.txn(txn));
        QVERIFY(reply && reply->succeeded);
        QCOMPARE(m_etcd->get("/app/two")->value, QByteArray("2"));
        const auto &read = std::get<RangeReply>(reply->responses.at(1).response);
        QCOMPARE(read.kvs.size(), std::size_t {2});
        QCOMPARE(read.kvs[1].key, QByteArray("two"));

        // A script of it goes to the whole etcd.
        Connection connection(options);
        const QByteArray script = etcdctlScript(txn, {.endpoint = connection.endpoint()});
        QVERIFY2(script.contains("/app/two") && script.contains("/app/one"), script.constData());
        QVERIFY2(script.contains(m_etcd->endpoint().toUtf8() + "'\n"), script.constData());

        // Everything from a key on ends with the prefix; deleting all deletes what is below it.
        const auto deleted = await(client.deleteRange({.range = KeyRange::all(), .prevKv = true}));
        QVERIFY(deleted.hasValue());
        QCOMPARE(deleted->deleted, 2);
        QCOMPARE(deleted->prevKvs.at(0).key, QByteArray("one"));
        QVERIFY(m_etcd->get("/apq") && m_etcd->get("/app") && m_etcd->get("/app/"));
        QCOMPARE(withPrefix(KeyRange::all(), "\xff").end, QByteArray(1, '\0'));
    }

    void prefixIsWatched()
    {
        ConnectionOptions options = m_etcd->options();
        options.prefix = "/w/";
        Client client(options);
        Watch watch(&client, KeyRange::all(), Watch::Options {.prevKv = true});
        QList<Event> seen;
        connect(&watch, &Watch::eventsReceived, this, [&seen](const EventBatch &batch) {
            for (const Event &event : batch.events)
                seen.append(event);
        });
        const Revision before = m_etcd->put("/v", "outside");
        watch.start(Revision(before.value + 1));
        QVERIFY(m_etcd->put("/w/key", "1").value > 0);
        QVERIFY(m_etcd->put("/x", "outside").value > 0);
        QVERIFY(m_etcd->put("/w/key", "2").value > 0);
        QTRY_COMPARE(seen.size(), 2);
        QCOMPARE(seen[1].kv.key, QByteArray("key"));
        QCOMPARE(seen[1].prevKv->key, QByteArray("key"));
        QCOMPARE(seen[1].prevKv->value, QByteArray("1"));
    }

    void tunnelThroughSsh()
    {
        const QTemporaryDir folder;
        const QString log = folder.filePath(QStringLiteral("ssh.log"));
        qputenv("FAKE_SSH_LOG", log.toLocal8Bit());
        // A name that only the far side can resolve.
        ConnectionOptions options(
            *Endpoint::parse(QStringLiteral("http://inside.example.org:%1").arg(m_etcd->port())));
        options.ssh = {.destination = QStringLiteral("ann@jump"), .port = 2222};
        {
            Client client(options);
            const auto status = await(client.connectToServer(), 60'000);
            QVERIFY2(status.hasValue(), qPrintable(status ? QString() : status.error().detail));
            QVERIFY(await(client.range(everything())).hasValue());
        }
        const QByteArray arguments = contents(log);
        QVERIFY2(arguments.contains("-p\t2222\t--\tann@jump\n"), arguments.constData());
        QVERIFY2(arguments.contains("BatchMode=yes"), "it would ask on a terminal");

        qputenv("FAKE_SSH_FAILS", "ann@jump: Permission denied (publickey).");
        Client refused(options);
        const auto failure = await(refused.connectToServer(), 60'000);
        QVERIFY(!failure);
        QVERIFY2(failure.error().detail.contains(QStringLiteral("Permission denied (publickey)")),
                 qPrintable(failure.error().detail));
    }

    void tunnelThatDiesIsOpenedAgain()
    {
        SshTunnel tunnel({.destination = QStringLiteral("jump")});
        QSignalSpy ended(&tunnel, &SshTunnel::ended);
        QVERIFY(await(tunnel.open(), 60'000).hasValue());
        QVERIFY(tunnel.isUp());
        const auto *process = tunnel.findChild<QProcess *>();
        QVERIFY(process);
        ::kill(static_cast<pid_t>(process->processId()), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 30'000);
        QVERIFY(!tunnel.isUp());
        QVERIFY(await(tunnel.open(), 60'000).hasValue());
        QVERIFY(tunnel.isUp());
    }

    void tablesThroughProxies()
    {
        const QString user = QStringLiteral("ann");
        for (const bool forbidsTunnels : {false, true}) {
            RealProxy proxy(user, Password);
            if (forbidsTunnels)
                proxy.forbidTunnels();
            for (const char *scheme : {"http", "socks5"}) {
                ConnectionOptions options = m_etcd->options();
                options.proxy = *parseProxy(proxy.url(QLatin1String(scheme), user, Password));
                GatewayTransport transport(options);
                QVERIFY(await(transport.detect()).hasValue());
                for (int i = 0; i < 3; ++i) {
                    const auto rows = await(transport.rows(everything()));
                    QVERIFY2(rows.hasValue(), qPrintable(rows ? QString() : rows.error().detail));
                }
                // gRPC in a tunnel, and JSON where there are none.
                const bool handsOn = forbidsTunnels && qstrcmp(scheme, "http") == 0;
                QVERIFY2(transport.usesGrpc() != handsOn, scheme);
            }
            QVERIFY(proxy.handedOn() > 0 && proxy.socksTunnels() > 0);
            QCOMPARE(proxy.tunnels() > 0, !forbidsTunnels);
        }
    }

    void commandsThroughProxies()
    {
        const QString user = QStringLiteral("ann");
        const RealProxy proxy(user, Password);
        for (const char *scheme : {"http", "socks5"}) {
            const Revision first = m_etcd->put("seen/1", "1");
            QVERIFY(first.value > 0);
            const auto command = [&](const QStringList &what, const QString &password) {
                return what
                    + QStringList {QStringLiteral("-c"), m_etcd->endpoint(), QStringLiteral("--proxy"),
                                   proxy.url(QLatin1String(scheme), user, password),
                                   QStringLiteral("--json")};
            };
            Program get(command({QStringLiteral("get"), QStringLiteral("seen/1")}, Password));
            QVERIFY2(get.wait() == 0, get.errors().constData());
            QCOMPARE(get.jsonLines().size(), std::size_t {1});
            Program test(command({QStringLiteral("test-connection")}, Password));
            QVERIFY2(test.wait() == 0, test.output().constData());

            Program watch(command({QStringLiteral("watch"), QStringLiteral("--from-revision"),
                                   QString::number(first.value), QStringLiteral("--until"),
                                   QString::number(first.value + 1)},
                                  Password));
            QTRY_VERIFY_WITH_TIMEOUT(watch.output().contains("seen/1"), 30'000);
            QCOMPARE(m_etcd->put("seen/2", "2").value, first.value + 1);
            QVERIFY2(watch.wait() == 0, watch.errors().constData());
            QVERIFY(watch.output().contains("seen/2"));

            const QString wrong = QStringLiteral("other words");
            Program refused(command({QStringLiteral("slots")}, wrong));
            QCOMPARE(refused.wait(), 1);
            const QByteArray said = refused.errors();
            QVERIFY2(said.contains("The proxy on the way to")
                         && said.contains("does not accept the user name or the password"),
                     said.constData());
            QVERIFY2(!said.contains(wrong.toUtf8()), said.constData());
        }
    }

    void commandsTakeWhatEtcdctlTakes()
    {
        const TestCa authority;
        const auto server = authority.issue(QStringLiteral("server"));
        const auto client = authority.issue(QStringLiteral("client"));
        EtcdProcess etcd(authority.server(server, true));
        etcd.useTls(authority.client(client));
        QVERIFY(etcd.start());
        QVERIFY(etcd.put("/app/key", "value").value > 0);

        const QString address = QStringLiteral("127.0.0.1:%1").arg(etcd.port()); // certificates mean https
        QStringList given {QStringLiteral("get"),          QStringLiteral("key"),
                           QStringLiteral("--endpoints"),  address,
                           QStringLiteral("--cacert"),     authority.caFile(),
                           QStringLiteral("--cert"),       client.certFile,
                           QStringLiteral("--key"),        client.keyFile,
                           QStringLiteral("--key-prefix"), QStringLiteral("/app/"),
                           QStringLiteral("--json")};
        Program program(given);
        QVERIFY2(program.wait() == 0, program.errors().constData());
        QCOMPARE(program.jsonLines().at(0).value(QStringLiteral("key")).toString(), QStringLiteral("key"));

        // The key of somebody else.
        given.replace(given.indexOf(client.keyFile), server.keyFile);
        Program wrong(given);
        QVERIFY(wrong.wait() != 0);
        QVERIFY2(wrong.errors().contains("does not belong to"), wrong.errors().constData());

        // What cannot be understood is wrong usage.
        Program misled({QStringLiteral("slots"), QStringLiteral("-c"), m_etcd->endpoint(),
                        QStringLiteral("--user"), QStringLiteral("ann"), QStringLiteral("--dial-timeout"),
                        QStringLiteral("never")});
        QCOMPARE(misled.wait(), 2);
        QVERIFY2(misled.errors().contains("never"), misled.errors().constData());
    }

    void passwordsAreWipedFromTheProcessList()
    {
        QTcpServer silent; // so that the program stays
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        Program program({QStringLiteral("watch"), QStringLiteral("-c"),
                         QStringLiteral("127.0.0.1:%1").arg(silent.serverPort()), QStringLiteral("--user"),
                         QStringLiteral("ann:") + Password, QStringLiteral("--password"), Password,
                         QStringLiteral("--proxy"),
                         QStringLiteral("http://bob:hid:den@127.0.0.1:%1").arg(silent.serverPort()),
                         QStringLiteral("--json")});
        const QString path = QStringLiteral("/proc/%1/cmdline").arg(program.processId());
        QTRY_VERIFY_WITH_TIMEOUT(contents(path).contains("ann:****"), 30'000);
        QVERIFY(!contents(path).contains(Password.toUtf8()));
        QVERIFY2(contents(path).contains("http://bob:*******@127.0.0.1"), contents(path).constData());
    }

private:
    std::unique_ptr<EtcdProcess> m_etcd;
};

QTEST_GUILESS_MAIN(TestProfiles)
#include "tst_profiles.moc"
