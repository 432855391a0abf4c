// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/getcommand.h"

#include "core/pmap/keytext.h"
#include "core/table/decodedrow.h"
#include "core/table/recordjson.h"
#include "core/value/valuetext.h"

namespace slotscope::app {

namespace {

/// `0x…` as bytes; nothing if the text is not of that form.
std::optional<QByteArray> bytesFromHex(const QString &text)
{
    if (!text.startsWith(QLatin1String("0x")))
        return std::nullopt;
    const QByteArray digits = text.sliced(2).toLatin1();
    const QByteArray bytes = QByteArray::fromHex(digits);
    // fromHex() skips what is no digit.
    if (bytes.isEmpty()
        || QString::fromLatin1(bytes.toHex()).compare(text.sliced(2), Qt::CaseInsensitive) != 0)
        return std::nullopt;
    return bytes;
}

/// A value as lines of text for people, one field a line, nested ones further in.
void appendLines(const core::Value &value, const QString &indent, QStringList *lines)
{
    constexpr int Longest = 2000;
    const auto appendNode = [&](const QString &name, const core::Value &node) {
        const bool nested = (node.kind() == core::Value::Kind::Map && !node.members().empty())
            || (node.isContainer() && !node.items().empty());
        *lines += nested ? indent + name
                         : QStringLiteral("%1%2 %3").arg(indent, name, core::displayText(node, Longest));
        if (nested)
            appendLines(node, indent + QLatin1String("  "), lines);
    };
    if (value.kind() == core::Value::Kind::Map) {
        for (const core::Member &member : value.members())
            appendNode(core::displayText(member.key) + u':', member.value);
    } else if (value.isContainer() && !value.items().empty()) {
        for (const core::Value &item : value.items())
            appendNode(QStringLiteral("-"), item);
    } else {
        *lines += indent + core::displayText(value, Longest);
    }
}

} // namespace

QString GetCommand::description() const
{
    return QStringLiteral(
        "Shows one record. KEY alone is a whole etcd key, as text or as 0x and hex digits. Behind a SLOT it "
        "is "
        "the key within that slot: a UUID, a number or text as it is, or as `records --json` writes it "
        "(several parts as a JSON array).");
}

QString GetCommand::takeArguments(const QCommandLineParser &parser)
{
    const QStringList arguments = parser.positionalArguments();
    if (arguments.isEmpty() || arguments.size() > 2)
        return QStringLiteral("get takes a KEY, or a SLOT and a KEY");
    m_keyText = arguments.back();
    if (m_keyText.isEmpty())
        return QStringLiteral("the KEY is empty");
    if (arguments.size() == 2) {
        m_slotText = arguments.front();
    } else if (m_keyText.startsWith(QLatin1String("0x"))) {
        const auto bytes = bytesFromHex(m_keyText);
        if (!bytes)
            return QStringLiteral("0x is to be followed by pairs of hex digits: %1").arg(m_keyText);
        m_key = *bytes;
    } else {
        m_key = m_keyText.toUtf8();
    }
    return {};
}

void GetCommand::begin()
{
    if (m_slotText.isEmpty()) {
        const core::SlotInfo *info = core::slotInfoOf(*directory(), m_key);
        if (info)
            whenSampled({info->slot}, [this] { read(); });
        else
            read();
        return;
    }
    const auto slot = directory()->resolve(m_slotText);
    if (!slot || !directory()->find(*slot)) {
        fail(tr("there is no slot %1 (see slotscope slots)").arg(m_slotText));
        return;
    }
    whenSampled({*slot}, [this, slot = *slot] {
        const core::SlotInfo *info = directory()->find(slot);
        const core::SlotCodec codec = core::codecFor(info);
        const QByteArray prefix = codec.prefixLength() == 0 ? QByteArray() : core::KeyRange::slot(slot).begin;
        if (const auto hex = bytesFromHex(m_keyText); hex && codec.type().key.isUnknown()) {
            m_key = prefix + *hex;
        } else if (const auto parts = core::keyFromText(codec.type().key, m_keyText); !parts) {
            fail(tr("not a key of slot %1: %2").arg(m_slotText, parts.error()));
            return;
        } else if (const auto key = codec.encodeKey(prefix, *parts); key) {
            m_key = *key;
        } else {
            fail(tr("not a key of slot %1: %2").arg(m_slotText, key.error().what));
            return;
        }
        read();
    });
}

void GetCommand::read()
{
    client()
        ->range({.range = core::KeyRange::single(m_key)})
        .then(this, [this](const core::Result<core::RangeReply> &reply) {
            if (!reply)
                fail(reply.error());
            else if (reply->kvs.empty())
                fail(tr("there is no such key: %1").arg(m_keyText));
            else
                show(reply->kvs.front());
        });
}

void GetCommand::show(const core::KeyValue &kv)
{
    const core::SlotInfo *info = core::slotInfoOf(*directory(), kv.key);
    const bool plain = !info || info->kind == core::SlotKind::PlainKeys;
    const core::SlotCodec codec = core::codecFor(info);
    if (isJson()) {
        core::JsonLine line;
        if (plain)
            line.addNull("slot");
        else
            line.add("slot", static_cast<qint64>(info->slot.value));
        core::addRecord(&line, codec, kv);
        print(line.line());
        finish();
        return;
    }

    const core::DecodedRow row = core::decodeRow(codec, kv.key, kv.value);
    QStringList parts;
    for (const core::Value &part : row.keyParts)
        parts += core::displayText(part);
    print(tr("key        %1").arg(parts.join(QLatin1String(", "))));
    if (!plain)
        print(tr("slot       %1 (%2)").arg(info->slot.value).arg(info->title()));
    print(tr("revisions  created %1, changed %2, version %3")
              .arg(kv.createRevision.value)
              .arg(kv.modRevision.value)
              .arg(kv.version));
    if (kv.lease.value != 0)
        print(tr("lease      %1").arg(kv.lease.value, 0, 16));
    if (row.keyError)
        print(tr("problem    the key: %1").arg(row.keyError->what));
    if (row.valueError)
        print(tr("problem    the value: %1").arg(row.valueError->what));
    print(QByteArray());
    if (row.value.kind() == core::Value::Kind::Text) {
        print(row.value.toText()); // with its line breaks
    } else {
        QStringList lines;
        appendLines(row.value, {}, &lines);
        print(lines.join(u'\n'));
    }
    finish();
}

} // namespace slotscope::app
