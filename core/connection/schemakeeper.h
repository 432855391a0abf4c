// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/schemafile.h"
#include "core/table/slotdirectory.h"

#include <QFileSystemWatcher>
#include <QFutureWatcher>
#include <QObject>
#include <QTimer>

#include <memory>

namespace slotscope::core {

/// Keeps the schema of a directory in a file: reads it, writes it after every edit, and takes over what
/// others change in it. A file that cannot be read is never written over: edits stay in the directory until
/// it is mended. Reading and writing happen on worker threads, one after the other.
class SchemaKeeper : public QObject
{
    Q_OBJECT
public:
    explicit SchemaKeeper(SlotDirectory *directory, QObject *parent = nullptr);
    /// Writes what is not written yet.
    ~SchemaKeeper() override;

    /// From now on this file; that it is not there yet is no problem. What the directory knew before is
    /// replaced.
    void open(const QString &file);
    /// Empty before open().
    const QString &file() const { return m_file; }
    /// Why the file is not read or written, in words; empty when nothing is wrong.
    const QString &problem() const { return m_problem; }
    /// Nothing is being read or written, and nothing waits to be.
    bool isSettled() const;

Q_SIGNALS:
    /// The file, its problem, or that it is settled.
    void changed();

private:
    struct Outcome;
    enum class Job { None, Load, Save };

    void next();
    void finished();
    void takeLoaded(const Result<Schema> &loaded);
    void takeTheirs(const Schema &theirs);
    void watchFile();

    SlotDirectory *m_directory;
    QString m_file;
    QString m_problem;
    bool m_unreadable = false; ///< so it is not written over
    bool m_isFirst = false; ///< not read since open()
    Schema m_known; ///< what the file said when it was last read or written
    Job m_job = Job::None;
    bool m_toLoad = false;
    bool m_toSave = false;
    quint64 m_generation = 0; ///< of open()
    QFutureWatcher<std::shared_ptr<Outcome>> m_worker;
    QFileSystemWatcher m_files;
    QTimer m_touched; // others write in several steps
};

} // namespace slotscope::core
