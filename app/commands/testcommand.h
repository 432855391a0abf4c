// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace slotscope::core {
class ConnectionTest;
} // namespace slotscope::core

namespace slotscope::app {

/// `slotscope test-connection`: where a connection fails, and what to do about it.
class TestCommand : public Command
{
    Q_OBJECT
public:
    TestCommand();
    ~TestCommand() override;

    QString synopsis() const override { return {}; }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool needsDirectory() const override { return false; }

protected:
    void begin() override;

private:
    void testNext();
    void printSteps();
    void tested();

    std::vector<core::Endpoint> m_untested;
    std::unique_ptr<core::ConnectionTest> m_test;
    int m_printed = 0; ///< steps of the test
    bool m_failed = false;
};

} // namespace slotscope::app
