// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/connectionprofile.h"

#include "core/edit/editsession.h"

#include <QCoreApplication>
#include <QHostAddress>

namespace slotscope::ui {

using core::SafetyLevel;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ConnectionProfile", text);
}

} // namespace

ConnectionProfile profileFor(const core::Endpoint &endpoint)
{
    const QString host = endpoint.url.host();
    const bool here =
        host == QLatin1String("localhost") || (!host.isEmpty() && QHostAddress(host).isLoopback());
    return {.safety = here ? SafetyLevel::Open : SafetyLevel::Confirm};
}

QString clusterNameOf(const ConnectionProfile &profile, const core::Endpoint &endpoint)
{
    const QString name = profile.name.simplified();
    return name.isEmpty() ? endpoint.url.authority() : name;
}

QString safetyName(SafetyLevel level)
{
    switch (level) {
    case SafetyLevel::Open:
        return tr("Open");
    case SafetyLevel::Confirm:
        return tr("Confirm");
    case SafetyLevel::Guarded:
        return tr("Guarded");
    case SafetyLevel::ReadOnly:
        break;
    }
    return tr("Read-only");
}

QString safetyExplanation(SafetyLevel level)
{
    switch (level) {
    case SafetyLevel::Open:
        return tr("A commit is written at once.");
    case SafetyLevel::Confirm:
        return tr("Before a commit you see what it writes, and confirm it.");
    case SafetyLevel::Guarded:
        return tr("Read-only until you unlock it for some minutes; a commit needs the cluster's name typed.");
    case SafetyLevel::ReadOnly:
        break;
    }
    return tr("Nothing can be edited or written.");
}

QString safetyState(const core::SafetyGate &gate)
{
    if (gate.level() != SafetyLevel::Guarded)
        return safetyName(gate.level());
    return gate.isLocked() ? tr("%1, locked").arg(safetyName(gate.level()))
                           : tr("%1, unlocked").arg(safetyName(gate.level()));
}

theme::Caution cautionOf(SafetyLevel level)
{
    switch (level) {
    case SafetyLevel::Open:
        return theme::Caution::Open;
    case SafetyLevel::Confirm:
        return theme::Caution::Confirm;
    case SafetyLevel::Guarded:
        return theme::Caution::Locked;
    case SafetyLevel::ReadOnly:
        break;
    }
    return theme::Caution::ReadOnly;
}

theme::Caution cautionOf(const core::SafetyGate &gate)
{
    return gate.level() == SafetyLevel::Guarded && !gate.isLocked() ? theme::Caution::Unlocked
                                                                    : cautionOf(gate.level());
}

QString stagingRefusal(const std::optional<core::Error> &refusal)
{
    if (!refusal)
        return {};
    if (core::SafetyGate::isOfThePast(*refusal))
        return tr("What is shown is the past, and cannot be edited: return to the present first.");
    return refusal->kind == core::ErrorKind::Locked
        ? tr("The connection is locked: unlock it for some minutes to edit.")
        : tr("The connection is read-only.");
}

QString stagingRefusal(const core::EditSession &edits)
{
    return edits.isCommitting() ? tr("A commit is on its way.") : stagingRefusal(edits.refusesStaging());
}

QString countdownText(std::chrono::milliseconds remaining)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(remaining).count();
    return QStringLiteral("%1:%2").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

} // namespace slotscope::ui
