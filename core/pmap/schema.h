// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is known of tables beside their records: told by the user (pinned) or read from an application's
// source (imported). What is inferred from records is never kept in a schema; resolveType() joins the three.
#pragma once

#include "core/base/ids.h"
#include "core/pmap/catalogue.h"
#include "core/pmap/slottype.h"
#include "core/value/valuepath.h"

#include <QString>
#include <QStringList>

#include <array>
#include <compare>
#include <map>
#include <optional>
#include <vector>

namespace slotscope::core {

/// What identifies a table wherever it is kept: its oid, or where it has none the number of its slot.
struct TableId
{
    QString oid; ///< UUID text in lower case; empty: the number counts
    Slot slot;

    static TableId ofOid(const QString &oid) { return {oid.toLower(), Slot()}; }
    static TableId ofSlot(Slot slot) { return {QString(), slot}; }
    /// Of a slot as it is found in a database, with its catalogue entry if it has one.
    static TableId of(Slot slot, const std::optional<CatalogueEntry> &entry);

    bool hasOid() const { return !oid.isEmpty(); }
    QString toString() const; ///< the oid, or `slot 40`
    /// Slots by number first, then tables by oid.
    friend std::strong_ordering operator<=>(const TableId &a, const TableId &b)
    {
        return a.hasOid() || b.hasOid() ? a.oid.compare(b.oid) <=> 0 : a.slot <=> b.slot;
    }
    friend bool operator==(const TableId &a, const TableId &b) { return (a <=> b) == 0; }
};

/// A line of an imported source; the file as a path below what was imported.
struct SourceLine
{
    QString file;
    int line = 0;

    QString toString() const; ///< `app/schema.py:12`; empty without a file
    friend bool operator==(const SourceLine &, const SourceLine &) = default;
};

/// How one property became known.
struct Provenance
{
    TypeSource source = TypeSource::Unknown;
    SourceLine from {}; ///< for Imported
    double confidence = 0; ///< 0 … 1, for Inferred
    qint64 sample = 0; ///< records that it was inferred from
    QString evidence {}; ///< in words, for Inferred

    friend bool operator==(const Provenance &, const Provenance &) = default;
};

/// The properties of a table that have one value each, written as text.
enum class SchemaProperty : quint8 {
    ClassName, ///< `Users`, or the name of the variable that holds a table numbered by hand
    Name, ///< with the module, as in the catalogue: `app.schema.Users`
    Description,
    KeyType, ///< `UuidTimestamp`
    KeyByteOrder, ///< of timestamps in keys: `big`, `little`
    ValueType, ///< `Cbor`
    ValueByteOrder, ///< of timestamps in simple values
    Compression, ///< `none`, `zlib`, `snappy`
    FlatBuffersSchema, ///< path of a .fbs or .bfbs, relative to the schema file
    FlatBuffersRoot, ///< the root table with its namespace: `library.Book`
};
inline constexpr size_t SchemaPropertyCount = 10;
/// In the order above.
const std::vector<SchemaProperty> &allSchemaProperties();
QString schemaPropertyName(SchemaProperty property); ///< as in schema files: `keyType`
std::optional<SchemaProperty> schemaPropertyFromName(QStringView name);
/// Why the text is no value of the property; empty when it is one.
QString schemaPropertyProblem(SchemaProperty property, const QString &text);
/// What a type says of a property, as text; empty for those that a SlotType does not have.
QString schemaPropertyText(SchemaProperty property, const SlotType &type);

/// One property: what the user said, over what a source said.
struct PropertyEntry
{
    std::optional<QString> pinned {};
    std::optional<QString> imported {};
    SourceLine from {}; ///< of `imported`
    MemberList other {}; ///< of a schema file, from a newer program say; kept when it is written

    bool isEmpty() const { return !pinned && !imported && other.empty(); }
    /// The text that counts; null pointer when there is none.
    const QString *value() const { return pinned ? &*pinned : imported ? &*imported : nullptr; }
    friend bool operator==(const PropertyEntry &a, const PropertyEntry &b)
    {
        return a.pinned == b.pinned && a.imported == b.imported && a.from == b.from;
    }
};

/// An index of a table: another table whose keys are fields of the records, and whose values are their keys.
struct IndexRelation
{
    QString name {}; ///< as attach_index() gave it; may be empty
    TableId table {}; ///< the index's own table
    QString className {}; ///< of the index's table, for people
    std::vector<ValuePath> fields {}; ///< one, or those of a tuple; empty where the source cannot be followed
    bool composite = false; ///< the key is a tuple, if only of one
    bool nullable = false; ///< a record whose field is null has no entry
    bool unique = true;
    QString expression {}; ///< how the source says the key
    /// Whether entries follow when records are edited, as the user decided; nothing: isMaintained() decides.
    std::optional<bool> maintained {};
    Provenance provenance {};
    MemberList other {};

