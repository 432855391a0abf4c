// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/indexupkeep.h"

#include "core/edit/keyreading.h"

#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::core {

namespace {

/// What etcd takes in one transaction unless it is told otherwise; less is found out.
constexpr size_t MostKeysPerRead = 128;
constexpr std::chrono::seconds RetryDelay(2);
/// So long a commit waits for relations that are still looked for.
constexpr std::chrono::seconds Patience(10);

} // namespace

// What is computed elsewhere, from copies.
struct IndexUpkeep::Job
{
    std::vector<KeptIndex> indexes;
    std::vector<Change> changes; // of records whose moves are not known yet
    std::vector<std::shared_ptr<const Moves>> moves; // of all, in the order of staging; null: to be found
    std::vector<Change> byHand;
    KeyStates states;
    IndexDerivation outcome {};

    void run()
    {
        auto next = changes.cbegin();
        std::vector<IndexMove> all;
        for (std::shared_ptr<const Moves> &each : moves) {
            if (!each) {
                each = std::make_shared<const Moves>(Moves {*next, indexMoves(*next, indexes)});
                ++next;
            }
            all.insert(all.end(), each->moves.cbegin(), each->moves.cend());
        }
        outcome = deriveIndexChanges(all, byHand, indexes, states);
    }
};

IndexUpkeep::IndexUpkeep(Client *client, EditSession *session, SlotDirectory *directory, Relations *relations,
                         QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_session(session)
    , m_directory(directory)
    , m_relations(relations)
    , m_keysPerRead(MostKeysPerRead)
{
    for (QTimer *timer : {&m_timer, &m_retry, &m_patience})
        timer->setSingleShot(true);
    m_timer.setInterval(0);
    m_retry.setInterval(RetryDelay);
    m_patience.setInterval(Patience);
    connect(&m_timer, &QTimer::timeout, this, &IndexUpkeep::work);
    connect(&m_retry, &QTimer::timeout, this, &IndexUpkeep::schedule);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        hinder(QStringLiteral("it is not known yet which indexes the tables have"));
        schedule();
    });
    connect(&m_worker, &QFutureWatcherBase::finished, this, &IndexUpkeep::worked);
    connect(session, &EditSession::changed, this, &IndexUpkeep::schedule);
    connect(session, &EditSession::derivedOutdated, this, &IndexUpkeep::recheck);
    // What came while the commit was on its way has waited.
    connect(session, &EditSession::committingChanged, this, [this] {
        if (m_isOutdated)
            schedule();
    });
    connect(relations, &Relations::changed, this, &IndexUpkeep::takeIndexes);
    takeIndexes();
}

IndexUpkeep::~IndexUpkeep()
{
    m_worker.disconnect(this);
}

// Declared ones that the database does not show: those that have a number can have their first entry, those
// that have an oid only when the catalogue tells their number.
std::vector<IndexInDatabase> IndexUpkeep::absentIndexes() const
{
    const Schema &schema = m_directory->schema();
    const auto codecOf = [&](const TableId &id) {
        return SlotCodec(resolveType(SlotType(), schema.find(id)).type);
    };
    std::map<TableId, Slot> present;
    for (const Slot slot : m_directory->slotNumbers())
        present.emplace(m_directory->find(slot)->id(), slot);
    std::vector<IndexInDatabase> absent;
    for (const auto &[id, table] : schema.tables) {
        const auto slot = present.find(id);
        if (slot == present.end() && (id.hasOid() || m_directory->find(id.slot)))
            continue;
        const bool isPresent = slot != present.end();
        for (const IndexRelation &relation : table.indexes) {
            const bool isKnown = present.contains(relation.table)
                || (!relation.table.hasOid() && m_directory->find(relation.table.slot));
            if (isKnown && isPresent)
                continue;
            absent.push_back({isPresent ? slot->second : id.slot,
                              isPresent ? SlotCodec(m_directory->find(slot->second)->type) : codecOf(id),
                              relation.table.slot, codecOf(relation.table), relation});
        }
    }
    return absent;
}

