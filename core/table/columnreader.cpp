// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/columnreader.h"

#include "core/codec/flatbuffers/flatbuffers.h"
#include "core/value/utf8.h"

#include <QtEndian>

#include <limits>

namespace slotscope::core {

namespace {

// The one cell of a simple value type; nothing where the codec is to say what is wrong, or more than one cell
// could hold.
std::optional<Cell> simpleCell(const SlotType &type, QByteArrayView bytes)
{
    const auto ofSize = [bytes](qsizetype size) {
        return bytes.size() == size ? std::optional(Cell::ofBytes(bytes)) : std::nullopt;
    };
    switch (type.value) {
    case ValueType::String:
        if (bytes.isEmpty())
            return Cell::null();
        return isUtf8(bytes) ? std::optional(Cell::text(bytes)) : std::nullopt;
    case ValueType::Oid:
        if (bytes.size() != sizeof(quint64)
            || qFromBigEndian<quint64>(bytes.data()) > quint64(std::numeric_limits<qint64>::max()))
            return std::nullopt;
        return Cell::ofInteger(qFromBigEndian<qint64>(bytes.data()));
    case ValueType::Uuid:
        return bytes.size() == 16 ? std::optional(Cell::uuid(bytes)) : std::nullopt;
    case ValueType::Timestamp:
        if (bytes.size() != sizeof(qint64))
            return std::nullopt;
        return Cell::timestamp(type.valueOrder == ByteOrder::LittleEndian
                                   ? qFromLittleEndian<qint64>(bytes.data())
                                   : qFromBigEndian<qint64>(bytes.data()));
    case ValueType::Bytes16:
        return ofSize(16);
    case ValueType::Bytes20:
        return ofSize(20);
    case ValueType::Bytes32:
        return ofSize(32);
    case ValueType::Binary:
    case ValueType::Unknown:
        return Cell::ofBytes(bytes);
    default:
        return std::nullopt;
    }
}

} // namespace

ColumnReader::ColumnReader(SlotCodec codec, const std::vector<Column> &columns)
    : m_codec(std::move(codec))
    , m_cellCount(columns.size())
{
    for (size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].group == Column::Group::Key)
            m_keyColumns.emplace_back(i, size_t(columns[i].keyPart));
        else if (columns[i].group == Column::Group::Field)
            want(columns[i], i);
    }
}

void ColumnReader::want(const Column &column, size_t cell)
{
    const std::vector<PathStep> &steps = column.path.steps();
    WantedField *field = &m_root;
    auto step = steps.begin();
    for (; step != steps.end(); ++step) {
        // Only names that UTF-8 can spell are compared as bytes.
        if (!step->key || step->index != 0 || step->key->kind() != Value::Kind::Text
            || !QStringView(step->key->toText()).isValidUtf16())
            break;
        const QByteArray name = step->key->toText().toUtf8();
        const auto known = std::find_if(field->fields.begin(), field->fields.end(),
                                        [&name](const WantedField &f) { return f.name == name; });
        if (known != field->fields.end()) {
            field = &*known;
            continue;
        }
        if (field->fields.size() == WantedField::MostFields) {
            m_scannable = false;
            break;
        }
        field = &field->fields.emplace_back();
        field->name = name;
    }
    field->cells.push_back(cell);
    m_fieldColumns.push_back({cell, column.path, ValuePath({step, steps.end()})});
}

void ColumnReader::read(QByteArrayView key, QByteArrayView value, CellRow &row, LeafVisitor *leaves) const
{
    row.cells.assign(m_cellCount, Cell());
    row.keyFailed = false;
    row.valueFailed = false;
    if ((!m_fieldColumns.empty() || leaves) && !scan(value, row, leaves)) {
        if (leaves)
            leaves->restart();
        readTree(value, row, leaves);
    }
    // Last, as a scan that gives up leaves all cells in disorder.
    if (!m_keyColumns.empty())
        readKey(key, row);
}

void ColumnReader::readKey(QByteArrayView key, CellRow &row) const
{
    const int prefix = m_codec.prefixLength();
    if (key.size() < prefix || !m_codec.type().key.read(key.sliced(prefix), row.m_keyParts)) {
        row.keyFailed = true;
        row.m_keyParts = {Cell::ofBytes(key.sliced(std::min<qsizetype>(prefix, key.size())))};
    }
    for (const auto &[cell, part] : m_keyColumns) {
        if (part < row.m_keyParts.size())
            row.cells[cell] = row.m_keyParts[part];
    }
}

void ColumnReader::readTree(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const
{
    if (auto decoded = m_codec.decodeValue(value)) {
        row.m_tree = *std::move(decoded);
    } else {
        row.valueFailed = true;
        row.m_tree = Value::bytes(value.toByteArray());
    }
    for (const FieldColumn &column : m_fieldColumns)
        row.cells[column.cell] = Cell::decoded(column.whole.find(row.m_tree));
    if (leaves)
        leaves->visit(Cell::decoded(&row.m_tree));
}

bool ColumnReader::scan(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const
{
    if (!m_scannable)
        return false;
    QByteArrayView bytes = value;
    if (m_codec.type().compression != Compression::None) {
        auto inflated = m_codec.decompressed(value);
        if (!inflated)
            return false;
        row.m_inflated = *std::move(inflated);
        bytes = row.m_inflated;
    }
    if (m_codec.type().value == ValueType::FlatBuffers)
        return scanFlatBuffer(bytes, row, leaves);
    if (!scanFormat(bytes, row, leaves))
        return false;
    row.m_parts.clear();
    for (const FieldColumn &column : m_fieldColumns) {
        if (column.rest.isEmpty())
            continue;
        Cell &cell = row.cells[column.cell];
        if (auto part = toValue(cell))
            cell = Cell::decoded(column.rest.find(row.m_parts.emplace_back(*std::move(part))));
    }
    return true;
}

// A tree, but one of nothing beside the fields that are asked for.
bool ColumnReader::scanFlatBuffer(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const
{
    const FlatBuffersType &type = m_codec.type().flatBuffers;
    if (leaves || !type.schema)
        return false;
    auto decoded = FlatBuffersCodec(type).decodeFields(value, m_root);
    if (!decoded)
        return false;
    row.m_tree = *std::move(decoded);
    for (const FieldColumn &column : m_fieldColumns)
        row.cells[column.cell] = Cell::decoded(column.whole.find(row.m_tree));
    return true;
}

bool ColumnReader::scanFormat(QByteArrayView value, CellRow &row, LeafVisitor *leaves) const
{
    switch (m_codec.type().value) {
    case ValueType::Cbor:
        return scanCbor(value, m_root, row.cells, leaves);
    case ValueType::Json:
        return scanJson(value, m_root, row.cells, leaves);
    case ValueType::Pickle:
        return row.m_pickle.scan(value, m_root, row.cells, leaves);
    case ValueType::Pickle5:
        return row.m_pickle.scan5(value, m_root, row.cells, leaves);
    default:
        break;
    }
    const auto cell = simpleCell(m_codec.type(), value);
    if (cell)
        CellWriter(row.cells, leaves).leaf(&m_root, *cell);
    return cell.has_value();
}

} // namespace slotscope::core