    /// Entries of what is declared follow, and of what was found where that leaves no reasonable doubt.
    bool isMaintained() const;
    friend bool operator==(const IndexRelation &a, const IndexRelation &b)
    {
        return a.name == b.name && a.table == b.table && a.fields == b.fields && a.composite == b.composite
            && a.nullable == b.nullable && a.unique == b.unique && a.maintained == b.maintained;
    }
};

/// How a column is shown; in the order of the columns.
struct ColumnSetting
{
    QString column {}; ///< Column::id
    bool shown = true;
    int width = 0; ///< pixels; 0: by itself
    QString format {}; ///< how values are displayed; empty: as usual
    MemberList other {};

    friend bool operator==(const ColumnSetting &a, const ColumnSetting &b)
    {
        return a.column == b.column && a.shown == b.shown && a.width == b.width && a.format == b.format;
    }
};

/// What a schema says of one table.
struct TableSchema
{
    std::map<SchemaProperty, PropertyEntry> properties {};
    std::vector<IndexRelation> indexes {}; ///< imported or pinned
    std::vector<ColumnSetting> columns {}; ///< always the user's
    MemberList other {};

    const PropertyEntry *find(SchemaProperty property) const;
    /// The text that counts; empty when there is none.
    QString text(SchemaProperty property) const;
    /// Nothing is said.
    bool isEmpty() const;
    void pin(SchemaProperty property, const QString &text);
    void unpin(SchemaProperty property);
    void import(SchemaProperty property, const QString &text, const SourceLine &from);
};

/// What is known of tables, by their identity.
struct Schema
{
    std::map<TableId, TableSchema> tables {};
    QString folder {}; ///< which relative paths in it are relative to; empty when it is of no file
    /// Folders of .fbs and .bfbs files, where the FlatBuffers of tables are looked for; may be relative.
    QStringList flatBuffersFolders {};
    MemberList other {};

    const TableSchema *find(const TableId &id) const;
    /// Of a path in it, which may be relative.
    QString absolutePath(const QString &path) const;
    /// The tables that have this qualified name or, if none has, this class name: a hint, where no oid fits.
    std::vector<TableId> named(const QString &name) const;
};

/// The type that counts, and for each property where it comes from.
struct ResolvedType
{
    SlotType type;
    std::array<Provenance, SchemaPropertyCount> provenance {};

    const Provenance &from(SchemaProperty property) const { return provenance[size_t(property)]; }
};

/// Pinned over imported over inferred, property by property. `table` may be the null pointer. The source of
/// the whole is the least certain one among key, value and compression.
ResolvedType resolveType(const SlotType &inferred, const TableSchema *table);

/// A difference between two schemas that somebody has to decide on.
struct SchemaConflict
{
    enum class What { Property, Index };

    TableId table;
    QString tableName; ///< for people
    What what = What::Property;
    SchemaProperty property = SchemaProperty::KeyType; ///< for What::Property
    QString label; ///< for people: `valueType`, `index by_name`
    QString before;
    Provenance beforeFrom;
    QString after;
    SourceLine afterFrom;
    size_t index = 0; ///< What::Index: which of the new table's indexes
};

/// The outcome of laying an import over a schema: everything that nothing speaks against is taken, the rest
/// is as it was.
struct SchemaMerge
{
    Schema schema;
    std::vector<SchemaConflict> conflicts;
    int added = 0; ///< tables that were not known
    int changed = 0; ///< properties of known tables
};

/// What an import from the same file as before says anew is taken; what another source said, or what is
/// pinned to something else, is a conflict. A pin stays over what is imported until takeImported() says
/// otherwise.
SchemaMerge mergeImport(const Schema &schema, const Schema &imported);
/// Decides a conflict for the import. A pin that stands against it is taken away.
void takeImported(Schema *schema, const Schema &imported, const SchemaConflict &conflict);

/// A schema file as something to import: what it says, pinned or not, is imported from `file`.
Schema asImported(const Schema &schema, const QString &file);
/// For a file in another folder: what it names is named from there.
Schema movedTo(const Schema &schema, const QString &folder);

/// `theirs` with what was edited from `base` to `mine`, property by property.
Schema rebasedSchema(const Schema &base, const Schema &mine, const Schema &theirs);

} // namespace slotscope::core
