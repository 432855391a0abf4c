// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/setfielddialog.h"

#include "core/value/recordstyle.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"
#include "ui/dialogs/scopebox.h"
#include "ui/models/valuekinds.h"

#include <QFormLayout>
#include <QLineEdit>
#include <QLocale>

namespace slotscope::ui {

using core::CellOutcome;
using core::Value;
using Outcome = core::Expected<CellOutcome, QString>;

SetFieldDialog::SetFieldDialog(RecordModel *model, int column, const std::vector<int> &selected,
                               QWidget *parent)
    : PlanDialog(model, tr("Set a field"), parent)
    , m_field(new QComboBox)
    , m_type(new QComboBox)
    , m_value(new QLineEdit)
    , m_scope(new ScopeBox(model, selected))
{
    setObjectName(QStringLiteral("setFieldDialog"));
    m_field->setEditable(true);
    m_field->setInsertPolicy(QComboBox::NoInsert);
    m_field->lineEdit()->setPlaceholderText(tr("name, birthday.year, tags[0]"));
    for (int i = 0; i < model->columnCount(); ++i) {
        const core::Column &candidate = model->columns()[size_t(i)];
        if (candidate.group != core::Column::Group::Field)
            continue;
        m_field->addItem(candidate.path.isEmpty() ? QStringLiteral("value") : candidate.path.toString(),
                         candidate.id);
        if (i == column)
            m_field->setCurrentIndex(m_field->count() - 1);
    }
    m_type->addItem(tr("as it is in each record"), int(LikeBefore));
    for (const Value::Kind kind : kindsInside(model->codec(), Value::map({}))) {
        if (!core::blankOf(kind).isContainer())
            m_type->addItem(kindName(kind), int(kind));
    }
    m_type->addItem(tr("in the notation"), int(InNotation));
    m_type->addItem(tr("remove the field"), int(Remove));
    form()->addRow(tr("&Field:"), m_field);
    form()->addRow(tr("&Type:"), m_type);
    form()->addRow(tr("&Value:"), m_value);
    form()->addRow(tr("I&n:"), m_scope);
    m_value->setFocus();

    connect(m_field, &QComboBox::currentTextChanged, this, &SetFieldDialog::planSoon);
    connect(m_value, &QLineEdit::textChanged, this, &SetFieldDialog::planSoon);
    connect(m_scope, &QComboBox::currentIndexChanged, this, &SetFieldDialog::planSoon);
    connect(m_type, &QComboBox::currentIndexChanged, this, [this] {
        m_value->setEnabled(!removes() && m_type->currentData().toInt() != int(Value::Kind::Null));
        planSoon();
    });
    planSoon();
}

bool SetFieldDialog::removes() const
{
    return m_type->currentData().toInt() == Remove;
}

core::Expected<core::ValuePath, QString> SetFieldDialog::path() const
{
    const QString text = m_field->currentText().trimmed();
    // A column may have a name that reads as something else.
    const int known = m_field->findText(text, Qt::MatchExactly | Qt::MatchCaseSensitive);
    const int column = known < 0 ? -1 : model()->columnOf(m_field->itemData(known).toString());
    if (column >= 0)
        return model()->columns()[size_t(column)].path;
    if (text.isEmpty())
        return core::Unexpected {tr("Which field is to be set?")};
    auto path = core::ValuePath::parse(text);
    if (!path)
        return core::Unexpected {tr("This is no name of a field: %1.").arg(path.error())};
    return path;
}

core::Expected<core::CellEdit, QString> SetFieldDialog::edit(quint32 kinds) const
{
    const int type = m_type->currentData().toInt();
    const QString text = m_value->text();
    if (type == LikeBefore) {
        return core::CellEdit(
            [text, kinds](const core::StagedRow &, const core::ValuePath &, const Value *cell) -> Outcome {
                auto value = core::parseCell(cell, text, kinds);
                return value ? Outcome(CellOutcome::set(*std::move(value)))
                             : Outcome(core::Unexpected {value.error()});
            });
    }
    if (type == Remove) {
        return core::CellEdit(
            [](const core::StagedRow &, const core::ValuePath &path, const Value *cell) -> Outcome {
                if (path.isEmpty())
                    return core::Unexpected {tr("a value cannot be removed without its record")};
                return cell && !core::isAbsent(*cell) ? CellOutcome::remove() : CellOutcome::leave();
            });
    }
    Value value;
    if (type == InNotation) {
        const auto read = core::fromNotation(text.toUtf8());
        if (!read)
            return core::Unexpected {tr("This is no notation of a value: %1.").arg(read.error().what)};
        value = *read;
    } else if (type != int(Value::Kind::Null)) {
        const auto read = core::parseLike(core::blankOf(Value::Kind(type)), text);
        if (!read)
            return core::Unexpected {tr("This is no such value: %1.").arg(read.error())};
        value = *read;
    }
    return core::CellEdit(
        [value](const core::StagedRow &, const core::ValuePath &, const Value *cell) -> Outcome {
            if (cell && !core::isAbsent(*cell) && *cell == value)
                return CellOutcome::leave();
            return CellOutcome::set(cell && cell->isContainer() && value.isContainer()
                                        ? core::adoptStyles(*cell, value)
                                        : cell ? core::inStyleOf(*cell, value)
                                               : value);
        });
}

core::Expected<PlanDialog::Work, QString> SetFieldDialog::makeWork()
{
    const auto field = path();
    if (!field)
        return core::Unexpected {field.error()};
    quint32 kinds = 0;
    for (const core::Column &column : model()->columns()) {
        if (column.group == core::Column::Group::Field && column.path == *field)
            kinds = column.kinds;
    }
    const auto cellEdit = edit(kinds);
    if (!cellEdit)
        return core::Unexpected {cellEdit.error()};
    return Work([codec = model()->codec(), rows = core::StagedRows(*model()->table(), *model()->edits()),
                 choice = m_scope->choice(), path = *field, edit = *cellEdit](const core::Job &job) {
        return core::planCells(codec, rows, {{choice, {path}}}, edit, job);
    });
}

QString SetFieldDialog::summaryOf(const core::BulkPlan &plan) const
{
    const qint64 wrong = plan.count(core::PlannedChange::Kind::Wrong);
    const qint64 same = plan.looked - qint64(plan.changes.size()) - plan.beyond;
    QString text = tr("Changes %1.").arg(recordsText(plan.count(core::PlannedChange::Kind::Update)));
    if (same > 0)
        text += QLatin1Char(' ')
            + (removes() ? tr("%1 do not have the field.") : tr("%1 have this value already."))
                  .arg(QLocale().toString(same));
    if (wrong > 0)
        text +=
            QLatin1Char(' ') + tr("%1 cannot take it, and stay as they are.").arg(QLocale().toString(wrong));
    return text;
}

QString SetFieldDialog::stepName(const QString &records) const
{
    return (removes() ? tr("Remove %1 from %2") : tr("Set %1 on %2"))
        .arg(fieldName(m_field->currentText().trimmed()), records);
}

QString SetFieldDialog::actionName(const QString &records) const
{
    return (removes() ? tr("&Remove from %1") : tr("&Set on %1")).arg(records);
}

} // namespace slotscope::ui
