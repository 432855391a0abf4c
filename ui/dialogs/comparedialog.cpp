// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/comparedialog.h"

#include "core/edit/bulkplan.h"
#include "core/edit/keyreading.h"
#include "ui/connectionprofile.h"
#include "ui/errortext.h"
#include "ui/models/changefields.h"
#include "ui/models/changesummary.h"
#include "ui/sessionsettings.h"
#include "ui/tooltip.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSplitter>
#include <QTreeView>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::DiffEnd;
using core::DiffSource;
using core::RowDifference;

namespace {

/// More than people look through, and than fits beside the tables in memory; what is beyond is counted.
constexpr size_t MostListed = 20'000;
constexpr qint64 MostListedBytes = 128LL * 1024 * 1024;

QString number(qint64 count)
{
    return QLocale().toString(count);
}

std::optional<QByteArray> valueOn(bool first, const RowDifference &difference)
{
    if (difference.kind == (first ? RowDifference::Kind::Added : RowDifference::Kind::Removed))
        return std::nullopt;
    return first ? difference.before : difference.after;
}

} // namespace

CompareDialog::CompareDialog(core::Connection *present, Prompts *prompts, Subject subject, QWidget *parent)
    : QDialog(parent)
    , m_present(present)
    , m_prompts(prompts)
    , m_subject(std::move(subject))
    , m_model(new DiffModel(this))
    , m_compare(new QPushButton(tr("&Compare")))
    , m_status(new QLabel)
    , m_filter(new QLineEdit)
    , m_filterProblem(new QLabel)
    , m_view(new QTreeView)
    , m_fields(new QTreeWidget)
    , m_checkAll(new QPushButton(tr("Check &all shown")))
    , m_checkNone(new QPushButton(tr("Check &none")))
    , m_target(new QComboBox)
    , m_stage(new QPushButton)
{
    setObjectName(QStringLiteral("compareDialog"));
    setWindowTitle(tr("Compare %1").arg(m_subject.title));
    auto *sides = new QHBoxLayout;
    buildSide(&m_sides[0], tr("&A:"), sides);
    buildSide(&m_sides[1], tr("&B:"), sides);
    m_compare->setDefault(true);
    sides->addWidget(m_compare);

    m_filter->setPlaceholderText(tr("Filter by text, or by a condition such as  status = paid"));
    m_filter->setAccessibleName(tr("Filter differences"));
    m_filter->setClearButtonEnabled(true);
    auto *filters = new QHBoxLayout;
    filters->addWidget(m_filter, 1);
    const QStringList kinds {tr("only in &B"), tr("only in A"), tr("&differs")};
    for (size_t i = 0; i < m_kinds.size(); ++i) {
        m_kinds[i] = new QCheckBox(kinds[qsizetype(i)]);
        m_kinds[i]->setChecked(true);
        filters->addWidget(m_kinds[i]);
        connect(m_kinds[i], &QCheckBox::toggled, this, &CompareDialog::takeFilter);
    }
    m_view->setModel(m_model);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setAccessibleName(tr("Records that differ"));
    const int unit = fontMetrics().averageCharWidth();
    m_view->setColumnWidth(DiffModel::Record, 44 * unit);
    m_view->setColumnWidth(DiffModel::Kind, 16 * unit);
    m_fields->setHeaderLabels({tr("Field"), tr("A → B")});
    m_fields->setColumnWidth(0, 44 * unit);
    m_fields->setRootIsDecorated(false);
    m_fields->setAccessibleName(tr("Fields of the record"));
    auto *splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_view);
    splitter->addWidget(m_fields);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    for (QLabel *label : {m_status, m_filterProblem}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_target->setAccessibleName(tr("What the present table is to become"));
    auto *close = new QPushButton(tr("Close"));
    auto *buttons = new QHBoxLayout;
    for (QWidget *part : std::initializer_list<QWidget *> {m_checkAll, m_checkNone, m_target, m_stage})
        buttons->addWidget(part);
    buttons->addStretch(1);
    buttons->addWidget(close);
    for (QPushButton *button : {m_checkAll, m_checkNone, m_stage, close})
        button->setAutoDefault(false);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(sides);
    layout->addLayout(filters);
    layout->addWidget(m_filterProblem);
    layout->addWidget(splitter, 1);
    layout->addWidget(m_status);
    layout->addLayout(buttons);
    m_filterProblem->hide();
    resize(980, 620);

    connect(m_compare, &QPushButton::clicked, this, &CompareDialog::compare);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_filter, &QLineEdit::textChanged, this, &CompareDialog::takeFilter);
    connect(m_checkAll, &QPushButton::clicked, m_model, [this] { m_model->setAllShownChecked(true); });
    connect(m_checkNone, &QPushButton::clicked, m_model, [this] { m_model->setAllShownChecked(false); });
    connect(m_stage, &QPushButton::clicked, this, &CompareDialog::stage);
    connect(m_model, &DiffModel::checkedChanged, this, &CompareDialog::updateButtons);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &CompareDialog::showFields);
    connect(m_model, &QAbstractItemModel::modelReset, this, &CompareDialog::showFields);
    connect(m_view, &QTreeView::doubleClicked, this, [this](const QModelIndex &index) {
        if (const DiffRow *row = m_model->rowAt(index.row()))
            Q_EMIT showRequested(presentKey(row->difference));
    });
    connect(&m_describing, &QFutureWatcherBase::finished, this, &CompareDialog::takeDescribed);
    connect(&m_filtering, &QFutureWatcherBase::finished, this, &CompareDialog::takeFiltered);
    connect(present, &QObject::destroyed, this, &QDialog::reject);
    updateTargets();
    updateButtons();
    tell(tr("A and B are each now, a revision, the address of another etcd (with @ and a revision for its "
            "past), or a file of records as JSON lines."));
}

