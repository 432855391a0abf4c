// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/editsession.h"

#include <algorithm>

namespace slotscope::core {

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
                       [](const Change &change) { return change.conflict.has_value(); });
}

void EditSession::apply(const Step &step, bool forward)
{
    // A new key takes the place of the one that it replaces; what is gone is taken out in one pass.
    std::vector<size_t> vacant;
    const auto one = [&](const auto &entry) {
        const auto &[key, before, after] = entry;
        const std::optional<Change> &change = forward ? after : before;
        const auto known = m_position.constFind(key);
        if (!change) {
            if (known != m_position.cend()) {
                vacant.push_back(*known);
                m_position.erase(known);
            }
        } else if (known != m_position.cend()) {
            m_changes[*known] = *change;
        } else if (!vacant.empty()) {
            m_position.insert(key, vacant.back());
            m_changes[vacant.back()] = *change;
            vacant.pop_back();
        } else {
            m_position.insert(key, m_changes.size());
            m_changes.push_back(*change);
        }
    };
    if (forward)
        std::for_each(step.entries.cbegin(), step.entries.cend(), one);
    else
        std::for_each(step.entries.crbegin(), step.entries.crend(), one);
    if (vacant.empty())
        return;
    for (const size_t position : vacant)
        m_changes[position].key = QByteArray(); // no change has the null key
    std::erase_if(m_changes, [](const Change &change) { return change.key.isNull(); });
    m_position.clear();
    for (size_t i = 0; i < m_changes.size(); ++i)
        m_position.insert(m_changes[i].key, i);
}

void EditSession::record(Step step)
{
    std::erase_if(step.entries, [](const auto &entry) { return std::get<1>(entry) == std::get<2>(entry); });
    if (step.entries.empty())
        return;
    apply(step, true);
    std::vector<QByteArray> keys;
    for (const auto &entry : step.entries)
        keys.push_back(std::get<0>(entry));
    m_history.resize(m_undoDepth);
    m_history.push_back(std::move(step));
    ++m_undoDepth;
    Q_EMIT changed(keys);
}

namespace {

std::optional<Change> copyOf(const Change *change)
{
    return change ? std::optional<Change>(*change) : std::nullopt;
}

} // namespace

std::optional<Change> EditSession::intended(const Intent &intent) const
{
    Change after = copyOf(find(intent.key)).value_or(Change {.key = intent.key, .base = intent.current});
    if (!intent.value) {
        after.kind = Change::Kind::Delete;
        after.value.clear();
        // A new record that was never written needs no deletion.
        return after.base.exists ? std::optional(after) : std::nullopt;
    }
    after.value = *intent.value;
    after.kind = after.base.exists ? Change::Kind::Update : Change::Kind::Insert;
    const bool isBack = after.base.exists && after.base.value == after.value && !after.conflict;
    return isBack ? std::nullopt : std::optional(after);
}

bool EditSession::stageAll(const std::vector<Intent> &intents)
{
    if (m_committing)
        return false;
    Step step;
    for (const Intent &intent : intents)
        step.entries.emplace_back(intent.key, copyOf(find(intent.key)), intended(intent));
    record(std::move(step));
    return true;
}

bool EditSession::stageValue(const QByteArray &key, const KeyState &current, const QByteArray &value)
{
    return stageAll({{key, current, value}});
}

bool EditSession::stageInsert(const QByteArray &key, const QByteArray &value)
{
    const Change *known = find(key);
    if (m_committing || (known && known->kind == Change::Kind::Insert))
        return false;
    if (known)
        return stageValue(key, known->base, value);
    record(
        {{{key, std::nullopt,
           Change {.key = key, .kind = Change::Kind::Insert, .value = value, .base = KeyState::absent()}}}});
    return true;
}

bool EditSession::stageDelete(const std::vector<std::pair<QByteArray, KeyState>> &keys)
{
    std::vector<Intent> intents;
    for (const auto &[key, current] : keys)
        intents.push_back({key, current, std::nullopt});
    return stageAll(intents);
}

bool EditSession::rekeyInsert(const QByteArray &from, const QByteArray &to)
{
    const Change *change = find(from);
    if (m_committing || !change || change->kind != Change::Kind::Insert || find(to))
        return false;
    Change moved = *change;
    moved.key = to;
    moved.conflict.reset();
    record({{{from, *change, std::nullopt}, {to, std::nullopt, moved}}});
    return true;
}

bool EditSession::revert(const std::vector<QByteArray> &keys)
{
    if (m_committing)
        return false;
    Step step;
    for (const QByteArray &key : keys) {
        if (const Change *change = find(key))
            step.entries.emplace_back(key, *change, std::nullopt);
    }
    record(std::move(step));
    return true;
}

bool EditSession::revertAll()
{
    std::vector<QByteArray> keys;
    for (const Change &change : m_changes)
        keys.push_back(change.key);
    return revert(keys);
}

bool EditSession::keepMine(const QByteArray &key)
{
    const Change *change = find(key);
    if (m_committing || !change || !change->conflict)
        return false;
    std::optional<Change> after = *change;
    after->base = *change->conflict;
    after->conflict.reset();
    if (after->kind == Change::Kind::Delete) {
        if (!after->base.exists)
            after.reset(); // deleted there as well
    } else {
        after->kind = after->base.exists ? Change::Kind::Update : Change::Kind::Insert;
        if (after->base.exists && after->base.value == after->value)
            after.reset();
    }
    record({{{key, *change, after}}});
    return true;
}

bool EditSession::takeTheirs(const QByteArray &key)
{
    const Change *change = find(key);
    return change && change->conflict && revert({key});
}

void EditSession::undo()
{
    if (!canUndo())
        return;
    --m_undoDepth;
    restore(m_history[m_undoDepth], false);
}

void EditSession::redo()
{
    if (!canRedo())
        return;
    ++m_undoDepth;
    restore(m_history[m_undoDepth - 1], true);
}

void EditSession::restore(const Step &step, bool forward)
{
    apply(step, forward);
    std::vector<QByteArray> keys;
    for (const auto &entry : step.entries)
        keys.push_back(std::get<0>(entry));
    Q_EMIT changed(keys);
}

} // namespace slotscope::core
