// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/racingwriters.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

namespace slotscope::test {

using core::Change;
using core::CommitReport;
using core::KeyState;

RaceValue RaceValue::of(const QByteArray &bytes)
{
    const QList<QByteArray> parts = bytes.split(' ');
    return {parts.value(0).toLongLong(), parts.value(1), parts.value(2).toLongLong()};
}

QByteArray RaceValue::bytes() const
{
    return QByteArray::number(number) + ' ' + token + ' ' + QByteArray::number(madeOn);
}

QByteArray RaceTrack::key(int group, int number)
{
    return prefix() + QByteArray::number(group).rightJustified(2, '0') + '/' + QByteArray::number(number);
}

QByteArray RaceTrack::groupOf(const QByteArray &key)
{
    return key.first(prefix().size() + 2);
}

SessionWriter::SessionWriter(QByteArray name, const QString &endpoint, int groups, quint32 seed)
    : m_name(std::move(name))
    , m_groups(groups)
    , m_connection(core::Endpoint {QUrl(endpoint)})
    , m_random(seed)
{
    m_connection.open();
    m_table = m_connection.table(core::KeyRange::prefix(RaceTrack::prefix()));
    // Conflicts are settled here, so that it is known what was written.
    m_connection.edits()->setMerger({});
    connect(m_connection.edits(), &core::EditSession::committed, this, &SessionWriter::takeReport);
}

bool SessionWriter::isReady() const
{
    return m_connection.state() == core::Connection::State::Online
        && m_table->state() == core::LiveTable::State::Live;
}

void SessionWriter::start()
{
    m_stopped = false;
    m_idle = false;
    later(&SessionWriter::next);
}

void SessionWriter::later(void (SessionWriter::*what)())
{
    // Events of the watch come between.
    QMetaObject::invokeMethod(
        this, [this, what] { (this->*what)(); }, Qt::QueuedConnection);
}

KeyState SessionWriter::stateOf(const QByteArray &key) const
{
    const KeyState *settling = m_connection.edits()->settling(key);
    const auto row = m_table->rows().find(key);
    const KeyState shown = row ? KeyState::of(m_table->rows().row(*row).toKeyValue()) : KeyState::absent();
    return settling && settling->modRevision > shown.modRevision ? *settling : shown;
}

QByteArray SessionWriter::valueOn(const KeyState &state) const
{
    return RaceValue {RaceValue::of(state.value).number + 1, m_token, state.modRevision.value}.bytes();
}

void SessionWriter::newToken()
{
    m_token = m_name + '-' + QByteArray::number(++m_serial);
}

void SessionWriter::next()
{
    if (m_stopped) {
        m_idle = true;
        return;
    }
    newToken();
    core::EditSession *edits = m_connection.edits();
    const int groups = m_random.bounded(1, 4);
    for (int i = 0; i < groups; ++i) {
        const int group = m_random.bounded(m_groups);
        for (int number = 0; number < RaceTrack::KeysPerGroup; ++number) {
            const QByteArray key = RaceTrack::key(group, number);
            if (!edits->find(key))
                edits->stageValue(key, stateOf(key), valueOn(stateOf(key)));
        }
    }
    later(&SessionWriter::commit);
}

void SessionWriter::stageAnew()
{
    newToken();
    core::EditSession *edits = m_connection.edits();
    const std::vector<Change> staged = edits->changes();
    for (const Change &change : staged) {
        if (change.conflict)
            edits->resolve(change.key, valueOn(*change.conflict));
        else
            edits->stageValue(change.key, change.base, valueOn(change.base));
    }
    later(&SessionWriter::commit);
}

void SessionWriter::commit()
{
    core::EditSession *edits = m_connection.edits();
    if (edits->isCommitting())
        return; // a report follows
    if (edits->hasConflicts())
        stageAnew();
    else if (edits->isEmpty())
        next();
    else
        edits->commit();
}

void SessionWriter::takeReport(const CommitReport &report)
{
    switch (report.outcome) {
    case CommitReport::Outcome::Committed:
        m_open.erase(m_token);
        m_committed.emplace(m_token, report.revision.value);
        later(&SessionWriter::next);
        return;
    case CommitReport::Outcome::Conflict:
        ++m_conflicts;
        m_open.erase(m_token);
        m_denied.insert(m_token);
        if (m_random.bounded(2) == 0) {
            m_connection.edits()->revertAll();
            later(&SessionWriter::next);
        } else {
            later(&SessionWriter::stageAnew);
        }
        return;
    case CommitReport::Outcome::Refused:
        m_open.erase(m_token);
        m_denied.insert(m_token);
        later(&SessionWriter::stageAnew);
        return;
    case CommitReport::Outcome::Unknown:
        ++m_lost;
        m_open.insert(m_token);
        later(&SessionWriter::commit); // of the same, as people do
        return;
    }
}

QString EtcdctlWriter::program()
{
    const QString configured = qEnvironmentVariable("SLOTSCOPE_ETCDCTL");
    return configured.isEmpty() ? QStandardPaths::findExecutable(QStringLiteral("etcdctl")) : configured;
}

EtcdctlWriter::EtcdctlWriter(const QString &endpoint, Manner manner, int groups, quint32 seed)
    : m_endpoint(endpoint)
    , m_manner(manner)
    , m_groups(groups)
    , m_random(seed)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("ETCDCTL_API"), QStringLiteral("3"));
    m_process.setProcessEnvironment(environment);
    connect(&m_process, &QProcess::finished, this, [this](int code) {
        const QByteArray output = m_process.readAllStandardOutput();
        if (code != 0) {
            m_problem = QString::fromUtf8(m_process.readAllStandardError());
            m_idle = true;
            return;
        }
        (this->*m_then)(output);
    });
}

