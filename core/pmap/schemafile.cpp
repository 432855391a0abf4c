// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/schemafile.h"

#include "core/base/wholefile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

// Resources of a static library come in only when somebody asks for them.
static void initializeResources()
{
    Q_INIT_RESOURCE(core);
}

namespace slotscope::core {

namespace {

/// A schema of 65535 tables with all that can be said of them is smaller.
constexpr qint64 LargestFile = qint64(64) * 1024 * 1024;

Unexpected<Error> ioError(const QString &what, const QString &file, const QString &reason)
{
    return Unexpected {
        Error {.kind = ErrorKind::Io, .detail = QStringLiteral("%1 %2: %3").arg(what, file, reason)}};
}

} // namespace

Result<Schema> loadSchema(const QString &file)
{
    QFile input(file);
    if (!input.exists())
        return Unexpected {Error {.kind = ErrorKind::NotFound,
                                  .detail = QStringLiteral("there is no schema file %1").arg(file)}};
    const QString reading = QStringLiteral("cannot read the schema file");
    if (QFileInfo(file).isDir())
        return ioError(reading, file, QStringLiteral("it is a folder"));
    if (!input.open(QIODevice::ReadOnly))
        return ioError(reading, file, input.errorString());
    const QByteArray json = input.read(LargestFile + 1);
    if (input.error() != QFileDevice::NoError)
        return ioError(reading, file, input.errorString());
    if (json.size() > LargestFile)
        return ioError(reading, file, QStringLiteral("it is larger than 64 MiB"));
    auto schema = readSchema(json);
    if (!schema) {
        Error error = schema.error();
        error.detail = QStringLiteral("%1: %2").arg(file, error.detail);
        return Unexpected {std::move(error)};
    }
    schema->folder = QFileInfo(file).absolutePath();
    return schema;
}

Result<Nothing> saveSchema(const Schema &schema, const QString &file)
{
    const QString writing = QStringLiteral("cannot write the schema file");
    if (!QDir().mkpath(QFileInfo(file).absolutePath()))
        return ioError(writing, file, QStringLiteral("its folder cannot be made"));
    if (const auto written = replaceFile(file, writeSchema(schema)); !written)
        return ioError(writing, file, written.error().detail);
    return Nothing {};
}

QByteArray schemaFileDescription()
{
    initializeResources();
    QFile resource(QStringLiteral(":/schema/slotscope-schema.json"));
    return resource.open(QIODevice::ReadOnly) ? resource.readAll() : QByteArray();
}

} // namespace slotscope::core
