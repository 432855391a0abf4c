// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"

#include <set>

namespace slotscope::app {

/// `slotscope watch [SLOT…]`: every change from now on, until interrupted. Goes on over restarts of etcd.
class WatchCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("[SLOT…]"); }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool isEndless() const override { return true; }

protected:
    void begin() override;
    bool wantsPreviousValues() const override { return true; }

private:
    bool resolveSlots();
    void startWatching();
    void startOver();
    void tellState(core::Watch::State state);
    void takeEvents(const core::EventBatch &batch);
    bool show(const core::Event &event);
    bool showJson(const core::Event &event, const core::SlotInfo *info);
    bool showText(const core::Event &event, const core::SlotInfo *info);

    QStringList m_slotTexts;
    std::set<core::Slot> m_slots; // empty: everything
    bool m_interrupted = false; // it was said that the connection is lost
};

} // namespace slotscope::app
