// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace slotscope::app {

/// Writes a line to standard output at once, waiting for a slow reader. False once nobody reads any more.
bool writeLine(const QByteArray &line);
bool writeLine(const QString &line);

/// A line for people on standard error, with the program's name before it.
void writeError(const QString &message);

/// Columns of the terminal that standard output is, or of COLUMNS; 0 where lines may be of any length.
int outputWidth();

} // namespace slotscope::app
