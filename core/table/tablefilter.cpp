// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/tablefilter.h"

#include <QStringList>

#include <algorithm>

namespace slotscope::core {

namespace {

const QString TextKey = QStringLiteral("text");
const QString ConditionKey = QStringLiteral("condition");
const QString BoxesKey = QStringLiteral("columns");

const Column *findColumn(const QString &id, const std::vector<Column> &columns)
{
    const auto it =
        std::find_if(columns.begin(), columns.end(), [&id](const Column &c) { return c.id == id; });
    return it == columns.end() ? nullptr : &*it;
}

Expected<FieldCondition, FieldConditionError> readBox(const QString &id, const QString &text,
                                                      const std::vector<Column> &columns)
{
    if (const Column *column = findColumn(id, columns)) {
        if (const auto path = conditionPath(columns, size_t(column - columns.data())))
            return parseColumnFilter(*column, *path, text);
        return Unexpected {FieldConditionError {0, QStringLiteral("conditions cannot name this column")}};
    }
    // A field that no record of the sample has may be in others.
    if (const auto path = Column::pathOfId(id)) {
        const Column column = Column::ofField(*path);
        if (const auto name = conditionPath(*path))
            return parseColumnFilter(column, *name, text);
    }
    return Unexpected {FieldConditionError {0, QStringLiteral("there is no such column here")}};
}

} // namespace

bool TableFilter::isEmpty() const
{
    return text.isEmpty() && condition.trimmed().isEmpty()
        && std::all_of(boxes.begin(), boxes.end(),
                       [](const auto &box) { return box.second.trimmed().isEmpty(); });
}

void TableFilter::addCondition(const QString &added)
{
    const QString before = condition.trimmed();
    if (before.isEmpty()) {
        condition = added;
        return;
    }
    // An or of its own is to stay one.
    const auto enclosed = [](const QString &part) {
        return part.contains(QLatin1String("or"), Qt::CaseInsensitive)
            ? QLatin1Char('(') + part + QLatin1Char(')')
            : part;
    };
    condition = enclosed(before) + QLatin1String(" and ") + enclosed(added);
}

QVariantMap TableFilter::toVariant() const
{
    QVariantMap map;
    if (!text.isEmpty())
        map.insert(TextKey, text);
    if (!condition.isEmpty())
        map.insert(ConditionKey, condition);
    QVariantMap columns;
    for (const auto &[id, box] : boxes) {
        if (!box.trimmed().isEmpty())
            columns.insert(id, box);
    }
    if (!columns.isEmpty())
        map.insert(BoxesKey, columns);
    return map;
}

TableFilter TableFilter::fromVariant(const QVariantMap &map)
{
    TableFilter filter;
    filter.text = map.value(TextKey).toString();
    filter.condition = map.value(ConditionKey).toString();
    const QVariantMap columns = map.value(BoxesKey).toMap();
    for (auto it = columns.begin(); it != columns.end(); ++it)
        filter.boxes.emplace(it.key(), it.value().toString());
    return filter;
}

QString boxSummary(const QString &columnTitle, const QString &boxText)
{
    const QString text = boxText.trimmed();
    const bool hasSign = !text.isEmpty() && QStringView(u"=<>").contains(text[0]);
    return columnTitle + (hasSign ? QLatin1String(" ") : QLatin1String(": ")) + text;
}

QString columnTitle(const QString &id, const std::vector<Column> &columns)
{
    if (const Column *column = findColumn(id, columns))
        return column->title;
    const auto path = Column::pathOfId(id);
    return path ? path->toString() : id;
}

QString filterSummary(const TableFilter &filter, const std::vector<Column> &columns)
{
    QStringList parts;
    if (!filter.text.isEmpty())
        parts << QStringLiteral("“%1”").arg(filter.text);
    for (const auto &[id, box] : filter.boxes) {
        if (!box.trimmed().isEmpty())
            parts << boxSummary(columnTitle(id, columns), box);
    }
    if (!filter.condition.trimmed().isEmpty())
        parts << filter.condition.trimmed();
    return parts.join(QStringLiteral("  ·  "));
}

ReadFilter readFilter(const TableFilter &filter, const std::vector<Column> &columns)
{
    ReadFilter read;
    QStringList parts;
    for (const auto &[id, box] : filter.boxes) {
        if (box.trimmed().isEmpty())
            continue;
        if (const auto condition = readBox(id, box, columns))
            parts << condition->text();
        else
            read.boxErrors.emplace(id, condition.error());
    }
    if (const auto condition = FieldCondition::parse(filter.condition); !condition)
        read.conditionError = condition.error();
    else if (!condition->isEmpty())
        parts << condition->text();
    if (parts.size() > 1) {
        for (QString &part : parts)
            part = QLatin1Char('(') + part + QLatin1Char(')');
    }
    // Each of them has been read: so is all of them, but for what is nested as deep as it may be.
    if (const auto all = FieldCondition::parse(parts.join(QStringLiteral(" and "))))
        read.condition = *all;
    else
        read.conditionError = FieldConditionError {0, all.error().what};
    return read;
}

} // namespace slotscope::core
