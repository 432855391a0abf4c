// SPDX-License-Identifier: GPL-3.0-or-later
//
// The cells of RecordModel: what they show, and what becomes of what is typed into them.
#include "core/edit/bulkplan.h"
#include "core/pmap/indexkey.h"
#include "core/value/recordstyle.h"
#include "core/value/valuetext.h"
#include "ui/connectionprofile.h"
#include "ui/models/changesummary.h"
#include "ui/models/columntext.h"
#include "ui/models/recordmodel.h"
#include "ui/theme.h"

#include <QDateTime>
#include <QFont>
#include <QGuiApplication>
#include <QTextDocument>

#include <limits>

namespace slotscope::ui {

using core::Column;
using core::Value;

namespace {

constexpr int CellLimit = 200;
constexpr int TipLimit = 2000;

/// The same shape with nothing in it, for a new record.
Value blankLike(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Bool:
        return Value::boolean(false);
    case Value::Kind::Integer:
        return Value::integer(0);
    case Value::Kind::Float:
        return Value::number(0);
    case Value::Kind::Text:
        return Value::text({});
    case Value::Kind::Bytes:
        return Value::bytes({});
    case Value::Kind::Array:
        return Value::array({});
    case Value::Kind::Map: {
        core::MemberList members;
        for (const core::Member &member : value.members())
            members.push_back({member.key, blankLike(member.value)});
        return Value::map(std::move(members));
    }
    default:
        return Value::null();
    }
}

core::StagedRow stagedRow(const ShownRow &shown)
{
    return {shown.key, shown.current, shown.change ? std::optional(*shown.change) : std::nullopt};
}

QString revisionText(core::Revision revision)
{
    return RecordModel::tr("revision %1").arg(revision.value);
}

} // namespace

QString RecordModel::textOf(const Value &value, int column, int limit) const
{
    const auto text = formattedText(value, look(column).format, limit);
    return text ? *text : core::displayText(value, limit);
}

bool RecordModel::isLink(int row, int number) const
{
    // What the column leads to is known; nothing is looked up for a cell.
    const std::optional<core::KeyComponent> &key = look(number).linkedKey;
    if (!key)
        return false;
    const RowCache::Row decoded = decodedAt(row);
    const Value *value =
        decoded ? core::cellValue(*decoded, m_columns[static_cast<size_t>(number)]) : nullptr;
    return value && !value->isNull() && !core::isAbsent(*value) && core::asKeyPart(*value, *key);
}

QVariant RecordModel::display(int row, int number) const
{
    const Column &column = m_columns[static_cast<size_t>(number)];
    if (column.meta == Column::Meta::Lease)
        return leaseText(row, true);
    if (column.group == Column::Group::Meta) {
        if (static_cast<size_t>(row) >= m_rows.size())
            return {};
        const qint64 meta =
            core::metaNumber(m_table->rows().row(m_rows[static_cast<size_t>(row)]), column.meta);
        return QString::number(meta);
    }
    const RowCache::Row decoded = decodedAt(row);
    if (!decoded)
        return QStringLiteral("…");
    const Value *value = core::cellValue(*decoded, column);
    return value ? textOf(*value, number, CellLimit) : QString();
}

