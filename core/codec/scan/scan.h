// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading a few fields of a record and only passing over the others. A scanner answers true when it went
// through all bytes and found them to be what the format's codec takes; then the cells hold what the codec
// would give. At anything unusual, errors included, it gives up with false and leaves the record to the
// codec: so what is unusual costs time, never correctness.
#pragma once

#include "core/codec/scan/cell.h"

#include <cstring>
#include <utility>
#include <vector>

namespace slotscope::core {

/// A field wanted of a record, and those wanted within it; the root is the record itself.
struct WantedField
{
    QByteArray name; ///< UTF-8
    std::vector<size_t> cells; ///< that it fills, as indexes
    std::vector<WantedField> fields; ///< of different names, at most MostFields
    static constexpr size_t MostFields = 64;
};

/// Told of every leaf of a record (keys of maps are none), before it is known whether the scan will succeed.
class LeafVisitor
{
public:
    virtual ~LeafVisitor() = default;
    /// A decoded or encoded one may be a whole tree.
    virtual void visit(const Cell &leaf) = 0;
    /// Forget the leaves so far: the scan gave up, and they come again.
    virtual void restart() = 0;
};

/// The cells start out as absent; after a failure they hold anything.
bool scanCbor(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
              LeafVisitor *leaves = nullptr);
bool scanJson(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
              LeafVisitor *leaves = nullptr);

/// Deeper records are left to the codecs.
inline constexpr int MaximumScanDepth = 64;

/// Finds the wanted fields of one map by their names. Of several members with one name the first counts.
class FieldMatcher
{
public:
    /// `wanted`: null pointer: none.
    explicit FieldMatcher(const WantedField *wanted)
        : m_fields(wanted ? wanted->fields.data() : nullptr)
        , m_count(wanted ? wanted->fields.size() : 0)
    {
    }

    bool isEmpty() const { return m_count == 0; }
    /// Null pointer: passed over.
    const WantedField *match(QByteArrayView name)
    {
        // Records of a table have their fields in one order, so the next one is likely the next wanted.
        for (size_t tried = 0; tried < m_count; ++tried) {
            const size_t at = m_next;
            m_next = m_next + 1 == m_count ? 0 : m_next + 1;
            const QByteArray &candidate = m_fields[at].name;
            if (candidate.size() == name.size() && isSame(candidate.constData(), name.data(), name.size())) {
                const quint64 bit = quint64(1) << at;
                if (m_seen & bit)
                    return nullptr;
                m_seen |= bit;
                return &m_fields[at];
            }
        }
        return nullptr;
    }

private:
    // Names are short, and calling memcmp() takes longer than comparing them.
    static bool isSame(const char *a, const char *b, qsizetype size)
    {
        const auto differ = [a, b](qsizetype at, auto x) {
            auto y = x;
            std::memcpy(&x, a + at, sizeof x);
            std::memcpy(&y, b + at, sizeof y);
            return x ^ y;
        };
        if (size > 16)
            return std::memcmp(a, b, size_t(size)) == 0;
        if (size >= 8)
            return (differ(0, quint64()) | differ(size - 8, quint64())) == 0;
        if (size >= 4)
            return (differ(0, quint32()) | differ(size - 4, quint32())) == 0;
        return size == 0
            || ((differ(0, quint8()) | differ(size / 2, quint8()) | differ(size - 1, quint8())) == 0);
    }

    const WantedField *m_fields;
    size_t m_count;
    size_t m_next = 0;
    quint64 m_seen = 0;
};

/// Where a scanner puts what it read.
class CellWriter
{
public:
    CellWriter(std::vector<Cell> &cells, LeafVisitor *leaves)
        : m_cells(cells)
        , m_leaves(leaves)
    {
    }
    bool hasVisitor() const { return m_leaves != nullptr; }
    bool wants(const WantedField *field) const { return field || m_leaves; }
    void leaf(const WantedField *field, const Cell &cell)
    {
        fill(field, cell);
        if (m_leaves)
            m_leaves->visit(cell);
    }
    void fill(const WantedField *field, const Cell &cell)
    {
        if (!field)
            return;
        for (const size_t index : field->cells)
            m_cells[index] = cell;
    }
    /// Sets whether leaves are told of; gives what was set before.
    LeafVisitor *exchangeVisitor(LeafVisitor *leaves) { return std::exchange(m_leaves, leaves); }

private:
    std::vector<Cell> &m_cells;
    LeafVisitor *m_leaves;
};

} // namespace slotscope::core