CompareDialog::~CompareDialog()
{
    stop();
}

void CompareDialog::buildSide(Side *side, const QString &name, QLayout *layout)
{
    auto *label = new QLabel(name);
    side->field = new QComboBox;
    side->field->setEditable(true);
    side->field->addItem(QStringLiteral("now"));
    side->field->addItems(recentEndpoints());
    side->field->setCurrentText(QString());
    side->field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    label->setBuddy(side->field);
    auto *file = new QPushButton(tr("File …"));
    file->setAutoDefault(false);
    connect(file, &QPushButton::clicked, this, [this, field = side->field] {
        m_prompts->chooseFile(this,
                              {.title = tr("A file of records"),
                               .nameFilters = {tr("JSON lines (*.jsonl *.json)"), tr("All files (*)")}},
                              [field](const QString &path) { field->setCurrentText(path); });
    });
    for (QWidget *part : std::initializer_list<QWidget *> {label, side->field, file})
        layout->addWidget(part);
}

void CompareDialog::setSides(const QString &a, const QString &b)
{
    m_sides[0].field->setCurrentText(a);
    m_sides[1].field->setCurrentText(b);
}

QString CompareDialog::status() const
{
    return m_status->text();
}

void CompareDialog::tell(const QString &text)
{
    m_status->setText(text);
}

bool CompareDialog::isIdle() const
{
    return !m_opening && !(m_diff && m_diff->isRunning()) && m_toDescribe.empty() && !m_isDescribing
        && !m_isFiltering && m_wanted.empty();
}

void CompareDialog::stop()
{
    ++m_generation;
    m_opening = false;
    m_diff.reset(); // before the ends that it reads from
    for (Side &side : m_sides)
        side.end.reset();
    m_toDescribe.clear();
    m_reading.cancel();
    m_wanted.clear();
}

void CompareDialog::compare()
{
    stop();
    m_model->clear();
    m_listed = 0;
    m_listedBytes = 0;
    m_truncated = false;
    m_missing.clear();
    m_error.clear();
    m_openEnds = 0;
    std::array<DiffSource, 2> sources;
    for (size_t i = 0; i < sources.size(); ++i) {
        auto source = DiffSource::parse(m_sides[i].field->currentText());
        if (!source) {
            m_error = tr("%1: %2.").arg(i == 0 ? tr("A") : tr("B"), source.error());
            tell(m_error);
            m_sides[i].field->setFocus();
            updateTargets();
            return;
        }
        sources[i] = *std::move(source);
    }
    openEnds(sources);
}

