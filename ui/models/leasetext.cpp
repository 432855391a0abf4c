// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/leasetext.h"

#include <QCoreApplication>

#include <array>

namespace slotscope::ui {

using core::LeaseChoice;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("LeaseText", text);
}

struct Unit
{
    qint64 seconds;
    const char *one;
    const char *many;
    const char *abbreviated;
};

constexpr std::array Units {
    Unit {86'400, QT_TRANSLATE_NOOP("LeaseText", "1 day"), QT_TRANSLATE_NOOP("LeaseText", "%1 days"),
          QT_TRANSLATE_NOOP("LeaseText", "%1 d")},
    Unit {3'600, QT_TRANSLATE_NOOP("LeaseText", "1 hour"), QT_TRANSLATE_NOOP("LeaseText", "%1 hours"),
          QT_TRANSLATE_NOOP("LeaseText", "%1 h")},
    Unit {60, QT_TRANSLATE_NOOP("LeaseText", "1 minute"), QT_TRANSLATE_NOOP("LeaseText", "%1 minutes"),
          QT_TRANSLATE_NOOP("LeaseText", "%1 min")},
    Unit {1, QT_TRANSLATE_NOOP("LeaseText", "1 second"), QT_TRANSLATE_NOOP("LeaseText", "%1 seconds"),
          QT_TRANSLATE_NOOP("LeaseText", "%1 s")},
};

} // namespace

QString leaseIdText(core::LeaseId lease)
{
    return QStringLiteral("%1").arg(static_cast<quint64>(lease.value), 16, 16, QLatin1Char('0'));
}

QString durationText(std::chrono::seconds duration)
{
    for (const Unit &unit : Units) {
        const qint64 count = duration.count() / unit.seconds;
        if (count > 0 && duration.count() % unit.seconds == 0)
            return count == 1 ? tr(unit.one) : tr(unit.many).arg(count);
    }
    return tr("%1 seconds").arg(duration.count());
}

QString remainingText(const std::optional<core::LeaseBook::Info> &info)
{
    if (!info)
        return {};
    if (!info->exists)
        return tr("expired");
    // The two largest units are as much as anybody reads.
    QStringList parts;
    qint64 rest = info->remaining.count();
    for (const Unit &unit : Units) {
        const qint64 count = rest / unit.seconds;
        rest %= unit.seconds;
        if (count > 0 && parts.size() < 2)
            parts.append(tr(unit.abbreviated).arg(count));
        else if (!parts.isEmpty())
            break;
    }
    return tr("%1 left").arg(parts.isEmpty() ? tr("0 s") : parts.join(QLatin1Char(' ')));
}

QString leaseChoiceText(const LeaseChoice &choice)
{
    switch (choice.kind) {
    case LeaseChoice::Kind::Keep:
        break;
    case LeaseChoice::Kind::None:
        return tr("no lease");
    case LeaseChoice::Kind::Existing:
        return leaseIdText(choice.lease);
    case LeaseChoice::Kind::New:
        return tr("new, %1").arg(durationText(choice.ttl));
    }
    return {};
}

} // namespace slotscope::ui
