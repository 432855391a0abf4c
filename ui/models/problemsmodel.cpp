// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/problemsmodel.h"

#include "core/table/slotdirectory.h"
#include "ui/models/faulttext.h"
#include "ui/theme.h"

namespace slotscope::ui {

using core::CatalogueFault;
using core::IndexFault;

namespace {

QString kindText(IndexFault::Kind kind)
{
    switch (kind) {
    case IndexFault::Kind::Missing:
        return ProblemsModel::tr("Missing entry");
    case IndexFault::Kind::Wrong:
        return ProblemsModel::tr("Wrong entry");
    case IndexFault::Kind::Orphaned:
        return ProblemsModel::tr("Orphaned entry");
    case IndexFault::Kind::Stale:
        return ProblemsModel::tr("Stale entry");
    case IndexFault::Kind::Shadowed:
        return ProblemsModel::tr("Shadowed record");
    case IndexFault::Kind::Unindexable:
        return ProblemsModel::tr("Not indexable");
    }
    return {};
}

QString kindText(CatalogueFault::Kind kind)
{
    switch (kind) {
    case CatalogueFault::Kind::BrokenEntry:
        return ProblemsModel::tr("Broken catalogue entry");
    case CatalogueFault::Kind::NumberMismatch:
        return ProblemsModel::tr("Number mismatch");
    case CatalogueFault::Kind::DuplicateOid:
        return ProblemsModel::tr("Duplicate oid");
    case CatalogueFault::Kind::NoEntry:
        return ProblemsModel::tr("No catalogue entry");
    }
    return {};
}

} // namespace

ProblemsModel::ProblemsModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void ProblemsModel::setReport(const core::IndexReport &report, const std::vector<CatalogueFault> &catalogue,
                              const core::SlotDirectory *directory)
{
    const auto title = [directory](core::Slot slot) {
        const core::SlotInfo *info = directory->find(slot);
        return info ? info->title() : tr("slot %1").arg(slot.value);
    };
    beginResetModel();
    m_rows.clear();
    for (const CatalogueFault &fault : catalogue)
        m_rows.push_back({{kindText(fault.kind), title(fault.slot), QString(),
                           QString::number(fault.slot.value), fault.what},
                          fault.key,
                          std::nullopt,
                          !fault.isFault()});
    for (const IndexFault &fault : report.faults) {
        const QByteArray key = fault.entry ? fault.entryKey : fault.record;
        m_rows.push_back(
            {{kindText(fault.kind), title(fault.table), title(fault.index),
              tableKeyText(*directory, fault.index, fault.entryKey.mid(2)), faultText(fault, *directory)},
             key,
             fault,
             false});
    }
    for (const core::IndexReport::Index &index : report.indexes) {
        const auto note = [&](const QString &kind, const QString &text) {
            m_rows.push_back({{kind, title(index.what.table), title(index.what.index), QString(), text},
                              QByteArray(),
                              std::nullopt,
                              true});
        };
        if (!index.problem.isEmpty())
            note(tr("Not checked"), index.problem);
        if (index.undecodable > 0)
            note(tr("Unreadable records"),
                 tr("%1 records of the table could not be read, and are believed").arg(index.undecodable));
    }
    endResetModel();
}

void ProblemsModel::clear()
{
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

const IndexFault *ProblemsModel::faultAt(int row) const
{
    const Row &shown = m_rows[size_t(row)];
    return shown.fault ? &*shown.fault : nullptr;
}

int ProblemsModel::repairable() const
{
    return int(std::count_if(m_rows.cbegin(), m_rows.cend(),
                             [](const Row &row) { return row.fault && row.fault->isRepairable(); }));
}

int ProblemsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ProblemsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant ProblemsModel::data(const QModelIndex &index, int role) const
{
    const Row &row = m_rows[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return row.texts[index.column()];
    case Qt::DecorationRole:
        if (index.column() == FaultColumn && !row.isNote)
            return theme::icon(theme::Mark::Warning);
        return {};
    case KeyRole:
        return row.key;
    case RepairableRole:
        return row.fault && row.fault->isRepairable();
    default:
        return {};
    }
}

QVariant ProblemsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case FaultColumn:
        return tr("Problem");
    case TableColumn:
        return tr("Table");
    case IndexColumn:
        return tr("Index");
    case KeyColumn:
        return tr("Key");
    default:
        return tr("Explanation");
    }
}

} // namespace slotscope::ui