void CompareDialog::openEnds(const std::array<DiffSource, 2> &sources)
{
    tell(tr("Opening A and B …"));
    m_opening = true;
    for (size_t i = 0; i < sources.size(); ++i) {
        auto end = std::make_unique<DiffEnd>(sources[i], m_present->options(), DiffEnd::Types::NotWanted);
        connect(end.get(), &DiffEnd::failed, this,
                [this, i](const core::Error &error) { fail(error, i == 0); });
        // The comparison may replace what has just said so.
        connect(
            end.get(), &DiffEnd::opened, this,
            [this, generation = m_generation] {
                if (generation == m_generation && ++m_openEnds == 2)
                    startDiff();
            },
            Qt::QueuedConnection);
        m_sides[i].end = std::move(end);
    }
    updateTargets();
    for (Side &side : m_sides)
        side.end->open();
    updateButtons();
}

void CompareDialog::startDiff()
{
    m_opening = false;
    const auto sideOf = [this](size_t i) -> std::unique_ptr<core::DiffSide> {
        const DiffEnd &end = *m_sides[i].end;
        if (!m_subject.slot)
            return end.side(m_subject.range, 0);
        const std::optional<core::Slot> slot = end.find(*m_subject.slot, m_subject.oid);
        if (!slot)
            m_missing << (i == 0 ? tr("A") : tr("B"));
        return end.side(slot);
    };
    auto before = sideOf(0);
    auto after = sideOf(1);
    m_diff = std::make_unique<core::TableDiff>(std::move(before), std::move(after));
    connect(m_diff.get(), &core::TableDiff::found, this, &CompareDialog::take);
    connect(m_diff.get(), &core::TableDiff::progressed, this, &CompareDialog::updateStatus);
    connect(m_diff.get(), &core::TableDiff::finished, this, [this] {
        updateStatus();
        updateButtons();
    });
    connect(m_diff.get(), &core::TableDiff::failed, this, &CompareDialog::fail);
    m_diff->start();
    updateStatus();
}

void CompareDialog::fail(const core::Error &error, bool first)
{
    m_opening = false;
    const DiffSource &source = m_sides[first ? 0 : 1].end->source();
    QString why;
    if (source.kind == DiffSource::Kind::File)
        why = error.detail;
    else if (error.kind == core::ErrorKind::Compacted)
        why = tr("this revision has been compacted away");
    else if (error.kind == core::ErrorKind::FutureRevision)
        why = tr("there is no such revision yet");
    else
        why = describe(error, m_sides[first ? 0 : 1].field->currentText()).sentence();
    m_error = tr("%1 cannot be compared: %2").arg(first ? tr("A") : tr("B"), why);
    updateStatus();
    updateButtons();
}

DiffReading CompareDialog::reading() const
{
    return {m_subject.codec, m_subject.slot ? core::KeyRange::slot(*m_subject.slot).begin : QByteArray()};
}

QByteArray CompareDialog::presentKey(const RowDifference &difference) const
{
    return reading().prefix + difference.key;
}

void CompareDialog::take(const std::vector<RowDifference> &differences)
{
    std::vector<RowDifference> listed;
    for (const RowDifference &difference : differences) {
        if (m_listed >= MostListed || m_listedBytes >= MostListedBytes) {
            m_truncated = true;
            break;
        }
        ++m_listed;
        m_listedBytes += difference.key.size() + difference.before.size() + difference.after.size();
        listed.push_back(difference);
    }
    if (listed.empty())
        return;
    m_toDescribe.push_back(std::move(listed));
    describeNext();
}

void CompareDialog::describeNext()
{
    if (m_isDescribing || m_toDescribe.empty())
        return;
    m_isDescribing = true;
    m_described = m_generation;
    m_describing.setFuture(QtConcurrent::run([differences = m_toDescribe.front(), reading = reading(),
                                              filter = m_filterNow, generation = m_filterGeneration] {
        auto batch = std::make_shared<Batch>();
        batch->filter = generation;
        for (const RowDifference &difference : differences) {
            batch->rows.push_back(describeDifference(reading, difference));
            batch->shown.push_back(filter.takes(reading, *batch->rows.back()));
        }
        return batch;
    }));
    m_toDescribe.pop_front();
}