void IndexUpkeep::takeIndexes()
{
    std::vector<KeptIndex> indexes;
    m_others.clear();
    std::vector<IndexInDatabase> all = m_relations->indexes();
    if (m_relations->isSettled()) {
        const std::vector<IndexInDatabase> absent = absentIndexes();
        all.insert(all.end(), absent.cbegin(), absent.cend());
    }
    std::set<std::pair<Slot, Slot>> seen;
    for (const IndexInDatabase &index : all) {
        const IndexRelation &relation = index.relation;
        const SlotInfo *info = m_directory->find(index.index);
        if (index.index == CatalogueSlot) {
            const QString name =
                relation.className.isEmpty() ? relation.table.toString() : relation.className;
            if (relation.isMaintained())
                m_others.emplace_back(index,
                                      QStringLiteral("%1 does not follow: it is declared as an index, "
                                                     "but the catalogue of this etcd does not have it")
                                          .arg(name));
            continue;
        }
        if (!seen.emplace(index.table, index.index).second)
            continue;
        KeptIndex kept {IndexReader(index), info ? info->title() : relation.table.toString()};
        const QString &problem = kept.reader.problem();
        if (relation.isMaintained() && problem.isEmpty())
            indexes.push_back(std::move(kept));
        else if (relation.isMaintained())
            m_others.emplace_back(index, QStringLiteral("%1 does not follow: %2").arg(kept.title, problem));
        else if (!relation.maintained)
            m_others.emplace_back(index,
                                  QStringLiteral("%1 may be an index of this table (%2); it does not follow "
                                                 "unless you say so")
                                      .arg(kept.title, relation.provenance.evidence));
    }
    if (m_indexes != indexes) {
        m_indexes = std::move(indexes);
        m_moves.clear();
    }
    if (m_relations->isSettled())
        m_patience.stop();
    schedule();
}

std::optional<bool> IndexUpkeep::isMaintained(Slot index) const
{
    const IndexInDatabase *known = m_relations->indexAt(index);
    return known ? std::optional(known->relation.isMaintained()) : std::nullopt;
}

void IndexUpkeep::setMaintained(Slot index, bool maintained)
{
    const IndexInDatabase *known = m_relations->indexAt(index);
    const SlotInfo *table = known ? m_directory->find(known->table) : nullptr;
    if (!table)
        return;
    const TableSchema *before = m_directory->schema().find(table->id());
    TableSchema schema = before ? *before : TableSchema();
    auto relation =
        std::find_if(schema.indexes.begin(), schema.indexes.end(),
                     [&](const IndexRelation &each) { return each.table == known->relation.table; });
    if (relation == schema.indexes.end()) {
        // Found until now; from now on the user's word.
        relation = schema.indexes.insert(schema.indexes.end(), known->relation);
        relation->provenance = {.source = TypeSource::Pinned, .confidence = 1};
    }
    relation->maintained = maintained;
    m_directory->setTableSchema(known->table, schema);
}

void IndexUpkeep::schedule()
{
    if (m_isDisabled)
        return;
    m_isOutdated = true;
    // A commit that is on its way stays what it is; one that waits for us must not wait in vain.
    if (m_session->isCommitting() && !m_session->isDeriving())
        return;
    const bool concerned = !m_session->isEmpty() || !m_session->derived().empty() || m_session->isDeriving();
    if (!concerned) {
        m_isOutdated = false;
        m_known.clear();
        m_moves.clear();
        return;
    }
    if (!m_session->isDeriving())
        m_session->beginDeriving();
    if (!m_isBusy)
        m_timer.start();
}

void IndexUpkeep::work()
{
    if (m_isBusy)
        return;
    if (!m_relations->isSettled() && !m_session->isEmpty()) {
        if (!m_patience.isActive())
            m_patience.start();
        return; // what settles them comes back here
    }
    m_isOutdated = false;
    m_retry.stop();
    const auto job = std::make_shared<Job>();
    job->indexes = m_indexes;
    std::set<QByteArray> tables;
    std::set<QByteArray> indexes;
    for (const KeptIndex &index : m_indexes) {
        tables.insert(KeyRange::slot(index.reader.what().table).begin);
        indexes.insert(KeyRange::slot(index.reader.what().index).begin);
    }
    for (const Change &change : m_session->changes()) {
        if (change.leftOut)
            continue;
        const QByteArray slot = change.key.left(2);
        if (indexes.contains(slot))
            job->byHand.push_back(change);
        if (!tables.contains(slot))
            continue;
        const auto known = m_moves.find(change.key);
        const bool same = known != m_moves.end() && known->second->change.kind == change.kind
            && known->second->change.base == change.base && known->second->change.value == change.value
            && known->second->change.lease == change.lease;
        job->moves.push_back(same ? known->second : nullptr);
        if (!same)
            job->changes.push_back(change);
    }
    if (job->moves.empty() && job->byHand.empty()) {
        m_moves.clear();
        m_known.clear();
        std::vector<DerivedChange> derived;
        addNotes(&derived);
        m_session->takeDerived(std::move(derived));
        return;
    }
    for (const auto &[key, known] : m_known)
        job->states.emplace(key, known.state);
    m_isBusy = true;
    m_worker.setFuture(QtConcurrent::run([job] {
        job->run();
        return job;
    }));
}

