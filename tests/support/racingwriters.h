// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writers that race for the same keys. The keys stand in groups; a writer always writes whole groups, raises
// the number in every value by one, and puts its token into all values of a commit. So whatever is lost,
// halved or told wrongly is seen in the history.
#pragma once

#include "core/connection/connection.h"

#include <QProcess>
#include <QRandomGenerator>

#include <map>
#include <set>

namespace slotscope::test {

/// What is in a value of the race: `17 A-5 1234`.
struct RaceValue
{
    qint64 number = 0; ///< how often the key was written
    QByteArray token; ///< of the writer and its commit
    qint64 madeOn = 0; ///< the key's revision that the writer had seen

    static RaceValue of(const QByteArray &bytes);
    QByteArray bytes() const;
};

struct RaceTrack
{
    static constexpr int Groups = 50;
    static constexpr int KeysPerGroup = 4;
    static QByteArray prefix() { return QByteArrayLiteral("race/"); }
    static QByteArray key(int group, int number);
    /// `race/07`
    static QByteArray groupOf(const QByteArray &key);
};

/// A connection with an edit session that stages groups and commits them, again and again.
class SessionWriter : public QObject
{
    Q_OBJECT
public:
    /// Writes to the first `groups` groups only.
    SessionWriter(QByteArray name, const QString &endpoint, int groups, quint32 seed);

    bool isReady() const;
    void start();
    /// The commit that is on its way is the last one.
    void stop() { m_stopped = true; }
    bool isIdle() const { return m_idle; }

    core::Connection *connection() { return &m_connection; }
    /// Told to be committed: tokens with their revisions.
    const std::map<QByteArray, qint64> &committed() const { return m_committed; }
    /// Told not to be written.
    const std::set<QByteArray> &denied() const { return m_denied; }
    /// Nobody could tell.
    const std::set<QByteArray> &open() const { return m_open; }
    int conflicts() const { return m_conflicts; }
    /// Answers that were lost.
    int lost() const { return m_lost; }

private:
    void next();
    void stageAnew();
    void commit();
    void takeReport(const core::CommitReport &report);
    core::KeyState stateOf(const QByteArray &key) const;
    QByteArray valueOn(const core::KeyState &state) const;
    void newToken();
    void later(void (SessionWriter::*what)());

    QByteArray m_name;
    int m_groups;
    core::Connection m_connection;
    std::shared_ptr<core::LiveTable> m_table;
    QRandomGenerator m_random;
    int m_serial = 0;
    QByteArray m_token;
    std::map<QByteArray, qint64> m_committed;
    std::set<QByteArray> m_denied;
    std::set<QByteArray> m_open;
    int m_conflicts = 0;
    int m_lost = 0;
    bool m_stopped = false;
    bool m_idle = true;
};

/// The etcdctl program, reading a group and writing it in a transaction of its own.
class EtcdctlWriter : public QObject
{
    Q_OBJECT
public:
    /// The program: SLOTSCOPE_ETCDCTL, or `etcdctl` of the PATH; empty when there is none.
    static QString program();

    /// Blind: puts single keys whatever is there, as people do.
    enum class Manner { Guarded, Blind };
    EtcdctlWriter(const QString &endpoint, Manner manner, int groups, quint32 seed);
    ~EtcdctlWriter() override;

    void start();
    void stop() { m_stopped = true; }
    bool isIdle() const { return m_idle; }
    const std::map<QByteArray, qint64> &committed() const { return m_committed; }
    int attempts() const { return m_serial; }
    QString problem() const { return m_problem; }

private:
    void next();
    void run(const QStringList &arguments, const QByteArray &input,
             void (EtcdctlWriter::*then)(const QByteArray &));
    void takeGroup(const QByteArray &output);
    void takeTxn(const QByteArray &output);
    void takePut(const QByteArray &output);

    QString m_endpoint;
    Manner m_manner;
    int m_groups;
    QRandomGenerator m_random;
    QProcess m_process;
    void (EtcdctlWriter::*m_then)(const QByteArray &) = nullptr;
    int m_serial = 0;
    QByteArray m_token;
    std::map<QByteArray, qint64> m_committed;
    bool m_stopped = false;
    bool m_idle = true;
    QString m_problem;
};

} // namespace slotscope::test
