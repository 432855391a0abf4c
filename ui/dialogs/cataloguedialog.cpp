// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/cataloguedialog.h"

#include "core/pmap/catalogueedit.h"
#include "ui/connectionprofile.h"
#include "ui/errortext.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QUuid>

namespace slotscope::ui {

namespace {

/// As the library numbers a new table.
int nextSlot(const core::SlotDirectory &directory)
{
    int highest = 0;
    for (const core::Slot slot : directory.slotNumbers()) {
        if (directory.find(slot)->kind == core::SlotKind::Table)
            highest = std::max(highest, int(slot.value));
    }
    return std::min(highest + 1, 0xffff);
}

} // namespace

CatalogueDialog::CatalogueDialog(core::Connection *connection, std::optional<core::Slot> slot,
                                 QWidget *parent)
    : QDialog(parent)
    , m_connection(connection)
    , m_isNew(!slot)
    , m_slot(new QSpinBox)
    , m_oid(new QLineEdit)
    , m_name(new QLineEdit)
    , m_description(new QPlainTextEdit)
    , m_creator(new QLineEdit)
    , m_problem(new QLabel)
    , m_note(new QLabel)
    , m_generate(new QPushButton(tr("&Generate")))
{
    setObjectName(QStringLiteral("catalogueDialog"));
    setWindowTitle(m_isNew ? tr("New catalogue entry") : tr("Catalogue entry of slot %1").arg(slot->value));
    m_slot->setRange(1, 0xffff);
    m_slot->setValue(m_isNew ? nextSlot(*connection->directory()) : int(slot->value));
    m_slot->setEnabled(m_isNew);
    m_slot->setAccessibleName(tr("Slot number"));
    m_oid->setPlaceholderText(tr("UUID, the same in every database"));
    m_oid->setMinimumWidth(40 * fontMetrics().averageCharWidth());
    m_name->setPlaceholderText(QStringLiteral("app.schema.Users"));
    m_description->setTabChangesFocus(true);
    m_description->setMaximumHeight(6 * fontMetrics().lineSpacing());
    m_generate->setAutoDefault(false);
    for (QLabel *label : {m_problem, m_note}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_note->setForegroundRole(QPalette::PlaceholderText);

    auto *oid = new QHBoxLayout;
    oid->addWidget(m_oid, 1);
    oid->addWidget(m_generate);
    auto *form = new QFormLayout;
    form->addRow(tr("&Slot:"), m_slot);
    form->addRow(tr("&Oid:"), oid);
    qobject_cast<QLabel *>(form->labelForField(oid))->setBuddy(m_oid);
    form->addRow(tr("&Name:"), m_name);
    form->addRow(tr("&Description:"), m_description);
    form->addRow(tr("&Creator:"), m_creator);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(tr("&Stage"));
    m_ok->setToolTip(tr("Nothing is written before you commit"));
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_note);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);

    connect(buttons, &QDialogButtonBox::accepted, this, &CatalogueDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &CatalogueDialog::reject);
    connect(m_generate, &QPushButton::clicked, this,
            [this] { m_oid->setText(QUuid::createUuid().toString(QUuid::WithoutBraces)); });
    for (QLineEdit *field : {m_oid, m_name, m_creator})
        connect(field, &QLineEdit::textChanged, this, &CatalogueDialog::validate);
    connect(m_slot, &QSpinBox::valueChanged, this, &CatalogueDialog::validate);
    if (m_isNew) {
        m_ready = true;
        validate();
    } else {
        read();
    }
}

void CatalogueDialog::read()
{
    const QByteArray key = core::catalogueKey(core::Slot(quint16(m_slot->value())));
    m_note->setText(tr("Reading the entry …"));
    validate();
    m_connection->client()
        ->range({.range = core::KeyRange::single(key)})
        .then(this, [this](const core::Result<core::RangeReply> &reply) {
            if (!reply) {
                m_note->setText(
                    tr("The entry could not be read. %1").arg(describe(reply.error()).sentence()));
                return;
            }
            take(reply->kvs.empty() ? core::KeyState::absent() : core::KeyState::of(reply->kvs.front()));
        });
}

