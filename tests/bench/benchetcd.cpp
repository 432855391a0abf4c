// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benchetcd.h"

#include "core/etcd/gatewaymessages.h"
#include "core/etcd/rowreaders.h"
#include "tests/bench/loopprobe.h"

#include <QCborStreamWriter>
#include <QElapsedTimer>
#include <QFile>
#include <QStorageInfo>
#include <QTemporaryFile>
#include <QTimer>
#include <QtEndian>

#include <array>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

constexpr qint64 RoomWanted = qint64(6) << 30;

QString word(QRandomGenerator &random)
{
    QString text(random.bounded(4, 12), u'a');
    for (QChar &letter : text)
        letter = QChar(char16_t(u'a' + random.bounded(26)));
    return text;
}

QByteArray prefixOf(core::Slot slot)
{
    QByteArray prefix(2, '\0');
    qToBigEndian(slot.value, prefix.data());
    return prefix;
}

QByteArray makeKey(QRandomGenerator &random, const QByteArray &prefix)
{
    QByteArray key = prefix;
    for (int i = 0; i < 16; ++i)
        key.append(char(random.bounded(256)));
    key[2 + 6] = char((key[2 + 6] & 0x0f) | 0x40); // the bits of a UUID of version 4
    key[2 + 8] = char((key[2 + 8] & 0x3f) | 0x80);
    return key;
}

