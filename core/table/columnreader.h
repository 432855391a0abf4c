// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/scan/picklescan.h"
#include "core/table/columns.h"

#include <deque>

namespace slotscope::core {

/// The cells of one record, and what they point to. To be used for one record after another: it keeps its
/// memory.
struct CellRow
{
    std::vector<Cell> cells; ///< by column; of Meta columns absent
    bool keyFailed = false; ///< as DecodedRow::keyError; told where a Key column is read
    bool valueFailed = false; ///< as DecodedRow::valueError; told where a Field column or the leaves are read

private:
    friend class ColumnReader;
    QByteArray m_inflated;
    std::vector<Cell> m_keyParts;
    Value m_tree; // where the codec was needed
    std::deque<Value> m_parts; // under paths that only the tree of a field has
    PickleScanner m_pickle;
};

/// Reads columns out of records as cellValue() of the decoded row would give them, but without building the
/// tree where the format can be scanned. Safe to use from any thread.
class ColumnReader
{
public:
    ColumnReader(SlotCodec codec, const std::vector<Column> &columns);

    /// The cells stay valid until the next read into the same row, and as long as the bytes. `leaves`: is
    /// told of those of the value.
    void read(QByteArrayView key, QByteArrayView value, CellRow &row, LeafVisitor *leaves = nullptr) const;

private:
    struct FieldColumn
    {
        size_t cell = 0;
        ValuePath whole;
        ValuePath rest; // below what is scanned
    };
    void readKey(QByteArrayView key, CellRow &row) const;
    void readTree(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const;
    bool scan(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const;
    bool scanFlatBuffer(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const;
    bool scanFormat(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const;
    void want(const Column &column, size_t cell);

    SlotCodec m_codec;
    size_t m_cellCount;
    std::vector<std::pair<size_t, size_t>> m_keyColumns; // cell and part of the key
    std::vector<FieldColumn> m_fieldColumns;
    WantedField m_root;
    bool m_scannable = true;
};

} // namespace slotscope::core
