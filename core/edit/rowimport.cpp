// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/rowimport.h"

#include "core/value/recordstyle.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"

#include <algorithm>

namespace slotscope::core {

namespace {

using Target = ImportTarget::Kind;

constexpr int TextLimit = 200;

/// Makes a record of each row.
class Planner
{
public:
    Planner(const RowSource &source, const ImportOptions &options, const ImportTable &table)
        : m_source(source)
        , m_options(options)
        , m_table(table)
        , m_keys(table.codec, table.rows)
    {
        for (const Column &column : table.columns) {
            if (column.group == Column::Group::Field)
                m_kinds.insert(column.path.toString(), column.kinds);
        }
    }

    PlannedChange plan(size_t position)
    {
        const SourceRow &row = m_source.rows[position];
        m_problems.clear();
        PlannedChange change;
        change.line = row.line;
        if (!row.problem.isEmpty()) {
            m_problems.append(row.problem);
            return wrong(std::move(change));
        }
        const std::optional<QByteArray> key = keyOf(row, position);
        if (!key)
            return wrong(std::move(change));
        change.row = m_table.rows.at(*key);
        if (const qint64 before = m_seen.value(*key); before > 0) {
            m_problems.append(QStringLiteral("the same key as in row %1").arg(before));
            return wrong(std::move(change));
        }
        m_seen.insert(*key, row.line);
        fill(row, &change);
        return m_problems.isEmpty() ? change : wrong(std::move(change));
    }

private:
    PlannedChange wrong(PlannedChange change) const
    {
        change.kind = PlannedChange::Kind::Wrong;
        change.problem = m_problems.join(QLatin1String("; "));
        return change;
    }
    void complain(size_t column, const QString &what)
    {
        const QString name = m_source.columns[qsizetype(column)].isEmpty()
            ? QStringLiteral("column %1").arg(column + 1)
            : m_source.columns[qsizetype(column)];
        m_problems.append(QStringLiteral("%1: %2").arg(name, what));
    }
    const SourceCell *cell(const SourceRow &row, Target kind, size_t *column) const
    {
        for (size_t i = 0; i < m_options.targets.size() && i < row.cells.size(); ++i) {
            if (m_options.targets[i].kind == kind && row.cells[i].kind != SourceCell::Kind::Missing) {
                *column = i;
                return &row.cells[i];
            }
        }
        return nullptr;
    }

    std::optional<QByteArray> keyOf(const SourceRow &row, size_t position)
    {
        if (m_options.rows == ImportOptions::Rows::OntoRows) {
            if (position < m_table.onto.size())
                return m_table.rows.at(m_table.onto, position).key;
            m_problems.append(QStringLiteral("there is no row to paste onto"));
            return std::nullopt;
        }
        std::vector<std::optional<Value>> parts(m_table.codec.type().key.components().size());
        const bool hasWhole = readWholeKey(row, &parts);
        if (!hasWhole && m_problems.isEmpty())
            readKeyParts(row, &parts);
        if (!m_problems.isEmpty())
            return std::nullopt;
        const bool complete =
            std::all_of(parts.cbegin(), parts.cend(), [](const auto &part) { return part.has_value(); });
        Expected<QByteArray, QString> key = Unexpected {QString()};
        if (complete && !m_hexKey.isEmpty())
            key = std::exchange(m_hexKey, {});
        else if (complete)
            key = keyFrom(parts);
        else if (m_options.rows == ImportOptions::Rows::NewRecords)
            key = m_keys.freeKey(parts);
        else
            key = Unexpected {missingParts(parts)};
        if (key && m_options.rows == ImportOptions::Rows::NewRecords && complete && m_table.rows.holds(*key))
            key = Unexpected {QStringLiteral("there is a record with this key already")};
        if (!key) {
            m_problems.append(key.error());
            return std::nullopt;
        }
        return *key;
    }

    Expected<QByteArray, QString> keyFrom(const std::vector<std::optional<Value>> &parts) const
    {
        ValueList values;
        for (const auto &part : parts)
            values.push_back(*part);
        return m_keys.keyOf(values);
    }

    QString missingParts(const std::vector<std::optional<Value>> &parts) const
    {
        const auto titles = m_table.codec.type().key.componentTitles();
        QStringList missing;
        for (size_t i = 0; i < parts.size(); ++i) {
            if (!parts[i])
                missing.append(titles[i]);
        }
        return QStringLiteral("the key lacks %1").arg(missing.join(QLatin1String(", ")));
    }

