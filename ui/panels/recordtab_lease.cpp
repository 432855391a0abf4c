// SPDX-License-Identifier: GPL-3.0-or-later
//
// What RecordTab does with leases: choose them for records, and keep the time that is left current.
#include "ui/connectionprofile.h"
#include "ui/dialogs/leasedialog.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QTimer>

namespace slotscope::ui {

void RecordTab::followLeases()
{
    m_model->setLeases(m_connection->leases());
    auto *second = new QTimer(this);
    second->setInterval(std::chrono::seconds(1));
    connect(second, &QTimer::timeout, this, [this] {
        const int column = m_model->columnOf(QStringLiteral("meta.lease"));
        if (column >= 0 && m_view->isVisible() && !m_view->isColumnHidden(column))
            m_model->refreshLeases();
    });
    second->start();
    connect(m_view, &QAbstractItemView::doubleClicked, this, [this](const QModelIndex &index) {
        if (m_model->columns()[static_cast<size_t>(index.column())].meta == core::Column::Meta::Lease)
            chooseLease();
    });
}

void RecordTab::chooseLease()
{
    if (const QString refusal = stagingRefusal(*m_connection->edits()); !refusal.isEmpty()) {
        Q_EMIT messageRaised(refusal);
        return;
    }
    const std::vector<int> rows = m_view->selectedRows();
    if (rows.size() > RecordModel::MostDeletions) {
        Q_EMIT messageRaised(tr("These are %1 records. At most %2 can get a lease at once.")
                                 .arg(rows.size())
                                 .arg(RecordModel::MostDeletions));
        return;
    }
    LeaseDialog::Keys keys;
    for (const int row : rows) {
        const ShownRow shown = m_model->recordAt(row);
        const bool isDeleted = shown.change && shown.change->kind == core::Change::Kind::Delete;
        if (!shown.key.isEmpty() && !isDeleted)
            keys.emplace_back(shown.key, shown.current);
    }
    if (keys.empty()) {
        Q_EMIT messageRaised(tr("Select records that are not marked for deletion to choose their lease."));
        return;
    }
    auto *dialog = new LeaseDialog(m_connection, std::move(keys), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace slotscope::ui
