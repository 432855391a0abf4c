// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

#include <memory>

namespace slotscope::app {

/// `slotscope members`: who belongs to the cluster, and how each of them is.
class MembersCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return {}; }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool needsDirectory() const override { return false; }

protected:
    void begin() override;

private:
    void printJson(const core::ClusterState &state);
    void printTable(const core::ClusterState &state);

    std::unique_ptr<core::Client> m_client; ///< of its own, since no directory is needed
};

} // namespace slotscope::app