    /// From a record as it is copied.
    bool readWholeKey(const SourceRow &row, std::vector<std::optional<Value>> *parts)
    {
        size_t column = 0;
        m_hexKey.clear();
        QString problem;
        if (const SourceCell *whole = cell(row, Target::Key, &column)) {
            const auto &components = m_table.codec.type().key.components();
            std::vector<QByteArray> texts;
            if (components.size() == 1)
                texts.push_back(whole->text);
            else if (const auto list = fromNotation(whole->text);
                     list && list->items().size() == components.size())
                for (const Value &item : list->items())
                    texts.push_back(toTypedNotation(item));
            else
                problem = QStringLiteral("expected a list of %1 parts").arg(components.size());
            for (size_t i = 0; i < texts.size(); ++i) {
                auto part = whole->kind == SourceCell::Kind::Notation || components.size() > 1
                    ? keyPartFromNotation(components[i], texts[i])
                    : parseKeyPart(components[i], QString::fromUtf8(texts[i]));
                if (part)
                    (*parts)[i] = *std::move(part);
                else
                    problem = part.error();
            }
            if (problem.isEmpty())
                return !texts.empty();
            if (!cell(row, Target::KeyHex, &column)) {
                complain(column, problem);
                return false;
            }
        }
        const SourceCell *hex = cell(row, Target::KeyHex, &column);
        if (!hex)
            return false;
        const QString digits =
            hex->kind == SourceCell::Kind::Notation ? notationText(hex->text) : QString::fromUtf8(hex->text);
        const auto bytes = parseLike(Value::bytes({}), digits);
        if (!bytes || !m_table.rows.range().contains(bytes->toBytes())) {
            complain(column,
                     bytes ? QStringLiteral("a record with this key would not be in this table")
                           : bytes.error());
            return false;
        }
        m_hexKey = bytes->toBytes();
        for (auto &part : *parts)
            part = Value();
        return true;
    }

    static QString notationText(const QByteArray &json)
    {
        const auto value = fromNotation(json);
        return value && value->kind() == Value::Kind::Text ? value->toText() : QString();
    }

    void readKeyParts(const SourceRow &row, std::vector<std::optional<Value>> *parts)
    {
        const auto &components = m_table.codec.type().key.components();
        for (size_t i = 0; i < m_options.targets.size() && i < row.cells.size(); ++i) {
            const ImportTarget &target = m_options.targets[i];
            const SourceCell &source = row.cells[i];
            if (target.kind != Target::KeyPart || source.kind == SourceCell::Kind::Missing
                || size_t(target.part) >= components.size())
                continue;
            const KeyComponent component = components[size_t(target.part)];
            // A blank is no number; an empty text may be meant.
            if (source.text.isEmpty()
                && (component != KeyComponent::String || m_options.rows == ImportOptions::Rows::NewRecords))
                continue;
            auto part = source.kind == SourceCell::Kind::Notation
                ? keyPartFromNotation(component, source.text)
                : parseKeyPart(component, QString::fromUtf8(source.text));
            if (part)
                (*parts)[size_t(target.part)] = *std::move(part);
            else
                complain(i, part.error());
        }
    }

    /// The value of the record, as the row makes it.
    void fill(const SourceRow &row, PlannedChange *change)
    {
        const SlotCodec &codec = m_table.codec;
        const bool isNew = !change->row.current.exists && !change->row.change;
        // A record that is marked for deletion is changed, and stays.
        const QByteArray old = change->row.change && change->row.change->kind == Change::Kind::Delete
            ? change->row.change->base.value
            : change->row.value();
        std::optional<Value> before;
        QString unreadable;
        if (!isNew) {
            if (auto decoded = codec.decodeValue(old))
                before = *std::move(decoded);
            else
                unreadable = decoded.error().what;
        }
        std::optional<QByteArray> exact;
        std::optional<Value> whole = readWhole(row, before, &exact);
        if (!m_problems.isEmpty())
            return;
        const bool hasWhole = whole || exact;
        if (!hasWhole && !unreadable.isEmpty()) {
            m_problems.append(
                QStringLiteral("the value of the record cannot be decoded: %1").arg(unreadable));
            return;
        }
        if (!hasWhole)
            whole = before ? *before : codec.blankValue();
        if (whole && !exact)
            fillFields(row, isNew, &*whole);
        if (!m_problems.isEmpty())
            return;
        if (!isNew && before && whole && !exact && *whole == *before) {
            change->kind = PlannedChange::Kind::Unchanged;
            change->value = old;
        } else if (exact) {
            change->value = *exact;
        } else {
            if (const QString reason = isNew || hasWhole ? QString() : codec.readOnlyReason(old);
                !reason.isEmpty()) {
                m_problems.append(reason);
                return;
            }
            auto bytes = bytesFor(codec, change->row, *whole);
            if (!bytes) {
                m_problems.append(bytes.error());
                return;
            }
            change->value = *std::move(bytes);
        }
        const bool deleted = change->row.change && change->row.change->kind == Change::Kind::Delete;
        change->kind = isNew                   ? PlannedChange::Kind::Insert
            : change->value == old && !deleted ? PlannedChange::Kind::Unchanged
                                               : PlannedChange::Kind::Update;
        if (change->kind != PlannedChange::Kind::Unchanged)
            describe(before, whole, change);
    }