void CompareDialog::takeDescribed()
{
    const std::shared_ptr<Batch> batch = m_describing.result();
    m_isDescribing = false;
    if (m_described == m_generation) {
        m_model->append(batch->rows, batch->shown);
        if (batch->filter != m_filterGeneration)
            filterAll();
        if (!m_view->currentIndex().isValid() && m_model->rowCount() > 0)
            m_view->setCurrentIndex(m_model->index(0, 0));
    }
    describeNext();
    updateStatus();
    updateButtons();
}

void CompareDialog::takeFilter()
{
    DiffFilter filter {.added = m_kinds[0]->isChecked(),
                       .removed = m_kinds[1]->isChecked(),
                       .changed = m_kinds[2]->isChecked()};
    const QString text = m_filter->text().trimmed();
    // What is no condition is text; where it looks as if it was to be one, that is said.
    auto condition = core::FieldCondition::parse(text);
    if (condition)
        filter.condition = *std::move(condition);
    else
        filter.text = text;
    m_filterProblem->setVisible(!filter.text.isEmpty());
    m_filterProblem->setText(tr("Looked for as text."));
    m_filterNow = filter;
    ++m_filterGeneration;
    filterAll();
}

void CompareDialog::filterAll()
{
    if (m_isFiltering)
        return; // takeFiltered() comes back here
    m_isFiltering = true;
    m_filtering.setFuture(QtConcurrent::run(
        [rows = m_model->all(), reading = reading(), filter = m_filterNow, generation = m_filterGeneration] {
            auto batch = std::make_shared<Batch>();
            batch->filter = generation;
            batch->rows = rows;
            for (const DiffRowPointer &row : rows)
                batch->shown.push_back(filter.takes(reading, *row));
            return batch;
        }));
}

void CompareDialog::takeFiltered()
{
    const std::shared_ptr<Batch> batch = m_filtering.result();
    m_isFiltering = false;
    if (batch->filter != m_filterGeneration || batch->rows.size() != m_model->all().size()
        || (!batch->rows.empty() && batch->rows.front() != m_model->all().front())) {
        filterAll(); // something came meanwhile
        return;
    }
    m_model->setShown(batch->shown);
    if (m_model->rowCount() > 0)
        m_view->setCurrentIndex(m_model->index(0, 0));
    updateStatus();
    updateButtons();
}

void CompareDialog::updateStatus()
{
    if (!m_diff) {
        if (!m_error.isEmpty())
            tell(m_error);
        return;
    }
    const core::TableDiff::Counts &counts = m_diff->counts();
    QStringList parts;
    if (!m_error.isEmpty())
        parts << m_error;
    else if (m_diff->isRunning())
        parts << tr("%1 records read …").arg(number(m_diff->recordsRead()));
    if (counts.differing() == 0 && !m_diff->isRunning() && m_error.isEmpty())
        parts << tr("A and B are the same: %1 records.").arg(number(counts.same));
    else
        parts << tr("%1 only in B, %2 only in A, %3 differ, %4 are the same.")
                     .arg(number(counts.added), number(counts.removed), number(counts.changed),
                          number(counts.same));
    for (const QString &side : m_missing)
        parts << tr("There is no such table in %1.").arg(side);
    if (m_truncated)
        parts << tr("Only the first %1 are listed.").arg(number(static_cast<qint64>(m_listed)));
    if (!m_filterNow.isAll())
        parts << tr("The filter shows %1.").arg(number(m_model->rowCount()));
    tell(parts.join(QLatin1Char(' ')));
}

/// What is now cannot be made as it is now.
void CompareDialog::updateTargets()
{
    m_target->clear();
    for (size_t i = 0; i < m_sides.size(); ++i) {
        if (m_sides[i].end && m_sides[i].end->source().kind != DiffSource::Kind::Now)
            m_target->addItem(tr("make the present as %1, %2")
                                  .arg(i == 0 ? tr("A") : tr("B"), m_sides[i].end->source().text()),
                              i == 0);
    }
    m_target->setVisible(m_target->count() > 0);
}

void CompareDialog::updateButtons()
{
    const size_t checked = m_model->checkedCount();
    m_stage->setText(checked == 0 ? tr("&Stage checked") : tr("&Stage %1 checked").arg(checked));
    m_stage->setEnabled(checked > 0 && m_target->count() > 0 && m_wanted.empty());
    m_checkAll->setEnabled(m_model->rowCount() > 0);
    m_checkNone->setEnabled(checked > 0);
}

