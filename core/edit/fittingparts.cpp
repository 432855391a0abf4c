// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/scriptedits.h"

#include <QHash>

#include <algorithm>
#include <numeric>

namespace slotscope::core {

namespace {

/// Changes that stay together: the smallest position of each group stands for it.
class Groups
{
public:
    explicit Groups(size_t count)
        : m_first(count)
    {
        std::iota(m_first.begin(), m_first.end(), size_t(0));
    }
    size_t of(size_t position)
    {
        while (m_first[position] != position)
            position = m_first[position] = m_first[m_first[position]];
        return position;
    }
    void join(size_t one, size_t other)
    {
        const auto [first, second] = std::minmax({of(one), of(other)});
        m_first[second] = first;
    }

private:
    std::vector<size_t> m_first;
};

/// What is written and compared for a group.
struct Load
{
    std::vector<Change> changes;
    std::vector<DerivedChange> derived;

    void add(const Load &other)
    {
        changes.insert(changes.end(), other.changes.cbegin(), other.changes.cend());
        derived.insert(derived.end(), other.derived.cbegin(), other.derived.cend());
    }
};

} // namespace

std::vector<std::vector<QByteArray>> fittingParts(const std::vector<Change> &changes,
                                                  const std::vector<DerivedChange> &derived,
                                                  const std::vector<Guard> &guards, const TxnLimits &limits)
{
    QHash<QByteArray, size_t> positions;
    for (size_t i = 0; i < changes.size(); ++i)
        positions.insert(changes[i].key, i);
    Groups groups(changes.size());
    for (size_t i = 0; i < changes.size(); ++i) {
        if (const auto partner = positions.constFind(changes[i].partner); partner != positions.cend())
            groups.join(i, *partner);
    }
    const auto causeOf = [&positions](const DerivedChange &each) {
        return std::find_if(each.causes.cbegin(), each.causes.cend(),
                            [&positions](const QByteArray &key) { return positions.contains(key); });
    };
    for (const DerivedChange &each : derived) {
        const auto first = causeOf(each);
        for (auto cause = first; cause != each.causes.cend(); ++cause) {
            if (positions.contains(*cause))
                groups.join(positions.value(*first), positions.value(*cause));
        }
    }

    std::vector<Load> loads(changes.size()); // at the position that stands for the group
    for (size_t i = 0; i < changes.size(); ++i) {
        loads[groups.of(i)].changes.push_back(changes[i]);
        loads[groups.of(i)].changes.back().leftOut = false;
    }
    for (const DerivedChange &each : derived) {
        if (const auto cause = causeOf(each); cause != each.causes.cend())
            loads[groups.of(positions.value(*cause))].derived.push_back(each);
    }

    std::vector<std::vector<QByteArray>> parts;
    Load part;
    const auto close = [&] {
        if (part.changes.empty())
            return;
        parts.emplace_back();
        for (const Change &change : part.changes)
            parts.back().push_back(change.key);
        part = {};
    };
    for (const Load &load : loads) {
        if (load.changes.empty())
            continue;
        Load together = part;
        together.add(load);
        if (!makePlan(together.changes, together.derived, guards, limits).fits()) {
            close();
            part = load;
        } else {
            part = std::move(together);
        }
    }
    close();
    return parts;
}

} // namespace slotscope::core
