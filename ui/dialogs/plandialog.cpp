// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/plandialog.h"

#include "ui/panels/panelparts.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>
#include <QtConcurrentRun>

namespace slotscope::ui {

namespace {

constexpr int Delay = 150; // after the last key
constexpr int ProgressInterval = 100;

} // namespace

QString recordsText(qint64 count)
{
    return count == 1 ? PlanDialog::tr("1 record")
                      : PlanDialog::tr("%1 records").arg(QLocale().toString(count));
}

PlanDialog::PlanDialog(RecordModel *model, const QString &title, QWidget *parent)
    : QDialog(parent)
    , m_model(model)
    , m_form(new QFormLayout)
    , m_preview(new PlanModel(this))
    , m_view(new QTableView)
    , m_show(new QComboBox)
    , m_part(new QPushButton)
    , m_summary(new QLabel)
    , m_progress(new QProgressBar)
{
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    m_form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_view->setModel(m_preview);
    m_view->setAccessibleName(tr("What becomes of the records"));
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setAlternatingRowColors(true);
    m_view->setWordWrap(false);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setColumnHidden(PlanModel::Line, true);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setStretchLastSection(true);
    const int unit = fontMetrics().averageCharWidth();
    m_view->setColumnWidth(PlanModel::Line, 8 * unit);
    m_view->setColumnWidth(PlanModel::Record, 36 * unit);
    m_view->setColumnWidth(PlanModel::What, 18 * unit);
    m_view->setColumnWidth(PlanModel::Before, 34 * unit);
    m_view->installEventFilter(this);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress->setMaximumWidth(24 * unit);
    m_progress->setTextVisible(false);
    m_progress->hide();
    m_show->addItem(tr("Show all"), int(PlanModel::Show::All));
    m_show->addItem(tr("Show what changes"), int(PlanModel::Show::Changes));
    m_show->addItem(tr("Show what cannot be done"), int(PlanModel::Show::Problems));
    m_show->setAccessibleName(tr("Which records are listed"));
    auto *all = new QPushButton(tr("Check &all"));
    auto *none = new QPushButton(tr("Check &none"));
    m_part->setText(tr("Check the &first %1").arg(QLocale().toString(qulonglong(core::MostStaged))));
    m_part->hide();

    auto *tools = new QHBoxLayout;
    tools->addWidget(m_show);
    tools->addWidget(all);
    tools->addWidget(none);
    tools->addWidget(m_part);
    tools->addStretch(1);
    tools->addWidget(m_progress);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_apply = buttons->button(QDialogButtonBox::Ok);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(m_form);
    layout->addLayout(tools);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_summary);
    layout->addWidget(buttons);
    for (QPushButton *button : {all, none, m_part, buttons->button(QDialogButtonBox::Cancel)})
        button->setAutoDefault(false);
    resize(900, 560);

    connect(buttons, &QDialogButtonBox::accepted, this, &PlanDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &PlanDialog::reject);
    connect(all, &QPushButton::clicked, m_preview, [this] { m_preview->setAllChecked(true); });
    connect(none, &QPushButton::clicked, m_preview, [this] { m_preview->setAllChecked(false); });
    connect(m_part, &QPushButton::clicked, m_preview, [this] { m_preview->checkFirst(core::MostStaged); });
    connect(m_show, &QComboBox::currentIndexChanged, m_preview,
            [this] { m_preview->show(PlanModel::Show(m_show->currentData().toInt())); });
    connect(m_preview, &PlanModel::checkedChanged, this, &PlanDialog::updateButtons);
    m_delay.setSingleShot(true);
    m_delay.setInterval(Delay);
    connect(&m_delay, &QTimer::timeout, this, &PlanDialog::plan);
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &PlanDialog::takePlan);
    m_progressTimer.setInterval(ProgressInterval);
    connect(&m_progressTimer, &QTimer::timeout, this, [this] {
        ui::showProgress(m_progress, m_shownJob->done, m_shownJob->total);
        m_progress->show();
    });
    // Where records got another type, their columns are not those that were chosen.
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] { planSoon(); });
    m_apply->setEnabled(false);
}

