// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/membersdialog.h"

#include "ui/errortext.h"
#include "ui/models/membernews.h"
#include "ui/theme.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace slotscope::ui {

namespace {

constexpr std::chrono::seconds Interval(3);

enum Column { Name, Role, Version, Size, Raft, Alarms, Address, ColumnCount };

QString tr(const char *text)
{
    return MembersDialog::tr(text);
}

QString nameOf(const core::MemberState &member)
{
    return memberName(member.member);
}

QString roleOf(const core::MemberState &member)
{
    if (!member.status)
        return tr("away");
    if (member.member.isLearner)
        return tr("learner");
    if (member.status->leader == 0)
        return tr("no leader");
    return member.isLeader() ? tr("leader") : tr("follower");
}

} // namespace

QStringList clusterProblems(const core::ClusterState &state)
{
    QStringList problems;
    qsizetype voters = 0;
    qsizetype serving = 0;
    QStringList away;
    QStringList leaderless;
    bool noSpace = false;
    bool corrupt = false;
    for (const core::MemberState &member : state.members) {
        noSpace = noSpace || member.alarms.contains(QLatin1String("NOSPACE"));
        corrupt = corrupt || member.alarms.contains(QLatin1String("CORRUPT"));
        voters += !member.member.isLearner;
        if (!member.status)
            away += nameOf(member);
        else if (member.status->leader == 0)
            leaderless += nameOf(member);
        else
            serving += !member.member.isLearner;
    }
    if (!away.isEmpty())
        problems += tr("Not reached: %1.").arg(away.join(QStringLiteral(", ")));
    if (!leaderless.isEmpty())
        problems += tr("Without a leader: %1.").arg(leaderless.join(QStringLiteral(", ")));
    if (voters > 0 && serving * 2 <= voters)
        problems +=
            tr("Fewer than half of the members serve, as far as can be seen from here, so nothing can "
               "be written.");
    if (noSpace)
        problems += tr("NOSPACE: the storage quota is used up, and nothing is written any more. Compact (in "
                       "the menu Connection), run “etcdctl defrag” for every member, then “etcdctl alarm "
                       "disarm”; or start the members with a larger --quota-backend-bytes first.");
    if (corrupt)
        problems += tr("CORRUPT: the data of a member differs from that of the others. Its operator has to "
                       "replace that member.");
    return problems;
}

MembersDialog::MembersDialog(core::Client *client, QWidget *parent)
    : QDialog(parent)
    , m_client(client)
    , m_head(new QLabel(tr("Asking …")))
    , m_list(new QTreeWidget)
    , m_problems(new QLabel)
{
    setWindowTitle(tr("Members of the cluster"));
    m_list->setObjectName(QStringLiteral("members"));
    m_list->setAccessibleName(tr("Members"));
    m_list->setRootIsDecorated(false);
    m_list->setHeaderLabels({tr("Member"), tr("Role"), tr("Version"), tr("Database"), tr("Raft term, index"),
                             tr("Alarms"), tr("Address")});
    m_list->header()->setStretchLastSection(true);
    for (QLabel *label : {m_head, m_problems}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    m_problems->setObjectName(QStringLiteral("clusterProblems"));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_head);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_problems);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    resize(880, 300);
    m_next.setSingleShot(true);
    m_next.setInterval(Interval);
    connect(&m_next, &QTimer::timeout, this, &MembersDialog::ask);
    ask();
}

void MembersDialog::ask()
{
    if (m_client)
        m_client->clusterState().then(this,
                                      [this](const core::Result<core::ClusterState> &state) { show(state); });
}

void MembersDialog::show(const core::Result<core::ClusterState> &state)
{
    m_next.start();
    if (state) {
        m_state = *state;
        const auto count = m_state.members.size();
        const QString id = QString::number(m_state.clusterId, 16);
        m_head->setText(count == 1 ? tr("Cluster %1, one member").arg(id)
                                   : tr("Cluster %1, %2 members").arg(id).arg(count));
        fillList();
        m_problems->setText(clusterProblems(m_state).join(QLatin1Char('\n')));
    } else {
        // Who belonged to it before stays to be seen.
        m_problems->setText(describe(state.error()).sentence());
    }
    m_problems->setVisible(!m_problems->text().isEmpty());
    Q_EMIT refreshed();
}

void MembersDialog::fillList()
{
    const int current = m_list->indexOfTopLevelItem(m_list->currentItem());
    const bool first = m_list->topLevelItemCount() == 0;
    std::sort(m_state.members.begin(), m_state.members.end(),
              [](const core::MemberState &one, const core::MemberState &other) {
                  return std::pair(nameOf(one), one.member.id) < std::pair(nameOf(other), other.member.id);
              });
    m_list->clear();
    for (const core::MemberState &member : m_state.members) {
        auto *item = new QTreeWidgetItem(m_list);
        const bool asked = member.member.id == m_state.asked;
        item->setText(Name, asked ? tr("%1 (asked)").arg(nameOf(member)) : nameOf(member));
        item->setText(Role, roleOf(member));
        item->setText(Alarms, member.alarms.join(QStringLiteral(", ")));
        item->setText(Address,
                      member.address.isEmpty() ? member.member.clientUrls.join(QStringLiteral(", "))
                                               : member.address.toString());
        item->setToolTip(Name, tr("Member id %1").arg(member.member.id, 0, 16));
        if (member.status) {
            item->setText(Version, member.status->version);
            item->setText(Size, QLocale().formattedDataSize(member.status->dbSize));
            item->setToolTip(
                Size, tr("%1 of them in use").arg(QLocale().formattedDataSize(member.status->dbSizeInUse)));
            item->setText(Raft, tr("%1, %2").arg(member.status->raftTerm).arg(member.status->raftIndex));
        } else {
            item->setToolTip(Role, describe(member.error, item->text(Address)).sentence());
        }
        const bool well = member.status && member.status->leader != 0 && item->text(Alarms).isEmpty();
        if (!well)
            item->setIcon(Role, theme::icon(theme::Glyph::Warning));
    }
    if (first) {
        for (int column = 0; column < Address; ++column)
            m_list->resizeColumnToContents(column);
    }
    if (current >= 0)
        m_list->setCurrentItem(m_list->topLevelItem(current));
}

} // namespace slotscope::ui
