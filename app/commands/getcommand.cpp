// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/getcommand.h"

#include "core/table/decodedrow.h"
#include "core/table/recordjson.h"
#include "core/value/valuetext.h"

namespace slotscope::app {

namespace {

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
    return QStringLiteral("Shows one record. ") + keyHelp();
}

void GetCommand::beginWithKey()
{
    client()
        ->range({.range = core::KeyRange::single(key())})
        .then(this, [this](const core::Result<core::RangeReply> &reply) {
            if (!reply)
                fail(reply.error());
            else if (reply->kvs.empty())
                fail(tr("there is no such key: %1").arg(keyText()));
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
