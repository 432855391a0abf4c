// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/table/search.h"

namespace slotscope::app {

/// `slotscope find TEXT [SLOT…]`: records of all slots that hold a text or meet a condition.
class FindCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("TEXT|--condition CONDITION [SLOT…]"); }
    QString description() const override;
    void addOptions(QCommandLineParser *parser) override;
    QString takeArguments(const QCommandLineParser &parser) override;

protected:
    void begin() override;

private:
    void search();
    void printHits(const std::vector<core::SearchHit> &hits);
    bool printText(const core::SearchHit &hit);
    bool printJson(const core::SearchHit &hit);
    void end();

    QStringList m_slotTexts;
    core::SearchQuery m_query;
    std::unique_ptr<core::Search> m_search;
};

} // namespace slotscope::app
