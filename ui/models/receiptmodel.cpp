// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/receiptmodel.h"

#include "core/value/valuetext.h"

#include <QFutureWatcher>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QPalette>
#include <QtConcurrentRun>

#include <algorithm>
#include <map>

namespace slotscope::ui {

using core::Change;
using core::Receipt;
using core::ReceiptChange;

namespace {

constexpr std::chrono::milliseconds RefreshInterval(100);
constexpr int MostSearched = 1'000'000; // characters of a value

Change changeOf(const ReceiptChange &done)
{
    return {.key = done.key, .kind = done.kind, .value = done.after.value, .base = done.before};
}

QString searchedText(const core::SlotCodec &codec, const core::KeyState &state)
{
    if (!state.exists)
        return {};
    const auto value = codec.decodeValue(state.value);
    return value ? core::displayText(*value, MostSearched)
                 : QString::fromLatin1(state.value.toHex().left(MostSearched));
}

} // namespace

// What stands above others. An index carries the node above its line; null pointer: none is.
struct ReceiptModel::Node
{
    const Node *parent = nullptr;
    int row = 0;
};

struct ReceiptModel::Entry : Node
{
    ReceiptChange change;
    QString table;
    QString key;
    QString text;
    enum class Fetched { No, Running, Done };
    Fetched fetched = Fetched::No;
    std::vector<FieldLine> fields;

    const Line &line() const;
};

struct ReceiptModel::Line : Node
{
    Receipt receipt;
    quint64 serial = 0;
    bool isKnown = false; // its words are, or are being found out
    QString tables;
    QString search;
    std::vector<Entry> entries;
};

const ReceiptModel::Line &ReceiptModel::Entry::line() const
{
    return *static_cast<const Line *>(parent);
}

struct ReceiptModel::Words
{
    QString table;
    QString key;
    QString text;
};

// Of one line; made by the pool.
struct ReceiptModel::Job
{
    Receipt receipt;
    quint64 serial = 0;
    std::vector<std::shared_ptr<const ResolvedKey>> resolved;
    std::vector<Words> words;
    QString search;

