// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace slotscope::app {

/// `slotscope slots`: every slot but the catalogue itself, with what is known of its type.
class SlotsCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return {}; }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;

protected:
    void begin() override;

private:
    void printJson(const core::SlotInfo &info);
    void printTable(const std::vector<const core::SlotInfo *> &infos);
};

} // namespace slotscope::app
