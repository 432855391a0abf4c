// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace slotscope::ui {

/// Whether what changes may move: rows that fade, cells that flash.
enum class Motion {
    AsDesktop, ///< reduced where the desktop or the environment says so
    Reduced,
    Full,
};

/// What the user chose; kept in the settings.
Motion motionSetting();
void rememberMotion(Motion motion);
/// By the setting, else by SLOTSCOPE_REDUCED_MOTION, else by a style that was told to animate nothing.
bool isMotionReduced();

} // namespace slotscope::ui