    void run();
};

void ReceiptModel::Job::run()
{
    QStringList searched {receipt.id, QString::number(receipt.revision.value)};
    for (size_t i = 0; i < receipt.changes.size(); ++i) {
        const ReceiptChange &change = receipt.changes[i];
        const core::SlotCodec &codec = resolved[i]->codec;
        words.push_back(
            {resolved[i]->table, keyText(codec, change.key), changeText(codec, changeOf(change))});
        searched << words.back().table << words.back().key << QString::fromLatin1(change.key.toHex())
                 << searchedText(codec, change.before) << searchedText(codec, change.after);
    }
    search = searched.join(QLatin1Char('\n')).toLower();
}

ReceiptModel::ReceiptModel(QObject *parent)
    : QAbstractItemModel(parent)
{
    m_due.setSingleShot(true);
    m_due.setInterval(RefreshInterval);
    connect(&m_due, &QTimer::timeout, this, &ReceiptModel::refresh);
}

ReceiptModel::~ReceiptModel() = default;

void ReceiptModel::follow(core::ReceiptBook *book, core::SlotDirectory *directory)
{
    if (m_book)
        m_book->disconnect(this);
    if (m_directory)
        m_directory->disconnect(this);
    m_book = book;
    m_directory = directory;
    m_due.stop();
    beginResetModel();
    m_lines.clear();
    endResetModel();
    if (!book)
        return;
    connect(book, &core::ReceiptBook::changed, this, &ReceiptModel::align);
    connect(directory, &core::SlotDirectory::slotChanged, &m_due, qOverload<>(&QTimer::start));
    align();
}

void ReceiptModel::refresh()
{
    for (const auto &line : m_lines) {
        line->isKnown = false;
        line->serial = ++m_serial;
    }
    findWords();
}

std::unique_ptr<ReceiptModel::Line> ReceiptModel::makeLine(const Receipt &receipt) const
{
    auto line = std::make_unique<Line>();
    line->receipt = receipt;
    line->entries.resize(receipt.changes.size());
    for (size_t i = 0; i < line->entries.size(); ++i) {
        Entry &entry = line->entries[i];
        entry.parent = line.get();
        entry.row = int(i);
        entry.change = receipt.changes[i];
    }
    return line;
}

void ReceiptModel::number()
{
    for (size_t i = 0; i < m_lines.size(); ++i)
        m_lines[i]->row = int(i);
}

void ReceiptModel::align()
{
    if (!m_book)
        return;
    const std::vector<Receipt> &receipts = m_book->receipts(); // the oldest first
    const size_t known = m_lines.size();
    bool isLonger = receipts.size() >= known;
    for (size_t i = 0; isLonger && i < known; ++i)
        isLonger = receipts[i].id == m_lines[known - 1 - i]->receipt.id;
    if (!isLonger) {
        beginResetModel();
        m_lines.clear();
        for (auto receipt = receipts.crbegin(); receipt != receipts.crend(); ++receipt)
            m_lines.push_back(makeLine(*receipt));
        number();
        endResetModel();
        refresh();
        return;
    }
    for (size_t i = 0; i < known; ++i) {
        Line &line = *m_lines[known - 1 - i];
        if (line.receipt == receipts[i])
            continue;
        line.receipt = receipts[i]; // news of it; what it wrote is the same
        line.serial = ++m_serial;
        line.isKnown = false;
        for (size_t change = 0; change < line.entries.size() && change < receipts[i].changes.size(); ++change)
            line.entries[change].change = receipts[i].changes[change];
        const QModelIndex index = indexOf(&line);
        Q_EMIT dataChanged(index, index.siblingAtColumn(ColumnCount - 1));
        if (const int entries = rowCount(index); entries > 0)
            Q_EMIT dataChanged(this->index(0, 0, index), this->index(entries - 1, ColumnCount - 1, index));
    }
    if (receipts.size() > known) {
        beginInsertRows({}, 0, int(receipts.size() - known) - 1);
        for (size_t i = known; i < receipts.size(); ++i) {
            m_lines.insert(m_lines.begin(), makeLine(receipts[i]));
            m_lines.front()->serial = ++m_serial;
        }
        number();
        endInsertRows();
    }
    findWords();
}

std::shared_ptr<const ResolvedKey> ReceiptModel::resolve(const QByteArray &key) const
{
    return std::make_shared<ResolvedKey>(resolverFor(m_directory)(key));
}

void ReceiptModel::findWords()
{
    if (!m_directory)
        return;
    auto jobs = std::make_shared<std::vector<Job>>();
    std::map<std::optional<core::Slot>, std::shared_ptr<const ResolvedKey>> slots;
    for (const auto &line : m_lines) {
        if (std::exchange(line->isKnown, true))
            continue;
        Job job {.receipt = line->receipt, .serial = line->serial};
        for (const ReceiptChange &change : line->receipt.changes) {
            auto &resolved = slots[core::SlotDirectory::slotOf(change.key)];
            if (!resolved)
                resolved = resolve(change.key);
            job.resolved.push_back(resolved);
        }
        jobs->push_back(std::move(job));
    }
    if (jobs->empty())
        return;
    ++m_working;
    auto *watcher = new QFutureWatcher<void>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, jobs] {
        watcher->deleteLater();
        --m_working;
        for (const Job &job : *jobs)
            takeWords(job);
    });
    watcher->setFuture(QtConcurrent::run([jobs] {
        for (Job &job : *jobs)
            job.run();
    }));
}

ReceiptModel::Line *ReceiptModel::find(const QString &receipt) const
{
    const auto it = std::find_if(m_lines.cbegin(), m_lines.cend(),
                                 [&](const auto &line) { return line->receipt.id == receipt; });
    return it == m_lines.cend() ? nullptr : it->get();
}

void ReceiptModel::takeWords(const Job &job)
{
    Line *line = find(job.receipt.id);
    if (!line || line->serial != job.serial || line->entries.size() != job.words.size())
        return;
    line->search = job.search;
    QStringList tables;
    for (size_t i = 0; i < job.words.size(); ++i) {
        Entry &entry = line->entries[i];
        entry.table = job.words[i].table;
        entry.key = job.words[i].key;
        entry.text = job.words[i].text;
        if (!tables.contains(entry.table))
            tables << entry.table;
    }
    line->tables = tables.join(QStringLiteral(", "));
    const QModelIndex index = indexOf(line);
    Q_EMIT dataChanged(index, index.siblingAtColumn(ColumnCount - 1));
    if (const int entries = rowCount(index); entries > 0)
        Q_EMIT dataChanged(this->index(0, 0, index), this->index(entries - 1, ColumnCount - 1, index));
}

bool ReceiptModel::canFetchMore(const QModelIndex &parent) const
{
    const Node *node = parent.isValid() && parent.column() == 0 ? nodeOf(parent) : nullptr;
    return node && node->parent && m_directory
        && static_cast<const Entry *>(node)->fetched == Entry::Fetched::No;
}

