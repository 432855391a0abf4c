// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/codeccommand.h"

#include "core/codec/cbordiagnostic.h"
#include "core/codec/flatbuffers/flatbuffers.h"
#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/keytext.h"
#include "core/table/recordjson.h"
#include "core/value/utf8.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

namespace slotscope::app {

namespace {

QByteArray errorLine(const QString &what, qint64 offset)
{
    core::JsonLine line;
    line.add("error", what);
    if (offset >= 0)
        line.add("offset", offset);
    else
        line.addNull("offset");
    return line.line();
}

// The offset of an error counts in the value, so where the text is wrong is said in words.
QString notHex(const QByteArray &line)
{
    const auto wrong =
        std::find_if(line.begin(), line.end(), [](char c) { return !std::isxdigit(quint8(c)); });
    if (wrong != line.end())
        return QStringLiteral("not hexadecimal: character %1").arg(wrong - line.begin() + 1);
    return QStringLiteral("an odd number of hexadecimal digits");
}

QString typeList(const QStringList &names)
{
    return names.join(QLatin1String(", "));
}

QStringList valueTypeNames()
{
    QStringList names;
    for (const core::ValueType type : core::allValueTypes()) {
        if (type != core::ValueType::Unknown && type != core::ValueType::TextOrBytes)
            names += core::valueTypeName(type);
    }
    return names;
}

} // namespace

CodecCommand::CodecCommand(Direction direction)
    : m_direction(direction)
{
}

QString CodecCommand::description() const
{
    if (m_direction == Direction::Decode)
        return QStringLiteral(
            "Reads values as hexadecimal digits from standard input, one a line, and writes "
            "their notation, one a line. See slotscope types for the types.");
    return QStringLiteral(
        "Reads values in notation from standard input, one a line, and writes their bytes as "
        "hexadecimal digits, one a line. See slotscope types for the types.");
}

void CodecCommand::addOptions(QCommandLineParser *parser)
{
    parser->addOption({QStringLiteral("type"),
                       QStringLiteral("The type of the values, or with --key of the keys."),
                       QStringLiteral("TYPE")});
    parser->addOption({QStringLiteral("key"), QStringLiteral("Keys, without the slot's number in front.")});
    parser->addOption({QStringLiteral("byte-order"),
                       QStringLiteral("Of timestamps: big or little. Default: as the library writes them."),
                       QStringLiteral("ORDER")});
    parser->addOption({QStringLiteral("compression"),
                       QStringLiteral("Of values: none (the default), zlib or snappy."),
                       QStringLiteral("NAME")});
    if (m_direction == Direction::Decode)
        parser->addOption({QStringLiteral("diagnostic"),
                           QStringLiteral("CBOR in diagnostic notation (RFC 8949), as it is stored.")});
    parser->addOption({QStringLiteral("schema"),
                       QStringLiteral("Of FlatBuffers: the schema, a .fbs or .bfbs. Without one, what their "
                                      "structure tells is shown."),
                       QStringLiteral("FILE")});
    parser->addOption({QStringLiteral("schema-path"),
                       QStringLiteral("A folder with files that the schema includes, besides its own. May be "
                                      "given several times."),
                       QStringLiteral("DIR")});
    parser->addOption({QStringLiteral("root"),
                       QStringLiteral("The table that the values are. Default: the schema's root_type."),
                       QStringLiteral("NAME")});
    parser->addOption({QStringLiteral("any-identifier"),
                       QStringLiteral("Also values without the schema's file identifier.")});
}

// What is wrong with the options for FlatBuffers; empty when nothing is.
QString CodecCommand::takeSchema(const QCommandLineParser &parser, core::SlotType *type) const
{
    const QString schemaFile = parser.value(QStringLiteral("schema"));
    if (type->value != core::ValueType::FlatBuffers) {
        for (const char *option : {"schema", "schema-path", "root", "any-identifier"}) {
            if (!parser.isSet(QLatin1String(option)))
                continue;
            return m_key
                ? QStringLiteral("--%1 is for values of --type FlatBuffers, and keys are never FlatBuffers")
                      .arg(QLatin1String(option))
                : QStringLiteral("--%1 is for FlatBuffers only").arg(QLatin1String(option));
        }
        return {};
    }
    core::FlatBuffersType &flat = type->flatBuffers;
    flat.root = parser.value(QStringLiteral("root"));
    flat.schemaFile = schemaFile;
    flat.anyIdentifier = parser.isSet(QStringLiteral("any-identifier"));
    if (schemaFile.isEmpty()) {
        for (const char *option : {"schema-path", "root", "any-identifier"}) {
            if (parser.isSet(QLatin1String(option)))
                return QStringLiteral("--%1 needs a --schema").arg(QLatin1String(option));
        }
        return {};
    }
    const auto schema = core::FlatSchema::load(schemaFile, parser.values(QStringLiteral("schema-path")));
    if (!schema)
        return schema.error().text();
    flat.schema = *schema;
    return core::FlatBuffersCodec(flat).problem();
}

QString CodecCommand::takeArguments(const QCommandLineParser &parser)
{
    if (!parser.positionalArguments().isEmpty())
        return QStringLiteral("the values come from standard input, not as arguments");
    const QString name = parser.value(QStringLiteral("type"));
    if (name.isEmpty())
        return QStringLiteral("--type is needed (see slotscope types)");
    m_key = parser.isSet(QStringLiteral("key"));

    core::SlotType type;
    if (m_key) {
        auto key = core::KeyType::parse(name);
        if (!key)
            return core::valueTypeFromName(name)
                ? QStringLiteral("%1 is a type of values: leave out --key, or see slotscope types").arg(name)
                : QStringLiteral("there is no key type %1: %2").arg(name, key.error());
        type.key = *std::move(key);
    } else {
        const auto value = core::valueTypeFromName(name);
        if (!value)
            return QStringLiteral("there is no value type %1 (there are %2)")
                .arg(name, typeList(valueTypeNames()));
        type.value = *value;
    }

    const QString order = parser.value(QStringLiteral("byte-order"));
    if (!order.isEmpty()) {
        if (order != QLatin1String("big") && order != QLatin1String("little"))
            return QStringLiteral("--byte-order is big or little, not %1").arg(order);
        type.valueOrder =
            order == QLatin1String("little") ? core::ByteOrder::LittleEndian : core::ByteOrder::BigEndian;
        type.key = core::KeyType(type.key.components(), type.valueOrder);
    }

    const QString compression = parser.value(QStringLiteral("compression"));
    if (!compression.isEmpty()) {
        const auto known = core::compressionFromName(compression);
        if (!known)
            return QStringLiteral("--compression is none, zlib or snappy, not %1").arg(compression);
        if (m_key)
            return QStringLiteral("keys are never compressed");
        type.compression = *known;
    }
    m_diagnostic = m_direction == Direction::Decode && parser.isSet(QStringLiteral("diagnostic"));
    if (m_diagnostic && (m_key || type.value != core::ValueType::Cbor))
        return QStringLiteral("--diagnostic is for values of --type Cbor");
    if (const QString wrong = takeSchema(parser, &type); !wrong.isEmpty())
        return wrong;
    m_codec = core::SlotCodec(type, 0);
    return {};
}

// Through the event loop, so that an interrupt ends it while it waits for input.
void CodecCommand::begin()
{
    m_input = std::make_unique<QSocketNotifier>(STDIN_FILENO, QSocketNotifier::Read);
    connect(m_input.get(), &QSocketNotifier::activated, this, &CodecCommand::readMore);
}

void CodecCommand::readMore()
{
    QByteArray part(qsizetype(64) * 1024, Qt::Uninitialized);
    const ssize_t size = read(STDIN_FILENO, part.data(), size_t(part.size()));
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (size <= 0)
        m_input->setEnabled(false);
    if (size < 0) {
        fail(tr("cannot read the standard input: %1").arg(qt_error_string(errno)));
        return;
    }
    if (size == 0) {
        if (m_unfinished.isEmpty() || convertLine(m_unfinished))
            finish(m_allGood ? Done : Failed);
        return;
    }
    part.truncate(size);
    m_unfinished += part;
    qsizetype start = 0;
    // What came before has been searched, so that a line of many parts costs no more than its length.
    const qsizetype fresh = m_unfinished.size() - size;
    for (qsizetype end = m_unfinished.indexOf('\n', fresh); end >= 0;
         end = m_unfinished.indexOf('\n', start)) {
        if (!convertLine(m_unfinished.mid(start, end - start))) {
            m_input->setEnabled(false);
            return;
        }
        start = end + 1;
    }
    m_unfinished.remove(0, start);
}

bool CodecCommand::convertLine(const QByteArray &line)
{
    bool good = true;
    const QByteArray out = converted(line.trimmed(), &good);
    m_allGood = m_allGood && good;
    return print(out);
}

QByteArray CodecCommand::converted(const QByteArray &line, bool *good) const
{
    return m_direction == Direction::Decode ? decoded(line, good) : encoded(line, good);
}

QByteArray CodecCommand::decoded(const QByteArray &line, bool *good) const
{
    const auto refuse = [good](const QString &what, qint64 offset) {
        *good = false;
        return errorLine(what, offset);
    };
    const QByteArray bytes = QByteArray::fromHex(line);
    // fromHex() skips what is no digit.
    if (bytes.toHex() != line.toLower())
        return refuse(notHex(line), -1);
    if (m_key) {
        const auto parts = m_codec.decodeKey(bytes);
        return parts ? core::keyNotation(*parts) : refuse(parts.error().what, parts.error().offset);
    }
    if (m_diagnostic) {
        const auto plain = m_codec.decompressed(bytes);
        const auto text = plain
            ? core::cborDiagnostic(*plain)
            : core::Expected<QString, core::DecodeError>(core::Unexpected {plain.error()});
        return text ? text->toUtf8() : refuse(text.error().what, text.error().offset);
    }
    const auto value = m_codec.decodeValue(bytes);
    return value ? m_codec.valueNotation(*value) : refuse(value.error().what, value.error().offset);
}

QByteArray CodecCommand::encoded(const QByteArray &line, bool *good) const
{
    const auto refuse = [good](const QString &what, qint64 offset) {
        *good = false;
        return errorLine(what, offset);
    };
    if (const qsizetype wrong = core::firstInvalidUtf8(line); wrong >= 0)
        return refuse(QStringLiteral("not UTF-8"), wrong);
    if (m_key) {
        QByteArray text = line;
        // One part in notation is a JSON text, which stands for what is in it.
        if (const auto json = core::fromNotation(line); json && json->kind() == core::Value::Kind::Text)
            text = json->toText().toUtf8();
        const auto parts = core::keyFromText(m_codec.type().key, QString::fromUtf8(text));
        if (!parts)
            return refuse(parts.error(), -1);
        const auto bytes = m_codec.encodeKey({}, *parts);
        return bytes ? bytes->toHex() : refuse(bytes.error().what, -1);
    }
    const auto value = m_codec.valueFromNotation(line);
    if (!value)
        return refuse(value.error().what, value.error().offset);
    const auto bytes = m_codec.encodeValue(*value);
    if (bytes)
        return bytes->toHex();
    const QString path = bytes.error().path.toString();
    return refuse(
        path.isEmpty() ? bytes.error().what : QStringLiteral("%1: %2").arg(path, bytes.error().what), -1);
}

QString TypesCommand::description() const
{
    return QStringLiteral(
        "Lists the types of keys and values that pmap slots have, by the names that they have "
        "in the class names of the library.");
}

QString TypesCommand::takeArguments(const QCommandLineParser &parser)
{
    return parser.positionalArguments().isEmpty() ? QString() : QStringLiteral("types takes no arguments");
}

void TypesCommand::begin()
{
    for (const auto &[kind, names] :
         {std::pair("key", core::libraryKeyTypeNames()), std::pair("value", valueTypeNames())}) {
        for (const QString &name : names) {
            if (isJson()) {
                core::JsonLine line;
                line.add("kind", QString::fromLatin1(kind));
                line.add("name", name);
                if (!print(line.line()))
                    return;
            } else if (!print(QStringLiteral("%1 %2").arg(QLatin1String(kind), -6).arg(name))) {
                return;
            }
        }
    }
    finish();
}

} // namespace slotscope::app