QString RecordModel::tip(int row, int number) const
{
    const Column &column = m_columns[static_cast<size_t>(number)];
    QStringList lines;
    const RowCache::Row decoded = decodedAt(row);
    const bool isKey = column.group == Column::Group::Key;
    if (decoded && column.group != Column::Group::Meta) {
        const auto &error = isKey ? decoded->keyError : decoded->valueError;
        if (error && (isKey || column.path.isEmpty()))
            lines.append(error->offset < 0 ? tr("Cannot be decoded: %1").arg(error->what)
                                           : tr("Cannot be decoded: %1 (at byte %2)")
                                                 .arg(error->what, QString::number(error->offset)));
        if (const Value *value = core::cellValue(*decoded, column)) {
            const QString text = core::displayText(*value, TipLimit);
            const DisplayFormat format = look(number).format;
            const auto formatted = formattedText(*value, format, TipLimit);
            if (core::isAbsent(*value)) {
                lines.append(value->isNull() ? tr("Absent") : tr("Absent, so its default: %1").arg(text));
            } else {
                // Formats that hide something show it here.
                if (!formatted || format.isLossy())
                    lines.append(text);
                if (formatted)
                    lines.append(*formatted);
            }
        }
    }
    if (const core::Change *change = m_edits->find(keyAt(row))) {
        const auto was = [&](const core::KeyState &state) {
            if (!state.exists)
                return tr("absent");
            const core::DecodedRow before = core::decodeRow(m_codec, change->key, state.value);
            const Value *value = core::cellValue(before, column);
            return value ? textOf(*value, number, CellLimit) : tr("absent");
        };
        const QString before = tr("Was %1 at %2");
        if (change->kind == core::Change::Kind::Insert)
            lines.append(tr("New, not committed yet"));
        else if (!change->conflict || !change->conflict->exists)
            lines.append(before.arg(was(change->base), revisionText(change->base.modRevision)));
        if (change->conflict && change->conflict->exists) {
            const QString now =
                tr("is %1 now (%2)").arg(was(*change->conflict), revisionText(change->conflict->modRevision));
            lines.append(change->base.exists ? tr("%1, %2").arg(
                             before.arg(was(change->base), revisionText(change->base.modRevision)), now)
                                             : tr("Somebody else has added it: %1").arg(now));
        } else if (change->conflict) {
            lines.append(tr("Deleted on the server meanwhile"));
        } else if (change->mergedAt.value > 0) {
            lines.append(
                tr("Merged with what somebody else wrote at %1").arg(revisionText(change->mergedAt)));
        }
    }
    if (const QString lease = column.meta == Column::Meta::Lease ? leaseTip(row) : QString();
        !lease.isEmpty())
        lines.append(lease);
    if (const QString refusal = stagingRefusal(m_edits->refusesStaging()); !refusal.isEmpty())
        lines.append(refusal);
    return lines.join(QLatin1Char('\n'));
}

QVariant RecordModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = index.row();
    const Column &column = m_columns[static_cast<size_t>(index.column())];
    switch (role) {
    case Qt::DisplayRole:
        return display(row, index.column());
    case Qt::EditRole:
        return core::editText(editStart(index).value);
    case TipTextRole:
        return tip(row, index.column());
    case Qt::ToolTipRole: {
        // Data is not markup, however much it looks like it.
        const QString text = tip(row, index.column());
        return Qt::mightBeRichText(text)
            ? QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(text.toHtmlEscaped())
            : text;
    }
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignVCenter | (column.numeric ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole:
        if (const RowState state = stateAt(row); state == RowState::Deleted || state == RowState::Gone) {
            QFont font;
            font.setStrikeOut(true);
            return font;
        }
        return {};
    case KeyRole:
        return keyAt(row);
    case StateRole:
        return static_cast<int>(stateAt(row));
    case ChangedRole:
        return isChanged(row, index.column()) || (column.meta == Column::Meta::Lease && stagedLease(row));
    case FlashRole:
        return flashOf(row, index.column());
    case ErrorRole: {
        const RowCache::Row decoded = decodedAt(row);
        return decoded
            && ((column.group == Column::Group::Key && decoded->keyError)
                || (column.group == Column::Group::Field && column.path.isEmpty() && decoded->valueError));
    }
    case NullRole: {
        const RowCache::Row decoded = decodedAt(row);
        const Value *value = decoded ? core::cellValue(*decoded, column) : nullptr;
        return column.group != Column::Group::Meta && decoded && (!value || value->isNull());
    }
    case KindRole: {
        const RowCache::Row decoded = decodedAt(row);
        const Value *value = decoded ? core::cellValue(*decoded, column) : nullptr;
        // Where there is not even a default, it is as if there was no such field.
        const bool nothing = !value || (core::isAbsent(*value) && value->isNull());
        return nothing ? -1 : static_cast<int>(value->kind());
    }
    case DefaultRole: {
        const RowCache::Row decoded = decodedAt(row);
        const Value *value = decoded ? core::cellValue(*decoded, column) : nullptr;
        return value && core::isAbsent(*value);
    }
    case LinkRole:
        return isLink(row, index.column());
    case Qt::AccessibleDescriptionRole: {
        QStringList lines;
        if (stateAt(row) != RowState::Clean)
            lines.append(tip(row, index.column()));
        if (isLink(row, index.column()))
            lines.append(tr("leads to %1").arg(look(index.column()).linkedTable));
        return lines.isEmpty() ? QVariant() : QVariant(lines.join(QLatin1Char('\n')));
    }
    default:
        return {};
    }
}

