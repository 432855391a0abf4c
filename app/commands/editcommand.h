// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/edit/scriptedits.h"

namespace slotscope::core {
class JsonLine;
}

namespace slotscope::app {

/// `slotscope edit --script FILE`: what a script says, staged in an edit session as the window's and
/// committed as one guarded transaction, or as several where that is asked for.
class EditCommand : public Command
{
    Q_OBJECT
public:
    EditCommand();

    QString synopsis() const override { return QStringLiteral("--script FILE"); }
    QString description() const override;
    void addOptions(QCommandLineParser *parser) override;
    QString takeArguments(const QCommandLineParser &parser) override;
    bool needsServer() const override { return !m_describe; }
    bool isEditing() const override { return true; }

protected:
    void begin() override;

private:
    /// Keys of one transaction that stay together.
    struct Part
    {
        QString name; ///< empty: the only one
        std::vector<QByteArray> keys;
    };

    QString readScript(const QString &file);
    QString takeSafety();
    core::EditSession *session() const { return connection()->edits(); }

    void resolve();
    void readRecords(size_t from);
    void carryOut();
    void refuse(const core::ScriptEdits &edits);
    void whenDerived(std::function<void()> then);
    bool split();
    void nextPart();
    void lookAt(const core::CommitPlan &plan);
    QString whyRefused(const core::CommitPlan &plan) const;
    void takeReport(const core::CommitReport &report);
    void endInConflict();
    void end(ExitCode code, const QString &outcome, const QString &sentence);
    void finishWritten();

    // What is written for people and scripts; false when nobody reads any more.
    bool show(const core::CommitPlan &plan);
    bool showScript(const core::CommitPlan &plan);
    bool printChange(const core::Change &change);
    bool printNote(const core::DerivedChange &derived);
    bool printGuard(const core::Guard &guard);
    void printOutcome(const QString &outcome, const QString &sentence, core::Revision revision = {});
    void complain(const core::ScriptProblem &problem);
    void complain(const core::ScriptConflict &conflict);
    /// `1 key`, `2 keys`
    static QString counted(size_t number, const char *one, const char *many);
    QString keyText(const QByteArray &key) const;
    QString errorText(const core::Error &error) const;
    void addPart(core::JsonLine *line) const;
    void addKey(core::JsonLine *line, const QByteArray &key) const;

    bool m_describe = false;
    bool m_dryRun = false;
    bool m_etcdctl = false; ///< show the plan as a script
    bool m_curl = false;
    bool m_withIndexes = true;
    int m_mostParts = 0; ///< 0: as the script says
    QString m_confirmed; ///< name of a guarded cluster, as it was typed
    QString m_file;
    core::EditScript m_script;
    std::vector<core::ScriptStep> m_steps;
    std::vector<QByteArray> m_keys; ///< to be read
    std::map<QByteArray, core::KeyState> m_records;
    core::Revision m_read; ///< at which they were
    std::vector<Part> m_parts;
    size_t m_part = 0; ///< that is looked at, or sent
    bool m_sending = false;
    std::vector<core::DerivedChange> m_derived; ///< of the part
    std::function<void()> m_whenDerived;
    core::Error m_lost; ///< why nothing is known of a commit
    QTimer m_lostTimer;
};

} // namespace slotscope::app
