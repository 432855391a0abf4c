// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/bulkrunner.h"

#include "ui/connectionprofile.h"
#include "ui/dialogs/plandialog.h"
#include "ui/models/changesummary.h"
#include "ui/models/recordmodel.h"

#include <QLocale>
#include <QtConcurrentRun>

namespace slotscope::ui {

using Kind = core::PlannedChange::Kind;

namespace {

constexpr qsizetype MostTold = 200; // records in the details of a question

std::vector<const core::PlannedChange *> stageable(const core::BulkPlan &plan)
{
    std::vector<const core::PlannedChange *> changes;
    for (const core::PlannedChange &change : plan.changes) {
        if (isStageable(change) || change.kind == Kind::Revert)
            changes.push_back(&change);
    }
    return changes;
}

} // namespace

BulkRunner::BulkRunner(RecordModel *model, QWidget *parent)
    : QObject(parent)
    , m_model(model)
    , m_parent(parent)
{
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &BulkRunner::take);
}

BulkRunner::~BulkRunner()
{
    if (m_job)
        m_job->cancelled = true;
}

void BulkRunner::run(Name name, Work work)
{
    m_queue.push_back({std::move(name), std::move(work)});
    if (m_queue.size() == 1)
        start();
}

void BulkRunner::start()
{
    m_job = std::make_shared<core::JobState>();
    m_watcher.setFuture(QtConcurrent::run([work = m_queue.front().work, job = m_job,
                                           rows = core::StagedRows(*m_model->table(), *m_model->edits())] {
        return std::make_shared<core::BulkPlan>(work(rows, job));
    }));
}

void BulkRunner::take()
{
    const std::shared_ptr<core::BulkPlan> plan = m_watcher.result();
    const auto changes = stageable(*plan);
    const qint64 wrong = plan->count(Kind::Wrong);
    const QLocale locale;
    if (core::isOutdated(*m_model->edits(), changes)) {
        start(); // somebody typed on meanwhile
    } else if (changes.size() > core::MostStaged || plan->beyond > 0) {
        finish(tr("These are %1. At most %2 can be changed at once.")
                   .arg(recordsText(qint64(changes.size()) + plan->beyond),
                        locale.toString(qulonglong(core::MostStaged))));
    } else if (wrong > 0 && (changes.empty() || !m_prompts)) {
        const auto first =
            std::find_if(plan->changes.cbegin(), plan->changes.cend(),
                         [](const core::PlannedChange &change) { return change.kind == Kind::Wrong; });
        finish(plan->looked == 1
                   ? tr("This cannot be done: %1.").arg(first->problem)
                   : tr("Nothing was changed: in %1 it cannot be done, as in %2: %3.")
                         .arg(recordsText(wrong), keyText(m_model->codec(), first->row.key), first->problem));
    } else if (wrong > 0) {
        ask(plan);
    } else {
        stage(*plan);
    }
}

void BulkRunner::ask(const std::shared_ptr<core::BulkPlan> &plan)
{
    QStringList lines;
    for (const core::PlannedChange &change : plan->changes) {
        if (change.kind == Kind::Wrong && lines.size() < MostTold)
            lines.append(
                QStringLiteral("%1: %2").arg(keyText(m_model->codec(), change.row.key), change.problem));
    }
    const qint64 wrong = plan->count(Kind::Wrong);
    if (wrong > lines.size())
        lines.append(tr("and %1 more").arg(QLocale().toString(wrong - lines.size())));
    const auto others = qint64(stageable(*plan).size());
    m_prompts->ask(
        m_parent,
        {.title = wrong == 1 ? tr("1 record cannot take this")
                             : tr("%1 records cannot take this").arg(QLocale().toString(wrong)),
         .text = tr("%1\n\nThe others can be changed without.").arg(lines.first()),
         .detail = lines.join(QLatin1Char('\n')),
         .buttons = {{tr("Change the other %1").arg(QLocale().toString(others)), PromptButton::Role::Accept},
                     {tr("Cancel"), PromptButton::Role::Reject}},
         .defaultButton = 1,
         .escapeButton = 1,
         .warning = true},
        [this, self = QPointer(this), plan](int button) {
            if (!self)
                return;
            if (button != 0)
                finish(tr("Nothing was changed."));
            else if (core::isOutdated(*m_model->edits(), stageable(*plan)))
                start();
            else
                stage(*plan);
        });
}

void BulkRunner::stage(const core::BulkPlan &plan)
{
    const auto changes = stageable(plan);
    if (changes.empty()) {
        finish(tr("Nothing changes."));
        return;
    }
    const QString name = m_queue.front().name(recordsText(qint64(changes.size())));
    if (!core::stagePlanned(m_model->edits(), *m_model->table(), changes, name))
        finish(stagingRefusal(*m_model->edits()));
    else
        finish(changes.size() == 1 ? QString() : name + QLatin1Char('.'));
}

void BulkRunner::finish(const QString &message)
{
    m_queue.pop_front();
    m_job.reset();
    if (!m_queue.empty())
        start();
    Q_EMIT finished(message);
}

} // namespace slotscope::ui
