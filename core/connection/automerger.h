// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/merge.h"

#include <QHash>
#include <QObject>

namespace slotscope::core {

class EditSession;
class SlotDirectory;

/// Brings staged changes and what others write to the same records together where they touch other fields, by
/// the types that the directory knows. A little of it is done at once; large values and large numbers of them
/// are merged on the thread pool, and are in conflict until then. So are those whose slot's type is not known
/// yet. The session and the directory are to outlive it, or to go with it.
class AutoMerger : public QObject
{
    Q_OBJECT
public:
    AutoMerger(EditSession *edits, SlotDirectory *directory, QObject *parent = nullptr);

    /// While something is merged on another thread.
    bool isBusy() const { return m_running; }

private:
    struct Job
    {
        SlotCodec codec;
        Change mine;
        KeyState theirs;
        std::optional<QByteArray> merged {};
    };
    using Jobs = std::vector<Job>;
    std::optional<QByteArray> merge(const Change &mine, const KeyState &theirs);
    void later(const Change &mine, const KeyState &theirs);
    void start();
    void take(const Jobs &jobs);
    void retry(Slot slot);

    EditSession *m_edits;
    SlotDirectory *m_directory;
    Jobs m_waiting;
    QHash<QByteArray, Job> m_done; // what start() has found, by key, while the session asks for it
    qsizetype m_budget; // bytes that may still be merged in this turn of the event loop
    bool m_scheduled = false;
    bool m_running = false;
};

} // namespace slotscope::core