void ReceiptModel::fetchMore(const QModelIndex &parent)
{
    if (!canFetchMore(parent))
        return;
    const auto *found = static_cast<const Entry *>(nodeOf(parent));
    Entry &entry = find(found->line().receipt.id)->entries[size_t(found->row)];
    entry.fetched = Entry::Fetched::Running;
    ++m_working;
    auto *watcher = new QFutureWatcher<std::vector<FieldLine>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this,
            [this, watcher, receipt = entry.line().receipt.id, row = size_t(entry.row)] {
                watcher->deleteLater();
                --m_working;
                Line *line = find(receipt);
                if (!line || row >= line->entries.size())
                    return;
                Entry &here = line->entries[row];
                if (here.fetched != Entry::Fetched::Running)
                    return;
                here.fetched = Entry::Fetched::Done;
                const std::vector<FieldLine> fields = watcher->result();
                if (fields.empty())
                    return;
                beginInsertRows(indexOf(&here), 0, int(fields.size()) - 1);
                here.fields = fields;
                endInsertRows();
            });
    watcher->setFuture(QtConcurrent::run([resolved = resolve(entry.change.key), change = entry.change] {
        return fieldLines(resolved->codec, changeOf(change));
    }));
}

QByteArray ReceiptModel::exportLines(const QStringList &receipts) const
{
    QByteArray lines;
    for (auto it = m_lines.crbegin(); it != m_lines.crend(); ++it) {
        const Line &line = **it;
        if (!receipts.contains(line.receipt.id))
            continue;
        QJsonObject object = core::toJson(line.receipt);
        QJsonArray changes = object.value(QLatin1String("changes")).toArray();
        for (qsizetype i = 0; i < changes.size() && i < qsizetype(line.entries.size()); ++i) {
            const Entry &entry = line.entries[size_t(i)];
            QJsonObject change = changes.at(i).toObject();
            change.insert(QLatin1String("table"), entry.table);
            change.insert(QLatin1String("keyText"), entry.key);
            change.insert(QLatin1String("text"), entry.text);
            changes.replace(i, change);
        }
        object.insert(QLatin1String("changes"), changes);
        lines += QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    }
    return lines;
}

const ReceiptModel::Node *ReceiptModel::nodeOf(const QModelIndex &index)
{
    const auto *above = static_cast<const Node *>(index.constInternalPointer());
    const auto *model = static_cast<const ReceiptModel *>(index.model());
    if (!above)
        return model->m_lines[size_t(index.row())].get();
    if (!above->parent)
        return &static_cast<const Line *>(above)->entries[size_t(index.row())];
    return nullptr; // a field
}

QModelIndex ReceiptModel::indexOf(const Node *node) const
{
    return createIndex(node->row, 0, node->parent);
}

QModelIndex ReceiptModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? nodeOf(parent) : nullptr);
}

QModelIndex ReceiptModel::parent(const QModelIndex &index) const
{
    const auto *above = static_cast<const Node *>(index.constInternalPointer());
    return above ? indexOf(above) : QModelIndex();
}

int ReceiptModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return int(m_lines.size());
    const Node *node = parent.column() == 0 ? nodeOf(parent) : nullptr;
    if (!node)
        return 0;
    return node->parent ? int(static_cast<const Entry *>(node)->fields.size())
                        : int(static_cast<const Line *>(node)->entries.size());
}

int ReceiptModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

bool ReceiptModel::hasChildren(const QModelIndex &parent) const
{
    // While it is not known, there may be some.
    return rowCount(parent) > 0 || canFetchMore(parent);
}

QVariant ReceiptModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case WhenColumn:
        return tr("When");
    case TableColumn:
        return tr("Table");
    case KeyColumn:
        return tr("Key");
    default:
        return tr("Change");
    }
}

QVariant ReceiptModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const auto *above = static_cast<const Node *>(index.constInternalPointer());
    if (!above)
        return lineData(*m_lines[size_t(index.row())], index.column(), role);
    if (!above->parent)
        return entryData(static_cast<const Line *>(above)->entries[size_t(index.row())], index.column(),
                         role);
    const auto &entry = *static_cast<const Entry *>(above);
    const FieldLine &field = entry.fields[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == KeyColumn   ? QVariant(field.field)
            : index.column() == ChangeColumn ? QVariant(field.change)
                                             : QVariant();
    case Qt::ToolTipRole:
        return QStringLiteral("<qt><pre>%1</pre></qt>").arg(field.tooltip.toHtmlEscaped());
    case ReceiptRole:
    case KeyRole:
    case WrittenRole:
    case OverwrittenRole:
        return entryData(entry, WhenColumn, role);
    default:
        return {};
    }
}