void CompareDialog::showFields()
{
    m_fields->clear();
    const DiffRow *row = m_model->rowAt(m_view->currentIndex().row());
    if (!row)
        return;
    const RowDifference &difference = row->difference;
    core::Change change {.key = presentKey(difference)};
    change.kind = difference.kind == RowDifference::Kind::Added ? core::Change::Kind::Insert
        : difference.kind == RowDifference::Kind::Removed       ? core::Change::Kind::Delete
                                                                : core::Change::Kind::Update;
    change.value = difference.after;
    change.base = {.exists = difference.kind != RowDifference::Kind::Added, .value = difference.before};
    for (const FieldLine &line : fieldLines(m_subject.codec, change)) {
        auto *item = new QTreeWidgetItem(m_fields, {line.field, line.change});
        item->setToolTip(1, asTip(line.tooltip));
    }
}

void CompareDialog::stage()
{
    if (!m_present || !m_wanted.empty())
        return;
    core::EditSession *edits = m_present->edits();
    if (const QString refusal = stagingRefusal(*edits); !refusal.isEmpty()) {
        tell(refusal);
        return;
    }
    m_wanted = m_model->checked();
    if (m_wanted.size() > core::MostStaged) {
        tell(tr("%1 records are too many to stage at once; at most %2 can be.")
                 .arg(number(static_cast<qint64>(m_wanted.size())),
                      number(static_cast<qint64>(core::MostStaged))));
        m_wanted.clear();
        return;
    }
    m_wantedFirst = m_target->currentData().toBool();
    m_current.clear();
    tell(tr("Reading what is there now …"));
    updateButtons();
    readCurrent(0);
}

/// What was compared may be older than what is there now, which is what an edit is made on.
void CompareDialog::readCurrent(size_t from)
{
    if (from >= m_wanted.size()) {
        stageRead();
        return;
    }
    std::vector<QByteArray> keys;
    for (size_t i = from; i < std::min(m_wanted.size(), from + core::KeysPerRead); ++i)
        keys.push_back(presentKey(m_wanted[i]->difference));
    m_reading = m_present->client()->txn(core::readingOf(std::span<const QByteArray>(keys)));
    m_reading.then(this, [this, next = from + keys.size()](const core::Result<core::TxnReply> &reply) {
        if (m_wanted.empty())
            return; // given up
        if (!reply || reply->responses.size() != std::min(core::KeysPerRead, next - m_current.size())) {
            m_wanted.clear();
            tell(tr("Nothing was staged: %1")
                     .arg(reply ? tr("etcd did not answer what it was asked for.")
                                : describe(reply.error(), m_present->options().endpoint().toString())
                                      .sentence()));
            updateButtons();
            return;
        }
        for (const core::ResponseOp &response : reply->responses)
            m_current.push_back(core::stateIn(response));
        readCurrent(next);
    });
}

void CompareDialog::stageRead()
{
    const std::vector<DiffRowPointer> wanted = std::exchange(m_wanted, {});
    std::vector<core::EditSession::Intent> intents;
    for (size_t i = 0; i < wanted.size(); ++i) {
        const std::optional<QByteArray> value = valueOn(m_wantedFirst, wanted[i]->difference);
        const core::KeyState &current = m_current[i];
        if (value ? current.exists && current.value == *value : !current.exists)
            continue; // it is so already
        intents.push_back({presentKey(wanted[i]->difference), current, value});
    }
    const auto count = static_cast<int>(intents.size());
    QString text;
    if (count == 0) {
        text = tr("There is nothing to stage: the present is so already.");
    } else {
        const QString side = m_target->currentText().section(QStringLiteral(", "), 1);
        const QString records = count == 1 ? tr("1 record") : tr("%1 records").arg(count);
        if (m_present->edits()->stageAll(intents,
                                         tr("Make %1 of %2 as in %3").arg(records, m_subject.title, side)))
            text = tr("Staged: %1 of %2 as in %3. Nothing is written before the commit.")
                       .arg(records, m_subject.title, side);
        else
            text = stagingRefusal(*m_present->edits());
    }
    updateButtons();
    tell(text);
    if (count > 0)
        Q_EMIT staged(text);
}

} // namespace slotscope::ui
