// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/cellmemory.h"

#include <QSettings>

#include <algorithm>

namespace slotscope::ui {

namespace {

const QString CellMemoryKey = QStringLiteral("table/cellMegabytes");
constexpr int UsualMegabytes = 64;

} // namespace

int cellMemory()
{
    // Whatever somebody has written there by hand.
    return std::clamp(QSettings().value(CellMemoryKey, UsualMegabytes).toInt(), CellMemoryChoices.front(),
                      CellMemoryChoices.back());
}

void rememberCellMemory(int megabytes)
{
    QSettings().setValue(CellMemoryKey, megabytes);
}

} // namespace slotscope::ui
