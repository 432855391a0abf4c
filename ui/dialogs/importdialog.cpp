// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/importdialog.h"

#include "core/pmap/schemafile.h"
#include "ui/models/slottypetext.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDirIterator>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::SchemaProperty;

namespace {

enum ConflictChoice { Keep, Take };

QTreeWidget *makeList(const QStringList &headers, const QString &name)
{
    auto *list = new QTreeWidget;
    list->setHeaderLabels(headers);
    list->setRootIsDecorated(false);
    list->setAlternatingRowColors(true);
    list->setAccessibleName(name);
    return list;
}

bool holdsFlatBuffers(const QString &path)
{
    if (!QFileInfo(path).isDir())
        return false;
    return QDirIterator(path, {QStringLiteral("*.fbs"), QStringLiteral("*.bfbs")}, QDir::Files,
                        QDirIterator::Subdirectories)
        .hasNext();
}

core::Result<core::SchemaImport> importSchemaFile(const QString &path)
{
    const auto schema = core::loadSchema(path);
    if (!schema)
        return core::Unexpected {schema.error()};
    core::SchemaImport import;
    import.schema = core::asImported(*schema, QFileInfo(path).fileName());
    import.files = 1;
    return import;
}

} // namespace

ImportDialog::ImportDialog(core::SlotDirectory *directory, Prompts *prompts, QWidget *parent)
    : QDialog(parent)
    , m_directory(directory)
    , m_prompts(prompts)
    , m_path(new QLineEdit)
    , m_file(new QPushButton(tr("&File …")))
    , m_folder(new QPushButton(tr("Fol&der …")))
    , m_read(new QPushButton(tr("&Read")))
    , m_progress(new QProgressBar)
    , m_tabs(new QTabWidget)
    , m_tables(makeList({tr("Table"), tr("Types"), tr("Slot"), tr("Declared in")}, tr("Tables")))
    , m_problems(makeList({tr("Where"), tr("What could not be followed")}, tr("Problems")))
    , m_conflicts(makeList({tr("Table"), tr("Property"), tr("Now"), tr("In the import"), tr("Choice")},
                           tr("Conflicts")))
    , m_useFolder(new QCheckBox)
    , m_summary(new QLabel)
{
    setObjectName(QStringLiteral("importDialog"));
    setWindowTitle(tr("Import declarations of tables"));
    m_path->setPlaceholderText(tr("Python file, folder or wheel; zlmdb's YAML; a schema file"));
    m_path->setAccessibleName(tr("What to import"));
    m_path->setClearButtonEnabled(true);
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->hide();
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_summary->setText(tr("The source is read with Python's own parser, and never run."));
    m_useFolder->setText(tr("Look for FlatBuffers schemas in this folder as well"));
    m_useFolder->hide();
    const int unit = fontMetrics().averageCharWidth();
    m_tables->header()->resizeSection(0, 28 * unit);
    m_tables->header()->resizeSection(1, 34 * unit);
    m_tables->header()->resizeSection(2, 22 * unit);
    m_problems->header()->resizeSection(0, 40 * unit);
    m_conflicts->header()->resizeSection(0, 18 * unit);
    m_tabs->addTab(m_tables, tr("Tables"));
    m_tabs->addTab(m_problems, tr("Problems"));
    m_tabs->addTab(m_conflicts, tr("Conflicts"));

    auto *top = new QHBoxLayout;
    top->addWidget(m_path, 1);
    top->addWidget(m_file);
    top->addWidget(m_folder);
    top->addWidget(m_read);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Apply | QDialogButtonBox::Cancel);
    m_apply = buttons->button(QDialogButtonBox::Apply);
    m_apply->setText(tr("&Import"));
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_progress);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_useFolder);
    layout->addWidget(m_summary);
    layout->addWidget(buttons);
    // Enter belongs to the path, and must not find a button.
    for (QPushButton *button : {m_file, m_folder, m_read, m_apply, buttons->button(QDialogButtonBox::Cancel)})
        button->setAutoDefault(false);
    resize(860, 520);

    connect(m_path, &QLineEdit::returnPressed, this, [this] { read(m_path->text().trimmed()); });
    connect(m_read, &QPushButton::clicked, this, [this] { read(m_path->text().trimmed()); });
    connect(m_file, &QPushButton::clicked, this, [this] { choose(FileQuestion::Mode::Open); });
    connect(m_folder, &QPushButton::clicked, this, [this] { choose(FileQuestion::Mode::Folder); });
    connect(m_apply, &QPushButton::clicked, this, &ImportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ImportDialog::reject);
    connect(&m_files, &QFutureWatcherBase::finished, this, [this] {
        const SchemaRead outcome = m_files.result();
        m_useFolder->setVisible(outcome.holdsFlatBuffers);
        m_useFolder->setChecked(outcome.holdsFlatBuffers);
        if (m_reading && m_source.endsWith(QLatin1String(".json")))
            take(outcome.import);
    });
    connect(directory, &core::SlotDirectory::loaded, this, &ImportDialog::fillTables);
    setReading(false);
}