    /// `exact`: the bytes, where the row has them and they mean what its value says.
    std::optional<Value> readWhole(const SourceRow &row, const std::optional<Value> &before,
                                   std::optional<QByteArray> *exact)
    {
        const SlotCodec &codec = m_table.codec;
        size_t column = 0;
        std::optional<Value> value;
        QString problem;
        size_t valueColumn = 0;
        if (const SourceCell *source = cell(row, Target::Value, &valueColumn)) {
            const bool isNotation = source->kind == SourceCell::Kind::Notation;
            if (!isNotation && source->text.isEmpty() && m_options.empty == ImportOptions::Empty::Keep)
                return std::nullopt;
            auto read = isNotation ? notationValue(source->text) : textValue(source->text, before);
            if (read)
                value = before && before->isContainer() ? adoptStyles(*before, *read) : *read;
            else
                problem = read.error();
        }
        if (const SourceCell *hex = cell(row, Target::ValueHex, &column)) {
            const auto bytes =
                parseLike(Value::bytes({}),
                          hex->kind == SourceCell::Kind::Notation ? notationText(hex->text)
                                                                  : QString::fromUtf8(hex->text));
            if (bytes) {
                const auto decoded = codec.decodeValue(bytes->toBytes());
                // Of a value that cannot be decoded the notation tells the bytes as such.
                const bool same = !value
                    || (decoded
                            ? *decoded == *value
                            : value->kind() == Value::Kind::Bytes && value->toBytes() == bytes->toBytes());
                if (same) {
                    *exact = bytes->toBytes();
                    return decoded ? std::optional(*decoded) : std::nullopt;
                }
            } else if (!value) {
                complain(column, bytes.error());
                return std::nullopt;
            }
        }
        if (!problem.isEmpty())
            complain(valueColumn, problem);
        return value;
    }

    Expected<Value, QString> notationValue(const QByteArray &json) const
    {
        auto value = m_table.codec.valueFromNotation(json);
        if (value)
            return *std::move(value);
        return Unexpected {value.error().what};
    }

    Expected<Value, QString> textValue(const QByteArray &utf8, const std::optional<Value> &before) const
    {
        const Value like = before ? *before : m_table.codec.blankValue();
        if (like.isContainer())
            return notationValue(utf8);
        return m_table.codec.parseValue(like, QString::fromUtf8(utf8));
    }

    void fillFields(const SourceRow &row, bool isNew, Value *whole)
    {
        for (size_t i = 0; i < m_options.targets.size() && i < row.cells.size(); ++i) {
            const ImportTarget &target = m_options.targets[i];
            const SourceCell &source = row.cells[i];
            if (target.kind != Target::Field || source.kind == SourceCell::Kind::Missing)
                continue;
            const Value *old = target.path.find(*whole);
            const auto value = fieldValue(target.path, source, isNew, old);
            if (!value) {
                complain(i, value.error());
                continue;
            }
            if (!*value)
                continue;
            auto next = setField(*whole, target.path, **value);
            if (next)
                *whole = *std::move(next);
            else
                complain(i, next.error());
        }
    }

    /// Makes the maps on the way that a new record lacks.
    static Expected<Value, QString> setField(const Value &whole, const ValuePath &path, const Value &value)
    {
        if (const ValuePath parent = path.parent(); !parent.isEmpty() && path.steps().back().key) {
            const Value *node = parent.find(whole);
            if (!node || node->isNull()) {
                const auto with = setField(whole, parent, Value::map({}));
                return with ? replaced(*with, path, value) : with;
            }
        }
        return replaced(whole, path, value);
    }

