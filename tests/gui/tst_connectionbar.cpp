// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the bar at the top says of an etcd that is there, but of no use.
#include "tests/support/memoryetcd.h"
#include "ui/panels/connectionbar.h"

#include <QLabel>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int Patience = 30'000;

const Error Refused {.kind = ErrorKind::Unauthenticated,
                     .grpcCode = 3,
                     .detail =
                         QStringLiteral("etcdserver: authentication failed, invalid user ID or password")};

/// An etcd, a connection to it, and a bar that follows that.
struct Bar
{
    Bar()
        : connection(Endpoint {QUrl(QStringLiteral("http://127.0.0.1:2379"))}, etcd.transport())
    {
        const std::chrono::milliseconds soon(1);
        connection.setPace(
            {.firstRetry = soon, .longestRetry = soon, .pulse = {.interval = soon, .patience = soon}});
        bar.follow(&connection);
    }
    bool shows(const QString &text) const
    {
        const auto labels = bar.findChildren<QLabel *>();
        return std::any_of(labels.cbegin(), labels.cend(),
                           [&text](const QLabel *label) { return label->text().contains(text); });
    }
    bool isLive() const { return shows(QStringLiteral("live at revision %1").arg(etcd.revision().value)); }

    MemoryEtcd etcd;
    Connection connection;
    ConnectionBar bar;
};

} // namespace

class TestConnectionBar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRefusedPasswordIsNotTriedByItself()
    {
        Bar window;
        window.etcd.refuseStatus(6, Refused);
        window.connection.open();
        QTRY_VERIFY_WITH_TIMEOUT(window.connection.isSignInRefused(), Patience);
        QCOMPARE(window.etcd.statusRequests(), 3);
        QVERIFY(window.shows(QStringLiteral("not signed in")));
        QVERIFY(!window.shows(QStringLiteral("connecting")));
        // Somebody presses the button.
        window.connection.retryNow();
        QVERIFY(!window.connection.isSignInRefused());
        QTRY_VERIFY_WITH_TIMEOUT(window.connection.isSignInRefused(), Patience);
        QCOMPARE(window.etcd.statusRequests(), 6);
        // Another password, which is right.
        window.connection.signIn(QStringLiteral("u"), QStringLiteral("right"));
        QTRY_VERIFY_WITH_TIMEOUT(window.isLive(), Patience);
    }

    void oneThatRefusesForAMomentIsTriedAgain()
    {
        Bar window;
        window.etcd.refuseStatus(2, Refused);
        window.connection.open();
        QTRY_VERIFY_WITH_TIMEOUT(window.isLive(), Patience);
    }

    void oneThatHangsIsNotShownAsLive()
    {
        Bar window;
        window.connection.open();
        QTRY_VERIFY_WITH_TIMEOUT(window.isLive(), Patience);
        window.etcd.holdReplies(true);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(QStringLiteral("no answer since")), Patience);
        QVERIFY(!window.shows(QStringLiteral("live")));
        QCOMPARE(window.connection.state(), Connection::State::Online);
        // It goes on.
        window.etcd.holdReplies(false);
        QTRY_VERIFY_WITH_TIMEOUT(window.isLive(), Patience);
    }
};

QTEST_MAIN(TestConnectionBar)
#include "tst_connectionbar.moc"
