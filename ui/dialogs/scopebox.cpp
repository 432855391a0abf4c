// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/scopebox.h"

#include "ui/dialogs/plandialog.h"
#include "ui/models/recordmodel.h"

namespace slotscope::ui {

ScopeBox::ScopeBox(const RecordModel *model, const std::vector<int> &selected, QWidget *parent)
    : QComboBox(parent)
    , m_model(model)
{
    setAccessibleName(tr("For which records"));
    const size_t all = core::StagedRows(*model->table(), *model->edits()).all().size();
    for (const int row : selected)
        m_selected.push_back(model->keyAt(row));
    if (!m_selected.empty())
        addItem(tr("Selection (%1)").arg(recordsText(qint64(m_selected.size()))), int(Selection));
    if (model->query().isFilter())
        addItem(tr("Shown by the filter (%1)").arg(recordsText(model->rowCount())), int(Shown));
    addItem(tr("Whole table (%1)").arg(recordsText(qint64(all))), int(All));
    setCurrentIndex(m_selected.size() > 1 ? 0 : m_selected.empty() ? 0 : 1);
}

core::RowChoice ScopeBox::choice() const
{
    switch (Scope(currentData().toInt())) {
    case Selection: {
        std::vector<int> rows;
        core::RowChoice gone;
        for (const QByteArray &key : m_selected) {
            const int row = m_model->rowOf(key);
            if (row >= 0)
                rows.push_back(row);
            else
                gone.extras.push_back(key);
        }
        core::RowChoice choice = m_model->choiceOf(rows);
        choice.extras.insert(choice.extras.end(), gone.extras.cbegin(), gone.extras.cend());
        return choice;
    }
    case Shown:
        return m_model->shownChoice();
    case All:
        break;
    }
    return core::StagedRows(*m_model->table(), *m_model->edits()).all();
}

} // namespace slotscope::ui
