// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/eventfilter.h"

#include "core/table/slotdirectory.h"
#include "core/value/valuetext.h"

#include <algorithm>

namespace slotscope::core {

EventFilter::Kind kindOf(const Event &event)
{
    if (event.type == EventType::Delete)
        return EventFilter::Deletions;
    return event.isCreate() ? EventFilter::Creates : EventFilter::Changes;
}

QString eventKeyText(const SlotCodec &codec, const QByteArray &key)
{
    const auto parts = codec.decodeKey(key);
    if (!parts)
        return QStringLiteral("0x") + QString::fromLatin1(key.toHex());
    QStringList texts;
    for (const Value &part : *parts)
        texts << displayText(part);
    return texts.join(QStringLiteral(" · "));
}

bool EventFilter::isEmpty() const
{
    return !slot && keyPrefix.isEmpty() && keyStart.isEmpty() && keyText.isEmpty() && kinds == AllKinds
        && condition.isEmpty();
}

bool EventFilter::matches(const LoggedEvent &logged, const CodecBook &book) const
{
    const Event &event = logged.event;
    if ((kinds & kindOf(event)) == 0 || !event.kv.key.startsWith(keyPrefix))
        return false;
    if (slot && SlotDirectory::slotOf(event.kv.key) != slot)
        return false;
    if (keyStart.isEmpty() && keyText.isEmpty() && condition.isEmpty())
        return true;
    const SlotCodec &codec = book.pageOf(event.kv.key).codec;
    if (!keyStart.isEmpty()) {
        const bool asBytes = keyStart.startsWith(QLatin1String("0x"))
            && QString::fromLatin1(event.kv.key.toHex()).startsWith(keyStart.mid(2), Qt::CaseInsensitive);
        if (!asBytes && !eventKeyText(codec, event.kv.key).startsWith(keyStart))
            return false;
    }
    if (!keyText.isEmpty()) {
        const bool asBytes = keyText.startsWith(QLatin1String("0x"))
            && QString::fromLatin1(event.kv.key.toHex()).contains(keyText.mid(2), Qt::CaseInsensitive);
        if (!asBytes && !eventKeyText(codec, event.kv.key).contains(keyText, Qt::CaseInsensitive))
            return false;
    }
    if (condition.isEmpty())
        return true;
    const bool isDeletion = event.type == EventType::Delete;
    if (isDeletion && !event.prevKv)
        return false;
    const RowView stored = viewOf(isDeletion ? *event.prevKv : event.kv);
    return condition.matches(decodeRow(codec, stored.key, stored.value), &stored);
}

bool EventFilter::matches(const LogEntry &entry, const CodecBook &book) const
{
    return entry.kind != LogEntry::Kind::Transaction
        || std::any_of(entry.events.cbegin(), entry.events.cend(),
                       [&](const LoggedEvent &event) { return matches(event, book); });
}

} // namespace slotscope::core
