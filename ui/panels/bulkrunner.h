// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/bulkplan.h"
#include "ui/prompts.h"

#include <QFutureWatcher>
#include <QObject>

#include <deque>

namespace slotscope::ui {

class RecordModel;

/// Carries out operations over many records that need no preview, one after the other: each is planned on the
/// thread pool and staged as one step. Where some records cannot take it, the user decides about the others.
class BulkRunner : public QObject
{
    Q_OBJECT
public:
    using Work = std::function<core::BulkPlan(const core::StagedRows &rows, const core::Job &job)>;

    /// Both are to outlive it; `parent` of the questions.
    BulkRunner(RecordModel *model, QWidget *parent);
    ~BulkRunner() override;
    /// Without, what cannot be done for all is done for none.
    void setPrompts(Prompts *prompts) { m_prompts = prompts; }

    /// Makes the name of the undo step, given `3 records`.
    using Name = std::function<QString(const QString &records)>;
    void run(Name name, Work work);
    bool isRunning() const { return !m_queue.empty(); }

Q_SIGNALS:
    /// What became of it, for the status bar; empty when there is nothing to say.
    void finished(const QString &message);

private:
    struct Task
    {
        Name name;
        Work work;
    };
    void start();
    void take();
    void ask(const std::shared_ptr<core::BulkPlan> &plan);
    void stage(const core::BulkPlan &plan);
    void finish(const QString &message);

    RecordModel *m_model;
    QWidget *m_parent;
    Prompts *m_prompts = nullptr;
    std::deque<Task> m_queue; // the first is being carried out
    core::Job m_job;
    QFutureWatcher<std::shared_ptr<core::BulkPlan>> m_watcher;
};

} // namespace slotscope::ui
