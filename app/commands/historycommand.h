// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/keycommand.h"
#include "core/history/keyhistory.h"
#include "core/pmap/slottype.h"

#include <memory>
#include <optional>

namespace slotscope::app {

/// `slotscope history KEY` and `slotscope history SLOT KEY`: all retained versions of one record.
class HistoryCommand : public KeyCommand
{
    Q_OBJECT
public:
    QString description() const override;

protected:
    QString name() const override { return QStringLiteral("history"); }
    void beginWithKey() override;

private:
    bool printBeginning();
    void printNew(int count);
    bool printJson(const core::KeyVersion &version);
    bool printText(const core::KeyVersion &version);
    void end();

    std::unique_ptr<core::KeyHistory> m_history;
    core::SlotCodec m_codec;
    std::optional<core::Slot> m_slot; // not of plain keys
    std::optional<core::KeyVersion> m_last; // printed
    qint64 m_printed = 0;
};

} // namespace slotscope::app
