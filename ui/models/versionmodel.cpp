// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/versionmodel.h"

#include <QFutureWatcher>
#include <QLocale>
#include <QtConcurrentRun>

#include <algorithm>
#include <optional>

namespace slotscope::ui {

using core::KeyVersion;
using core::Revision;

namespace {

constexpr size_t MostAtOnce = 200; // lines of a job; more than that is not looked at at once
constexpr qsizetype MostTexts = 20'000;

} // namespace

VersionModel::VersionModel(QObject *parent)
    : QAbstractTableModel(parent)
{
    m_due.setSingleShot(true);
    connect(&m_due, &QTimer::timeout, this, &VersionModel::startJob);
}

void VersionModel::follow(core::KeyHistory *history, const core::SlotCodec &codec)
{
    beginResetModel();
    if (m_history)
        disconnect(m_history, nullptr, this, nullptr);
    m_history = history;
    m_codec = codec;
    m_count = history ? static_cast<int>(history->versions().size()) : 0;
    m_texts.clear();
    m_wanted.clear();
    ++m_generation;
    endResetModel();
    if (!history)
        return;
    connect(history, &core::KeyHistory::reset, this, [this] {
        beginResetModel();
        m_count = 0;
        m_texts.clear();
        m_wanted.clear();
        ++m_generation;
        endResetModel();
    });
    connect(history, &core::KeyHistory::appended, this, [this](int count) {
        beginInsertRows({}, 0, count - 1);
        m_count += count;
        endInsertRows();
    });
    connect(history, &core::KeyHistory::dropped, this, [this](int count) {
        beginRemoveRows({}, m_count - count, m_count - 1);
        m_count -= count;
        endRemoveRows();
    });
}

void VersionModel::setCodec(const core::SlotCodec &codec)
{
    if (codec.type() == m_codec.type() && codec.prefixLength() == m_codec.prefixLength())
        return;
    m_codec = codec;
    m_texts.clear();
    m_wanted.clear();
    ++m_generation;
    if (m_count > 0)
        Q_EMIT dataChanged(index(0, ChangeColumn), index(m_count - 1, ChangeColumn));
}

const KeyVersion *VersionModel::version(int row) const
{
    // Views may ask for lines that go while they are told of it.
    if (!m_history || row < 0 || row >= m_count || static_cast<size_t>(row) >= m_history->versions().size())
        return nullptr;
    return &m_history->versions()[m_history->versions().size() - 1 - static_cast<size_t>(row)];
}

int VersionModel::rowOf(Revision revision) const
{
    if (!m_history)
        return -1;
    const auto &versions = m_history->versions();
    const auto found = std::lower_bound(
        versions.cbegin(), versions.cend(), revision,
        [](const KeyVersion &version, Revision wanted) { return version.revision() < wanted; });
    return found == versions.cend() || found->revision() != revision
        ? -1
        : static_cast<int>(versions.cend() - found) - 1;
}

int VersionModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_count;
}

int VersionModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant VersionModel::data(const QModelIndex &index, int role) const
{
    const KeyVersion *shown = version(index.row());
    if (!shown)
        return {};
    if (role == Qt::TextAlignmentRole && (index.column() <= VersionColumn || index.column() == SizeColumn))
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::DecorationRole && index.column() == KindColumn)
        return theme::icon(shown->deleted          ? theme::Mark::Deleted
                               : shown->isCreate() ? theme::Mark::Inserted
                                                   : theme::Mark::Edited);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case RevisionColumn:
        return QString::number(shown->revision().value);
    case VersionColumn:
        return shown->deleted ? QString() : QString::number(shown->kv.version);
    case KindColumn:
        return versionKind(before(index.row()), *shown);
    case SizeColumn:
        return shown->deleted ? QString() : QLocale().formattedDataSize(shown->kv.value.size());
    case TimeColumn:
        return m_times ? m_times(shown->revision()) : QString();
    case ChangeColumn: {
        const auto text = m_texts.constFind(shown->revision());
        if (text != m_texts.cend())
            return *text;
        if (m_wanted.size() < MostAtOnce)
            m_wanted.push_back(shown->revision());
        if (!m_due.isActive())
            m_due.start(0);
        return QString(QChar(0x2026));
    }
    default:
        return {};
    }
}

QVariant VersionModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case RevisionColumn:
        return tr("Revision");
    case VersionColumn:
        return tr("Version");
    case KindColumn:
        return tr("What");
    case SizeColumn:
        return tr("Size");
    case TimeColumn:
        return tr("When");
    case ChangeColumn:
        return tr("Change");
    default:
        return {};
    }
}

void VersionModel::startJob()
{
    struct Line
    {
        std::optional<KeyVersion> before;
        KeyVersion version;
    };
    using Texts = std::vector<std::pair<Revision, QString>>;

    std::vector<Line> lines;
    for (const Revision revision : std::exchange(m_wanted, {})) {
        const int row = rowOf(revision);
        const KeyVersion *shown = version(row);
        if (!shown || m_texts.contains(revision))
            continue;
        const KeyVersion *old = before(row);
        lines.push_back({old ? std::optional(*old) : std::nullopt, *shown});
    }
    if (lines.empty())
        return;
    ++m_working;
    auto *watcher = new QFutureWatcher<Texts>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, generation = m_generation] {
        watcher->deleteLater();
        --m_working;
        if (generation == m_generation) {
            if (m_texts.size() > MostTexts)
                m_texts.clear();
            int first = m_count;
            int last = -1;
            for (const auto &[revision, text] : watcher->result()) {
                m_texts.insert(revision, text);
                const int row = rowOf(revision);
                if (row < 0)
                    continue;
                first = std::min(first, row);
                last = std::max(last, row);
            }
            if (first <= last)
                Q_EMIT dataChanged(index(first, ChangeColumn), index(last, ChangeColumn));
        }
        Q_EMIT busyChanged();
    });
    watcher->setFuture(QtConcurrent::run([lines = std::move(lines), codec = m_codec] {
        Texts texts;
        for (const Line &line : lines)
            texts.emplace_back(line.version.revision(),
                               versionText(codec, line.before ? &*line.before : nullptr, line.version));
        return texts;
    }));
}

} // namespace slotscope::ui
