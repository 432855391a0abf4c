// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/roworder.h"

#include "core/value/asciisearch.h"
#include "core/value/numbertext.h"
#include "core/value/utf8.h"

#include <QThread>
#include <QtConcurrent>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

namespace slotscope::core {

namespace {

enum Rank : quint8 { Absent, Null, Bool, Number, Time, Text, Other };

bool containsText(const Value &value, const QString &needle)
{
    switch (value.kind()) {
    case Value::Kind::Text:
    case Value::Kind::Decimal:
        return value.toText().contains(needle, Qt::CaseInsensitive);
    case Value::Kind::Bytes:
        return QString::fromLatin1(value.toBytes().toHex()).contains(needle, Qt::CaseInsensitive);
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
    case Value::Kind::Tag:
        return std::any_of(value.items().cbegin(), value.items().cend(),
                           [&needle](const Value &item) { return containsText(item, needle); });
    case Value::Kind::Map:
    case Value::Kind::Opaque:
        return std::any_of(value.members().cbegin(), value.members().cend(),
                           [&needle](const Member &member) { return containsText(member.value, needle); });
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        return false;
    default:
        return displayText(value).contains(needle, Qt::CaseInsensitive);
    }
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
                return containsAscii(QByteArray::number(cell.integer));
            case Cell::Kind::Float:
                return containsAscii(floatText(cell.number));
            case Cell::Kind::Bytes:
                return containsAscii(cell.bytes.toByteArray().toHex());
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

QString foldedText(QByteArrayView utf8)
{
    if (!isAscii(utf8))
        return textFromUtf8(utf8).value_or(QString()).toCaseFolded();
    QString folded(utf8.size(), Qt::Uninitialized);
    std::transform(utf8.begin(), utf8.end(), folded.begin(),
                   [](char c) { return QLatin1Char(c >= 'A' && c <= 'Z' ? char(c + 32) : c); });
    return folded;
}

SortKey sortKeyOf(double number)
{
    // NaN has no place among numbers; behind them is as good as any, as long as it is always the same.
    return std::isnan(number) ? SortKey {.rank = Other} : SortKey {.rank = Number, .number = number};
}

SortKey sortKeyOf(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        return {.rank = Null};
    case Value::Kind::Bool:
        return {.rank = Bool, .exact = value.toBool() ? 1 : 0};
    case Value::Kind::Integer:
        return {.rank = Number, .number = value.toDouble(), .exact = value.toInt64().value_or(0)};
    case Value::Kind::Float:
        return sortKeyOf(value.toDouble());
    case Value::Kind::Decimal:
        return {.rank = Number, .number = value.toText().toDouble(), .text = value.toText()};
    case Value::Kind::Timestamp:
        return {.rank = Time, .exact = value.toNanoseconds()};
    case Value::Kind::Text:
        return {.rank = Text, .text = value.toText().toCaseFolded()};
    default:
        return {.rank = Other, .text = displayText(value)};
    }
}

SortKey sortKeyOf(const Cell &cell)
{
    switch (cell.kind) {
    case Cell::Kind::Absent:
        return {.rank = Absent};
    case Cell::Kind::Null:
        return {.rank = Null};
    case Cell::Kind::Bool:
        return {.rank = Bool, .exact = cell.integer};
    case Cell::Kind::Integer:
        return {.rank = Number, .number = double(cell.integer), .exact = cell.integer};
    case Cell::Kind::Float:
        return sortKeyOf(cell.number);
    case Cell::Kind::Timestamp:
        return {.rank = Time, .exact = cell.integer};
    case Cell::Kind::Text:
        return {.rank = Text, .text = foldedText(cell.bytes)};
    case Cell::Kind::Decoded:
        return sortKeyOf(*cell.value);
    default:
        const auto value = toValue(cell);
        return value ? sortKeyOf(*value) : SortKey {.rank = Absent};
    }
}

Needle needleOf(const QString &text)
{
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() > 0 && c.unicode() < 0x80; });
    const QByteArray lower = ascii ? text.toLower().toLatin1() : QByteArray();
    const bool uuidPart = std::all_of(lower.begin(), lower.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
    });
    return {text, lower, uuidPart};
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

/// A stretch of the key order, evaluated on one thread.
struct Stretch
{
    size_t begin = 0;
    size_t end = 0;
    std::vector<RowId> rows;
};

