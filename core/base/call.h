// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <functional>
#include <optional>

namespace slotscope::core {

/// The part of a one-shot request that does not depend on its result: deadline, cancellation, queued
/// delivery.
///
/// Lives on the thread it was made on, owns itself and goes away after delivery. Everything here is
/// called on that thread.
class CallBase : public QObject
{
    Q_OBJECT
public:
    /// A deadline of zero means none.
    explicit CallBase(std::chrono::milliseconds deadline = {});

    /// Ends the call with ErrorKind::Cancelled, unless it has ended already.
    void cancel();
    bool isFinished() const { return m_finished; }

    /// For producers: how to stop the work behind the call. Run at most once, on cancel, on a passed
    /// deadline or when the receiver has died; not run when a result was delivered.
    void setAbort(std::function<void()> abort) { m_abort = std::move(abort); }

protected:
    /// Notes that the outcome is known; emits on the next turn of the event loop.
    void finish();
    /// Delivers the outcome to the receiver; called once, queued.
    virtual void deliver() = 0;
    virtual void fail(Error error) = 0;
    /// Remembers the receiver: its death aborts the call.
    void setContext(QObject *context);

    QPointer<QObject> m_context;
    bool m_hasReceiver = false;

private:
    void abandon();

    std::function<void()> m_abort;
    QTimer m_deadline;
    bool m_finished = false;
};

/// The producer's end of a Call: give it a Result once; later ones are ignored.
template <typename T>
class CallState final : public CallBase
{
public:
    using CallBase::CallBase;

    void complete(Result<T> result)
    {
        if (isFinished())
            return;
        m_result.emplace(std::move(result));
        finish();
    }
    void fail(Error error) override { complete(Unexpected {std::move(error)}); }
    void setReceiver(QObject *context, std::function<void(const Result<T> &)> receiver)
    {
        m_receiver = std::move(receiver);
        setContext(context);
    }

protected:
    void deliver() override
    {
        if (m_receiver && m_result)
            m_receiver(*m_result);
    }

private:
    std::optional<Result<T>> m_result;
    std::function<void(const Result<T> &)> m_receiver;
};

/// A light handle to a one-shot asynchronous request. It delivers its Result exactly once, never from within
/// the function that started it. Copies refer to the same request; dropping the handle does not cancel it.
template <typename T>
class Call
{
public:
    Call() = default;
    explicit Call(CallState<T> *state)
        : m_state(state)
    {
    }

    /// Calls receiver on the thread of the call, if context is still alive then. When context dies before,
    /// the request is aborted. To be attached before control returns to the event loop; one receiver per
    /// call.
    const Call &then(QObject *context, std::function<void(const Result<T> &)> receiver) const
    {
        if (m_state)
            m_state->setReceiver(context, std::move(receiver));
        return *this;
    }
    void cancel() const
    {
        if (m_state)
            m_state->cancel();
    }
    bool isRunning() const { return m_state && !m_state->isFinished(); }

private:
    QPointer<CallState<T>> m_state;
};

/// A call that has its outcome already; it is still delivered on the next turn of the event loop.
template <typename T>
Call<T> finishedCall(Result<T> result)
{
    auto *state = new CallState<T>;
    Call<T> call(state);
    state->complete(std::move(result));
    return call;
}

} // namespace slotscope::core
