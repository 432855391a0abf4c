// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recordcopy.h"

#include "core/table/recordjson.h"
#include "ui/models/leasetext.h"
#include "ui/models/recordmodel.h"

#include <QLocale>
#include <QtConcurrentRun>

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds ProgressInterval(100);
/// What is done sooner needs no words.
constexpr qint64 Patience = 300; // milliseconds

/// As RecordModel::copyTexts() has it.
QString etcdText(const core::Column &column, const core::StagedRow &row, const core::RowView &stored)
{
    if (column.meta != core::Column::Meta::Lease)
        return stored.key.isEmpty() ? QString() : QString::number(core::metaNumber(stored, column.meta));
    if (row.change && row.change->kind != core::Change::Kind::Delete
        && row.change->lease.kind != core::LeaseChoice::Kind::Keep)
        return leaseChoiceText(row.change->lease);
    return row.current.lease.value == 0 ? QString() : leaseIdText(row.current.lease);
}

} // namespace

struct RecordCopier::Plan
{
    core::StagedRows rows;
    core::RowChoice choice;
    core::SlotCodec codec;
    std::vector<core::Column> columns;
    std::vector<DisplayFormat> formats; // by column
    Form form = Form::Cells;
    qsizetype mostCharacters = 0;
};

RecordCopier::RecordCopier(QObject *parent)
    : QObject(parent)
{
    m_progress.setInterval(ProgressInterval);
    connect(&m_progress, &QTimer::timeout, this, [this] {
        if (m_sinceStart.elapsed() >= Patience)
            Q_EMIT progressed();
    });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &RecordCopier::take);
}

RecordCopier::~RecordCopier()
{
    if (m_job)
        m_job->cancelled = true;
}

void RecordCopier::start(const RecordModel &model, const CellBlock &block, Form form)
{
    if (m_job)
        m_job->cancelled = true;
    Plan plan {.rows = core::StagedRows(*model.table(), *model.edits()),
               .choice = model.choiceOf(block.rows),
               .codec = model.codec(),
               .form = form,
               .mostCharacters = m_mostCharacters};
    for (const int column : block.columns) {
        plan.columns.push_back(model.columns()[static_cast<size_t>(column)]);
        plan.formats.push_back(model.look(column).format);
    }
    m_job = std::make_shared<core::JobState>();
    m_job->total = static_cast<qint64>(plan.choice.size());
    m_sinceStart.start();
    m_progress.start();
    m_watcher.setFuture(QtConcurrent::run(
        [plan = std::move(plan), job = m_job] { return std::make_shared<Made>(make(plan, job.get())); }));
}

void RecordCopier::cancel()
{
    if (!m_job)
        return;
    m_job->cancelled = true;
    m_job.reset();
    m_progress.stop();
    m_watcher.setFuture({});
    Q_EMIT finished(tr("Nothing was copied."));
}

RecordCopier::Made RecordCopier::make(const Plan &plan, core::JobState *job)
{
    const bool isJson = plan.form == Form::Json;
    const QChar separator = QLatin1Char(plan.form == Form::Csv ? ',' : '\t');
    const CopyForm form = plan.form == Form::Csv ? CopyForm::Exact : CopyForm::AsShown;
    Made made;
    QString &text = made.text;
    bool isFirst = true;
    const auto beginLine = [&] {
        if (!std::exchange(isFirst, false))
            text += isJson ? QStringLiteral(",\n") : QStringLiteral("\n");
    };
    if (isJson) {
        text = QStringLiteral("[\n");
    } else if (plan.form == Form::Csv) {
        QStringList titles;
        for (const core::Column &column : plan.columns)
            titles.append(quotedCell(column.title, separator));
        beginLine();
        text += titles.join(separator);
    }
    for (size_t i = 0; i < plan.choice.size(); ++i) {
        job->done = static_cast<qint64>(i);
        if (job->cancelled)
            return {};
        const auto view = plan.rows.stored(plan.choice, i);
        if (!view && i < plan.choice.rows.size())
            continue; // gone already, and only not yet from the sight
        const core::StagedRow row = plan.rows.at(plan.choice, i);
        beginLine();
        if (isJson) {
            core::KeyValue kv = view ? view->toKeyValue() : core::KeyValue {.key = row.key};
            kv.value = row.value();
            core::JsonLine line;
            core::addRecord(&line, plan.codec, kv);
            text += QString::fromUtf8(line.line());
        } else {
            const core::DecodedRow decoded = core::decodeRow(plan.codec, row.key, row.value());
            for (size_t j = 0; j < plan.columns.size(); ++j) {
                const core::Column &column = plan.columns[j];
                if (j > 0)
                    text += separator;
                text += quotedCell(column.group == core::Column::Group::Meta
                                       ? etcdText(column, row, view.value_or(core::RowView()))
                                       : copiedText(core::cellValue(decoded, column), plan.formats[j], form),
                                   separator);
            }
        }
        if (text.size() > plan.mostCharacters)
            return {.text = {}, .isTooLarge = true};
    }
    if (isJson)
        text += QStringLiteral("\n]\n");
    return made;
}

void RecordCopier::take()
{
    // Of one that was given up nobody wants to know.
    if (!m_job || m_watcher.future().resultCount() == 0)
        return;
    const std::shared_ptr<Made> made = m_watcher.result();
    const qint64 records = total();
    m_job.reset();
    m_progress.stop();
    if (made->isTooLarge) {
        Q_EMIT finished(
            tr("Nothing was copied: the text of these %1 records would be longer than %2 characters. "
               "Select fewer records or columns.")
                .arg(QLocale().toString(records), QLocale().toString(m_mostCharacters)));
        return;
    }
    Q_EMIT textMade(made->text);
    Q_EMIT finished(tr("%1 records copied.").arg(QLocale().toString(records)));
}

} // namespace slotscope::ui