EtcdctlWriter::~EtcdctlWriter()
{
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished();
}

void EtcdctlWriter::start()
{
    m_stopped = false;
    m_idle = false;
    next();
}

void EtcdctlWriter::run(const QStringList &arguments, const QByteArray &input,
                        void (EtcdctlWriter::*then)(const QByteArray &))
{
    m_then = then;
    m_process.start(
        program(),
        QStringList {QStringLiteral("--endpoints"), m_endpoint, QStringLiteral("-w"), QStringLiteral("json")}
            + arguments);
    m_process.write(input);
    m_process.closeWriteChannel();
}

void EtcdctlWriter::next()
{
    if (m_stopped) {
        m_idle = true;
        return;
    }
    m_token = "C-" + QByteArray::number(++m_serial);
    const int group = m_random.bounded(m_groups);
    if (m_manner == Manner::Blind) {
        const QByteArray key = RaceTrack::key(group, m_random.bounded(RaceTrack::KeysPerGroup));
        run({QStringLiteral("put"), QString::fromLatin1(key),
             QString::fromLatin1(RaceValue {0, m_token, 0}.bytes())},
            {}, &EtcdctlWriter::takePut);
        return;
    }
    const QByteArray prefix = RaceTrack::groupOf(RaceTrack::key(group, 0));
    run({QStringLiteral("get"), QStringLiteral("--prefix"), QString::fromLatin1(prefix)}, {},
        &EtcdctlWriter::takeGroup);
}

void EtcdctlWriter::takeGroup(const QByteArray &output)
{
    const QJsonArray kvs = QJsonDocument::fromJson(output).object().value(QLatin1String("kvs")).toArray();
    QByteArray compares;
    QByteArray puts;
    for (const QJsonValue &kv : kvs) {
        const auto bytes = [&](const char *name) {
            return QByteArray::fromBase64(kv[QLatin1String(name)].toString().toLatin1());
        };
        // etcdctl writes numbers where the gateway writes texts.
        const qint64 revision = kv[QLatin1String("mod_revision")].toInteger();
        const RaceValue value {RaceValue::of(bytes("value")).number + 1, m_token, revision};
        compares += "mod(\"" + bytes("key") + "\") = \"" + QByteArray::number(revision) + "\"\n";
        puts += "put \"" + bytes("key") + "\" \"" + value.bytes() + "\"\n";
    }
    run({QStringLiteral("txn")}, compares + '\n' + puts + "\n\n", &EtcdctlWriter::takeTxn);
}

void EtcdctlWriter::takeTxn(const QByteArray &output)
{
    const QJsonObject reply = QJsonDocument::fromJson(output).object();
    if (reply.value(QLatin1String("succeeded")).toBool())
        m_committed.emplace(m_token, reply[QLatin1String("header")][QLatin1String("revision")].toInteger());
    next();
}

void EtcdctlWriter::takePut(const QByteArray &output)
{
    const QJsonObject reply = QJsonDocument::fromJson(output).object();
    m_committed.emplace(m_token, reply[QLatin1String("header")][QLatin1String("revision")].toInteger());
    next();
}

} // namespace slotscope::test
