// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/history/diffsource.h"
#include "core/table/fieldcondition.h"

#include <deque>

namespace slotscope::app {

/// `slotscope diff A B [SLOT…]`: what is not the same in two states of tables.
class DiffCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("A B [SLOT…]"); }
    QString description() const override;
    void addOptions(QCommandLineParser *parser) override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool needsDirectory() const override { return false; }

protected:
    void begin() override;

private:
    struct Pair // one table on both sides
    {
        std::optional<core::Slot> before;
        std::optional<core::Slot> after;
        core::SlotCodec codec {};
        QString title {};
    };
    void openEnd(core::DiffEnd *end);
    void findTables();
    bool findNamed();
    void findAll();
    void whenTypesKnown();
    void describePair(Pair *pair) const;
    core::DiffEnd *typedEnd(const Pair &pair) const;
    void compareNext();
    bool show(const core::RowDifference &difference);
    bool showJson(const core::RowDifference &difference, const QByteArray &key);
    bool showText(const core::RowDifference &difference, const QByteArray &key);
    bool showCounts();
    void failFor(const core::Error &error, const core::DiffEnd &end);

    core::DiffSource m_sources[2];
    std::unique_ptr<core::DiffEnd> m_before;
    std::unique_ptr<core::DiffEnd> m_after;
    int m_open = 0;
    QStringList m_slotTexts;
    core::FieldCondition m_filter;
    bool m_exitCode = false;
    bool m_typesKnown = false;
    std::deque<Pair> m_pairs; // the one that is compared, and those to come
    std::unique_ptr<core::TableDiff> m_diff;
    qint64 m_shown = 0; // of the table
    qint64 m_differing = 0; // of all tables
    QTimer m_typePatience;
};

} // namespace slotscope::app
