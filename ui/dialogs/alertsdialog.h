// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/live/alerts.h"
#include "ui/prompts.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace slotscope::ui {

/// Edits the rules for alerts of one etcd. Rules with a fault cannot be kept.
class AlertsDialog : public QDialog
{
    Q_OBJECT
public:
    /// `tables`: names to be offered. `prompts` asks for files, and outlives the dialog.
    AlertsDialog(const std::vector<core::AlertRule> &rules, const QStringList &tables, Prompts *prompts,
                 QWidget *parent = nullptr);

    const std::vector<core::AlertRule> &rules() const { return m_rules; }

    QListWidget *list() const { return m_list; }
    QPushButton *addButton() const { return m_add; }
    QPushButton *removeButton() const { return m_remove; }
    QLineEdit *nameLine() const { return m_name; }
    QComboBox *tableBox() const { return m_table; }
    QLineEdit *conditionLine() const { return m_condition; }
    QCheckBox *notifyBox() const { return m_notify; }
    QLineEdit *logLine() const { return m_log; }
    QLabel *faultLabel() const { return m_fault; }
    QPushButton *okButton() const;

private:
    void buildForm(QFormLayout *form);
    int current() const;
    void showRule();
    void takeRule();
    void add();
    void remove();
    void chooseLog();
    void updateState();

    std::vector<core::AlertRule> m_rules;
    Prompts *m_prompts;
    QListWidget *m_list;
    QPushButton *m_add;
    QPushButton *m_remove;
    QWidget *m_form;
    QLineEdit *m_name;
    QComboBox *m_table;
    QLineEdit *m_key;
    std::array<QCheckBox *, 3> m_kinds {};
    QLineEdit *m_condition;
    QCheckBox *m_highlight;
    QCheckBox *m_sound;
    QCheckBox *m_notify;
    QLineEdit *m_log;
    QSpinBox *m_throttle;
    QLabel *m_fault;
    QDialogButtonBox *m_buttons;
    bool m_showing = false;
};

} // namespace slotscope::ui