ImportDialog::~ImportDialog()
{
    m_call.cancel();
}

void ImportDialog::choose(FileQuestion::Mode mode)
{
    FileQuestion question {.mode = mode, .title = windowTitle(), .suggestedPath = m_path->text()};
    if (mode == FileQuestion::Mode::Open)
        question.nameFilters = {tr("Declarations (*.py *.whl *.yaml *.yml *.json)"), tr("All files (*)")};
    m_prompts->chooseFile(this, question, [this](const QString &path) { read(path); });
}

void ImportDialog::read(const QString &path)
{
    if (m_reading || path.isEmpty())
        return;
    m_path->setText(path);
    m_source = path;
    m_hasImport = false;
    for (QTreeWidget *list : {m_tables, m_problems, m_conflicts})
        list->clear();
    m_useFolder->hide();
    m_useFolder->setChecked(false);
    setReading(true);
    m_summary->setText(tr("Reading %1 …").arg(path));
    const bool isSchemaFile = path.endsWith(QLatin1String(".json"));
    m_files.setFuture(QtConcurrent::run([path, isSchemaFile] {
        SchemaRead outcome;
        if (isSchemaFile)
            outcome.import = importSchemaFile(path);
        outcome.holdsFlatBuffers = holdsFlatBuffers(path);
        return outcome;
    }));
    if (isSchemaFile)
        return;
    m_call = core::importSchema({path});
    m_call.then(this, [this, path](const core::Result<core::SchemaImport> &result) {
        if (m_reading && path == m_source)
            take(result);
    });
}

void ImportDialog::take(const core::Result<core::SchemaImport> &result)
{
    setReading(false);
    if (!result) {
        m_summary->setText(result.error().kind == core::ErrorKind::Cancelled
                               ? tr("Reading was cancelled.")
                               : tr("Nothing could be read: %1").arg(result.error().detail));
        return;
    }
    m_import = *result;
    m_hasImport = true;
    for (const core::ImportProblem &problem : m_import.problems) {
        auto *item = new QTreeWidgetItem(m_problems, {problem.at.toString(), problem.text});
        item->setToolTip(1, problem.text);
    }
    fillTables();
    fillConflicts();
    m_tabs->setTabText(1, tr("Problems (%1)").arg(m_import.problems.size()));
    m_tabs->setTabText(2, tr("Conflicts (%1)").arg(m_shownConflicts.size()));
    if (m_import.schema.tables.empty() && !m_import.problems.empty())
        m_tabs->setCurrentWidget(m_problems);
    setReading(false);
}

void ImportDialog::fillTables()
{
    if (!m_hasImport)
        return;
    m_tables->clear();
    std::map<core::TableId, core::Slot> slotsById;
    for (const core::Slot slot : m_directory->slotNumbers()) {
        if (slot != core::CatalogueSlot)
            slotsById.emplace(m_directory->find(slot)->id(), slot);
    }
    int matched = 0;
    for (const auto &[id, table] : m_import.schema.tables) {
        const auto slot = slotsById.find(id);
        const bool isHere = slot != slotsById.end();
        matched += isHere;
        QString name = table.text(SchemaProperty::ClassName);
        if (name.isEmpty())
            name = table.text(SchemaProperty::Name);
        QString types = QStringLiteral("%1 → %2").arg(table.text(SchemaProperty::KeyType),
                                                      table.text(SchemaProperty::ValueType));
        const QString compression = table.text(SchemaProperty::Compression);
        if (!compression.isEmpty() && compression != core::compressionName(core::Compression::None))
            types += QStringLiteral(", ") + compression;
        const core::PropertyEntry *declared = table.find(SchemaProperty::ValueType);
        auto *item = new QTreeWidgetItem(
            m_tables,
            {name.isEmpty() ? id.toString() : name, types,
             isHere ? tr("%1 (%2)").arg(slot->second.value).arg(m_directory->find(slot->second)->title())
                    : tr("not in this etcd"),
             declared ? declared->from.toString() : QString()});
        item->setToolTip(0, table.text(SchemaProperty::Description));
        if (!isHere)
            item->setForeground(2, palette().brush(QPalette::PlaceholderText));
    }
    m_tabs->setTabText(0, tr("Tables (%1)").arg(m_import.schema.tables.size()));
    m_summary->setText(tr("%1 tables in %2 files; %3 of them are in this etcd. %4 could not be followed.")
                           .arg(m_import.schema.tables.size())
                           .arg(m_import.files)
                           .arg(matched)
                           .arg(m_import.problems.size()));
}

