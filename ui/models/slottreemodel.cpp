// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/slottreemodel.h"

#include "core/live/liverates.h"
#include "core/table/plainkeys.h"
#include "ui/models/ratetext.h"
#include "ui/models/slottreenode.h"
#include "ui/theme.h"

#include <QGuiApplication>
#include <QLocale>

#include <set>

namespace slotscope::ui {

using core::Slot;
using core::SlotInfo;
using core::SlotKind;

namespace {

/// Where two of them stand in a narrow column.
QString shortNumber(qint64 number)
{
    constexpr qint64 Short = 10'000;
    if (number < Short)
        return QLocale().toString(number);
    return number < Short * 1000 ? SlotTreeModel::tr("%1k").arg(QLocale().toString(number / 1000))
                                 : SlotTreeModel::tr("%1M").arg(QLocale().toString(number / 1'000'000));
}

} // namespace

SlotTreeModel::SlotTreeModel(QObject *parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
    for (int i = 0; i < GroupCount; ++i) {
        auto node = std::make_unique<Node>();
        node->parent = m_root.get();
        node->group = static_cast<Group>(i);
        // The catalogue is a slot in itself; without one, the filter hides it.
        node->kind = node->group == Group::Catalogue ? Kind::Slot : Kind::Group;
        m_root->children.push_back(std::move(node));
    }
}

SlotTreeModel::~SlotTreeModel() = default;

void SlotTreeModel::follow(core::SlotDirectory *directory, core::PlainKeys *keys)
{
    if (m_directory)
        m_directory->disconnect(this);
    if (m_keys)
        m_keys->disconnect(this);
    m_directory = directory;
    m_keys = keys;
    clear();
    if (directory) {
        const auto takeAll = [this, directory] {
            std::vector<Slot> gone;
            for (const auto &[slot, info] : m_slots) {
                if (!directory->find(slot))
                    gone.push_back(slot);
            }
            for (const Slot slot : gone)
                removeSlot(slot);
            for (const Slot slot : directory->slotNumbers())
                setSlot(*directory->find(slot));
        };
        const auto takeOne = [this, directory](Slot slot) {
            if (const SlotInfo *info = directory->find(slot))
                setSlot(*info);
        };
        connect(directory, &core::SlotDirectory::loaded, this, takeAll);
        connect(directory, &core::SlotDirectory::slotAdded, this, takeOne);
        connect(directory, &core::SlotDirectory::slotChanged, this, takeOne);
        connect(directory, &core::SlotDirectory::slotRemoved, this, &SlotTreeModel::removeSlot);
        connect(directory, &core::SlotDirectory::countsChanged, this,
                [this, directory](const QList<Slot> &changed) {
                    for (const Slot slot : changed) {
                        if (const SlotInfo *info = directory->find(slot))
                            setRecordCount(slot, info->records);
                    }
                });
        takeAll();
    }
    if (keys) {
        const auto takeNote = [this, keys] {
            if (!keys->error().detail.isEmpty())
                setKeysNote(tr("Some keys could not be read: %1").arg(keys->error().detail));
            else if (keys->isTruncated())
                setKeysNote(tr("Only the first %1 keys are listed.")
                                .arg(QLocale().toString(static_cast<qulonglong>(keys->limit()))));
            else
                setKeysNote({});
        };
        connect(keys, &core::PlainKeys::keysAdded, this,
                qOverload<const std::vector<QByteArray> &>(&SlotTreeModel::addKeys));
        connect(keys, &core::PlainKeys::keysRemoved, this,
                qOverload<const std::vector<QByteArray> &>(&SlotTreeModel::removeKeys));
        connect(keys, &core::PlainKeys::stateChanged, this, takeNote);
        addKeys(std::vector<QByteArray>(keys->keys().begin(), keys->keys().end()));
        takeNote();
    }
}

void SlotTreeModel::clear()
{
    beginResetModel();
    for (const auto &node : m_root->children) {
        node->children.clear();
        node->count = 0;
    }
    m_slots.clear();
    m_slotNodes.clear();
    m_tableOf.clear();
    m_keysNote.clear();
    m_active.clear();
    endResetModel();
}

SlotTreeModel::Node *SlotTreeModel::group(Group group) const
{
    return m_root->children[static_cast<size_t>(group)].get();
}

SlotTreeModel::Node *SlotTreeModel::nodeOf(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<Node *>(index.internalPointer()) : m_root.get();
}

QModelIndex SlotTreeModel::indexOf(const Node *node, int column) const
{
    if (node == m_root.get())
        return {};
    return createIndex(node->row(), column, const_cast<Node *>(node));
}

QModelIndex SlotTreeModel::groupIndex(Group which) const
{
    return indexOf(group(which));
}

QModelIndex SlotTreeModel::slotIndex(Slot slot) const
{
    const auto found = m_slotNodes.find(slot);
    return found == m_slotNodes.end() ? QModelIndex() : indexOf(found->second);
}

QModelIndex SlotTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (row < 0 || column < 0 || column >= ColumnCount || parent.column() > 0)
        return {};
    const Node *node = nodeOf(parent);
    if (static_cast<size_t>(row) >= node->children.size())
        return {};
    return createIndex(row, column, node->children[static_cast<size_t>(row)].get());
}

