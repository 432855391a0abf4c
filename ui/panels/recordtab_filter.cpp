// SPDX-License-Identifier: GPL-3.0-or-later
//
// How RecordTab makes filters of what it shows.
#include "core/value/recordstyle.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QMenu>
#include <QRegularExpression>

namespace slotscope::ui {

namespace {

/// `path = 5`, `path is null`, `tags contains admin`; nothing where conditions cannot say it.
std::optional<QString> comparisonWith(const core::ValuePath &path, const core::Value &value)
{
    const std::vector<core::PathStep> &steps = path.steps();
    if (core::isAbsent(value) || value.isNull() || value.kind() == core::Value::Kind::Undefined) {
        const auto name = core::conditionPath(path);
        const QLatin1String nothing(core::isAbsent(value) ? " is absent" : " is null");
        return name ? std::optional(*name + nothing) : std::nullopt;
    }
    const auto literal = core::conditionLiteral(value);
    // At which place of a list it stands is seldom meant.
    const bool isItem = !steps.empty() && !steps.back().key;
    const auto name = core::conditionPath(isItem ? path.parent() : path);
    if (!literal || !name)
        return std::nullopt;
    return *name + QLatin1String(isItem ? " contains " : " = ") + *literal;
}

bool hasAlternatives(const QString &box)
{
    static const QRegularExpression either(QStringLiteral("\\bor\\b"),
                                           QRegularExpression::CaseInsensitiveOption);
    return either.match(box).hasMatch();
}

} // namespace

void RecordTab::focusColumnFilter()
{
    m_filter->focusBox(m_view->currentIndex().column());
}

void RecordTab::filterByCurrent(bool exclude)
{
    filterByCell(m_view->currentIndex(), exclude, false);
}

std::optional<QString> RecordTab::boxTextAt(const QModelIndex &index) const
{
    if (!index.isValid())
        return std::nullopt;
    const core::Column &column = m_model->columns()[size_t(index.column())];
    const ShownRow row = m_model->shownRow(index.row());
    if (column.group == core::Column::Group::Meta) {
        if (!row.stored)
            return std::nullopt;
        const qint64 number = core::metaNumber(core::viewOf(*row.stored), column.meta);
        if (column.meta != core::Column::Meta::Lease)
            return QStringLiteral("= %1").arg(number);
        return number == 0 ? QStringLiteral("absent") : QStringLiteral("= 0x%1").arg(number, 0, 16);
    }
    if (!row.decoded)
        return std::nullopt;
    return core::boxTextFor(core::cellValue(*row.decoded, column));
}

void RecordTab::filterByCell(const QModelIndex &index, bool exclude, bool only)
{
    const auto text = boxTextAt(index);
    if (!text) {
        Q_EMIT messageRaised(tr("What is in this cell cannot be said in a filter."));
        return;
    }
    const QString id = m_model->columns()[size_t(index.column())].id;
    const QString box = exclude ? QStringLiteral("not ") + *text : *text;
    const auto name = core::conditionPath(m_model->columns(), size_t(index.column()));
    const auto &boxes = m_filter->filter().boxes;
    const auto before = boxes.find(id);
    const bool joinsAlternatives = exclude && before != boxes.end() && hasAlternatives(before->second);
    if (only)
        m_filter->setFilter({.boxes = {{id, box}}});
    else if (name && (joinsAlternatives || !m_filter->areBoxesShown()))
        // Where it is seen, and where it counts for each of them.
        m_filter->addCondition(
            (exclude ? QStringLiteral("not ") : QString()) + *name
            + (text->startsWith(QLatin1Char('=')) ? QStringLiteral(" ") : QStringLiteral(" is ")) + *text);
    else if (exclude)
        m_filter->addToBox(id, box);
    else
        m_filter->setBox(id, box);
    m_filter->remember();
}

bool RecordTab::addFieldToFilter(const core::ValuePath &path, const core::Value &value, bool exclude)
{
    const auto comparison = comparisonWith(path, value);
    if (!comparison)
        return false;
    m_filter->addCondition(exclude ? QStringLiteral("not ") + *comparison : *comparison);
    return true;
}

void RecordTab::addFilterActions(QMenu *menu, const QPersistentModelIndex &index)
{
    menu->setObjectName(QStringLiteral("cellFilterMenu"));
    const bool can = boxTextAt(index).has_value();
    menu->addAction(tr("&Use as filter\tCtrl+Alt+U"), this,
                    [this, index] { filterByCell(index, false, false); })
        ->setEnabled(can);
    menu->addAction(tr("&Exclude this value\tCtrl+Alt+X"), this,
                    [this, index] { filterByCell(index, true, false); })
        ->setEnabled(can);
    menu->addAction(tr("&Only this value, and no other filter"), this,
                    [this, index] { filterByCell(index, false, true); })
        ->setEnabled(can);
    menu->addSeparator();
    menu->addAction(tr("Filter this &column\tCtrl+Alt+K"), this,
                    [this, index] {
                        if (index.isValid())
                            m_filter->focusBox(index.column());
                    })
        ->setEnabled(index.isValid());
    menu->addAction(tr("&Show all records\tCtrl+Shift+Backspace"), m_filter, &FilterBar::clear)
        ->setEnabled(!m_filter->filter().isEmpty());
}

} // namespace slotscope::ui
