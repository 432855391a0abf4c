// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/call.h"

#include <QtTest>

using namespace slotscope::core;

class TestCall : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void deliversOnceAndQueued()
    {
        auto *state = new CallState<int>;
        Call<int> call(state);
        int delivered = 0;
        int value = 0;
        call.then(this, [&](const Result<int> &result) {
            ++delivered;
            value = *result;
        });
        state->complete(7);
        state->complete(8);
        QCOMPARE(delivered, 0);
        QVERIFY(!call.isRunning());
        QTRY_COMPARE(delivered, 1);
        QCOMPARE(value, 7);
        QCoreApplication::processEvents();
        QCOMPARE(delivered, 1);
    }

    void cancelIsAResult()
    {
        bool aborted = false;
        auto *state = new CallState<int>;
        state->setAbort([&] { aborted = true; });
        Call<int> call(state);
        std::optional<ErrorKind> kind;
        call.then(this, [&](const Result<int> &result) { kind = result.error().kind; });
        call.cancel();
        QVERIFY(aborted);
        QTRY_VERIFY(kind.has_value());
        QCOMPARE(*kind, ErrorKind::Cancelled);
    }

    void deadlineAborts()
    {
        bool aborted = false;
        auto *state = new CallState<int>(std::chrono::milliseconds(1));
        state->setAbort([&] { aborted = true; });
        std::optional<ErrorKind> kind;
        Call<int>(state).then(this, [&](const Result<int> &result) { kind = result.error().kind; });
        QTRY_VERIFY(kind.has_value());
        QCOMPARE(*kind, ErrorKind::Timeout);
        QVERIFY(aborted);
    }

    void deathOfTheReceiverAborts()
    {
        bool aborted = false;
        bool delivered = false;
        auto *state = new CallState<int>;
        QPointer<CallBase> guard(state);
        state->setAbort([&] { aborted = true; });
        auto receiver = std::make_unique<QObject>();
        Call<int>(state).then(receiver.get(), [&](const Result<int> &) { delivered = true; });
        receiver.reset();
        QVERIFY(aborted);
        QTRY_VERIFY(guard.isNull());
        QVERIFY(!delivered);
    }

    void aFinishedCallIsDeliveredToo()
    {
        int value = 0;
        finishedCall<int>(5).then(this, [&](const Result<int> &result) { value = *result; });
        QCOMPARE(value, 0);
        QTRY_COMPARE(value, 5);
    }
};

QTEST_GUILESS_MAIN(TestCall)
#include "tst_call.moc"
