// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/accesstext.h"

#include "core/table/slotdirectory.h"

#include <QCoreApplication>
#include <QtEndian>

#include <algorithm>
#include <optional>

namespace slotscope::ui {

namespace {

/// How many are named before it becomes a number.
constexpr qsizetype Named = 5;

QString tr(const char *text, int count = -1)
{
    return QCoreApplication::translate("AccessText", text, nullptr, count);
}

QString bytesText(const QByteArray &key)
{
    const bool isText = std::all_of(key.cbegin(), key.cend(), [](char c) { return c >= ' ' && c < '\x7f'; });
    return isText ? QString::fromLatin1(key) : QStringLiteral("0x") + QString::fromLatin1(key.toHex());
}

/// The slots that the range is made of, if it is: neighbours become one range when rights are joined.
std::optional<std::pair<quint16, quint16>> slotsOf(const core::KeyRange &range)
{
    if (range.begin.size() != 2 || range.end.size() != 2)
        return {};
    const auto first = qFromBigEndian<quint16>(range.begin.constData());
    const auto end = qFromBigEndian<quint16>(range.end.constData());
    if (first >= end)
        return {};
    return std::pair(first, static_cast<quint16>(end - 1));
}

QString slotText(core::Slot slot, const core::SlotDirectory *directory)
{
    const core::SlotInfo *info = directory ? directory->find(slot) : nullptr;
    return info ? info->title() : tr("slot %1").arg(slot.value);
}

QString listText(const QStringList &all)
{
    if (all.size() <= Named)
        return all.join(QStringLiteral(", "));
    return tr("%1 and %n more", static_cast<int>(all.size() - Named))
        .arg(all.mid(0, Named).join(QStringLiteral(", ")));
}

QString rangesText(const std::vector<core::KeyRange> &ranges, const core::SlotDirectory *directory)
{
    QStringList all;
    for (const core::KeyRange &range : ranges)
        all += rangeText(range, directory);
    return listText(all);
}

} // namespace

QString rangeText(const core::KeyRange &range, const core::SlotDirectory *directory)
{
    if (range == core::KeyRange::all())
        return tr("everything");
    if (range.end.isEmpty())
        return tr("the key %1").arg(bytesText(range.begin));
    if (const auto span = slotsOf(range)) {
        const auto [first, last] = *span;
        if (last - first >= Named)
            return tr("slots %1 to %2").arg(first).arg(last);
        QStringList names;
        for (int slot = first; slot <= last; ++slot)
            names += slotText(core::Slot(static_cast<quint16>(slot)), directory);
        return names.join(QStringLiteral(", "));
    }
    if (range == core::KeyRange::prefix(range.begin))
        return bytesText(range.begin) + QStringLiteral("…");
    if (range.end == QByteArray(1, '\0'))
        return tr("from %1 on").arg(bytesText(range.begin));
    return tr("from %1 up to %2").arg(bytesText(range.begin), bytesText(range.end));
}

QString rightsText(const core::AccessRights &rights, const core::SlotDirectory *directory)
{
    if (rights.seesAll())
        return {};
    if (rights.read.empty())
        return tr("The user “%1” may read nothing of this etcd.").arg(rights.user);
    const QString readable = rangesText(rights.read, directory);
    QString text = rights.write.empty()
        ? tr("The user “%1” may read %2, and write nothing. The rest of this etcd is not shown.")
              .arg(rights.user, readable)
        : tr("The user “%1” may read %2. The rest of this etcd is not shown.").arg(rights.user, readable);
    const bool writesTables =
        std::any_of(rights.write.cbegin(), rights.write.cend(),
                    [](const core::KeyRange &range) { return slotsOf(range).has_value(); });
    if (writesTables && !rights.mayRead(core::KeyRange::slot(core::CatalogueSlot)))
        text += QLatin1Char(' ')
            + tr("The catalogue is not this user's: which tables have indexes is not known, and entries of "
                 "indexes do not follow what is edited.");
    return text;
}

QString unreadableText(const core::AccessRights &rights, const core::KeyRange &range,
                       const core::SlotDirectory *directory)
{
    if (rights.mayRead(range))
        return {};
    if (const auto parts = rights.readable(range); !parts.empty())
        return tr("Nothing is stored in what the user “%1” may read of this: %2. The rest may not be read.")
            .arg(rights.user, rangesText(parts, directory));
    const QString granted = rights.read.empty() ? tr("nothing") : rangesText(rights.read, directory);
    return tr("The user “%1” may not read this. What may be read: %2.\nAsk whoever administers this etcd for "
              "the right to read it.")
        .arg(rights.user, granted);
}

QString refusedText(const core::AccessRights &rights, const std::vector<core::Change> &changes,
                    const KeyResolver &resolver)
{
    QStringList keys;
    for (const core::Change &change : changes) {
        const core::KeyRange key = core::KeyRange::single(change.key);
        // What is written is read as well, to see that nobody else has changed it.
        if (rights.mayWrite(key) && rights.mayRead(key))
            continue;
        const ResolvedKey known = resolver(change.key);
        keys += known.table.isEmpty() ? bytesText(change.key)
                                      : tr("%1 in %2").arg(keyText(known.codec, change.key), known.table);
    }
    if (keys.isEmpty())
        return {};
    return tr("The user “%1” may not write, or not read: %2.").arg(rights.user, listText(keys));
}

} // namespace slotscope::ui
