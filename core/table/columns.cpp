// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/columns.h"

#include "core/pmap/keytext.h"
#include "core/value/recordstyle.h"

#include <QHash>
#include <QSet>

#include <algorithm>

namespace slotscope::core {

namespace {

/// More sub-fields than this are rather a dictionary than a record: shown in short form, in one column.
constexpr int MostNestedFields = 12;
constexpr int MostFields = 64;

struct Field
{
    QString name;
    int present = 0;
    int maps = 0;
    int others = 0; // neither null nor a map
    int numbers = 0;
    quint32 kinds = 0;
    bool named = false;
    std::vector<Field> children;

    Field *child(const QString &childName)
    {
        for (Field &field : children) {
            if (field.name == childName)
                return &field;
        }
        return nullptr;
    }
};

bool isNumber(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Integer:
    case Value::Kind::Float:
    case Value::Kind::Decimal:
        return true;
    default:
        return false;
    }
}

/// Counts a node's members into its field; `depth` levels below are looked at.
void collect(Field *field, const Value &value, int depth)
{
    // What is absent has no field, but its default tells the column's kind.
    field->present += isAbsent(value) ? 0 : 1;
    if (!value.isNull())
        field->kinds |= Column::kindBit(value.kind());
    if (const quint32 kind = flatKind(value); kind == FlatEnum || kind == FlatFlags)
        field->named = true;
    if (value.kind() == Value::Kind::Map) {
        ++field->maps;
        if (depth == 0)
            return;
        for (const Member &member : value.members()) {
            if (member.key.kind() != Value::Kind::Text) {
                ++field->others; // a map that names cannot address
                continue;
            }
            const QString name = member.key.toText();
            Field *child = field->child(name);
            if (!child) {
                if (field->children.size() >= MostFields)
                    continue;
                child = &field->children.emplace_back();
                child->name = name;
            }
            collect(child, member.value, depth - 1);
        }
    } else if (!value.isNull()) {
        ++field->others;
        field->numbers += isNumber(value) ? 1 : 0;
    }
}

Column fieldColumn(const ValuePath &path, const Field &field, size_t sampleSize)
{
    Column column = Column::ofField(path);
    column.numeric = field.numbers > 0 && field.numbers == field.others;
    column.kinds = field.kinds;
    column.named = field.named;
    column.fillRate =
        sampleSize == 0 ? 0 : static_cast<double>(field.present) / static_cast<double>(sampleSize);
    return column;
}

/// As those that are found, from what the records have there.
Column wantedColumn(const ValuePath &path, const std::vector<DecodedRow> &sample, size_t readable)
{
    Field field;
    for (const DecodedRow &row : sample) {
        const Value *value = row.valueError ? nullptr : path.find(row.value);
        if (value)
            collect(&field, *value, 0);
    }
    Column column = fieldColumn(path, field, readable);
    column.added = true;
    return column;
}

} // namespace

Column Column::ofField(const ValuePath &path)
{
    Column column;
    column.group = Group::Field;
    column.path = path;
    column.title = path.toString();
    column.id = QStringLiteral("value.") + column.title;
    return column;
}

std::optional<ValuePath> Column::pathOfId(const QString &id)
{
    const QString prefix = QStringLiteral("value.");
    const auto path = id.startsWith(prefix) ? ValuePath::parse(id.mid(prefix.size()))
                                            : Expected<ValuePath, QString>(Unexpected {QString()});
    return path && !path->isEmpty() ? std::optional(*path) : std::nullopt;
}

std::vector<Column> discoverColumns(const SlotType &type, const std::vector<DecodedRow> &sample,
                                    const std::vector<ValuePath> &wanted)
{
    std::vector<Column> columns;

    const std::vector<QString> titles = type.key.componentTitles();
    for (size_t i = 0; i < titles.size(); ++i) {
        Column column;
        column.group = Column::Group::Key;
        column.keyPart = static_cast<int>(i);
        column.id = QStringLiteral("key.%1").arg(i);
        column.title = titles[i];
        const KeyComponent component = type.key.components()[i];
        column.numeric = component == KeyComponent::Oid || component == KeyComponent::Uint64
            || component == KeyComponent::Uint16 || component == KeyComponent::Uint8;
        column.kinds = Column::kindBit(keyPartPrototype(component).kind());
        columns.push_back(std::move(column));
    }

    Field root;
    size_t readable = 0;
    for (const DecodedRow &row : sample) {
        if (row.valueError)
            continue;
        ++readable;
        collect(&root, row.value, 2);
    }

    Column whole;
    whole.id = QStringLiteral("value");
    whole.title = QStringLiteral("value");
    whole.numeric = root.numbers > 0 && root.numbers == root.others;
    whole.kinds = root.kinds;
    whole.named = root.named;
    whole.shown = root.children.empty() || root.others > 0;
    columns.push_back(whole);

    // Where records with fields are few, the values themselves say more than mostly empty columns.
    const bool mostHaveFields = root.maps >= root.others;
    const size_t firstField = columns.size();
    for (const Field &field : root.children) {
        const bool nested = field.maps > 0 && field.others == 0 && !field.children.empty()
            && field.children.size() <= MostNestedFields;
        if (!nested) {
            columns.push_back(fieldColumn(ValuePath::fields({field.name}), field, readable));
            continue;
        }
        for (const Field &child : field.children)
            columns.push_back(fieldColumn(ValuePath::fields({field.name, child.name}), child, readable));
    }
    for (size_t i = firstField; i < columns.size(); ++i)
        columns[i].shown = mostHaveFields;
    for (const ValuePath &path : wanted) {
        const bool found = std::any_of(columns.cbegin(), columns.cend(), [&path](const Column &column) {
            return column.group == Column::Group::Field && column.path == path;
        });
        if (!found)
            columns.push_back(wantedColumn(path, sample, readable));
    }

    const auto meta = [&columns](Column::Meta which, const char *id, const QString &title) {
        Column column;
        column.group = Column::Group::Meta;
        column.meta = which;
        column.id = QStringLiteral("meta.") + QLatin1String(id);
        column.title = title;
        column.numeric = true;
        column.shown = false;
        columns.push_back(std::move(column));
    };
    meta(Column::Meta::CreateRevision, "createRevision", QStringLiteral("create revision"));
    meta(Column::Meta::ModRevision, "modRevision", QStringLiteral("mod revision"));
    meta(Column::Meta::Version, "version", QStringLiteral("version"));
    meta(Column::Meta::Lease, "lease", QStringLiteral("lease"));
    meta(Column::Meta::Size, "size", QStringLiteral("size"));
    return columns;
}

const Value *cellValue(const DecodedRow &row, const Column &column)
{
    switch (column.group) {
    case Column::Group::Key: {
        const auto part = static_cast<size_t>(column.keyPart);
        return part < row.keyParts.size() ? &row.keyParts[part] : nullptr;
    }
    case Column::Group::Field:
        return column.path.find(row.value);
    case Column::Group::Meta:
        return nullptr;
    }
    return nullptr;
}

qint64 metaNumber(const RowView &row, Column::Meta meta)
{
    switch (meta) {
    case Column::Meta::CreateRevision:
        return row.createRevision.value;
    case Column::Meta::ModRevision:
        return row.modRevision.value;
    case Column::Meta::Version:
        return row.version;
    case Column::Meta::Lease:
        return row.lease.value;
    case Column::Meta::Size:
        return row.value.size();
    case Column::Meta::None:
        break;
    }
    return 0;
}

} // namespace slotscope::core