/// The first bits of a sort key, as a number: keys whose numbers differ are in the order of these.
quint64 prefixOf(const SortKey &key)
{
    constexpr int RankBits = 3;
    constexpr quint64 SignBit = quint64(1) << 63;
    quint64 bits = 0;
    switch (key.rank) {
    case Number: {
        const double number = key.number + 0.0; // so that there is one zero
        std::memcpy(&bits, &number, sizeof bits);
        bits = bits & SignBit ? ~bits : bits | SignBit;
        break;
    }
    case Text:
    case Other:
        for (qsizetype i = 0; i < 4; ++i)
            bits = bits << 16 | (i < key.text.size() ? key.text[i].unicode() : 0U);
        break;
    default:
        bits = quint64(key.exact) ^ SignBit;
    }
    return quint64(key.rank) << (64 - RankBits) | bits >> RankBits;
}

/// Sorts rows by their keys (by RowId); equal ones stay in the order they have. On several threads. The keys
/// are looked at only where their beginnings are alike, as they lie all over the memory.
void sortRows(std::vector<RowId> &rows, const std::vector<SortKey> &keys, bool descending)
{
    struct Place
    {
        quint64 prefix = 0;
        quint32 position = 0;
    };
    std::vector<Place> places(rows.size());
    const auto less = [&](const Place &a, const Place &b) {
        if (a.prefix != b.prefix)
            return (a.prefix < b.prefix) != descending;
        const SortKey &left = keys[rows[a.position].value];
        const SortKey &right = keys[rows[b.position].value];
        if (left < right)
            return !descending;
        if (right < left)
            return descending;
        return a.position < b.position;
    };

    using Part = std::pair<std::vector<Place>::iterator, std::vector<Place>::iterator>;
    std::vector<Part> parts;
    const size_t length = rows.size() / size_t(std::max(1, QThread::idealThreadCount())) + 1;
    for (size_t begin = 0; begin < rows.size(); begin += length)
        parts.emplace_back(places.begin() + qsizetype(begin),
                           places.begin() + qsizetype(std::min(begin + length, rows.size())));
    QtConcurrent::blockingMap(parts, [&](const Part &part) {
        for (auto place = part.first; place != part.second; ++place) {
            place->position = quint32(place - places.begin());
            place->prefix = prefixOf(keys[rows[place->position].value]);
        }
        std::sort(part.first, part.second, less);
    });
    for (size_t i = 1; i < parts.size(); ++i)
        std::inplace_merge(places.begin(), parts[i].first, parts[i].second, less);

    std::vector<RowId> sorted;
    sorted.reserve(rows.size());
    for (const Place &place : places)
        sorted.push_back(rows[place.position]);
    rows = std::move(sorted);
}

} // namespace

bool operator<(const SortKey &a, const SortKey &b)
{
    if (a.rank != b.rank)
        return a.rank < b.rank;
    if (a.number < b.number || b.number < a.number)
        return a.number < b.number;
    if (a.exact != b.exact)
        return a.exact < b.exact;
    return a.text < b.text;
}

RowEvaluator::RowEvaluator(const SlotCodec &codec, RowQuery query)
    : m_query(std::move(query))
    , m_needle(needleOf(m_query.filter))
    , m_condition(m_query.condition.value_or(FieldCondition()), codec.type().key)
    , m_reader(codec, columnsFor(m_query, m_condition, codec.type().key))
{
}

std::optional<SortKey> RowEvaluator::evaluate(const RowView &row) const
{
    CellRow memory;
    return evaluate(row, memory);
}

std::optional<SortKey> RowEvaluator::evaluate(const RowView &row, CellRow &memory) const
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
            return std::nullopt;
    }
    if (!m_condition.matches(memory, firstOfCondition))
        return std::nullopt;
    if (!m_query.sortColumn)
        return SortKey();
    if (m_query.sortColumn->group == Column::Group::Meta)
        return sortKeyOf(Cell::ofInteger(metaNumber(row, m_query.sortColumn->meta)));
    return sortKeyOf(memory.cells.front());
}