QModelIndex SlotTreeModel::parent(const QModelIndex &child) const
{
    return child.isValid() ? indexOf(nodeOf(child)->parent) : QModelIndex();
}

int SlotTreeModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int SlotTreeModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QVariant SlotTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::DisplayRole)
        return section == NameColumn ? tr("Slots and keys")
            : section == CountColumn ? tr("Records")
                                     : tr("Changes");
    if (role == Qt::TextAlignmentRole && section != NameColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

void SlotTreeModel::setSlot(const SlotInfo &info)
{
    const auto known = m_slots.find(info.slot);
    const bool wasShown = m_slotNodes.count(info.slot) != 0;
    if (known != m_slots.end() && wasShown && placeOf(known->second) == placeOf(info)
        && info.kind != SlotKind::PlainKeys) {
        // Stays where it is; at most it looks different.
        Node *node = m_slotNodes.at(info.slot);
        known->second = info;
        node->count = info.records;
        Q_EMIT dataChanged(indexOf(node, NameColumn), indexOf(node, CountColumn));
        return;
    }
    if (known != m_slots.end())
        removeSlot(info.slot);
    m_slots[info.slot] = info;
    if (info.kind != SlotKind::PlainKeys)
        insertSlot(info.slot);
}

void SlotTreeModel::insertSlot(Slot slot)
{
    const SlotInfo &info = m_slots.at(slot);
    if (info.kind == SlotKind::Catalogue) {
        Node *node = group(Group::Catalogue);
        node->slot = slot;
        node->count = info.records;
        m_slotNodes[slot] = node;
        Q_EMIT dataChanged(indexOf(node, NameColumn), indexOf(node, CountColumn));
        return;
    }
    auto [which, order] = placeOf(info);
    Node *parent = group(which);
    if (Node *table = tableNodeOf(slot)) {
        parent = table;
        which = Group::Indexes;
    }
    auto node = std::make_unique<Node>();
    node->kind = Kind::Slot;
    node->parent = parent;
    node->group = which;
    node->slot = slot;
    node->order = std::move(order);
    node->count = info.records;
    const size_t row = parent->lowerBound(node->order);
    m_slotNodes[slot] = node.get();
    beginInsertRows(indexOf(parent), static_cast<int>(row), static_cast<int>(row));
    parent->children.insert(parent->children.begin() + static_cast<std::ptrdiff_t>(row), std::move(node));
    endInsertRows();
    if (parent->kind == Kind::Group) {
        parent->count = static_cast<qint64>(parent->children.size());
        countChanged(parent);
    }
    // Its indexes, which came first.
    for (const auto &[indexSlot, table] : m_tableOf) {
        if (table == slot && m_slotNodes.contains(indexSlot))
            place(indexSlot);
    }
}

SlotTreeModel::Node *SlotTreeModel::tableNodeOf(Slot index) const
{
    const auto table = m_tableOf.find(index);
    const auto node = table == m_tableOf.end() ? m_slotNodes.end() : m_slotNodes.find(table->second);
    // An index of an index, should a schema say so, stays where it is.
    const bool isTop = node != m_slotNodes.end() && node->second->parent->kind == Kind::Group
        && node->second->group != Group::Catalogue;
    return isTop && table->second != index ? node->second : nullptr;
}

void SlotTreeModel::place(Slot slot)
{
    const SlotInfo info = m_slots.at(slot);
    removeSlot(slot);
    setSlot(info);
}

void SlotTreeModel::setIndexes(std::map<Slot, Slot> tableOf)
{
    const std::map<Slot, Slot> before = std::exchange(m_tableOf, std::move(tableOf));
    std::set<Slot> concerned;
    for (const auto &[index, table] : before)
        concerned.insert(index);
    for (const auto &[index, table] : m_tableOf)
        concerned.insert(index);
    for (const Slot slot : concerned) {
        const auto node = m_slotNodes.find(slot);
        if (node == m_slotNodes.end())
            continue;
        const Node *table = tableNodeOf(slot);
        const Node *wanted = table ? table : group(placeOf(m_slots.at(slot)).first);
        if (node->second->parent != wanted)
            place(slot);
    }
}

void SlotTreeModel::removeSlot(Slot slot)
{
    const auto found = m_slotNodes.find(slot);
    if (found == m_slotNodes.end()) {
        m_slots.erase(slot);
        return;
    }
    Node *node = found->second;
    // The indexes below it go on to live elsewhere.
    std::vector<SlotInfo> indexes;
    for (const auto &child : node->children) {
        if (child->kind == Kind::Slot)
            indexes.push_back(m_slots.at(child->slot));
    }
    for (const SlotInfo &index : indexes)
        removeSlot(index.slot);
    m_slots.erase(slot);
    m_slotNodes.erase(slot);
    if (node->parent == m_root.get()) {
        node->count = 0;
        Q_EMIT dataChanged(indexOf(node, NameColumn), indexOf(node, CountColumn));
        return;
    }
    Node *parent = node->parent;
    const int row = node->row();
    beginRemoveRows(indexOf(parent), row, row);
    parent->children.erase(parent->children.begin() + row);
    endRemoveRows();
    if (parent->kind == Kind::Group) {
        parent->count = static_cast<qint64>(parent->children.size());
        countChanged(parent);
    }
    for (const SlotInfo &index : indexes)
        setSlot(index);
}

void SlotTreeModel::setRecordCount(Slot slot, qint64 records)
{
    const auto found = m_slotNodes.find(slot);
    if (found == m_slotNodes.end() || found->second->count == records)
        return;
    m_slots[slot].records = records;
    found->second->count = records;
    countChanged(found->second);
}

void SlotTreeModel::setLoaded(Slot slot, std::optional<qint64> records)
{
    const auto known = m_loaded.find(slot);
    if (records ? known != m_loaded.end() && known->second == *records : known == m_loaded.end())
        return;
    if (records)
        m_loaded[slot] = *records;
    else
        m_loaded.erase(known);
    if (const auto node = m_slotNodes.find(slot); node != m_slotNodes.end())
        countChanged(node->second);
}

void SlotTreeModel::countChanged(Node *node)
{
    const QModelIndex index = indexOf(node, CountColumn);
    Q_EMIT dataChanged(index, index, {Qt::DisplayRole, CountRole});
}

QString SlotTreeModel::nameOf(const Node &node) const
{
    switch (node.kind) {
    case Kind::Group:
        return groupName(node.group);
    case Kind::Slot: {
        const auto found = m_slots.find(node.slot);
        if (node.group == Group::Catalogue || found == m_slots.end())
            return groupName(node.group);
        return found->second.title();
    }
    case Kind::Folder:
    case Kind::Key:
        break;
    }
    const QByteArray rest = node.order.mid(node.parent->kind == Kind::Folder ? node.parent->order.size() : 0);
    return rest.isEmpty() ? tr("(the key itself)") : plainKeyText(rest);
}

QString SlotTreeModel::warningOf(const Node &node) const
{
    if (node.kind == Kind::Group)
        return node.group == Group::PlainKeys ? m_keysNote : QString();
    if (node.kind != Kind::Slot)
        return {};
    const auto found = m_slots.find(node.slot);
    return found != m_slots.end() && found->second.entry ? found->second.entry->warning : QString();
}

QIcon SlotTreeModel::iconFor(const Node &node, bool warning)
{
    using theme::Glyph;
    switch (node.kind) {
    case Kind::Group:
        return warning ? theme::icon(Glyph::Warning) : QIcon();
    case Kind::Folder:
        return theme::icon(Glyph::Folder);
    case Kind::Key:
        return theme::icon(Glyph::Key);
    case Kind::Slot:
        break;
    }
    switch (node.group) {
    case Group::Indexes:
        return theme::icon(Glyph::Index, warning);
    case Group::Untyped:
        return theme::icon(Glyph::Untyped, warning);
    case Group::Catalogue:
        return theme::icon(Glyph::Catalogue, warning);
    default:
        return theme::icon(Glyph::Table, warning);
    }
}

QVariant SlotTreeModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const Node &node = *nodeOf(index);
    const auto info = node.kind == Kind::Slot ? m_slots.find(node.slot) : m_slots.end();
    const bool isSlot = info != m_slots.end();
    if (index.column() == RateColumn
        && (role == Qt::DisplayRole || role == Qt::ToolTipRole || role == RateHistoryRole
            || role == Qt::AccessibleTextRole))
        return isSlot ? rateData(node.slot, role) : QVariant();
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == NameColumn)
            return nameOf(node);
        if (const auto loaded = m_loaded.find(node.slot); isSlot && loaded != m_loaded.end())
            return tr("%1 of %2").arg(shortNumber(loaded->second), shortNumber(node.count));
        return node.kind == Kind::Key ? QVariant() : QVariant(QLocale().toString(node.count));
    case Qt::TextAlignmentRole:
        if (index.column() != NameColumn)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case Qt::ForegroundRole:
        if (index.column() != NameColumn)
            return theme::mutedText(QGuiApplication::palette());
        return {};
    case Qt::DecorationRole:
        return index.column() == NameColumn ? QVariant(iconFor(node, !warningOf(node).isEmpty()))
                                            : QVariant();
    case Qt::ToolTipRole:
        if (const auto loaded = m_loaded.find(node.slot);
            isSlot && loaded != m_loaded.end() && index.column() == CountColumn)
            return tr("%1 of %2 records are loaded in the open table")
                .arg(QLocale().toString(loaded->second), QLocale().toString(node.count));
        if (isSlot)
            return slotToolTip(info->second);
        if (node.kind == Kind::Folder)
            return tr("%1 keys below %2").arg(QLocale().toString(node.count), plainKeyText(node.order));
        return node.kind == Kind::Key ? plainKeyText(node.order) : warningOf(node);
    case Qt::AccessibleTextRole:
        if (index.column() == NameColumn) {
            const QString warning = warningOf(node);
            return warning.isEmpty() ? nameOf(node) : tr("%1, warning: %2").arg(nameOf(node), warning);
        }
        return {};
    case SlotRole:
        return isSlot ? QVariant::fromValue(node.slot) : QVariant();
    case KeyRangeRole:
        if (isSlot)
            return QVariant::fromValue(core::KeyRange::slot(node.slot));
        if (node.kind == Kind::Folder)
            return QVariant::fromValue(core::KeyRange::prefix(node.order));
        return node.kind == Kind::Key ? QVariant::fromValue(core::KeyRange::single(node.order)) : QVariant();
    case TitleRole:
        return node.kind == Kind::Folder || node.kind == Kind::Key ? plainKeyText(node.order) : nameOf(node);
    case KindRole:
        return static_cast<int>(node.kind);
    case CountRole:
        return static_cast<qlonglong>(node.count);
    case WarningRole:
        return warningOf(node);
    case FilterRole:
        if (node.kind == Kind::Group || (node.kind == Kind::Slot && !isSlot))
            return {};
        if (isSlot)
            return slotFilterText(nameOf(node), info->second);
        return plainKeyText(node.order);
    default:
        return {};
    }
}

