// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/filelock.h"
#include "core/edit/draft.h"

#include <QFile>

#include <memory>
#include <optional>

namespace slotscope::core {

/// The folder of drafts, for the user's eyes only; made when missing.
Result<Nothing> makePrivateFolder(const QString &folder);

/// The draft of one session, on disk: step after step is put behind the others, and when too much of that is
/// history the file is written anew. Whole at any moment: a killed process leaves at most a last line that is
/// torn. For one thread at a time.
class DraftFile
{
public:
    /// Nothing is on disk before the first step.
    DraftFile(QString file, DraftHeader header);
    /// Leaves the file.
    ~DraftFile();

    /// What a step failed for is made good by the next one that succeeds: then everything is written anew.
    /// When nothing is staged any more the file goes.
    Result<Nothing> take(const DraftStep &step);
    /// About how many bytes the step will write, with what is to be written anew.
    qint64 cost(const DraftStep &step) const;
    /// Not all that was taken is on disk.
    bool isBroken() const { return m_broken; }
    /// A descriptor of the file as it is now, to be synchronised and closed by the caller; -1: none.
    int duplicateDescriptor() const;

    const QString &file() const { return m_path; }
    const DraftState &state() const { return m_state; }

private:
    bool isDueForRewriting() const;
    Result<Nothing> rewrite();
    Result<Nothing> create(const QByteArray &content);
    Result<Nothing> replace(const QByteArray &content);
    void remove();

    QString m_path;
    DraftHeader m_header;
    DraftState m_state;
    QFile m_file;
    std::unique_ptr<FileLock> m_lock;
    qint64 m_size = 0;
    qint64 m_rewritten = 0; // its size when it was last written as a whole
    bool m_broken = false; // not all of the state is in it
};

/// A draft that nobody is at work on, held so that no other window takes it.
struct FoundDraft
{
    QString file;
    std::shared_ptr<FileLock> lock;
    ReadDraft draft;
    QString setAside; ///< where the damaged original is now; empty: it is not damaged
};

/// What there is in the folder.
struct DraftSearch
{
    std::vector<FoundDraft> found; ///< the latest first
    QStringList setAside; ///< damaged beyond reading; renamed
    QStringList unreadable; ///< left alone: `file: why`
};

/// Looks for drafts whose file name begins with `prefix`. Takes its time: for a worker thread.
DraftSearch findDrafts(const QString &folder, const QString &prefix);
/// Takes a found draft away; it must be held.
void removeDraft(const FoundDraft &found);
/// Leaves of a found draft only these changes.
Result<Nothing> shrinkDraft(const FoundDraft &found, const std::vector<Change> &changes,
                            const std::vector<Guard> &guards);

} // namespace slotscope::core
