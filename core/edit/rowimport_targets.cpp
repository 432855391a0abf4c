// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the columns of an import are for.
#include "core/edit/rowimport.h"

#include <algorithm>

namespace slotscope::core {

namespace {

using Target = ImportTarget::Kind;

bool holdsFields(ValueType type)
{
    switch (type) {
    case ValueType::Json:
    case ValueType::Cbor:
    case ValueType::Pickle:
    case ValueType::Pickle5:
    case ValueType::FlatBuffers:
        return true;
    default:
        return false;
    }
}

bool has(const ImportOptions &options, Target kind)
{
    return std::any_of(options.targets.cbegin(), options.targets.cend(),
                       [kind](const ImportTarget &target) { return target.kind == kind; });
}

bool hasKeyPart(const ImportOptions &options, int part)
{
    return std::any_of(options.targets.cbegin(), options.targets.cend(), [part](const ImportTarget &target) {
        return target.kind == Target::KeyPart && target.part == part;
    });
}

/// The columns that a record has when it is copied as JSON.
std::optional<Target> recordMember(const QString &name)
{
    static const QHash<QString, Target> members {{QStringLiteral("key"), Target::Key},
                                                 {QStringLiteral("keyHex"), Target::KeyHex},
                                                 {QStringLiteral("value"), Target::Value},
                                                 {QStringLiteral("valueHex"), Target::ValueHex},
                                                 {QStringLiteral("createRevision"), Target::Ignore},
                                                 {QStringLiteral("modRevision"), Target::Ignore},
                                                 {QStringLiteral("version"), Target::Ignore},
                                                 {QStringLiteral("lease"), Target::Ignore},
                                                 {QStringLiteral("error"), Target::Ignore}};
    const auto it = members.constFind(name);
    return it == members.cend() ? std::nullopt : std::optional(*it);
}

bool isRecordForm(const RowSource &source)
{
    const auto holds = [&source](const char *name) { return source.columns.contains(QLatin1String(name)); };
    return source.format != RowSource::Format::Delimited && (holds("key") || holds("keyHex"))
        && (holds("value") || holds("valueHex"))
        && std::all_of(source.columns.cbegin(), source.columns.cend(),
                       [](const QString &name) { return recordMember(name).has_value(); });
}

ImportTarget targetOf(const Column &column)
{
    switch (column.group) {
    case Column::Group::Key:
        return {Target::KeyPart, column.keyPart, {}};
    case Column::Group::Field:
        return column.path.isEmpty() ? ImportTarget {Target::Value, 0, {}}
                                     : ImportTarget {Target::Field, 0, column.path};
    case Column::Group::Meta:
        break;
    }
    return {};
}

/// By name, each column of the table once.
class NameMatcher
{
public:
    explicit NameMatcher(const std::vector<Column> &columns)
        : m_columns(columns)
        , m_taken(columns.size(), false)
    {
    }
    std::optional<ImportTarget> find(const QString &name)
    {
        for (const Qt::CaseSensitivity sensitivity : {Qt::CaseSensitive, Qt::CaseInsensitive}) {
            for (size_t i = 0; i < m_columns.size(); ++i) {
                const bool fits = name.compare(m_columns[i].title, sensitivity) == 0
                    || name.compare(m_columns[i].id, sensitivity) == 0;
                if (fits && !m_taken[i]) {
                    m_taken[i] = true;
                    return targetOf(m_columns[i]);
                }
            }
        }
        return std::nullopt;
    }

private:
    const std::vector<Column> &m_columns;
    std::vector<bool> m_taken;
};

} // namespace

QStringList knownNames(const std::vector<Column> &columns)
{
    QStringList names;
    for (const Column &column : columns)
        names << column.title << column.id;
    return names;
}

std::vector<ImportTarget> guessTargets(const RowSource &source, const SlotCodec &codec,
                                       const std::vector<Column> &columns, const std::vector<Column> &shown)
{
    std::vector<ImportTarget> targets;
    const bool isRecord = isRecordForm(source);
    const bool positional = source.format == RowSource::Format::Delimited && !source.hasHeader;
    NameMatcher names(columns);
    for (qsizetype i = 0; i < source.columns.size(); ++i) {
        const QString &name = source.columns[i];
        if (positional) {
            targets.push_back(size_t(i) < shown.size() ? targetOf(shown[size_t(i)]) : ImportTarget());
            continue;
        }
        if (isRecord) {
            targets.push_back({*recordMember(name), 0, {}});
            continue;
        }
        if (const auto known = names.find(name)) {
            targets.push_back(*known);
            continue;
        }
        if (name.isEmpty() || !holdsFields(codec.type().value)) {
            targets.push_back({});
            continue;
        }
        // A field that no record has yet.
        const auto path = source.format == RowSource::Format::Delimited
            ? ValuePath::parse(name)
            : Expected<ValuePath, QString>(ValuePath::fields({name}));
        targets.push_back({Target::Field, 0, path && !path->isEmpty() ? *path : ValuePath::fields({name})});
    }
    return targets;
}

QString importProblem(const ImportOptions &options, const ImportTable &table)
{
    const KeyType &type = table.codec.type().key;
    const std::vector<QString> titles = type.componentTitles();
    std::vector<const ImportTarget *> seen;
    bool any = false;
    for (const ImportTarget &target : options.targets) {
        if (target.kind == Target::Ignore)
            continue;
        const bool twice = std::any_of(seen.cbegin(), seen.cend(),
                                       [&target](const ImportTarget *other) { return *other == target; });
        if (twice)
            return QStringLiteral("two columns go to %1")
                .arg(target.kind == Target::Field         ? target.path.toString()
                         : target.kind == Target::KeyPart ? titles.at(size_t(target.part))
                                                          : QStringLiteral("the same place"));
        seen.push_back(&target);
        any = any || target.kind == Target::Value || target.kind == Target::ValueHex
            || target.kind == Target::Field;
    }
    if (!any && options.rows == ImportOptions::Rows::OntoRows)
        return QStringLiteral("no column goes into a field of the records");
    if (!any && !holdsFields(table.codec.type().value))
        return QStringLiteral("no column gives the value");
    if (has(options, Target::Field) && !holdsFields(table.codec.type().value))
        return QStringLiteral("values of this type have no fields");
    const bool whole = has(options, Target::Key) || has(options, Target::KeyHex);
    if (options.rows == ImportOptions::Rows::OntoRows || whole)
        return {};
    for (size_t i = 0; i < titles.size(); ++i) {
        if (hasKeyPart(options, int(i)))
            continue;
        if (options.rows == ImportOptions::Rows::ByKey)
            return QStringLiteral("no column gives the key's %1").arg(titles[i]);
        if (keyMakersFor(type.components()[i]).empty())
            return QStringLiteral("no column gives the key's %1, and it cannot be made up").arg(titles[i]);
    }
    return {};
}

} // namespace slotscope::core
