// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/doctor/indexcheck.h"
#include "core/doctor/relationfinder.h"
#include "core/table/columns.h"
#include "core/table/slotdirectory.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace slotscope::core {

/// The slots of a database that hold records of tables, as the finder wants to know them.
std::vector<SlotForRelations> slotsForRelations(const SlotDirectory &directory);

/// The indexes of a database: those that its schema declares, and of the found ones those about which the
/// schema says nothing. Declared ones whose slots are not in the database are left out.
std::vector<IndexInDatabase> indexesOf(const SlotDirectory &directory, const Schema &schema,
                                       const std::vector<FoundRelation> &found);

/// What belongs together in one database, kept up to date: looked for once all types are known, and again
/// when types, tables or the schema change. Lives on the client's thread.
class Relations : public QObject
{
    Q_OBJECT
public:
    Relations(Client *client, SlotDirectory *directory, QObject *parent = nullptr);
    ~Relations() override;

    /// Looks again, soon: after the directory was given another schema, or when relations came into being
    /// with new records, which nothing else tells.
    void refresh();
    /// They have been looked for at least once.
    bool isKnown() const { return m_known; }
    /// A look has come to its end, if only because etcd did not answer to the end: what is declared is known
    /// by then.
    bool isSettled() const { return m_known || m_settled; }

    const std::vector<IndexInDatabase> &indexes() const { return m_indexes; }
    /// The index that a slot is; null pointer if it is none.
    const IndexInDatabase *indexAt(Slot slot) const;
    /// The table whose keys these are; nothing if they lead nowhere. Of an index: its table.
    std::optional<Slot> targetOfKeyPart(Slot slot, int part) const;
    std::optional<Slot> targetOfField(Slot slot, const ValuePath &path) const;
    /// The etcd key of the record that a cell leads to, be it there or not; nothing if it leads nowhere.
    std::optional<QByteArray> linkedKey(Slot slot, const Column &column, const Value &cell) const;

Q_SIGNALS:
    void changed();

private:
    void look();
    void take(const std::vector<FoundRelation> &found, bool complete);

    Client *m_client;
    SlotDirectory *m_directory;
    QTimer m_timer;
    std::unique_ptr<RelationFinder> m_finder;
    std::vector<FoundRelation> m_found;
    std::vector<IndexInDatabase> m_indexes;
    bool m_known = false;
    bool m_settled = false;
};

} // namespace slotscope::core
