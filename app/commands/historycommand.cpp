// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/historycommand.h"

#include "app/commands/output.h"
#include "app/commands/texttable.h"
#include "core/table/decodedrow.h"
#include "core/table/recordjson.h"
#include "core/value/valuetext.h"
#include "ui/models/versiontext.h"

namespace slotscope::app {

namespace {

// What was printed need not stay in memory.
constexpr qint64 KeptBytes = qint64(16) << 20;

} // namespace

QString HistoryCommand::description() const
{
    return QStringLiteral("Shows all versions of one record that etcd still has, the oldest first, deletions "
                          "included; where revisions were compacted away, what is known to be missing. ")
        + keyHelp();
}

void HistoryCommand::beginWithKey()
{
    const core::SlotInfo *info = core::slotInfoOf(*directory(), key());
    if (info && info->kind != core::SlotKind::PlainKeys)
        m_slot = info->slot;
    m_codec = core::codecFor(info);
    m_history = std::make_unique<core::KeyHistory>(client(), key(),
                                                   core::KeyHistory::Options {.mostBytes = KeptBytes});
    connect(m_history.get(), &core::KeyHistory::appended, this, &HistoryCommand::printNew);
    connect(m_history.get(), &core::KeyHistory::reset, this, [this] {
        // What stands there already cannot be taken back.
        fail(tr("revisions up to %1 were compacted away while the history was read; please ask again")
                 .arg(m_history->compactRevision().value));
    });
    connect(m_history.get(), &core::KeyHistory::stateChanged, this, [this] {
        if (m_history->state() == core::KeyHistory::State::Complete)
            end();
        else if (m_history->state() == core::KeyHistory::State::Failed)
            fail(m_history->error());
    });
    m_history->read();
}

bool HistoryCommand::printBeginning()
{
    if (!isJson()) {
        const QString sentence = ui::beginningText(*m_history);
        return sentence.isEmpty() || print(sentence);
    }
    if (m_history->compactRevision().value == 0)
        return true;
    core::JsonLine line;
    line.add("type", QStringLiteral("compaction"));
    line.add("revision", m_history->compactRevision().value);
    line.add("missing", m_history->missingVersions());
    return print(line.line());
}

void HistoryCommand::printNew(int count)
{
    if (m_printed == 0 && !printBeginning())
        return;
    const auto &versions = m_history->versions();
    for (auto version = versions.cend() - count; version != versions.cend(); ++version) {
        if (isJson() ? !printJson(*version) : !printText(*version))
            return;
        m_last = *version;
        ++m_printed;
    }
}

bool HistoryCommand::printJson(const core::KeyVersion &version)
{
    core::JsonLine line;
    line.add("type",
             version.deleted          ? QStringLiteral("delete")
                 : version.isCreate() ? QStringLiteral("create")
                                      : QStringLiteral("put"));
    if (m_slot)
        line.add("slot", static_cast<qint64>(m_slot->value));
    else
        line.addNull("slot");
    if (!version.deleted) {
        core::addRecord(&line, m_codec, version.kv);
        return print(line.line());
    }
    const QString wrong = core::addKey(&line, m_codec, version.kv.key);
    for (const char *member : {"value", "valueHex", "createRevision"})
        line.addNull(member);
    line.add("modRevision", version.revision().value);
    if (!wrong.isEmpty())
        line.add("error", wrong);
    return print(line.line());
}

bool HistoryCommand::printText(const core::KeyVersion &version)
{
    const core::KeyVersion *before = m_last ? &*m_last : nullptr;
    const QString line =
        QStringLiteral("%1  %2  %3  %4")
            .arg(version.revision().value, 10)
            .arg(version.deleted ? QString(QLatin1Char('-')) : QString::number(version.kv.version), 7)
            .arg(ui::versionKind(before, version), -15)
            .arg(ui::versionText(m_codec, before, version));
    if (m_printed == 0
        && !print(QStringLiteral("%1  %2  %3  %4")
                      .arg(tr("REVISION"), 10)
                      .arg(tr("VERSION"), 7)
                      .arg(tr("WHAT"), -15)
                      .arg(tr("VALUE"))))
        return false;
    const int width = outputWidth();
    return print(width > 0 ? TextTable::cut(line, width) : line);
}

void HistoryCommand::end()
{
    if (m_printed > 0) {
        finish();
        return;
    }
    const QString beginning = ui::beginningText(*m_history);
    fail(beginning.isEmpty() ? tr("there has never been such a key: %1").arg(keyText())
                             : tr("nothing is retained of the key %1. %2").arg(keyText(), beginning));
}

} // namespace slotscope::app
