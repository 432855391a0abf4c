// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/faults/desk.h"

#include "tests/support/await.h"
#include "ui/errortext.h"
#include "ui/panels/connectionbar.h"

using namespace slotscope::core;

namespace slotscope::test {

namespace {

bool isAsOnServer(const LiveTable &table, Client &client)
{
    const auto fresh = await(client.range({.range = table.range()}));
    if (!fresh || fresh->kvs.size() != table.rows().count())
        return false;
    const std::vector<RowId> &order = table.rows().keyOrder();
    for (std::size_t i = 0; i < order.size(); ++i) {
        const RowView row = table.rows().row(order[i]);
        const KeyValue &kv = fresh->kvs[i];
        if (row.key != kv.key || row.value != kv.value || row.modRevision != kv.modRevision)
            return false;
    }
    return true;
}

} // namespace

bool comes(const std::function<bool()> &condition)
{
    constexpr std::chrono::milliseconds Look(2);
    QEventLoop loop;
    bool came = condition();
    QTimer look;
    look.setSingleShot(true); // looking may wait for something itself
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        came = condition();
        if (came)
            loop.quit();
        else
            look.start(Look);
    });
    look.start(Look);
    QTimer::singleShot(Patience, &loop, &QEventLoop::quit);
    if (!came)
        loop.exec();
    return came;
}

Desk::Desk(const ConnectionOptions &options)
    : connection(options)
    , table(connection.table(FaultRange))
{
}

bool Desk::open()
{
    connection.open();
    return comes([this] { return isLive(); });
}

bool Desk::isLive() const
{
    return connection.state() == Connection::State::Online && table->state() == LiveTable::State::Live;
}

bool Desk::stage(const QByteArray &value) const
{
    const auto id = table->rows().find(Mine);
    KeyState now = id ? KeyState::of(table->rows().row(*id).toKeyValue()) : KeyState::absent();
    // The table may be behind the commit before.
    if (const KeyState *settling = edits().settling(Mine);
        settling && settling->modRevision > table->revision())
        now = *settling;
    return edits().stageValue(Mine, now, value);
}

std::optional<QByteArray> Desk::staged() const
{
    const Change *change = edits().find(Mine);
    return change ? std::optional(change->value) : std::nullopt;
}

std::optional<CommitReport> Desk::commit() const
{
    QSignalSpy spy(&edits(), &EditSession::committed);
    edits().commit();
    if (!comes([&spy] { return !spy.isEmpty(); }))
        return {};
    return spy.first().first().value<CommitReport>();
}

bool Desk::commitAtLast() const
{
    QElapsedTimer timer;
    timer.start();
    QString last;
    while (!edits().isEmpty() && timer.elapsed() < Patience) {
        if (!comes([this] { return isLive() && !edits().isCommitting() && !edits().hasConflicts(); }))
            break;
        const auto report = commit();
        last = report ? report->error.detail : QStringLiteral("no report");
    }
    if (!edits().isEmpty())
        qWarning().noquote() << "still staged:" << told() << edits().hasConflicts() << edits().isCommitting()
                             << last;
    return edits().isEmpty();
}

QString Desk::told() const
{
    QString text = ui::connectionStateText(connection);
    text.remove(QRegularExpression(QStringLiteral(" (since|for) [0-9:]+")));
    if (connection.state() != Connection::State::Online && !connection.error().detail.isEmpty())
        text += QStringLiteral(" — ") + ui::describe(connection.error()).summary;
    return text;
}

ConnectionOptions quick(const QString &address)
{
    ConnectionOptions options(*Endpoint::parse(address));
    options.connectTimeout = std::chrono::milliseconds(1500);
    options.requestTimeout = std::chrono::milliseconds(1500);
    return options;
}

ConnectionOptions patient(const QString &address)
{
    ConnectionOptions options(*Endpoint::parse(address));
    options.connectTimeout = std::chrono::milliseconds(Patience);
    options.requestTimeout = std::chrono::milliseconds(Patience);
    return options;
}

bool becomesAsOnServer(const LiveTable &table, const ConnectionOptions &direct)
{
    Client client(direct);
    return comes([&] { return isAsOnServer(table, client); });
}

bool becomes(const ConnectionOptions &direct, const QByteArray &key, const QByteArray &value)
{
    Client client(direct);
    return comes([&] {
        const auto reply = await(client.range({.range = KeyRange::single(key)}));
        return reply && !reply->kvs.empty() && reply->kvs.front().value == value;
    });
}

} // namespace slotscope::test