QString RecordModel::headerTip(int number) const
{
    const Column &column = m_columns[static_cast<size_t>(number)];
    QStringList lines;
    switch (column.group) {
    case Column::Group::Key:
        lines.append(tr("%1 (part of the key)").arg(column.title));
        break;
    case Column::Group::Field:
        lines.append(column.path.isEmpty() ? tr("The whole value") : column.title);
        break;
    case Column::Group::Meta:
        lines.append(tr("%1 (kept by etcd)").arg(column.title));
        break;
    }
    if (const QString summary = columnSummary(column); !summary.isEmpty())
        lines.append(summary);
    if (!look(number).format.isUsual())
        lines.append(tr("shown as: %1").arg(look(number).format.title()));
    if (!look(number).linkedTable.isEmpty())
        lines.append(tr("leads to %1").arg(look(number).linkedTable));
    // Names of fields are data.
    return QStringLiteral("<p style='white-space:pre'>%1</p>")
        .arg(lines.join(QLatin1Char('\n')).toHtmlEscaped());
}

QVariant RecordModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical) {
        if (section < 0 || section >= rowCount())
            return {};
        const RowState state = stateAt(section);
        if (role == Qt::DisplayRole)
            return QString();
        if (role == Qt::DecorationRole) {
            switch (state) {
            case RowState::Edited:
                return theme::icon(theme::Glyph::Edited);
            case RowState::Inserted:
                return theme::icon(theme::Glyph::Inserted);
            case RowState::Deleted:
            case RowState::Gone:
                return theme::icon(theme::Glyph::Deleted);
            case RowState::Conflict:
                return theme::icon(theme::Glyph::Conflict);
            case RowState::Clean: {
                const RowCache::Row decoded = decodedAt(section);
                if (decoded && (decoded->keyError || decoded->valueError))
                    return theme::icon(theme::Glyph::Warning);
                return isNewsAt(section) ? QVariant(theme::icon(theme::Glyph::News)) : QVariant();
            }
            }
        }
        if (role == Qt::ToolTipRole) {
            switch (state) {
            case RowState::Edited:
                return tr("Edited, not committed yet");
            case RowState::Inserted:
                return tr("New, not committed yet");
            case RowState::Deleted:
                return tr("To be deleted at the next commit");
            case RowState::Conflict:
                return tr("Changed on the server since you edited it");
            case RowState::Gone:
                return tr("Deleted on the server");
            case RowState::Clean: {
                const RowCache::Row decoded = decodedAt(section);
                if (decoded && (decoded->keyError || decoded->valueError))
                    return tr("Cannot be decoded");
                return isNewsAt(section) ? tr("Changed since you looked, at %1")
                                               .arg(revisionText(recordAt(section).current.modRevision))
                                         : QString();
            }
            }
        }
        return {};
    }
    if (section < 0 || section >= columnCount())
        return {};
    const Column &column = m_columns[static_cast<size_t>(section)];
    switch (role) {
    case Qt::DisplayRole:
        return column.title;
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignVCenter | (column.numeric ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (column.group != Column::Group::Key)
            return {};
        QFont font = QGuiApplication::font();
        font.setBold(true);
        return font;
    }
    case Qt::ToolTipRole:
        return headerTip(section);
    default:
        return {};
    }
}

Qt::ItemFlags RecordModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    const Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren;
    // Whether a record can be edited is known once it is decoded; asking for the reason answers late but
    // never wrong.
    return m_columns[static_cast<size_t>(index.column())].group == Column::Group::Meta
        ? flags
        : flags | Qt::ItemIsEditable;
}

