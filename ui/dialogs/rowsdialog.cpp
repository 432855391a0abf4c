// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/rowsdialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTableView>
#include <QTreeWidget>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::ImportOptions;
using core::ImportTarget;
using Target = ImportTarget::Kind;

namespace {

constexpr int GuessSeparator = 0;
constexpr int MappingLines = 7; // that are seen without scrolling
constexpr qsizetype SampleLength = 60;

} // namespace

RowsDialog::RowsDialog(RecordModel *model, Place place, QWidget *parent)
    : PlanDialog(model, tr("Paste records"), parent)
    , m_place(std::move(place))
    , m_separator(new QComboBox)
    , m_header(new QCheckBox(tr("The first &line names the columns")))
    , m_rows(new QComboBox)
    , m_empty(new QComboBox)
    , m_mapping(new QTreeWidget)
{
    setObjectName(QStringLiteral("rowsDialog"));
    m_separator->addItem(tr("found out"), GuessSeparator);
    m_separator->addItem(tr("tabs"), int('\t'));
    m_separator->addItem(tr("commas"), int(','));
    m_separator->addItem(tr("semicolons"), int(';'));
    m_rows->addItem(tr("Records by their key: update those that exist, insert the others"),
                    int(ImportOptions::Rows::ByKey));
    m_rows->addItem(tr("Cells onto the rows from the current one on"), int(ImportOptions::Rows::OntoRows));
    m_rows->addItem(tr("New records, with keys made up where none is given"),
                    int(ImportOptions::Rows::NewRecords));
    m_empty->addItem(tr("change nothing"), int(ImportOptions::Empty::Keep));
    m_empty->addItem(tr("set null"), int(ImportOptions::Empty::SetNull));
    m_empty->addItem(tr("clear texts, else set null"), int(ImportOptions::Empty::Clear));
    m_mapping->setHeaderLabels({tr("Column"), tr("First value"), tr("Goes to")});
    m_mapping->setRootIsDecorated(false);
    m_mapping->setUniformRowHeights(true);
    m_mapping->setAccessibleName(tr("Where the columns go"));
    m_mapping->setFixedHeight(MappingLines * (fontMetrics().height() + 12));
    const int unit = fontMetrics().averageCharWidth();
    m_mapping->header()->resizeSection(0, 30 * unit);
    m_mapping->header()->resizeSection(1, 40 * unit);
    auto *how = new QHBoxLayout;
    how->addWidget(m_separator);
    how->addWidget(m_header);
    how->addStretch(1);
    form()->addRow(tr("&Separated by:"), how);
    form()->addRow(tr("&Rows are:"), m_rows);
    form()->addRow(tr("&Empty cells:"), m_empty);
    form()->addRow(m_mapping);
    view()->setColumnHidden(PlanModel::Line, false);
    resize(1000, 720);

    connect(m_separator, &QComboBox::currentIndexChanged, this, &RowsDialog::read);
    connect(m_header, &QCheckBox::clicked, this, [this] {
        m_headerChosen = true;
        read();
    });
    connect(m_rows, &QComboBox::currentIndexChanged, this, &RowsDialog::planSoon);
    connect(m_empty, &QComboBox::currentIndexChanged, this, &RowsDialog::planSoon);
    connect(&m_reader, &QFutureWatcherBase::finished, this, &RowsDialog::takeRead);
}

RowsDialog::~RowsDialog()
{
    cancelReading();
}

void RowsDialog::readText(const QString &text)
{
    m_text = text.toUtf8();
    m_path.clear();
    m_from = tr("The clipboard");
    read();
}

void RowsDialog::readFile(const QString &path)
{
    setWindowTitle(tr("Import records from %1").arg(QFileInfo(path).fileName()));
    m_path = path;
    m_from = QFileInfo(path).fileName();
    read();
}

void RowsDialog::cancelReading()
{
    if (m_reading)
        m_reading->cancelled = true;
    m_reading.reset();
}

