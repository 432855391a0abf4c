// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/editcommand.h"

#include "app/commands/output.h"
#include "core/edit/keyreading.h"
#include "core/edit/receiptbook.h"
#include "ui/sessionsettings.h"

#include <QFile>

#include <algorithm>
#include <cstdio>

namespace slotscope::app {

using core::Change;
using core::CommitPlan;
using core::CommitReport;
using core::KeyState;
using core::ScriptEdits;

namespace {

using namespace std::chrono_literals;

/// How long a server that went away in the middle of a commit may stay away.
constexpr auto PatienceWithLostCommit = 20s;
constexpr qint64 LargestScript = qint64(256) * 1024 * 1024;

} // namespace

EditCommand::EditCommand()
{
    m_lostTimer.setSingleShot(true);
    m_lostTimer.setInterval(PatienceWithLostCommit);
    connect(&m_lostTimer, &QTimer::timeout, this, [this] {
        end(Failed, QStringLiteral("unknown"),
            tr("it is not known whether anything was written: the answer was lost, and %1 cannot be asked "
               "(%2)")
                .arg(serverName(), errorText(m_lost)));
    });
}

QString EditCommand::description() const
{
    return QStringLiteral(
        "Writes what a script says, a JSON object with a list of operations (put, change, delete, rename, "
        "lease, "
        "guard), in one transaction. The transaction is guarded by the revision of every key that it writes: "
        "where somebody else was faster, nothing is written, and the keys are listed. Index entries of the "
        "records go with them. Exit code 0: written, or there was nothing to do; 1: conflict, refused, or "
        "the outcome "
        "is not known; 2: the script is wrong, and nothing was sent. --json-schema describes scripts in "
        "full.\n\n"
        "  {\"slotscopeEdit\": 1, \"operations\": [\n"
        "    {\"op\": \"change\", \"slot\": \"Users\", \"key\": \"1148494f-…\", \"modRevision\": 12, "
        "\"fields\": [\n"
        "      {\"set\": \"address.city\", \"value\": \"Bern\"}, {\"remove\": \"tags[0]\"},\n"
        "      {\"append\": \"tags\", \"value\": \"new\"}, {\"rename\": \"mail\", \"to\": \"email\"}]},\n"
        "    {\"op\": \"put\", \"slot\": 5, \"key\": [\"…\", 7], \"value\": {\"name\": \"Ann\"}, \"lease\": "
        "{\"ttl\": 60}},\n"
        "    {\"op\": \"delete\", \"keyHex\": \"0005…\"}, {\"op\": \"guard\", \"key\": \"/config/x\"}]}");
}

void EditCommand::addOptions(QCommandLineParser *parser)
{
    parser->addOption({QStringLiteral("script"),
                       QStringLiteral("The script; - reads it from standard input."),
                       QStringLiteral("FILE")});
    parser->addOption(
        {QStringLiteral("dry-run"), QStringLiteral("Show what would be written, and write nothing.")});
    parser->addOption(
        {QStringLiteral("etcdctl"),
         QStringLiteral("As --dry-run, but show the transaction as a shell script for etcdctl.")});
    parser->addOption({QStringLiteral("curl"), QStringLiteral("The same as a shell script for curl.")});
    parser->addOption({QStringLiteral("no-indexes"),
                       QStringLiteral("Leave the index entries of the records as they are.")});
    parser->addOption(
        {QStringLiteral("parts"),
         QStringLiteral("Where one transaction is too small: up to N, each guarded by itself. (A script "
                        "may also say where its parts begin.)"),
         QStringLiteral("N")});
    parser->addOption({QStringLiteral("confirm"),
                       QStringLiteral("For a profile whose safety level is guarded: its name."),
                       QStringLiteral("NAME")});
    parser->addOption(
        {QStringLiteral("json-schema"), QStringLiteral("Write the JSON Schema that describes scripts.")});
}

QString EditCommand::takeArguments(const QCommandLineParser &parser)
{
    if (!parser.positionalArguments().isEmpty())
        return QStringLiteral("edit takes its operations from --script FILE, not %1")
            .arg(parser.positionalArguments().first());
    m_describe = parser.isSet(QStringLiteral("json-schema"));
    if (m_describe)
        return {};
    m_file = parser.value(QStringLiteral("script"));
    m_etcdctl = parser.isSet(QStringLiteral("etcdctl"));
    m_curl = parser.isSet(QStringLiteral("curl"));
    m_dryRun = m_etcdctl || m_curl || parser.isSet(QStringLiteral("dry-run"));
    m_confirmed = parser.value(QStringLiteral("confirm")).simplified();
    m_withIndexes = !parser.isSet(QStringLiteral("no-indexes"));
    if (m_file.isEmpty())
        return QStringLiteral("edit needs --script FILE");
    if (m_etcdctl && m_curl)
        return QStringLiteral("it is either --etcdctl or --curl");
    if (parser.isSet(QStringLiteral("parts"))) {
        bool isNumber = false;
        m_mostParts = parser.value(QStringLiteral("parts")).toInt(&isNumber);
        if (!isNumber || m_mostParts < 1)
            return QStringLiteral("--parts takes a number from 1 on");
    }
    const QString wrong = readScript(m_file);
    if (wrong.isEmpty() && m_mostParts > 0 && !m_script.parts.empty())
        return QStringLiteral("%1 says itself where its parts begin, so --parts does not go with it")
            .arg(m_file);
    return wrong;
}

QString EditCommand::readScript(const QString &file)
{
    QFile input(file);
    const bool isStandardInput = file == QLatin1String("-");
    if (isStandardInput)
        m_file = QStringLiteral("standard input");
    if (isStandardInput ? !input.open(stdin, QIODevice::ReadOnly) : !input.open(QIODevice::ReadOnly))
        return QStringLiteral("cannot read the script %1: %2").arg(file, input.errorString());
    const QByteArray json = input.read(LargestScript + 1);
    if (input.error() != QFileDevice::NoError)
        return QStringLiteral("cannot read the script %1: %2").arg(file, input.errorString());
    if (json.size() > LargestScript)
        return QStringLiteral("the script %1 is larger than 256 MiB").arg(file);
    auto script = core::readEditScript(json);
    if (!script)
        return QStringLiteral("%1: %2").arg(m_file, script.error().toString());
    m_script = *std::move(script);
    return {};
}

/// Holds the connection to the safety level that the window would hold it to. Why nothing may be written;
/// empty: it may.
QString EditCommand::takeSafety()
{
    const ui::ConnectionProfile known = profile().id.isEmpty()
        ? ui::rememberedProfile(endpoint()).value_or(ui::ConnectionProfile())
        : ui::ConnectionProfile {.name = profile().name, .safety = profile().safety};
    const QString name = ui::clusterNameOf(known, endpoint());
    if (known.safety == core::SafetyLevel::ReadOnly)
        return tr("nothing was written: %1 is read-only for Slotscope").arg(name);
    if (known.safety == core::SafetyLevel::Guarded && m_confirmed != name)
        return m_confirmed.isEmpty()
            ? tr("nothing was written: %1 is guarded, and written to only with --confirm \"%1\"").arg(name)
            : tr("nothing was written: --confirm says %1, and this is %2").arg(m_confirmed, name);
    core::SafetyGate *gate = connection()->safety();
    gate->setClusterName(name);
    gate->setLevel(known.safety);
    if (known.safety == core::SafetyLevel::Guarded)
        gate->unlock(core::SafetyGate::LongestUnlock);
    return {};
}

void EditCommand::begin()
{
    if (m_describe) {
        if (print(core::editScriptDescription().trimmed()))
            finish();
        return;
    }
    if (const QString refusal = m_dryRun ? QString() : takeSafety(); !refusal.isEmpty()) {
        end(Failed, QStringLiteral("refused"), refusal);
        return;
    }
    const auto numbers = core::slotsOf(m_script, *directory());
    if (!numbers) {
        refuse({.wrong = numbers.error()});
    } else if (numbers->empty()) {
        resolve();
    } else {
        whenSampled({numbers->cbegin(), numbers->cend()}, [this] { resolve(); });
    }
}

void EditCommand::resolve()
{
    auto steps = core::resolveKeys(m_script, *directory());
    if (!steps) {
        refuse({.wrong = steps.error()});
        return;
    }
    m_steps = *std::move(steps);
    m_keys = core::keysOf(m_steps);
    readRecords(0);
}

/// All of them as they were at one revision.
void EditCommand::readRecords(size_t from)
{
    if (from >= m_keys.size()) {
        carryOut();
        return;
    }
    const auto unread = std::span<const QByteArray>(m_keys).subspan(from);
    const auto asked = unread.first(std::min(unread.size(), core::KeysPerRead));
    client()
        ->txn(core::readingOf(asked, m_read))
        .then(this, [this, from](const core::Result<core::TxnReply> &reply) {
            if (!reply) {
                fail(reply.error());
                return;
            }
            if (m_read.value == 0)
                m_read = reply->header.revision;
            for (const core::ResponseOp &response : reply->responses) {
                const auto *range = std::get_if<core::RangeReply>(&response.response);
                if (range && !range->kvs.empty())
                    m_records[range->kvs.front().key] = KeyState::of(range->kvs.front());
            }
            readRecords(from + core::KeysPerRead);
        });
}

void EditCommand::carryOut()
{
    const ScriptEdits edits = core::carryOut(m_steps, m_records);
    if (!edits.isWhole()) {
        refuse(edits);
        return;
    }
    // Whether what somebody else writes meanwhile goes together with it, is the caller's to decide.
    session()->setMerger({});
    session()->setLimits(ui::rememberedLimits(connection()->endpoint()));
    connect(session(), &core::EditSession::committed, this, &EditCommand::takeReport);
    connect(session(), &core::EditSession::derivedChanged, this, [this] {
        if (!session()->isDeriving() && m_whenDerived)
            QMetaObject::invokeMethod(this, std::exchange(m_whenDerived, {}), Qt::QueuedConnection);
    });
    if (!m_withIndexes)
        connection()->upkeep()->disable();
    core::stage(edits, session());
    for (const QString &name : m_script.parts)
        m_parts.push_back({name, {}});
    if (m_parts.empty())
        m_parts.emplace_back();
    for (const core::ScriptEdit &edit : edits.edits) {
        if (session()->find(edit.key))
            m_parts[size_t(edit.part)].keys.push_back(edit.key);
    }
    whenDerived([this] {
        if (m_mostParts > 1 && !session()->plan().fits() && !split())
            return;
        nextPart();
    });
}

void EditCommand::whenDerived(std::function<void()> then)
{
    if (session()->isDeriving())
        m_whenDerived = std::move(then);
    else
        then();
}

/// Into as few transactions as their order allows. Whether that is done.
bool EditCommand::split()
{
    const std::vector<std::vector<QByteArray>> parts = core::fittingParts(
        session()->changes(), session()->derived(), session()->guards(), session()->limits());
    if (parts.size() > size_t(m_mostParts)) {
        end(Failed, QStringLiteral("refused"),
            tr("nothing was written: %1 are needed, and --parts allows %2")
                .arg(counted(parts.size(), "transaction is", "transactions"))
                .arg(m_mostParts));
        return false;
    }
    m_parts.clear();
    for (const auto &keys : parts)
        m_parts.push_back({QString::number(m_parts.size() + 1), keys});
    return true;
}

/// All parts are looked at before the first one is sent.
void EditCommand::nextPart()
{
    if (m_part == m_parts.size()) {
        if (m_sending || m_dryRun) {
            finishWritten();
            return;
        }
        m_sending = true;
        m_part = 0;
    }
    if (m_parts.size() > 1) {
        std::vector<QByteArray> others;
        for (const Change &change : session()->changes())
            others.push_back(change.key);
        session()->setLeftOut(others, true);
        session()->setLeftOut(m_parts[m_part].keys, false);
    }
    whenDerived([this] { lookAt(session()->plan()); });
}

void EditCommand::lookAt(const CommitPlan &plan)
{
    if (session()->hasConflicts()) {
        endInConflict();
        return;
    }
    m_derived = session()->derived();
    if (m_dryRun && !m_etcdctl && !m_curl && !show(plan))
        return;
    for (const QString &problem : plan.problems)
        complain({.what = problem});
    if (!plan.problems.isEmpty() || !plan.fits()) {
        end(Failed, QStringLiteral("refused"), whyRefused(plan));
        return;
    }
    if ((m_etcdctl || m_curl) && !showScript(plan))
        return;
    if (m_sending && !plan.writes.empty()) {
        // The script is what somebody has seen and agreed to, as far as the safety level asks for that.
        session()->commit(core::Approval::of(plan.request, plan.newLeases(), m_confirmed));
        return; // takeReport() follows
    }
    if (m_sending)
        printOutcome(QStringLiteral("nothing"), tr("nothing to do: all is as the script wants it"));
    ++m_part;
    nextPart();
}

QString EditCommand::whyRefused(const CommitPlan &plan) const
{
    const QString nothing =
        m_part > 0 && m_sending ? tr("nothing more was written") : tr("nothing was written");
    if (!plan.problems.isEmpty())
        return tr("%1: what follows from it cannot be").arg(nothing);
    QStringList over;
    if (plan.operationsOver() > 0)
        over += tr("it has %1 too many (%2 of %3)")
                    .arg(counted(plan.operationsOver(), "operation", "operations"))
                    .arg(std::max(plan.operations(), plan.compares()))
                    .arg(plan.limits.operations);
    if (plan.bytesOver() > 0)
        over += tr("it is %1 too large (%2 of %3)")
                    .arg(counted(size_t(plan.bytesOver()), "byte", "bytes"))
                    .arg(plan.bytes)
                    .arg(plan.limits.bytes);
    QString text =
        tr("%1, since this does not fit into one transaction: %2").arg(nothing, over.join(tr(", and ")));
    if (m_parts.size() == 1 && m_script.parts.empty()) {
        const size_t needed =
            core::fittingParts(session()->changes(), session()->derived(), session()->guards(), plan.limits)
                .size();
        if (needed > 1)
            text += tr("; --parts %1 writes it in as many transactions, each guarded by itself").arg(needed);
    }
    return text;
}

void EditCommand::takeReport(const CommitReport &report)
{
    m_lostTimer.stop();
    switch (report.outcome) {
    case CommitReport::Outcome::Committed:
        for (const Change &change : report.written) {
            if (isJson() && !printChange(change))
                return;
        }
        printOutcome(QStringLiteral("committed"),
                     tr("committed at revision %1: %2")
                         .arg(report.revision.value)
                         .arg(counted(report.written.size(), "key", "keys")),
                     report.revision);
        ++m_part;
        nextPart();
        return;
    case CommitReport::Outcome::Conflict:
        endInConflict();
        return;
    case CommitReport::Outcome::Refused:
        end(Failed, QStringLiteral("refused"), tr("nothing was written: %1").arg(errorText(report.error)));
        return;
    case CommitReport::Outcome::Unknown:
        break;
    }
    // The session looks for it when the server is back.
    writeError(tr("the answer to the commit was lost, and %1 cannot be asked now; waiting for it")
                   .arg(serverName()));
    m_lost = report.error;
    m_lostTimer.start();
}

/// When the history of commits has it, too, so that the window can take it back.
void EditCommand::finishWritten()
{
    connection()->receipts()->whenWritten(this, [this] {
        if (const QString problem = connection()->receipts()->problem(); !problem.isEmpty())
            writeError(tr("the history of commits does not have it: %1").arg(problem));
        finish();
    });
}

void EditCommand::endInConflict()
{
    for (const Change &change : session()->changes()) {
        if (change.conflict && !change.leftOut)
            complain({.key = change.key, .expected = change.base.modRevision, .found = *change.conflict});
    }
    for (const core::Guard &guard : session()->guards()) {
        if (guard.conflict)
            complain({.key = guard.key, .expected = guard.seen.modRevision, .found = *guard.conflict});
    }
    end(Failed, QStringLiteral("conflict"), tr("nothing was written, since somebody else was faster"));
}

void EditCommand::refuse(const ScriptEdits &edits)
{
    if (edits.wrong) {
        complain(*edits.wrong);
        end(WrongUsage, QStringLiteral("wrong"), tr("nothing was sent"));
        return;
    }
    for (const core::ScriptProblem &problem : edits.refused)
        complain(problem);
    for (const core::ScriptConflict &conflict : edits.conflicts)
        complain(conflict);
    end(Failed, edits.conflicts.empty() ? QStringLiteral("refused") : QStringLiteral("conflict"),
        tr("nothing was written"));
}

void EditCommand::end(ExitCode code, const QString &outcome, const QString &sentence)
{
    QString text = sentence;
    if (m_parts.size() > 1 && m_sending)
        text = tr("part %1 of %2: %3").arg(m_parts[m_part].name).arg(m_parts.size()).arg(sentence);
    if (isJson())
        printOutcome(outcome, text);
    else
        writeError(text);
    finish(code);
}

} // namespace slotscope::app
