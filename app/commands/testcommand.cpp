// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/testcommand.h"

#include "core/etcd/connectiontest.h"
#include "core/table/recordjson.h"
#include "ui/connectiontesttext.h"

namespace slotscope::app {

namespace {

using core::StepOutcome;
using core::TestStep;

QString markOf(StepOutcome outcome)
{
    switch (outcome) {
    case StepOutcome::Passed:
        return QStringLiteral("ok");
    case StepOutcome::Skipped:
        return QStringLiteral("-");
    default:
        return ui::outcomeWord(outcome);
    }
}

} // namespace

TestCommand::TestCommand() = default;
TestCommand::~TestCommand() = default;

QString TestCommand::description() const
{
    return QStringLiteral(
        "Tries a connection step by step: name, TCP, TLS, HTTP, etcd's version, its gateway, the "
        "user and what that may read and write. Says where it fails, and what to do.");
}

QString TestCommand::takeArguments(const QCommandLineParser &parser)
{
    return parser.positionalArguments().isEmpty() ? QString()
                                                  : QStringLiteral("test-connection takes no arguments");
}

void TestCommand::begin()
{
    m_untested = options().endpoints;
    testNext();
}

void TestCommand::testNext()
{
    if (m_untested.empty()) {
        finish(m_failed ? Failed : Done);
        return;
    }
    const core::Endpoint next = m_untested.front();
    m_untested.erase(m_untested.begin());
    m_printed = 0;
    if (!isJson() && !print(next.toString()))
        return;
    m_test = std::make_unique<core::ConnectionTest>(options(), next);
    connect(m_test.get(), &core::ConnectionTest::progressed, this, &TestCommand::printSteps);
    connect(m_test.get(), &core::ConnectionTest::finished, this, &TestCommand::tested, Qt::QueuedConnection);
    m_test->start();
}

void TestCommand::printSteps()
{
    const core::ConnectionReport &report = m_test->report();
    for (; m_printed < core::TestStepCount; ++m_printed) {
        const auto step = static_cast<TestStep>(m_printed);
        const core::StepReport &entry = report.at(step);
        const bool over = report.failedStep().has_value();
        if (entry.outcome == StepOutcome::Running || (entry.outcome == StepOutcome::NotReached && !over))
            return;
        const ui::ErrorText fault = ui::describeFault(report, step);
        if (isJson()) {
            core::JsonLine line;
            line.add("endpoint", report.endpoint.toString());
            line.add("step", ui::stepWord(step));
            line.add("outcome", ui::outcomeWord(entry.outcome));
            line.addTextOrNull("fault", ui::faultWord(entry.fault));
            line.addTextOrNull("text", ui::stepText(report, step));
            line.addTextOrNull("advice", fault.advice);
            line.addTextOrNull("detail", fault.technical);
            line.add("milliseconds", static_cast<qint64>(entry.duration.count()));
            if (!print(line.line()))
                return;
            continue;
        }
        if (entry.outcome == StepOutcome::NotReached)
            continue;
        QStringList lines {QStringLiteral("  %1 %2 %3")
                               .arg(ui::stepName(step), -18)
                               .arg(markOf(entry.outcome), -8)
                               .arg(ui::stepText(report, step))};
        if (!fault.advice.isEmpty())
            lines += QString(30, QLatin1Char(' ')) + fault.advice;
        if (!fault.technical.isEmpty())
            lines += QString(30, QLatin1Char(' ')) + QStringLiteral("(%1)").arg(fault.technical);
        if (step == TestStep::Tls) {
            for (const QString &certificate : ui::chainText(report))
                lines += QString(30, QLatin1Char(' ')) + certificate;
        }
        if (!print(lines.join(QLatin1Char('\n'))))
            return;
    }
}

void TestCommand::tested()
{
    printSteps();
    m_failed = m_failed || m_test->report().failedStep().has_value();
    testNext();
}

} // namespace slotscope::app
