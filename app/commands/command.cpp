// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/command.h"

#include "app/commands/checkcommand.h"
#include "app/commands/codeccommand.h"
#include "app/commands/diffcommand.h"
#include "app/commands/editcommand.h"
#include "app/commands/findcommand.h"
#include "app/commands/getcommand.h"
#include "app/commands/historycommand.h"
#include "app/commands/infercommand.h"
#include "app/commands/memberscommand.h"
#include "app/commands/output.h"
#include "app/commands/recordscommand.h"
#include "app/commands/schemacommand.h"
#include "app/commands/slotscommand.h"
#include "app/commands/testcommand.h"
#include "app/commands/watchcommand.h"
#include "core/edit/receiptbook.h"
#include "ui/errortext.h"
#include "ui/models/accesstext.h"
#include "ui/sessionsettings.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace slotscope::app {

namespace {

using namespace std::chrono_literals;

/// Whether a test of the connection may tell more.
bool isOfTheConnection(const core::Error &error)
{
    switch (error.kind) {
    case core::ErrorKind::Timeout:
    case core::ErrorKind::Network:
    case core::ErrorKind::Proxy:
    case core::ErrorKind::Tls:
    case core::ErrorKind::Http:
    case core::ErrorKind::Protocol:
        return true;
    default:
        return false;
    }
}

} // namespace

Command::Command()
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(30s);
    connect(&m_patience, &QTimer::timeout, this,
            [this] { fail(tr("%1 does not answer any more").arg(serverName())); });
}

void Command::run(const core::Profile &profile, bool json)
{
    m_profile = profile;
    m_json = json;
    if (!needsServer() || !needsDirectory()) {
        QMetaObject::invokeMethod(
            this, [this] { begin(); }, Qt::QueuedConnection);
        return;
    }
    if (isEditing()) {
        m_connection = std::make_unique<core::Connection>(options());
        m_connection->keepEditsIn({}, ui::historyFolder());
        m_connection->receipts()->setLimit(ui::historyLimit());
    } else {
        m_client = std::make_unique<core::Client>(options());
        m_watch = std::make_unique<core::Watch>(m_client.get(), core::KeyRange::all(),
                                                core::Watch::Options {.prevKv = wantsPreviousValues()});
        m_directory = std::make_unique<core::SlotDirectory>(m_client.get(), m_watch.get());
    }
    directory()->setSchema(m_schema);
    connect(directory(), &core::SlotDirectory::loaded, this, [this] {
        // The directory goes on with itself after this signal; what follows may destroy it.
        QMetaObject::invokeMethod(
            this,
            [this] {
                if (const auto then = std::exchange(m_whenLoaded, {}))
                    then();
            },
            Qt::QueuedConnection);
    });
    connect(directory(), &core::SlotDirectory::slotChanged, this, &Command::checkSampled);
    connect(directory(), &core::SlotDirectory::sampled, this, &Command::checkSampled);

    if (isEditing()) {
        openConnection();
        return;
    }
    connect(directory(), &core::SlotDirectory::loadFailed, this,
            [this](const core::Error &error) { fail(error); });
    m_client->connectToServer().then(this, [this](const core::Result<core::StatusReply> &reply) {
        if (reply)
            reload([this] { begin(); });
        else
            fail(reply.error());
    });
}

void Command::openConnection()
{
    m_whenLoaded = [this] { begin(); };
    // A connection tries again for ever; a command that could not begin gives up.
    connect(m_connection.get(), &core::Connection::stateChanged, this, [this] {
        if (m_whenLoaded && !m_connection->error().detail.isEmpty())
            fail(core::Error(m_connection->error()));
    });
    m_connection->open();
}

void Command::reload(std::function<void()> then)
{
    m_whenLoaded = std::move(then);
    m_directory->load();
}

QString Command::serverName() const
{
    return endpoint().url.authority();
}

void Command::whenSampled(const std::vector<core::Slot> &numbers, std::function<void()> then)
{
    m_awaited = numbers;
    m_whenSampled = std::move(then);
    m_patience.start();
    for (const core::Slot slot : numbers)
        directory()->sample(slot);
    checkSampled();
}

void Command::checkSampled()
{
    if (!m_whenSampled)
        return;
    const auto isKnown = [this](core::Slot slot) {
        const core::SlotInfo *info = directory()->find(slot);
        return !info || info->sampled || info->records == 0;
    };
    const bool ready = directory()->isSampled()
        || (!m_awaited.empty() && std::all_of(m_awaited.cbegin(), m_awaited.cend(), isKnown));
    if (!ready)
        return;
    m_patience.stop();
    QMetaObject::invokeMethod(this, std::exchange(m_whenSampled, {}), Qt::QueuedConnection);
}

