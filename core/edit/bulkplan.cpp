// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/bulkplan.h"

#include "core/value/numbertext.h"
#include "core/value/recordstyle.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr int TextLimit = 200;

QString cellText(const ValuePath &path, const Value *cell, bool withName)
{
    const QString text = !cell || isAbsent(*cell) ? QStringLiteral("absent")
        : cell->isNull()                          ? QStringLiteral("null")
                                                  : displayText(*cell, TextLimit);
    return withName
        ? QStringLiteral("%1: %2").arg(path.isEmpty() ? QStringLiteral("value") : path.toString(), text)
        : text;
}

PlannedChange wrong(PlannedChange change, const QString &why)
{
    change.kind = PlannedChange::Kind::Wrong;
    change.problem = why;
    return change;
}

Expected<Value, QString> withCell(const Value &whole, const ValuePath &path, const CellOutcome &outcome)
{
    if (outcome.kind == CellOutcome::Kind::Remove)
        return removed(whole, path);
    return path.isEmpty() ? Expected<Value, QString>(outcome.value) : replaced(whole, path, outcome.value);
}

} // namespace

qint64 BulkPlan::count(PlannedChange::Kind kind) const
{
    return std::count_if(changes.cbegin(), changes.cend(),
                         [kind](const PlannedChange &change) { return change.kind == kind; });
}

Expected<QByteArray, QString> bytesFor(const SlotCodec &codec, const StagedRow &row, const Value &value)
{
    const KeyState &base = row.change ? row.change->base : row.current;
    if (base.exists) {
        const auto was = codec.decodeValue(base.value);
        if (was && *was == value)
            return base.value;
    }
    const auto bytes = codec.encodeValue(value, row.current.value);
    if (bytes)
        return *bytes;
    const QString path = bytes.error().path.toString();
    return Unexpected {path.isEmpty() ? bytes.error().what
                                      : QStringLiteral("%1: %2").arg(path, bytes.error().what)};
}

PlannedChange plannedChange(const SlotCodec &codec, StagedRow row, const std::vector<ValuePath> &fields,
                            const CellEdit &edit, qint64 *hits)
{
    PlannedChange change;
    change.row = std::move(row);
    if (change.row.isDeleted())
        return wrong(std::move(change), QStringLiteral("the record is marked for deletion"));
    const auto before = codec.decodeValue(change.row.value());
    if (!before)
        return wrong(std::move(change),
                     QStringLiteral("the value cannot be decoded: %1").arg(before.error().what));
    Value whole = *before;
    QStringList was;
    QStringList becomes;
    QString problem;
    for (const ValuePath &path : fields) {
        const Value *cell = path.find(*before);
        const bool named = fields.size() > 1;
        const auto outcome = edit(change.row, path, cell);
        if (outcome && outcome->kind == CellOutcome::Kind::Leave)
            continue;
        if (hits)
            ++*hits;
        auto next = outcome ? withCell(whole, path, *outcome)
                            : Expected<Value, QString>(Unexpected {outcome.error()});
        was.append(cellText(path, cell, named));
        if (!next) {
            problem = named ? QStringLiteral("%1: %2").arg(path.toString(), next.error()) : next.error();
            break;
        }
        whole = *std::move(next);
        becomes.append(cellText(path, path.find(whole), named));
    }
    change.before = was.join(QLatin1String(", "));
    change.after = becomes.join(QLatin1String(", "));
    if (!problem.isEmpty())
        return wrong(std::move(change), problem);
    if (whole == *before) {
        change.kind = PlannedChange::Kind::Unchanged;
        return change;
    }
    // Only now, since it costs a decoding and an encoding.
    if (const QString reason = codec.readOnlyReason(change.row.value()); !reason.isEmpty())
        return wrong(std::move(change), reason);
    auto bytes = bytesFor(codec, change.row, whole);
    if (!bytes)
        return wrong(std::move(change), bytes.error());
    change.value = *std::move(bytes);
    change.kind =
        change.value == change.row.value() ? PlannedChange::Kind::Unchanged : PlannedChange::Kind::Update;
    return change;
}

BulkPlan planCells(const SlotCodec &codec, const StagedRows &rows, const std::vector<CellChoice> &cells,
                   const CellEdit &edit, const Job &job)
{
    BulkPlan plan;
    if (job) {
        qint64 total = 0;
        for (const CellChoice &choice : cells)
            total += static_cast<qint64>(choice.rows.size());
        job->total = total;
    }
    for (const CellChoice &choice : cells) {
        for (size_t i = 0; i < choice.rows.size(); ++i) {
            if (job && job->cancelled)
                return plan;
            PlannedChange change =
                plannedChange(codec, rows.at(choice.rows, i), choice.fields, edit, &plan.hits);
            ++plan.looked;
            if (job)
                ++job->done;
            if (change.kind == PlannedChange::Kind::Unchanged)
                continue;
            if (plan.changes.size() < MostPlanned)
                plan.changes.push_back(std::move(change));
            else
                ++plan.beyond;
        }
    }
    return plan;
}

