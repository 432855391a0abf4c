// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/motion.h"

#include <QApplication>
#include <QSettings>
#include <QStyle>

namespace slotscope::ui {

namespace {

const QString MotionKey = QStringLiteral("live/motion");

} // namespace

Motion motionSetting()
{
    const QString word = QSettings().value(MotionKey).toString();
    if (word == QLatin1String("reduced"))
        return Motion::Reduced;
    return word == QLatin1String("full") ? Motion::Full : Motion::AsDesktop;
}

void rememberMotion(Motion motion)
{
    QSettings settings;
    if (motion == Motion::AsDesktop)
        settings.remove(MotionKey);
    else
        settings.setValue(MotionKey,
                          motion == Motion::Reduced ? QStringLiteral("reduced") : QStringLiteral("full"));
}

bool isMotionReduced()
{
    switch (motionSetting()) {
    case Motion::Reduced:
        return true;
    case Motion::Full:
        return false;
    case Motion::AsDesktop:
        break;
    }
    if (qEnvironmentVariableIsSet("SLOTSCOPE_REDUCED_MOTION"))
        return qEnvironmentVariableIntValue("SLOTSCOPE_REDUCED_MOTION") != 0;
    // Qt 6.4 does not ask desktops itself, but styles follow what they are told there.
    return QApplication::style()->styleHint(QStyle::SH_Widget_Animation_Duration) == 0;
}

} // namespace slotscope::ui