    /// Nothing: the field stays as it is.
    Expected<std::optional<Value>, QString> fieldValue(const ValuePath &path, const SourceCell &source,
                                                       bool isNew, const Value *old) const
    {
        using Field = std::optional<Value>;
        const bool isEmpty = !old || old->isNull() || isAbsent(*old);
        if (source.kind == SourceCell::Kind::Text) {
            if (source.text.isEmpty()) {
                if (isEmpty && !(m_options.empty == ImportOptions::Empty::SetNull && old && isAbsent(*old)))
                    return Field();
                if (isNew || m_options.empty == ImportOptions::Empty::Keep)
                    return Field();
                if (m_options.empty == ImportOptions::Empty::Clear && old->kind() == Value::Kind::Text)
                    return Field(Value::text({}));
                return Field(Value());
            }
            auto value = parseCell(isEmpty && old && isAbsent(*old) && old->isNull() ? nullptr : old,
                                   QString::fromUtf8(source.text), m_kinds.value(path.toString()));
            return value ? Expected<Field, QString>(Field(*value)) : Unexpected {value.error()};
        }
        const auto value = fromNotation(source.text);
        if (!value)
            return Unexpected {value.error().what};
        if (!old || old->isNull() || value->isNull() || *old == *value)
            return Field(*value);
        // What the notation does not tell apart stays what it was: a whole number in a column of floats, a
        // UUID that is written as text.
        if (value->kind() == Value::Kind::Text && old->kind() != Value::Kind::Text && !old->isContainer()) {
            auto parsed = parseLike(*old, value->toText());
            return parsed ? Expected<Field, QString>(Field(*parsed)) : Unexpected {parsed.error()};
        }
        if (value->kind() == Value::Kind::Integer && old->kind() == Value::Kind::Float) {
            const auto number = converted(*value, Value::Kind::Float);
            return number ? Expected<Field, QString>(Field(inStyleOf(*old, *number)))
                          : Unexpected {number.error()};
        }
        return Field(old->isContainer() && value->isContainer() ? adoptStyles(*old, *value)
                                                                : inStyleOf(*old, *value));
    }

    /// What changes, field by field where there are some.
    void describe(const std::optional<Value> &before, const std::optional<Value> &whole,
                  PlannedChange *change) const
    {
        if (!whole) {
            change->after = QStringLiteral("%1 bytes").arg(change->value.size());
            return;
        }
        if (!before || before->kind() != Value::Kind::Map || whole->kind() != Value::Kind::Map) {
            change->before = before ? displayText(*before, TextLimit) : QString();
            change->after = displayText(*whole, TextLimit);
            return;
        }
        QStringList was;
        QStringList becomes;
        qsizetype length = 0;
        const auto note = [&](const QString &name, const Value *old, const Value *now) {
            const auto text = [](const Value *value) {
                return value ? displayText(*value, TextLimit) : QStringLiteral("absent");
            };
            was.append(QStringLiteral("%1: %2").arg(name, text(old)));
            becomes.append(QStringLiteral("%1: %2").arg(name, text(now)));
            length += was.last().size() + becomes.last().size();
        };
        for (const Member &member : whole->members()) {
            const PathStep step = PathStep::member(member.key);
            const Value *old = ValuePath({step}).find(*before);
            if (length < 2 * TextLimit && (!old || !(*old == member.value)))
                note(ValuePath({step}).toString(), old, &member.value);
        }
        for (const Member &member : before->members()) {
            const ValuePath path({PathStep::member(member.key)});
            if (length < 2 * TextLimit && !path.find(*whole))
                note(path.toString(), &member.value, nullptr);
        }
        change->before = was.join(QLatin1String(", "));
        change->after = becomes.join(QLatin1String(", "));
    }

    const RowSource &m_source;
    const ImportOptions &m_options;
    const ImportTable &m_table;
    KeyFactory m_keys;
    QHash<QString, quint32> m_kinds; // of columns, by path
    QHash<QByteArray, qint64> m_seen; // keys, and the row they stood in
    QStringList m_problems; // of the row that is being planned
    QByteArray m_hexKey; // the key of that row, where it is told in hex
};

} // namespace

BulkPlan planImport(const RowSource &source, const ImportOptions &options, const ImportTable &table,
                    const Job &job)
{
    BulkPlan plan;
    plan.beyond = source.beyond;
    plan.changes.reserve(source.rows.size());
    if (job) {
        job->done = 0;
        job->total = qint64(source.rows.size());
    }
    Planner planner(source, options, table);
    for (size_t i = 0; i < source.rows.size(); ++i) {
        if (job && job->cancelled)
            return plan;
        plan.changes.push_back(planner.plan(i));
        ++plan.looked;
        if (job)
            ++job->done;
    }
    return plan;
}

} // namespace slotscope::core
