// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/testconnectiondialog.h"

#include "core/etcd/connectiontest.h"
#include "core/etcd/tls.h"
#include "ui/connectiontesttext.h"
#include "ui/theme.h"
#include "ui/tooltip.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStyle>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

using core::StepOutcome;
using core::TestStep;

constexpr int StepRole = Qt::UserRole + 1;

QString outcomeText(StepOutcome outcome)
{
    switch (outcome) {
    case StepOutcome::NotReached:
        return TestConnectionDialog::tr("not tried");
    case StepOutcome::Running:
        return TestConnectionDialog::tr("running");
    case StepOutcome::Passed:
        return TestConnectionDialog::tr("passed");
    case StepOutcome::Warning:
        return TestConnectionDialog::tr("warning");
    case StepOutcome::Failed:
        return TestConnectionDialog::tr("failed");
    case StepOutcome::Skipped:
        return TestConnectionDialog::tr("not needed");
    }
    return {};
}

QIcon outcomeIcon(StepOutcome outcome, const QWidget *widget)
{
    switch (outcome) {
    case StepOutcome::Passed:
        return widget->style()->standardIcon(QStyle::SP_DialogApplyButton);
    case StepOutcome::Warning:
        return theme::icon(theme::Glyph::Warning);
    case StepOutcome::Failed:
        return widget->style()->standardIcon(QStyle::SP_MessageBoxCritical);
    default:
        return {};
    }
}

} // namespace

TestConnectionDialog::TestConnectionDialog(const core::ConnectionOptions &options, QWidget *parent)
    : QDialog(parent)
    , m_options(options)
    , m_verdict(new QLabel)
    , m_steps(new QTreeWidget)
    , m_detail(new QPlainTextEdit)
    , m_compared(new QCheckBox)
    , m_trust(new QPushButton(tr("&Trust exactly this certificate")))
{
    setObjectName(QStringLiteral("testConnectionDialog"));
    setWindowTitle(tr("Test connection"));
    m_verdict->setWordWrap(true);
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_steps->setObjectName(QStringLiteral("testSteps"));
    m_steps->setAccessibleName(tr("Steps of the connection"));
    m_steps->setHeaderLabels({tr("Step"), tr("Result"), tr("What was found")});
    m_steps->setUniformRowHeights(true);
    m_steps->header()->setStretchLastSection(true);
    m_detail->setObjectName(QStringLiteral("testDetail"));
    m_detail->setAccessibleName(tr("About the selected step"));
    m_detail->setReadOnly(true);
    m_compared->setObjectName(QStringLiteral("fingerprintCompared"));
    m_compared->setText(tr("I know whose certificate this is: I have c&ompared its SHA-256 fingerprint."));
    m_trust->setObjectName(QStringLiteral("trustCertificate"));
    m_trust->setToolTip(
        tr("Whoever shows this very certificate is believed from now on; any other one is checked "
           "as before"));

    auto *buttons = new QDialogButtonBox;
    m_copy = buttons->addButton(tr("&Copy report"), QDialogButtonBox::ActionRole);
    m_again = buttons->addButton(tr("Test &again"), QDialogButtonBox::ActionRole);
    buttons->addButton(QDialogButtonBox::Close);

    auto *split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->addWidget(m_steps);
    split->addWidget(m_detail);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto *trustRow = new QHBoxLayout;
    trustRow->addWidget(m_compared, 1);
    trustRow->addWidget(m_trust);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_verdict);
    layout->addWidget(split, 1);
    layout->addLayout(trustRow);
    layout->addWidget(buttons);
    resize(860, 600);

    connect(m_steps, &QTreeWidget::currentItemChanged, this, &TestConnectionDialog::showDetail);
    connect(m_compared, &QCheckBox::toggled, m_trust, &QWidget::setEnabled);
    connect(m_trust, &QPushButton::clicked, this, &TestConnectionDialog::trust);
    connect(m_again, &QPushButton::clicked, this, &TestConnectionDialog::start);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QString text;
        for (const core::ConnectionReport &report : m_reports)
            text += reportText(report);
        QGuiApplication::clipboard()->setText(text);
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    start();
}

TestConnectionDialog::~TestConnectionDialog() = default;

void TestConnectionDialog::start()
{
    m_test.reset();
    m_reports.clear();
    m_steps->clear();
    m_detail->clear();
    m_untested = m_options.endpoints;
    m_offered.clear();
    m_compared->setChecked(false);
    m_compared->hide();
    m_trust->hide();
    m_trust->setEnabled(false);
    m_again->setEnabled(false);
    testNext();
}

