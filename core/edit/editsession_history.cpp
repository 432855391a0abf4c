// SPDX-License-Identifier: GPL-3.0-or-later
//
// EditSession: its steps, done and undone.
#include "core/edit/editsession.h"

#include <algorithm>

namespace slotscope::core {

std::vector<QByteArray> EditSession::keysOf(const Step &step) const
{
    std::vector<QByteArray> keys;
    for (const auto &entry : step.entries)
        keys.push_back(std::get<0>(entry));
    for (const auto &entry : step.guards)
        keys.push_back(std::get<0>(entry));
    return keys;
}

// A new key takes the place of the one that it replaces.
void EditSession::applyChange(const QByteArray &key, const std::optional<Change> &change,
                              std::vector<size_t> *vacant)
{
    const auto known = m_position.constFind(key);
    if (!change) {
        if (known != m_position.cend()) {
            vacant->push_back(*known);
            m_position.erase(known);
        }
    } else if (known != m_position.cend()) {
        m_changes[*known] = *change;
    } else if (!vacant->empty()) {
        m_position.insert(key, vacant->back());
        m_changes[vacant->back()] = *change;
        vacant->pop_back();
    } else {
        m_position.insert(key, m_changes.size());
        m_changes.push_back(*change);
    }
}

// In one pass, however many there are.
void EditSession::removeVacant(const std::vector<size_t> &vacant)
{
    if (vacant.empty())
        return;
    for (const size_t position : vacant)
        m_changes[position].key = QByteArray(); // no change has the null key
    std::erase_if(m_changes, [](const Change &change) { return change.key.isNull(); });
    m_position.clear();
    m_position.reserve(qsizetype(m_changes.size()));
    for (size_t i = 0; i < m_changes.size(); ++i)
        m_position.insert(m_changes[i].key, i);
}

void EditSession::applyGuard(const QByteArray &key, const std::optional<Guard> &guard)
{
    const auto known =
        std::find_if(m_guards.begin(), m_guards.end(), [&](const Guard &each) { return each.key == key; });
    if (known == m_guards.end()) {
        if (guard)
            m_guards.push_back(*guard);
    } else if (guard) {
        *known = *guard;
    } else {
        m_guards.erase(known);
    }
}

void EditSession::apply(const Step &step, bool forward)
{
    std::vector<size_t> vacant;
    const auto change = [&](const auto &entry) {
        const auto &[key, before, after] = entry;
        applyChange(key, forward ? after : before, &vacant);
    };
    const auto guard = [&](const auto &entry) {
        const auto &[key, before, after] = entry;
        applyGuard(key, forward ? after : before);
    };
    m_position.reserve(m_position.size() + qsizetype(step.entries.size()));
    if (forward) {
        std::for_each(step.entries.cbegin(), step.entries.cend(), change);
        std::for_each(step.guards.cbegin(), step.guards.cend(), guard);
    } else {
        std::for_each(step.entries.crbegin(), step.entries.crend(), change);
        std::for_each(step.guards.crbegin(), step.guards.crend(), guard);
    }
    removeVacant(vacant);
}

void EditSession::restoreStep(const Step &step, bool forward)
{
    apply(step, forward);
    // What was heard since the step was made holds for what it brings back as well.
    Marking marking {.touched = keysOf(step)};
    Revision newest;
    for (const QByteArray &key : keysOf(step)) {
        const auto heard = m_heard.constFind(key);
        if (heard == m_heard.cend() || heard->at.value == 0)
            continue;
        mark(key, Heard(*heard), News::Heard, &marking);
        newest = std::max(newest, heard->at);
    }
    marking.guards = marking.guards || !step.guards.empty();
    tell(marking, newest);
    Q_EMIT historyChanged();
}

void EditSession::undo()
{
    if (!canUndo())
        return;
    --m_undoDepth;
    restoreStep(Step(m_history[m_undoDepth]), false);
}

void EditSession::redo()
{
    if (!canRedo())
        return;
    ++m_undoDepth;
    restoreStep(Step(m_history[m_undoDepth - 1]), true);
}

QStringList EditSession::historyNames() const
{
    QStringList names;
    for (const Step &step : m_history)
        names.append(step.name);
    return names;
}

QString EditSession::undoName() const
{
    return m_undoDepth > 0 ? m_history[m_undoDepth - 1].name : QString();
}

QString EditSession::redoName() const
{
    return m_undoDepth < m_history.size() ? m_history[m_undoDepth].name : QString();
}

void EditSession::forgetHistory()
{
    m_history.clear();
    m_undoDepth = 0;
    m_heard.removeIf([this](const std::pair<const QByteArray &, Heard &> &entry) {
        return !find(entry.first)
            && std::none_of(m_guards.cbegin(), m_guards.cend(),
                            [&](const Guard &guard) { return guard.key == entry.first; });
    });
}

} // namespace slotscope::core
