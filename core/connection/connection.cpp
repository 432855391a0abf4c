// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/connection.h"

#include "core/base/log.h"
#include "core/connection/automerger.h"
#include "core/edit/aftercommit.h"
#include "core/etcd/tokenkeeper.h"
#include "core/history/compactionmonitor.h"
#include "core/live/eventlog.h"
#include "core/live/liverates.h"

#include <QMetaEnum>
#include <QRandomGenerator>
#include <QtEndian>

#include <ctime>

namespace slotscope::core {

namespace {

constexpr std::chrono::milliseconds CatchingUp(2000);

/// A clock that nobody sets, and that goes on while the machine sleeps.
std::chrono::milliseconds sinceBoot()
{
    timespec now {};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::seconds(now.tv_sec)
                                                                 + std::chrono::nanoseconds(now.tv_nsec));
}

/// Notes of a time that is still to come are of a clock that was wrong when they were made.
void forgetTheFuture(TimeBook *times, const QDateTime &now)
{
    if (times->entries().empty() || times->entries().back().time <= now)
        return;
    const std::vector<TimeBook::Entry> noted = times->entries();
    times->clear();
    for (const TimeBook::Entry &entry : noted) {
        if (entry.time <= now)
            times->note(entry.revision, entry.time);
    }
}

/// A part of a key space has drafts, settings and a history of its own: its prefix is told as the fragment,
/// in hex, which no address of a whole etcd has.
Endpoint placeOf(const ConnectionOptions &options)
{
    Endpoint endpoint = options.endpoint();
    if (!options.prefix.isEmpty())
        endpoint.url.setFragment(QString::fromLatin1(options.prefix.toHex()));
    return endpoint;
}

} // namespace

Connection::Connection(const Endpoint &endpoint, QObject *parent)
    : Connection(ConnectionOptions(endpoint), parent)
{
}

Connection::Connection(const ConnectionOptions &options, QObject *parent)
    : Connection(options, new Client(options), parent)
{
}

Connection::Connection(const Endpoint &endpoint, std::unique_ptr<Transport> transport, QObject *parent)
    : Connection(ConnectionOptions(endpoint), new Client(std::move(transport)), parent)
{
}

Connection::Connection(const ConnectionOptions &options, Client *client, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_endpoint(placeOf(options))
    , m_safety(new SafetyGate(this))
    , m_client(client)
    , m_leases(new LeaseBook(client, this))
    , m_watch(new Watch(m_client, KeyRange::all(), Watch::Options {}, this))
    , m_pulse(new ServerPulse(m_client, this))
    , m_directory(new SlotDirectory(m_client, m_watch, this))
    , m_edits(new EditSession(m_client, this))
    , m_schema(new SchemaKeeper(m_directory, this))
    , m_relations(new Relations(m_client, m_directory, this))
    , m_upkeep(new IndexUpkeep(m_client, m_edits, m_directory, m_relations, this))
    , m_receipts(new ReceiptBook(m_edits, this)) // hears of a commit before the draft of it goes
    , m_drafts(new DraftKeeper(m_edits, m_client, this))
    , m_afterCommit(new AfterCommit(m_edits, m_receipts, m_client, this))
    , m_compactions(new CompactionMonitor(m_client, this))
    , m_merger(new AutoMerger(m_edits, m_directory, this))
    , m_eventLog(new EventLog(this))
    , m_rates(new LiveRates(this))
{
    m_client->setParent(this);
    m_client->setGate(m_safety);
    m_edits->setGate(m_safety);
    m_safety->setClusterName(m_endpoint.url.authority());
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &Connection::attempt);

    connect(m_pulse, &ServerPulse::changed, this, &Connection::silenceChanged);
    connect(m_watch, &Watch::eventsReceived, m_pulse, &ServerPulse::hear);
    connect(m_watch, &Watch::progressed, m_pulse, &ServerPulse::hear);

    connect(m_directory, &SlotDirectory::loaded, this, [this] {
        if (m_state == State::Closed)
            return;
        m_eventLog->continueAfter(m_directory->revision());
        m_watching.start();
        m_watch->start(Revision(m_directory->revision().value + 1));
        // After the start, so that the tables know what the watch continues.
        reloadTables();
        Q_EMIT revisionChanged();
    });
    connect(m_directory, &SlotDirectory::loadFailed, this, &Connection::failed);

    connect(m_client, &Client::rightsChanged, this, [this] {
        // What was read is too much or too little, and the watch is over other ranges.
        if (m_state != State::Closed && m_directory->isLoaded())
            m_directory->load();
    });
    connect(m_client, &Client::signInWanted, this, [this](const Error &error) {
        // The watch goes on, but nothing else is answered.
        if (m_state == State::Online)
            failed(error);
    });

    startEventLog();
    m_drafts->setWitness(
        [this](const std::function<void()> &then) { m_receipts->whenWritten(m_drafts, then); });
    connect(m_drafts, &DraftKeeper::commitFound, m_receipts, &ReceiptBook::noteFound);

    connect(m_directory, &SlotDirectory::loaded, m_compactions, &CompactionMonitor::check);
    connect(m_watch, &Watch::eventsReceived, m_compactions, &CompactionMonitor::noteTraffic);
    connect(m_watch, &Watch::progressed, m_compactions, &CompactionMonitor::noteTraffic);
    connect(m_watch, &Watch::eventsReceived, m_edits, &EditSession::observe);
    connect(m_watch, &Watch::eventsReceived, m_upkeep, &IndexUpkeep::observe);
    connect(m_watch, &Watch::eventsReceived, m_afterCommit, &AfterCommit::observe);
    connect(m_watch, &Watch::eventsReceived, this, [this](const EventBatch &batch) { noteTime(batch.last); });
    connect(m_watch, &Watch::eventsReceived, this, &Connection::revisionChanged);
    connect(m_watch, &Watch::progressed, this, &Connection::revisionChanged);
    connect(m_watch, &Watch::compacted, this, &Connection::readAnew);
    connect(m_watch, &Watch::stateChanged, this, [this](Watch::State watching) {
        if (m_state == State::Closed)
            return;
        if (watching == Watch::State::Live) {
            m_watchedSince = QDateTime::currentDateTime();
            m_attempts = 0;
            m_refusals = 0;
            m_error = {};
            setState(State::Online);
            m_edits->resolveLost();
        } else if (watching == Watch::State::Closed) {
            // It gave up, on a refused permission say; somebody may grant it yet.
            failed(m_watch->lastError());
        } else if (watching == Watch::State::Backoff) {
            m_error = m_watch->lastError();
            if (m_state == State::Online)
                setState(State::Reconnecting);
            else
                Q_EMIT stateChanged(); // another attempt, another reason
        }
    });
}

