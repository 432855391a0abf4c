// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/slotdialog.h"

#include "ui/errortext.h"
#include "ui/models/slottypetext.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::SchemaProperty;

namespace {

/// What a slot's type consists of, in the order in which people decide on it.
constexpr std::array<SchemaProperty, 7> Properties {
    SchemaProperty::KeyType,        SchemaProperty::KeyByteOrder,   SchemaProperty::ValueType,
    SchemaProperty::Compression,    SchemaProperty::ValueByteOrder, SchemaProperty::FlatBuffersSchema,
    SchemaProperty::FlatBuffersRoot};

bool isChosenFreely(SchemaProperty property)
{
    return property == SchemaProperty::KeyType || property == SchemaProperty::FlatBuffersSchema;
}

bool hasTimestamp(const core::KeyType &key)
{
    const auto &components = key.components();
    return std::find(components.begin(), components.end(), core::KeyComponent::Timestamp) != components.end();
}

/// Whether the property says anything with such a type.
bool matters(SchemaProperty property, const core::SlotType &type)
{
    switch (property) {
    case SchemaProperty::KeyByteOrder:
        return hasTimestamp(type.key);
    case SchemaProperty::ValueByteOrder:
        return type.value == core::ValueType::Timestamp || type.value == core::ValueType::Bytes20Timestamp;
    case SchemaProperty::FlatBuffersSchema:
    case SchemaProperty::FlatBuffersRoot:
        return type.value == core::ValueType::FlatBuffers;
    default:
        return true;
    }
}

} // namespace

SlotDialog::SlotDialog(core::Connection *connection, Prompts *prompts, core::Slot slot, QWidget *parent)
    : QDialog(parent)
    , m_connection(connection)
    , m_prompts(prompts)
    , m_slot(slot)
    , m_sampler(connection->client())
    , m_preview(new SlotPreview(this))
    , m_title(new QLabel)
    , m_about(new QLabel)
    , m_summary(new QLabel)
    , m_problem(new QLabel)
    , m_indexes(new QLabel)
    , m_pinAll(new QPushButton(tr("&Pin all as shown")))
    , m_reset(new QPushButton(tr("&Reset")))
    , m_browse(new QPushButton(tr("&Choose …")))
{
    setObjectName(QStringLiteral("slotDialog"));
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    for (QLabel *label : {m_title, m_about, m_summary, m_problem, m_indexes}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_about->setForegroundRole(QPalette::PlaceholderText);
    m_indexes->setAccessibleName(tr("Indexes"));
    m_pinAll->setToolTip(tr("What is shown here stays, whatever records or sources say later"));
    m_reset->setToolTip(tr("Takes all pins away: imported and inferred types count again"));

    auto *grid = new QGridLayout;
    buildLines(grid);
    auto *folders = new QPushButton(tr("FlatBuffers &folders …"));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    auto *lower = new QHBoxLayout;
    lower->addWidget(m_pinAll);
    lower->addWidget(m_reset);
    lower->addWidget(folders);
    lower->addStretch(1);
    lower->addWidget(buttons);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_title);
    layout->addWidget(m_about);
    layout->addLayout(grid);
    layout->addWidget(m_problem);
    layout->addWidget(buildLists(), 1);
    layout->addWidget(m_summary);
    layout->addLayout(lower);
    for (QPushButton *button : {m_pinAll, m_reset, m_browse, folders})
        button->setAutoDefault(false);

    connect(buttons, &QDialogButtonBox::accepted, this, &SlotDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &SlotDialog::reject);
    connect(m_pinAll, &QPushButton::clicked, this, &SlotDialog::pinAll);
    connect(m_reset, &QPushButton::clicked, this, &SlotDialog::reset);
    connect(folders, &QPushButton::clicked, this, &SlotDialog::foldersRequested);
    connect(m_browse, &QPushButton::clicked, this, &SlotDialog::chooseSchemaFile);
    connect(m_preview, &SlotPreview::ready, this, &SlotDialog::takePreview);

    core::SlotDirectory *directory = connection->directory();
    connect(directory, &core::SlotDirectory::slotChanged, this, [this](core::Slot changed) {
        if (changed == m_slot)
            refresh();
    });
    connect(directory, &core::SlotDirectory::slotRemoved, this, [this](core::Slot removed) {
        if (removed == m_slot)
            reject();
    });
    connect(directory, &core::SlotDirectory::loaded, this, &SlotDialog::refresh);
    connect(connection->relations(), &core::Relations::changed, this, &SlotDialog::fillIndexes);
    connect(&m_sampler, &core::SlotSampler::sampled, this,
            [this](core::Slot, const std::vector<core::Sample> &samples) { m_preview->setSamples(samples); });
    connect(&m_sampler, &core::SlotSampler::failed, this, [this](core::Slot, const core::Error &error) {
        m_summary->setText(
            tr("The records could not be read. %1").arg(describe(error, QString()).sentence()));
    });
    fillChoices();
    sample();
    refresh();
    fillIndexes();
    resize(920, 720);
    line(SchemaProperty::ValueType).field->setFocus();
}

