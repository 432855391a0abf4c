// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/memberscommand.h"

#include "app/commands/output.h"
#include "app/commands/texttable.h"
#include "core/table/recordjson.h"
#include "ui/errortext.h"

#include <QLocale>

namespace slotscope::app {

namespace {

QString roleOf(const core::MemberState &member)
{
    if (!member.status)
        return QStringLiteral("away");
    if (member.member.isLearner)
        return QStringLiteral("learner");
    if (member.status->leader == 0)
        return QStringLiteral("no leader");
    return member.isLeader() ? QStringLiteral("leader") : QStringLiteral("follower");
}

QString idOf(const core::MemberState &member)
{
    return QString::number(member.member.id, 16);
}

} // namespace

QString MembersCommand::description() const
{
    return QStringLiteral("Lists the members of the cluster: who leads it, their versions, how large their "
                          "databases are, and alarms.");
}

QString MembersCommand::takeArguments(const QCommandLineParser &parser)
{
    return parser.positionalArguments().isEmpty() ? QString() : QStringLiteral("members takes no arguments");
}

void MembersCommand::begin()
{
    m_client = std::make_unique<core::Client>(options());
    m_client->clusterState().then(this, [this](const core::Result<core::ClusterState> &state) {
        if (!state)
            return fail(state.error());
        if (isJson())
            printJson(*state);
        else
            printTable(*state);
        finish();
    });
}

void MembersCommand::printJson(const core::ClusterState &state)
{
    for (const core::MemberState &member : state.members) {
        core::JsonLine line;
        line.add("id", idOf(member));
        line.addTextOrNull("name", member.member.name);
        line.add("role", roleOf(member));
        line.addTextOrNull("address", member.address.toString());
        line.addTextOrNull("alarms", member.alarms.join(QLatin1Char(',')));
        if (member.status) {
            line.add("version", member.status->version);
            line.add("dbSize", member.status->dbSize);
            line.add("dbSizeInUse", member.status->dbSizeInUse);
            line.add("raftTerm", static_cast<qint64>(member.status->raftTerm));
            line.add("raftIndex", static_cast<qint64>(member.status->raftIndex));
        } else {
            line.add("error", ui::describe(member.error, member.address.authority()).summary);
        }
        if (!print(line.line()))
            return;
    }
}

void MembersCommand::printTable(const core::ClusterState &state)
{
    TextTable table({{tr("ID")},
                     {tr("NAME")},
                     {tr("ROLE")},
                     {tr("VERSION")},
                     {tr("DATABASE"), true},
                     {tr("TERM"), true},
                     {tr("INDEX"), true},
                     {tr("ADDRESS")},
                     {tr("ALARMS")}},
                    outputWidth(), 60);
    QList<QStringList> rows;
    for (const core::MemberState &member : state.members) {
        const core::StatusReply status = member.status.value_or(core::StatusReply {});
        const auto number = [&member](quint64 value) {
            return member.status ? QString::number(value) : QString();
        };
        QStringList row {idOf(member),
                         member.member.name,
                         roleOf(member),
                         status.version,
                         member.status ? QLocale::c().formattedDataSize(status.dbSize) : QString(),
                         number(status.raftTerm),
                         number(status.raftIndex),
                         member.address.toString(),
                         member.alarms.join(QLatin1Char(','))};
        table.measure(row);
        rows += row;
    }
    if (!print(table.headingLine()))
        return;
    for (const QStringList &row : std::as_const(rows)) {
        if (!print(table.line(row)))
            return;
    }
}

} // namespace slotscope::app