QString RecordModel::readOnlyReason(const QModelIndex &index) const
{
    const ShownRow shown = recordAt(index.row());
    const Column &column = m_columns[static_cast<size_t>(index.column())];
    if (shown.state == RowState::Gone)
        return tr("The record was deleted on the server.");
    if (const QString refusal = stagingRefusal(*m_edits); !refusal.isEmpty())
        return refusal;
    if (column.meta == Column::Meta::Lease)
        return tr("Choose another lease by a double-click, or with Edit → Lease of records.");
    if (column.group == Column::Group::Meta)
        return tr("etcd itself keeps this.");
    if (column.group == Column::Group::Key && shown.state != RowState::Inserted)
        return tr("The key of a record is changed by renaming it (Shift+F6).");
    if (shown.state == RowState::Deleted
        || (shown.change && shown.change->kind == core::Change::Kind::Delete))
        return tr("The record is marked for deletion.");
    if (column.group == Column::Group::Key) {
        const auto parts = m_codec.decodeKey(shown.key);
        return parts ? QString() : tr("The key cannot be decoded: %1.").arg(parts.error().what);
    }
    if (const auto value = m_codec.decodeValue(shown.value()); !value)
        return tr("The value cannot be decoded: %1.").arg(value.error().what);
    return m_codec.readOnlyReason(shown.value());
}

EditStart RecordModel::editStart(const QModelIndex &index) const
{
    const ShownRow shown = recordAt(index.row());
    const core::DecodedRow decoded = core::decodeRow(m_codec, shown.key, shown.value());
    const Value *value = core::cellValue(decoded, m_columns[static_cast<size_t>(index.column())]);
    return {shown.key, shown.current, value ? *value : Value::null()};
}

bool RecordModel::refuse(const QString &reason)
{
    Q_EMIT editRefused(reason);
    return false;
}

bool RecordModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    return finishEdit(index, editStart(index), value);
}

bool RecordModel::finishEdit(const QModelIndex &index, const EditStart &start, const QVariant &typed)
{
    const QString text = typed.toString();
    if (text == core::editText(start.value))
        return true; // nothing was typed: whatever has come from the server meanwhile stays
    const auto after = start.value.kind() == Value::Kind::Bool && typed.typeId() == QMetaType::Bool
        ? core::Expected<Value, QString>(Value::boolean(typed.toBool()))
        : core::parseLike(start.value, text);
    if (!after)
        return refuse(after.error());
    const ShownRow now = recordOf(start.key);
    const Column &column = m_columns[static_cast<size_t>(index.column())];
    const bool isField = column.group == Column::Group::Field;
    const bool isGoneMeanwhile = start.current.exists && !now.current.exists;
    if (isField && !now.change && now.current != start.current && !m_edits->isCommitting()
        && (isGoneMeanwhile || editStart(index).value != start.value)) {
        // Somebody else has written this very cell, or deleted the record, while it was typed.
        const auto before = m_codec.decodeValue(start.current.value);
        const auto whole = before ? core::replaced(*before, column.path, *after)
                                  : core::Expected<Value, QString>(core::Unexpected {before.error().what});
        const auto staged = whole
            ? stageRecord(start.key, *whole, start.current, setStepName(column, start.key))
            : core::Expected<bool, QString>(core::Unexpected {whole.error()});
        return staged ? true : refuse(staged.error());
    }
    // A record that was staged before it was deleted on the server has another row now.
    const int row = isGone(index.row()) ? rowOf(start.key) : index.row();
    const auto staged = stageCell(row < 0 ? index : this->index(row, index.column()), *after);
    return staged ? true : refuse(staged.error());
}

core::Expected<bool, QString> RecordModel::stageCell(const QModelIndex &index, const Value &value)
{
    if (const QString reason = readOnlyReason(index); !reason.isEmpty())
        return core::Unexpected {reason};
    // From the bytes themselves: what was decoded for display may be older than the revision that the change
    // is made on.
    const ShownRow shown = recordAt(index.row());
    const Column &column = m_columns[static_cast<size_t>(index.column())];
    if (column.group == Column::Group::Key)
        return stageKeyPart(shown, column.keyPart, value);
    const auto before = m_codec.decodeValue(shown.value());
    if (!before)
        return core::Unexpected {before.error().what};
    const auto whole = core::replaced(*before, column.path, value);
    if (!whole)
        return core::Unexpected {whole.error()};
    return stageRecord(shown.key, *whole, std::nullopt, setStepName(column, shown.key));
}

QString RecordModel::setStepName(const core::Column &column, const QByteArray &key) const
{
    return tr("Set %1.%2 of %3").arg(m_title, column.title, keyText(m_codec, key));
}