SlotDialog::~SlotDialog() = default;

void SlotDialog::makeCurrent(QComboBox *field, const QString &text)
{
    int index = field->findData(text);
    if (index < 0)
        index = field->findText(text);
    if (index < 0 && !text.isEmpty()) {
        field->addItem(text, text);
        index = field->count() - 1;
    }
    field->setCurrentIndex(index);
}

void SlotDialog::buildLines(QGridLayout *grid)
{
    int row = 0;
    for (const SchemaProperty property : Properties) {
        Line line {.property = property,
                   .label = new QLabel(propertyText(property) + QLatin1Char(':')),
                   .field = new QComboBox,
                   .source = new QLabel,
                   .pin = new QCheckBox(tr("pinned"))};
        line.label->setBuddy(line.field);
        line.field->setObjectName(core::schemaPropertyName(property));
        line.field->setAccessibleName(propertyText(property));
        line.field->setEditable(isChosenFreely(property));
        line.field->setInsertPolicy(QComboBox::NoInsert);
        line.field->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        line.field->setMinimumContentsLength(34);
        line.source->setTextFormat(Qt::PlainText);
        line.source->setForegroundRole(QPalette::PlaceholderText);
        line.pin->setAccessibleName(tr("%1 pinned").arg(propertyText(property)));
        grid->addWidget(line.label, row, 0);
        grid->addWidget(line.field, row, 1);
        if (property == SchemaProperty::FlatBuffersSchema)
            grid->addWidget(m_browse, row, 2);
        grid->addWidget(line.source, row, 3);
        grid->addWidget(line.pin, row, 4);
        connect(line.field, &QComboBox::activated, this, [this, property](int index) {
            const QComboBox *field = this->line(property).field;
            const QVariant name = field->itemData(index);
            choose(property, name.isValid() ? name.toString() : field->itemText(index));
        });
        if (line.field->isEditable()) {
            connect(line.field->lineEdit(), &QLineEdit::textEdited, this,
                    [this, property](const QString &text) { choose(property, text.trimmed()); });
        }
        connect(line.pin, &QCheckBox::clicked, this, [this, property](bool on) {
            if (on)
                choose(property, core::schemaPropertyText(property, resolved().type));
            else
                unpin(property);
        });
        m_lines.push_back(line);
        ++row;
    }
    auto *indexes = new QLabel(tr("Indexes:"));
    grid->addWidget(indexes, row, 0, Qt::AlignTop);
    grid->addWidget(m_indexes, row, 1, 1, 4);
    grid->setColumnStretch(3, 1);
}

const SlotDialog::Line &SlotDialog::line(SchemaProperty property) const
{
    const auto found = std::find_if(m_lines.begin(), m_lines.end(), [property](const Line &candidate) {
        return candidate.property == property;
    });
    return found == m_lines.end() ? m_lines.front() : *found;
}

QComboBox *SlotDialog::field(SchemaProperty property) const
{
    return line(property).field;
}

QCheckBox *SlotDialog::pin(SchemaProperty property) const
{
    return line(property).pin;
}

QLabel *SlotDialog::source(SchemaProperty property) const
{
    return line(property).source;
}

// What may be chosen: first what explains the records, then everything.
void SlotDialog::fillChoices()
{
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    const core::Inference *inference = info ? info->inference.get() : nullptr;
    const auto fill = [this](SchemaProperty property, const QStringList &likely, const QStringList &all) {
        QComboBox *field = line(property).field;
        const QString text = field->currentText();
        field->clear();
        for (const QString &name : likely) {
            if (field->findText(name) < 0)
                field->addItem(name);
        }
        const int offered = field->count();
        for (const QString &name : all) {
            if (field->findText(name) < 0)
                field->addItem(name);
        }
        if (offered > 0 && offered < field->count())
            field->insertSeparator(offered);
        if (field->isEditable())
            field->setEditText(text);
    };
    QStringList keys;
    QStringList values;
    QStringList compressions;
    if (inference) {
        for (const core::KeyReading &reading : inference->keys)
            keys += reading.type.name();
        for (const core::ValueReading &reading : inference->values) {
            values += core::valueTypeName(reading.type);
            compressions += core::compressionName(reading.compression);
        }
    }
    QStringList allValues;
    for (const core::ValueType type : core::allValueTypes())
        allValues += core::valueTypeName(type);
    fill(SchemaProperty::KeyType, keys, core::libraryKeyTypeNames());
    fill(SchemaProperty::ValueType, values, allValues);
    fill(SchemaProperty::Compression, {},
         {core::compressionName(core::Compression::None), core::compressionName(core::Compression::Zlib),
          core::compressionName(core::Compression::Snappy)});
    for (const SchemaProperty property : {SchemaProperty::KeyByteOrder, SchemaProperty::ValueByteOrder})
        fill(property, {}, {QStringLiteral("big"), QStringLiteral("little")});
    QStringList files;
    for (const core::FlatBuffersType &table : m_connection->directory()->flatFolders().tables)
        files += m_connection->directory()->pathForSchema(table.schemaFile);
    files.removeDuplicates();
    fill(SchemaProperty::FlatBuffersSchema, {}, files);
}