void TestConnectionDialog::testNext()
{
    if (m_untested.empty()) {
        m_test.reset();
        m_again->setEnabled(true);
        offerTrust();
        Q_EMIT tested();
        return;
    }
    const core::Endpoint endpoint = m_untested.front();
    m_untested.erase(m_untested.begin());
    m_verdict->setText(tr("Testing %1 …").arg(endpoint.toString()));
    auto *top = new QTreeWidgetItem(m_steps, {endpoint.toString()});
    top->setFirstColumnSpanned(true);
    for (int i = 0; i < core::TestStepCount; ++i) {
        auto *item = new QTreeWidgetItem(top, {stepName(static_cast<TestStep>(i))});
        item->setData(0, StepRole, i);
    }
    top->setExpanded(true);
    m_steps->resizeColumnToContents(0);
    m_test = std::make_unique<core::ConnectionTest>(m_options, endpoint);
    m_reports.push_back(m_test->report());
    connect(m_test.get(), &core::ConnectionTest::progressed, this, &TestConnectionDialog::showReport);
    // Queued: it goes away with the next one.
    connect(
        m_test.get(), &core::ConnectionTest::finished, this,
        [this] { tested(core::ConnectionReport(m_test->report())); }, Qt::QueuedConnection);
    m_test->start();
}

void TestConnectionDialog::showReport()
{
    const core::ConnectionReport &report = m_test->report();
    m_reports.back() = report;
    QTreeWidgetItem *top = m_steps->topLevelItem(m_steps->topLevelItemCount() - 1);
    for (int i = 0; i < core::TestStepCount; ++i) {
        const auto step = static_cast<TestStep>(i);
        const StepOutcome outcome = report.at(step).outcome;
        QTreeWidgetItem *item = top->child(i);
        item->setText(1, outcomeText(outcome));
        item->setIcon(1, outcomeIcon(outcome, this));
        item->setText(2, stepText(report, step));
        item->setToolTip(2, asTip(stepText(report, step)));
    }
    m_steps->resizeColumnToContents(1);
}

void TestConnectionDialog::tested(const core::ConnectionReport &report)
{
    m_reports.back() = report;
    QTreeWidgetItem *top = m_steps->topLevelItem(m_steps->topLevelItemCount() - 1);
    const std::optional<TestStep> failed = report.failedStep();
    if (failed) {
        m_verdict->setText(describeFault(report, *failed).sentence());
        m_steps->setCurrentItem(top->child(static_cast<int>(*failed)));
    } else {
        m_verdict->setText(tr("%1 can be used.").arg(report.endpoint.toString(QUrl::RemoveUserInfo)));
        m_steps->setCurrentItem(top->child(core::TestStepCount - 1));
    }
    testNext();
}

void TestConnectionDialog::showDetail()
{
    const QTreeWidgetItem *item = m_steps->currentItem();
    if (!item || !item->parent()) {
        m_detail->clear();
        return;
    }
    const auto index = static_cast<std::size_t>(m_steps->indexOfTopLevelItem(item->parent()));
    const core::ConnectionReport &report = m_reports.at(index);
    const auto step = static_cast<TestStep>(item->data(0, StepRole).toInt());
    const ErrorText fault = describeFault(report, step);
    QStringList lines {stepText(report, step)};
    if (!fault.advice.isEmpty())
        lines += fault.advice;
    if (!fault.technical.isEmpty())
        lines += QStringList {QString(), tr("Technically: %1").arg(fault.technical)};
    if (step == TestStep::Tls && !report.chain.isEmpty()) {
        lines += QString();
        lines += chainText(report);
        lines += tr("Cipher: %1").arg(report.cipher);
    }
    m_detail->setPlainText(lines.join(QLatin1Char('\n')));
}

void TestConnectionDialog::offerTrust()
{
    const auto wanted = std::find_if(m_reports.cbegin(), m_reports.cend(),
                                     [](const auto &report) { return report.isAboutTrust(); });
    if (wanted == m_reports.cend())
        return;
    m_offered = core::fingerprintOf(wanted->chain.first());
    m_compared->show();
    m_trust->show();
}

void TestConnectionDialog::trust()
{
    const QByteArray sha256 = m_offered;
    m_options.tls.trustedFingerprints.append(sha256);
    start();
    Q_EMIT trusted(sha256);
}

} // namespace slotscope::ui
