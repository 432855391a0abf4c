// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/planmodel.h"
#include "ui/models/recordmodel.h"

#include <QDialog>
#include <QFutureWatcher>
#include <QPointer>
#include <QTimer>

class QComboBox;
class QFormLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableView;

namespace slotscope::ui {

/// An operation over many records: what is to be done above, below what that would do, record by record,
/// thought out on the thread pool. Accepted, it is staged as one step; until then nothing is.
class PlanDialog : public QDialog
{
    Q_OBJECT
public:
    /// `model` is to outlive the dialog.
    PlanDialog(RecordModel *model, const QString &title, QWidget *parent = nullptr);
    ~PlanDialog() override;

    /// For the names of undo steps.
    void setTableTitle(const QString &title) { m_table = title; }
    /// What is shown is not yet that of what is asked for.
    bool isPlanning() const { return m_wanted || m_job; }
    PlanModel *preview() const { return m_preview; }
    QTableView *view() const { return m_view; }
    QLabel *summary() const { return m_summary; }
    QPushButton *applyButton() const { return m_apply; }
    QPushButton *partButton() const { return m_part; }
    QComboBox *showBox() const { return m_show; }

    void accept() override;
    void done(int result) override;

Q_SIGNALS:
    /// So many records have been staged.
    void staged(qsizetype records);
    /// isPlanning() became false.
    void planned();

protected:
    using Work = std::function<core::BulkPlan(const core::Job &)>;

    RecordModel *model() const { return m_model; }
    QFormLayout *form() const { return m_form; }
    /// A field as steps name it: `users.email`.
    QString fieldName(const QString &field) const;
    const QString &tableTitle() const { return m_table; }
    /// The plan of what is asked for; its work runs on another thread. Or why there can be none, in plain
    /// words.
    virtual core::Expected<Work, QString> makeWork() = 0;
    /// What the undo step is called.
    virtual QString stepName(const QString &records) const = 0;
    virtual QString summaryOf(const core::BulkPlan &plan) const = 0;
    /// What the button says, given how many records are checked.
    virtual QString actionName(const QString &records) const = 0;
    /// Something else is asked for: plans anew, soon.
    void planSoon();
    /// Shows how far something is, if it takes a while; a null pointer: no longer.
    void showProgressOf(const core::Job &job);

    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void plan();
    void takePlan();
    void cancelJob();
    void updateButtons();

    RecordModel *m_model;
    QString m_table;
    QFormLayout *m_form;
    PlanModel *m_preview;
    QTableView *m_view;
    QComboBox *m_show;
    QPushButton *m_part;
    QLabel *m_summary;
    QProgressBar *m_progress;
    QPushButton *m_apply = nullptr;
    QTimer m_delay;
    QTimer m_progressTimer;
    core::Job m_job; // what is being planned
    core::Job m_shownJob; // whose progress is shown
    QFutureWatcher<std::shared_ptr<core::BulkPlan>> m_watcher;
    bool m_wanted = false;
    bool m_isStale = false; // records were edited since the plan was made
};

/// `1 record`, `2,000 records`.
QString recordsText(qint64 count);

} // namespace slotscope::ui