void SlotTreeModel::followRates(core::LiveRates *rates)
{
    if (m_rates)
        m_rates->disconnect(this);
    m_rates = rates;
    if (rates)
        connect(rates, &core::LiveRates::changed, this, &SlotTreeModel::takeRates);
    takeRates();
}

void SlotTreeModel::takeRates()
{
    const std::vector<Slot> active = m_rates ? m_rates->activeSlots() : std::vector<Slot>();
    // Those that were to be seen before have to go.
    std::set<Slot> concerned = std::exchange(m_active, {active.cbegin(), active.cend()});
    concerned.insert(active.cbegin(), active.cend());
    for (const Slot slot : concerned) {
        const auto found = m_slotNodes.find(slot);
        if (found == m_slotNodes.end())
            continue;
        const QModelIndex index = indexOf(found->second, RateColumn);
        Q_EMIT dataChanged(index, index, {Qt::DisplayRole, RateHistoryRole});
    }
    Q_EMIT ratesChanged();
}

QVariant SlotTreeModel::rateData(Slot slot, int role) const
{
    if (!m_rates || !m_active.contains(slot))
        return {};
    const double rate = m_rates->rate(slot);
    switch (role) {
    case RateHistoryRole:
        return QVariant::fromValue(m_rates->history(slot));
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return tr("Changes: %1, %2")
            .arg(rate > 0 ? tr("%1 lately").arg(rateText(rate)) : tr("none lately"),
                 rateSummary(m_rates->history(slot)));
    default:
        return rateText(rate);
    }
}

std::optional<OpenTarget> SlotTreeModel::target(const QModelIndex &index)
{
    const QVariant range = index.data(KeyRangeRole);
    if (!range.isValid())
        return {};
    OpenTarget target;
    const QVariant slot = index.data(SlotRole);
    if (slot.isValid())
        target.slot = slot.value<Slot>();
    target.range = range.value<core::KeyRange>();
    target.title = index.data(TitleRole).toString();
    return target;
}

} // namespace slotscope::ui
