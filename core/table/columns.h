// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/decodedrow.h"
#include "core/value/valuepath.h"

#include <QString>

#include <optional>
#include <vector>

namespace slotscope::core {

/// One column of a table of records.
struct Column
{
    enum class Group { Key, Field, Meta };
    enum class Meta { None, CreateRevision, ModRevision, Version, Lease, Size };

    QString id; ///< stable, for settings: `key.0`, `value`, `value.birthday.year`, `meta.modRevision`
    QString title; ///< as the user knows it: `uuid`, `birthday.year`, `mod revision`
    Group group = Group::Field;
    int keyPart = 0; ///< Group::Key: which component
    ValuePath path; ///< Group::Field: the way from the record's value; empty: the value itself
    Meta meta = Meta::None;
    bool numeric = false; ///< to be aligned right
    bool shown = true; ///< by default
    bool added = false; ///< asked for, and not found in the sample
    quint32 kinds = 0; ///< what the sample has there beside nulls: a bit for each Value::Kind
    bool named = false; ///< some are members of an enum, which are known by name
    double fillRate = 1; ///< share of sampled records that have it

    bool has(Value::Kind kind) const { return (kinds & kindBit(kind)) != 0; }
    static quint32 kindBit(Value::Kind kind) { return 1U << unsigned(kind); }

    /// The column of any node of a value, nothing being known of its content.
    static Column ofField(const ValuePath &path);
    /// The way that an id of ofField() tells; nothing for other ids.
    static std::optional<ValuePath> pathOfId(const QString &id);

    friend bool operator==(const Column &, const Column &) = default;
};

/// The columns for records like these: key components, the union of the maps' text-keyed fields in order of
/// first appearance (nested maps one level deep as `birthday.year`), or the value itself where it is no map,
/// those that are wanted beside (an item of a list say), and the meta columns (hidden by default).
std::vector<Column> discoverColumns(const SlotType &type, const std::vector<DecodedRow> &sample,
                                    const std::vector<ValuePath> &wanted = {});

/// The node under a Key or Field column; null pointer where the record has none, or for Meta columns.
const Value *cellValue(const DecodedRow &row, const Column &column);
/// The number under a Meta column.
qint64 metaNumber(const RowView &row, Column::Meta meta);

} // namespace slotscope::core
