// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/alertsdialog.h"

#include "core/live/eventfilter.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

constexpr std::array Kinds {core::EventFilter::Creates, core::EventFilter::Changes,
                            core::EventFilter::Deletions};
constexpr int LongestThrottle = 24 * 3600;

} // namespace

AlertsDialog::AlertsDialog(const std::vector<core::AlertRule> &rules, const QStringList &tables,
                           Prompts *prompts, QWidget *parent)
    : QDialog(parent)
    , m_rules(rules)
    , m_prompts(prompts)
    , m_list(new QListWidget)
    , m_add(new QPushButton(tr("&Add")))
    , m_remove(new QPushButton(tr("&Remove")))
    , m_form(new QWidget)
    , m_name(new QLineEdit)
    , m_table(new QComboBox)
    , m_key(new QLineEdit)
    , m_condition(new QLineEdit)
    , m_highlight(new QCheckBox(tr("&Mark it in the event log")))
    , m_sound(new QCheckBox(tr("Make a &sound")))
    , m_notify(new QCheckBox(tr("&Notify me: in the window, and on the desktop where that shows notes")))
    , m_log(new QLineEdit)
    , m_throttle(new QSpinBox)
    , m_fault(new QLabel)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setWindowTitle(tr("Alerts"));
    resize(760, 460);
    m_list->setAccessibleName(tr("Rules"));
    m_table->setEditable(true);
    m_table->addItem(QString());
    m_table->addItems(tables);
    m_fault->setTextFormat(Qt::PlainText);
    m_fault->setWordWrap(true);

    auto *form = new QFormLayout(m_form);
    form->setContentsMargins(0, 0, 0, 0);
    buildForm(form);
    auto *listButtons = new QHBoxLayout;
    listButtons->addWidget(m_add);
    listButtons->addWidget(m_remove);
    auto *left = new QVBoxLayout;
    left->addWidget(m_list, 1);
    left->addLayout(listButtons);
    auto *columns = new QHBoxLayout;
    columns->addLayout(left, 1);
    columns->addWidget(m_form, 3);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(columns, 1);
    layout->addWidget(m_fault);
    layout->addWidget(m_buttons);

    for (const core::AlertRule &rule : m_rules) {
        auto *item = new QListWidgetItem(rule.name, m_list);
        item->setCheckState(rule.enabled ? Qt::Checked : Qt::Unchecked);
    }
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_add, &QPushButton::clicked, this, &AlertsDialog::add);
    connect(m_remove, &QPushButton::clicked, this, &AlertsDialog::remove);
    connect(m_list, &QListWidget::currentRowChanged, this, &AlertsDialog::showRule);
    connect(m_list, &QListWidget::itemChanged, this, [this](const QListWidgetItem *item) {
        const int row = m_list->row(item);
        if (row >= 0 && row < int(m_rules.size()))
            m_rules[size_t(row)].enabled = item->checkState() == Qt::Checked;
    });
    m_list->setCurrentRow(m_rules.empty() ? -1 : 0);
    showRule();
}

void AlertsDialog::buildForm(QFormLayout *form)
{
    form->addRow(tr("Na&me:"), m_name);
    form->addRow(tr("&Table:"), m_table);
    m_table->lineEdit()->setPlaceholderText(tr("all tables and keys"));
    form->addRow(tr("&Key begins with:"), m_key);
    m_key->setPlaceholderText(tr("any key; 0x… for bytes of the whole key"));
    auto *kinds = new QHBoxLayout;
    const std::array texts {tr("new"), tr("changed"), tr("deleted")};
    for (size_t i = 0; i < m_kinds.size(); ++i) {
        m_kinds[i] = new QCheckBox(texts[i]);
        kinds->addWidget(m_kinds[i]);
        connect(m_kinds[i], &QCheckBox::toggled, this, &AlertsDialog::takeRule);
    }
    kinds->addStretch();
    form->addRow(tr("Records that are:"), kinds);
    form->addRow(tr("&Condition:"), m_condition);
    m_condition->setPlaceholderText(tr("status = packed and total > 100"));
    m_condition->setToolTip(
        tr("Fields with = <> < <= > >= contains ~ /regex/ a..b, is null, is absent; and, or, not, "
           "parentheses. Of a deletion what the record was counts, where that is known."));
    form->addRow(tr("Then:"), m_highlight);
    form->addRow(QString(), m_sound);
    form->addRow(QString(), m_notify);
    auto *log = new QHBoxLayout;
    auto *browse = new QPushButton(tr("&Browse …"));
    log->addWidget(m_log, 1);
    log->addWidget(browse);
    m_log->setPlaceholderText(tr("none; else each event is written there as a line of JSON"));
    form->addRow(tr("Log file:"), log);
    m_throttle->setRange(0, LongestThrottle);
    m_throttle->setSuffix(tr(" s"));
    m_throttle->setToolTip(tr("Sound and notifications; what happens meanwhile is counted"));
    form->addRow(tr("At most once &in:"), m_throttle);
    for (QLineEdit *line : {m_name, m_key, m_condition, m_log})
        connect(line, &QLineEdit::textChanged, this, &AlertsDialog::takeRule);
    connect(m_table, &QComboBox::editTextChanged, this, &AlertsDialog::takeRule);
    for (QCheckBox *box : {m_highlight, m_sound, m_notify})
        connect(box, &QCheckBox::toggled, this, &AlertsDialog::takeRule);
    connect(m_throttle, &QSpinBox::valueChanged, this, &AlertsDialog::takeRule);
    connect(browse, &QPushButton::clicked, this, &AlertsDialog::chooseLog);
}

