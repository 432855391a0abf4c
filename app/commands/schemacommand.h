// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/pmap/schemaimport.h"

namespace slotscope::app {

/// `slotscope schema import PATH…` and `slotscope schema show [FILE]`: what is known of tables beside their
/// records. Import and the showing of a file connect to nothing.
class SchemaCommand : public Command
{
    Q_OBJECT
public:
    QString synopsis() const override { return QStringLiteral("import PATH… | show [FILE]"); }
    QString description() const override;
    void addOptions(QCommandLineParser *parser) override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool needsServer() const override { return m_action == Action::ShowSlots; }

protected:
    void begin() override;

private:
    enum class Action { Import, ShowFile, ShowSlots, Describe };
    enum class Decision { None, Replace, Keep };

    QString takeImport(const QCommandLineParser &parser, const QStringList &paths);
    QString takeShow(const QCommandLineParser &parser, const QStringList &files);
    void importPaths();
    void takeImported(const core::SchemaImport &import);
    /// Whether the file was written.
    bool writeMerged(const core::Schema &imported, QString *summary);
    void showFile();
    void showSlots();
    bool printSchema(const core::Schema &schema);
    bool printSlot(const core::SlotInfo &info);

    Action m_action = Action::ShowSlots;
    Decision m_decision = Decision::None;
    QStringList m_paths;
    QString m_file; ///< that is written, or shown
};

} // namespace slotscope::app