void ImportDialog::fillConflicts()
{
    m_conflicts->clear();
    m_shownConflicts = core::mergeImport(m_directory->schema(), m_import.schema).conflicts;
    for (const core::SchemaConflict &conflict : m_shownConflicts) {
        const QString after = conflict.afterFrom.toString();
        auto *item = new QTreeWidgetItem(
            m_conflicts,
            {conflict.tableName, conflict.label,
             tr("%1 (%2)").arg(conflict.before, provenanceText(conflict.beforeFrom)),
             after.isEmpty() ? conflict.after : tr("%1 (%2)").arg(conflict.after, after)});
        auto *choice = new QComboBox;
        choice->addItems({tr("Keep what is there"), tr("Take the import")});
        choice->setAccessibleName(tr("%1, %2").arg(conflict.tableName, conflict.label));
        m_conflicts->setItemWidget(item, 4, choice);
    }
    if (!m_shownConflicts.empty())
        m_tabs->setCurrentWidget(m_conflicts);
}

void ImportDialog::setReading(bool reading)
{
    m_reading = reading;
    m_progress->setVisible(reading);
    for (QWidget *widget : std::initializer_list<QWidget *> {m_path, m_file, m_folder, m_read})
        widget->setEnabled(!reading);
    m_apply->setEnabled(!reading && m_hasImport && !m_import.schema.tables.empty());
}

void ImportDialog::accept()
{
    if (!m_apply->isEnabled())
        return;
    // Against the schema of now; what was decided on is found again.
    core::SchemaMerge merge = core::mergeImport(m_directory->schema(), m_import.schema);
    const auto isTaken = [this](const core::SchemaConflict &conflict) {
        for (size_t i = 0; i < m_shownConflicts.size(); ++i) {
            const core::SchemaConflict &shown = m_shownConflicts[i];
            if (shown.table != conflict.table || shown.what != conflict.what
                || shown.property != conflict.property || shown.label != conflict.label
                || shown.before != conflict.before)
                continue;
            const auto *choice =
                qobject_cast<QComboBox *>(m_conflicts->itemWidget(m_conflicts->topLevelItem(int(i)), 4));
            return choice && choice->currentIndex() == Take;
        }
        return false;
    };
    int kept = 0;
    for (const core::SchemaConflict &conflict : merge.conflicts) {
        if (isTaken(conflict))
            core::takeImported(&merge.schema, m_import.schema, conflict);
        else
            ++kept;
    }
    if (m_useFolder->isChecked()) {
        const QString folder = m_directory->pathForSchema(QFileInfo(m_source).absoluteFilePath());
        if (!merge.schema.flatBuffersFolders.contains(folder))
            merge.schema.flatBuffersFolders += folder;
    }
    m_directory->editSchema(std::move(merge.schema));
    QDialog::accept();
    Q_EMIT imported(tr("%1 tables imported, %2 properties changed, %3 conflicts kept as they were.")
                        .arg(merge.added)
                        .arg(merge.changed)
                        .arg(kept));
}

void ImportDialog::reject()
{
    if (m_reading) {
        cancel();
        return;
    }
    QDialog::reject();
}

void ImportDialog::cancel()
{
    m_call.cancel();
    setReading(false);
    m_summary->setText(tr("Reading was cancelled."));
}

} // namespace slotscope::ui
