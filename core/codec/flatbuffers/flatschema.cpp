// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatschema.h"

#include "core/codec/flatbuffers/flatmodel.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <flatbuffers/idl.h>
#include <flatbuffers/reflection.h>

namespace slotscope::core {

namespace {

constexpr qint64 LargestFile = 8 << 20;

// The identifier of compiled schemas stands behind the offset of the root.
constexpr const char *BinaryMark = "BFBS";

bool isBinary(QByteArrayView bytes)
{
    return bytes.size() >= 8 && bytes.sliced(4, 4) == QByteArrayView(BinaryMark);
}

// `/path/book.fbs:12: 3: error: expecting: ; instead got: }`, with the including files around it on lines of
// their own.
FlatSchemaError errorFrom(const std::string &words, const QString &file)
{
    const QString text = QString::fromStdString(words).trimmed();
    static const QRegularExpression pattern(
        QStringLiteral("^(?:(?<file>.*?):)?(?<line>\\d+): *(?<column>\\d+): *error: (?<what>.*)$"),
        QRegularExpression::MultilineOption);
    const QRegularExpressionMatch match = pattern.match(text);
    if (!match.hasMatch())
        return {file, 0, 0, text};
    FlatSchemaError error {
        match.captured(QStringLiteral("file")), match.captured(QStringLiteral("line")).toInt(),
        match.captured(QStringLiteral("column")).toInt(), match.captured(QStringLiteral("what")).trimmed()};
    if (error.file.isEmpty())
        error.file = file;
    error.what.replace(QLatin1String("unable to locate include file:"),
                       QLatin1String("the file that it includes was not found:"));
    return error;
}

// Those that reflection, where all numbers are signed, loses.
QHash<QString, quint64> unsignedDefaults(const flatbuffers::Parser &parser)
{
    QHash<QString, quint64> defaults;
    for (const flatbuffers::StructDef *table : parser.structs_.vec) {
        const std::string name = table->defined_namespace->GetFullyQualifiedName(table->name);
        for (const flatbuffers::FieldDef *field : table->fields.vec) {
            if (field->value.type.base_type != flatbuffers::BASE_TYPE_ULONG)
                continue;
            bool fits = false;
            const quint64 number = QByteArray::fromStdString(field->value.constant).toULongLong(&fits);
            if (fits && number > quint64(std::numeric_limits<qint64>::max()))
                defaults.insert(QString::fromStdString(name + '.' + field->name), number);
        }
    }
    return defaults;
}

FlatSchema::Outcome modelOf(const uint8_t *bytes, size_t size, const QString &name,
                            const QHash<QString, quint64> &defaults, const QStringList &files)
{
    flatbuffers::Verifier verifier(bytes, size, 64, 1'000'000);
    if (!reflection::VerifySchemaBuffer(verifier))
        return Unexpected {
            FlatSchemaError {name, 0, 0, QStringLiteral("it is damaged, or no compiled FlatBuffers schema")}};
    auto model = flat::modelFrom(*reflection::GetSchema(bytes), defaults);
    if (!model)
        return Unexpected {FlatSchemaError {name, 0, 0, model.error()}};
    model->files = files;
    return FlatSchema::Pointer(
        std::make_shared<const FlatSchema>(std::make_unique<const flat::Model>(*std::move(model))));
}

} // namespace

QString FlatSchemaError::text() const
{
    QString text = file;
    if (line > 0)
        text += QStringLiteral(":%1:%2").arg(line).arg(column);
    return text + QStringLiteral(": ") + what;
}

FlatSchema::FlatSchema(std::unique_ptr<const flat::Model> model)
    : m_model(std::move(model))
{
}

FlatSchema::~FlatSchema() = default;

FlatSchema::Outcome FlatSchema::load(const QString &path, const QStringList &includeFolders)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Unexpected {
            FlatSchemaError {path, 0, 0, QStringLiteral("cannot be read: %1").arg(file.errorString())}};
    if (file.size() > LargestFile)
        return Unexpected {FlatSchemaError {
            path, 0, 0, QStringLiteral("larger than a schema can be (%1 bytes)").arg(file.size())}};
    const QByteArray bytes = file.readAll();
    return isBinary(bytes) ? fromBinary(bytes, path) : fromText(bytes, path, includeFolders);
}

FlatSchema::Outcome FlatSchema::fromText(const QByteArray &text, const QString &name,
                                         const QStringList &includeFolders)
{
    // The parser ends at the first NUL as at the end.
    if (text.contains('\0'))
        return Unexpected {
            FlatSchemaError {name, 0, 0, QStringLiteral("neither text nor a compiled FlatBuffers schema")}};
    std::vector<QByteArray> folders {QFile::encodeName(QFileInfo(name).path())};
    for (const QString &folder : includeFolders)
        folders.push_back(QFile::encodeName(folder));
    std::vector<const char *> pointers;
    for (const QByteArray &folder : folders)
        pointers.push_back(folder.constData());
    pointers.push_back(nullptr);
    const QByteArray fileName = QFile::encodeName(name);
    const auto parse = [&](unsigned long language) {
        flatbuffers::IDLOptions options;
        options.binary_schema_builtins = true; // else bit_flags and nested_flatbuffer are left out
        options.no_warnings = true;
        options.lang_to_generate = language;
        auto parser = std::make_unique<flatbuffers::Parser>(options);
        parser->Parse(text.constData(), pointers.data(), fileName.constData());
        return parser;
    };
    // Some languages allow unions of structs and texts, others defaults for texts.
    auto parser = parse(flatbuffers::IDLOptions::kBinary);
    if (!parser->error_.empty()) {
        const FlatSchemaError error = errorFrom(parser->error_, name);
        parser = parse(0);
        if (!parser->error_.empty())
            return Unexpected {error};
    }
    if (parser->structs_.vec.empty())
        return Unexpected {FlatSchemaError {name, 0, 0, QStringLiteral("it declares no table")}};
    parser->Serialize();
    QStringList files;
    for (const std::string &included : parser->GetIncludedFilesRecursive(fileName.toStdString()))
        files += QFile::decodeName(QByteArray::fromStdString(included));
    if (!files.contains(name))
        files.prepend(name);
    return modelOf(parser->builder_.GetBufferPointer(), parser->builder_.GetSize(), name,
                   unsignedDefaults(*parser), files);
}

FlatSchema::Outcome FlatSchema::fromBinary(QByteArrayView bytes, const QString &name)
{
    if (!isBinary(bytes))
        return Unexpected {FlatSchemaError {name, 0, 0, QStringLiteral("no compiled FlatBuffers schema")}};
    // The verifier wants what the reader will see, at an address that suits the numbers in it.
    const QByteArray copy = bytes.toByteArray();
    return modelOf(reinterpret_cast<const uint8_t *>(copy.constData()), size_t(copy.size()), name, {},
                   {name});
}

const QStringList &FlatSchema::tableNames() const
{
    return m_model->tableNames;
}
const QString &FlatSchema::rootTable() const
{
    return m_model->rootTable;
}
const QByteArray &FlatSchema::fileIdentifier() const
{
    return m_model->identifier;
}
const QStringList &FlatSchema::files() const
{
    return m_model->files;
}

} // namespace slotscope::core