Connection::~Connection()
{
    // The parts that still talk to each other go before the client does.
    for (const auto &[range, table] : m_tables) {
        if (const auto open = table.lock())
            disconnect(m_watch, nullptr, open.get(), nullptr);
    }
    delete m_pulse;
    delete m_upkeep;
    delete m_afterCommit;
    delete m_compactions;
    delete m_receipts;
    delete m_drafts;
    delete m_merger;
    delete m_edits;
    delete m_leases;
    delete m_schema;
    delete m_directory;
    delete m_watch;
    delete m_client;
}

void Connection::setPace(const Pace &pace)
{
    m_pace = pace;
    m_pulse->setPace(pace.pulse);
}

void Connection::setState(State state)
{
    if (m_state != state) {
        qCInfo(lcNet).noquote() << m_endpoint.toString() << "is"
                                << QMetaEnum::fromType<State>().valueToKey(static_cast<int>(state));
        m_state = state;
        m_since = sinceBoot();
    }
    if (state == State::Online)
        m_pulse->start();
    else
        m_pulse->stop();
    Q_EMIT stateChanged();
}

QDateTime Connection::since() const
{
    return QDateTime::currentDateTime().addMSecs((m_since - sinceBoot()).count());
}

void Connection::open()
{
    if (m_state != State::Closed)
        return;
    m_error = {};
    setState(State::Connecting);
    attempt();
}

void Connection::close()
{
    m_retry.stop();
    m_watch->close();
    setState(State::Closed);
}

void Connection::retryNow()
{
    if (m_watch->state() == Watch::State::Backoff)
        m_watch->retryNow();
    else if (isSignInRefused())
        signIn(m_options.user, m_options.password); // the client keeps the refusal
    else if (m_retry.isActive())
        attempt();
}

bool Connection::isSignInRefused() const
{
    return m_refusals >= TokenKeeper::MostRefusals && !m_retry.isActive() && TokenKeeper::isRefusal(m_error);
}

void Connection::signIn(const QString &user, const QString &password)
{
    m_options.user = user;
    m_options.password = password;
    m_client->signIn(user, password);
    m_attempts = 0;
    m_refusals = 0;
    attempt();
}

void Connection::attempt()
{
    m_retry.stop();
    if (m_state == State::Closed)
        return;
    m_client->connectToServer().then(this, [this](const Result<StatusReply> &status) {
        if (m_state == State::Closed)
            return;
        if (!status)
            return failed(status.error());
        m_status = *status;
        const QDateTime now = QDateTime::currentDateTime();
        forgetTheFuture(&m_times, now);
        m_times.note(status->header.revision, now);
        openSchema();
        openEdits();
        m_directory->load();
    });
}

void Connection::keepSchemaAt(const QString &file)
{
    m_schemaFile = file;
    openSchema();
}

void Connection::openSchema()
{
    if (!m_schemaFile.isEmpty())
        m_schema->open(m_schemaFile);
    else if (!m_schemaFolder.isEmpty() && m_status.header.clusterId != 0)
        m_schema->open(QStringLiteral("%1/%2.json")
                           .arg(m_schemaFolder, clusterFileName(m_endpoint, m_status.header.clusterId)));
}