double runSeconds(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    QElapsedTimer clock;
    clock.start();
    process.start(program, arguments);
    if (!process.waitForFinished(600'000) || process.exitCode() != 0)
        qFatal("%s did not do its part", qPrintable(program));
    return double(clock.nsecsElapsed()) * 1e-9;
}

/// In memory, where there is room for what etcd keeps of a million records.
void chooseFolder()
{
    const QStorageInfo memory(QStringLiteral("/dev/shm"));
    if (memory.isReady() && memory.bytesAvailable() > RoomWanted)
        qputenv("TMPDIR", "/dev/shm");
}

QStringList etcdArguments()
{
    chooseFolder();
    return {QStringLiteral("--quota-backend-bytes"), QString::number(qint64(8) << 30)};
}

/// Writes what it is given, with some transactions on their way at a time.
class Filler : public QObject
{
public:
    Filler(const core::Endpoint &endpoint, core::Slot slot, int records)
        : m_client(endpoint)
        , m_prefix(prefixOf(slot))
        , m_left(records)
        , m_random(slot.value)
    {
        for (int i = 0; i < 6; ++i)
            next();
    }
    bool isDone() const { return m_left == 0 && m_running == 0; }

private:
    void next()
    {
        if (m_left == 0)
            return;
        core::TxnRequest txn;
        for (int i = 0; i < 120 && m_left > 0; ++i, --m_left) {
            txn.success.push_back({core::PutRequest {
                .key = makeKey(m_random, m_prefix), .value = makeRecord(m_random, m_left), .lease = {}}});
        }
        ++m_running;
        m_client.txn(txn).then(this, [this](const core::Result<core::TxnReply> &reply) {
            if (!reply)
                qFatal("the etcd does not take the records: %s", qPrintable(reply.error().detail));
            --m_running;
            next();
        });
    }

    core::Client m_client;
    QByteArray m_prefix;
    int m_left;
    int m_running = 0;
    QRandomGenerator m_random;
};

} // namespace

QByteArray makeRecord(QRandomGenerator &random, qint64 number)
{
    static const std::array<const char *, 6> cities {"Erlangen", "Zürich",    "São Paulo",
                                                     "Kyoto",    "Reykjavík", "Portland"};
    QByteArray bytes;
    QCborStreamWriter writer(&bytes);
    const QString first = word(random);
    const QString last = word(random);
    const auto name = [&writer](const char *text) { writer.append(QLatin1StringView(text)); };
    writer.startMap(9);
    name("oid");
    writer.append(number);
    name("name");
    writer.append(QString(first + u' ' + last));
    name("email");
    writer.append(QString(first + u'.' + last + QLatin1String("@example.org")));
    name("city");
    writer.append(QString::fromUtf8(cities[size_t(random.bounded(int(cities.size())))]));
    name("registered");
    writer.append(QStringLiteral("2024-%1-%2T10:30:00Z")
                      .arg(random.bounded(1, 13), 2, 10, QLatin1Char('0'))
                      .arg(random.bounded(1, 29), 2, 10, QLatin1Char('0')));
    name("active");
    writer.append(random.bounded(5) > 0);
    name("score");
    writer.append(random.generateDouble() * 100);
    name("referred_by");
    if (random.bounded(5) < 2)
        writer.append(quint64(random.bounded(1000, 3000)));
    else
        writer.append(nullptr);
    name("comment");
    QString comment;
    for (int i = 0; i < 16; ++i)
        comment += word(random) + u' ';
    writer.append(comment);
    writer.endMap();
    return bytes;
}

BenchEtcd::BenchEtcd()
    : m_etcd(etcdArguments())
{
    if (!m_etcd.start())
        qFatal("no etcd to measure with");
}

void BenchEtcd::fill(core::Slot slot, int records)
{
    const Filler filler(endpoint(), slot, records);
    if (!spinUntil([&filler] { return filler.isDone(); }, 30min))
        qFatal("the etcd does not take the records");
}

int BenchEtcd::watchers() const
{
    QProcess curl;
    curl.start(QStringLiteral("curl"),
               {QStringLiteral("--silent"), QStringLiteral("--fail"),
                m_etcd.endpoint() + QStringLiteral("/metrics")});
    if (!curl.waitForFinished(60'000) || curl.exitCode() != 0)
        qFatal("the etcd does not tell of its watches");
    constexpr QByteArrayView Name("\netcd_debugging_mvcc_watcher_total ");
    const QByteArray metrics = curl.readAllStandardOutput();
    const qsizetype at = metrics.indexOf(Name);
    if (at < 0)
        qFatal("the etcd does not count its watches");
    return metrics.sliced(at + Name.size()).split('\n').first().toInt();
}

double BenchEtcd::etcdctlSeconds(core::Slot slot) const
{
    return etcdctlSeconds(QString::fromLatin1(prefixOf(slot)));
}

double BenchEtcd::etcdctlSecondsOfAll() const
{
    return etcdctlSeconds(QString());
}

double BenchEtcd::etcdctlSeconds(const QString &prefix) const
{
    return runSeconds(QStringLiteral("etcdctl"),
                      {QStringLiteral("--endpoints"), m_etcd.endpoint(),
                       QStringLiteral("--command-timeout=300s"), QStringLiteral("get"),
                       QStringLiteral("--prefix"), prefix});
}

double BenchEtcd::curlTotal(const QString &path, const QByteArray &body, const QStringList &options) const
{
    QTemporaryFile file;
    if (!file.open() || file.write(body) != body.size() || !file.flush())
        qFatal("cannot write what curl is to send");
    QProcess curl;
    curl.start(QStringLiteral("curl"),
               QStringList {QStringLiteral("--silent"), QStringLiteral("--fail"), QStringLiteral("--output"),
                            QStringLiteral("/dev/null"), QStringLiteral("--write-out"),
                            QStringLiteral("%{time_total}"), QStringLiteral("--data-binary"),
                            QLatin1Char('@') + file.fileName(), m_etcd.endpoint() + path}
                   + options);
    if (!curl.waitForFinished(600'000) || curl.exitCode() != 0)
        qFatal("curl did not do its part");
    return curl.readAllStandardOutput().toDouble();
}

double BenchEtcd::curlSeconds(core::Slot slot) const
{
    return curlTotal(QStringLiteral("/v3/kv/range"),
                     core::gateway::toJson(core::RangeRequest {.range = core::KeyRange::slot(slot)}));
}

double BenchEtcd::grpcSeconds(core::Slot slot) const
{
    const QByteArray message = core::grpc::toProtobuf({.range = core::KeyRange::slot(slot)});
    QByteArray body(5, '\0'); // not compressed, and its size
    qToBigEndian(quint32(message.size()), body.data() + 1);
    return curlTotal(QStringLiteral("/etcdserverpb.KV/Range"), body + message,
                     {QStringLiteral("--http2-prior-knowledge"), QStringLiteral("--header"),
                      QStringLiteral("content-type: application/grpc"), QStringLiteral("--header"),
                      QStringLiteral("te: trailers")});
}

double BenchEtcd::curlTxnSeconds(const core::TxnRequest &request) const
{
    return curlTotal(QStringLiteral("/v3/kv/txn"), core::gateway::toJson(request));
}

/// The part that lives on the thread.
class Churn::Work : public QObject
{
public:
    explicit Work(Churn *churn)
        : m_churn(churn)
        , m_client(churn->m_endpoint)
        , m_random(7)
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        connect(&m_timer, &QTimer::timeout, this, [this] { next(); });
        m_clock.start();
        next();
    }

private:
    void next()
    {
        constexpr int MostRunning = 8;
        while (m_running < MostRunning) {
            const qint64 due = m_sent * 1000 / m_churn->m_options.perSecond;
            if (const qint64 early = due - m_clock.elapsed(); early > 0) {
                m_timer.start(int(early));
                return;
            }
            send();
        }
    }

    void send()
    {
        core::TxnRequest txn;
        const std::vector<QByteArray> &keys = m_churn->m_keys;
        const size_t first = size_t(m_random.bounded(quint32(keys.size())));
        // Not the same key twice in a transaction: a stride through them from anywhere.
        const size_t stride = std::max<size_t>(1, keys.size() / size_t(m_churn->m_options.perTxn));
        for (int i = 0; i < m_churn->m_options.perTxn; ++i) {
            const QByteArray &key = keys[(first + size_t(i) * stride) % keys.size()];
            const bool goes = !m_churn->m_options.onlyUpdates && m_random.bounded(100) == 0;
            if (goes)
                txn.success.push_back({core::DeleteRangeRequest {.range = core::KeyRange::single(key)}});
            else
                txn.success.push_back(
                    {core::PutRequest {.key = key, .value = makeRecord(m_random, ++m_number), .lease = {}}});
        }
        m_sent += m_churn->m_options.perTxn;
        ++m_running;
        m_client.txn(txn).then(this, [this](const core::Result<core::TxnReply> &reply) {
            if (!reply)
                qFatal("the etcd does not take the changes: %s", qPrintable(reply.error().detail));
            m_churn->m_changes += m_churn->m_options.perTxn;
            --m_running;
            next();
        });
    }

    Churn *m_churn;
    core::Client m_client;
    QRandomGenerator m_random;
    QElapsedTimer m_clock;
    QTimer m_timer;
    int m_running = 0;
    qint64 m_sent = 0;
    qint64 m_number = 0;
};

Churn::Churn(const core::Endpoint &endpoint, std::vector<QByteArray> keys, const Options &options)
    : m_endpoint(endpoint)
    , m_keys(std::move(keys))
    , m_options(options)
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

Churn::~Churn()
{
    m_thread.quit();
    m_thread.wait();
}

} // namespace slotscope::bench
