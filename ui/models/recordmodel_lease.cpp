// SPDX-License-Identifier: GPL-3.0-or-later
//
// The lease column of RecordModel: ids, the time that is left, what is staged.
#include "ui/models/leasetext.h"
#include "ui/models/recordmodel.h"

namespace slotscope::ui {

void RecordModel::setLeases(core::LeaseBook *leases)
{
    m_leases = leases;
    connect(leases, &core::LeaseBook::changed, this, &RecordModel::refreshLeases);
}

void RecordModel::refreshLeases()
{
    // The view asks again for what it shows, and only if it shows this.
    const int column = columnOf(QStringLiteral("meta.lease"));
    if (column >= 0 && rowCount() > 0)
        Q_EMIT dataChanged(index(0, column), index(rowCount() - 1, column), {Qt::DisplayRole});
}

const core::LeaseChoice *RecordModel::stagedLease(int row) const
{
    const core::Change *change = m_edits->find(keyAt(row));
    return change && change->kind != core::Change::Kind::Delete
            && change->lease.kind != core::LeaseChoice::Kind::Keep
        ? &change->lease
        : nullptr;
}

QString RecordModel::leaseText(int row, bool withTime) const
{
    if (const core::LeaseChoice *staged = stagedLease(row))
        return leaseChoiceText(*staged);
    const core::LeaseId lease = recordAt(row).current.lease;
    if (lease.value == 0)
        return {};
    const QString left = withTime && m_leases ? remainingText(m_leases->info(lease)) : QString();
    return left.isEmpty() ? leaseIdText(lease) : tr("%1 · %2").arg(leaseIdText(lease), left);
}

QString RecordModel::leaseTip(int row) const
{
    const core::LeaseId lease = recordAt(row).current.lease;
    if (lease.value == 0)
        return {};
    return tr("Hangs on lease %1: etcd deletes the record when that expires or is revoked.")
        .arg(leaseIdText(lease));
}

} // namespace slotscope::ui
