// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/profile/profile.h"

#include <QCommandLineParser>
#include <QObject>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace slotscope::app {

/// What every program of the system means by its exit code here.
enum ExitCode { Done = 0, Failed = 1, WrongUsage = 2 };

/// One headless command: it connects, knows the slots, does its work and says how it ended.
class Command : public QObject
{
    Q_OBJECT
public:
    Command();

    /// How it is called behind its name, for help: `SLOT`.
    virtual QString synopsis() const = 0;
    virtual QString description() const = 0;
    virtual void addOptions(QCommandLineParser *) { }
    /// Takes its own arguments and options; what is wrong with them, empty when nothing is.
    virtual QString takeArguments(const QCommandLineParser &parser) = 0;

    /// Whether it goes on until interrupted, so that an interrupt is no failure.
    virtual bool isEndless() const { return false; }

    /// Whether it connects to an etcd at all.
    virtual bool needsServer() const { return true; }

    /// Whether it wants the slots of that etcd, or looks for itself.
    virtual bool needsDirectory() const { return true; }

    /// Whether it edits, so that it needs all of a connection().
    virtual bool isEditing() const { return false; }

    /// What is known of the slots' types; before run().
    void setSchema(core::Schema schema) { m_schema = std::move(schema); }

    /// Once; finished() follows. The profile is not looked at where no server is needed.
    void run(const core::Profile &profile, bool json);

Q_SIGNALS:
    void finished(int exitCode);

protected:
    /// The directory is loaded, if there is to be one; types may still be unknown.
    virtual void begin() = 0;
    /// Asked once before the directory is loaded.
    virtual bool wantsPreviousValues() const { return false; }

    bool isJson() const { return m_json; }
    core::Client *client() const { return m_connection ? m_connection->client() : m_client.get(); }
    /// Over all keys; not started.
    core::Watch *watch() const { return m_watch.get(); }
    core::SlotDirectory *directory() const
    {
        return m_connection ? m_connection->directory() : m_directory.get();
    }
    /// Null pointer where isEditing() is not.
    core::Connection *connection() const { return m_connection.get(); }
    QString serverName() const;
    core::Endpoint endpoint() const { return m_profile.options.endpoint(); }
    const core::ConnectionOptions &options() const { return m_profile.options; }
    /// Without a profile that was asked for: only how to connect.
    const core::Profile &profile() const { return m_profile; }
    const core::Schema &schema() const { return m_schema; }

    /// Goes on once the types of these slots (all, when empty) are known as far as they can be.
    void whenSampled(const std::vector<core::Slot> &numbers, std::function<void()> then);
    /// Loads the directory anew, for a watch that has lost events.
    void reload(std::function<void()> then);

    /// Writes a line; false when nobody reads any more: then the command has finished.
    bool print(const QByteArray &line);
    bool print(const QString &line) { return print(line.toUtf8()); }
    void finish(int exitCode = Done);
    void fail(const QString &message);
    void fail(const core::Error &error);
    /// There is no such slot (`slot`), or no table that is called so; or the user may not see it.
    void failWithoutTable(const QString &text, const std::optional<core::Slot> &slot);
    /// Whether the user may read something of the slot; else says that it is not so, and fails.
    bool mayReadOrFail(core::Slot slot);
    /// Tells people, where it is so, that the user sees a part of the etcd only.
    void tellHidden();

private:
    void checkSampled();
    void openConnection();

    std::unique_ptr<core::Connection> m_connection; ///< else the three that it would hold
    std::unique_ptr<core::Client> m_client;
    std::unique_ptr<core::Watch> m_watch;
    std::unique_ptr<core::SlotDirectory> m_directory;
    core::Profile m_profile;
    core::Schema m_schema;
    std::function<void()> m_whenLoaded;
    std::vector<core::Slot> m_awaited;
    std::function<void()> m_whenSampled;
    QTimer m_patience;
    bool m_json = false;
    bool m_finished = false;
};

/// The commands by name, in the order in which help lists them.
struct CommandEntry
{
    QString name;
    QString summary;
    std::function<std::unique_ptr<Command>()> make;
};
const std::vector<CommandEntry> &commands();

} // namespace slotscope::app
