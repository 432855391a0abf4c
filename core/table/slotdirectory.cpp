// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/slotdirectory.h"

#include "core/table/slotsampler.h"

#include <QtConcurrentRun>
#include <QtEndian>

namespace slotscope::core {

namespace {

constexpr qint64 ProbeSize = 50;
/// A span of slot numbers that holds keys is cut into so many, until each is one slot.
constexpr int Fanout = 16;
constexpr std::chrono::milliseconds CountInterval(100);
constexpr std::chrono::milliseconds SampleRetry(2000);
/// A load that is overtaken by compaction again and again has lost the race, or was never in it: a revision
/// that is read on purpose may be gone for good.
constexpr int MostRestarts = 5;

QByteArray prefixOf(Slot slot)
{
    return KeyRange::slot(slot).begin;
}

/// Whether a text key may begin like this, as far as two bytes can tell.
bool mayBeText(Slot slot)
{
    const auto first = static_cast<uchar>(slot.value >> 8);
    return first >= 0x20 && first != 0x7f;
}

bool isSameTable(const SlotInfo &a, const SlotInfo &b)
{
    const auto oid = [](const SlotInfo &info) { return info.entry ? info.entry->oid : QString(); };
    return a.kind == b.kind && oid(a) == oid(b);
}

SlotType builtInType(SlotKind kind)
{
    SlotType type;
    type.source = TypeSource::BuiltIn;
    type.confidence = 1;
    if (kind == SlotKind::Catalogue) {
        type.key = KeyType({KeyComponent::SlotNumber});
        type.value = ValueType::Cbor;
    } else {
        type.key = KeyType({KeyComponent::String});
        type.value = ValueType::TextOrBytes;
    }
    return type;
}

} // namespace

struct SlotDirectory::Span
{
    quint32 first = 0;
    quint32 last = 0; // included