core::Expected<bool, QString> RecordModel::stageKeyPart(const ShownRow &shown, int part, const Value &value)
{
    auto parts = m_codec.decodeKey(shown.key);
    if (!parts)
        return core::Unexpected {parts.error().what};
    parts->at(static_cast<size_t>(part)) = value;
    const auto key = m_codec.encodeKey(shown.key.left(m_codec.prefixLength()), *parts);
    if (!key)
        return core::Unexpected {key.error().what};
    if (*key == shown.key)
        return true;
    if (!m_table->range().contains(*key))
        return core::Unexpected {tr("A record with this key would not be in this table.")};
    if (m_table->rows().find(*key)
        || !m_edits->rekeyInsert(shown.key, *key, tr("Set the key of a new record of %1").arg(m_title)))
        return core::Unexpected {tr("There is a record with this key already.")};
    return true;
}

core::Expected<bool, QString> RecordModel::stageRecord(const QByteArray &key, const Value &value,
                                                       const std::optional<core::KeyState> &madeOn,
                                                       const QString &stepName)
{
    core::StagedRow row = stagedRow(recordOf(key));
    if (madeOn && !row.change && !row.current.exists)
        row.current = *madeOn; // whose style the value keeps, though it was deleted
    const auto bytes = core::bytesFor(m_codec, row, value);
    if (!bytes)
        return core::Unexpected {bytes.error()};
    return stageBytes(key, *bytes, madeOn, stepName);
}

core::Expected<bool, QString> RecordModel::stageBytes(const QByteArray &key, const QByteArray &value,
                                                      const std::optional<core::KeyState> &madeOn,
                                                      const QString &stepName)
{
    const ShownRow now = recordOf(key);
    const bool outdated = madeOn && !now.change && *madeOn != now.current;
    if (!m_edits->stageValue(key, outdated ? *madeOn : now.current, value,
                             stepName.isEmpty() ? tr("Edit %1: %2").arg(m_title, keyText(m_codec, key))
                                                : stepName))
        return core::Unexpected {stagingRefusal(*m_edits)};
    if (outdated)
        m_edits->noteCurrent(key, now.current);
    return true;
}

core::Expected<QByteArray, QString> RecordModel::newKey(const core::ValueList &like) const
{
    const std::vector<core::KeyComponent> &components = m_codec.type().key.components();
    if (m_codec.type().key.isUnknown())
        return core::Unexpected {tr("The key type of this slot is not known, so no new key can be made.")};
    const core::KeyRange &range = m_table->range();
    const QByteArray prefix = range.begin.left(m_codec.prefixLength());
    // A folder of plain keys: its path is part of the text.
    const QString folder = QString::fromUtf8(range.begin.mid(m_codec.prefixLength()));
    core::ValueList parts = like;
    parts.resize(components.size());
    // The last component that can be made up tells the new key from the others.
    for (int attempt = 0; attempt < 1000; ++attempt) {
        for (size_t i = components.size(); i-- > 0;) {
            const bool isLast = i + 1 == components.size();
            switch (components[i]) {
            case core::KeyComponent::Uuid:
                if (isLast || like.empty())
                    parts[i] = Value::uuid(QUuid::createUuid());
                break;
            case core::KeyComponent::Timestamp:
                parts[i] = Value::timestamp((QDateTime::currentMSecsSinceEpoch() + attempt) * 1000000);
                break;
            case core::KeyComponent::String: {
                const QString base = like.empty() ? folder + tr("new") : tr("%1 copy").arg(like[i].toText());
                parts[i] =
                    Value::text(attempt == 0 ? base : QStringLiteral("%1 %2").arg(base).arg(attempt + 1));
                break;
            }
            case core::KeyComponent::Oid:
            case core::KeyComponent::Uint64:
                if (isLast || like.empty()) {
                    // Behind the last record, whose key is the largest.
                    const std::vector<core::RowId> &order = m_table->rows().keyOrder();
                    quint64 largest = 0;
                    if (!order.empty()) {
                        const auto last = m_codec.decodeKey(m_table->rows().row(order.back()).key);
                        if (last && last->size() == components.size())
                            largest = (*last)[i].toUInt64().value_or(0);
                    }
                    parts[i] = Value::unsignedInteger(largest + 1 + static_cast<quint64>(attempt));
                }
                break;
            default:
                if (like.empty())
                    return core::Unexpected {
                        tr("A key of this type cannot be made up; clone a record and change its key.")};
                break;
            }
        }
        const auto key = m_codec.encodeKey(prefix, parts);
        if (!key)
            return core::Unexpected {key.error().what};
        if (!range.contains(*key))
            return core::Unexpected {tr("A new record would not be in this table.")};
        if (!m_table->rows().find(*key) && !m_edits->find(*key))
            return *key;
    }
    return core::Unexpected {tr("No free key was found.")};
}

