// SPDX-License-Identifier: GPL-3.0-or-later
//
// EditCommand: what it writes for people and for scripts.
#include "app/commands/editcommand.h"
#include "app/commands/output.h"
#include "core/edit/changejson.h"
#include "core/edit/etcdctlscript.h"
#include "core/table/recordjson.h"
#include "ui/errortext.h"
#include "ui/models/changesummary.h"

#include <QLocale>

#include <algorithm>

namespace slotscope::app {

using core::Change;
using core::CommitPlan;
using core::DerivedChange;
using core::KeyState;

namespace {

QString leaseText(const core::LeaseChoice &lease)
{
    switch (lease.kind) {
    case core::LeaseChoice::Kind::None:
        return QStringLiteral("no lease");
    case core::LeaseChoice::Kind::Existing:
        return QStringLiteral("lease %1").arg(lease.lease.value, 0, 16);
    case core::LeaseChoice::Kind::New:
        return QStringLiteral("a new lease of %1 s").arg(lease.ttl.count());
    case core::LeaseChoice::Kind::Keep:
        break;
    }
    return {};
}

/// As a script says it.
QByteArray leaseJson(const core::LeaseChoice &lease)
{
    switch (lease.kind) {
    case core::LeaseChoice::Kind::None:
        return "\"none\"";
    case core::LeaseChoice::Kind::Existing:
        return "{\"id\":\"" + QByteArray::number(lease.lease.value) + "\"}";
    case core::LeaseChoice::Kind::New:
        return "{\"ttl\":" + QByteArray::number(qint64(lease.ttl.count())) + '}';
    case core::LeaseChoice::Kind::Keep:
        break;
    }
    return "\"keep\"";
}

/// What somebody sees who asks what is there: `no record`, `revision 12`.
QString stateText(const KeyState &state)
{
    return state.exists ? QStringLiteral("revision %1").arg(state.modRevision.value)
                        : QStringLiteral("no record");
}

} // namespace

QString EditCommand::counted(size_t number, const char *one, const char *many)
{
    return QStringLiteral("%1 %2").arg(QLocale::c().toString(qulonglong(number)),
                                       QLatin1String(number == 1 ? one : many));
}

void EditCommand::printOutcome(const QString &outcome, const QString &sentence, core::Revision revision)
{
    if (!isJson()) {
        print(m_parts.size() > 1 ? tr("part %1: %2").arg(m_parts[m_part].name, sentence) : sentence);
        return;
    }
    core::JsonLine line;
    line.add("type", QStringLiteral("outcome"));
    addPart(&line);
    line.add("outcome", outcome);
    if (revision.value != 0)
        line.add("revision", revision.value);
    line.add("what", sentence);
    print(line.line());
}

void EditCommand::complain(const core::ScriptProblem &problem)
{
    if (!isJson()) {
        writeError(problem.toString());
        return;
    }
    core::JsonLine line;
    line.add("type", QStringLiteral("problem"));
    if (problem.operation > 0)
        line.add("operation", qint64(problem.operation));
    if (problem.line > 0)
        line.add("line", qint64(problem.line));
    line.addTextOrNull("path", problem.path);
    line.add("what", problem.what);
    print(line.line());
}

void EditCommand::complain(const core::ScriptConflict &conflict)
{
    if (!isJson()) {
        KeyState expected;
        expected.exists = !conflict.expected || conflict.expected->value != 0;
        expected.modRevision = conflict.expected.value_or(core::Revision());
        const QString where =
            conflict.operation > 0 ? tr("operation %1: ").arg(conflict.operation) : QString();
        writeError(tr("%1conflict at %2: expected %3, found %4")
                       .arg(where, keyText(conflict.key),
                            conflict.expected ? stateText(expected) : tr("a record"),
                            stateText(conflict.found)));
        return;
    }
    const core::SlotCodec codec = core::codecFor(core::slotInfoOf(*directory(), conflict.key));
    core::JsonLine line;
    line.add("type", QStringLiteral("conflict"));
    if (conflict.operation > 0)
        line.add("operation", qint64(conflict.operation));
    addKey(&line, conflict.key);
    if (conflict.expected)
        line.add("expected", conflict.expected->value);
    else
        line.addNull("expected");
    line.add("found", conflict.found.modRevision.value);
    if (conflict.found.exists)
        core::addValue(&line, "value", codec, conflict.found.value);
    else
        line.addNull("value");
    print(line.line());
}

bool EditCommand::show(const CommitPlan &plan)
{
    if (m_parts.size() > 1 && !isJson() && !print(tr("part %1").arg(m_parts[m_part].name)))
        return false;
    for (const Change &change : plan.writes) {
        if (!printChange(change))
            return false;
    }
    for (const DerivedChange &each : m_derived) {
        if (!each.note.isEmpty() && !printNote(each))
            return false;
    }
    for (const core::Guard &guard : plan.guards) {
        if (!printGuard(guard))
            return false;
    }
    if (!isJson())
        return print(tr("%1, %2, %3 bytes; nothing was sent")
                         .arg(counted(plan.operations(), "operation", "operations"),
                              counted(plan.compares(), "compare", "compares"),
                              QLocale::c().toString(plan.bytes)));
    core::JsonLine line;
    line.add("type", QStringLiteral("plan"));
    addPart(&line);
    line.add("operations", qint64(plan.operations()));
    line.add("compares", qint64(plan.compares()));
    line.add("bytes", plan.bytes);
    line.add("operationsOver", qint64(plan.operationsOver()));
    line.add("bytesOver", plan.bytesOver());
    return print(line.line());
}

bool EditCommand::showScript(const CommitPlan &plan)
{
    if (m_parts.size() > 1) {
        end(Failed, QStringLiteral("refused"),
            tr("a script for etcdctl or curl is one transaction, and this is %1").arg(m_parts.size()));
        return false;
    }
    core::TxnScriptOptions options {.endpoint = connection()->endpoint()};
    options.describe = [this](const QByteArray &key) { return keyText(key); };
    for (const Change &change : plan.writes) {
        if (change.lease.kind == core::LeaseChoice::Kind::New)
            options.newLeases[change.key] = change.lease.ttl;
    }
    return print(
        (m_etcdctl ? core::etcdctlScript(plan.request, options) : core::curlScript(plan.request, options))
            .trimmed());
}

QString EditCommand::keyText(const QByteArray &key) const
{
    const ui::ResolvedKey resolved = ui::resolverFor(directory())(key);
    return QStringLiteral("%1 %2").arg(resolved.table, ui::keyText(resolved.codec, key));
}

void EditCommand::addPart(core::JsonLine *line) const
{
    if (m_parts.size() > 1)
        line->add("part", m_parts[std::min(m_part, m_parts.size() - 1)].name);
}

void EditCommand::addKey(core::JsonLine *line, const QByteArray &key) const
{
    const core::SlotInfo *info = core::slotInfoOf(*directory(), key);
    if (info && info->kind != core::SlotKind::PlainKeys)
        line->add("slot", qint64(info->slot.value));
    else
        line->addNull("slot");
    core::addKey(line, core::codecFor(info), key);
}

bool EditCommand::printChange(const Change &change)
{
    const auto derived =
        std::find_if(m_derived.cbegin(), m_derived.cend(), [&change](const DerivedChange &each) {
            return each.change.key == change.key && each.change.value == change.value;
        });
    const bool isDerived = derived != m_derived.cend();
    const core::SlotCodec codec = core::codecFor(core::slotInfoOf(*directory(), change.key));
    if (!isJson()) {
        const bool sameValue = change.kind == Change::Kind::Update && change.value == change.base.value;
        QStringList what;
        if (!sameValue)
            what += ui::changeText(codec, change);
        what += leaseText(change.lease);
        what.removeAll(QString());
        return print(QStringLiteral("%1%2 %3: %4")
                         .arg(isDerived ? QStringLiteral("  ") : QString(), core::operationName(change.kind),
                              keyText(change.key), what.join(tr(", with "))));
    }
    core::JsonLine line;
    line.add("type", QStringLiteral("change"));
    addPart(&line);
    line.add("kind", core::operationName(change.kind));
    addKey(&line, change.key);
    line.add("baseRevision", change.base.modRevision.value);
    if (change.base.exists)
        core::addValue(&line, "previous", codec, change.base.value);
    else
        line.addNull("previous");
    if (change.kind == Change::Kind::Delete)
        line.addNull("value");
    else
        core::addValue(&line, "value", codec, change.value);
    line.add("valueHex", QString::fromLatin1(change.value.toHex()));
    line.add("lease", leaseJson(change.lease));
    if (isDerived) {
        QByteArray causes;
        for (const QByteArray &key : derived->causes)
            causes += (causes.isEmpty() ? "\"" : ",\"") + key.toHex() + '"';
        line.add("derivedFrom", QByteArray('[' + causes + ']'));
    }
    return print(line.line());
}

bool EditCommand::printNote(const DerivedChange &derived)
{
    if (!isJson())
        return print(tr("note: %1").arg(derived.note));
    core::JsonLine line;
    line.add("type", QStringLiteral("note"));
    addPart(&line);
    line.add("slot", qint64(derived.index.value));
    line.add("what", derived.note);
    return print(line.line());
}

bool EditCommand::printGuard(const core::Guard &guard)
{
    if (!isJson())
        return print(tr("guard %1: %2").arg(keyText(guard.key), stateText(guard.seen)));
    core::JsonLine line;
    line.add("type", QStringLiteral("guard"));
    addPart(&line);
    addKey(&line, guard.key);
    line.add("baseRevision", guard.seen.modRevision.value);
    return print(line.line());
}

QString EditCommand::errorText(const core::Error &error) const
{
    const ui::ErrorText text = ui::describe(error, serverName());
    const QString sentence = text.sentence();
    const bool told = text.technical.isEmpty() || sentence.contains(text.technical, Qt::CaseInsensitive);
    return told ? sentence : QStringLiteral("%1 (%2)").arg(sentence, text.technical);
}

} // namespace slotscope::app