    bool isOneSlot() const { return first == last; }
    KeyRange range() const
    {
        return {prefixOf(Slot(static_cast<quint16>(first))),
                KeyRange::slot(Slot(static_cast<quint16>(last))).end};
    }
};

QString SlotInfo::title() const
{
    if (kind == SlotKind::Catalogue)
        return QStringLiteral("catalogue");
    if (kind == SlotKind::PlainKeys)
        return QString::fromUtf8(prefixOf(slot)) + QStringLiteral("…");
    if (entry && !entry->shortName().isEmpty())
        return entry->shortName();
    return QStringLiteral("slot %1").arg(slot.value);
}

SlotDirectory::SlotDirectory(Client *client, Watch *watch, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_sampler(new SlotSampler(client, this))
{
    connect(m_sampler, &SlotSampler::sampled, this, &SlotDirectory::takeSample);
    connect(m_sampler, &SlotSampler::failed, this, [this](Slot slot, const Error &error) {
        if (error.kind == ErrorKind::PermissionDenied)
            return takeSample(slot, {});
        m_sampling = false;
        m_toSample.insert(m_toSample.begin(), slot); // goes on when the watch is back, or it is time
        m_sampleTimer.start();
    });
    connect(&m_inferring, &QFutureWatcherBase::finished, this, &SlotDirectory::takeInference);
    connect(&m_foldersReading, &QFutureWatcherBase::finished, this,
            [this] { takeFlatBuffersFolders(m_foldersReading.result()); });
    m_countTimer.setSingleShot(true);
    m_countTimer.setInterval(CountInterval);
    connect(&m_countTimer, &QTimer::timeout, this, [this] {
        const std::set<Slot> changed = std::exchange(m_changedCounts, {});
        Q_EMIT countsChanged(QList<Slot>(changed.cbegin(), changed.cend()));
    });
    m_sampleTimer.setSingleShot(true);
    m_sampleTimer.setInterval(SampleRetry);
    connect(&m_sampleTimer, &QTimer::timeout, this, &SlotDirectory::sampleNext);
    connect(watch, &Watch::eventsReceived, this, &SlotDirectory::takeEvents);
    connect(watch, &Watch::stateChanged, this, [this](Watch::State state) {
        if (state == Watch::State::Live && m_loaded && !m_toSample.empty())
            sampleNext();
    });
}

std::optional<Slot> SlotDirectory::slotOf(QByteArrayView key)
{
    if (key.size() < 2)
        return std::nullopt;
    return Slot(qFromBigEndian<quint16>(key.data()));
}

const SlotInfo *SlotDirectory::find(Slot slot) const
{
    const auto it = m_slots.find(slot);
    return it == m_slots.cend() ? nullptr : &it->second;
}

std::vector<Slot> SlotDirectory::slotNumbers() const
{
    std::vector<Slot> result;
    result.reserve(m_slots.size());
    for (const auto &[slot, info] : m_slots)
        result.push_back(slot);
    return result;
}

std::optional<Slot> SlotDirectory::resolve(const QString &text) const
{
    bool isNumber = false;
    const ushort number = text.toUShort(&isNumber);
    if (isNumber)
        return Slot(number);
    const auto unique = [this](auto matches) -> std::optional<Slot> {
        std::optional<Slot> found;
        for (const auto &[slot, info] : m_slots) {
            if (!info.entry || !matches(*info.entry))
                continue;
            if (found)
                return std::nullopt;
            found = slot;
        }
        return found;
    };
    if (const auto slot = unique([&text](const CatalogueEntry &entry) {
            return entry.name == text || entry.oid.compare(text, Qt::CaseInsensitive) == 0;
        }))
        return slot;
    return unique([&text](const CatalogueEntry &entry) {
        return entry.shortName().compare(text, Qt::CaseInsensitive) == 0;
    });
}

void SlotDirectory::load()
{
    ++m_generation;
    m_loading.clear();
    m_loadingShortKeys.clear();
    readCatalogue();
}

void SlotDirectory::fail(const Error &error)
{
    if (error.kind == ErrorKind::Compacted && ++m_restarts <= MostRestarts) {
        load(); // the revision that we count at went away meanwhile
        return;
    }
    m_restarts = 0;
    ++m_generation;
    Q_EMIT loadFailed(error);
}

void SlotDirectory::readCatalogue()
{
    m_client->range({.range = KeyRange::slot(CatalogueSlot)})
        .then(this, [this, generation = m_generation](const Result<RangeReply> &result) {
            if (generation != m_generation)
                return;
            if (!result)
                return fail(result.error());
            m_revision = result->header.revision;

            SlotInfo &self = m_loading[CatalogueSlot];
            self.kind = SlotKind::Catalogue;
            for (const KeyValue &kv : result->kvs) {
                if (auto entry = readCatalogueEntry(kv.key, kv.value);
                    entry && entry->slot != CatalogueSlot) {
                    SlotInfo &info = m_loading[entry->slot];
                    info.kind = SlotKind::Table;
                    info.entry = std::move(entry);
                }
            }

            // The known slots one by one, and what lies between them as a whole.
            std::vector<Span> spans;
            quint32 next = 0;
            for (auto &[slot, info] : m_loading) {
                info.slot = slot;
                if (slot.value > next)
                    spans.push_back({next, static_cast<quint32>(slot.value) - 1});
                spans.push_back({slot.value, slot.value});
                next = static_cast<quint32>(slot.value) + 1;
            }
            if (next <= 0xffff)
                spans.push_back({next, 0xffff});
            count(std::move(spans));
        });
}

void SlotDirectory::count(std::vector<Span> spans)
{
    if (spans.empty()) {
        probeShortKeys(0);
        return;
    }
    TxnRequest request;
    const size_t now = std::min(spans.size(), m_operationsPerTxn);
    for (size_t i = 0; i < now; ++i)
        request.success.push_back(
            {RangeRequest {.range = spans[i].range(), .revision = m_revision, .countOnly = true}});
    m_client->txn(request).then(
        this,
        [this, now, spans = std::move(spans), generation = m_generation](const Result<TxnReply> &result) {
            if (generation != m_generation)
                return;
            if (!result) {
                if (result.error().kind == ErrorKind::TooManyOperations && m_operationsPerTxn > 1) {
                    m_operationsPerTxn /= 2;
                    return count(spans);
                }
                return fail(result.error());
            }
            std::vector<Span> rest;
            for (size_t i = 0; i < now; ++i) {
                const auto *reply = i < result->responses.size()
                    ? std::get_if<RangeReply>(&result->responses[i].response)
                    : nullptr;
                if (!reply)
                    return fail({.kind = ErrorKind::Protocol,
                                 .detail = QStringLiteral("a count is missing in the reply")});
                const Span &span = spans[i];
                if (span.isOneSlot()) {
                    const Slot slot(static_cast<quint16>(span.first));
                    if (reply->count > 0 || m_loading.contains(slot)) {
                        m_loading[slot].slot = slot;
                        m_loading[slot].records = reply->count;
                    }
                } else if (reply->count > 0) {
                    const quint32 step = std::max<quint32>(1, (span.last - span.first + Fanout) / Fanout);
                    for (quint32 first = span.first; first <= span.last; first += step)
                        rest.push_back({first, std::min(first + step - 1, span.last)});
                }
            }
            rest.insert(rest.end(), spans.cbegin() + static_cast<std::ptrdiff_t>(now), spans.cend());
            count(std::move(rest));
        });
}

void SlotDirectory::probeShortKeys(int first)
{
    // A key of one byte lies in the range of no slot, so each is asked for.
    constexpr int End = 256;
    if (first >= End) {
        std::vector<Slot> candidates;
        for (const auto &[slot, info] : m_loading) {
            if (info.kind == SlotKind::Untyped && mayBeText(slot))
                candidates.push_back(slot);
        }
        probeKeys(std::move(candidates));
        return;
    }
    TxnRequest request;
    const int next = std::min(End, first + static_cast<int>(m_operationsPerTxn));
    for (int byte = first; byte < next; ++byte)
        request.success.push_back(
            {RangeRequest {.range = KeyRange::single(QByteArray(1, static_cast<char>(byte))),
                           .revision = m_revision,
                           .countOnly = true}});
    m_client->txn(request).then(
        this, [this, first, next, generation = m_generation](const Result<TxnReply> &result) {
            if (generation != m_generation)
                return;
            if (!result)
                return fail(result.error());
            for (size_t i = 0; i < result->responses.size(); ++i) {
                const auto *reply = std::get_if<RangeReply>(&result->responses[i].response);
                if (reply && reply->count > 0)
                    m_loadingShortKeys.insert(QByteArray(1, static_cast<char>(first + static_cast<int>(i))));
            }
            probeShortKeys(next);
        });
}

void SlotDirectory::probeKeys(std::vector<Slot> candidates)
{
    if (candidates.empty()) {
        finish();
        return;
    }
    TxnRequest request;
    const size_t now = std::min(candidates.size(), m_operationsPerTxn);
    for (size_t i = 0; i < now; ++i)
        request.success.push_back({RangeRequest {.range = KeyRange::slot(candidates[i]),
                                                 .limit = ProbeSize,
                                                 .revision = m_revision,
                                                 .keysOnly = true}});
    m_client->txn(request).then(
        this,
        [this, now, candidates = std::move(candidates),
         generation = m_generation](const Result<TxnReply> &result) {
            if (generation != m_generation)
                return;
            if (!result)
                return fail(result.error());
            for (size_t i = 0; i < now && i < result->responses.size(); ++i) {
                const auto *reply = std::get_if<RangeReply>(&result->responses[i].response);
                std::vector<QByteArray> keys;
                if (reply) {
                    for (const KeyValue &kv : reply->kvs)
                        keys.push_back(kv.key);
                }
                if (!keys.empty() && looksLikePlainKeys(keys))
                    m_loading[candidates[i]].kind = SlotKind::PlainKeys;
            }
            probeKeys({candidates.cbegin() + static_cast<std::ptrdiff_t>(now), candidates.cend()});
        });
}

void SlotDirectory::finish()
{
    m_restarts = 0;
    const std::map<Slot, SlotInfo> before = std::exchange(m_slots, std::exchange(m_loading, {}));
    m_shortKeys = std::exchange(m_loadingShortKeys, {});
    m_toSample.clear();
    m_changedCounts.clear();
    for (auto &[slot, info] : m_slots) {
        info.looksPlain = info.kind == SlotKind::PlainKeys;
        if (info.kind == SlotKind::Catalogue || info.kind == SlotKind::PlainKeys) {
            info.inferred = builtInType(info.kind);
            info.sampled = true;
        } else if (info.records > 0) {
            // The same table as before keeps its type until it is looked for again, so that open tables do
            // not flicker.
            if (const auto known = before.find(slot);
                known != before.cend() && isSameTable(known->second, info))
                info.inferred = known->second.inferred;
            m_toSample.push_back(slot);
        }
        resolve(&info);
    }
    m_loaded = true;
    m_sampling = false;
    m_sampler->cancel();
    ++m_sampleGeneration; // what is being inferred is of no use any more
    m_knownKeys.clear();
    const quint64 generation = m_generation;
    Q_EMIT loaded();
    if (generation == m_generation)
        sampleNext();
}

void SlotDirectory::sample(Slot slot)
{
    const auto it = m_slots.find(slot);
    if (it == m_slots.end() || it->second.sampled)
        return;
    std::erase(m_toSample, slot);
    m_toSample.insert(m_toSample.begin(), slot);
    sampleNext();
}

void SlotDirectory::sampleNext()
{
    m_sampleTimer.stop();
    if (m_sampling)
        return;
    if (m_toSample.empty()) {
        Q_EMIT sampled();
        return;
    }
    const Slot slot = m_toSample.front();
    m_toSample.erase(m_toSample.begin());
    const SlotInfo *info = find(slot);
    if (!info)
        return sampleNext(); // deleted meanwhile
    m_sampling = true;
    m_sampler->start(slot, info->records);
}

void SlotDirectory::takeSample(Slot slot, const std::vector<Sample> &samples)
{
    if (samples.empty()) {
        m_sampling = false;
        sampleNext();
        return;
    }
    InferenceContext context;
    for (const auto &[other, keys] : m_knownKeys) {
        if (other != slot)
            context.otherKeys.push_back(keys);
    }
    m_inferred = {slot, m_sampleGeneration};
    const SlotInfo *info = find(slot);
    context.schemas = m_flatFolders.tables;
    context.tableName = info ? info->title() : QString();
    KnownKeys keys {.name = info ? info->title() : QString()};
    for (const Sample &sample : samples)
        keys.keys += sample.key;
    m_knownKeys.insert_or_assign(slot, std::move(keys));
    m_inferring.setFuture(QtConcurrent::run([samples, context] { return inferSlot(samples, context); }));
}

void SlotDirectory::takeInference()
{
    const auto [slot, generation] = m_inferred;
    if (generation != m_sampleGeneration)
        return;
    const auto inference = std::make_shared<const Inference>(m_inferring.result());
    m_sampling = false;
    m_knownKeys[slot].type = inference->type().key;
    if (const auto it = m_slots.find(slot); it != m_slots.end()) {
        it->second.inference = inference;
        if (!it->second.sampled) {
            it->second.inferred = inference->type();
            it->second.sampled = true;
            resolve(&it->second);
            Q_EMIT slotChanged(slot);
        }
    }
    sampleNext();
}

SlotInfo &SlotDirectory::ensure(Slot slot, const QByteArray &key)
{
    const auto it = m_slots.find(slot);
    if (it != m_slots.end())
        return it->second;
    SlotInfo &info = m_slots[slot];
    info.slot = slot;
    info.kind = mayBeText(slot) && looksLikePlainKeys({key}) ? SlotKind::PlainKeys : SlotKind::Untyped;
    info.looksPlain = info.kind == SlotKind::PlainKeys;
    if (info.looksPlain) {
        info.inferred = builtInType(info.kind);
        info.sampled = true;
    }
    resolve(&info);
    Q_EMIT slotAdded(slot);
    return info;
}

void SlotDirectory::noteCount(Slot slot)
{
    m_changedCounts.insert(slot);
    if (!m_countTimer.isActive())
        m_countTimer.start();
}

void SlotDirectory::takeCatalogueEvent(const Event &event)
{
    if (event.kv.key.size() != 4)
        return;
    const Slot slot(qFromBigEndian<quint16>(event.kv.key.constData() + 2));
    if (slot == CatalogueSlot)
        return;
    if (event.type == EventType::Delete) {
        const auto it = m_slots.find(slot);
        if (it == m_slots.end())
            return;
        it->second.entry.reset();
        it->second.kind = SlotKind::Untyped;
        if (it->second.records == 0) {
            m_slots.erase(it);
            Q_EMIT slotRemoved(slot);
        } else {
            resolve(&it->second);
            Q_EMIT slotChanged(slot);
        }
        return;
    }
    const bool isNew = !m_slots.contains(slot);
    SlotInfo &info = m_slots[slot];
    info.slot = slot;
    const bool wasPlain = std::exchange(info.looksPlain, false);
    info.kind = SlotKind::Table;
    info.entry = readCatalogueEntry(event.kv.key, event.kv.value);
    if (wasPlain) {
        // Taken for text keys by the look of them; now somebody says what they are.
        info.inferred = {};
        info.sampled = false;
    }
    resolve(&info);
    if (wasPlain)
        sample(slot);
    if (isNew)
        Q_EMIT slotAdded(slot);
    else
        Q_EMIT slotChanged(slot);
}

void SlotDirectory::takeEvents(const EventBatch &batch)
{
    if (!m_loaded)
        return;
    for (const Event &event : batch.events) {
        if (event.kv.modRevision <= m_revision)
            continue;
        const std::optional<Slot> slot = slotOf(event.kv.key);
        if (!slot) {
            if (event.type == EventType::Delete)
                m_shortKeys.erase(event.kv.key);
            else
                m_shortKeys.insert(event.kv.key);
            continue;
        }
        if (*slot == CatalogueSlot)
            takeCatalogueEvent(event);
        if (event.type == EventType::Put && !event.isCreate())
            continue;
        if (event.type == EventType::Put) {
            SlotInfo &info = ensure(*slot, event.kv.key);
            ++info.records;
            if (!info.sampled && info.records == 1) {
                m_toSample.push_back(*slot);
                sampleNext();
            }
            noteCount(*slot);
            continue;
        }
        const auto it = m_slots.find(*slot);
        if (it == m_slots.end())
            continue;
        it->second.records = std::max<qint64>(0, it->second.records - 1);
        if (it->second.records == 0
            && (it->second.kind == SlotKind::Untyped || it->second.kind == SlotKind::PlainKeys)) {
            m_slots.erase(it);
            m_changedCounts.erase(*slot);
            Q_EMIT slotRemoved(*slot);
        } else {
            noteCount(*slot);
        }
    }
    m_revision = std::max(m_revision, batch.last);
}

} // namespace slotscope::core
