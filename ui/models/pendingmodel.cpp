// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/pendingmodel.h"

#include <QFutureWatcher>
#include <QLocale>
#include <QSet>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Change;

namespace {

constexpr qsizetype Large = 65'536; // bytes; decoding more on the UI thread could be felt
constexpr qsizetype LargeCompressed = 1'024; // of which nobody knows what comes out

// All that is decoded for the words of a change.
qsizetype decodedSize(const Change &change)
{
    return change.value.size() + change.base.value.size()
        + (change.conflict ? change.conflict->value.size() : 0);
}

bool isLargeChange(const core::SlotCodec &codec, const Change &change)
{
    const qsizetype size = decodedSize(change);
    return size >= (codec.type().compression == core::Compression::None ? Large : LargeCompressed);
}

} // namespace

PendingModel::PendingModel(QObject *parent)
    : QAbstractItemModel(parent)
{
}

void PendingModel::setSession(core::EditSession *session, KeyResolver resolver)
{
    if (m_session)
        m_session->disconnect(this);
    m_session = session;
    m_resolver = std::move(resolver);
    if (session) {
        connect(session, &core::EditSession::changed, this, &PendingModel::align);
        connect(session, &core::EditSession::guardsChanged, this, &PendingModel::align);
        connect(session, &core::EditSession::derivedChanged, this, &PendingModel::alignDerived);
    }
    refresh();
}

void PendingModel::refresh()
{
    beginResetModel();
    m_rows.clear();
    m_rowOfId.clear();
    if (m_session) {
        for (const Item &item : items())
            m_rows.push_back(makeRow(item));
    }
    endResetModel();
    alignDerived();
}

std::vector<PendingModel::Item> PendingModel::items() const
{
    std::vector<Item> items;
    if (!m_session)
        return items;
    items.reserve(m_session->changes().size() + m_session->guards().size());
    for (const Change &change : m_session->changes()) {
        Item item {change, false, std::nullopt};
        const bool isNewKey = change.kind != Change::Kind::Delete && !change.partner.isNull();
        if (const Change *old = isNewKey ? m_session->find(change.partner) : nullptr)
            item.renamedFrom = old->base;
        items.push_back(std::move(item));
    }
    for (const core::Guard &guard : m_session->guards()) {
        // What is written is guarded anyway.
        const Change *change = m_session->find(guard.key);
        if (!change || change->leftOut)
            items.push_back({Change {.key = guard.key,
                                     .value = guard.seen.value,
                                     .base = guard.seen,
                                     .conflict = guard.conflict},
                             true, std::nullopt});
    }
    return items;
}

// A renamed record is told by what becomes different from the old one.
Change PendingModel::described(const Item &item)
{
    Change change = item.change;
    if (item.renamedFrom && change.kind == Change::Kind::Insert && !change.conflict) {
        change.kind = Change::Kind::Update;
        change.base.value = item.renamedFrom->value;
    }
    return change;
}

PendingModel::Words PendingModel::wordsOf(const core::SlotCodec &codec, const Item &item)
{
    const Change &change = item.change;
    if (item.isGuard) {
        const QString seen = change.base.exists
            ? tr("must still be as at revision %1").arg(change.base.modRevision.value)
            : tr("must still not exist");
        if (!change.conflict)
            return {seen, {}};
        return {seen + QStringLiteral("; ") + theirText(codec, change),
                tr("Somebody else has changed this record, which the commit depends on.")};
    }
    const Change told = described(item);
    const bool sameValue = told.kind == Change::Kind::Update && told.value == told.base.value;
    Words words {sameValue ? QString() : changeText(codec, told), conflictText(codec, change)};
    const QString lease = leaseText(change);
    if (!lease.isEmpty())
        words.change = sameValue ? lease : words.change + QStringLiteral("; ") + lease;
    if (words.change.isEmpty())
        words.change = tr("the content stays");
    if (change.conflict)
        words.change += QStringLiteral("; ") + theirText(codec, change);
    else if (change.mergedAt.value > 0)
        words.change += QStringLiteral("; ") + tr("merged with revision %1").arg(change.mergedAt.value);
    return words;
}