void CatalogueDialog::take(const core::KeyState &state)
{
    const core::Slot slot(quint16(m_slot->value()));
    m_state = state;
    m_before = state.value;
    // What is staged already is gone on with.
    if (const core::Change *change = m_connection->edits()->find(core::catalogueKey(slot)))
        m_before = change->value;
    const auto known = core::readCatalogueEntry(core::catalogueKey(slot), m_before);
    m_ready = true;
    if (known && !m_before.isEmpty()) {
        m_oid->setText(known->oid);
        m_name->setText(known->name);
        m_description->setPlainText(known->description);
        m_creator->setText(known->creator);
        m_known = *known;
    }
    QStringList notes;
    if (m_before.isEmpty())
        notes += tr("This slot has no entry yet.");
    else if (known && !known->warning.isEmpty())
        notes += tr("Wrong with it now: %1.").arg(known->warning);
    if (const QStringList others = core::otherCatalogueMembers(m_before); !others.isEmpty())
        notes += tr("Kept as it is: %1.").arg(others.join(QLatin1String(", ")));
    m_note->setText(notes.join(QLatin1Char('\n')));
    validate();
}

core::CatalogueEntry CatalogueDialog::entry() const
{
    // What was not touched stays as it is, blanks that a field does not show included.
    core::CatalogueEntry entry = m_known;
    entry.slot = core::Slot(quint16(m_slot->value()));
    const auto take = [](QString &text, const QLineEdit *field) {
        if (field->text() != text)
            text = field->text().trimmed();
    };
    take(entry.oid, m_oid);
    take(entry.name, m_name);
    take(entry.creator, m_creator);
    if (m_description->document()->isModified())
        entry.description = m_description->toPlainText();
    return entry;
}

void CatalogueDialog::validate()
{
    const core::CatalogueEntry edited = entry();
    QString problem = core::catalogueEntryProblem(edited);
    const core::SlotDirectory *directory = m_connection->directory();
    const core::SlotInfo *there = directory->find(edited.slot);
    if (m_isNew && there && there->entry)
        problem = tr("slot %1 has an entry already, %2").arg(edited.slot.value).arg(there->entry->name);
    if (m_isNew && m_connection->edits()->find(core::catalogueKey(edited.slot)))
        problem = tr("an entry of slot %1 is staged already").arg(edited.slot.value);
    for (const core::Slot slot : directory->slotNumbers()) {
        const core::SlotInfo *other = directory->find(slot);
        if (problem.isEmpty() && slot != edited.slot && other->entry && !edited.oid.isEmpty()
            && other->entry->oid.compare(edited.oid, Qt::CaseInsensitive) == 0)
            problem = tr("slot %1, %2, has this oid").arg(slot.value).arg(other->title());
    }
    m_problem->setText(m_ready ? problem : QString());
    m_ok->setEnabled(m_ready && problem.isEmpty());
}

void CatalogueDialog::accept()
{
    if (!m_ok->isEnabled())
        return;
    const core::CatalogueEntry edited = entry();
    const QByteArray key = core::catalogueKey(edited.slot);
    const auto bytes = core::writeCatalogueEntry(edited, m_before);
    if (!bytes) {
        m_problem->setText(bytes.error());
        return;
    }
    const auto unstaged = [this] { m_problem->setText(stagingRefusal(*m_connection->edits())); };
    core::EditSession *edits = m_connection->edits();
    const QString name = m_isNew ? tr("New catalogue entry of slot %1").arg(edited.slot.value)
                                 : tr("Edit the catalogue entry of slot %1").arg(edited.slot.value);
    if (m_isNew ? !edits->stageInsert(key, *bytes, name) : !edits->stageValue(key, m_state, *bytes, name))
        return unstaged();
    QDialog::accept();
    Q_EMIT staged(key);
}

} // namespace slotscope::ui
