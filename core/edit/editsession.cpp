// SPDX-License-Identifier: GPL-3.0-or-later
//
// EditSession: what is staged.
#include "core/edit/editsession.h"

#include <QSet>

#include <algorithm>

namespace slotscope::core {

namespace {

std::optional<Change> copyOf(const Change *change)
{
    return change ? std::optional<Change>(*change) : std::nullopt;
}

} // namespace

EditSession::EditSession(Client *client, QObject *parent)
    : QObject(parent)
    , m_client(client)
{
}

const Change *EditSession::find(const QByteArray &key) const
{
    const auto it = m_position.constFind(key);
    return it == m_position.cend() ? nullptr : &m_changes[*it];
}

bool EditSession::hasConflicts() const
{
    return std::any_of(m_changes.cbegin(), m_changes.cend(),
                       [](const Change &change) { return change.conflict && !change.leftOut; })
        || std::any_of(m_guards.cbegin(), m_guards.cend(), [this](const Guard &guard) {
               const Change *change = find(guard.key);
               return guard.conflict && (!change || change->leftOut);
           });
}

std::optional<Change> EditSession::intended(const Intent &intent) const
{
    Change after = copyOf(find(intent.key)).value_or(Change {.key = intent.key, .base = intent.current});
    if (!intent.value) {
        after.kind = Change::Kind::Delete;
        after.value.clear();
        after.lease = {};
        after.mergedAt = {};
        // A new record that was never written needs no deletion.
        return after.base.exists ? std::optional(after) : std::nullopt;
    }
    after.value = *intent.value;
    after.kind = after.base.exists ? Change::Kind::Update : Change::Kind::Insert;
    return isNothing(after) ? std::nullopt : std::optional(after);
}

/// The other half of a rename goes with the one that goes, unless the step says what becomes of it.
void EditSession::completePairs(Step &step) const
{
    const bool anyHasOne = std::any_of(step.entries.cbegin(), step.entries.cend(), [](const auto &entry) {
        const auto &before = std::get<1>(entry);
        return before && !before->partner.isNull();
    });
    if (!anyHasOne)
        return;
    QSet<QByteArray> named;
    for (const auto &entry : step.entries)
        named.insert(std::get<0>(entry));
    for (size_t i = 0; i < step.entries.size(); ++i) {
        const auto &before = std::get<1>(step.entries[i]);
        const auto &after = std::get<2>(step.entries[i]);
        if (!before || before->partner.isNull() || named.contains(before->partner))
            continue;
        const Change *partner = find(before->partner);
        const bool isSplit = !after || after->partner != before->partner || after->kind != before->kind;
        if (!partner || !isSplit)
            continue;
        Change alone = *partner;
        alone.partner.clear();
        named.insert(alone.key);
        if (after && after->partner == before->partner)
            std::get<2>(step.entries[i])->partner.clear();
        step.entries.emplace_back(alone.key, *partner, alone);
    }
}

std::optional<Error> EditSession::refusesStaging() const
{
    return m_gate ? m_gate->refusesStaging() : std::nullopt;
}

bool EditSession::record(Step step, Asks asks)
{
    if (m_committing || (asks == Asks::Gate && refusesStaging()))
        return false;
    completePairs(step);
    std::erase_if(step.entries, [](const auto &entry) { return std::get<1>(entry) == std::get<2>(entry); });
    std::erase_if(step.guards, [](const auto &entry) { return std::get<1>(entry) == std::get<2>(entry); });
    if (step.entries.empty() && step.guards.empty())
        return true;
    m_history.resize(m_undoDepth);
    m_history.push_back(std::move(step));
    ++m_undoDepth;
    const Step &done = m_history.back();
    m_heard.reserve(m_heard.size() + qsizetype(done.entries.size()));
    for (const QByteArray &key : keysOf(done)) {
        if (!m_heard.contains(key))
            m_heard.insert(key, {});
    }
    restoreStep(Step(done), true);
    return true;
}

bool EditSession::stageAll(const std::vector<Intent> &intents, const QString &name)
{
    Step step {.name = name, .entries = {}};
    step.entries.reserve(intents.size());
    for (const Intent &intent : intents)
        step.entries.emplace_back(intent.key, copyOf(find(intent.key)), intended(intent));
    return record(std::move(step));
}

bool EditSession::stageValue(const QByteArray &key, const KeyState &current, const QByteArray &value,
                             const QString &name)
{
    return stageAll({{key, current, value}}, name);
}

bool EditSession::stageInsert(const QByteArray &key, const QByteArray &value, const QString &name)
{
    const Change *known = find(key);
    if (known && known->kind == Change::Kind::Insert)
        return false;
    return stageAll({{key, known ? known->base : KeyState::absent(), value}}, name);
}

bool EditSession::stageDelete(const std::vector<std::pair<QByteArray, KeyState>> &keys, const QString &name)
{
    std::vector<Intent> intents;
    for (const auto &[key, current] : keys)
        intents.push_back({key, current, std::nullopt});
    return stageAll(intents, name);
}

bool EditSession::stageLease(const std::vector<std::pair<QByteArray, KeyState>> &keys,
                             const LeaseChoice &lease, const QString &name)
{
    Step step {.name = name, .entries = {}};
    for (const auto &[key, current] : keys) {
        const Change *known = find(key);
        if (known ? known->kind == Change::Kind::Delete : !current.exists)
            continue;
        Change after = copyOf(known).value_or(Change {.key = key, .value = current.value, .base = current});
        after.lease = lease;
        step.entries.emplace_back(key, copyOf(known), isNothing(after) ? std::nullopt : std::optional(after));
    }
    return record(std::move(step));
}

bool EditSession::rekeyInsert(const QByteArray &from, const QByteArray &to, const QString &name)
{
    const Change *change = find(from);
    if (!change || change->kind != Change::Kind::Insert || find(to))
        return false;
    return renameKey(from, change->base, to, change->value, name);
}

bool EditSession::renameKey(const QByteArray &from, const KeyState &current, const QByteArray &to,
                            const QByteArray &value, const QString &name, const std::vector<Intent> &others)
{
    const Change *source = find(from);
    const Change *target = find(to);
    if (from == to)
        return stageValue(from, current, value, name);
    if (target && target->kind != Change::Kind::Delete)
        return false;
    Change gone = copyOf(source).value_or(Change {.key = from, .base = current});
    const bool isStored = gone.base.exists;
    const QByteArray origin = isStored ? from : gone.partner; // the key of the server's that this was

    Change put = copyOf(target).value_or(Change {.key = to, .base = KeyState::absent()});
    put.kind = put.base.exists ? Change::Kind::Update : Change::Kind::Insert;
    put.value = value;
    put.lease = gone.lease;
    if (isStored && put.lease.kind == LeaseChoice::Kind::Keep && gone.base.lease.value != 0)
        put.lease = {.kind = LeaseChoice::Kind::Existing, .lease = gone.base.lease};
    put.partner = origin == to ? QByteArray() : origin; // not where it comes home
    if (origin == to && put.lease.kind == LeaseChoice::Kind::Existing && put.lease.lease == put.base.lease)
        put.lease = {};

    Step step {.name = name, .entries = {}};
    if (isStored) {
        gone.kind = Change::Kind::Delete;
        gone.value.clear();
        gone.lease = {};
        gone.mergedAt = {};
        gone.partner = to;
        step.entries.emplace_back(from, copyOf(source), gone);
    } else {
        step.entries.emplace_back(from, copyOf(source), std::nullopt);
        if (const Change *first = find(origin); first && origin != to) {
            Change relinked = *first;
            relinked.partner = to;
            step.entries.emplace_back(origin, *first, relinked);
        }
    }
    step.entries.emplace_back(to, copyOf(target), isNothing(put) ? std::nullopt : std::optional(put));
    for (const Intent &intent : others)
        step.entries.emplace_back(intent.key, copyOf(find(intent.key)), intended(intent));
    return record(std::move(step));
}

bool EditSession::revert(const std::vector<QByteArray> &keys, const QString &name)
{
    Step step {.name = name, .entries = {}};
    QSet<QByteArray> named;
    named.reserve(qsizetype(keys.size()));
    step.entries.reserve(keys.size());
    const auto drop = [&](const QByteArray &key) {
        if (const Change *change = find(key); change && !named.contains(key)) {
            named.insert(key);
            step.entries.emplace_back(key, *change, std::nullopt);
        }
    };
    for (const QByteArray &key : keys) {
        if (const Change *change = find(key); change && !change->partner.isNull())
            drop(change->partner);
        drop(key);
    }
    return record(std::move(step), Asks::Nobody);
}

bool EditSession::revertAll(const QString &name)
{
    std::vector<QByteArray> keys;
    for (const Change &change : m_changes)
        keys.push_back(change.key);
    return revert(keys, name);
}

bool EditSession::setLeftOut(const std::vector<QByteArray> &keys, bool leftOut, const QString &name)
{
    Step step {.name = name, .entries = {}};
    QSet<QByteArray> named;
    const auto set = [&](const QByteArray &key) {
        const Change *change = find(key);
        if (!change || named.contains(key))
            return;
        named.insert(key);
        Change after = *change;
        after.leftOut = leftOut;
        step.entries.emplace_back(key, *change, after);
    };
    for (const QByteArray &key : keys) {
        if (const Change *change = find(key); change && !change->partner.isNull())
            set(change->partner);
        set(key);
    }
    return record(std::move(step), Asks::Nobody);
}

bool EditSession::addGuard(const QByteArray &key, const KeyState &current, const QString &name)
{
    const auto known = std::find_if(m_guards.cbegin(), m_guards.cend(),
                                    [&](const Guard &guard) { return guard.key == key; });
    Step step {.name = name, .entries = {}};
    step.guards.emplace_back(key, known == m_guards.cend() ? std::nullopt : std::optional(*known),
                             Guard {.key = key, .seen = current});
    return record(std::move(step));
}

bool EditSession::removeGuard(const QByteArray &key, const QString &name)
{
    const auto known = std::find_if(m_guards.cbegin(), m_guards.cend(),
                                    [&](const Guard &guard) { return guard.key == key; });
    if (known == m_guards.cend())
        return false;
    Step step {.name = name, .entries = {}};
    step.guards.emplace_back(key, *known, std::nullopt);
    return record(std::move(step), Asks::Nobody);
}

bool EditSession::keepMine(const QByteArray &key, const QString &name)
{
    const Change *change = find(key);
    if (!change || !change->conflict)
        return false;
    return resolve(key, change->kind == Change::Kind::Delete ? std::nullopt : std::optional(change->value),
                   name);
}

bool EditSession::resolve(const QByteArray &key, const std::optional<QByteArray> &value, const QString &name)
{
    const Change *change = find(key);
    if (!change || !change->conflict)
        return false;
    Change after = *change;
    after.base = *change->conflict;
    after.conflict.reset();
    after.mergedAt = {};
    if (value) {
        after.kind = after.base.exists ? Change::Kind::Update : Change::Kind::Insert;
        after.value = *value;
    } else {
        after.kind = Change::Kind::Delete;
        after.value.clear();
        after.lease = {};
    }
    Step step {.name = name, .entries = {}};
    step.entries.emplace_back(key, *change, isNothing(after) ? std::nullopt : std::optional(after));
    return record(std::move(step));
}

bool EditSession::takeTheirs(const QByteArray &key, const QString &name)
{
    const Change *change = find(key);
    return change && change->conflict && revert({key}, name);
}

bool EditSession::restore(const std::vector<Change> &changes, const std::vector<Guard> &guards,
                          const QString &name)
{
    Step step {.name = name, .entries = {}};
    std::vector<QByteArray> keys;
    for (const Change &change : changes) {
        step.entries.emplace_back(change.key, copyOf(find(change.key)), change);
        keys.push_back(change.key);
    }
    for (const Guard &guard : guards) {
        const auto known = std::find_if(m_guards.cbegin(), m_guards.cend(),
                                        [&](const Guard &each) { return each.key == guard.key; });
        step.guards.emplace_back(guard.key, known == m_guards.cend() ? std::nullopt : std::optional(*known),
                                 guard);
        keys.push_back(guard.key);
    }
    if (!record(std::move(step), Asks::Nobody))
        return false;
    readAgain(keys);
    return true;
}

} // namespace slotscope::core
