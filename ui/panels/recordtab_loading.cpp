// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a RecordTab tells of its records as a whole: how loading and copying them go, how many there are, and
// where one is that is looked for.
#include "ui/errortext.h"
#include "ui/models/accesstext.h"
#include "ui/models/recordcopy.h"
#include "ui/panels/banner.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/loadstrip.h"
#include "ui/panels/recordtab.h"
#include "ui/tablelimit.h"
#include "ui/views/recordview.h"

#include <QLabel>
#include <QLocale>
#include <QPushButton>

namespace slotscope::ui {

void RecordTab::addStrips()
{
    m_loadStrip->setServer(m_connection->options().endpoint().toString());
    connect(m_loadStrip, &LoadStrip::retryRequested, this, &RecordTab::reload);
    connect(m_loadStrip, &LoadStrip::messageRaised, this, &RecordTab::messageRaised);

    RecordCopier *copier = m_view->copier();
    m_copyStrip->setObjectName(QStringLiteral("copyStrip"));
    auto *cancel = new QPushButton(tr("Cancel"), m_copyStrip);
    cancel->setObjectName(QStringLiteral("cancelCopy"));
    cancel->setFocusPolicy(Qt::TabFocus);
    m_copyStrip->addPart(cancel);
    connect(cancel, &QPushButton::clicked, copier, &RecordCopier::cancel);
    connect(copier, &RecordCopier::progressed, this, [this, copier] {
        const QLocale locale;
        m_copyStrip->setText(tr("Copying: %1 of %2 records")
                                 .arg(locale.toString(copier->done()), locale.toString(copier->total())));
        m_copyStrip->setProgress(copier->done(), copier->total());
        m_copyStrip->setWanted(true);
    });
    connect(copier, &RecordCopier::finished, this, [this](const QString &message) {
        m_copyStrip->setWanted(false);
        Q_EMIT messageRaised(message);
    });
    connect(m_view, &RecordView::escapePressed, this, [this, copier] {
        if (copier->isRunning())
            copier->cancel();
        else
            m_loadStrip->stop();
    });
}

void RecordTab::updateEmpty()
{
    const core::LiveTable::State state = m_table->state();
    const bool isThere = state != core::LiveTable::State::Loading && state != core::LiveTable::State::Failed;
    // Where some rows have come, the strip below them tells of it.
    if (state == core::LiveTable::State::Failed && m_table->rows().count() == 0) {
        const ErrorText text = describe(m_table->error(), m_connection->options().endpoint().toString());
        const QString message = tr("This table could not be loaded. %1").arg(text.sentence());
        if (m_banner->message() != message) { // else the details would close
            m_banner->setMessage(theme::Mark::Warning, message, tr("Retry"));
            m_banner->setDetail(text.technical);
        }
    } else {
        m_banner->clearMessage();
    }
    QString empty;
    if (m_model->rowCount() == 0 && isThere) {
        if (m_table->rows().count() > 0 && m_model->isOrdering())
            empty = tr("searching …");
        else if (m_model->query().isFilter())
            empty = (m_table->isPartial() ? tr("None of the records that are loaded passes the filter:\n%1")
                                          : tr("No record passes the filter:\n%1"))
                        .arg(core::filterSummary(m_filter->filter(), m_model->columns()));
        else if (const core::AccessRights &rights = m_connection->client()->rights();
                 !rights.mayRead(m_table->range()))
            empty = unreadableText(rights, m_table->range(), m_connection->directory());
        else if (m_table->isPartial())
            empty = tr("There are no records in the part that is loaded.");
        else
            empty = tr("No records. Press Insert to add one.");
    }
    m_empty->setText(empty);
    m_empty->setVisible(!empty.isEmpty());
}

QString RecordTab::statusText() const
{
    const QLocale locale;
    const QString loaded = locale.toString(static_cast<qint64>(m_table->rows().count()));
    const QString shown = locale.toString(m_model->rowCount());
    const bool isFilter = m_model->query().isFilter();
    QString text;
    if (m_table->isPartial()) {
        const QString all = locale.toString(m_table->recordCount());
        text = isFilter ? tr("%1 of the %2 loaded records, of %3").arg(shown, loaded, all)
                        : tr("%1 of %2 records loaded").arg(loaded, all);
    } else if (m_table->state() == core::LiveTable::State::Loading && !isFilter
               && m_table->recordCount() > qint64(m_table->rows().count())) {
        text = tr("%1 of %2 records").arg(loaded, locale.toString(m_table->recordCount()));
    } else {
        text = isFilter ? tr("%1 of %2 records").arg(shown, loaded) : tr("%1 records").arg(loaded);
    }
    if (m_model->isOrdering())
        text += tr(", searching …");
    if (const int selected = m_view->selectedRowCount(); selected > 1)
        text += tr(", %1 selected").arg(locale.toString(selected));
    return text;
}

void RecordTab::takeTableLimit()
{
    m_table->setLimit(tableLimit());
}

void RecordTab::showRecord(const QByteArray &key)
{
    m_wanted = key;
    m_model->followNow();
    showWanted();
}

void RecordTab::showWanted()
{
    if (m_wanted.isEmpty())
        return;
    if (m_view->showRecord(m_wanted)) {
        m_wanted.clear();
        return;
    }
    // Rows may still come, and those that are there may still be put in order.
    if (m_table->state() != core::LiveTable::State::Live || m_model->isOrdering() || m_model->rowCount() == 0)
        return;
    const QByteArray wanted = std::exchange(m_wanted, {});
    if (m_table->rows().find(wanted)) {
        Q_EMIT messageRaised(tr("The record is not shown, since the filter does not let it through."));
    } else if (!m_table->covers(wanted)) {
        m_loadStrip->offerStart(wanted);
        Q_EMIT messageRaised(
            tr("The record is not in the part of the table that is loaded. Start at its key, or "
               "load the rest, to see it."));
    } else {
        Q_EMIT messageRaised(tr("The record does not exist any more."));
    }
}

} // namespace slotscope::ui
