// SPDX-License-Identifier: GPL-3.0-or-later
//
// Qt is not built with ThreadSanitizer, so what its thread pool, futures, semaphores and events order looks
// as if nobody had waited. Linked into the tests of such a build, these stand in front of Qt's functions and
// say it. They say a little more than is true, since all that is handed over shares two marks; what runs at
// the same time without any of it is found.
#include <QCoreApplication>
#include <QFutureInterface>
#include <QMutex>
#include <QSemaphore>
#include <QThreadPool>

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

namespace {

char toWorkers;
char fromWorkers;

template <typename Function>
Function *realOf(const char *name)
{
    return reinterpret_cast<Function *>(::dlsym(RTLD_NEXT, name));
}

std::function<void()> told(std::function<void()> job)
{
    __tsan_release(&toWorkers);
    return [job = std::move(job)] {
        __tsan_acquire(&toWorkers);
        job();
        __tsan_release(&fromWorkers);
    };
}

/// Whatever reaches an object of the thread with the event loop may come from another one.
class Receiver : public QObject
{
public:
    using QObject::QObject;
    bool eventFilter(QObject *, QEvent *) override
    {
        __tsan_acquire(&fromWorkers);
        return false;
    }
};

void listen()
{
    QCoreApplication *application = QCoreApplication::instance();
    application->installEventFilter(new Receiver(application));
}

} // namespace

Q_COREAPP_STARTUP_FUNCTION(listen)

void QThreadPool::start(QRunnable *runnable, int priority)
{
    static auto *const real =
        realOf<void(QThreadPool *, QRunnable *, int)>("_ZN11QThreadPool5startEP9QRunnablei");
    __tsan_release(&toWorkers);
    real(this, runnable, priority);
}

void QThreadPool::start(std::function<void()> job, int priority)
{
    static auto *const real =
        realOf<void(QThreadPool *, std::function<void()>, int)>("_ZN11QThreadPool5startESt8functionIFvvEEi");
    real(this, told(std::move(job)), priority);
}

bool QThreadPool::tryStart(std::function<void()> job)
{
    static auto *const real =
        realOf<bool(QThreadPool *, std::function<void()>)>("_ZN11QThreadPool8tryStartESt8functionIFvvEE");
    return real(this, told(std::move(job)));
}

bool QThreadPool::waitForDone(int msecs)
{
    static auto *const real = realOf<bool(QThreadPool *, int)>("_ZN11QThreadPool11waitForDoneEi");
    const bool done = real(this, msecs);
    __tsan_acquire(&fromWorkers);
    return done;
}

// What a task of QtConcurrent::run() asks first.
bool QFutureInterfaceBase::isCanceled() const
{
    static auto *const real =
        realOf<bool(const QFutureInterfaceBase *)>("_ZNK20QFutureInterfaceBase10isCanceledEv");
    __tsan_acquire(&toWorkers);
    return real(this);
}

void QFutureInterfaceBase::reportFinished()
{
    static auto *const real =
        realOf<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase14reportFinishedEv");
    __tsan_release(&fromWorkers);
    real(this);
}

void QFutureInterfaceBase::waitForFinished()
{
    static auto *const real =
        realOf<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase15waitForFinishedEv");
    real(this);
    __tsan_acquire(&fromWorkers);
}

void QFutureInterfaceBase::waitForResult(int index)
{
    static auto *const real =
        realOf<void(QFutureInterfaceBase *, int)>("_ZN20QFutureInterfaceBase13waitForResultEi");
    real(this, index);
    __tsan_acquire(&fromWorkers);
}

// Who lets go of it last clears the results.
bool QFutureInterfaceBase::derefT() const
{
    static auto *const real =
        realOf<bool(const QFutureInterfaceBase *)>("_ZNK20QFutureInterfaceBase6derefTEv");
    __tsan_release(&fromWorkers);
    const bool isHeld = real(this);
    __tsan_acquire(&fromWorkers);
    return isHeld;
}

bool QMetaObject::invokeMethodImpl(QObject *object, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type,
                                   void *result)
{
    static auto *const real = realOf<bool(QObject *, QtPrivate::QSlotObjectBase *, Qt::ConnectionType,
                                          void *)>(
        "_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv");
    __tsan_release(&fromWorkers);
    return real(object, slot, type, result);
}

void QMetaObject::activate(QObject *sender, const QMetaObject *meta, int signal, void **arguments)
{
    static auto *const real = realOf<void(QObject *, const QMetaObject *, int, void **)>(
        "_ZN11QMetaObject8activateEP7QObjectPKS_iPPv");
    __tsan_release(&fromWorkers);
    real(sender, meta, signal, arguments);
}

void QSemaphore::acquire(int n)
{
    static auto *const real = realOf<void(QSemaphore *, int)>("_ZN10QSemaphore7acquireEi");
    real(this, n);
    __tsan_acquire(this);
}

void QSemaphore::release(int n)
{
    static auto *const real = realOf<void(QSemaphore *, int)>("_ZN10QSemaphore7releaseEi");
    __tsan_release(this);
    real(this, n);
}

// The way without waiting is inline, and seen.
void QBasicMutex::lockInternal()
{
    static auto *const real = realOf<void(QBasicMutex *)>("_ZN11QBasicMutex12lockInternalEv");
    real(this);
    __tsan_acquire(this);
}

void QBasicMutex::unlockInternal() noexcept
{
    static auto *const real = realOf<void(QBasicMutex *)>("_ZN11QBasicMutex14unlockInternalEv");
    __tsan_release(this);
    real(this);
}
