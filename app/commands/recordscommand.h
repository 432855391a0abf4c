// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "app/commands/texttable.h"
#include "core/table/columns.h"

#include <optional>

namespace slotscope::app {

/// `slotscope records SLOT`: the records of one slot as they are at one revision.
class RecordsCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("SLOT"); }
    QString description() const override;
    void addOptions(QCommandLineParser *parser) override;
    QString takeArguments(const QCommandLineParser &parser) override;

protected:
    void begin() override;

private:
    void requestPage();
    void takePage(const core::RangeReply &reply);
    bool printPage(const std::vector<core::KeyValue> &kvs);
    void discoverTable(const std::vector<core::KeyValue> &kvs);
    QStringList cells(const core::KeyValue &kv) const;

    QString m_slotText;
    qint64 m_limit = 0; // 0: all
    core::Slot m_slot;
    core::SlotCodec m_codec;
    core::KeyRange m_rest;
    core::Revision m_revision;
    qint64 m_printed = 0;
    std::vector<core::Column> m_columns;
    std::optional<TextTable> m_table;
};

} // namespace slotscope::app
