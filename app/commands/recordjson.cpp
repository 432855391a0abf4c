// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/recordjson.h"

#include "core/value/notation.h"

namespace slotscope::app {

namespace {

using core::Value;
using core::ValueType;

QString explain(const char *what, const core::DecodeError &error)
{
    QString text = QStringLiteral("%1: %2").arg(QLatin1String(what), error.what);
    if (error.offset >= 0)
        text += QStringLiteral(" (at byte %1)").arg(error.offset);
    return text;
}

} // namespace

void JsonLine::add(const char *name, const QByteArray &json)
{
    if (!m_members.isEmpty())
        m_members += ',';
    m_members += '"' + QByteArray(name) + "\":" + json;
}

void JsonLine::add(const char *name, const QString &text)
{
    add(name, core::toNotation(Value::text(text)));
}

void JsonLine::add(const char *name, qint64 number)
{
    add(name, core::toTypedNotation(Value::integer(number)));
}

void JsonLine::addNull(const char *name)
{
    add(name, QByteArrayLiteral("null"));
}

void JsonLine::addTextOrNull(const char *name, const QString &text)
{
    if (text.isEmpty())
        addNull(name);
    else
        add(name, text);
}

core::SlotCodec codecFor(const core::SlotInfo *info)
{
    if (!info)
        return core::SlotCodec(
            {.key = core::KeyType({core::KeyComponent::String}), .value = ValueType::TextOrBytes}, 0);
    return core::SlotCodec(info->type, info->kind == core::SlotKind::PlainKeys ? 0 : 2);
}

const core::SlotInfo *slotInfoOf(const core::SlotDirectory &directory, const QByteArray &key)
{
    const auto slot = core::SlotDirectory::slotOf(key);
    return slot ? directory.find(*slot) : nullptr;
}

QByteArray valueJson(const core::SlotCodec &codec, const Value &value)
{
    switch (codec.type().value) {
    case ValueType::Json:
    case ValueType::Cbor:
        return core::toNotation(value);
    default:
        return core::toTypedNotation(value);
    }
}

QString addKey(JsonLine *line, const core::SlotCodec &codec, const QByteArray &key)
{
    QString wrong;
    if (const auto parts = codec.decodeKey(key)) {
        line->add("key", core::keyNotation(*parts));
    } else {
        wrong = explain("key", parts.error());
        line->add("key", core::toTypedNotation(Value::bytes(key.sliced(codec.prefixLength()))));
    }
    line->add("keyHex", QString::fromLatin1(key.toHex()));
    return wrong;
}

QString addValue(JsonLine *line, const char *name, const core::SlotCodec &codec, const QByteArray &value)
{
    if (const auto decoded = codec.decodeValue(value)) {
        line->add(name, valueJson(codec, *decoded));
        return {};
    } else {
        line->add(name, core::toTypedNotation(Value::bytes(value)));
        return explain(name, decoded.error());
    }
}

void addRecord(JsonLine *line, const core::SlotCodec &codec, const core::KeyValue &kv)
{
    QStringList wrong;
    wrong += addKey(line, codec, kv.key);
    wrong += addValue(line, "value", codec, kv.value);
    line->add("valueHex", QString::fromLatin1(kv.value.toHex()));
    line->add("createRevision", kv.createRevision.value);
    line->add("modRevision", kv.modRevision.value);
    line->add("version", kv.version);
    line->add("lease", kv.lease.value);
    wrong.removeAll(QString());
    if (!wrong.isEmpty())
        line->add("error", wrong.join(QLatin1String("; ")));
}

} // namespace slotscope::app
