// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/relationfinder.h"

#include <algorithm>
#include <map>

namespace slotscope::core {

namespace {

constexpr qint64 SampleSize = 40;
constexpr int FewestHits = 2; // unless there are fewer records
constexpr size_t MostLookups = 12; // of one column in one table
constexpr size_t MostOperations = 60; // a transaction may hold 128 by default
constexpr int MostDepth = 2;
/// Real indexes hold stale and orphaned entries; fewer than these shares say that it is no relation.
constexpr double EnoughHits = 0.7;
constexpr double EnoughMatches = 0.6;

/// Whether it is worth a look if the value is the key of such a table. Texts and small numbers are equal by
/// chance too easily, unless they are all that a record says.
bool mayLink(const Value &value, KeyComponent component, bool isWholeValue)
{
    constexpr quint64 SmallNumber = 1 << 20;
    switch (component) {
    case KeyComponent::Uuid:
    case KeyComponent::Bytes16:
    case KeyComponent::Bytes20:
    case KeyComponent::Bytes32:
        return true;
    case KeyComponent::Oid:
    case KeyComponent::Uint64:
        return value.kind() == Value::Kind::Integer
            && (isWholeValue || value.toUInt64().value_or(0) >= SmallNumber);
    case KeyComponent::String:
        return isWholeValue && value.kind() == Value::Kind::Text;
    default:
        return false;
    }
}

void collectFields(const Value &value, const ValuePath &path, int depth,
                   std::vector<std::pair<ValuePath, Value>> *fields)
{
    if (value.kind() != Value::Kind::Map) {
        if (!path.isEmpty() && !value.isContainer() && !value.isNull())
            fields->push_back({path, value});
        return;
    }
    if (depth == 0)
        return;
    for (const Member &member : value.members()) {
        if (member.key.kind() == Value::Kind::Text)
            collectFields(member.value, path.child(PathStep::field(member.key.toText())), depth - 1, fields);
    }
}

/// Counts in how many records which field is what a part of the index's key says.
class FieldMatch
{
public:
    void add(const Value &part, KeyComponent component,
             const std::vector<std::pair<ValuePath, Value>> &fields)
    {
        for (const auto &[path, field] : fields) {
            const auto asPart = asKeyPart(field, component);
            if (asPart && *asPart == part)
                ++m_counts[path.toString()].second, m_counts[path.toString()].first = path;
        }
    }
    /// The path that matches most often, the shortest first; how often.
    std::pair<ValuePath, int> best() const
    {
        std::pair<ValuePath, int> best;
        for (const auto &[name, entry] : m_counts) {
            const bool shorter = entry.first.steps().size() < best.first.steps().size();
            if (entry.second > best.second || (entry.second == best.second && shorter))
                best = entry;
        }
        return best;
    }

private:
    std::map<QString, std::pair<ValuePath, int>> m_counts;
};

/// The relation that these pairs of an index's entry and the record it leads to speak for.
std::optional<IndexRelation> indexFrom(const std::vector<std::pair<KeyValue, KeyValue>> &pairs,
                                       const SlotForRelations &index, const SlotForRelations &table)
{
    const auto &components = index.codec.type().key.components();
    std::vector<FieldMatch> matches(components.size());
    std::vector<int> primary(components.size(), 0);
    int readable = 0;
    for (const auto &[entry, record] : pairs) {
        const auto parts = index.codec.decodeKey(entry.key);
        const auto key = table.codec.decodeKey(record.key);
        const auto value = table.codec.decodeValue(record.value);
        if (!parts || !key || !value || parts->size() != components.size())
            continue;
        ++readable;
        std::vector<std::pair<ValuePath, Value>> fields;
        collectFields(*value, {}, MostDepth, &fields);
        for (size_t i = 0; i < components.size(); ++i) {
            matches[i].add((*parts)[i], components[i], fields);
            primary[i] += key->size() == 1 && (*parts)[i] == key->front() ? 1 : 0;
        }
    }
    if (readable == 0)
        return std::nullopt;
    const auto enough = [readable](int count) { return count >= EnoughMatches * readable; };

    IndexRelation relation;
    size_t fields = components.size();
    // What ends in the record's own key may hold several records with the same field.
    if (fields > 1 && enough(primary.back())) {
        --fields;
        relation.unique = false;
    }
    int least = readable;
    for (size_t i = 0; i < fields; ++i) {
        const auto [path, count] = matches[i].best();
        if (!enough(count))
            return std::nullopt;
        least = std::min(least, count);
        relation.fields.push_back(path);
    }
    relation.table = index.id;
    relation.composite = components.size() > 1;
    relation.nullable = true; // nothing tells, and that is the careful guess
    relation.provenance.source = TypeSource::Inferred;
    relation.provenance.confidence = double(least) / readable;
    relation.provenance.sample = readable;
    relation.provenance.evidence =
        QStringLiteral("%1 of %2 entries have the field of the record they lead to as their key")
            .arg(least)
            .arg(readable);
    return relation;
}

} // namespace

RelationFinder::RelationFinder(Client *client, std::vector<SlotForRelations> slotList, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_slots(std::move(slotList))
{
}

void RelationFinder::start()
{
    m_from = 0;
    next();
}

void RelationFinder::next()
{
    if (m_from == m_slots.size()) {
        Q_EMIT finished(m_found, m_from == m_slots.size());
        return;
    }
    m_client->range({.range = KeyRange::slot(m_slots[m_from].slot), .limit = SampleSize})
        .then(this, [this](const Result<RangeReply> &result) { takeSample(result); });
}

void RelationFinder::takeSample(const Result<RangeReply> &result)
{
    if (!result) {
        Q_EMIT finished(m_found, m_from == m_slots.size());
        return;
    }
    m_sample = result->kvs;
    const SlotForRelations &from = m_slots[m_from];
    // By column and target. A column's values as far as they can be keys of the target.
    std::map<std::pair<QString, size_t>, Candidate> candidates;
    const auto offer = [&](const QByteArray &own, const QString &column, int keyPart, const ValuePath &path,
                           const Value &value) {
        for (size_t i = 0; i < m_slots.size(); ++i) {
            const auto &components = m_slots[i].codec.type().key.components();
            if (components.size() != 1 || !mayLink(value, components.front(), path.isEmpty() && keyPart < 0))
                continue;
            const auto part = asKeyPart(value, components.front());
            const auto key = part ? m_slots[i].codec.encodeKey(KeyRange::slot(m_slots[i].slot).begin, {*part})
                                  : Expected<QByteArray, EncodeError>(QByteArray());
            if (!key || key->isEmpty() || *key == own) // that a record knows its own key is no relation
                continue;
            Candidate &candidate = candidates[{column, i}];
            candidate.link.from = from.slot;
            candidate.link.to = m_slots[i].slot;
            candidate.link.keyPart = keyPart;
            candidate.link.path = path;
            const auto &keys = candidate.keys;
            if (std::find(keys.cbegin(), keys.cend(), *key) == keys.cend())
                candidate.keys.push_back(*key);
        }
    };
    for (const KeyValue &kv : m_sample) {
        if (const auto parts = from.codec.decodeKey(kv.key)) {
            for (size_t i = 0; i < parts->size(); ++i)
                offer(kv.key, QStringLiteral("key.%1").arg(i), int(i), {}, (*parts)[i]);
        }
        const auto value = from.codec.decodeValue(kv.value);
        if (!value)
            continue;
        if (!value->isContainer() && isSimple(from.codec.type().value)) {
            offer(kv.key, QStringLiteral("value"), -1, {}, *value);
            continue;
        }
        std::vector<std::pair<ValuePath, Value>> fields;
        collectFields(*value, {}, MostDepth, &fields);
        for (const auto &[path, field] : fields)
            offer(kv.key, QStringLiteral("value.") + path.toString(), -1, path, field);
    }
    m_candidates.clear();
    for (auto &[name, candidate] : candidates) {
        const bool whole = candidate.link.keyPart < 0 && candidate.link.path.isEmpty();
        if (!whole && candidate.keys.size() > MostLookups)
            candidate.keys.resize(MostLookups);
        m_candidates.push_back(std::move(candidate));
    }
    lookUp();
}

void RelationFinder::lookUp()
{
    TxnRequest request;
    m_asked.clear();
    for (size_t i = 0; i < m_candidates.size() && m_asked.size() < MostOperations; ++i) {
        const Candidate &candidate = m_candidates[i];
        for (size_t k = candidate.records.size();
             k < candidate.keys.size() && m_asked.size() < MostOperations; ++k) {
            request.success.push_back({RangeRequest {.range = KeyRange::single(candidate.keys[k])}});
            m_asked.emplace_back(i, k);
        }
    }
    if (m_asked.empty()) {
        judge();
        ++m_from;
        next();
        return;
    }
    m_client->txn(request).then(this, [this](const Result<TxnReply> &result) { takeRecords(result); });
}

void RelationFinder::takeRecords(const Result<TxnReply> &result)
{
    if (!result || result->responses.size() != m_asked.size()) {
        Q_EMIT finished(m_found, m_from == m_slots.size());
        return;
    }
    for (size_t i = 0; i < m_asked.size(); ++i) {
        const auto *reply = std::get_if<RangeReply>(&result->responses[i].response);
        m_candidates[m_asked[i].first].records.push_back(
            reply && !reply->kvs.empty() ? std::optional(reply->kvs.front()) : std::nullopt);
    }
    lookUp();
}

void RelationFinder::judge()
{
    const SlotForRelations &from = m_slots[m_from];
    for (Candidate &candidate : m_candidates) {
        FoundRelation &found = candidate.link;
        found.tried = int(candidate.records.size());
        found.hits = int(std::count_if(candidate.records.cbegin(), candidate.records.cend(),
                                       [](const auto &record) { return record.has_value(); }));
        const int enough = std::min(FewestHits, int(m_sample.size()));
        if (found.hits < std::max(1, enough) || found.hits < EnoughHits * found.tried)
            continue;
        if (found.keyPart < 0 && found.path.isEmpty()) {
            const auto to = std::find_if(m_slots.cbegin(), m_slots.cend(),
                                         [&](const auto &slot) { return slot.slot == found.to; });
            std::vector<std::pair<KeyValue, KeyValue>> pairs;
            for (const KeyValue &entry : m_sample) {
                const auto plain = from.codec.decompressed(entry.value);
                const QByteArray key = KeyRange::slot(found.to).begin + (plain ? *plain : entry.value);
                for (const auto &record : candidate.records) {
                    if (record && record->key == key)
                        pairs.emplace_back(entry, *record);
                }
            }
            if (auto index = indexFrom(pairs, from, *to)) {
                found.kind = FoundRelation::Kind::Index;
                found.index = *std::move(index);
            }
        }
        m_found.push_back(found);
    }
}

} // namespace slotscope::core