void Connection::keepEditsIn(const QString &drafts, const QString &history)
{
    m_draftFolder = drafts;
    m_historyFolder = history;
}

void Connection::openEdits()
{
    const quint64 clusterId = m_status.header.clusterId;
    if (clusterId == 0)
        return;
    if (!m_historyFolder.isEmpty())
        m_receipts->open(m_historyFolder, m_endpoint, clusterId);
    if (!m_draftFolder.isEmpty())
        m_drafts->open(m_draftFolder, m_endpoint, clusterId);
}

void Connection::failed(const Error &error)
{
    if (m_state == State::Closed)
        return;
    m_error = error;
    qCInfo(lcNet).noquote() << m_endpoint.toString() << "cannot be used:" << error.detail;
    if (!TokenKeeper::isRefusal(error))
        m_refusals = 0;
    else if (!m_retry.isActive()) // else it is told of an attempt that has been counted
        ++m_refusals;
    if (m_state == State::Online)
        setState(State::Reconnecting);
    if (m_refusals >= TokenKeeper::MostRefusals) {
        m_retry.stop();
        qCInfo(lcNet).noquote() << m_endpoint.toString() << "is not asked again before somebody signs in";
        Q_EMIT stateChanged();
        return;
    }
    const auto doubled = m_pace.firstRetry * (1 << std::min(m_attempts, 5));
    const auto delay = std::min<std::chrono::milliseconds>(doubled, m_pace.longestRetry);
    ++m_attempts;
    // Many windows on one etcd do not come back all at once.
    m_retry.start(delay + delay * QRandomGenerator::global()->bounded(25) / 100);
    Q_EMIT stateChanged();
}

void Connection::readAnew()
{
    m_error = m_watch->lastError();
    const bool hasOtherData = m_watch->hasOtherData();
    setState(State::Reconnecting);
    if (hasOtherData)
        Q_EMIT otherDataFound();
    if (m_watching.elapsed() >= m_pace.lasting.count())
        m_losses = 0;
    // A balancer over two clusters, say, or a server that cancels every watch: everything would be read over
    // and over. That each watch had begun is no success.
    if (m_losses == 0) {
        attempt();
    } else {
        m_attempts = m_losses - 1;
        failed(m_error);
    }
    ++m_losses;
}

void Connection::noteTime(Revision revision)
{
    const QDateTime now = QDateTime::currentDateTime();
    const qint64 watched = m_watchedSince.msecsTo(now);
    // What a watch that was away catches up with came about earlier. It began in the future: the clock was
    // set back meanwhile, and how long ago it was is not known; that is long for catching up.
    if (watched >= 0 && watched < CatchingUp.count())
        return;
    forgetTheFuture(&m_times, now);
    m_times.note(revision, now);
}

Revision Connection::revision() const
{
    return std::max(m_directory->revision(), m_watch->deliveredRevision());
}

void Connection::startEventLog()
{
    connect(m_watch, &Watch::eventsReceived, m_eventLog, &EventLog::take);
    connect(m_watch, &Watch::eventsReceived, m_rates, &LiveRates::take);
    connect(m_watch, &Watch::progressed, m_eventLog, &EventLog::noteProgress);
    m_eventLog->setRows([this](const QByteArray &key) -> std::optional<BeforeBook::Row> {
        for (const auto &[range, known] : m_tables) {
            const auto table = known.lock();
            if (!table || table->state() != LiveTable::State::Live || !table->range().contains(key))
                continue;
            if (const auto id = table->rows().find(key))
                return BeforeBook::Row {table->rows().row(*id).toKeyValue(), table->revision()};
        }
        return std::nullopt;
    });
}

std::shared_ptr<LiveTable> Connection::table(const KeyRange &range)
{
    std::weak_ptr<LiveTable> &known = m_tables[{range.begin, range.end}];
    if (auto table = known.lock())
        return table;
    const auto table = std::make_shared<LiveTable>(m_client, m_watch, range);
    known = table;
    if (range.begin.size() == 2) {
        const Slot slot(qFromBigEndian<quint16>(range.begin.constData()));
        const SlotInfo *info = m_directory->find(slot);
        if (info && range == KeyRange::slot(slot))
            table->setExpectation(info->records);
    }
    if (m_directory->isLoaded())
        table->reload();
    return table;
}

void Connection::reloadTables()
{
    std::erase_if(m_tables, [](const auto &entry) { return entry.second.expired(); });
    const auto because = m_error.detail.isEmpty() ? std::nullopt : std::optional(m_error);
    for (const auto &[range, table] : m_tables) {
        if (const auto open = table.lock())
            open->reload(because);
    }
    m_edits->recheck();
    m_upkeep->recheck();
    m_afterCommit->recheck();
}

} // namespace slotscope::core
