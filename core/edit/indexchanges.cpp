// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/indexchanges.h"

#include "core/etcd/messages.h"
#include "core/value/valuetext.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace slotscope::core {

namespace {

constexpr int LongKey = 80; // characters

QString keyWords(const SlotCodec &codec, const QByteArray &etcdKey)
{
    const auto parts = codec.decodeKey(etcdKey);
    if (!parts)
        return QStringLiteral("0x%1").arg(QString::fromLatin1(etcdKey.mid(2).toHex()));
    QStringList texts;
    for (const Value &part : *parts)
        texts += displayText(part, LongKey);
    return texts.join(QStringLiteral(" · "));
}

struct ByContent
{
    size_t operator()(const QByteArray &bytes) const { return qHash(bytes); }
};

/// The staged records that have to do with one entry.
struct Meeting
{
    size_t index = 0;
    std::vector<const IndexMove *> leaving;
    std::vector<const IndexMove *> arriving;
    std::vector<const IndexMove *> staying;

    bool isQuiet() const { return leaving.empty() && arriving.empty(); }
    std::vector<QByteArray> causes() const
    {
        std::vector<QByteArray> keys;
        for (const auto *moves : {&arriving, &leaving}) {
            for (const IndexMove *move : *moves) {
                if (std::find(keys.cbegin(), keys.cend(), move->record) == keys.cend())
                    keys.push_back(move->record);
            }
        }
        return keys;
    }
};

bool contains(const std::vector<const IndexMove *> &moves, const QByteArray &record)
{
    return std::any_of(moves.cbegin(), moves.cend(),
                       [&](const IndexMove *move) { return move->record == record; });
}

class Derivation
{
public:
    Derivation(const std::vector<IndexMove> &moves, const std::vector<Change> &byHand,
               const std::vector<KeptIndex> &indexes, const KeyStates &states)
        : m_indexes(indexes)
        , m_states(states)
    {
        for (const IndexMove &move : moves)
            m_moves[move.record].push_back(&move);
        for (const Change &change : byHand)
            m_byHand.emplace(change.key, &change);
        tellOfRecords(moves);
        meet(moves);
        for (const QByteArray &key : m_order)
            settle(key, m_meetings.at(key));
        for (const Change &change : byHand)
            judge(change);
    }

    IndexDerivation result()
    {
        std::stable_sort(m_derived.begin(), m_derived.end(),
                         [](const auto &a, const auto &b) { return a.first < b.first; });
        IndexDerivation result;
        for (auto &[position, derived] : m_derived)
            result.derived.push_back(std::move(derived));
        result.wanted.assign(m_wanted.cbegin(), m_wanted.cend());
        return result;
    }

private:
    enum class Holder {
        Nobody, ///< the entry is left over: its record is gone or has other content
        Record, ///< the record has this key in the index
        Unknown, ///< the record cannot be read
        Wanted, ///< not known yet
    };

    const IndexReader &reader(size_t index) const { return m_indexes[index].reader; }
    const QString &title(size_t index) const { return m_indexes[index].title; }
    QString entryWords(size_t index, const QByteArray &key) const
    {
        return QStringLiteral("“%1”").arg(keyWords(reader(index).what().indexCodec, key));
    }
    QString recordWords(size_t index, const QByteArray &key) const
    {
        return keyWords(reader(index).what().tableCodec, key);
    }

    void add(size_t index, DerivedChange derived)
    {
        derived.index = reader(index).what().index;
        const auto known = m_position.find(derived.causes.front());
        const size_t position = known == m_position.end() ? m_position.size() : known->second;
        m_derived.emplace_back(position, std::move(derived));
    }
    void tell(size_t index, const std::vector<QByteArray> &causes, const QString &note)
    {
        add(index, {.causes = causes, .note = note});
    }

