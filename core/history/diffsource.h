// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/history/tablediff.h"
#include "core/table/slotdirectory.h"

namespace slotscope::core {

/// What a side of a comparison is taken from.
struct DiffSource
{
    enum class Kind {
        Now, ///< the etcd as it is
        Then, ///< the etcd as it was at a revision
        Server, ///< another etcd, as it is or was
        File, ///< of records
    };
    Kind kind = Kind::Now;
    Revision revision {}; ///< of Then, and of Server unless 0
    Endpoint server {};
    QString file {};

    /// `now`, a revision, a URL (with `@` and a revision behind it, if it is not to be as it is), or else a
    /// file. What is wrong with it in words.
    static Expected<DiffSource, QString> parse(const QString &text);
    /// As parse() reads it.
    QString text() const;
};

/// A source that is open: it says which tables it has, and makes sides of them.
class DiffEnd : public QObject
{
    Q_OBJECT
public:
    enum class Types { Wanted, NotWanted };
    /// `own`: the etcd that Now and Then mean. With types it has a directory().
    /// Another etcd is reached with the same certificates, and without the user's password and the prefix.
    DiffEnd(DiffSource source, const ConnectionOptions &own, Types types, const Schema &schema = {},
            QObject *parent = nullptr);
    ~DiffEnd() override;

    /// opened() or failed() follows.
    void open();
    const DiffSource &source() const { return m_source; }
    /// The revision that is read; 0 for a file.
    Revision revision() const { return m_revision; }

    /// Those that have records, or an entry in the catalogue, with their oids, which may be empty.
    const std::map<Slot, QString> &tables() const { return m_tables; }
    /// Where a table is here: by its oid, or where none is known, as in files, by its number. A file of one
    /// slot holds the table that it is asked for.
    std::optional<Slot> find(Slot slot, const QString &oid) const;
    bool isFile() const { return m_file != nullptr; }
    /// Null pointer for a file, and where no types are wanted.
    SlotDirectory *directory() const { return m_directory.get(); }

    /// Of a file: what its records of a slot tell of their types. Takes up to some tenths of a second.
    SlotType typeFromFile(Slot slot) const;

    /// The records of a slot; without one no records. Not to outlive this.
    std::unique_ptr<DiffSide> side(std::optional<Slot> slot) const;
    /// Of any range of keys.
    std::unique_ptr<DiffSide> side(const KeyRange &range, int prefixLength) const;

Q_SIGNALS:
    void opened();
    void failed(const slotscope::core::Error &error);

private:
    using OpenedFile = Expected<std::shared_ptr<const RecordFile>, QString>;
    void openAt(Revision revision);
    void takeFile(const OpenedFile &file);

    DiffSource m_source;
    ConnectionOptions m_options;
    Types m_types;
    Schema m_schema;
    std::unique_ptr<Client> m_client; // first one that asks for the revision, then one that is pinned to it
    std::unique_ptr<Watch> m_watch; // never started
    std::unique_ptr<SlotDirectory> m_directory;
    std::shared_ptr<const RecordFile> m_file;
    QFutureWatcher<OpenedFile> m_reading; // on another thread
    std::map<Slot, QString> m_tables;
    Revision m_revision;
};

} // namespace slotscope::core
