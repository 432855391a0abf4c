// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

namespace slotscope::app {

/// `slotscope infer [SLOT…]`: what the records of slots say of their types, what else they might be, and
/// which records do not fit.
class InferCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("[SLOT…]"); }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;

protected:
    void begin() override;

private:
    void printAll(const std::vector<core::Slot> &numbers);
    bool printJson(const core::SlotInfo &info);
    bool printText(const core::SlotInfo &info);

    QStringList m_slotTexts;
};

} // namespace slotscope::app
