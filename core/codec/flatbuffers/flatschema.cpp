// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatschema.h"

#include "core/codec/flatbuffers/flatcursor.h"
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
constexpr int MostParts = 1'000'000; // tables and texts of a compiled schema; the file has no room for more

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

// What the library's verifier does not count: it visits a list of texts (comments, names of files) each time
// that the list is referred to, so that a small schema could keep it busy for hours.
class TextCounter
{
public:
    explicit TextCounter(QByteArrayView bytes)
        : m_cursor(bytes)
    {
    }

    /// Throws a Flaw, also where there are more than any schema has.
    void schema()
    {
        const TablePlace root = m_cursor.root();
        tables(root, 0, [this](const TablePlace &object) { objectTable(object); });
        tables(root, 1, [this](const TablePlace &enumeration) {
            tables(enumeration, 1, [this](const TablePlace &value) {
                texts(value, 4);
                table(value, 3, [](const TablePlace &) {});
            });
            texts(enumeration, 5);
        });
        table(root, 4, [this](const TablePlace &object) { objectTable(object); });
        tables(root, 5, [this](const TablePlace &service) {
            tables(service, 1, [this](const TablePlace &call) {
                for (const int id : {1, 2})
                    table(call, id, [this](const TablePlace &object) { objectTable(object); });
                texts(call, 4);
            });
            texts(service, 3);
        });
        tables(root, 7, [this](const TablePlace &file) { texts(file, 1); });
    }

private:
    using TablePlace = flat::TablePlace;

    void objectTable(const TablePlace &object)
    {
        tables(object, 1, [this](const TablePlace &field) { texts(field, 10); });
        texts(object, 6);
    }

    template <typename Visit>
    void table(const TablePlace &place, int id, Visit visit)
    {
        count(1);
        if (const qint64 at = m_cursor.field(place, id))
            visit(m_cursor.table(m_cursor.refer(at, "a table")));
    }

    template <typename Visit>
    void tables(const TablePlace &place, int id, Visit visit)
    {
        const qint64 at = m_cursor.field(place, id);
        if (at == 0)
            return;
        const auto list = m_cursor.vector(m_cursor.refer(at, "a vector"), 4);
        count(list.count);
        for (qint64 i = 0; i < list.count; ++i)
            visit(m_cursor.table(m_cursor.refer(list.offset + 4 * i, "a table")));
    }

    void texts(const TablePlace &place, int id)
    {
        if (const qint64 at = m_cursor.field(place, id))
            count(m_cursor.vector(m_cursor.refer(at, "a vector"), 4).count);
    }

    void count(qint64 parts)
    {
        m_parts += parts;
        if (m_parts > MostParts)
            m_cursor.fail(0, QStringLiteral("it refers to the same parts again and again"));
    }

    const flat::Cursor m_cursor;
    qint64 m_parts = 0;
};

FlatSchema::Outcome modelOf(const uint8_t *bytes, size_t size, const QString &name,
                            const QHash<QString, quint64> &defaults, const QStringList &files)
{
    try {
        TextCounter(QByteArrayView(bytes, qsizetype(size))).schema();
    } catch (const flat::Flaw &flaw) {
        return Unexpected {FlatSchemaError {name, 0, 0, QStringLiteral("it is damaged: %1").arg(flaw.what)}};
    }
    flatbuffers::Verifier verifier(bytes, size, 64, MostParts);
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
