// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/dialogs/plandialog.h"

class QLineEdit;

namespace slotscope::ui {

class ScopeBox;

/// Sets one field of many records, be it a column or not, or removes it.
class SetFieldDialog : public PlanDialog
{
    Q_OBJECT
public:
    /// What becomes of the field, beside a value of a certain kind.
    enum Type { LikeBefore = -1, Remove = -2, InNotation = -3 };

    SetFieldDialog(RecordModel *model, int column, const std::vector<int> &selected,
                   QWidget *parent = nullptr);

    QComboBox *fieldBox() const { return m_field; }
    QComboBox *typeBox() const { return m_type; }
    QLineEdit *valueEdit() const { return m_value; }
    ScopeBox *scopeBox() const { return m_scope; }

protected:
    core::Expected<Work, QString> makeWork() override;
    QString stepName(const QString &records) const override;
    QString summaryOf(const core::BulkPlan &plan) const override;
    QString actionName(const QString &records) const override;

private:
    core::Expected<core::ValuePath, QString> path() const;
    core::Expected<core::CellEdit, QString> edit(quint32 kinds) const;
    bool removes() const;

    QComboBox *m_field;
    QComboBox *m_type;
    QLineEdit *m_value;
    ScopeBox *m_scope;
};

} // namespace slotscope::ui