PlanDialog::~PlanDialog()
{
    cancelJob();
}

QString PlanDialog::fieldName(const QString &field) const
{
    return m_table.isEmpty() ? field : QStringLiteral("%1.%2").arg(m_table, field);
}

void PlanDialog::planSoon()
{
    m_wanted = true;
    m_delay.start();
    updateButtons();
}

void PlanDialog::cancelJob()
{
    if (m_job)
        m_job->cancelled = true;
    m_job.reset();
}

void PlanDialog::plan()
{
    m_delay.stop();
    m_wanted = false;
    cancelJob();
    auto work = makeWork();
    showProgressOf({});
    if (!work) {
        m_preview->clear();
        m_summary->setText(work.error());
        updateButtons();
        Q_EMIT planned();
        return;
    }
    m_job = std::make_shared<core::JobState>();
    showProgressOf(m_job);
    m_watcher.setFuture(QtConcurrent::run(
        [run = *std::move(work), job = m_job] { return std::make_shared<core::BulkPlan>(run(job)); }));
    updateButtons();
}

void PlanDialog::takePlan()
{
    if (!m_job || m_job->cancelled)
        return;
    m_job.reset();
    showProgressOf({});
    m_preview->setPlan(std::move(*m_watcher.result()), m_model->codec());
    QString text = summaryOf(m_preview->plan());
    if (m_preview->plan().beyond > 0)
        text += QLatin1Char(' ')
            + tr("%1 more are left out, since there are too many.")
                  .arg(QLocale().toString(m_preview->plan().beyond));
    if (std::exchange(m_isStale, false))
        text += QLatin1Char(' ') + tr("Some were edited meanwhile: this is what it would do now.");
    m_summary->setText(text);
    updateButtons();
    if (!m_wanted)
        Q_EMIT planned();
}

void PlanDialog::showProgressOf(const core::Job &job)
{
    m_shownJob = job;
    if (job) {
        m_progressTimer.start();
    } else {
        m_progressTimer.stop();
        m_progress->hide();
    }
}

void PlanDialog::updateButtons()
{
    const qsizetype count = m_preview->checkedCount();
    const bool tooMany = count > qsizetype(core::MostStaged);
    m_apply->setEnabled(!isPlanning() && count > 0 && !tooMany);
    m_apply->setText(actionName(recordsText(count)));
    m_apply->setToolTip(
        tooMany
            ? tr("At most %1 can be staged at once.").arg(QLocale().toString(qulonglong(core::MostStaged)))
            : QString());
    m_part->setVisible(tooMany || !m_part->isHidden());
}

void PlanDialog::accept()
{
    if (isPlanning()) // Enter before the preview shows what would be done
        return;
    const auto changes = m_preview->checked();
    if (changes.empty() || changes.size() > core::MostStaged)
        return;
    core::EditSession *edits = m_model->edits();
    if (core::isOutdated(*edits, changes)) {
        m_isStale = true;
        planSoon();
        return;
    }
    const auto count = qsizetype(changes.size());
    if (!core::stagePlanned(edits, *m_model->table(), changes, stepName(recordsText(count)))) {
        m_summary->setText(tr("Nothing was staged: a commit is on its way."));
        return;
    }
    Q_EMIT staged(count);
    QDialog::accept();
}

void PlanDialog::done(int result)
{
    m_delay.stop();
    m_wanted = false;
    cancelJob();
    QDialog::done(result);
}

bool PlanDialog::eventFilter(QObject *object, QEvent *event)
{
    // Space is for all rows that are selected, not for the current one alone.
    if (object == m_view && event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Space) {
        const QModelIndexList rows = m_view->selectionModel()->selectedRows(PlanModel::Record);
        const bool allChecked = std::all_of(rows.cbegin(), rows.cend(), [](const QModelIndex &index) {
            const QVariant state = index.data(Qt::CheckStateRole);
            return !state.isValid() || state.toInt() == Qt::Checked;
        });
        m_preview->setChecked(rows, !allChecked);
        return true;
    }
    return QDialog::eventFilter(object, event);
}

} // namespace slotscope::ui