void SlotDialog::chooseSchemaFile()
{
    m_prompts->chooseFile(this,
                          {.title = tr("FlatBuffers schema"),
                           .nameFilters = {tr("FlatBuffers schemas (*.fbs *.bfbs)"), tr("All files (*)")}},
                          [this](const QString &file) {
                              choose(SchemaProperty::FlatBuffersSchema,
                                     m_connection->directory()->pathForSchema(file));
                          });
}

void SlotDialog::choose(SchemaProperty property, const QString &text)
{
    if (text.isEmpty()
        && (property == SchemaProperty::FlatBuffersSchema || property == SchemaProperty::FlatBuffersRoot)) {
        unpin(property);
        return;
    }
    m_decisions[property] = text;
    if (property == SchemaProperty::FlatBuffersSchema
        && m_decisions.count(SchemaProperty::FlatBuffersRoot) == 0)
        m_decisions[SchemaProperty::FlatBuffersRoot] = std::nullopt; // of another schema; found anew
    refresh();
}

void SlotDialog::unpin(SchemaProperty property)
{
    m_decisions[property] = std::nullopt;
    refresh();
}

void SlotDialog::pinAll()
{
    const core::SlotType type = resolved().type;
    for (const SchemaProperty property : Properties) {
        QString text = core::schemaPropertyText(property, type);
        if (property == SchemaProperty::FlatBuffersSchema)
            text = m_connection->directory()->pathForSchema(text);
        if (matters(property, type) && !text.isEmpty() && !m_decisions[property])
            m_decisions[property] = text;
    }
    refresh();
}

void SlotDialog::reset()
{
    for (const SchemaProperty property : Properties)
        m_decisions[property] = std::nullopt;
    refresh();
}

void SlotDialog::takeReading(QTreeWidgetItem *item)
{
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    const auto nth = item->data(0, ReadingRole).toULongLong();
    if (!info || !info->inference)
        return;
    const auto order = [](core::ByteOrder byteOrder) {
        return byteOrder == core::ByteOrder::BigEndian ? QStringLiteral("big") : QStringLiteral("little");
    };
    if (item->data(0, IsKeyRole).toBool()) {
        if (nth >= info->inference->keys.size())
            return;
        const core::KeyReading &reading = info->inference->keys[nth];
        m_decisions[SchemaProperty::KeyType] = reading.type.name();
        if (hasTimestamp(reading.type))
            m_decisions[SchemaProperty::KeyByteOrder] = order(reading.type.timestampOrder());
    } else {
        if (nth >= info->inference->values.size())
            return;
        const core::ValueReading &reading = info->inference->values[nth];
        m_decisions[SchemaProperty::ValueType] = core::valueTypeName(reading.type);
        m_decisions[SchemaProperty::Compression] = core::compressionName(reading.compression);
        if (reading.type == core::ValueType::Timestamp || reading.type == core::ValueType::Bytes20Timestamp)
            m_decisions[SchemaProperty::ValueByteOrder] = order(reading.order);
        if (!reading.flatBuffers.schemaFile.isEmpty()) {
            m_decisions[SchemaProperty::FlatBuffersSchema] =
                m_connection->directory()->pathForSchema(reading.flatBuffers.schemaFile);
            m_decisions[SchemaProperty::FlatBuffersRoot] = reading.flatBuffers.root;
        }
    }
    refresh();
}

core::TableSchema SlotDialog::draft() const
{
    const core::SlotDirectory *directory = m_connection->directory();
    const core::SlotInfo *info = directory->find(m_slot);
    const core::TableSchema *known = info ? directory->schema().find(info->id()) : nullptr;
    core::TableSchema table = known ? *known : core::TableSchema();
    for (const auto &[property, text] : m_decisions) {
        if (text)
            table.pin(property, *text);
        else
            table.unpin(property);
    }
    return table;
}

