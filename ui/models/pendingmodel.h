// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/editsession.h"
#include "ui/models/changefields.h"
#include "ui/models/derivedtext.h"

#include <QAbstractItemModel>
#include <QFuture>
#include <QPointer>

#include <vector>

namespace slotscope::ui {

/// What an edit session would commit, as lines for people: the staged changes in the order of staging, each
/// with a check mark that leaves it out, then what the commit depends on. Below a change, greyed, what
/// follows from it for indexes, and, fetched when it is opened, the fields that become different. Taken in by
/// their differences, so that selection and open lines stay. UI thread; what large changes are, in words, is
/// found out on the thread pool, and stands in their lines when it is known.
class PendingModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { OperationColumn, TableColumn, KeyColumn, ChangeColumn, SizeColumn, ColumnCount };
    enum Role {
        KeyRole = Qt::UserRole + 1, ///< QByteArray: the etcd key; of a line below a change that of the change
        ConflictRole, ///< bool
        ShownKeyRole, ///< QByteArray: the key of the line itself
        GuardRole, ///< bool: not a change, but a key that the commit depends on
        LeftOutRole, ///< bool
        DerivedRole, ///< bool: a line that follows from the change above it
        ProblemRole, ///< bool: such a line, or one above it, that holds up the commit
        IndexRole, ///< int: the slot of the index that such a line is about; 0: none
        EntryRole, ///< QByteArray: the etcd key of the entry; empty: only something to tell
    };

    explicit PendingModel(QObject *parent = nullptr);

    /// Null pointer: none.
    void setSession(core::EditSession *session, KeyResolver resolver);
    /// Names or types of slots have changed: everything is read anew.
    void refresh();

    QByteArray keyAt(int row) const;
    /// -1 if nothing is staged for the key.
    int rowOf(const QByteArray &key) const;
    /// What a key of a staged, derived or guarded line is, by words for people: its table and decoded key.
    QHash<QByteArray, QString> keyTexts() const;
    /// While lines wait for their words.
    bool isBusy() const { return m_working > 0; }

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    using QObject::parent;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    bool hasChildren(const QModelIndex &parent = {}) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Words
    {
        QString change;
        QString conflict;
    };
    struct Names
    {
        QString table;
        QString key;
        QString partner; // key in words
    };
    enum class Fetched { No, Running, Done };
    // A change, or a guard that looks like one.
    struct Item
    {
        core::Change change;
        bool isGuard = false;
        std::optional<core::KeyState> renamedFrom; // what the other half of a rename has
        friend bool operator==(const Item &, const Item &) = default;
    };
    struct Derived
    {
        core::DerivedChange derived;
        DerivedWords words;
    };
    struct Row
    {
        quint64 id = 0; // of the line as long as it is there
        quint64 serial = 0; // of this state of it
        Item item;
        mutable std::optional<Names> names; // nothing: when somebody looks, see namesIn()
        mutable std::optional<Words> words; // nothing: when somebody looks, see wordsIn()
        Fetched fetched = Fetched::No;
        std::vector<Derived> derived; // the first lines below it
        std::vector<FieldLine> fields; // the rest of them
    };
    std::vector<Item> items() const;
    static core::Change described(const Item &item);
    static Words wordsOf(const core::SlotCodec &codec, const Item &item);
    const Words &wordsIn(const Row &row) const;
    const Names &namesIn(const Row &row) const;
    Row makeRow(const Item &item);
    void replaceRow(size_t at, const Item &item);
    /// Runs on the pool; `take` gets the result where the row is still in the same state.
    template <typename Result>
    void work(quint64 serial, QFuture<Result> future,
              void (PendingModel::*take)(int row, const Result &result));
    void takeWords(int row, const Words &words);
    void takeFields(int row, const std::vector<FieldLine> &fields);
    void setFields(int row, std::vector<FieldLine> fields);
    void align();
    void alignDerived();
    void setDerived(int row, const std::vector<const core::DerivedChange *> &wanted);
    void fetchFields(quint64 serial);
    int rowOfSerial(quint64 serial) const;
    int rowOfId(quint64 id) const;
    QString operationOf(const Row &row) const;
    static bool hasProblem(const Row &row);
    QVariant rowData(const Row &row, int column, int role) const;
    QVariant fieldData(const FieldLine &field, int column, int role) const;
    QVariant derivedData(const Derived &line, int column, int role) const;

    QPointer<core::EditSession> m_session;
    KeyResolver m_resolver;
    std::vector<Row> m_rows;
    mutable QHash<quint64, int> m_rowOfId; // made when it is asked for
    quint64 m_lastId = 0;
    int m_working = 0; // jobs
};

} // namespace slotscope::ui