void RowsDialog::read()
{
    cancelReading();
    core::ReadOptions options {.known = core::knownNames(model()->columns())};
    if (const int separator = m_separator->currentData().toInt(); separator != GuessSeparator)
        options.separator = char(separator);
    if (m_headerChosen)
        options.hasHeader = m_header->isChecked();
    m_source.reset();
    m_problem = tr("Reading …");
    m_reading = std::make_shared<core::JobState>();
    planSoon();
    showProgressOf(m_reading);
    m_reader.setFuture(QtConcurrent::run([text = m_text, path = m_path, options, job = m_reading] {
        return std::make_shared<Read>(path.isEmpty() ? core::readRows(text, options, job)
                                                     : core::readRowFile(path, options, job));
    }));
}

void RowsDialog::takeRead()
{
    if (!m_reading || m_reading->cancelled)
        return;
    m_reading.reset();
    showProgressOf({});
    Read read = std::move(*m_reader.result());
    m_mapping->clear();
    if (!read) {
        m_problem = tr("%1 cannot be read as records: %2.").arg(m_from, read.error());
        planSoon();
        return;
    }
    m_source = std::make_shared<const core::RowSource>(*std::move(read));
    m_header->setChecked(m_source->hasHeader);
    const bool isText = m_source->format == core::RowSource::Format::Delimited;
    m_separator->setEnabled(isText);
    m_header->setEnabled(isText);
    m_empty->setEnabled(isText);
    fillMapping();
    chooseRows();
    planSoon();
}

void RowsDialog::fillMapping()
{
    const auto &columns = model()->columns();
    // What is pasted over the screen starts where the user is, unless it is as wide as all of it.
    std::vector<core::Column> shown = m_place.shown;
    if (m_place.first < shown.size() && size_t(m_source->columns.size()) <= shown.size() - m_place.first)
        shown.erase(shown.begin(), shown.begin() + std::ptrdiff_t(m_place.first));
    const auto guessed = core::guessTargets(*m_source, model()->codec(), columns, shown);

    m_targets = {{}};
    QStringList titles {tr("nowhere")};
    const auto offer = [&](const ImportTarget &target, const QString &title) {
        if (std::find(m_targets.cbegin(), m_targets.cend(), target) == m_targets.cend()) {
            m_targets.push_back(target);
            titles.append(title);
        }
    };
    const auto keyTitles = model()->codec().type().key.componentTitles();
    for (size_t i = 0; i < keyTitles.size(); ++i)
        offer({Target::KeyPart, int(i), {}}, tr("key: %1").arg(keyTitles[i]));
    for (const core::Column &column : columns) {
        if (column.group == core::Column::Group::Field && !column.path.isEmpty())
            offer({Target::Field, 0, column.path}, column.title);
    }
    offer({Target::Key, 0, {}}, tr("key, in the notation"));
    offer({Target::KeyHex, 0, {}}, tr("etcd key, in hex"));
    offer({Target::Value, 0, {}}, tr("the whole value"));
    offer({Target::ValueHex, 0, {}}, tr("the whole value, its bytes in hex"));
    for (const ImportTarget &target : guessed) {
        if (target.kind == Target::Field)
            offer(target, tr("%1 (new field)").arg(target.path.toString()));
    }
    for (qsizetype i = 0; i < m_source->columns.size(); ++i) {
        const QString &name = m_source->columns[i];
        QString sample;
        for (const core::SourceRow &row : m_source->rows) {
            if (row.cells.size() > size_t(i) && !row.cells[size_t(i)].text.isEmpty()) {
                sample = QString::fromUtf8(row.cells[size_t(i)].text.first(
                    std::min<qsizetype>(row.cells[size_t(i)].text.size(), 4 * SampleLength)));
                break;
            }
        }
        auto *item = new QTreeWidgetItem(
            m_mapping,
            {name.isEmpty() ? tr("column %1").arg(i + 1) : name, sample.left(SampleLength).simplified()});
        auto *box = new QComboBox;
        box->addItems(titles);
        box->setAccessibleName(tr("Where %1 goes").arg(item->text(0)));
        const auto it = std::find(m_targets.cbegin(), m_targets.cend(), guessed[size_t(i)]);
        box->setCurrentIndex(int(it - m_targets.cbegin()));
        m_mapping->setItemWidget(item, 2, box);
        connect(box, &QComboBox::currentIndexChanged, this, &RowsDialog::planSoon);
    }
}