core::ResolvedType SlotDialog::resolved() const
{
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    const core::TableSchema table = draft();
    return core::resolveType(info && !info->looksPlain ? info->inferred : core::SlotType(), &table);
}

core::Provenance SlotDialog::provenanceOf(SchemaProperty property, const core::ResolvedType &type) const
{
    core::Provenance from = type.from(property);
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    if (from.source == core::TypeSource::Unknown
        && (property == SchemaProperty::FlatBuffersSchema || property == SchemaProperty::FlatBuffersRoot)
        && !core::schemaPropertyText(property, type.type).isEmpty())
        from.source = core::TypeSource::Inferred; // found in the folders
    if (from.source != core::TypeSource::Inferred || !info || !info->inference)
        return from;
    const bool ofKey = property == SchemaProperty::KeyType || property == SchemaProperty::KeyByteOrder;
    if (ofKey && !info->inference->keys.empty()) {
        from.confidence = info->inference->keys.front().confidence;
        from.evidence = info->inference->keys.front().evidence;
    } else if (!ofKey && !info->inference->values.empty()) {
        from.confidence = info->inference->values.front().confidence;
        from.evidence = info->inference->values.front().evidence;
    }
    return from;
}

QString SlotDialog::className() const
{
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    const QString told = draft().text(SchemaProperty::ClassName);
    return told.isEmpty() && info ? info->title() : told;
}

void SlotDialog::refresh()
{
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    if (!info || m_refreshing)
        return;
    m_refreshing = true;
    setWindowTitle(tr("Decode %1 as …").arg(info->title()));
    m_title->setText(tr("%1 — slot %2, %3 records")
                         .arg(info->entry && !info->entry->name.isEmpty() ? info->entry->name : info->title())
                         .arg(info->slot.value)
                         .arg(locale().toString(info->records)));
    m_about->setText(info->entry ? info->entry->description.simplified() : tr("not in the catalogue"));
    m_about->setVisible(!m_about->text().isEmpty());
    if (m_shownInference != info->inference.get()) {
        m_shownInference = info->inference.get();
        fillChoices();
        fillReadings();
    }

    const core::TableSchema table = draft();
    const core::ResolvedType type = resolved();
    QStringList problems;
    bool anyPinned = false;
    for (const Line &line : m_lines) {
        const core::Provenance from = provenanceOf(line.property, type);
        const core::PropertyEntry *entry = table.find(line.property);
        const bool pinned = entry && entry->pinned;
        anyPinned |= pinned;
        // What is being typed is left alone, right or wrong.
        const QString text = pinned ? *entry->pinned : core::schemaPropertyText(line.property, type.type);
        if (line.field->isEditable() && line.field->currentText() != text)
            line.field->setEditText(text);
        else if (!line.field->isEditable())
            makeCurrent(line.field, text);
        if (pinned) {
            if (const QString problem = core::schemaPropertyProblem(line.property, text); !problem.isEmpty())
                problems += problem;
        }
        line.pin->setChecked(pinned);
        line.source->setText(provenanceText(from));
        line.source->setToolTip(from.evidence);
        const bool visible = matters(line.property, type.type);
        for (QWidget *widget :
             std::initializer_list<QWidget *> {line.label, line.field, line.source, line.pin})
            widget->setVisible(visible);
        if (line.property == SchemaProperty::FlatBuffersSchema)
            m_browse->setVisible(visible);
    }
    m_problem->setText(problems.join(QLatin1Char('\n')));
    m_problem->setVisible(!problems.isEmpty());
    m_ok->setEnabled(problems.isEmpty());
    m_reset->setEnabled(anyPinned);
    if (problems.isEmpty()) {
        const core::SlotDirectory *directory = m_connection->directory();
        const QString &file = type.type.flatBuffers.schemaFile;
        m_preview->show(type.type, file.isEmpty() ? QString() : directory->schema().absolutePath(file),
                        directory->absoluteFolders(), className());
        m_summary->setText(info->records > 0 ? tr("Looking at the records …") : tr("The slot is empty."));
    }
    m_refreshing = false;
}

void SlotDialog::sample()
{
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    if (info && info->records > 0)
        m_sampler.start(m_slot, info->records);
}

void SlotDialog::keyPressEvent(QKeyEvent *event)
{
    // Enter in a list is for its line; views let it through nevertheless, to the OK button.
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter && qobject_cast<QAbstractItemView *>(focusWidget()))
        return;
    QDialog::keyPressEvent(event);
}

void SlotDialog::accept()
{
    if (!m_decisions.empty())
        m_connection->directory()->setTableSchema(m_slot, draft());
    QDialog::accept();
}

} // namespace slotscope::ui
