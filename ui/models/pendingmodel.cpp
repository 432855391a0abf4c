// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/pendingmodel.h"

#include <QFutureWatcher>
#include <QLocale>
#include <QSet>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Change;

namespace {

// All that is decoded for the words of a change.
bool isLargeChange(const core::SlotCodec &codec, const Change &change)
{
    constexpr qsizetype Large = 65'536; // bytes; decoding more on the UI thread could be felt
    constexpr qsizetype LargeCompressed = 1'024; // of which nobody knows what comes out
    const qsizetype size = change.value.size() + change.base.value.size()
        + (change.conflict ? change.conflict->value.size() : 0);
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
        for (const Change &change : m_session->changes())
            m_rows.push_back(makeRow(change));
    }
    endResetModel();
    alignDerived();
}

PendingModel::Words PendingModel::wordsOf(const core::SlotCodec &codec, const Change &change)
{
    Words words {changeText(codec, change), conflictText(codec, change)};
    if (change.conflict)
        words.change += QStringLiteral("; ") + theirText(codec, change);
    return words;
}

PendingModel::Row PendingModel::makeRow(const Change &change)
{
    const ResolvedKey resolved = m_resolver ? m_resolver(change.key) : ResolvedKey();
    Row row;
    row.id = row.serial = ++m_lastId;
    row.change = change;
    row.table = resolved.table;
    row.key = keyText(resolved.codec, change.key);
    if (!isLargeChange(resolved.codec, change)) {
        row.words = wordsOf(resolved.codec, change);
        return row;
    }
    row.words.change = tr("%1 …").arg(QLocale().formattedDataSize(
        change.kind == Change::Kind::Delete ? change.base.value.size() : change.value.size(), 1,
        QLocale::DataSizeTraditionalFormat));
    work(row.serial, QtConcurrent::run(&PendingModel::wordsOf, resolved.codec, change),
         &PendingModel::takeWords);
    return row;
}

void PendingModel::replaceRow(size_t at, const Change &change)
{
    const int row = static_cast<int>(at);
    const bool wasFetched = m_rows[at].fetched != Fetched::No;
    const quint64 id = m_rows[at].id;
    setFields(row, {});
    auto derived = std::move(m_rows[at].derived);
    m_rows[at] = makeRow(change);
    m_rows[at].id = id;
    m_rows[at].derived = std::move(derived);
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
    return parent.isValid() && parent.internalId() == 0
        && m_rows[static_cast<size_t>(parent.row())].fetched == Fetched::No;
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
    const Change &change = m_rows[static_cast<size_t>(row)].change;
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
    const std::vector<Change> &wanted = m_session->changes();
    m_rowOfId.clear();
    QSet<QByteArray> staged;
    for (const Change &change : wanted)
        staged.insert(change.key);
    for (size_t end = m_rows.size(); end > 0;) {
        size_t begin = end;
        while (begin > 0 && !staged.contains(m_rows[begin - 1].change.key))
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
    // What is left comes in the wanted order, or was taken back and staged again at the end.
    for (size_t i = 0; i < wanted.size(); ++i) {
        const int row = static_cast<int>(i);
        const auto offset = static_cast<std::ptrdiff_t>(i);
        if (i < m_rows.size() && m_rows[i].change.key == wanted[i].key) {
            if (m_rows[i].change != wanted[i])
                replaceRow(i, wanted[i]);
            continue;
        }
        const int known = rowOf(wanted[i].key);
        if (known > row) {
            beginMoveRows({}, known, known, {}, row);
            std::rotate(m_rows.begin() + offset, m_rows.begin() + known, m_rows.begin() + known + 1);
            m_rowOfId.clear();
            endMoveRows();
            replaceRow(i, wanted[i]);
        } else if (i == m_rows.size()) {
            // All that is new at the end comes at once: thousands can be pasted.
            beginInsertRows({}, row, static_cast<int>(wanted.size()) - 1);
            for (size_t added = i; added < wanted.size(); ++added)
                m_rows.push_back(makeRow(wanted[added]));
            m_rowOfId.clear();
            endInsertRows();
        } else {
            beginInsertRows({}, row, row);
            m_rows.insert(m_rows.begin() + offset, makeRow(wanted[i]));
            m_rowOfId.clear();
            endInsertRows();
        }
    }
}

} // namespace slotscope::ui
