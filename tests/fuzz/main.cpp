// SPDX-License-Identifier: GPL-3.0-or-later
//
// The fuzz program: libFuzzer's options, and
//
//   --target=NAME         which target to run
//   --list                the names of all targets
//   --write-seeds=FOLDER  the target's seeds as files, instead of fuzzing
#include "tests/fuzz/fuzztargets.h"

#include <QCryptographicHash>
#include <QDir>

#include <sanitizer/allocator_interface.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

using namespace slotscope::fuzz;

namespace {

const FuzzTarget *chosen = nullptr;

std::atomic<qint64> held;
std::atomic<qint64> most;

void allocated(const volatile void * /*pointer*/, size_t size)
{
    const qint64 now = held += qint64(size);
    if (now > most)
        most = now;
}

void freed(const volatile void *pointer)
{
    if (pointer)
        held -= qint64(__sanitizer_get_allocated_size(const_cast<const void *>(pointer)));
}

[[noreturn]] void fail(const char *what, const QString &detail)
{
    std::fprintf(stderr, "slotscope_fuzz: %s %s\n", what, qPrintable(detail));
    std::_Exit(2);
}

void writeSeeds(const QString &folder)
{
    if (!QDir().mkpath(folder))
        fail("cannot make the folder", folder);
    for (const QByteArray &seed : chosen->seeds()) {
        const auto name = QCryptographicHash::hash(seed, QCryptographicHash::Sha1).toHex();
        QFile file(folder + QLatin1Char('/') + QString::fromLatin1(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(seed) != seed.size())
            fail("cannot write", file.fileName());
    }
    std::_Exit(0);
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *count, char ***arguments);
extern "C" int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    QByteArray seeds;
    for (int i = 1; i < *count; ++i) {
        const QByteArray argument = (*arguments)[i];
        if (argument.startsWith("--target="))
            chosen = fuzzTarget(argument.mid(9));
        if (argument.startsWith("--write-seeds="))
            seeds = argument.mid(14);
        if (argument == "--list") {
            for (const FuzzTarget &target : fuzzTargets())
                std::puts(target.name);
            std::fflush(stdout);
            std::_Exit(0);
        }
    }
    if (!chosen)
        fail("--target=NAME is needed; see --list", {});
    if (!seeds.isEmpty())
        writeSeeds(QString::fromLocal8Bit(seeds));
    __sanitizer_install_malloc_and_free_hooks(allocated, freed);
    memoryMeter.start = [] { most = 0, held = 0; };
    memoryMeter.peak = [] { return most.load(); };
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    // A copy of its own, so that reading behind its end is noticed.
    const QByteArrayView bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const Complaint complaint = chosen->check(bytes);
    if (complaint.isEmpty())
        return 0;
    std::fprintf(stderr, "slotscope_fuzz: %s: %s\n", chosen->name, qPrintable(complaint));
    std::abort();
}