QComboBox *RowsDialog::targetBox(int column) const
{
    const QTreeWidgetItem *item = m_mapping->topLevelItem(column);
    return item ? qobject_cast<QComboBox *>(m_mapping->itemWidget(m_mapping->topLevelItem(column), 2))
                : nullptr;
}

void RowsDialog::chooseRows()
{
    const core::ImportTable table {model()->codec(), model()->columns(), {}, m_place.onto};
    core::ImportOptions wanted = options();
    const bool positional = m_source->format == core::RowSource::Format::Delimited && !m_source->hasHeader;
    std::vector<ImportOptions::Rows> order {ImportOptions::Rows::ByKey, ImportOptions::Rows::NewRecords};
    if (positional && m_place.onto.size() > 0)
        order.insert(order.begin() + 1, ImportOptions::Rows::OntoRows);
    for (const ImportOptions::Rows rows : order) {
        wanted.rows = rows;
        if (core::importProblem(wanted, table).isEmpty()) {
            m_rows->setCurrentIndex(m_rows->findData(int(rows)));
            return;
        }
    }
}

core::ImportOptions RowsDialog::options() const
{
    core::ImportOptions options {.rows = ImportOptions::Rows(m_rows->currentData().toInt()),
                                 .empty = ImportOptions::Empty(m_empty->currentData().toInt())};
    for (int i = 0; i < m_mapping->topLevelItemCount(); ++i)
        options.targets.push_back(m_targets[size_t(std::max(0, targetBox(i)->currentIndex()))]);
    return options;
}

core::Expected<PlanDialog::Work, QString> RowsDialog::makeWork()
{
    if (!m_source) {
        if (m_reading)
            showProgressOf(m_reading);
        return core::Unexpected {m_problem};
    }
    core::ImportTable table {
        model()->codec(), model()->columns(), {*model()->table(), *model()->edits()}, m_place.onto};
    core::ImportOptions wanted = options();
    if (const QString problem = core::importProblem(wanted, table); !problem.isEmpty())
        return core::Unexpected {tr("Say where the columns go: %1.").arg(problem)};
    return Work([source = m_source, wanted, table](const core::Job &job) {
        return core::planImport(*source, wanted, table, job);
    });
}

QString RowsDialog::summaryOf(const core::BulkPlan &plan) const
{
    using Kind = core::PlannedChange::Kind;
    const QLocale locale;
    const auto number = [&](Kind kind) { return locale.toString(plan.count(kind)); };
    QString text = tr("%1 rows: %2 new, %3 updates, %4 unchanged.")
                       .arg(locale.toString(plan.looked), number(Kind::Insert), number(Kind::Update),
                            number(Kind::Unchanged));
    if (plan.count(Kind::Wrong) > 0)
        text += QLatin1Char(' ') + tr("%1 cannot be taken; they are left out.").arg(number(Kind::Wrong));
    if (plan.count(Kind::Insert) + plan.count(Kind::Update) > qint64(core::MostStaged))
        text += QLatin1Char(' ')
            + tr("At most %1 can be staged at once: stage and commit the first, then import again; what is "
                 "there by then is unchanged.")
                  .arg(locale.toString(qulonglong(core::MostStaged)));
    return text;
}

QString RowsDialog::stepName(const QString &records) const
{
    return (m_path.isEmpty() ? tr("Paste %1 into %2") : tr("Import %1 into %2")).arg(records, tableTitle());
}

QString RowsDialog::actionName(const QString &records) const
{
    return tr("&Stage %1").arg(records);
}

void RowsDialog::done(int result)
{
    cancelReading();
    PlanDialog::done(result);
}

} // namespace slotscope::ui
