// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application.h"

#include "app/commandline.h"
#include "app/commands/command.h"
#include "app/commands/output.h"
#include "app/connecting.h"
#include "app/demo/demo.h"
#include "app/interrupt.h"
#include "app/windowsession.h"
#include "core/pmap/schemafile.h"
#include "core/profile/keychain.h"

#include <QCoreApplication>
#include <QGuiApplication>

#include <algorithm>

namespace slotscope::app {

namespace {

/// `command`: whose usage; empty: that of the program as a whole.
int wrongUsage(const QString &message, const QString &command = {})
{
    writeError(message);
    writeError(command.isEmpty() ? QStringLiteral("see slotscope --help")
                                 : QStringLiteral("see slotscope %1 --help").arg(command));
    return WrongUsage;
}

/// helpText() ends with a line feed of its own.
int printHelp(QString text)
{
    text.chop(1);
    return writeLine(text) ? Done : Failed;
}

int runCommand(const CommandLine &line)
{
    const auto entry =
        std::find_if(commands().cbegin(), commands().cend(),
                     [&](const CommandEntry &candidate) { return candidate.name == line.command; });
    if (entry == commands().cend())
        return wrongUsage(QStringLiteral("there is no command %1").arg(line.command));
    const std::unique_ptr<Command> command = entry->make();

    QCommandLineParser parser;
    parser.setApplicationDescription(command->description());
    addCommandOptions(&parser, command->needsServer());
    if (command->needsServer())
        addSchemaOption(&parser);
    command->addOptions(&parser);
    if (!parser.parse(QStringList {QCoreApplication::applicationName()} + line.commandArguments))
        return wrongUsage(parser.errorText(), entry->name);
    if (parser.isSet(QStringLiteral("help"))) {
        // The parser believes that the program is called without a command.
        QString text = parser.helpText();
        const QString usage =
            QStringLiteral("Usage: slotscope %1 [options] %2").arg(entry->name, command->synopsis());
        text.replace(0, text.indexOf(u'\n'), usage.trimmed());
        return printHelp(text);
    }
    if (const QString wrong = command->takeArguments(parser); !wrong.isEmpty())
        return wrongUsage(wrong, entry->name);
    LogOptions log = line.log;
    if (const QString wrong = log.take(parser); !wrong.isEmpty())
        return wrongUsage(wrong, entry->name);
    if (const QString problem = log.apply(); !problem.isEmpty()) {
        writeError(problem);
        return Failed;
    }
    if (command->needsServer() && parser.isSet(QStringLiteral("schema"))) {
        auto schema = core::loadSchema(parser.value(QStringLiteral("schema")));
        if (!schema) {
            writeError(schema.error().detail);
            return Failed;
        }
        command->setSchema(*std::move(schema));
    }

    Interrupt interrupt;
    const int interrupted = command->isEndless() ? Done : Failed;
    QObject::connect(&interrupt, &Interrupt::received, QCoreApplication::instance(),
                     [interrupted] { QCoreApplication::exit(interrupted); });
    QObject::connect(command.get(), &Command::finished, QCoreApplication::instance(), &QCoreApplication::exit,
                     Qt::QueuedConnection);
    const bool json = line.json || parser.isSet(QStringLiteral("json"));
    if (!command->needsServer()) {
        command->run({}, json);
        return QCoreApplication::exec();
    }
    core::ConnectionWords words = line.connection;
    words.add(connectionWords(parser));
    const QString profile = profileName(parser).isEmpty() ? line.profile : profileName(parser);
    core::Keychain keychain;
    profileForCommand(words, profile, &keychain, command.get(),
                      [&command, &entry, json](const core::Result<core::Profile> &described) {
                          if (described)
                              command->run(*described, json);
                          else
                              QCoreApplication::exit(wrongUsage(described.error().detail, entry->name));
                      });
    return QCoreApplication::exec();
}

int runHeadlessDemo()
{
    Interrupt interrupt;
    QObject::connect(&interrupt, &Interrupt::received, QCoreApplication::instance(),
                     [] { QCoreApplication::exit(Done); });
    Demo demo;
    QObject::connect(&demo, &Demo::ready, QCoreApplication::instance(),
                     [&demo] { writeLine(demo.endpoint().toString()); });
    QObject::connect(&demo, &Demo::failed, QCoreApplication::instance(), [](const QString &reason) {
        writeError(reason);
        QCoreApplication::exit(Failed);
    });
    demo.start();
    return QCoreApplication::exec();
}

/// Options with a value that QGuiApplication and QApplication understand.
bool isQtOption(const QString &argument)
{
    static const QStringList names {QStringLiteral("-platform"), QStringLiteral("-style"),
                                    QStringLiteral("-stylesheet"), QStringLiteral("-display"),
                                    QStringLiteral("-geometry")};
    return names.contains(argument.startsWith(QLatin1String("--")) ? argument.sliced(1) : argument);
}

QStringList withoutQtOptions(const QStringList &arguments)
{
    QStringList result;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        if (isQtOption(arguments.at(i)))
            ++i;
        else
            result += arguments.at(i);
    }
    return result;
}

/// Qt aborts the program where it finds no display, so the usual case is told in words before.
bool mayHaveDisplay(const QStringList &arguments)
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
        || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")
        || std::any_of(arguments.cbegin(), arguments.cend(), isQtOption);
}

} // namespace

int run(int argc, char **argv)
{
    QCoreApplication::setOrganizationName(QStringLiteral("slotscope")); // names the settings' folder
    QCoreApplication::setApplicationName(QStringLiteral("slotscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SLOTSCOPE_VERSION));

    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments += QString::fromLocal8Bit(argv[i]);
    hidePasswords(argc, argv);
    const auto line = CommandLine::parse(withoutQtOptions(arguments));
    if (!line)
        return wrongUsage(line.error());

    if (line->checkDisplay) {
        const QGuiApplication application(argc, argv); // does not return where there is none
        return Done;
    }
    const bool windowless = line->help || line->version || line->headless || !line->command.isEmpty();
    if (!windowless) {
        if (!mayHaveDisplay(arguments)) {
            writeError(QStringLiteral(
                "there is no display for a window; see slotscope --help for what goes without"));
            return Failed;
        }
        return runWindow(argc, argv, *line);
    }

    const QCoreApplication application(argc, argv);
    if (line->help)
        return printHelp(CommandLine::helpText());
    if (line->version)
        return writeLine(QStringLiteral("slotscope " SLOTSCOPE_VERSION)) ? Done : Failed;
    return line->command.isEmpty() ? runHeadlessDemo() : runCommand(*line);
}

} // namespace slotscope::app