    // What can be said of a record whatever the entries are.
    void tellOfRecords(const std::vector<IndexMove> &moves)
    {
        using Kind = IndexPlace::Kind;
        for (const IndexMove &move : moves) {
            m_position.try_emplace(move.record, m_position.size());
            const QString &name = title(move.index);
            const bool asBefore = move.before == move.after;
            if (move.after.kind == Kind::Unindexable || move.after.kind == Kind::Unreadable) {
                const QString what = move.after.kind == Kind::Unindexable
                    ? QStringLiteral("%1: %2").arg(name, move.after.why)
                    : QStringLiteral("%1: the record cannot be read (%2)").arg(name, move.after.why);
                // What was wrong before must not keep people from mending something else.
                if (asBefore)
                    tell(move.index, {move.record}, QStringLiteral("%1; that was so before").arg(what));
                else
                    add(move.index, {.causes = {move.record}, .problem = what});
            } else if (move.before.kind == Kind::Unreadable) {
                tell(move.index, {move.record},
                     QStringLiteral("%1: what the record held before cannot be read (%2), so an old entry "
                                    "of it may be left behind")
                         .arg(name, move.before.why));
            }
        }
    }

    void meet(const std::vector<IndexMove> &moves)
    {
        const auto at = [&](const IndexMove &move, const QByteArray &key) -> Meeting & {
            const auto [meeting, isNew] = m_meetings.try_emplace(key);
            if (isNew) {
                meeting->second.index = move.index;
                m_order.push_back(key);
            }
            return meeting->second;
        };
        for (const IndexMove &move : moves) {
            const bool stays = move.before.isEntry() && move.before == move.after && !move.changesLease;
            if (stays) {
                at(move, move.after.entryKey).staying.push_back(&move);
                continue;
            }
            if (move.before.isEntry())
                at(move, move.before.entryKey).leaving.push_back(&move);
            if (move.after.isEntry())
                at(move, move.after.entryKey).arriving.push_back(&move);
        }
    }

    const KeyState *stateOf(const QByteArray &key)
    {
        const auto known = m_states.find(key);
        if (known != m_states.end())
            return &known->second;
        m_wanted.insert(key);
        return nullptr;
    }

    /// Where the record will stand once everything staged is committed; nothing: not known yet.
    std::optional<IndexPlace> placeAfter(size_t index, const QByteArray &record)
    {
        if (const auto staged = m_moves.find(record); staged != m_moves.end()) {
            for (const IndexMove *move : staged->second) {
                if (move->index == index)
                    return move->after;
            }
        }
        const KeyState *state = stateOf(record);
        if (!state)
            return std::nullopt;
        return state->exists ? reader(index).placeOf(record, state->value) : IndexPlace();
    }

    /// Whether the record that the entry leads to, and that neither gives it up nor takes it over, has a
    /// right to it.
    Holder holderOf(size_t index, const QByteArray &key, const QByteArray &record)
    {
        const auto place = placeAfter(index, record);
        if (!place)
            return Holder::Wanted;
        if (place->kind == IndexPlace::Kind::Unreadable)
            return Holder::Unknown;
        return place->isEntry() && place->entryKey == key ? Holder::Record : Holder::Nobody;
    }

    void settle(const QByteArray &key, const Meeting &meeting)
    {
        if (meeting.isQuiet())
            return;
        std::vector<const IndexMove *> claimants = meeting.staying;
        claimants.insert(claimants.end(), meeting.arriving.cbegin(), meeting.arriving.cend());
        if (!meeting.arriving.empty() && claimants.size() > 1) {
            clash(key, meeting, claimants);
            return;
        }
        if (const auto byHand = m_byHand.find(key); byHand != m_byHand.end()) {
            leaveToHand(*byHand->second, meeting, claimants);
            return;
        }
        const KeyState *state = stateOf(key);
        if (!state)
            return;
        if (claimants.empty())
            giveUp(key, meeting, *state);
        else
            takeOver(key, meeting, *claimants.front(), *state);
    }

    void clash(const QByteArray &key, const Meeting &meeting, const std::vector<const IndexMove *> &claimants)
    {
        for (const IndexMove *move : meeting.arriving) {
            if (contains(meeting.leaving, move->record))
                continue; // it had this key before; only its lease is another
            const IndexMove *other = claimants.front() == move ? claimants[1] : claimants.front();
            problem(key, meeting, *move,
                    QStringLiteral("%1 is staged for %2, too, and %3 can lead to one record only")
                        .arg(entryWords(meeting.index, key), recordWords(meeting.index, other->record),
                             title(meeting.index)));
        }
    }

