// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/limitsdialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

constexpr int Kibi = 1024;

} // namespace

LimitsDialog::LimitsDialog(const core::TxnLimits &limits, QWidget *parent)
    : QDialog(parent)
    , m_operations(new QSpinBox)
    , m_kibibytes(new QSpinBox)
{
    setWindowTitle(tr("Limits of this etcd"));
    auto *about = new QLabel(tr("A transaction larger than this is refused by etcd. Change it where etcd was "
                                "started with other values for --max-txn-ops or --max-request-bytes."));
    about->setWordWrap(true);
    m_operations->setRange(1, 1'000'000);
    m_operations->setAccessibleName(tr("Operations in one transaction"));
    m_kibibytes->setRange(1, 1'000'000);
    m_kibibytes->setSuffix(tr(" KiB"));
    m_kibibytes->setAccessibleName(tr("Bytes in one request"));
    auto *form = new QFormLayout;
    form->addRow(tr("&Operations in one transaction (--max-txn-ops):"), m_operations);
    form->addRow(tr("&Bytes in one request (--max-request-bytes):"), m_kibibytes);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel
                                         | QDialogButtonBox::RestoreDefaults);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this,
            [this] { showLimits({}); });
    showLimits(limits);
}

void LimitsDialog::showLimits(const core::TxnLimits &limits)
{
    m_shown = limits;
    m_operations->setValue(
        static_cast<int>(std::min<size_t>(limits.operations, size_t(m_operations->maximum()))));
    m_kibibytes->setValue(static_cast<int>(std::min<qint64>(limits.bytes / Kibi, m_kibibytes->maximum())));
}

core::TxnLimits LimitsDialog::limits() const
{
    // What is not whole KiB stays as it is when nobody touches it.
    const bool sameBytes = m_kibibytes->value() == m_shown.bytes / Kibi;
    return {.operations = static_cast<size_t>(m_operations->value()),
            .bytes = sameBytes ? m_shown.bytes : qint64(m_kibibytes->value()) * Kibi};
}

} // namespace slotscope::ui
