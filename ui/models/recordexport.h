// SPDX-License-Identifier: GPL-3.0-or-later
//
// Records as text to copy: JSON in the lossless notation, CSV after RFC 4180.
#pragma once

#include "ui/models/displayformat.h"

#include <QByteArray>
#include <QString>

#include <vector>

class QTableView;

namespace slotscope::ui {

class RecordModel;

/// Rows and columns (logical, in the order they are shown) that a selection covers.
struct CellBlock
{
    std::vector<int> rows;
    std::vector<int> columns;
};

/// The bounding block of the view's selection, hidden columns left out; whole rows where only one row is
/// touched in one cell.
CellBlock selectedCells(const QTableView &view);

/// A cell of such a text, quoted where it needs to be.
QString quotedCell(const QString &text, QChar separator);

/// One record a line, with a header line if asked for. Fields that hold the separator, quotes or line breaks
/// are quoted.
QString recordsAsText(const RecordModel &model, const CellBlock &block, QChar separator, bool header,
                      CopyForm form);

/// A JSON array of the records in notation: key, keyHex, value, valueHex, revisions, version, lease; staged
/// content as staged.
QByteArray recordsAsJson(const RecordModel &model, const std::vector<int> &rows);

} // namespace slotscope::ui
