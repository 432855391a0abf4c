// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/receiptbook.h"
#include "core/table/slotdirectory.h"
#include "ui/models/changefields.h"

#include <QAbstractItemModel>
#include <QPointer>
#include <QSortFilterProxyModel>
#include <QTimer>

#include <memory>
#include <vector>

namespace slotscope::ui {

/// The history of commits, the latest first; below each the records that it wrote, and below each of these,
/// fetched when it is opened, the fields that became different. UI thread; what needs decoding is found out
/// on the thread pool, and stands in the lines when it is known.
class ReceiptModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { WhenColumn, TableColumn, KeyColumn, ChangeColumn, ColumnCount };
    enum Role {
        ReceiptRole = Qt::UserRole + 1, ///< QString: id of the commit; below it, too
        KeyRole, ///< QByteArray: the etcd key; null for a commit
        SearchRole, ///< QString: everything of a commit that can be searched for, in lower case
        WrittenRole, ///< bool: the commit was written, so it can be taken back
        OverwrittenRole, ///< bool: others wrote over it soon after
    };

    explicit ReceiptModel(QObject *parent = nullptr);
    ~ReceiptModel() override;

    /// Null pointers: none.
    void follow(core::ReceiptBook *book, core::SlotDirectory *directory);
    /// Names or types of slots have changed.
    void refresh();
    /// While lines wait for their words.
    bool isBusy() const { return m_working > 0; }
    /// The commits with these ids as JSON lines, the oldest first: as they are kept, and beside that the
    /// tables, decoded keys and changes in words.
    QByteArray exportLines(const QStringList &receipts) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    using QObject::parent;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    bool hasChildren(const QModelIndex &parent = {}) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Node;
    struct Entry;
    struct Line;
    struct Words;
    struct Job;

    static const Node *nodeOf(const QModelIndex &index);
    QModelIndex indexOf(const Node *node) const;
    Line *find(const QString &receipt) const;
    void align();
    std::unique_ptr<Line> makeLine(const core::Receipt &receipt) const;
    void number();
    void findWords();
    void takeWords(const Job &job);
    std::shared_ptr<const ResolvedKey> resolve(const QByteArray &key) const;
    QVariant lineData(const Line &line, int column, int role) const;
    QVariant entryData(const Entry &entry, int column, int role) const;

    QPointer<core::ReceiptBook> m_book;
    QPointer<core::SlotDirectory> m_directory;
    std::vector<std::unique_ptr<Line>> m_lines;
    quint64 m_serial = 0; // of the state of lines
    int m_working = 0; // jobs
    QTimer m_due; // the types of many slots become known at once
};

/// The commits in which a text occurs: in a key, in the name of a table, in a value before or after.
class ReceiptFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setText(const QString &text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    QStringList m_words; // all of them must occur
};

} // namespace slotscope::ui