core::Expected<QByteArray, QString> RecordModel::stageNew(int row, bool withContent, const QByteArray &given)
{
    if (row < 0 && rowCount() > 0)
        row = 0;
    core::ValueList keyParts;
    Value value;
    QByteArray bytes;
    if (row >= 0) {
        const ShownRow shown = recordAt(row);
        if (shown.state == RowState::Gone)
            return core::Unexpected {tr("The record was deleted on the server.")};
        const QByteArray &raw = shown.value();
        const core::DecodedRow decoded = core::decodeRow(m_codec, shown.key, raw);
        if (withContent) {
            if (!decoded.keyError)
                keyParts = decoded.keyParts;
            bytes = raw; // byte for byte, also where it cannot be decoded
        } else {
            if (decoded.valueError)
                return core::Unexpected {tr("The record to take the shape from cannot be decoded.")};
            value = blankLike(decoded.value);
        }
    } else {
        value = m_codec.blankValue();
    }
    if (!withContent) {
        const auto encoded = m_codec.encodeValue(value);
        if (!encoded)
            return core::Unexpected {encoded.error().what};
        bytes = *encoded;
    }
    const auto key = given.isEmpty() ? newKey(keyParts) : core::Expected<QByteArray, QString>(given);
    if (!key)
        return key;
    if (const QString problem = keyProblem(*key); !problem.isEmpty())
        return core::Unexpected {problem};
    if (!m_edits->stageInsert(*key, bytes,
                              withContent ? tr("Clone a record of %1").arg(m_title)
                                          : tr("Insert a record into %1").arg(m_title)))
        return core::Unexpected {stagingRefusal(*m_edits)};
    return key;
}

QString RecordModel::keyProblem(const QByteArray &key) const
{
    if (!m_table->range().contains(key))
        return tr("A record with this key would not be in this table.");
    const core::Change *change = m_edits->find(key);
    if (change && change->kind == core::Change::Kind::Delete)
        return tr("The record with this key is marked for deletion; revert that first.");
    return change || m_table->rows().find(key) ? tr("There is a record with this key already.") : QString();
}

void RecordModel::stageDelete(const std::vector<int> &rows)
{
    if (rows.size() > MostDeletions) {
        refuse(tr("These are %1 records. At most %2 can be marked at once.")
                   .arg(rows.size())
                   .arg(MostDeletions));
        return;
    }
    std::vector<std::pair<QByteArray, core::KeyState>> keys;
    for (const int row : rows) {
        const ShownRow shown = recordAt(row);
        if (!shown.key.isEmpty())
            keys.emplace_back(shown.key, shown.current);
    }
    if (!m_edits->stageDelete(keys,
                              keys.size() == 1
                                  ? tr("Delete %1: %2").arg(m_title, keyText(m_codec, keys.front().first))
                                  : tr("Delete %1 records of %2").arg(keys.size()).arg(m_title)))
        refuse(stagingRefusal(*m_edits));
}

QString RecordModel::copyText(const QModelIndex &index, CopyForm form) const
{
    return copyTexts(index.row(), {index.column()}, form).value(0);
}

QStringList RecordModel::copyTexts(int row, const std::vector<int> &columns, CopyForm form) const
{
    // Not by way of the cache: copying many rows would fill it with some that are never shown.
    const ShownRow shown = recordAt(row);
    const core::DecodedRow decoded =
        isGone(row) ? core::DecodedRow() : core::decodeRow(m_codec, shown.key, shown.value());
    QStringList texts;
    for (const int number : columns) {
        const Column &column = m_columns[static_cast<size_t>(number)];
        const Value *value = core::cellValue(decoded, column);
        if (column.group == Column::Group::Meta) {
            // What is left of a lease is over when it is pasted.
            texts.append(column.meta == Column::Meta::Lease ? leaseText(row, false)
                                                            : display(row, number).toString());
            continue;
        }
        texts.append(copiedText(value, look(number).format, form));
    }
    return texts;
}

} // namespace slotscope::ui