const PendingModel::Words &PendingModel::wordsIn(const Row &row) const
{
    if (!row.words) {
        const core::SlotCodec codec =
            m_resolver ? m_resolver(row.item.change.key).codec : ResolvedKey().codec;
        row.words = wordsOf(codec, row.item);
    }
    return *row.words;
}

const PendingModel::Names &PendingModel::namesIn(const Row &row) const
{
    if (!row.names) {
        const Change &change = row.item.change;
        const ResolvedKey resolved = m_resolver ? m_resolver(change.key) : ResolvedKey();
        row.names = Names {resolved.table, keyText(resolved.codec, change.key),
                           change.partner.isNull() ? QString() : keyText(resolved.codec, change.partner)};
    }
    return *row.names;
}

PendingModel::Row PendingModel::makeRow(const Item &item)
{
    Row row;
    row.id = row.serial = ++m_lastId;
    row.item = item;
    if (!item.renamedFrom && decodedSize(item.change) < LargeCompressed)
        return row;
    const ResolvedKey resolved = m_resolver ? m_resolver(item.change.key) : ResolvedKey();
    const Change told = described(item);
    if (!isLargeChange(resolved.codec, told))
        return row; // thousands may come at once, of which some are seen
    row.words = Words {tr("%1 …").arg(QLocale().formattedDataSize(
                           told.kind == Change::Kind::Delete ? told.base.value.size() : told.value.size(), 1,
                           QLocale::DataSizeTraditionalFormat)),
                       {}};
    work(row.serial, QtConcurrent::run(&PendingModel::wordsOf, resolved.codec, item),
         &PendingModel::takeWords);
    return row;
}

void PendingModel::replaceRow(size_t at, const Item &item)
{
    const int row = static_cast<int>(at);
    // Left out and taken in again it is the same in words.
    Item marked = m_rows[at].item;
    marked.change.leftOut = item.change.leftOut;
    if (marked == item) {
        m_rows[at].item = item;
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        return;
    }
    const bool wasFetched = m_rows[at].fetched != Fetched::No;
    const quint64 id = m_rows[at].id;
    setFields(row, {});
    Row replaced = makeRow(item);
    replaced.id = id;
    replaced.derived = std::move(m_rows[at].derived);
    m_rows[at] = std::move(replaced);
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    // An open line shows what the change is now.
    if (wasFetched)
        fetchMore(index(row, 0));
}

template <typename Result>
void PendingModel::work(quint64 serial, QFuture<Result> future,
                        void (PendingModel::*take)(int row, const Result &result))
{
    ++m_working;
    auto *watcher = new QFutureWatcher<Result>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, serial, take] {
        watcher->deleteLater();
        --m_working;
        const int row = rowOfSerial(serial);
        if (row >= 0)
            (this->*take)(row, watcher->result());
    });
    watcher->setFuture(future);
}

