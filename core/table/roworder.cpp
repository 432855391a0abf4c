// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/roworder.h"

#include <QThreadPool>
#include <QtConcurrent>

#include <atomic>
#include <cmath>
#include <numeric>

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

SortKey sortKeyOf(const Value *value)
{
    if (!value)
        return {.rank = Absent};
    switch (value->kind()) {
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        return {.rank = Null};
    case Value::Kind::Bool:
        return {.rank = Bool, .exact = value->toBool() ? 1 : 0};
    case Value::Kind::Integer:
        return {.rank = Number, .number = value->toDouble(), .exact = value->toInt64().value_or(0)};
    case Value::Kind::Float: {
        const double number = value->toDouble();
        // NaN has no place among numbers; behind them is as good as any, as long as it is always the same.
        return std::isnan(number) ? SortKey {.rank = Other} : SortKey {.rank = Number, .number = number};
    }
    case Value::Kind::Decimal:
        return {.rank = Number, .number = value->toText().toDouble(), .text = value->toText()};
    case Value::Kind::Timestamp:
        return {.rank = Time, .exact = value->toNanoseconds()};
    case Value::Kind::Text:
        return {.rank = Text, .text = value->toText().toCaseFolded()};
    default:
        return {.rank = Other, .text = displayText(*value)};
    }
}

/// A stretch of the key order, evaluated on one thread.
struct Stretch
{
    size_t begin = 0;
    size_t end = 0;
    std::vector<RowId> rows;
};

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

RowEvaluator::RowEvaluator(SlotCodec codec, RowQuery query)
    : m_codec(std::move(codec))
    , m_query(std::move(query))
{
}

std::optional<SortKey> RowEvaluator::evaluate(const RowView &row) const
{
    const bool needsDecoding =
        !m_query.filter.isEmpty() || (m_query.sortColumn && m_query.sortColumn->group != Column::Group::Meta);
    const DecodedRow decoded = needsDecoding ? decodeRow(m_codec, row.key, row.value) : DecodedRow();
    if (!m_query.filter.isEmpty()) {
        const auto matches = [this](const Value &value) { return containsText(value, m_query.filter); };
        if (!matches(decoded.value)
            && std::none_of(decoded.keyParts.cbegin(), decoded.keyParts.cend(), matches))
            return std::nullopt;
    }
    if (!m_query.sortColumn)
        return SortKey();
    if (m_query.sortColumn->group == Column::Group::Meta)
        return SortKey {.rank = Number, .exact = metaNumber(row, m_query.sortColumn->meta)};
    return sortKeyOf(cellValue(decoded, *m_query.sortColumn));
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
            for (size_t i = stretch.begin; i < stretch.end; ++i) {
                const RowId id = keyOrder[i];
                std::optional<SortKey> key = evaluator.evaluate(snapshot.row(id));
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
            // The rows come in the order of their keys, which a stable sort keeps among equals.
            std::stable_sort(order->m_rows.begin(), order->m_rows.end(),
                             [&order, descending = evaluator.query().descending](RowId a, RowId b) {
                                 const SortKey &left = order->m_keys[a.value];
                                 const SortKey &right = order->m_keys[b.value];
                                 return descending ? right < left : left < right;
                             });
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
