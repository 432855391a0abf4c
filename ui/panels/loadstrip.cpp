// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/loadstrip.h"

#include "core/edit/keymaker.h"
#include "core/value/valuetext.h"
#include "ui/errortext.h"
#include "ui/models/loadtext.h"
#include "ui/models/recordmodel.h"
#include "ui/theme.h"
#include "ui/tooltip.h"
#include "ui/views/recordview.h"

#include <QIcon>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>

namespace slotscope::ui {

using State = core::LiveTable::State;

namespace {

/// What is done sooner needs no words.
constexpr std::chrono::milliseconds Patience(300);

} // namespace

LoadStrip::LoadStrip(std::shared_ptr<core::LiveTable> table, RecordModel *model, RecordView *view,
                     QString what, QWidget *parent)
    : TableStrip(view, parent)
    , m_table(std::move(table))
    , m_model(model)
    , m_what(std::move(what))
    , m_stop(new QPushButton(tr("&Stop"), this))
    , m_more(new QPushButton(this))
    , m_all(new QPushButton(this))
    , m_start(new QLineEdit(this))
    , m_fromBeginning(new QPushButton(tr("From the &beginning"), this))
    , m_retry(new QPushButton(tr("&Retry"), this))
{
    setObjectName(QStringLiteral("loadStrip"));
    m_stop->setObjectName(QStringLiteral("stopLoading"));
    m_stop->setToolTip(tr("Leave it at the records that have come (Esc)"));
    m_more->setObjectName(QStringLiteral("loadMore"));
    m_all->setObjectName(QStringLiteral("loadAll"));
    m_fromBeginning->setObjectName(QStringLiteral("fromBeginning"));
    m_start->setObjectName(QStringLiteral("startAtKey"));
    m_start->setPlaceholderText(tr("start at key …"));
    m_start->setAccessibleName(tr("Start at key"));
    m_start->setToolTip(
        tr("Shows the records from this key on, as many as are loaded at once. Of the last part "
           "of a key its beginning is enough; parts are separated by commas, bytes written as "
           "0x…"));
    m_start->setMinimumWidth(fontMetrics().averageCharWidth() * 18);
    m_start->setMaximumWidth(fontMetrics().averageCharWidth() * 40);
    for (QWidget *part :
         std::initializer_list<QWidget *> {m_stop, m_more, m_all, m_start, m_fromBeginning, m_retry})
        addPart(part);

    connect(m_stop, &QPushButton::clicked, this, &LoadStrip::stop);
    connect(m_more, &QPushButton::clicked, this, [this] { m_table->loadMore(); });
    connect(m_all, &QPushButton::clicked, this, [this] { m_table->loadMore(true); });
    connect(m_fromBeginning, &QPushButton::clicked, this, [this] { m_table->startAt({}); });
    connect(m_retry, &QPushButton::clicked, this, &LoadStrip::retryRequested);
    connect(m_start, &QLineEdit::returnPressed, this, &LoadStrip::start);
    // The hands go back to the records once there is nothing left to click.
    for (QWidget *part : std::initializer_list<QWidget *> {m_stop, m_more, m_all, m_fromBeginning, m_retry})
        part->setFocusPolicy(Qt::TabFocus);

    m_patience.setSingleShot(true);
    m_patience.setInterval(Patience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_isSlow = true;
        tell();
    });
    connect(m_table.get(), &core::LiveTable::stateChanged, this, &LoadStrip::follow);
    connect(m_table.get(), &core::LiveTable::progressChanged, this, [this] {
        if (m_isSlow)
            tell();
    });
    connect(m_table.get(), &core::LiveTable::partChanged, this, &LoadStrip::tell);
    connect(m_table.get(), &core::LiveTable::pausedChanged, this, &LoadStrip::tell);
    connect(model, &RecordModel::orderingChanged, this, &LoadStrip::tell);
    follow();
}

void LoadStrip::setServer(const QString &server)
{
    m_server = server;
    tell();
}

void LoadStrip::follow()
{
    if (m_table->state() != State::Loading) {
        m_patience.stop();
        m_isSlow = false;
    } else if (!m_isSlow && !m_patience.isActive()) {
        m_patience.start();
    }
    tell();
}

void LoadStrip::showParts(const QList<QWidget *> &parts)
{
    for (QWidget *part :
         std::initializer_list<QWidget *> {m_stop, m_more, m_all, m_start, m_fromBeginning, m_retry})
        part->setVisible(parts.contains(part));
}

