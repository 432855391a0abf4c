// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/rowquery.h"

#include "core/value/asciisearch.h"
#include "core/value/numbertext.h"
#include "core/value/utf8.h"
#include "core/value/valuetext.h"

#include <algorithm>
#include <cstring>

namespace slotscope::core {

namespace {

bool containsText(const Value &value, const QString &needle)
{
    const auto itemHas = [&needle](const Value &item) { return containsText(item, needle); };
    const auto memberHas = [&needle](const Member &member) { return containsText(member.value, needle); };
    return std::any_of(value.items().cbegin(), value.items().cend(), itemHas)
        || std::any_of(value.members().cbegin(), value.members().cend(), memberHas)
        || filterText(value).contains(needle, Qt::CaseInsensitive);
}

/// Looks for a text in all that is decoded, and in most cases without decoding it.
class TextSearch final : public LeafVisitor
{
public:
    explicit TextSearch(const Needle &needle)
        : m_needle(needle)
    {
    }

    bool found() const { return m_found; }
    void restart() override { m_found = false; }
    void visit(const Cell &leaf) override
    {
        if (!m_found)
            m_found = contains(leaf);
    }

private:
    bool contains(const Cell &cell) const
    {
        if (cell.kind == Cell::Kind::Decoded)
            return containsText(*cell.value, m_needle.text);
        if (!m_needle.ascii.isEmpty()) {
            switch (cell.kind) {
            case Cell::Kind::Absent:
            case Cell::Kind::Null:
                return false;
            case Cell::Kind::Bool:
                return containsAscii(cell.integer ? "true" : "false");
            case Cell::Kind::Integer:
                return m_needle.integerPart && containsAscii(QByteArray::number(cell.integer));
            case Cell::Kind::Float:
                return m_needle.floatPart && containsAscii(floatText(cell.number));
            case Cell::Kind::Bytes:
                return m_needle.hexPart && containsAscii(cell.bytes.toByteArray().toHex());
            case Cell::Kind::Text:
                if (isAscii(cell.bytes))
                    return containsAscii(cell.bytes);
                break;
            case Cell::Kind::Uuid:
                if (!m_needle.uuidPart)
                    return false;
                break;
            default:
                break;
            }
        }
        const auto value = toValue(cell);
        return value && containsText(*value, m_needle.text);
    }

    bool containsAscii(QByteArrayView text) const { return core::containsAscii(text, m_needle.ascii); }

    const Needle &m_needle;
    bool m_found = false;
};

Needle needleOf(const QString &text)
{
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() > 0 && c.unicode() < 0x80; });
    const QByteArray lower = ascii ? text.toLower().toLatin1() : QByteArray();
    const auto isOf = [&lower](const char *characters) {
        return std::all_of(lower.begin(), lower.end(),
                           [characters](char c) { return std::strchr(characters, c) != nullptr; });
    };
    return {.text = text,
            .ascii = lower,
            .uuidPart = isOf("0123456789abcdef-"),
            .hexPart = isOf("0123456789abcdef"),
            .integerPart = isOf("0123456789-"),
            .floatPart = isOf("0123456789.+-einfatyn")};
}

/// Of the sort column, if there is one, of the condition, and with a text of the key's parts: in this order.
std::vector<Column> columnsFor(const RowQuery &query, const CellCondition &condition, const KeyType &key)
{
    std::vector<Column> columns;
    if (query.sortColumn)
        columns.push_back(*query.sortColumn);
    columns.insert(columns.end(), condition.columns().cbegin(), condition.columns().cend());
    if (!query.filter.isEmpty()) {
        for (size_t i = 0; i < key.components().size(); ++i) {
            Column column;
            column.group = Column::Group::Key;
            column.keyPart = int(i);
            columns.push_back(std::move(column));
        }
    }
    return columns;
}

} // namespace

QString filterText(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Text:
    case Value::Kind::Decimal:
        return value.toText();
    case Value::Kind::Bytes:
        return QString::fromLatin1(value.toBytes().toHex());
    case Value::Kind::Null:
    case Value::Kind::Undefined:
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
    case Value::Kind::Tag:
    case Value::Kind::Map:
    case Value::Kind::Opaque:
        return {};
    default:
        return displayText(value);
    }
}

RowEvaluator::RowEvaluator(const SlotCodec &codec, RowQuery query)
    : m_query(std::move(query))
    , m_needle(needleOf(m_query.filter))
    , m_condition(m_query.condition.value_or(FieldCondition()), codec.type().key)
    , m_reader(codec, columnsFor(m_query, m_condition, codec.type().key))
{
    for (size_t i = 0; i < m_condition.columns().size(); ++i) {
        if (m_condition.columns()[i].group == Column::Group::Meta)
            m_etcdCells.push_back(i);
    }
}

std::optional<SortKey> RowEvaluator::evaluate(const RowView &row) const
{
    CellRow memory;
    SortKey key;
    return evaluate(row, memory, key) ? std::optional(std::move(key)) : std::nullopt;
}

bool RowEvaluator::evaluate(const RowView &row, CellRow &memory, SortKey &key) const
{
    const size_t firstOfCondition = m_query.sortColumn ? 1 : 0;
    if (m_query.filter.isEmpty()) {
        m_reader.read(row.key, row.value, memory);
    } else {
        TextSearch search(m_needle);
        m_reader.read(row.key, row.value, memory, &search);
        const size_t firstOfKey = firstOfCondition + m_condition.columns().size();
        for (size_t i = firstOfKey; i < memory.cells.size(); ++i) {
            if (memory.cells[i].kind != Cell::Kind::Absent)
                search.visit(memory.cells[i]);
        }
        if (!search.found())
            return false;
    }
    for (const size_t i : m_etcdCells)
        memory.cells[firstOfCondition + i] = Cell::ofInteger(metaNumber(row, m_condition.columns()[i].meta));
    if (!m_condition.matches(memory, firstOfCondition))
        return false;
    if (!m_query.sortColumn)
        return true;
    if (m_query.sortColumn->group == Column::Group::Meta)
        key.set(Cell::ofInteger(metaNumber(row, m_query.sortColumn->meta)));
    else
        key.set(memory.cells.front());
    return true;
}

} // namespace slotscope::core
