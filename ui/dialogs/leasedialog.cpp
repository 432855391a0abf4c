// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/leasedialog.h"

#include "ui/connectionprofile.h"
#include "ui/errortext.h"
#include "ui/models/leasetext.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollBar>
#include <QSet>
#include <QSpinBox>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::LeaseChoice;
using Kind = core::LeaseChoice::Kind;

namespace {

constexpr int LeaseRole = Qt::UserRole + 1;
enum ListColumn { IdColumn, RemainingColumn, GrantedColumn, KeysColumn };

core::LeaseId leaseOf(const QTreeWidgetItem *item)
{
    return core::LeaseId(item->data(IdColumn, LeaseRole).toLongLong());
}

} // namespace

LeaseDialog::LeaseDialog(core::Connection *connection, Keys keys, QWidget *parent)
    : QDialog(parent)
    , m_connection(connection)
    , m_keys(std::move(keys))
    , m_kinds(new QButtonGroup(this))
    , m_list(new QTreeWidget)
    , m_ttl(new QSpinBox)
    , m_unit(new QComboBox)
    , m_problem(new QLabel)
{
    setWindowTitle(m_keys.size() == 1 ? tr("Lease of 1 record")
                                      : tr("Lease of %1 records").arg(m_keys.size()));
    setAccessibleName(windowTitle());
    auto *layout = new QVBoxLayout(this);
    // Nobody is told of keys there, whom they may belong to.
    const bool seesAll = connection->client()->seesAllChanges();
    auto *words = new QLabel(
        (seesAll
             ? tr("When a lease expires or is revoked, etcd deletes every key that hangs on it.")
             : tr("When a lease expires or is revoked, etcd deletes every key that hangs on it, also those "
                  "that this connection does not show."))
        + QLatin1Char(' ') + tr("The choice is staged, and takes effect with the commit."));
    words->setWordWrap(true);
    layout->addWidget(words);

    QSet<qint64> now;
    for (const auto &[key, state] : m_keys)
        now.insert(state.lease.value);
    const QString kept = now.size() > 1       ? tr("the ones they have")
        : now.isEmpty() || *now.cbegin() == 0 ? tr("none now")
                                              : leaseIdText(core::LeaseId(*now.cbegin()));
    const auto add = [&](Kind kind, const QString &text) {
        auto *radio = new QRadioButton(text);
        m_kinds->addButton(radio, static_cast<int>(kind));
        return radio;
    };
    layout->addWidget(add(Kind::Keep, tr("&Keep: %1").arg(kept)));
    layout->addWidget(add(Kind::None, tr("N&one: the keys stay until somebody deletes them")));
    auto *fresh = new QHBoxLayout;
    fresh->addWidget(add(Kind::New, tr("&New, expiring in")));
    fresh->addWidget(m_ttl);
    fresh->addWidget(m_unit);
    fresh->addStretch(1);
    layout->addLayout(fresh);
    layout->addWidget(add(Kind::Existing, tr("&Existing:")));
    layout->addWidget(m_list, 1);
    m_ttl->setRange(1, 1'000'000);
    m_ttl->setValue(10);
    m_ttl->setAccessibleName(tr("Time to live"));
    m_unit->setAccessibleName(tr("Unit"));
    m_unit->addItem(tr("seconds"), 1);
    m_unit->addItem(tr("minutes"), 60);
    m_unit->addItem(tr("hours"), 3'600);
    m_unit->addItem(tr("days"), 86'400);
    m_unit->setCurrentIndex(1);
    m_list->setHeaderLabels({tr("Lease"), tr("Remaining"), tr("Granted for"), tr("Keys")});
    if (!seesAll)
        m_list->headerItem()->setToolTip(KeysColumn,
                                         tr("Keys that this connection does not show may not be counted"));
    m_list->setAccessibleName(tr("Existing leases"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->header()->resizeSection(IdColumn, 24 * fontMetrics().averageCharWidth());
    m_list->setMinimumWidth(80 * fontMetrics().averageCharWidth());
    m_problem->setWordWrap(true);
    layout->addWidget(m_problem);
    auto *buttons = new QDialogButtonBox;
    m_ok = buttons->addButton(tr("&Stage"), QDialogButtonBox::AcceptRole);
    buttons->addButton(QDialogButtonBox::Cancel);
    layout->addWidget(buttons);

    // What all of them have staged already comes first.
    const core::Change *staged = m_keys.empty() ? nullptr : connection->edits()->find(m_keys.front().first);
    const LeaseChoice before = staged ? staged->lease : LeaseChoice {};
    button(before.kind)->setChecked(true);
    if (before.kind == Kind::New) {
        int unit = m_unit->count() - 1;
        while (unit > 0 && before.ttl.count() % m_unit->itemData(unit).toInt() != 0)
            --unit;
        m_unit->setCurrentIndex(unit);
        m_ttl->setValue(static_cast<int>(before.ttl.count() / m_unit->itemData(unit).toInt()));
    }

    connect(buttons, &QDialogButtonBox::accepted, this, &LeaseDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &LeaseDialog::reject);
    connect(m_kinds, &QButtonGroup::idToggled, this, &LeaseDialog::check);
    connect(m_list, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem *item) {
        if (item)
            button(Kind::Existing)->setChecked(true);
        check();
    });
    // Whoever sets a time wants a new one.
    connect(m_ttl, &QSpinBox::valueChanged, this, [this] { button(Kind::New)->setChecked(true); });
    connect(m_unit, &QComboBox::activated, this, [this] { button(Kind::New)->setChecked(true); });
    connect(connection->leases(), &core::LeaseBook::changed, this, [this](core::LeaseId lease) {
        for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
            if (leaseOf(m_list->topLevelItem(i)) == lease)
                showInfo(m_list->topLevelItem(i));
        }
    });
    auto *second = new QTimer(this);
    second->setInterval(std::chrono::seconds(1));
    connect(second, &QTimer::timeout, this, &LeaseDialog::showVisible);
    connect(m_list->verticalScrollBar(), &QScrollBar::valueChanged, this, &LeaseDialog::showVisible);
    second->start();
    connection->leases()->list().then(
        this, [this](const core::Result<std::vector<core::LeaseId>> &leases) { takeList(leases); });
    check();
}

QRadioButton *LeaseDialog::button(Kind kind) const
{
    return qobject_cast<QRadioButton *>(m_kinds->button(static_cast<int>(kind)));
}

void LeaseDialog::takeList(const core::Result<std::vector<core::LeaseId>> &leases)
{
    if (!leases) {
        m_problem->setText(tr("The leases could not be listed. %1").arg(describe(leases.error()).sentence()));
        return;
    }
    const core::Change *staged = m_keys.empty() ? nullptr : m_connection->edits()->find(m_keys.front().first);
    const size_t count = std::min(leases->size(), MostListed);
    for (size_t i = 0; i < count; ++i) {
        const core::LeaseId lease = leases->at(i);
        auto *item = new QTreeWidgetItem(m_list, {leaseIdText(lease)});
        item->setData(IdColumn, LeaseRole, lease.value);
        item->setTextAlignment(KeysColumn, Qt::AlignRight | Qt::AlignVCenter);
        item->setText(RemainingColumn, QStringLiteral("…"));
        if (staged && staged->lease.kind == Kind::Existing && staged->lease.lease == lease)
            m_list->setCurrentItem(item);
    }
    if (leases->size() > count)
        m_problem->setText(tr("The first %1 of %2 leases are listed.").arg(count).arg(leases->size()));
    button(Kind::Existing)
        ->setText(leases->empty() ? tr("&Existing: there are none")
                                  : tr("&Existing, of %1:").arg(leases->size()));
    check();
    // Once it is laid out.
    QTimer::singleShot(0, this, &LeaseDialog::showVisible);
}

void LeaseDialog::showVisible()
{
    // What is out of sight is not looked up.
    for (QTreeWidgetItem *item = m_list->itemAt(0, 0); item; item = m_list->itemBelow(item)) {
        if (!m_list->visualItemRect(item).intersects(m_list->viewport()->rect()))
            break;
        showInfo(item);
    }
}

void LeaseDialog::showInfo(QTreeWidgetItem *item)
{
    const auto info = m_connection->leases()->info(leaseOf(item), true);
    item->setText(RemainingColumn, info ? remainingText(info) : QStringLiteral("…"));
    item->setText(GrantedColumn, info && info->exists ? durationText(info->granted) : QString());
    item->setText(KeysColumn, info && info->keys ? QString::number(*info->keys) : QString());
    // A put on a lease that is gone is refused.
    item->setDisabled(info && !info->exists);
}

LeaseChoice LeaseDialog::choice() const
{
    LeaseChoice choice {.kind = static_cast<Kind>(m_kinds->checkedId())};
    if (choice.kind == Kind::New)
        choice.ttl =
            std::chrono::seconds(static_cast<qint64>(m_ttl->value()) * m_unit->currentData().toInt());
    else if (choice.kind == Kind::Existing && m_list->currentItem())
        choice.lease = leaseOf(m_list->currentItem());
    return choice;
}

void LeaseDialog::check()
{
    const LeaseChoice now = choice();
    m_ok->setEnabled(now.kind != Kind::Existing || now.lease.value != 0);
}

void LeaseDialog::accept()
{
    if (!m_ok->isEnabled())
        return;
    const LeaseChoice chosen = choice();
    const QString name =
        chosen.kind == Kind::Keep ? tr("Keep the lease") : tr("Lease: %1").arg(leaseChoiceText(chosen));
    if (!m_connection->edits()->stageLease(m_keys, chosen, name)) {
        const QString refusal = stagingRefusal(*m_connection->edits());
        m_problem->setText(refusal.isEmpty() ? tr("Records that are marked for deletion get no lease.")
                                             : refusal);
        return;
    }
    QDialog::accept();
}

} // namespace slotscope::ui
