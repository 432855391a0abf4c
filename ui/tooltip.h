// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTextDocument>

namespace slotscope::ui {

/// For a tooltip that holds words of a server or of its data: tooltips take for markup what looks so, and
/// markup may name files to be read.
inline QString asTip(const QString &text)
{
    return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text) : text;
}

} // namespace slotscope::ui
