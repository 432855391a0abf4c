// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/relationfinder.h"

#include <algorithm>
#include <map>

namespace slotscope::core {

namespace {

constexpr qint64 SampleSize = 40; // below the operations that a transaction may hold
constexpr int MostDepth = 2;
/// Real indexes hold stale and orphaned entries; fewer than these shares say that it is no relation.
constexpr double EnoughHits = 0.7;
constexpr double EnoughMatches = 0.6;

/// The component whose bytes are those of a value of this type; Bytes: none.
KeyComponent componentOf(ValueType type)
{
    switch (type) {
    case ValueType::Uuid:
        return KeyComponent::Uuid;
    case ValueType::Oid:
        return KeyComponent::Oid;
    case ValueType::String:
        return KeyComponent::String;
    case ValueType::Bytes16:
        return KeyComponent::Bytes16;
    case ValueType::Bytes20:
        return KeyComponent::Bytes20;
    case ValueType::Bytes32:
        return KeyComponent::Bytes32;
    default:
        return KeyComponent::Bytes;
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
    for (; m_from < m_slots.size(); ++m_from) {
        const SlotType &type = m_slots[m_from].codec.type();
        const KeyComponent wanted = componentOf(type.value);
        if (wanted == KeyComponent::Bytes)
            continue;
        m_targets.clear();
        for (size_t i = 0; i < m_slots.size(); ++i) {
            const auto &components = m_slots[i].codec.type().key.components();
            if (i != m_from && components.size() == 1 && components.front() == wanted)
                m_targets.push_back(i);
        }
        if (m_targets.empty())
            continue;
        m_client->range({.range = KeyRange::slot(m_slots[m_from].slot), .limit = SampleSize})
            .then(this, [this](const Result<RangeReply> &result) { takeSample(result); });
        return;
    }
    Q_EMIT finished(m_found);
}

void RelationFinder::takeSample(const Result<RangeReply> &result)
{
    if (!result) {
        Q_EMIT finished(m_found);
        return;
    }
    m_sample = result->kvs;
    std::erase_if(m_sample, [](const KeyValue &kv) { return kv.value.isEmpty(); });
    lookUp();
}

void RelationFinder::lookUp()
{
    if (m_sample.empty() || m_targets.empty()) {
        ++m_from;
        next();
        return;
    }
    const SlotForRelations &from = m_slots[m_from];
    const QByteArray prefix = KeyRange::slot(m_slots[m_targets.back()].slot).begin;
    TxnRequest request;
    for (const KeyValue &kv : m_sample) {
        const auto plain = from.codec.decompressed(kv.value);
        request.success.push_back(
            {RangeRequest {.range = KeyRange::single(prefix + (plain ? *plain : kv.value))}});
    }
    m_client->txn(request).then(this, [this](const Result<TxnReply> &result) { takeTargets(result); });
}

void RelationFinder::takeTargets(const Result<TxnReply> &result)
{
    if (!result) {
        Q_EMIT finished(m_found);
        return;
    }
    const SlotForRelations &from = m_slots[m_from];
    const SlotForRelations &to = m_slots[m_targets.back()];
    m_targets.pop_back();
    std::vector<std::pair<KeyValue, KeyValue>> pairs;
    for (size_t i = 0; i < result->responses.size() && i < m_sample.size(); ++i) {
        const auto *reply = std::get_if<RangeReply>(&result->responses[i].response);
        if (reply && !reply->kvs.empty())
            pairs.push_back({m_sample[i], reply->kvs.front()});
    }
    if (!pairs.empty() && double(pairs.size()) >= EnoughHits * double(m_sample.size())) {
        FoundRelation found;
        found.from = from.slot;
        found.to = to.slot;
        if (auto index = indexFrom(pairs, from, to)) {
            found.kind = FoundRelation::Kind::Index;
            found.index = *std::move(index);
        }
        m_found.push_back(std::move(found));
    }
    lookUp();
}

} // namespace slotscope::core
