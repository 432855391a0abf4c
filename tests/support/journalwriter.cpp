// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/journalwriter.h"

#include <QElapsedTimer>
#include <QSet>
#include <QtEndian>

namespace slotscope::test {

using namespace core;

namespace {

constexpr int PauseMs = 20; ///< before it tries again

} // namespace

/// The part that lives on the thread.
class JournalWriter::Work : public QObject
{
public:
    explicit Work(JournalWriter *writer)
        : m_writer(writer)
        , m_client(writer->m_endpoint)
        , m_random(writer->m_options.seed)
    {
        m_clock.start();
        next();
    }

private:
    void next()
    {
        const Options &options = m_writer->m_options;
        const bool done = !options.goesOn && m_writer->m_changes >= options.changes;
        if (m_writer->m_stopping || done) {
            QThread::currentThread()->quit();
            return;
        }
        if (options.perSecond > 0) {
            const qint64 dueMs = m_writer->m_changes * 1000 / options.perSecond;
            if (const qint64 early = dueMs - m_clock.elapsed(); early > 0) {
                QTimer::singleShot(static_cast<int>(early), this, [this] { next(); });
                return;
            }
        }
        prepare();
        send();
    }

    void prepare()
    {
        const Options &options = m_writer->m_options;
        ++m_number;
        m_pending.clear();
        m_txn = {};
        // Should the last one, given up, still be on its way, it comes too late.
        m_txn.compare.push_back({.range = KeyRange::single(marker()), .number = m_writer->m_lastRevision});
        QSet<int> chosen;
        const int count = m_random.bounded(1, options.mostPerTxn + 1);
        while (static_cast<int>(m_pending.size()) < count) {
            // A transaction may name a key but once.
            const int record = m_random.bounded(options.keys);
            if (chosen.contains(record))
                continue;
            chosen.insert(record);
            add(record);
        }
        m_txn.success.push_back(
            {PutRequest {.key = marker(), .value = QByteArray::number(m_number), .lease = {}}});
    }

    void add(int record)
    {
        QByteArray key(2 + 8, '\0');
        qToBigEndian(static_cast<quint16>(m_writer->m_options.slot.value), key.data());
        qToBigEndian(static_cast<quint64>(record), key.data() + 2);
        const auto known = m_writer->m_records.constFind(key);
        JournalChange change;
        change.key = key;
        if (known != m_writer->m_records.cend())
            change.previous = *known;
        constexpr int OneDeletionIn = 5;
        if (!change.previous.isNull() && m_random.bounded(OneDeletionIn) == 0) {
            change.type = EventType::Delete;
            m_txn.success.push_back({DeleteRangeRequest {.range = KeyRange::single(key)}});
        } else {
            change.value = R"({"n":)" + QByteArray::number(m_number) + R"(,"at":)"
                + QByteArray::number(m_pending.size()) + R"(,"x":")" + QByteArray(m_random.bounded(40), 'x')
                + "\"}";
            m_txn.success.push_back({PutRequest {.key = key, .value = change.value, .lease = {}}});
        }
        m_pending.push_back(std::move(change));
    }

    void send()
    {
        m_client.txn(m_txn).then(this, [this](const Result<TxnReply> &reply) {
            if (reply && reply->succeeded)
                return written(reply->header.revision);
            ++m_writer->m_lost;
            lookBack();
        });
    }

    /// Whether the last transaction came through, as its number tells.
    void lookBack()
    {
        m_client.range({.range = KeyRange::single(marker())}).then(this, [this](const auto &reply) {
            if (!reply)
                QTimer::singleShot(PauseMs, this, [this] { lookBack(); });
            else if (!reply->kvs.empty() && reply->kvs[0].value == QByteArray::number(m_number)
                     && reply->kvs[0].modRevision > m_writer->lastRevision())
                written(reply->kvs[0].modRevision);
            else
                send();
        });
    }

    void written(Revision revision)
    {
        for (JournalChange &change : m_pending) {
            change.revision = revision;
            if (change.type == EventType::Put)
                m_writer->m_records.insert(change.key, change.value);
            else
                m_writer->m_records.remove(change.key);
            m_writer->m_journal.push_back(std::move(change));
        }
        m_writer->m_lastRevision = revision.value;
        m_writer->m_changes += static_cast<qint64>(m_pending.size());
        next();
    }

    JournalWriter *m_writer;
    Client m_client;
    QRandomGenerator m_random;
    QElapsedTimer m_clock;
    qint64 m_number = 0;
    TxnRequest m_txn;
    std::vector<JournalChange> m_pending;
};

JournalWriter::JournalWriter(const Endpoint &endpoint, const Options &options)
    : m_endpoint(endpoint)
    , m_options(options)
{
}

JournalWriter::~JournalWriter()
{
    m_stopping = true;
    m_thread.quit();
    m_thread.wait();
}

void JournalWriter::continueAfter(const JournalWriter &other)
{
    m_records = other.m_records;
    m_lastRevision = other.m_lastRevision.load();
}

void JournalWriter::start()
{
    auto *starter = new QObject;
    starter->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::started, starter, [this, starter] {
        auto *work = new Work(this);
        QObject::connect(&m_thread, &QThread::finished, work, &QObject::deleteLater);
        starter->deleteLater();
    });
    m_thread.start();
}

} // namespace slotscope::test