QPushButton *AlertsDialog::okButton() const
{
    return m_buttons->button(QDialogButtonBox::Ok);
}

int AlertsDialog::current() const
{
    const int row = m_list->currentRow();
    return row < int(m_rules.size()) ? row : -1;
}

void AlertsDialog::showRule()
{
    const core::AlertRule rule = current() < 0 ? core::AlertRule() : m_rules[size_t(current())];
    m_showing = true;
    m_name->setText(rule.name);
    m_table->setEditText(rule.table);
    m_key->setText(rule.keyStart);
    for (size_t i = 0; i < m_kinds.size(); ++i)
        m_kinds[i]->setChecked((rule.kinds & Kinds[i]) != 0);
    m_condition->setText(rule.condition);
    m_highlight->setChecked(rule.highlight);
    m_sound->setChecked(rule.sound);
    m_notify->setChecked(rule.notify);
    m_log->setText(rule.logFile);
    m_throttle->setValue(rule.throttleSeconds);
    m_showing = false;
    updateState();
}

void AlertsDialog::takeRule()
{
    if (m_showing || current() < 0)
        return;
    core::AlertRule &rule = m_rules[size_t(current())];
    rule.name = m_name->text();
    rule.table = m_table->currentText().trimmed();
    rule.keyStart = m_key->text();
    rule.kinds = 0;
    for (size_t i = 0; i < m_kinds.size(); ++i) {
        if (m_kinds[i]->isChecked())
            rule.kinds = quint8(rule.kinds | Kinds[i]);
    }
    rule.condition = m_condition->text().trimmed();
    rule.highlight = m_highlight->isChecked();
    rule.sound = m_sound->isChecked();
    rule.notify = m_notify->isChecked();
    rule.logFile = m_log->text().trimmed();
    rule.throttleSeconds = m_throttle->value();
    m_list->currentItem()->setText(rule.name);
    updateState();
}

void AlertsDialog::add()
{
    core::AlertRule rule;
    // Notifications are told apart by name.
    for (int n = int(m_rules.size()) + 1; rule.name.isEmpty(); ++n) {
        const QString name = tr("Alert %1").arg(n);
        if (m_list->findItems(name, Qt::MatchExactly).isEmpty())
            rule.name = name;
    }
    rule.notify = true;
    m_rules.push_back(rule);
    auto *item = new QListWidgetItem(rule.name, m_list);
    item->setCheckState(Qt::Checked);
    m_list->setCurrentItem(item);
    m_name->setFocus();
    m_name->selectAll();
}

void AlertsDialog::remove()
{
    const int row = current();
    if (row < 0)
        return;
    m_rules.erase(m_rules.begin() + row);
    delete m_list->takeItem(row);
    showRule();
}

void AlertsDialog::chooseLog()
{
    m_prompts->chooseFile(this,
                          {.mode = FileQuestion::Mode::Save,
                           .title = tr("Log file of an alert"),
                           .suggestedPath = QStringLiteral("alerts.jsonl"),
                           .nameFilters = {tr("JSON lines (*.jsonl)"), tr("All files (*)")}},
                          [this](const QString &file) { m_log->setText(file); });
}

void AlertsDialog::updateState()
{
    m_form->setEnabled(current() >= 0);
    m_remove->setEnabled(current() >= 0);
    QString fault;
    QStringList names;
    for (const core::AlertRule &rule : m_rules) {
        const QString name = rule.name.trimmed();
        QString why = core::faultOf(rule);
        if (why.isEmpty() && names.contains(name))
            why = tr("There are two rules of this name.");
        names << name;
        if (fault.isEmpty() && !why.isEmpty())
            fault = name.isEmpty() ? why : tr("%1: %2").arg(name, why);
    }
    m_fault->setText(fault);
    okButton()->setEnabled(fault.isEmpty());
}

} // namespace slotscope::ui
