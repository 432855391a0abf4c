// SPDX-License-Identifier: GPL-3.0-or-later
//
// PendingModel: what follows from a staged change, in lines below it.
#include "ui/models/pendingmodel.h"

#include <QGuiApplication>
#include <QPalette>

#include <algorithm>

namespace slotscope::ui {

void PendingModel::alignDerived()
{
    // What followed from the changes before stays until it is known what follows now.
    if (!m_session || m_session->isDeriving())
        return;
    QHash<QByteArray, std::vector<const core::DerivedChange *>> wanted;
    for (const core::DerivedChange &derived : m_session->derived()) {
        if (!derived.causes.empty())
            wanted[derived.causes.front()].push_back(&derived);
    }
    for (size_t row = 0; row < m_rows.size(); ++row) {
        if (!m_rows[row].item.isGuard)
            setDerived(static_cast<int>(row), wanted.value(m_rows[row].item.change.key));
    }
}

void PendingModel::setDerived(int row, const std::vector<const core::DerivedChange *> &wanted)
{
    std::vector<Derived> &lines = m_rows[static_cast<size_t>(row)].derived;
    const QModelIndex above = index(row, 0);
    const auto known = static_cast<int>(lines.size());
    const auto count = static_cast<int>(wanted.size());
    if (known > count) {
        beginRemoveRows(above, count, known - 1);
        lines.resize(wanted.size());
        endRemoveRows();
    }
    const auto lineOf = [this](const core::DerivedChange &derived) {
        return Derived {derived, derivedWords(m_resolver, derived)};
    };
    bool differs = known != count;
    for (size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].derived == *wanted[i])
            continue;
        lines[i] = lineOf(*wanted[i]);
        const int line = static_cast<int>(i);
        Q_EMIT dataChanged(index(line, 0, above), index(line, ColumnCount - 1, above));
        differs = true;
    }
    if (known < count) {
        beginInsertRows(above, known, count - 1);
        for (int i = known; i < count; ++i)
            lines.push_back(lineOf(*wanted[static_cast<size_t>(i)]));
        endInsertRows();
    }
    if (differs)
        Q_EMIT dataChanged(above, index(row, ColumnCount - 1)); // it counts them
}

QVariant PendingModel::derivedData(const Derived &line, int column, int role) const
{
    const DerivedWords &words = line.words;
    switch (role) {
    case Qt::DisplayRole:
        switch (column) {
        case OperationColumn:
            return words.operation;
        case TableColumn:
            return words.table;
        case KeyColumn:
            return words.key;
        case ChangeColumn:
            return words.text;
        default:
            return {};
        }
    case Qt::DecorationRole:
        return column == OperationColumn ? QVariant(theme::icon(markOf(line.derived))) : QVariant();
    case Qt::ForegroundRole:
        return words.isProblem ? QVariant() : QVariant(theme::mutedText(QGuiApplication::palette()));
    case Qt::BackgroundRole:
        return words.isProblem ? QVariant(theme::tint(theme::Mark::Warning, QGuiApplication::palette()))
                               : QVariant();
    case Qt::ToolTipRole:
        return QStringLiteral("<qt>%1</qt>")
            .arg((column == KeyColumn ? words.key : words.text).toHtmlEscaped());
    case DerivedRole:
        return true;
    case ProblemRole:
        return words.isProblem;
    case IndexRole:
        return int(line.derived.index.value);
    case EntryRole:
        return line.derived.change.key;
    default:
        return {};
    }
}

} // namespace slotscope::ui
