// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/keydialog.h"

#include "core/value/valuetext.h"
#include "ui/theme.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::KeyMaker;

namespace {

QString makerText(KeyMaker maker)
{
    switch (maker) {
    case KeyMaker::RandomUuid:
        return KeyDialog::tr("Random UUID (version 4)");
    case KeyMaker::TimeUuid:
        return KeyDialog::tr("UUID of the time (version 1)");
    case KeyMaker::RandomOid:
        return KeyDialog::tr("Random OID");
    case KeyMaker::NextInteger:
        return KeyDialog::tr("Next number");
    case KeyMaker::Now:
        return KeyDialog::tr("Now");
    case KeyMaker::NextText:
        return KeyDialog::tr("Next free text");
    case KeyMaker::RandomText:
        return KeyDialog::tr("Random text");
    case KeyMaker::RandomBytes:
        return KeyDialog::tr("Random bytes");
    }
    return {};
}

QString titleOf(KeyDialog::Purpose purpose)
{
    switch (purpose) {
    case KeyDialog::Purpose::New:
        return KeyDialog::tr("New record");
    case KeyDialog::Purpose::Clone:
        return KeyDialog::tr("Clone record");
    case KeyDialog::Purpose::Rename:
        break;
    }
    return KeyDialog::tr("Rename key");
}

} // namespace

KeyDialog::KeyDialog(Purpose purpose, RecordModel *model, QByteArray from, QWidget *parent)
    : QDialog(parent)
    , m_purpose(purpose)
    , m_model(model)
    , m_from(std::move(from))
    , m_factory(model->codec(), core::StagedRows(*model->table(), *model->edits()))
    , m_body(new QVBoxLayout(this))
    , m_message(new QLabel)
{
    setObjectName(QStringLiteral("keyDialog"));
    setWindowTitle(titleOf(purpose));
    setAttribute(Qt::WA_DeleteOnClose);
    const core::KeyType &type = model->codec().type().key;
    if (const auto parts = model->codec().decodeKey(m_from); parts && !m_from.isEmpty())
        m_before = *parts;
    auto *form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    const auto titles = type.componentTitles();
    for (size_t i = 0; i < titles.size(); ++i)
        addPart(type.components()[i], titles[i], form);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(purpose == Purpose::Rename      ? tr("&Rename")
                      : purpose == Purpose::Clone ? tr("&Clone")
                                                  : tr("&Insert"));
    m_body->addLayout(form);
    m_body->addWidget(m_message);
    m_body->addWidget(buttons);
    resize(620, sizeHint().height());
    connect(buttons, &QDialogButtonBox::accepted, this, &KeyDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &KeyDialog::reject);
    // Somebody else may write the very record meanwhile.
    connect(model, &RecordModel::recordsChanged, this, &KeyDialog::check);

    for (size_t i = 0; i < m_parts.size(); ++i) {
        if (purpose == Purpose::Rename && i < m_before.size()) {
            m_parts[i].edit->setText(core::editText(m_before[i]));
            continue;
        }
        // Of a clone the last part that can be made up tells it from the other.
        const auto makers = core::keyMakersFor(m_parts[i].component);
        const bool isLast = i + 1 == m_parts.size();
        if (!makers.empty() && (m_before.empty() || isLast))
            make(i, makers.front());
        else if (i < m_before.size())
            m_parts[i].edit->setText(core::editText(m_before[i]));
    }
    m_parts.front().edit->setFocus();
    m_parts.front().edit->selectAll();
    check();
}

void KeyDialog::addPart(core::KeyComponent component, const QString &title, QFormLayout *form)
{
    Part part {.component = component, .edit = new QLineEdit, .make = new QToolButton, .problem = new QLabel};
    part.edit->setAccessibleName(title);
    part.make->setText(tr("Make up"));
    part.make->setPopupMode(QToolButton::InstantPopup);
    part.problem->setTextFormat(Qt::PlainText);
    part.problem->setWordWrap(true);
    part.problem->hide();
    QPalette palette = part.problem->palette();
    palette.setColor(QPalette::WindowText, theme::accent(theme::Mark::Conflict, palette));
    part.problem->setPalette(palette);
    const size_t position = m_parts.size();
    auto *menu = new QMenu(part.make);
    for (const KeyMaker maker : core::keyMakersFor(component))
        menu->addAction(makerText(maker), this, [this, position, maker] { make(position, maker); });
    part.make->setMenu(menu);
    part.make->setVisible(!menu->isEmpty());
    auto *line = new QHBoxLayout;
    line->addWidget(part.edit, 1);
    line->addWidget(part.make);
    auto *rows = new QVBoxLayout;
    rows->addLayout(line);
    rows->addWidget(part.problem);
    form->addRow(title, rows);
    connect(part.edit, &QLineEdit::textEdited, this, &KeyDialog::check);
    m_parts.push_back(part);
}

core::ValueList KeyDialog::typedParts() const
{
    core::ValueList values;
    for (const Part &part : m_parts) {
        const auto value = core::parseKeyPart(part.component, part.edit->text());
        values.push_back(value ? *value : core::Value());
    }
    return values;
}

void KeyDialog::make(size_t part, KeyMaker maker)
{
    core::ValueList parts = typedParts();
    // A text is derived from the one that is cloned or renamed.
    parts[part] = part < m_before.size() ? m_before[part] : core::Value();
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const auto made = m_factory.part(parts, part, maker, attempt);
        if (!made)
            break;
        m_parts[part].edit->setText(core::editText(*made));
        core::ValueList whole = typedParts();
        const auto key = m_factory.keyOf(whole);
        // Where other parts are still missing, any will do.
        if (!key || m_model->keyProblem(*key).isEmpty())
            break;
    }
    check();
}

void KeyDialog::check()
{
    core::ValueList values;
    bool readable = true;
    for (const Part &part : m_parts) {
        const auto value = core::parseKeyPart(part.component, part.edit->text());
        // Nothing typed yet is no mistake.
        const bool isMissing = part.edit->text().isEmpty() && part.component != core::KeyComponent::String;
        part.problem->setText(value || isMissing ? QString() : value.error());
        part.problem->setVisible(!part.problem->text().isEmpty());
        readable = readable && value && !isMissing;
        values.push_back(value ? *value : core::Value());
    }
    m_key.clear();
    QString text;
    if (readable) {
        const auto key = m_factory.keyOf(values);
        QString problem = key ? QString() : key.error();
        if (key && !(m_purpose == Purpose::Rename && *key == m_from))
            problem = m_model->keyProblem(*key);
        if (problem.isEmpty())
            m_key = *key;
        text = problem.isEmpty() ? tr("The etcd key is %1.").arg(QString::fromLatin1(m_key.toHex(' ')))
                                 : problem;
    }
    const bool isSame = m_purpose == Purpose::Rename && m_key == m_from;
    m_message->setText(text);
    m_ok->setEnabled(!m_key.isEmpty() && !isSame);
    keyChanged();
}

void KeyDialog::accept()
{
    check();
    if (!m_ok->isEnabled())
        return;
    Q_EMIT keyChosen(m_key);
    QDialog::accept();
}

} // namespace slotscope::ui