QVariant ReceiptModel::lineData(const Line &line, int column, int role) const
{
    const Receipt &receipt = line.receipt;
    const bool overwritten = receipt.isOverwritten();
    switch (role) {
    case Qt::DisplayRole:
        switch (column) {
        case WhenColumn:
            return QLocale().toString(receipt.time.toLocalTime(), QLocale::ShortFormat);
        case TableColumn:
            return line.tables;
        case KeyColumn:
            return receipt.changes.size() == 1
                ? tr("1 record")
                : tr("%1 records").arg(QLocale().toString(qulonglong(receipt.changes.size())));
        default:
            break;
        }
        switch (receipt.outcome) {
        case Receipt::Outcome::Unknown:
            return tr("It is not known whether it was written");
        case Receipt::Outcome::NotCommitted:
            return tr("Was not written; its answer was lost");
        case Receipt::Outcome::Committed:
        case Receipt::Outcome::FoundLater:
            break;
        }
        return (overwritten ? tr("Revision %1; overwritten by another client soon after")
                    : receipt.outcome == Receipt::Outcome::FoundLater
                    ? tr("Revision %1; found out later, its answer was lost")
                    : tr("Revision %1"))
            .arg(QString::number(receipt.revision.value));
    case Qt::DecorationRole:
        if (column != WhenColumn)
            return {};
        if (!receipt.wasWritten())
            return theme::icon(theme::Mark::Warning);
        return theme::icon(overwritten ? theme::Mark::Conflict : theme::Mark::Edited);
    case Qt::BackgroundRole:
        return overwritten ? QVariant(theme::tint(theme::Mark::Conflict, QGuiApplication::palette()))
                           : QVariant();
    case Qt::ToolTipRole:
        return tr("%1\n%2, cluster %3, member %4")
            .arg(QLocale().toString(receipt.time.toLocalTime(), QLocale::LongFormat), receipt.endpoint,
                 QString::number(receipt.clusterId, 16),
                 receipt.memberId == 0 ? tr("not known") : QString::number(receipt.memberId, 16));
    case ReceiptRole:
        return receipt.id;
    case SearchRole:
        return line.search;
    case WrittenRole:
        return receipt.wasWritten();
    case OverwrittenRole:
        return overwritten;
    default:
        return {};
    }
}

QVariant ReceiptModel::entryData(const Entry &entry, int column, int role) const
{
    const ReceiptChange &done = entry.change;
    switch (role) {
    case Qt::DisplayRole:
        switch (column) {
        case WhenColumn:
            return operationText(done.kind);
        case TableColumn:
            return entry.table;
        case KeyColumn:
            return entry.key;
        default:
            break;
        }
        if (!done.overwritten)
            return entry.text;
        return (done.overwritten->now.exists
                    ? tr("%1; overwritten at revision %2 by another client")
                    : tr("%1; deleted at revision %2 by another client or its lease"))
            .arg(entry.text, QString::number(done.overwritten->now.modRevision.value));
    case Qt::DecorationRole:
        return column == WhenColumn
            ? QVariant(theme::icon(done.overwritten ? theme::Mark::Conflict : markOf(changeOf(done))))
            : QVariant();
    case Qt::BackgroundRole:
        return done.overwritten ? QVariant(theme::tint(theme::Mark::Conflict, QGuiApplication::palette()))
                                : QVariant();
    case Qt::ToolTipRole:
        return QStringLiteral("<qt>%1</qt>")
            .arg((column == KeyColumn ? entry.key : entry.text).toHtmlEscaped());
    case ReceiptRole:
        return entry.line().receipt.id;
    case KeyRole:
        return done.key;
    case WrittenRole:
        return entry.line().receipt.wasWritten();
    case OverwrittenRole:
        return done.overwritten.has_value();
    default:
        return {};
    }
}

void ReceiptFilter::setText(const QString &text)
{
    m_words = text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool ReceiptFilter::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    if (parent.isValid() || m_words.isEmpty())
        return true;
    const QString text = sourceModel()->index(row, 0, parent).data(ReceiptModel::SearchRole).toString();
    return std::all_of(m_words.cbegin(), m_words.cend(),
                       [&](const QString &word) { return text.contains(word); });
}

} // namespace slotscope::ui