bool Command::print(const QByteArray &line)
{
    if (m_finished)
        return false;
    if (writeLine(line))
        return true;
    // The reader has seen enough (`| head`), or the disk is full.
    if (errno == EPIPE)
        finish();
    else
        fail(tr("cannot write the output: %1").arg(qt_error_string(errno)));
    return false;
}

void Command::finish(int exitCode)
{
    if (std::exchange(m_finished, true))
        return;
    m_patience.stop();
    if (m_watch)
        m_watch->close();
    if (m_connection)
        m_connection->close();
    Q_EMIT finished(exitCode);
}

void Command::fail(const QString &message)
{
    if (m_finished)
        return;
    writeError(message);
    finish(Failed);
}

void Command::fail(const core::Error &error)
{
    if (m_finished)
        return;
    const ui::ErrorText text = ui::describe(error, serverName());
    const QString sentence = text.sentence();
    // Some sentences hold the technical words already.
    const bool told = text.technical.isEmpty() || sentence.contains(text.technical, Qt::CaseInsensitive);
    writeError(told ? sentence : QStringLiteral("%1 (%2)").arg(sentence, text.technical));
    if (isOfTheConnection(error))
        writeError(tr("“slotscope test-connection” with the same options for the connection tells where it "
                      "fails"));
    finish(Failed);
}

void Command::failWithoutTable(const QString &text, const std::optional<core::Slot> &slot)
{
    if (slot && !mayReadOrFail(*slot))
        return;
    QString message = slot
        ? tr("slot %1 holds nothing and is not in the catalogue").arg(slot->value)
        : tr("there is no table, or more than one, called %1 (see slotscope slots)").arg(text);
    if (const core::AccessRights &rights = client()->rights(); !rights.seesAll())
        message += tr("; the user “%1” may not read all of this etcd").arg(rights.user);
    fail(message);
}

bool Command::mayReadOrFail(core::Slot slot)
{
    const core::AccessRights &rights = client()->rights();
    if (!rights.readable(core::KeyRange::slot(slot)).empty())
        return true;
    fail(tr("the user “%1” may not read slot %2 (see slotscope slots for what may be read)")
             .arg(rights.user)
             .arg(slot.value));
    return false;
}

void Command::tellHidden()
{
    if (const core::AccessRights &rights = client()->rights(); !rights.seesAll())
        writeError(ui::rightsText(rights, directory()));
}

const std::vector<CommandEntry> &commands()
{
    static const std::vector<CommandEntry> entries {
        {QStringLiteral("slots"), QStringLiteral("list the slots with their types and counts"),
         [] { return std::make_unique<SlotsCommand>(); }},
        {QStringLiteral("records"), QStringLiteral("list the decoded records of a slot"),
         [] { return std::make_unique<RecordsCommand>(); }},
        {QStringLiteral("infer"), QStringLiteral("tell the types of slots from their records"),
         [] { return std::make_unique<InferCommand>(); }},
        {QStringLiteral("watch"), QStringLiteral("show changes as they happen"),
         [] { return std::make_unique<WatchCommand>(); }},
        {QStringLiteral("get"), QStringLiteral("show one record"),
         [] { return std::make_unique<GetCommand>(); }},
        {QStringLiteral("find"), QStringLiteral("find records of all slots by a text or a condition"),
         [] { return std::make_unique<FindCommand>(); }},
        {QStringLiteral("history"), QStringLiteral("list all retained versions of one record"),
         [] { return std::make_unique<HistoryCommand>(); }},
        {QStringLiteral("diff"),
         QStringLiteral("compare tables at two revisions, of two etcds, or with a file"),
         [] { return std::make_unique<DiffCommand>(); }},
        {QStringLiteral("check"), QStringLiteral("look for faults in indexes and the catalogue"),
         [] { return std::make_unique<CheckCommand>(); }},
        {QStringLiteral("test-connection"), QStringLiteral("tell where a connection fails, and what to do"),
         [] { return std::make_unique<TestCommand>(); }},
        {QStringLiteral("members"), QStringLiteral("list the members of the cluster and how they are"),
         [] { return std::make_unique<MembersCommand>(); }},
        {QStringLiteral("edit"), QStringLiteral("write what a script says, in one guarded transaction"),
         [] { return std::make_unique<EditCommand>(); }},
        {QStringLiteral("decode"), QStringLiteral("turn bytes, as hex, into notation"),
         [] { return std::make_unique<CodecCommand>(CodecCommand::Direction::Decode); }},
        {QStringLiteral("encode"), QStringLiteral("turn notation into bytes, as hex"),
         [] { return std::make_unique<CodecCommand>(CodecCommand::Direction::Encode); }},
        {QStringLiteral("types"), QStringLiteral("list the types of keys and values"),
         [] { return std::make_unique<TypesCommand>(); }},
        {QStringLiteral("schema"),
         QStringLiteral("import declarations of tables, show what is known of them"),
         [] { return std::make_unique<SchemaCommand>(); }},
    };
    return entries;
}

} // namespace slotscope::app
