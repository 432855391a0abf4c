// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"
#include "core/base/log.h"
#include "core/profile/connectionwords.h"

#include <QCommandLineParser>
#include <QStringList>

namespace slotscope::app {

/// What is logged, and whereto.
struct LogOptions
{
    std::optional<core::LogLevel> level;
    QString file; ///< empty: none

    /// What is wrong with the options, in plain words; empty when nothing is. What is not given stays.
    QString take(const QCommandLineParser &parser);
    /// Needs a QCoreApplication. What did not work, in plain words.
    QString apply() const;
};

/// What the program was called with, before the first command's own arguments.
struct CommandLine
{
    bool help = false;
    bool version = false;
    bool demo = false;
    bool headless = false;
    bool checkDisplay = false; ///< only see whether a window can be opened
    bool json = false;
    QString screenshot; ///< file name; empty: none
    LogOptions log;
    core::ConnectionWords connection; ///< as given, without what the environment says
    QString profile; ///< a name; empty: none
    QString command; ///< empty: none
    QStringList commandArguments;

    /// Without a QCoreApplication. The error is in plain words.
    static core::Expected<CommandLine, QString> parse(const QStringList &arguments);
    /// Needs a QCoreApplication.
    static QString helpText();
};

/// The options that every command has, and those of every one that connects.
void addCommandOptions(QCommandLineParser *parser, bool needsServer);
/// That of every command that reads slots.
void addSchemaOption(QCommandLineParser *parser);

/// What is given of the options that say how to connect.
core::ConnectionWords connectionWords(const QCommandLineParser &parser);
/// The name of a profile; empty: none is given.
QString profileName(const QCommandLineParser &parser);

} // namespace slotscope::app
