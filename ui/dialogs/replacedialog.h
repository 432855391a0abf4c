// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/replace.h"
#include "ui/dialogs/plandialog.h"

class QCheckBox;
class QLineEdit;

namespace slotscope::ui {

class ScopeBox;

/// Finds and replaces in a column, every hit listed before anything happens.
class ReplaceDialog : public PlanDialog
{
    Q_OBJECT
public:
    /// `column`: of the model, to begin with.
    ReplaceDialog(RecordModel *model, int column, const std::vector<int> &selected,
                  QWidget *parent = nullptr);

    QComboBox *columnBox() const { return m_column; }
    QLineEdit *findEdit() const { return m_find; }
    QLineEdit *replacementEdit() const { return m_replacement; }
    QComboBox *modeBox() const { return m_mode; }
    QCheckBox *caseBox() const { return m_case; }
    ScopeBox *scopeBox() const { return m_scope; }

protected:
    core::Expected<Work, QString> makeWork() override;
    QString stepName(const QString &records) const override;
    QString summaryOf(const core::BulkPlan &plan) const override;
    QString actionName(const QString &records) const override;

private:
    QComboBox *m_column;
    QLineEdit *m_find;
    QLineEdit *m_replacement;
    QComboBox *m_mode;
    QCheckBox *m_case;
    ScopeBox *m_scope;
};

} // namespace slotscope::ui
