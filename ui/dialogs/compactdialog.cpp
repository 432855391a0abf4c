// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/compactdialog.h"

#include "core/connection/connection.h"
#include "core/history/compactionmonitor.h"
#include "ui/errortext.h"
#include "ui/panels/panelparts.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::CompactionPreview;
using core::HistoryLoss;
using core::Revision;

CompactDialog::CompactDialog(core::Connection *connection, QWidget *parent)
    : QDialog(parent)
    , m_connection(connection)
    , m_resolver(resolverFor(connection->directory()))
    , m_preview(connection->client())
    , m_line(new QLineEdit)
    , m_problem(new QLabel)
    , m_physical(new QCheckBox(tr("&Wait until it is carried out on disk (physical)")))
    , m_summary(new QLabel)
    , m_losses(new QTreeWidget)
    , m_progress(new QProgressBar)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setObjectName(QStringLiteral("compactDialog"));
    setWindowTitle(tr("Compact %1").arg(connection->safety()->clusterName()));
    auto *about = new QLabel(
        tr("A compaction makes etcd forget how records were before a revision; how they are stays as it is. "
           "It cannot be taken back. For everybody, histories and time travel then begin at that revision, "
           "and what was deleted before cannot be restored."));
    about->setWordWrap(true);
    m_line->setObjectName(QStringLiteral("compactRevision"));
    m_line->setText(QString::number(connection->revision().value));
    m_line->setAccessibleName(tr("Compact what is before revision"));
    m_problem->setWordWrap(true);
    m_physical->setToolTip(tr("Takes longer; the space can be used again when it is done"));
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    m_losses->setObjectName(QStringLiteral("compactLosses"));
    m_losses->setAccessibleName(tr("What would be lost"));
    m_losses->setHeaderLabels({tr("Slot"), tr("Versions lost"), tr("of records"), tr("deleted ones")});
    m_losses->setRootIsDecorated(false);
    m_losses->setUniformRowHeights(true);
    m_losses->setAlternatingRowColors(true);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Compact"));
    m_buttons->button(QDialogButtonBox::Cancel)->setDefault(true);

    auto *form = new QFormLayout;
    form->addRow(tr("&Forget what is before revision:"), m_line);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addWidget(m_physical);
    layout->addWidget(m_summary);
    layout->addWidget(m_losses, 1);
    layout->addWidget(m_progress);
    layout->addWidget(m_buttons);
    resize(620, 460);

    m_due.setSingleShot(true);
    m_due.setInterval(std::chrono::milliseconds(300));
    connect(&m_due, &QTimer::timeout, this, &CompactDialog::restart);
    connect(m_line, &QLineEdit::textChanged, this, &CompactDialog::lineEdited);
    connect(&m_preview, &CompactionPreview::changed, this, &CompactDialog::showLosses);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    // What is compacted already may be heard only now.
    connect(connection->compactions(), &core::CompactionMonitor::known, this, &CompactDialog::lineEdited);
    connect(connection->compactions(), &core::CompactionMonitor::compacted, this, &CompactDialog::lineEdited);
    connection->compactions()->check();
    lineEdited();
}

core::CompactionRequest CompactDialog::request() const
{
    return {.revision = Revision(m_line->text().trimmed().toLongLong()), .physical = m_physical->isChecked()};
}

QString CompactDialog::problem() const
{
    bool isNumber = false;
    const qint64 revision = m_line->text().trimmed().toLongLong(&isNumber);
    if (!isNumber || revision <= 0)
        return tr("A revision is a whole number from 1 on.");
    if (revision > m_connection->revision().value)
        return tr("This etcd is at revision %1 only.").arg(m_connection->revision().value);
    const Revision gone = m_connection->compactions()->revision();
    if (gone.value > 1 && revision <= gone.value)
        return tr("What is before revision %1 is compacted already.").arg(gone.value);
    return {};
}

void CompactDialog::lineEdited()
{
    const QString wrong = problem();
    m_problem->setText(wrong);
    m_problem->setVisible(!wrong.isEmpty());
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(wrong.isEmpty());
    m_preview.stop();
    m_due.start();
}

void CompactDialog::restart()
{
    if (!problem().isEmpty()) {
        m_losses->clear();
        m_progress->hide();
        m_summary->clear();
        return;
    }
    // Before it is known what is gone, from the beginning: the watch is told.
    const Revision gone = m_connection->compactions()->revision();
    m_preview.start(Revision(gone.value > 1 ? gone.value : 0), request().revision);
}

QString CompactDialog::lossText() const
{
    const QLocale locale;
    const auto number = [&locale](qint64 count) { return locale.toString(count); };
    const HistoryLoss total = m_preview.total();
    const QString lost = total.versions == 0
        ? tr("no version of any record")
        : tr("%1 versions of %2 records").arg(number(total.versions), number(total.records));
    QString text;
    switch (m_preview.state()) {
    case CompactionPreview::State::Idle:
    case CompactionPreview::State::Counting:
        text = tr("Would be lost, as far as it has been counted: %1.").arg(lost);
        break;
    case CompactionPreview::State::Complete:
        text = tr("Would be lost: %1.").arg(lost);
        break;
    case CompactionPreview::State::Failed:
        return tr("What would be lost could not be found out. %1")
            .arg(describe(m_preview.error(), m_connection->endpoint().url.authority()).sentence());
    }
    if (total.deleted > 0)
        text += QLatin1Char(' ')
            + tr("Of %1 records that are deleted nothing would be left.").arg(number(total.deleted));
    return text;
}

void CompactDialog::showLosses()
{
    const bool counting = m_preview.state() == CompactionPreview::State::Counting;
    m_summary->setText(lossText());
    m_progress->setVisible(counting);
    constexpr qint64 Whole = 1000;
    showProgress(m_progress, static_cast<qint64>(m_preview.progress() * double(Whole)), Whole);
    m_losses->clear();
    const QLocale locale;
    for (const auto &[slot, loss] : m_preview.losses()) {
        if (loss.versions == 0)
            continue;
        const QString name =
            slot ? m_resolver(core::KeyRange::slot(*slot).begin).table : tr("keys of one byte");
        auto *item = new QTreeWidgetItem(m_losses,
                                         {name, locale.toString(loss.versions), locale.toString(loss.records),
                                          loss.deleted > 0 ? locale.toString(loss.deleted) : QString()});
        for (int column = 1; column < 4; ++column)
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
}

} // namespace slotscope::ui
