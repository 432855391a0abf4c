// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/recordjson.h"

#include "core/value/notation.h"

namespace slotscope::core {

namespace {

QString explain(const char *what, const DecodeError &error)
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
    add(name, toNotation(Value::text(text)));
}

void JsonLine::add(const char *name, qint64 number)
{
    add(name, toTypedNotation(Value::integer(number)));
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

SlotCodec codecFor(const SlotInfo *info)
{
    if (!info)
        return SlotCodec({.key = KeyType({KeyComponent::String}), .value = ValueType::TextOrBytes}, 0);
    return SlotCodec(info->type, info->kind == SlotKind::PlainKeys ? 0 : 2);
}

const SlotInfo *slotInfoOf(const SlotDirectory &directory, const QByteArray &key)
{
    const auto slot = SlotDirectory::slotOf(key);
    return slot ? directory.find(*slot) : nullptr;
}

QByteArray valueJson(const SlotCodec &codec, const Value &value)
{
    return codec.valueNotation(value);
}

QString addKey(JsonLine *line, const SlotCodec &codec, const QByteArray &key)
{
    QString wrong;
    if (const auto parts = codec.decodeKey(key)) {
        line->add("key", keyNotation(*parts));
    } else {
        wrong = explain("key", parts.error());
        line->add("key", toTypedNotation(Value::bytes(key.sliced(codec.prefixLength()))));
    }
    line->add("keyHex", QString::fromLatin1(key.toHex()));
    return wrong;
}

QString addValue(JsonLine *line, const char *name, const SlotCodec &codec, const QByteArray &value)
{
    if (const auto decoded = codec.decodeValue(value)) {
        line->add(name, valueJson(codec, *decoded));
        return {};
    } else {
        line->add(name, toTypedNotation(Value::bytes(value)));
        return explain(name, decoded.error());
    }
}

void addRecord(JsonLine *line, const SlotCodec &codec, const KeyValue &kv)
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

} // namespace slotscope::core
