// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/alerts.h"

#include "core/base/wholefile.h"
#include "core/live/eventjson.h"
#include "core/value/notation.h"
#include "core/value/valuediff.h"
#include "core/value/valuetext.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QFileInfo>
#include <QJsonObject>

namespace slotscope::core {

namespace {

constexpr std::chrono::milliseconds CompileInterval(200);
constexpr size_t MostHighlights = 20'000;
constexpr size_t MostFields = 3; // of a record in one line of text
constexpr int FieldText = 40;

const QString NameKey = QStringLiteral("name");
const QString EnabledKey = QStringLiteral("enabled");
const QString TableKey = QStringLiteral("table");
const QString KeyStartKey = QStringLiteral("keyStart");
const QString CreatesKey = QStringLiteral("creates");
const QString ChangesKey = QStringLiteral("changes");
const QString DeletionsKey = QStringLiteral("deletions");
const QString ConditionKey = QStringLiteral("condition");
const QString HighlightKey = QStringLiteral("highlight");
const QString SoundKey = QStringLiteral("sound");
const QString NotifyKey = QStringLiteral("notify");
const QString LogFileKey = QStringLiteral("logFile");
const QString ThrottleKey = QStringLiteral("throttleSeconds");

struct Compiled
{
    int rule = 0;
    EventFilter filter;
    bool writes = false;
};

QString fieldsText(const ValueDifferences &found)
{
    QStringList texts;
    for (const ValueDifference &difference : found.list) {
        const QString path = difference.path.toString();
        const auto side = [](const std::optional<Value> &value) {
            return value ? displayText(*value, FieldText) : QString();
        };
        const QString change = difference.before && difference.after
            ? QStringLiteral("%1 → %2").arg(side(difference.before), side(difference.after))
            : side(difference.after ? difference.after : difference.before);
        texts << (path.isEmpty() ? change : QStringLiteral("%1: %2").arg(path, change));
    }
    if (found.count > found.list.size())
        texts << QStringLiteral("…");
    return texts.join(QStringLiteral(", "));
}

QString alertText(const LoggedEvent &logged, const CodecBook &book)
{
    const Event &event = logged.event;
    const CodecBook::Page &page = book.pageOf(event.kv.key);
    const auto valueOf = [&page](const QByteArray &bytes) {
        auto value = page.codec.decodeValue(bytes);
        return value ? *std::move(value) : Value::bytes(bytes);
    };
    QString key = eventKeyText(page.codec, event.kv.key);
    if (page.slot)
        key = QStringLiteral("%1 · %2").arg(page.title, key);
    if (event.type == EventType::Delete)
        return Alerts::tr("%1 deleted").arg(key);
    const Value after = valueOf(event.kv.value);
    const QString fields = fieldsText(
        event.prevKv ? differencesOf(valueOf(event.prevKv->value), after, DiffDepth::Everything, MostFields)
                     : partsOf(after, true, MostFields));
    return (event.isCreate() ? Alerts::tr("%1 is new: %2") : Alerts::tr("%1 changed: %2")).arg(key, fields);
}

std::optional<EventFilter> filterOf(const AlertRule &rule, const SlotDirectory &directory)
{
    if (!rule.enabled || !faultOf(rule).isEmpty())
        return std::nullopt;
    EventFilter filter;
    filter.kinds = rule.kinds;
    filter.keyStart = rule.keyStart;
    filter.condition = FieldCondition::parse(rule.condition).value();
    if (!rule.table.isEmpty()) {
        filter.slot = directory.resolve(rule.table);
        if (!filter.slot)
            return std::nullopt;
    }
    return filter;
}

} // namespace

QString faultOf(const AlertRule &rule)
{
    if (rule.name.trimmed().isEmpty())
        return Alerts::tr("A rule needs a name.");
    if ((rule.kinds & EventFilter::AllKinds) == 0)
        return Alerts::tr("It is about no kind of event.");
    if (const auto condition = FieldCondition::parse(rule.condition); !condition)
        return Alerts::tr("The condition is not understood at character %1: %2.")
            .arg(condition.error().offset + 1)
            .arg(condition.error().what);
    if (!rule.logFile.isEmpty() && QFileInfo(rule.logFile).isRelative())
        return Alerts::tr("The log file needs its whole path.");
    return {};
}

QJsonArray toJson(const std::vector<AlertRule> &rules)
{
    QJsonArray array;
    for (const AlertRule &rule : rules) {
        array.append(QJsonObject {
            {NameKey, rule.name},
            {EnabledKey, rule.enabled},
            {TableKey, rule.table},
            {KeyStartKey, rule.keyStart},
            {CreatesKey, (rule.kinds & EventFilter::Creates) != 0},
            {ChangesKey, (rule.kinds & EventFilter::Changes) != 0},
            {DeletionsKey, (rule.kinds & EventFilter::Deletions) != 0},
            {ConditionKey, rule.condition},
            {HighlightKey, rule.highlight},
            {SoundKey, rule.sound},
            {NotifyKey, rule.notify},
            {LogFileKey, rule.logFile},
            {ThrottleKey, rule.throttleSeconds},
        });
    }
    return array;
}

std::vector<AlertRule> alertRulesFromJson(const QJsonArray &json)
{
    std::vector<AlertRule> rules;
    for (const auto &value : json) {
        const QJsonObject object = value.toObject();
        const QString name = object[NameKey].toString();
        if (name.isEmpty())
            continue;
        const auto kind = [&object](const QString &key, EventFilter::Kind bit) {
            return quint8(object[key].toBool(true) ? bit : 0);
        };
        AlertRule rule {.name = name};
        rule.enabled = object[EnabledKey].toBool(true);
        rule.table = object[TableKey].toString();
        rule.keyStart = object[KeyStartKey].toString();
        rule.kinds = quint8(kind(CreatesKey, EventFilter::Creates) | kind(ChangesKey, EventFilter::Changes)
                            | kind(DeletionsKey, EventFilter::Deletions));
        rule.condition = object[ConditionKey].toString();
        rule.highlight = object[HighlightKey].toBool(true);
        rule.sound = object[SoundKey].toBool();
        rule.notify = object[NotifyKey].toBool();
        rule.logFile = object[LogFileKey].toString();
        rule.throttleSeconds = std::clamp(object[ThrottleKey].toInt(rule.throttleSeconds), 0, 24 * 3600);
        rules.push_back(std::move(rule));
    }
    return rules;
}

Alerts::Alerts(EventLog *log, SlotDirectory *directory, QObject *parent, Clock clock)
    : QObject(parent)
    , m_log(log)
    , m_directory(directory)
    , m_clock(std::move(clock))
    , m_scan(log)
{
    if (!m_clock) {
        m_clock = [] {
            return std::chrono::milliseconds(QDeadlineTimer::current(Qt::PreciseTimer).deadline());
        };
    }
    m_writer.setMaxThreadCount(1);
    m_due.setInterval(std::chrono::seconds(1));
    connect(&m_due, &QTimer::timeout, this, &Alerts::tellDue);
    m_compile.setSingleShot(true);
    m_compile.setInterval(CompileInterval);
    connect(&m_compile, &QTimer::timeout, this, &Alerts::compile);
    connect(&m_scan, &LogScan::found, this, &Alerts::take);
    const auto later = [this] {
        if (!m_rules.empty() && !m_compile.isActive())
            m_compile.start();
    };
    connect(directory, &SlotDirectory::loaded, this, later);
    connect(directory, &SlotDirectory::slotAdded, this, later);
    connect(directory, &SlotDirectory::slotChanged, this, later);
    connect(directory, &SlotDirectory::slotRemoved, this, later);
}

Alerts::~Alerts()
{
    m_writer.waitForDone(); // a few lines
}

void Alerts::setRules(std::vector<AlertRule> rules)
{
    if (rules == m_rules)
        return;
    m_rules = std::move(rules);
    std::erase_if(m_held, [this](const auto &held) {
        return std::none_of(m_rules.cbegin(), m_rules.cend(),
                            [&held](const AlertRule &rule) { return rule.name == held.first; });
    });
    compile();
}

void Alerts::compile()
{
    m_compile.stop();
    if (!m_log || !m_directory)
        return;
    std::vector<Compiled> compiled;
    for (size_t i = 0; i < m_rules.size(); ++i) {
        if (auto filter = filterOf(m_rules[i], *m_directory))
            compiled.push_back({int(i), *std::move(filter), !m_rules[i].logFile.isEmpty()});
    }
    if (m_rules.empty()) {
        m_scan.stop();
        m_isScanning = false;
        return;
    }
    // What has not been looked at yet is not left out when rules change.
    const qint64 from = std::exchange(m_isScanning, true) ? m_scan.scannedTo() : m_log->end();
    m_scan.start(
        [compiled, book = CodecBook(*m_directory)](const LogEntry &entry, std::vector<LogScan::Hit> *hits) {
            for (const LoggedEvent &event : entry.events) {
                for (const Compiled &rule : compiled) {
                    if (!rule.filter.matches(event, book))
                        continue;
                    LogScan::Hit hit {
                        entry.number, rule.rule, event.event.kv.key, alertText(event, book), {}};
                    if (rule.writes)
                        hit.json = eventJson(entry, event, book);
                    hits->push_back(std::move(hit));
                }
            }
        },
        from);
}

void Alerts::take(const std::vector<LogScan::Hit> &hits)
{
    std::map<QString, QByteArray> lines; // by file
    std::map<int, Alert> alerts; // by rule
    bool highlighted = false;
    for (const LogScan::Hit &hit : hits) {
        const AlertRule &rule = m_rules[size_t(hit.what)];
        if (rule.highlight) {
            QString &names = m_highlights[hit.number];
            if (!names.split(QStringLiteral(", ")).contains(rule.name))
                names += names.isEmpty() ? rule.name : QStringLiteral(", ") + rule.name;
            highlighted = true;
        }
        if (!rule.logFile.isEmpty())
            lines[rule.logFile] +=
                "{\"alert\":" + toNotation(Value::text(rule.name)) + ',' + hit.json.mid(1) + '\n';
        Alert &alert = alerts[hit.what];
        alert = {rule, hit.text, hit.key, hit.number, alert.rule.name.isEmpty() ? 1 : alert.count + 1};
    }
    while (m_highlights.size() > MostHighlights)
        m_highlights.erase(m_highlights.begin());
    if (!lines.empty())
        write(lines);
    for (auto &[rule, alert] : alerts) {
        Held *held = &m_held[alert.rule.name];
        tell(held, std::move(alert));
    }
    if (highlighted)
        Q_EMIT highlightsChanged();
}

void Alerts::tell(Held *held, Alert alert)
{
    if (held->waiting)
        alert.count += held->waiting->count;
    const auto now = m_clock();
    if (held->lastTold && now < *held->lastTold + std::chrono::seconds(alert.rule.throttleSeconds)) {
        held->waiting = std::move(alert);
        if (!m_due.isActive())
            m_due.start();
        return;
    }
    held->waiting.reset();
    held->lastTold = now;
    Q_EMIT alerted(alert);
}

void Alerts::tellDue()
{
    // Whoever is told may change the rules.
    QStringList names;
    for (const auto &[name, held] : m_held) {
        if (held.waiting)
            names << name;
    }
    for (const QString &name : names) {
        const auto held = m_held.find(name);
        if (held == m_held.end() || !held->second.waiting)
            continue;
        Alert alert = *std::exchange(held->second.waiting, std::nullopt);
        tell(&held->second, std::move(alert));
    }
    if (std::none_of(m_held.cbegin(), m_held.cend(),
                     [](const auto &held) { return held.second.waiting.has_value(); }))
        m_due.stop();
}

void Alerts::write(const std::map<QString, QByteArray> &lines)
{
    m_writer.start([this, lines] {
        for (const auto &[path, content] : lines) {
            QFile file(path);
            const bool written =
                file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered, OwnFile)
                && writeWhole(&file, content);
            if (!written) {
                QMetaObject::invokeMethod(
                    this, [this, name = path, why = file.errorString()] { Q_EMIT logFailed(name, why); },
                    Qt::QueuedConnection);
            }
        }
    });
}

QString Alerts::highlightOf(qint64 entry) const
{
    const auto found = m_highlights.find(entry);
    return found == m_highlights.cend() ? QString() : found->second;
}

} // namespace slotscope::core
