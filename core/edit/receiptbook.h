// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/orderedjobs.h"
#include "core/edit/draftkeeper.h"
#include "core/edit/receipt.h"

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace slotscope::core {

/// The history of the commits to a cluster: written down in a file that all windows share, and read back from
/// it. When it grows beyond its bound the oldest receipts go. Reading and writing happen on a worker thread.
class ReceiptBook : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 UsualLimit = qint64(32) * 1024 * 1024;

    explicit ReceiptBook(EditSession *edits, QObject *parent = nullptr);
    /// Waits for what is not written yet.
    ~ReceiptBook() override;

    /// From now on in this folder, for this endpoint and cluster. Receipts of commits before that are in
    /// memory only.
    void open(const QString &folder, const Endpoint &endpoint, quint64 clusterId);
    /// Bytes of the file; 0: nothing is written down.
    void setLimit(qint64 bytes);

    /// The oldest first; what this book has noted, and once it is read what is in the file.
    const std::vector<Receipt> &receipts() const { return m_receipts; }
    const Receipt *find(const QString &id) const;
    /// Lines of the file that cannot be read.
    int unreadable() const { return m_unreadable; }
    /// Why it is not written or read; empty when nothing is wrong.
    const QString &problem() const { return m_problem; }
    /// Reads the file again. From then on it is followed.
    void load();
    bool isLoaded() const { return m_isLoaded; }
    /// Nothing waits to be written or read.
    bool isSettled() const { return m_jobs.isIdle(); }

    /// Calls `then`, on behalf of `context`, when everything noted so far is written, or could not be.
    void whenWritten(QObject *context, const std::function<void()> &then);

    /// A commit of an earlier session that was found to have been carried out.
    void noteFound(const DraftKeeper::FoundCommit &commit);
    void noteOverwritten(const QString &id, const std::vector<ReceiptAmendment::Overwritten> &keys);

Q_SIGNALS:
    /// receipts(), or what is wrong.
    void changed();
    /// Also when one whose outcome was unknown turns out to have been written.
    void recorded(const slotscope::core::Receipt &receipt);
    void settled();

private:
    struct Work;
    struct Reading;

    void takeReport(const CommitReport &report);
    void add(Receipt receipt);
    void amendReceipt(const ReceiptAmendment &amendment);
    void write(std::function<QJsonObject()> object);
    void later(std::function<void(Work &)> job);
    void takeReading(const Reading &reading);
    void noteProblem(const QString &problem);

    EditSession *m_edits;
    QString m_endpoint;
    quint64 m_clusterId = 0;
    std::vector<Receipt> m_receipts;
    QString m_unknown; // id of the last commit, if its outcome is open
    int m_unreadable = 0;
    QString m_problem;
    qint64 m_limit = UsualLimit;
    bool m_isLoaded = false;
    std::shared_ptr<Work> m_work;
    OrderedJobs m_jobs; // with the files
    QFileSystemWatcher m_files;
    QTimer m_touched; // others write several lines at once
};

} // namespace slotscope::core
