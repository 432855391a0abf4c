// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/flatfolders.h"

#include "core/codec/flatbuffers/flatschema.h"

#include <QDirIterator>
#include <QFileInfo>

#include <algorithm>
#include <map>

namespace slotscope::core {

namespace {

/// Somebody may point at a whole disk.
constexpr int MostFiles = 2000;

QString stemOf(const QString &file)
{
    const QFileInfo info(file);
    return info.absolutePath() + QLatin1Char('/') + info.completeBaseName();
}

/// Whether one schema comes of the other: it includes it, or is its compiled form.
bool areKin(const FlatBuffersType &a, const FlatBuffersType &b)
{
    const auto includes = [](const FlatBuffersType &one, const QString &file) {
        const QStringList &files = one.schema->files();
        return std::any_of(files.cbegin(), files.cend(), [&file](const QString &path) {
            return QDir::cleanPath(QFileInfo(path).absoluteFilePath()) == file;
        });
    };
    return stemOf(a.schemaFile) == stemOf(b.schemaFile) || includes(a, b.schemaFile)
        || includes(b, a.schemaFile);
}

QStringList schemasBelow(const QString &folder, FlatFolders *found)
{
    QStringList files;
    if (!QFileInfo(folder).isDir()) {
        found->problems += QStringLiteral("%1: there is no such folder").arg(folder);
        return files;
    }
    QDirIterator it(folder, {QStringLiteral("*.fbs"), QStringLiteral("*.bfbs")}, QDir::Files | QDir::Readable,
                    QDirIterator::Subdirectories);
    while (it.hasNext() && files.size() < MostFiles)
        files += QDir::cleanPath(QFileInfo(it.next()).absoluteFilePath());
    if (it.hasNext())
        found->problems +=
            QStringLiteral("%1: only the first %2 schemas were read").arg(folder).arg(MostFiles);
    return files;
}

} // namespace

FlatFolders readFlatFolders(const QStringList &folders)
{
    FlatFolders found;
    QStringList files;
    for (const QString &folder : folders)
        files += schemasBelow(folder, &found);
    // Text before its compiled form, which lacks some of what the text says.
    std::sort(files.begin(), files.end(), [](const QString &a, const QString &b) {
        const bool aIsText = a.endsWith(QLatin1String(".fbs"));
        return aIsText != b.endsWith(QLatin1String(".fbs")) ? aIsText : a < b;
    });
    files.erase(std::unique(files.begin(), files.end()), files.end());
    std::multimap<QString, size_t> byName;
    for (const QString &file : std::as_const(files)) {
        const auto schema = FlatSchema::load(file, folders);
        ++found.files;
        if (!schema) {
            found.problems += schema.error().text();
            continue;
        }
        for (const QString &name : (*schema)->tableNames()) {
            const FlatBuffersType table {.schema = *schema, .root = name, .schemaFile = file};
            const auto [first, last] = byName.equal_range(name);
            const auto kin = std::find_if(
                first, last, [&](const auto &known) { return areKin(found.tables[known.second], table); });
            if (kin == last) {
                byName.emplace(name, found.tables.size());
                found.tables.push_back(table);
            } else if ((*schema)->rootTable() == name
                       && found.tables[kin->second].schema->rootTable() != name) {
                found.tables[kin->second] = table; // whose file identifier it has
            }
        }
    }
    return found;
}

bool fitsClassName(const QString &table, const QString &className)
{
    const auto last = [](const QString &name) {
        return name.mid(name.lastIndexOf(QLatin1Char('.')) + 1).toLower().remove(QLatin1Char('_'));
    };
    const QString one = last(table);
    QString many = last(className);
    if (one.isEmpty() || many.isEmpty())
        return false;
    for (const QLatin1String word : {QLatin1String("table"), QLatin1String("map"), QLatin1String("tab")}) {
        if (many.size() > word.size() && many.endsWith(word))
            many.chop(word.size());
    }
    const bool endsInY = one.endsWith(QLatin1Char('y'));
    return many == one || many == one + QLatin1Char('s') || many == one + QLatin1String("es")
        || (endsInY && many == one.chopped(1) + QLatin1String("ies"));
}

} // namespace slotscope::core