void IndexUpkeep::worked()
{
    m_isBusy = false;
    const std::shared_ptr<Job> job = m_worker.result();
    if (job->indexes == m_indexes) {
        m_moves.clear();
        for (const auto &moves : job->moves)
            m_moves.emplace(moves->change.key, moves);
    }
    if (m_isOutdated) {
        schedule();
        return;
    }
    if (!job->outcome.wanted.empty()) {
        m_wanted = std::move(job->outcome.wanted);
        read();
        return;
    }
    addNotes(&job->outcome.derived);
    m_session->takeDerived(std::move(job->outcome.derived));
}

void IndexUpkeep::read()
{
    m_isBusy = true;
    const size_t count = std::min(m_wanted.size(), m_keysPerRead);
    const std::vector<QByteArray> keys(m_wanted.cend() - std::ptrdiff_t(count), m_wanted.cend());
    m_asked.insert(keys.cbegin(), keys.cend());
    m_client->txn(readingOf(keys)).then(this, [this, keys, epoch = m_epoch](const Result<TxnReply> &reply) {
        if (epoch == m_epoch)
            takeStates(keys, reply);
    });
}

void IndexUpkeep::takeStates(const std::vector<QByteArray> &keys, const Result<TxnReply> &reply)
{
    m_isBusy = false;
    m_asked.clear();
    if (!reply && reply.error().kind == ErrorKind::TooManyOperations && m_keysPerRead > 1) {
        m_keysPerRead = std::max<size_t>(1, std::min(m_keysPerRead, keys.size()) / 2);
        read();
        return;
    }
    if (!reply || reply->responses.size() != keys.size()) {
        const QString detail = reply ? QString() : reply.error().detail;
        const QString problem = QStringLiteral("the entries of the indexes could not be read");
        hinder(detail.isEmpty() ? problem : QStringLiteral("%1: %2").arg(problem, detail));
        m_retry.start();
        return;
    }
    for (size_t i = 0; i < keys.size(); ++i) {
        Known &known = m_known[keys[i]];
        // The watch may have been faster.
        if (!std::holds_alternative<RangeReply>(reply->responses[i].response)
            || known.asOf > reply->header.revision)
            continue;
        known = {stateIn(reply->responses[i]), reply->header.revision};
    }
    m_wanted.resize(m_wanted.size() - keys.size());
    if (!m_wanted.empty() && !m_isOutdated)
        read();
    else
        schedule();
}

void IndexUpkeep::hinder(const QString &problem)
{
    DerivedChange derived {.problem = problem};
    for (const Change &change : m_session->changes()) {
        if (!change.leftOut)
            derived.causes.push_back(change.key);
    }
    m_session->takeDerived(derived.causes.empty() ? std::vector<DerivedChange>()
                                                  : std::vector<DerivedChange> {derived});
    // It goes on; the next commit waits for it again.
    if (!derived.causes.empty())
        m_session->beginDeriving();
}

void IndexUpkeep::observe(const EventBatch &batch)
{
    bool isNews = false;
    for (const Event &event : batch.events) {
        const auto known = m_known.find(event.kv.key);
        if (known == m_known.end() && !m_asked.contains(event.kv.key))
            continue;
        Known &now = known == m_known.end() ? m_known[event.kv.key] : known->second;
        if (event.kv.modRevision <= now.asOf)
            continue;
        now = {stateAfter(event), event.kv.modRevision};
        isNews = true;
    }
    if (isNews)
        schedule();
}

void IndexUpkeep::recheck()
{
    ++m_epoch;
    m_known.clear();
    if (!m_asked.empty()) {
        m_asked.clear();
        m_isBusy = false;
    }
    schedule();
}

void IndexUpkeep::addNotes(std::vector<DerivedChange> *derived) const
{
    for (const auto &[index, why] : m_others) {
        const KeyRange table = KeyRange::slot(index.table);
        const auto &changes = m_session->changes();
        const auto first = std::find_if(changes.cbegin(), changes.cend(), [&](const Change &change) {
            return !change.leftOut && table.contains(change.key);
        });
        if (first != changes.cend())
            derived->push_back({.causes = {first->key}, .note = why, .index = index.index});
    }
}

} // namespace slotscope::core
