// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/slotdirectory.h"

#include <QAbstractItemModel>
#include <QIcon>
#include <QPointer>
#include <QSortFilterProxyModel>

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace slotscope::core {
class LiveRates;
class PlainKeys;
} // namespace slotscope::core

namespace slotscope::ui {

/// Something that can be opened as a table: a slot, or a range of plain keys.
struct OpenTarget
{
    std::optional<core::Slot> slot;
    core::KeyRange range;
    QString title;
};

/// All there is in one etcd, for the navigator: groups of slots by name with live counts, and the plain keys
/// as a tree of paths. Changes are minimal (a new count is one dataChanged), so that selection and expansion
/// stay. UI thread.
class SlotTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, CountColumn, RateColumn, ColumnCount };
    enum Role {
        SlotRole = Qt::UserRole + 1, ///< core::Slot; invalid if it is none
        KeyRangeRole, ///< core::KeyRange: of a slot, a folder of plain keys, or one plain key
        TitleRole, ///< for a tab
        KindRole, ///< int of Kind
        CountRole, ///< qlonglong
        WarningRole, ///< in plain words; empty when nothing is wrong
        RateHistoryRole, ///< std::vector<quint32>: events in each of the last seconds; invalid when there are
                         ///< none
        FilterRole, ///< what a filter looks in
    };
    enum class Kind { Group, Slot, Folder, Key };
    enum class Group { Tables, Indexes, Untyped, PlainKeys, Catalogue };
    static constexpr int GroupCount = 5;

    explicit SlotTreeModel(QObject *parent = nullptr);
    ~SlotTreeModel() override;

    /// Follows them from now on; null pointers: empties the tree. `keys` may be null.
    void follow(core::SlotDirectory *directory, core::PlainKeys *keys);

    /// Whose changes per second are shown; null pointer: nobody's.
    void followRates(core::LiveRates *rates);
    /// Something was written in the last minutes.
    bool hasRates() const { return !m_active.empty(); }

    // What follow() calls for every change.
    void setSlot(const core::SlotInfo &info);
    void removeSlot(core::Slot slot);
    void setRecordCount(core::Slot slot, qint64 records);
    /// How many of its records an open table shows, where these are not all; nothing: no table shows a part.
    void setLoaded(core::Slot slot, std::optional<qint64> records);
    /// Which slots are indexes of which tables; these are shown below them.
    void setIndexes(std::map<core::Slot, core::Slot> tableOf);
    void addKeys(const std::vector<QByteArray> &sortedKeys);
    void removeKeys(const std::vector<QByteArray> &sortedKeys);
    /// Why not all plain keys are there; empty when they are.
    void setKeysNote(const QString &note);
    void clear();

    QModelIndex groupIndex(Group group) const;
    /// Invalid if the slot is not shown.
    QModelIndex slotIndex(core::Slot slot) const;
    QModelIndex keyIndex(const QByteArray &key) const;
    /// What an index opens; nothing for groups.
    static std::optional<OpenTarget> target(const QModelIndex &index);

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /// hasRates() may be something else now.
    void ratesChanged();

private:
    struct Node;
    using KeySpan = std::pair<const QByteArray *, const QByteArray *>; // first, behind the last

    Node *group(Group group) const;
    Node *nodeOf(const QModelIndex &index) const;
    QModelIndex indexOf(const Node *node, int column = NameColumn) const;
    QString nameOf(const Node &node) const;
    QString warningOf(const Node &node) const;
    static QIcon iconFor(const Node &node, bool warning);
    void insertSlot(core::Slot slot);
    Node *tableNodeOf(core::Slot index) const;
    void place(core::Slot slot);
    static std::unique_ptr<Node> makeKeyNode(Node *parent, const QByteArray &order, bool isFolder,
                                             KeySpan keys);
    qint64 addKeys(Node *folder, KeySpan keys);
    qint64 removeKeys(Node *folder, KeySpan keys);
    void countChanged(Node *node);
    void takeRates();
    QVariant rateData(core::Slot slot, int role) const;

    std::unique_ptr<Node> m_root;
    std::map<core::Slot, core::SlotInfo> m_slots;
    std::map<core::Slot, Node *> m_slotNodes;
    std::map<core::Slot, qint64> m_loaded; // of those that a table shows in part
    std::map<core::Slot, core::Slot> m_tableOf; // by index
    QString m_keysNote;
    QPointer<core::SlotDirectory> m_directory;
    QPointer<core::PlainKeys> m_keys;
    QPointer<core::LiveRates> m_rates;
    std::set<core::Slot> m_active; // have a rate, or a history of one
};

/// The tree with a filter: shows what matches the text, all below it, the way to it, and no empty groups.
class SlotTreeFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit SlotTreeFilter(QObject *parent = nullptr);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
};

} // namespace slotscope::ui

Q_DECLARE_METATYPE(slotscope::ui::OpenTarget)
