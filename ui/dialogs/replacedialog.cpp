// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/replacedialog.h"

#include "ui/dialogs/scopebox.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QLocale>

namespace slotscope::ui {

using core::ReplaceQuery;

ReplaceDialog::ReplaceDialog(RecordModel *model, int column, const std::vector<int> &selected,
                             QWidget *parent)
    : PlanDialog(model, tr("Find and replace"), parent)
    , m_column(new QComboBox)
    , m_find(new QLineEdit)
    , m_replacement(new QLineEdit)
    , m_mode(new QComboBox)
    , m_case(new QCheckBox(tr("&Match case")))
    , m_scope(new ScopeBox(model, selected))
{
    setObjectName(QStringLiteral("replaceDialog"));
    for (int i = 0; i < model->columnCount(); ++i) {
        const core::Column &candidate = model->columns()[size_t(i)];
        if (candidate.group != core::Column::Group::Field)
            continue;
        m_column->addItem(candidate.title, candidate.id);
        if (i == column)
            m_column->setCurrentIndex(m_column->count() - 1);
    }
    m_mode->addItem(tr("Part of a cell"), int(ReplaceQuery::Mode::Part));
    m_mode->addItem(tr("Whole cell"), int(ReplaceQuery::Mode::WholeCell));
    m_mode->addItem(tr("Regular expression"), int(ReplaceQuery::Mode::Expression));
    m_mode->setAccessibleName(tr("What is compared"));
    m_find->setPlaceholderText(tr("as the cell is edited: numbers by their digits, bytes in hex"));
    m_replacement->setPlaceholderText(tr("nothing"));
    auto *how = new QHBoxLayout;
    how->addWidget(m_mode);
    how->addWidget(m_case);
    how->addStretch(1);
    form()->addRow(tr("&Column:"), m_column);
    form()->addRow(tr("&Find:"), m_find);
    form()->addRow(tr("Replace &with:"), m_replacement);
    form()->addRow(tr("Comp&are:"), how);
    form()->addRow(tr("I&n:"), m_scope);
    m_find->setFocus();

    connect(m_column, &QComboBox::currentIndexChanged, this, &ReplaceDialog::planSoon);
    connect(m_find, &QLineEdit::textChanged, this, &ReplaceDialog::planSoon);
    connect(m_replacement, &QLineEdit::textChanged, this, &ReplaceDialog::planSoon);
    connect(m_scope, &QComboBox::currentIndexChanged, this, &ReplaceDialog::planSoon);
    connect(m_case, &QCheckBox::toggled, this, &ReplaceDialog::planSoon);
    connect(m_mode, &QComboBox::currentIndexChanged, this, [this] {
        const bool expression = m_mode->currentData().toInt() == int(ReplaceQuery::Mode::Expression);
        m_replacement->setPlaceholderText(expression ? tr("\\1 is what the first group caught")
                                                     : tr("nothing"));
        planSoon();
    });
    planSoon();
}

core::Expected<PlanDialog::Work, QString> ReplaceDialog::makeWork()
{
    const int column = model()->columnOf(m_column->currentData().toString());
    if (column < 0)
        return core::Unexpected {tr("There is no such column any more.")};
    const core::Replacer replacer({.find = m_find->text(),
                                   .replacement = m_replacement->text(),
                                   .mode = ReplaceQuery::Mode(m_mode->currentData().toInt()),
                                   .matchCase = m_case->isChecked()});
    if (m_find->text().isEmpty() && !replacer.problem().isEmpty())
        return core::Unexpected {tr("Every cell in which it is found will be listed.")};
    if (!replacer.problem().isEmpty())
        return core::Unexpected {tr("This cannot be looked for: %1.").arg(replacer.problem())};
    const core::Column found = model()->columns()[size_t(column)];
    return Work([codec = model()->codec(), rows = core::StagedRows(*model()->table(), *model()->edits()),
                 choice = m_scope->choice(), found, replacer](const core::Job &job) {
        return core::planCells(codec, rows, {{choice, {found.path}}}, replacer.edit(found.kinds), job);
    });
}

QString ReplaceDialog::summaryOf(const core::BulkPlan &plan) const
{
    const QLocale locale;
    if (plan.hits == 0)
        return tr("Not found in %1.").arg(recordsText(plan.looked));
    QString text = tr("Found in %1 of %2.").arg(locale.toString(plan.hits), recordsText(plan.looked));
    if (const qint64 same = plan.hits - qint64(plan.changes.size()) - plan.beyond; same > 0)
        text += QLatin1Char(' ') + tr("In %1 nothing would change.").arg(locale.toString(same));
    if (const qint64 wrong = plan.count(core::PlannedChange::Kind::Wrong); wrong > 0)
        text += QLatin1Char(' ')
            + tr("In %1 it cannot be replaced, and they stay as they are.").arg(locale.toString(wrong));
    return text;
}

QString ReplaceDialog::stepName(const QString &records) const
{
    return tr("Replace “%1” in %2 of %3").arg(m_find->text(), fieldName(m_column->currentText()), records);
}

QString ReplaceDialog::actionName(const QString &records) const
{
    return tr("&Replace in %1").arg(records);
}

} // namespace slotscope::ui
