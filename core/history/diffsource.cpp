// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/diffsource.h"

#include "core/etcd/maketransport.h"
#include "core/etcd/revisiontransport.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <QtConcurrentRun>

namespace slotscope::core {

Expected<DiffSource, QString> DiffSource::parse(const QString &text)
{
    const QString word = text.trimmed();
    if (word.compare(QLatin1String("now"), Qt::CaseInsensitive) == 0)
        return DiffSource {.kind = Kind::Now};
    static const QRegularExpression digits(QStringLiteral("^[0-9]+$"));
    if (digits.match(word).hasMatch() && !QFileInfo::exists(word)) {
        bool fits = false;
        const Revision revision(word.toLongLong(&fits));
        if (!fits || revision.value == 0)
            return Unexpected {QStringLiteral("%1 is no revision: they begin at 1").arg(word)};
        return DiffSource {.kind = Kind::Then, .revision = revision};
    }
    if (word.contains(QLatin1String("://"))) {
        DiffSource source {.kind = Kind::Server};
        static const QRegularExpression behind(QStringLiteral("^(.*)@([0-9]+)$"));
        const QRegularExpressionMatch match = behind.match(word);
        const auto endpoint = Endpoint::parse(match.hasMatch() ? match.captured(1) : word);
        if (!endpoint)
            return Unexpected {QStringLiteral("%1: %2").arg(word, endpoint.error().detail)};
        source.server = *endpoint;
        if (match.hasMatch()) {
            bool fits = false;
            source.revision = Revision(match.captured(2).toLongLong(&fits));
            if (!fits || source.revision.value == 0)
                return Unexpected {
                    QStringLiteral("%1 is no revision: they begin at 1").arg(match.captured(2))};
        }
        return source;
    }
    if (word.isEmpty())
        return Unexpected {QStringLiteral("what to compare is empty")};
    if (!QFileInfo(word).isFile())
        return Unexpected {
            QStringLiteral("%1 is neither `now`, a revision, a URL nor a file that exists").arg(word)};
    return DiffSource {.kind = Kind::File, .file = word};
}

QString DiffSource::text() const
{
    switch (kind) {
    case Kind::Now:
        return QStringLiteral("now");
    case Kind::Then:
        return QString::number(revision.value);
    case Kind::Server:
        return revision.value == 0 ? server.toString()
                                   : QStringLiteral("%1@%2").arg(server.toString()).arg(revision.value);
    case Kind::File:
        break;
    }
    return file;
}

namespace {

ConnectionOptions optionsFor(const DiffSource &source, ConnectionOptions own)
{
    if (source.kind == DiffSource::Kind::Server) {
        own.endpoints = {source.server};
        own.user.clear();
        own.password.clear();
        own.prefix.clear();
    }
    return own;
}

} // namespace

DiffEnd::DiffEnd(DiffSource source, const ConnectionOptions &own, Types types, const Schema &schema,
                 QObject *parent)
    : QObject(parent)
    , m_source(std::move(source))
    , m_options(optionsFor(m_source, own))
    , m_types(types)
    , m_schema(schema)
{
    connect(&m_reading, &QFutureWatcherBase::finished, this, [this] { takeFile(m_reading.result()); });
}

DiffEnd::~DiffEnd()
{
    // In the order in which they know each other.
    m_directory.reset();
    m_watch.reset();
}

void DiffEnd::open()
{
    if (m_source.kind == DiffSource::Kind::File) {
        m_reading.setFuture(QtConcurrent::run([path = m_source.file] { return RecordFile::open(path); }));
        return;
    }
    if (m_source.revision.value != 0) {
        openAt(m_source.revision);
        return;
    }
    m_client = std::make_unique<Client>(m_options);
    // Not the status, which a member that lags behind answers by itself.
    m_client->range({.range = KeyRange::single(QByteArray(1, '\0')), .countOnly = true})
        .then(this, [this](const Result<RangeReply> &reply) {
            if (reply)
                // The client is in the middle of its reply.
                QMetaObject::invokeMethod(
                    this, [this, revision = reply->header.revision] { openAt(revision); },
                    Qt::QueuedConnection);
            else
                Q_EMIT failed(reply.error());
        });
}

void DiffEnd::openAt(Revision revision)
{
    m_revision = revision;
    m_client =
        std::make_unique<Client>(std::make_unique<RevisionTransport>(makeTransport(m_options), m_revision));
    m_watch = std::make_unique<Watch>(m_client.get(), KeyRange::all(), Watch::Options {});
    m_directory = std::make_unique<SlotDirectory>(m_client.get(), m_watch.get());
    m_directory->setSchema(m_schema);
    connect(m_directory.get(), &SlotDirectory::loadFailed, this, &DiffEnd::failed);
    connect(
        m_directory.get(), &SlotDirectory::loaded, this,
        [this] {
            for (const Slot slot : m_directory->slotNumbers()) {
                const SlotInfo *info = m_directory->find(slot);
                m_tables[slot] = info->entry ? info->entry->oid.toLower() : QString();
            }
            if (m_types == Types::NotWanted)
                m_directory.reset();
            Q_EMIT opened();
        },
        // It goes on with itself after the signal.
        Qt::QueuedConnection);
    m_directory->load();
}

void DiffEnd::takeFile(const OpenedFile &file)
{
    if (!file) {
        Q_EMIT failed({.kind = ErrorKind::Io, .detail = file.error()});
        return;
    }
    m_file = *file;
    for (const Slot slot : m_file->slotNumbers())
        m_tables[slot] = QString();
    Q_EMIT opened();
}

std::optional<Slot> DiffEnd::find(Slot slot, const QString &oid) const
{
    if (!m_file && !oid.isEmpty()) {
        for (const auto &[number, known] : m_tables) {
            if (known.compare(oid, Qt::CaseInsensitive) == 0)
                return number;
        }
        return std::nullopt;
    }
    if (m_tables.contains(slot))
        return slot;
    if (m_file && m_tables.size() == 1)
        return m_tables.cbegin()->first;
    return std::nullopt;
}

SlotType DiffEnd::typeFromFile(Slot slot) const
{
    const KeyRange range = KeyRange::slot(slot);
    const size_t first = m_file->lowerBound(range.begin);
    const auto records = m_file->read(first, InferenceSampleSize);
    std::vector<Sample> samples;
    for (const KeyValue &kv : records ? *records : std::vector<KeyValue>()) {
        if (range.contains(kv.key))
            samples.push_back({kv.key.sliced(range.begin.size()), kv.value});
    }
    return samples.empty() ? SlotType() : inferSlotType(samples);
}

std::unique_ptr<DiffSide> DiffEnd::side(std::optional<Slot> slot) const
{
    constexpr int SlotBytes = 2;
    return slot ? side(KeyRange::slot(*slot), SlotBytes) : std::make_unique<EmptySide>();
}

std::unique_ptr<DiffSide> DiffEnd::side(const KeyRange &range, int prefixLength) const
{
    if (m_file)
        return std::make_unique<FileSide>(m_file, range, prefixLength);
    return std::make_unique<SnapshotSide>(m_client.get(), range, prefixLength, m_revision);
}

} // namespace slotscope::core
