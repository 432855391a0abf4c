// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commandline.h"

#include "app/commands/command.h"

namespace slotscope::app {

namespace {

void addConnectionOptions(QCommandLineParser *parser)
{
    parser->addOption({{QStringLiteral("c"), QStringLiteral("connect")},
                       QStringLiteral("The etcd to connect to. Default: ETCDCTL_ENDPOINTS, ETCD_URL."),
                       QStringLiteral("URL")});
    parser->addOption(
        {QStringLiteral("profile"), QStringLiteral("Connect as this profile says."), QStringLiteral("NAME")});
    for (const core::ConnectionWords::Word &word : core::ConnectionWords::all()) {
        if (*word.name == '\0')
            continue;
        parser->addOption(
            {QString::fromLatin1(word.name),
             QStringLiteral("%1 [%2]").arg(QLatin1String(word.help), QLatin1String(word.variable)),
             QString::fromLatin1(word.value)});
    }
}

QCommandLineOption jsonOption()
{
    return {QStringLiteral("json"), QStringLiteral("Write JSON, one value a line.")};
}

QCommandLineOption helpOption()
{
    return {{QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show this help.")};
}

void addLogOptions(QCommandLineParser *parser)
{
    parser->addOption(
        {QStringLiteral("log-level"),
         QStringLiteral("What is logged: debug, info (default), warning, error, off. Without --log-file "
                        "it goes to standard error."),
         QStringLiteral("LEVEL")});
    parser->addOption({QStringLiteral("log-file"),
                       QStringLiteral("Append the log to FILE, which only you can read."),
                       QStringLiteral("FILE")});
}

void fill(QCommandLineParser *parser)
{
    parser->setApplicationDescription(
        QStringLiteral("A browser and editor for etcd, at home with pmap slots."));
    // What follows a command's name is the command's own business.
    parser->setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsPositionalArguments);
    addConnectionOptions(parser);
    parser->addOption(
        {QStringLiteral("demo"), QStringLiteral("Start a private etcd with made-up data, and open that.")});
    parser->addOption(
        {QStringLiteral("headless"),
         QStringLiteral("With --demo: no window; write the demo's address and run until interrupted.")});
    parser->addOption({QStringLiteral("screenshot"),
                       QStringLiteral("Write a picture of the loaded window to FILE and end."),
                       QStringLiteral("FILE")});
    parser->addOption(jsonOption());
    addLogOptions(parser);
    QCommandLineOption checkDisplay(QStringLiteral("check-display"));
    checkDisplay.setFlags(QCommandLineOption::HiddenFromHelp);
    parser->addOption(checkDisplay);
    parser->addOption(helpOption());
    parser->addOption(
        {{QStringLiteral("v"), QStringLiteral("version")}, QStringLiteral("Show the version.")});
    parser->addPositionalArgument(QStringLiteral("command"),
                                  QStringLiteral("A command without a window; see below."),
                                  QStringLiteral("[command …]"));
}

} // namespace

QString LogOptions::take(const QCommandLineParser &parser)
{
    if (parser.isSet(QStringLiteral("log-level"))) {
        level = core::logLevelOf(parser.value(QStringLiteral("log-level")));
        if (!level)
            return QStringLiteral("--log-level is one of debug, info, warning, error and off");
    }
    if (parser.isSet(QStringLiteral("log-file"))) {
        file = parser.value(QStringLiteral("log-file"));
        if (file.isEmpty())
            return QStringLiteral("--log-file needs a file name");
    }
    return {};
}

QString LogOptions::apply() const
{
    core::Log &log = core::Log::instance();
    log.install();
    if (level)
        log.setLevel(*level);
    QString problem;
    if (!file.isEmpty())
        log.writeTo(file, &problem);
    else if (level)
        log.writeToStandardError();
    return problem;
}

core::Expected<CommandLine, QString> CommandLine::parse(const QStringList &arguments)
{
    using core::Unexpected;

    QCommandLineParser parser;
    fill(&parser);
    if (!parser.parse(arguments))
        return Unexpected {parser.errorText()};

    CommandLine line;
    line.help = parser.isSet(QStringLiteral("help"));
    line.version = parser.isSet(QStringLiteral("version"));
    line.demo = parser.isSet(QStringLiteral("demo"));
    line.headless = parser.isSet(QStringLiteral("headless"));
    line.checkDisplay = parser.isSet(QStringLiteral("check-display"));
    line.json = parser.isSet(QStringLiteral("json"));
    line.screenshot = parser.value(QStringLiteral("screenshot"));
    if (const QString wrong = line.log.take(parser); !wrong.isEmpty())
        return Unexpected {wrong};
    line.connection = connectionWords(parser);
    line.profile = profileName(parser);
    line.commandArguments = parser.positionalArguments();
    if (!line.commandArguments.isEmpty())
        line.command = line.commandArguments.takeFirst();
    if (line.help || line.version)
        return line;

    if (line.demo && (line.connection.namesEndpoints() || !line.profile.isEmpty()))
        return Unexpected {QStringLiteral("--demo brings its own etcd, so it does not go with --connect")};
    if (line.demo && !line.command.isEmpty())
        return Unexpected {QStringLiteral(
            "--demo does not go with a command; use the address that --demo --headless writes")};
    if (line.headless && !line.demo && line.command.isEmpty())
        return Unexpected {QStringLiteral("--headless needs --demo or a command")};
    if (parser.isSet(QStringLiteral("screenshot"))) {
        if (line.screenshot.isEmpty())
            return Unexpected {QStringLiteral("--screenshot needs a file name")};
        if (line.headless || !line.command.isEmpty())
            return Unexpected {QStringLiteral("--screenshot needs the window")};
        const auto environment =
            core::ConnectionWords::fromEnvironment(QProcessEnvironment::systemEnvironment());
        if (!line.demo && line.profile.isEmpty() && !line.connection.namesEndpoints()
            && !environment.namesEndpoints())
            return Unexpected {QStringLiteral("--screenshot needs --demo or --connect")};
    }
    if (line.json && line.command.isEmpty())
        return Unexpected {QStringLiteral("--json needs a command")};
    return line;
}

QString CommandLine::helpText()
{
    QCommandLineParser parser;
    fill(&parser);
    QString text = parser.helpText();
    text += QStringLiteral("\nCommands (each with --help):\n");
    for (const CommandEntry &entry : commands())
        text += QStringLiteral("  %1 %2\n").arg(entry.name, -10).arg(entry.summary);
    return text;
}

void addCommandOptions(QCommandLineParser *parser, bool needsServer)
{
    if (needsServer)
        addConnectionOptions(parser);
    parser->addOption(jsonOption());
    addLogOptions(parser);
    parser->addOption(helpOption());
}

void addSchemaOption(QCommandLineParser *parser)
{
    parser->addOption({QStringLiteral("schema"),
                       QStringLiteral("What the slots hold, as far as this schema file says it."),
                       QStringLiteral("FILE")});
}

core::ConnectionWords connectionWords(const QCommandLineParser &parser)
{
    core::ConnectionWords words;
    for (const core::ConnectionWords::Word &word : core::ConnectionWords::all()) {
        const QString name = QString::fromLatin1(word.name);
        if (!name.isEmpty() && parser.isSet(name))
            words.set(name, *word.value == '\0' ? QStringLiteral("true") : parser.value(name));
    }
    if (parser.isSet(QStringLiteral("connect")))
        words.set(QStringLiteral("endpoints"), parser.value(QStringLiteral("connect")));
    return words;
}

QString profileName(const QCommandLineParser &parser)
{
    return parser.value(QStringLiteral("profile"));
}

} // namespace slotscope::app