namespace {

/// What a cell without content is to become, by what others in its column are.
Expected<Value, QString> parseByKinds(const QString &text, quint32 kinds)
{
    static constexpr Value::Kind Exact[] = {
        Value::Kind::Bool,  Value::Kind::Integer,   Value::Kind::Float,   Value::Kind::Uuid,
        Value::Kind::Bytes, Value::Kind::Timestamp, Value::Kind::Decimal, Value::Kind::Text};
    QString reason;
    bool known = false;
    for (const Value::Kind kind : Exact) {
        if (!(kinds & Column::kindBit(kind)))
            continue;
        known = true;
        auto value = parseLike(blankOf(kind), text);
        if (value)
            return value;
        reason = value.error();
    }
    const QString trimmed = text.trimmed();
    if (trimmed.startsWith(QLatin1Char('{')) || trimmed.startsWith(QLatin1Char('['))) {
        // Lists and maps come as their notation; a text that only looks like it is a text.
        if (const auto value = fromNotation(trimmed.toUtf8()))
            return *value;
    }
    if (known && reason.size() > 0)
        return Unexpected {reason};
    return parseLike(Value(), text);
}

} // namespace

Expected<Value, QString> parseCell(const Value *before, const QString &text, quint32 kinds)
{
    const bool empty = !before || (before->isNull() && (!isAbsent(*before) || kinds != 0));
    if (empty)
        return parseByKinds(text, kinds);
    auto value = parseLike(*before, text);
    if (value && before->isContainer() && value->isContainer())
        return adoptStyles(*before, *value);
    return value;
}

namespace {

CellEdit revertEdit(const SlotCodec &codec)
{
    return [codec](const StagedRow &row, const ValuePath &path,
                   const Value *cell) -> Expected<CellOutcome, QString> {
        const auto base = codec.decodeValue(row.change->base.value);
        if (!base)
            return Unexpected {QStringLiteral("what it was cannot be decoded: %1").arg(base.error().what)};
        const Value *was = path.find(*base);
        if (!was)
            return cell ? CellOutcome::remove() : CellOutcome::leave();
        return cell && *cell == *was ? CellOutcome::leave() : CellOutcome::set(*was);
    };
}

} // namespace

BulkPlan planReverts(const SlotCodec &codec, const StagedRows &rows, const std::vector<CellChoice> &cells,
                     const Job &job)
{
    BulkPlan plan;
    const CellEdit edit = revertEdit(codec);
    for (const CellChoice &choice : cells) {
        for (size_t i = 0; i < choice.rows.size() && !(job && job->cancelled); ++i) {
            StagedRow row = rows.at(choice.rows, i);
            ++plan.looked;
            if (!row.change)
                continue;
            PlannedChange change {.kind = PlannedChange::Kind::Revert};
            change.row = row;
            if (row.change->kind == Change::Kind::Update && !row.change->conflict) {
                PlannedChange cellwise = plannedChange(codec, std::move(row), choice.fields, edit);
                if (cellwise.kind == PlannedChange::Kind::Update)
                    change = std::move(cellwise);
            }
            plan.changes.push_back(std::move(change));
        }
    }
    return plan;
}

bool stagePlanned(EditSession *session, const LiveTable &table,
                  const std::vector<const PlannedChange *> &changes, const QString &name)
{
    std::vector<EditSession::Intent> intents;
    std::vector<std::pair<QByteArray, KeyState>> newer;
    std::vector<QByteArray> reverted;
    for (const PlannedChange *change : changes) {
        if (change->kind == PlannedChange::Kind::Revert) {
            reverted.push_back(change->row.key);
            continue;
        }
        if (change->kind != PlannedChange::Kind::Update && change->kind != PlannedChange::Kind::Insert)
            continue;
        const QByteArray &key = change->row.key;
        intents.push_back({key, change->row.current, change->value});
        const std::optional<RowId> id = table.rows().find(key);
        const KeyState now = id ? KeyState::of(table.rows().row(*id).toKeyValue()) : KeyState::absent();
        if (now != change->row.current)
            newer.emplace_back(key, now);
    }
    // Cells that go back, and records that do so as a whole, are one step: the content of the base is none.
    if (!intents.empty()) {
        std::erase_if(reverted, [&](const QByteArray &key) {
            const Change *change = session->find(key);
            if (!change || change->conflict || !change->partner.isEmpty())
                return false;
            intents.push_back(
                {key, change->base, change->base.exists ? std::optional(change->base.value) : std::nullopt});
            return true;
        });
    }
    if (!session->stageAll(intents, name) || (!reverted.empty() && !session->revert(reverted, name)))
        return false;
    for (const auto &[key, now] : newer)
        session->noteCurrent(key, now);
    return true;
}

bool isOutdated(const EditSession &session, const std::vector<const PlannedChange *> &changes)
{
    return std::any_of(changes.cbegin(), changes.cend(), [&session](const PlannedChange *change) {
        const Change *now = session.find(change->row.key);
        if (!now || !change->row.change)
            return (now != nullptr) != change->row.change.has_value();
        return now->kind != change->row.change->kind || now->value != change->row.change->value
            || now->base != change->row.change->base;
    });
}

} // namespace slotscope::core
