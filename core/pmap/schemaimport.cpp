// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/schemaimport.h"

#include "core/base/onpool.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

#include <algorithm>
#include <tuple>

// Resources of a static library come in only when somebody asks for them.
static void initializeResources()
{
    Q_INIT_RESOURCE(core);
}

namespace slotscope::core {

namespace {

constexpr qint64 LargestOutput = qint64(64) * 1024 * 1024;
constexpr qint64 LargestYaml = qint64(4) * 1024 * 1024;

struct YamlFile
{
    QString path;
    QString shown;
    bool mustBeSchema = false;
};

QByteArray pythonProgram()
{
    initializeResources();
    QByteArray program;
    for (const char *part : {"sources", "names", "tables", "indexes"}) {
        QFile file(QStringLiteral(":/python/%1.py").arg(QLatin1String(part)));
        if (file.open(QIODevice::ReadOnly))
            program += file.readAll();
    }
    return program;
}

bool isYaml(const QString &path)
{
    return (path.endsWith(QLatin1String(".yaml")) || path.endsWith(QLatin1String(".yml")))
        && !QFileInfo(path).isDir();
}

void join(SchemaImport *all, SchemaImport more)
{
    for (auto &[id, table] : more.schema.tables) {
        const auto known = all->schema.tables.find(id);
        if (known == all->schema.tables.end()) {
            all->schema.tables.emplace(id, std::move(table));
            continue;
        }
        const auto where = [](const TableSchema &of) {
            return of.properties.empty() ? SourceLine() : of.properties.begin()->second.from;
        };
        all->problems.push_back({where(table),
                                 QStringLiteral("%1 is declared in %2 as well, which was taken")
                                     .arg(id.toString(), where(known->second).toString())});
    }
    all->problems.insert(all->problems.end(), more.problems.begin(), more.problems.end());
    all->files += more.files;
}

SchemaImport readYamlFile(const YamlFile &yaml)
{
    const auto problem = [&yaml](const QString &text) {
        SchemaImport import;
        import.problems.push_back({{yaml.shown, 0}, text});
        return import;
    };
    QFile file(yaml.path);
    if (!file.open(QIODevice::ReadOnly))
        return problem(QStringLiteral("cannot be read: %1").arg(file.errorString()));
    const QByteArray text = file.read(LargestYaml + 1);
    if (text.size() > LargestYaml)
        return yaml.mustBeSchema ? problem(QStringLiteral("is larger than 4 MiB and was not read"))
                                 : SchemaImport();
    return readYamlSchema(text, yaml.shown, yaml.mustBeSchema);
}

/// Everything that takes time, on a worker thread. `json` is empty where there was no Python to read.
Result<SchemaImport> assemble(const QByteArray &json, std::vector<YamlFile> yamlFiles)
{
    SchemaImport all;
    if (!json.isEmpty()) {
        QStringList found;
        auto python = readPythonDeclarations(json, &found);
        if (!python)
            return python;
        all = *std::move(python);
        for (const QString &path : std::as_const(found))
            yamlFiles.push_back({path, QFileInfo(path).fileName()});
    }
    for (const YamlFile &yaml : yamlFiles)
        join(&all, readYamlFile(yaml));
    std::stable_sort(all.problems.begin(), all.problems.end(),
                     [](const ImportProblem &a, const ImportProblem &b) {
                         return std::tie(a.at.file, a.at.line) < std::tie(b.at.file, b.at.line);
                     });
    return all;
}

Error processError(const QString &detail)
{
    return {.kind = ErrorKind::Io, .detail = detail};
}

/// It may take a moment to die, and nobody is to wait for that.
void giveUp(QProcess *process)
{
    process->disconnect();
    process->setParent(nullptr);
    QObject::connect(process, &QProcess::finished, process, &QObject::deleteLater);
    process->kill();
}

/// Starts Python on the paths; the state outlives the process, which is its child.
void readPython(CallState<SchemaImport> *state, const QStringList &paths,
                const std::vector<YamlFile> &yamlFiles)
{
    const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
    if (python.isEmpty()) {
        state->fail(processError(QStringLiteral(
            "reading Python source needs python3, which is not installed (or not on the PATH)")));
        return;
    }
    auto *process = new QProcess(state);
    auto output = std::make_shared<QByteArray>();
    state->setAbort([process] { giveUp(process); });
    QObject::connect(process, &QProcess::readyReadStandardOutput, state, [state, process, output] {
        *output += process->readAllStandardOutput();
        if (output->size() <= LargestOutput)
            return;
        giveUp(process);
        state->fail(processError(QStringLiteral("the sources declare more than can be taken in")));
    });
    QObject::connect(
        process, &QProcess::errorOccurred, state, [state, process](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                state->fail(processError(
                    QStringLiteral("python3 cannot be started: %1").arg(process->errorString())));
        });
    QObject::connect(process, &QProcess::finished, state,
                     [state, process, output, yamlFiles](int exitCode, QProcess::ExitStatus status) {
                         *output += process->readAllStandardOutput();
                         if (status == QProcess::NormalExit && exitCode == 0)
                             return completeOnPool(state, assemble, *output, yamlFiles);
                         const QString said = QString::fromUtf8(process->readAllStandardError()).trimmed();
                         state->fail(processError(
                             QStringLiteral("python3 could not read the sources: %1")
                                 .arg(said.isEmpty() ? QStringLiteral("it was ended by a signal")
                                                     : said.mid(said.lastIndexOf(QLatin1Char('\n')) + 1))));
                     });
    process->setWorkingDirectory(QDir::rootPath());
    // Isolated from the user's environment and from any package; the program itself comes on standard input.
    process->start(python,
                   QStringList {QStringLiteral("-I"), QStringLiteral("-S"), QStringLiteral("-X"),
                                QStringLiteral("utf8"), QStringLiteral("-")}
                       + paths);
    process->write(pythonProgram());
    process->closeWriteChannel();
}

} // namespace

QString ImportProblem::toString() const
{
    const QString place = at.toString();
    return place.isEmpty() ? text : QStringLiteral("%1: %2").arg(place, text);
}

Call<SchemaImport> importSchema(const QStringList &paths, std::chrono::milliseconds deadline)
{
    auto *state = new CallState<SchemaImport>(deadline);
    Call<SchemaImport> call(state);
    std::vector<YamlFile> yamlFiles;
    QStringList pythonPaths;
    for (const QString &path : paths) {
        if (isYaml(path))
            yamlFiles.push_back({path, QFileInfo(path).fileName(), true});
        else
            pythonPaths += QFileInfo(path).absoluteFilePath(); // never mistaken for an option
    }
    if (pythonPaths.isEmpty())
        completeOnPool(state, assemble, QByteArray(), yamlFiles);
    else
        readPython(state, pythonPaths, yamlFiles);
    return call;
}

} // namespace slotscope::core
