// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/value.h"
#include "core/value/valuepath.h"

#include <QAbstractItemModel>

#include <memory>

namespace slotscope::ui {

/// A decoded value as a tree with the columns name, value and type. Children are made when somebody looks at
/// them. A new value is taken in by its differences, so that the same paths stay expanded and selected. It
/// never changes the value itself. UI thread.
class ValueTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, TypeColumn, ColumnCount };

    explicit ValueTreeModel(QObject *parent = nullptr);
    ~ValueTreeModel() override;

    /// A container's children are the top rows; a scalar is a single row.
    void setValue(const core::Value &value);
    void clear();
    const core::Value &value() const { return m_value; }

    void setEditable(bool editable);
    bool isEditable() const { return m_editable; }
    /// Whether the node is the member of a map, whose key can be another.
    bool hasOwnName(const QModelIndex &index) const;
    /// Whether the node is only shown: in an object that its program alone can make, or what the bytes of a
    /// tag's content are. Paths lead to those bytes.
    bool isFixed(const QModelIndex &index) const;
    /// Too long to be edited in a line.
    static bool isLong(const core::Value &value);

    core::ValuePath path(const QModelIndex &index) const;
    /// The node under an index; of no index the root.
    core::Value valueAt(const QModelIndex &index) const;
    /// Invalid if nothing is there.
    QModelIndex indexOf(const core::ValuePath &path, int column = NameColumn) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    bool hasChildren(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    /// Asks for the edit by signal; false means that the text does not fit, see editRefused().
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;

Q_SIGNALS:
    /// The node at the path is to change so that the root becomes newRoot. Not emitted when nothing would
    /// change.
    void editRequested(const slotscope::core::ValuePath &path, const slotscope::core::Value &newRoot);
    /// In plain words.
    void editRefused(const QString &reason);

private:
    struct Node;
    enum class Shape { Empty, Scalar, Container };

    Node *nodeOf(const QModelIndex &index) const;
    QModelIndex indexOf(const Node *node, int column = NameColumn) const;
    Node *child(Node *parent, int row) const;
    void update(Node *node, const core::Value &value);
    bool updateInside(Node *node, const core::Value &value);
    bool updateMembers(Node *node, const core::Value &value);
    void updateItems(Node *node, const core::Value &value);
    static void renumber(Node *parent, size_t from);
    void addRows(Node *parent, int first, int count, const core::Value &value);
    void dropRows(Node *parent, int first, int count, const core::Value &value);
    QString nameOf(const Node &node) const;
    bool rename(const QModelIndex &index, const QString &text);
    static bool isEditableKind(const core::Value &value);

    core::Value m_value;
    std::unique_ptr<Node> m_root;
    Shape m_shape = Shape::Empty;
    bool m_editable = false;
};

} // namespace slotscope::ui