    void problem(const QByteArray &key, const Meeting &meeting, const IndexMove &move, const QString &what)
    {
        const auto known = m_states.find(key);
        Change change {.key = key,
                       .kind = Change::Kind::Insert,
                       .value = reader(meeting.index).entryValue(move.record),
                       .base = known == m_states.end() ? KeyState::absent() : known->second};
        if (change.base.exists)
            change.kind = Change::Kind::Update;
        add(meeting.index, {.change = change, .causes = {move.record}, .problem = what});
    }

    void leaveToHand(const Change &byHand, const Meeting &meeting,
                     const std::vector<const IndexMove *> &claimants)
    {
        const bool deletes = byHand.kind == Change::Kind::Delete;
        const bool agrees = claimants.empty()
            ? deletes
            : !deletes && contains(claimants, reader(meeting.index).recordOf(byHand.value));
        if (!agrees)
            tell(meeting.index, meeting.causes(),
                 QStringLiteral("%1: the entry %2 is staged by hand, and that stands")
                     .arg(title(meeting.index), entryWords(meeting.index, byHand.key)));
    }

    // Nobody takes the entry over.
    void giveUp(const QByteArray &key, const Meeting &meeting, const KeyState &state)
    {
        const IndexReader &index = reader(meeting.index);
        DerivedChange derived {.change = {.key = key, .kind = Change::Kind::Delete, .base = state},
                               .causes = meeting.causes()};
        if (state.exists && !contains(meeting.leaving, index.recordOf(state.value))) {
            tell(meeting.index, derived.causes,
                 QStringLiteral("%1: the entry %2 leads to %3 and not to this record; it is left as it is")
                     .arg(title(meeting.index), entryWords(meeting.index, key),
                          recordWords(meeting.index, index.recordOf(state.value))));
            return;
        }
        // Also where it is not there: that it is still not there at the commit is what the commit rests on.
        if (!state.exists)
            derived.note = QStringLiteral("the entry was missing");
        add(meeting.index, std::move(derived));
    }

    void takeOver(const QByteArray &key, const Meeting &meeting, const IndexMove &claimant,
                  const KeyState &state)
    {
        const IndexReader &index = reader(meeting.index);
        const bool arrives = !meeting.arriving.empty();
        DerivedChange derived {.change = {.key = key,
                                          .kind = Change::Kind::Insert,
                                          .value = index.entryValue(claimant.record, oldEntryOf(claimant)),
                                          .base = state,
                                          .lease = entryLease(claimant, state)},
                               .causes = meeting.causes()};
        if (!state.exists) {
            if (!arrives)
                return; // missing before and after; nothing that is staged has to do with it
            if (!meeting.leaving.empty())
                derived.note = QStringLiteral("the entry was missing");
            add(meeting.index, std::move(derived));
            return;
        }
        derived.change.kind = Change::Kind::Update;
        derived.change.value = index.entryValue(claimant.record, state.value);
        const QByteArray owner = index.recordOf(state.value);
        if (owner == claimant.record) {
            if (!arrives)
                return;
            // Written again, so that nobody else takes it for a left-over at the same time.
            derived.change.value = state.value;
            if (!contains(meeting.leaving, owner))
                derived.note = QStringLiteral("led to this record before it had this content");
        } else if (!contains(meeting.leaving, owner)) {
            const QString other = recordWords(meeting.index, owner);
            switch (holderOf(meeting.index, key, owner)) {
            case Holder::Wanted:
                return;
            case Holder::Nobody:
                derived.note =
                    QStringLiteral("was left over: led to %1, which is gone or has other content").arg(other);
                break;
            case Holder::Record:
                if (arrives && !contains(meeting.leaving, claimant.record))
                    derived.problem = QStringLiteral("%1 is taken by %2, and %3 can lead to one record only")
                                          .arg(entryWords(meeting.index, key), other, title(meeting.index));
                else
                    return; // of several that had it, one stays
                break;
            case Holder::Unknown:
                derived.problem = QStringLiteral("%1: the entry %2 leads to %3, which cannot be read")
                                      .arg(title(meeting.index), entryWords(meeting.index, key), other);
                break;
            }
        }
        if (!arrives)
            derived.note = QStringLiteral("leads to the record from now on that has this content, too");
        add(meeting.index, std::move(derived));
    }