Call<std::shared_ptr<RowOrder>> RowOrder::compute(RowSnapshot snapshot, std::vector<RowId> keyOrder,
                                                  RowEvaluator evaluator)
{
    auto *state = new CallState<std::shared_ptr<RowOrder>>;
    Call<std::shared_ptr<RowOrder>> call(state);
    const auto cancelled = std::make_shared<std::atomic_bool>(false);
    state->setAbort([cancelled] { cancelled->store(true); });

    // The state may be gone when the work is done, and only its own thread may look; so the result travels by
    // way of a watcher that lives there.
    auto *watcher = new QFutureWatcher<std::shared_ptr<RowOrder>>;
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, [watcher, guard = QPointer(state)] {
        if (guard)
            guard->complete(watcher->result());
        watcher->deleteLater();
    });

    watcher->setFuture(QtConcurrent::run([snapshot = std::move(snapshot), keyOrder = std::move(keyOrder),
                                          evaluator = std::move(evaluator), cancelled] {
        auto order = std::make_shared<RowOrder>();
        const bool sorts = evaluator.query().sortColumn.has_value();
        order->m_selected.assign(snapshot.size(), false);
        if (sorts)
            order->m_keys.resize(snapshot.size());

        std::vector<Stretch> stretches;
        constexpr size_t StretchLength = 2048;
        for (size_t begin = 0; begin < keyOrder.size(); begin += StretchLength)
            stretches.push_back({begin, std::min(begin + StretchLength, keyOrder.size()), {}});
        QtConcurrent::blockingMap(stretches, [&](Stretch &stretch) {
            if (cancelled->load(std::memory_order_relaxed))
                return;
            CellRow memory;
            for (size_t i = stretch.begin; i < stretch.end; ++i) {
                const RowId id = keyOrder[i];
                std::optional<SortKey> key = evaluator.evaluate(snapshot.row(id), memory);
                if (!key)
                    continue;
                if (sorts)
                    order->m_keys[id.value] = *std::move(key);
                stretch.rows.push_back(id);
            }
        });
        for (const Stretch &stretch : stretches)
            order->m_rows.insert(order->m_rows.end(), stretch.rows.cbegin(), stretch.rows.cend());
        for (const RowId id : order->m_rows)
            order->m_selected[id.value] = true;
        if (sorts && !cancelled->load()) {
            // The rows come in the order of their etcd keys, which stays among equals.
            sortRows(order->m_rows, order->m_keys, evaluator.query().descending);
        }
        return order;
    }));
    return call;
}

bool RowOrder::before(const RowStore &store, RowId a, RowId b, bool descending) const
{
    if (!m_keys.empty()) {
        const SortKey &left = m_keys[a.value];
        const SortKey &right = m_keys[b.value];
        if (left < right)
            return !descending;
        if (right < left)
            return descending;
    }
    return store.row(a).key < store.row(b).key;
}

void RowOrder::apply(const RowStore &store, const RowEvaluator &evaluator, const TableDelta &delta)
{
    const bool sorts = evaluator.query().sortColumn.has_value();
    const bool descending = evaluator.query().descending;

    // Rows that leave their place; those that come (back) are put in at the right one afterwards.
    std::vector<bool> leaving(m_selected.size(), false);
    bool anyLeaves = false;
    const auto leave = [&](RowId id) {
        if (id.value < m_selected.size() && m_selected[id.value]) {
            m_selected[id.value] = false;
            leaving[id.value] = true;
            anyLeaves = true;
        }
    };
    std::vector<std::pair<RowId, SortKey>> coming;
    for (const RowId id : delta.removed)
        leave(id);
    for (const RowId id : delta.updated) {
        std::optional<SortKey> key = evaluator.evaluate(store.row(id));
        const bool selected = id.value < m_selected.size() && m_selected[id.value];
        if (key && selected && (!sorts || m_keys[id.value] == *key))
            continue;
        leave(id);
        if (key)
            coming.emplace_back(id, *std::move(key));
    }
    for (const RowId id : delta.inserted) {
        // A snapshot that already held the row has it in its place.
        if (id.value < m_selected.size() && m_selected[id.value])
            continue;
        if (std::optional<SortKey> key = evaluator.evaluate(store.row(id)))
            coming.emplace_back(id, *std::move(key));
    }

    if (anyLeaves)
        std::erase_if(m_rows, [&leaving](RowId id) { return leaving[id.value]; });
    if (coming.empty())
        return;

    for (auto &[id, key] : coming) {
        if (id.value >= m_selected.size()) {
            m_selected.resize(id.value + 1, false);
        }
        m_selected[id.value] = true;
        if (sorts) {
            if (id.value >= m_keys.size())
                m_keys.resize(id.value + 1);
            m_keys[id.value] = std::move(key);
        }
    }
    const auto less = [&](RowId a, RowId b) { return before(store, a, b, descending); };
    std::vector<RowId> ids;
    ids.reserve(coming.size());
    for (const auto &[id, key] : coming)
        ids.push_back(id);
    std::sort(ids.begin(), ids.end(), less);

    // Few comparisons (one search a row), then one pass that moves.
    std::vector<size_t> positions;
    positions.reserve(ids.size());
    for (const RowId id : ids)
        positions.push_back(static_cast<size_t>(std::lower_bound(m_rows.cbegin(), m_rows.cend(), id, less)
                                                - m_rows.cbegin()));
    size_t read = m_rows.size();
    m_rows.resize(m_rows.size() + ids.size());
    size_t write = m_rows.size();
    for (size_t i = ids.size(); i-- > 0;) {
        while (read > positions[i])
            m_rows[--write] = m_rows[--read];
        m_rows[--write] = ids[i];
    }
}

} // namespace slotscope::core