// One that is gone, or has become another meanwhile, has another serial.
int PendingModel::rowOfSerial(quint64 serial) const
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [serial](const Row &row) { return row.serial == serial; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

void PendingModel::takeWords(int row, const Words &words)
{
    m_rows[static_cast<size_t>(row)].words = words;
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void PendingModel::takeFields(int row, const std::vector<FieldLine> &fields)
{
    m_rows[static_cast<size_t>(row)].fetched = Fetched::Done;
    setFields(row, fields);
}

void PendingModel::setFields(int row, std::vector<FieldLine> fields)
{
    std::vector<FieldLine> &old = m_rows[static_cast<size_t>(row)].fields;
    const QModelIndex parent = index(row, 0);
    const int first = static_cast<int>(m_rows[static_cast<size_t>(row)].derived.size());
    if (!old.empty()) {
        beginRemoveRows(parent, first, first + static_cast<int>(old.size()) - 1);
        old.clear();
        endRemoveRows();
    }
    if (!fields.empty()) {
        beginInsertRows(parent, first, first + static_cast<int>(fields.size()) - 1);
        old = std::move(fields);
        endInsertRows();
    }
}

bool PendingModel::canFetchMore(const QModelIndex &parent) const
{
    if (!parent.isValid() || parent.internalId() != 0)
        return false;
    const Row &row = m_rows[static_cast<size_t>(parent.row())];
    return row.fetched == Fetched::No && !row.item.isGuard;
}

void PendingModel::fetchMore(const QModelIndex &parent)
{
    if (!canFetchMore(parent))
        return;
    Row &row = m_rows[static_cast<size_t>(parent.row())];
    row.fetched = Fetched::Running;
    ++m_working;
    // Not at once: views ask while they take in other news.
    QMetaObject::invokeMethod(
        this, [this, serial = row.serial] { fetchFields(serial); }, Qt::QueuedConnection);
}

void PendingModel::fetchFields(quint64 serial)
{
    --m_working;
    const int row = rowOfSerial(serial);
    if (row < 0)
        return;
    const Change change = described(m_rows[static_cast<size_t>(row)].item);
    const core::SlotCodec codec = m_resolver ? m_resolver(change.key).codec : core::SlotCodec();
    if (!isLargeChange(codec, change)) {
        takeFields(row, fieldLines(codec, change));
        return;
    }
    work(serial, QtConcurrent::run(fieldLines, codec, change), &PendingModel::takeFields);
    setFields(row, {FieldLine {{}, tr("comparing …"), {}}});
}

void PendingModel::align()
{
    const std::vector<Item> wanted = items();
    const auto id = [](const Item &item) { return std::pair(item.isGuard, item.change.key); };
    m_rowOfId.clear();
    // Mostly something comes behind what is there: then nothing has to be looked for.
    const bool isBehind = m_rows.size() <= wanted.size()
        && std::equal(m_rows.cbegin(), m_rows.cend(), wanted.cbegin(),
                      [&](const Row &row, const Item &item) { return id(row.item) == id(item); });
    QSet<std::pair<bool, QByteArray>> staged;
    for (size_t i = 0; !isBehind && i < wanted.size(); ++i)
        staged.insert(id(wanted[i]));
    for (size_t end = isBehind ? 0 : m_rows.size(); end > 0;) {
        size_t begin = end;
        while (begin > 0 && !staged.contains(id(m_rows[begin - 1].item)))
            --begin;
        if (begin == end) {
            --end;
            continue;
        }
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     m_rows.begin() + static_cast<std::ptrdiff_t>(end));
        m_rowOfId.clear();
        endRemoveRows();
        end = begin;
    }
    QSet<std::pair<bool, QByteArray>> kept;
    for (size_t i = 0; !isBehind && i < m_rows.size(); ++i)
        kept.insert(id(m_rows[i].item));
    // What is left comes in the wanted order, or was taken back and staged again at the end.
    for (size_t i = 0; i < wanted.size(); ++i) {
        const int row = static_cast<int>(i);
        const auto offset = static_cast<std::ptrdiff_t>(i);
        if (i < m_rows.size() && id(m_rows[i].item) == id(wanted[i])) {
            if (m_rows[i].item != wanted[i])
                replaceRow(i, wanted[i]);
            continue;
        }
        if (kept.contains(id(wanted[i]))) {
            const auto found = std::find_if(m_rows.begin() + offset, m_rows.end(),
                                            [&](const Row &one) { return id(one.item) == id(wanted[i]); });
            const int known = static_cast<int>(found - m_rows.begin());
            beginMoveRows({}, known, known, {}, row);
            std::rotate(m_rows.begin() + offset, found, found + 1);
            m_rowOfId.clear();
            endMoveRows();
            if (m_rows[i].item != wanted[i])
                replaceRow(i, wanted[i]);
            continue;
        }
        // All that is new in one place comes at once: thousands can be pasted.
        size_t end = i + 1;
        while (end < wanted.size() && !kept.contains(id(wanted[end])))
            ++end;
        std::vector<Row> added;
        added.reserve(end - i);
        for (size_t next = i; next < end; ++next)
            added.push_back(makeRow(wanted[next]));
        beginInsertRows({}, row, static_cast<int>(end) - 1);
        m_rows.insert(m_rows.begin() + offset, std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
        m_rowOfId.clear();
        endInsertRows();
        i = end - 1;
    }
    alignDerived();
}

} // namespace slotscope::ui