    /// An entry that outlives its record leads nowhere.
    static LeaseChoice entryLease(const IndexMove &claimant, const KeyState &entry)
    {
        const bool isSo = claimant.lease.kind == LeaseChoice::Kind::None ? entry.lease == LeaseId()
            : claimant.lease.kind == LeaseChoice::Kind::Existing         ? entry.lease == claimant.lease.lease
                                                                         : false;
        return isSo ? LeaseChoice() : claimant.lease;
    }

    /// What the entry held that the record gives up, which tells how entries are written.
    QByteArray oldEntryOf(const IndexMove &move) const
    {
        const auto old = move.before.isEntry() ? m_states.find(move.before.entryKey) : m_states.end();
        return old == m_states.end() ? QByteArray() : old->second.value;
    }

    // Whether an entry that is changed by hand is right afterwards, or right to go.
    void judge(const Change &change)
    {
        const auto slot = change.key.first(std::min<qsizetype>(2, change.key.size()));
        for (size_t i = 0; i < m_indexes.size(); ++i) {
            if (KeyRange::slot(reader(i).what().index).begin != slot)
                continue;
            const bool deletes = change.kind == Change::Kind::Delete;
            const QByteArray record = reader(i).recordOf(deletes ? change.base.value : change.value);
            const auto place = placeAfter(i, record);
            if (!place || place->kind == IndexPlace::Kind::Unreadable)
                continue;
            const bool isItsKey = place->isEntry() && place->entryKey == change.key;
            const QString words = recordWords(i, record);
            QString note;
            if (deletes && isItsKey)
                note = QStringLiteral("an entry of %1: the record %2 cannot be found by it any more");
            else if (!deletes && place->kind == IndexPlace::Kind::NoRecord)
                note = QStringLiteral("an entry of %1: the record %2 does not exist");
            else if (!deletes && !isItsKey)
                note = QStringLiteral("an entry of %1: the record %2 has other content");
            if (!note.isEmpty())
                tell(i, {change.key}, note.arg(title(i), words));
            return;
        }
    }

    const std::vector<KeptIndex> &m_indexes;
    const KeyStates &m_states;
    std::unordered_map<QByteArray, std::vector<const IndexMove *>, ByContent> m_moves; // by record
    std::unordered_map<QByteArray, const Change *, ByContent> m_byHand;
    std::unordered_map<QByteArray, Meeting, ByContent> m_meetings; // by the entry's key
    std::vector<QByteArray> m_order; // of the meetings
    std::unordered_map<QByteArray, size_t, ByContent> m_position; // of the records
    std::vector<std::pair<size_t, DerivedChange>> m_derived; // with the position of the record
    std::set<QByteArray> m_wanted;
};

} // namespace

std::vector<IndexMove> indexMoves(const Change &change, const std::vector<KeptIndex> &indexes)
{
    std::vector<IndexMove> moves;
    for (size_t i = 0; i < indexes.size(); ++i) {
        const IndexReader &reader = indexes[i].reader;
        if (!reader.problem().isEmpty() || !KeyRange::slot(reader.what().table).contains(change.key))
            continue;
        IndexMove move {i, change.key, {}, {}};
        if (change.base.exists)
            move.before = reader.placeOf(change.key, change.base.value);
        if (change.kind != Change::Kind::Delete) {
            move.after = reader.placeOf(change.key, change.value);
            move.changesLease = change.lease.kind != LeaseChoice::Kind::Keep;
            if (move.changesLease)
                move.lease = change.lease;
            else if (change.base.exists && change.base.lease.value != 0)
                move.lease = {.kind = LeaseChoice::Kind::Existing, .lease = change.base.lease};
        }
        moves.push_back(std::move(move));
    }
    return moves;
}

IndexDerivation deriveIndexChanges(const std::vector<IndexMove> &moves, const std::vector<Change> &byHand,
                                   const std::vector<KeptIndex> &indexes, const KeyStates &states)
{
    return Derivation(moves, byHand, indexes, states).result();
}

} // namespace slotscope::core
