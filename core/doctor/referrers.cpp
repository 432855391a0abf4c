// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/referrers.h"

#include "core/pmap/indexkey.h"

#include <QtConcurrentRun>

namespace slotscope::core {

namespace {

constexpr qint64 PageSize = 2000;

class Seeker
{
public:
    Seeker(Value wanted, KeyComponent component)
        : m_wanted(std::move(wanted))
        , m_component(component)
    {
    }

    void look(const SlotToSearch &place, const KeyValue &kv, std::vector<Reference> *found) const
    {
        if (const auto parts = place.codec.decodeKey(kv.key)) {
            const auto &components = place.codec.type().key.components();
            for (size_t i = 0; i < parts->size() && i < components.size(); ++i) {
                if (components[i] == m_component && (*parts)[i] == m_wanted)
                    found->push_back({place.slot, kv.key, Reference::Where::Key, int(i), {}});
            }
        }
        const auto value = place.codec.decodeValue(kv.value);
        if (!value)
            return;
        std::vector<PathStep> path;
        walk(*value, &path, [&] {
            found->push_back({place.slot, kv.key, Reference::Where::Value, 0, ValuePath(path)});
        });
    }

private:
    bool fits(const Value &value) const
    {
        const auto part = asKeyPart(value, m_component);
        return part && *part == m_wanted;
    }

    template <typename Found>
    void walk(const Value &value, std::vector<PathStep> *path, const Found &isHere) const
    {
        if (!value.isContainer()) {
            if (fits(value))
                isHere();
            return;
        }
        const auto below = [&](PathStep step, const Value &child) {
            path->push_back(std::move(step));
            walk(child, path, isHere);
            path->pop_back();
        };
        const ValueList &items = value.items();
        for (size_t i = 0; i < items.size(); ++i)
            below(PathStep::item(qsizetype(i)), items[i]);
        for (const Member &member : value.members()) {
            // A map from keys of other records to something.
            path->push_back(PathStep::member(member.key));
            if (!member.key.isContainer() && fits(member.key))
                isHere();
            walk(member.value, path, isHere);
            path->pop_back();
        }
    }

    Value m_wanted;
    KeyComponent m_component;
};

} // namespace

std::vector<Reference> referencesIn(const SlotToSearch &place, const KeyValue &record, const Value &wanted,
                                    KeyComponent component)
{
    std::vector<Reference> found;
    Seeker(wanted, component).look(place, record, &found);
    return found;
}

ReferrerSearch::ReferrerSearch(Client *client, QByteArray target, KeyType targetKey,
                               std::vector<SlotToSearch> places, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_target(std::move(target))
    , m_targetKey(std::move(targetKey))
    , m_places(std::move(places))
{
    if (const auto parts = m_targetKey.decode(QByteArrayView(m_target).sliced(2));
        parts && parts->size() == 1)
        m_wanted = parts->front();
    for (const SlotToSearch &place : m_places)
        m_total += place.records;
    connect(&m_searching, &QFutureWatcherBase::finished, this, &ReferrerSearch::searched);
}

ReferrerSearch::~ReferrerSearch()
{
    m_searching.disconnect(this);
    m_call.cancel();
}

QString ReferrerSearch::problem(const KeyType &targetKey)
{
    if (targetKey.isUnknown())
        return QStringLiteral("the type of the keys is not known");
    if (targetKey.components().size() > 1)
        return QStringLiteral("its key has %1 parts, and records refer to others by one")
            .arg(targetKey.components().size());
    return {};
}

void ReferrerSearch::start()
{
    if (!m_wanted) {
        finish(Unexpected {Error {.kind = ErrorKind::Decode, .detail = problem(m_targetKey)}});
        return;
    }
    if (!m_places.empty())
        m_rest = KeyRange::slot(m_places.front().slot);
    requestPage();
}

void ReferrerSearch::cancel()
{
    finish(Unexpected {Error {.kind = ErrorKind::Cancelled}});
}

void ReferrerSearch::requestPage()
{
    if (m_current == m_places.size()) {
        finish(m_revision);
        return;
    }
    m_call = m_client->range({.range = m_rest, .limit = PageSize, .revision = m_revision});
    m_call.then(this, [this](const Result<RangeReply> &result) { takePage(result); });
}

void ReferrerSearch::takePage(const Result<RangeReply> &result)
{
    if (m_over)
        return;
    if (!result) {
        finish(Unexpected {result.error()});
        return;
    }
    if (m_revision.value == 0)
        m_revision = result->header.revision;
    m_done += qint64(result->kvs.size());
    m_pageIsLast = !result->more || result->kvs.empty();
    if (!m_pageIsLast)
        m_rest.begin = result->kvs.back().key + '\0';
    m_searching.setFuture(
        QtConcurrent::run([kvs = result->kvs, place = m_places[m_current], wanted = *m_wanted,
                           component = m_targetKey.components().front(), target = m_target] {
            const Seeker seeker(wanted, component);
            std::vector<Reference> found;
            for (const KeyValue &kv : kvs) {
                if (kv.key != target)
                    seeker.look(place, kv, &found);
            }
            return found;
        }));
}

void ReferrerSearch::searched()
{
    if (m_over)
        return;
    const std::vector<Reference> references = m_searching.result();
    if (!references.empty())
        Q_EMIT found(references);
    if (m_pageIsLast && ++m_current < m_places.size())
        m_rest = KeyRange::slot(m_places[m_current].slot);
    Q_EMIT progress(m_done, std::max(m_done, m_total));
    requestPage();
}

void ReferrerSearch::finish(const Result<Revision> &result)
{
    if (std::exchange(m_over, true))
        return;
    m_call.cancel();
    Q_EMIT finished(result);
}

} // namespace slotscope::core
