// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a table of a million records costs, in a real window on a real etcd, beside etcdctl and curl on the
// same data; printed as one table of figures and goals. Figures are printed, never asserted: the machine may
// be busy.
//
//     bench_million [start|decode|load|view|find|live|edit …]     all without a name
//     BENCH_RECORDS, BENCH_ROUNDS: instead of 1,000,000 and 5
#include "tests/bench/milliontasks.h"

#include <QStandardPaths>

#include <cstdio>

using namespace slotscope;
using namespace slotscope::bench;

int main(int argc, char **argv)
{
    const ProbedApplication application(argc, argv);
    QStringList tasks = QCoreApplication::arguments().mid(1);
    if (tasks.isEmpty())
        tasks = {QStringLiteral("start"), QStringLiteral("decode"), QStringLiteral("load"),
                 QStringLiteral("view"),  QStringLiteral("find"),   QStringLiteral("live"),
                 QStringLiteral("edit")};

    const test::OwnSettings settings;
    Bench bench;
    for (const QString &task : std::as_const(tasks)) {
        std::printf("%s\n", qPrintable(task));
        std::fflush(stdout);
        if (task == QLatin1StringView("start"))
            measureStart(&bench);
        else if (task == QLatin1StringView("decode"))
            measureDecoding(&bench);
        else if (task == QLatin1StringView("load"))
            measureLoading(&bench);
        else if (task == QLatin1StringView("view"))
            measureView(&bench);
        else if (task == QLatin1StringView("find"))
            measureFinding(&bench);
        else if (task == QLatin1StringView("live"))
            measureLive(&bench);
        else if (task == QLatin1StringView("edit"))
            measureEdits(&bench);
        else
            qFatal("there is no task %s", qPrintable(task));
    }
    bench.figures.print();
    return 0;
}