void LoadStrip::tell()
{
    const State state = m_table->state();
    if (state == State::Failed) {
        const ErrorText error = describe(m_table->error(), m_server);
        const auto rows = static_cast<qint64>(m_table->rows().count());
        if (rows == 0) {
            setWanted(false); // the whole table says so
            return;
        }
        QString text = tr("Loading was interrupted after %1 records. %2")
                           .arg(QLocale().toString(rows), error.sentence());
        if (m_table->error().kind != core::ErrorKind::Unauthenticated)
            text += QLatin1Char(' ') + tr("It is tried again by itself.");
        setText(text, theme::icon(theme::Mark::Warning));
        setToolTip(asTip(error.technical));
        setProgress(0, -1);
        showParts({m_retry});
        setWanted(true);
        return;
    }
    setToolTip({});
    if (state == State::Loading) {
        // Until it is known to take a while, what is there stays there, but it does nothing any more.
        for (QPushButton *button : {m_more, m_all, m_fromBeginning})
            button->setEnabled(false);
        if (m_isSlow)
            tellProgress();
        return;
    }
    tellPart();
}

void LoadStrip::tellProgress()
{
    const core::LiveTable::Progress progress = m_table->progress();
    const QString why = interruptionText(*m_table, m_server);
    setText(why.isEmpty() ? loadingText(*m_table) : why + QLatin1Char(' ') + loadingText(*m_table),
            why.isEmpty() ? QIcon() : theme::icon(theme::Mark::Warning));
    setProgress(progress.rows, std::max<qint64>(progress.goal, 0));
    m_stop->setEnabled(m_table->canStopLoading());
    showParts(m_table->isReadingAnew() ? QList<QWidget *>() : QList<QWidget *> {m_stop});
    setWanted(true);
}

void LoadStrip::tellPart()
{
    QString text = partText(*m_table, m_what, m_server);
    if (text.isEmpty()) {
        setWanted(false);
        return;
    }
    const core::RowQuery &query = m_model->query();
    if (query.isFilter() && query.sortColumn)
        text += QLatin1Char(' ') + tr("Only these are filtered and sorted.");
    else if (query.isFilter())
        text += QLatin1Char(' ') + tr("Only these are filtered: others may pass as well.");
    else if (query.sortColumn)
        text += QLatin1Char(' ') + tr("Only these are sorted.");
    setText(text, theme::icon(theme::Mark::Warning));
    setProgress(0, -1);
    const qint64 behind = m_table->recordsBehind();
    const qint64 step = m_table->limit().rows;
    m_more->setText(tr("Load %1 &more").arg(QLocale().toString(step)));
    const bool hasSteps = m_table->rowsEnd() && step < behind;
    m_all->setText(hasSteps ? tr("Load &all") : tr("&Load the rest"));
    QList<QWidget *> parts;
    if (hasSteps)
        parts.append(m_more);
    if (m_table->rowsEnd())
        parts.append(m_all);
    parts.append(m_start);
    if (m_table->rowsBegin() != m_table->range().begin)
        parts.append(m_fromBeginning);
    for (QPushButton *button : {m_more, m_all})
        button->setEnabled(!m_table->isPaused());
    m_fromBeginning->setEnabled(true);
    showParts(parts);
    setWanted(true);
}

bool LoadStrip::stop()
{
    if (!m_table->canStopLoading())
        return false;
    m_table->stopLoading();
    tell();
    return true;
}

void LoadStrip::start()
{
    const auto key = core::startingKey(m_model->codec(), m_table->range(), m_start->text());
    if (!key) {
        Q_EMIT messageRaised(tr("There is no such key: %1.").arg(key.error()));
        return;
    }
    m_table->startAt(*key);
}

void LoadStrip::offerStart(const QByteArray &key)
{
    const core::SlotCodec &codec = m_model->codec();
    const auto parts = codec.decodeKey(key);
    QString text;
    if (parts && parts->size() == 1 && !codec.type().key.isUnknown())
        text = core::editText(parts->front());
    else if (codec.type().key.isUnknown() && QString::fromUtf8(key).toUtf8() == key)
        text = QString::fromUtf8(key);
    // Whatever cannot be typed so is told by its bytes.
    const auto read = core::startingKey(codec, m_table->range(), text);
    if (!read || *read != key)
        text = QStringLiteral("0x") + QString::fromLatin1(key.mid(codec.prefixLength()).toHex());
    m_start->setText(text);
}

} // namespace slotscope::ui
