// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/commitparts.h"

#include <QHash>

#include <numeric>

namespace slotscope::core {

namespace {

// What stands together in one transaction or not at all.
struct Unit
{
    std::vector<Change> changes;
    std::vector<DerivedChange> derived;
};

class Units
{
public:
    Units(const std::vector<Change> &changes, const std::vector<DerivedChange> &derived)
    {
        for (const Change &change : changes) {
            if (change.leftOut)
                continue;
            m_indexOf.insert(change.key, m_changes.size());
            m_changes.push_back(&change);
        }
        m_parent.resize(m_changes.size());
        std::iota(m_parent.begin(), m_parent.end(), size_t(0));
        for (const Change *change : m_changes)
            join(change->key, change->partner);
        for (const DerivedChange &each : derived) {
            for (const QByteArray &cause : each.causes)
                join(each.causes.front(), cause);
            // Where an entry is staged by hand, too, one does not go without the other.
            if (!each.causes.empty())
                join(each.causes.front(), each.change.key);
        }
        std::vector<std::optional<size_t>> unitOf(m_changes.size());
        for (size_t i = 0; i < m_changes.size(); ++i) {
            std::optional<size_t> &unit = unitOf[root(i)];
            if (!unit) {
                unit = m_units.size();
                m_units.emplace_back();
            }
            m_units[*unit].changes.push_back(*m_changes[i]);
        }
        for (const DerivedChange &each : derived) {
            const auto known =
                each.causes.empty() ? m_indexOf.cend() : m_indexOf.constFind(each.causes.front());
            if (known != m_indexOf.cend())
                m_units[*unitOf[root(*known)]].derived.push_back(each);
        }
    }
    /// In the order of their first changes.
    const std::vector<Unit> &list() const { return m_units; }

private:
    size_t root(size_t index)
    {
        while (m_parent[index] != index)
            index = m_parent[index] = m_parent[m_parent[index]];
        return index;
    }
    void join(const QByteArray &a, const QByteArray &b)
    {
        const auto one = m_indexOf.constFind(a);
        const auto other = m_indexOf.constFind(b);
        if (one != m_indexOf.cend() && other != m_indexOf.cend())
            m_parent[root(*other)] = root(*one);
    }

    std::vector<const Change *> m_changes;
    QHash<QByteArray, size_t> m_indexOf;
    std::vector<size_t> m_parent;
    std::vector<Unit> m_units;
};

} // namespace

PartChoice choosePart(const std::vector<Change> &changes, const std::vector<DerivedChange> &derived,
                      const std::vector<Guard> &guards, const TxnLimits &limits)
{
    const CommitPlan empty = makePlan({}, {}, guards, limits);
    const qint64 frame = makePlan({}, {}, {}, limits).bytes;
    constexpr qint64 Slack = 16; // lengths that are written with more bytes when there is more
    size_t compares = empty.compares();
    qint64 bytes = empty.bytes + Slack;
    PartChoice choice;
    const Units units(changes, derived);
    for (const Unit &unit : units.list()) {
        const CommitPlan alone = makePlan(unit.changes, unit.derived, {}, limits);
        const qint64 size = alone.bytes - frame;
        if (compares + alone.compares() <= limits.operations && bytes + size <= limits.bytes) {
            compares += alone.compares();
            bytes += size;
            continue;
        }
        const bool fitsAlone = makePlan(unit.changes, unit.derived, guards, limits).fits();
        for (const Change &change : unit.changes) {
            choice.leaveOut.push_back(change.key);
            if (!fitsAlone)
                choice.neverFit.push_back(change.key);
        }
    }
    return choice;
}

} // namespace slotscope::core
