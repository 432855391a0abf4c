// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/table/fieldcondition.h"

#include <set>

namespace slotscope::app {

/// `slotscope watch [SLOT…]`: every change from now or from a revision on, until another or until
/// interrupted. Goes on over restarts of etcd.
class WatchCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("[SLOT…]"); }
    QString description() const override;
    void addOptions(QCommandLineParser *parser) override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool isEndless() const override { return true; }

protected:
    void begin() override;
    bool wantsPreviousValues() const override { return true; }

private:
    bool resolveSlots();
    void startWatching();
    void startOver(core::Revision compacted);
    void endWhenReached();
    void tellState(core::Watch::State state);
    void takeEvents(const core::EventBatch &batch);
    bool show(const core::Event &event);
    bool passesFilter(const core::Event &event, const core::SlotCodec &codec) const;
    bool showJson(const core::Event &event, const core::SlotInfo *info);
    bool showText(const core::Event &event, const core::SlotInfo *info);

    QStringList m_slotTexts;
    std::set<core::Slot> m_slots; // empty: everything
    core::Revision m_from; // 0: from now on
    core::Revision m_until; // 0: without end
    bool m_untilNow = false;
    bool m_withPrevious = false;
    core::FieldCondition m_filter;
    bool m_interrupted = false; // it was said that the connection is lost
};

} // namespace slotscope::app
