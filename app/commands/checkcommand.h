// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/doctor/cataloguecheck.h"
#include "core/doctor/indexdoctor.h"
#include "core/doctor/relationfinder.h"

#include <optional>

namespace slotscope::app {

/// `slotscope check [SLOT]`: what is wrong with indexes and catalogue.
class CheckCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("[SLOT]"); }
    QString description() const override;
    QString takeArguments(const QCommandLineParser &parser) override;

protected:
    void begin() override;

private:
    void checkIndexes(const std::vector<core::FoundRelation> &found, bool complete);
    void takeReport(const core::Result<core::IndexReport> &result);
    QString tableName(core::Slot slot) const;
    QByteArray keyNotation(const QByteArray &etcdKey) const;
    /// The table key of a record, without its slot, as it is told there.
    QByteArray recordNotation(core::Slot table, const QByteArray &tableKey) const;
    void printFault(const core::IndexFault &fault);
    void printFault(const core::CatalogueFault &fault);
    void summarize(const core::IndexReport &report);

    QString m_slotText;
    std::optional<core::Slot> m_slot; // nothing: all
    std::unique_ptr<core::RelationFinder> m_finder;
    std::unique_ptr<core::IndexDoctor> m_doctor;
    qint64 m_faults = 0;
};

} // namespace slotscope::app
