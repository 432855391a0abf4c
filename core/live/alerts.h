// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/live/logscan.h"
#include "core/table/slotdirectory.h"

#include <QJsonArray>

#include <chrono>
#include <map>

namespace slotscope::core {

/// Which events are to be told of, and how.
struct AlertRule
{
    QString name {};
    bool enabled = true;
    QString table {}; ///< number, name or oid of a slot; empty: all tables and keys
    QString keyStart {}; ///< of the decoded key, or with 0x in front of the whole key's bytes; empty: any key
    quint8 kinds = 7; ///< of EventFilter
    QString condition {}; ///< of FieldCondition
    bool highlight = true;
    bool sound = false;
    bool notify = false;
    QString logFile {}; ///< gets a line of JSON for each event; empty: none
    int throttleSeconds = 10; ///< sound and notification come no more often; the others are counted

    friend bool operator==(const AlertRule &, const AlertRule &) = default;
};

/// What is wrong with the rule, in the user's words; empty: nothing.
QString faultOf(const AlertRule &rule);
QJsonArray toJson(const std::vector<AlertRule> &rules);
/// What is no rule is left out, unknown members are passed over.
std::vector<AlertRule> alertRulesFromJson(const QJsonArray &json);

/// An event that a rule is about, with those that came too soon after the last one.
struct Alert
{
    AlertRule rule;
    QString text; ///< of the latest event: `Orders · 7 changed: status: new → paid`
    QByteArray key;
    qint64 entry = 0; ///< in the event log
    qint64 count = 1; ///< of events that this tells of
};

/// Holds rules against the events of a log from now on, on worker threads. Every event is held against every
/// rule once, however much sound and notifications are held back.
class Alerts : public QObject
{
    Q_OBJECT
public:
    /// Time that only goes forward.
    using Clock = std::function<std::chrono::milliseconds()>;

    Alerts(EventLog *log, SlotDirectory *directory, QObject *parent = nullptr, Clock clock = {});
    ~Alerts() override;

    const std::vector<AlertRule> &rules() const { return m_rules; }
    /// Those with a fault, or whose table is not there, are about nothing.
    void setRules(std::vector<AlertRule> rules);
    /// The rules that an entry stands out for; empty: it does not.
    QString highlightOf(qint64 entry) const;
    /// Everything that the log has was held against the rules.
    bool isCaughtUp() const { return m_scan.isCaughtUp(); }
    /// Tells what was held back and is due. Called every second while there is some.
    void tellDue();

Q_SIGNALS:
    void alerted(const slotscope::core::Alert &alert);
    void highlightsChanged();
    /// A log file cannot be written, and why.
    void logFailed(const QString &file, const QString &why);

private:
    struct Held
    {
        std::optional<std::chrono::milliseconds> lastTold;
        std::optional<Alert> waiting;
    };
    void compile();
    void take(const std::vector<LogScan::Hit> &hits);
    void write(const std::map<QString, QByteArray> &lines);
    void tell(Held *held, Alert alert);

    QPointer<EventLog> m_log;
    QPointer<SlotDirectory> m_directory;
    Clock m_clock;
    std::vector<AlertRule> m_rules;
    LogScan m_scan;
    bool m_isScanning = false;
    std::map<QString, Held> m_held; // by name of the rule
    std::map<qint64, QString> m_highlights; // of the latest entries
    QTimer m_due;
    QTimer m_compile; // slots change one after the other
    QThreadPool m_writer; // one thread, so that lines stay in order
};

} // namespace slotscope::core
