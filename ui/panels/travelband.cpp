// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/travelband.h"

#include "ui/panels/panelparts.h"
#include "ui/theme.h"

#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSlider>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace slotscope::ui {

namespace {

/// Positions of the slider; where there are more revisions, one stands for several.
constexpr qint64 MostPositions = 100'000;
/// While the slider is dragged, not every revision on the way is read.
constexpr std::chrono::milliseconds SlidingPause(120);

QString shortTime(const QDateTime &time)
{
    const QDateTime local = time.toLocalTime();
    return local.date() == QDate::currentDate() ? local.toString(QStringLiteral("HH:mm:ss"))
                                                : QLocale().toString(local.date(), QLocale::ShortFormat)
            + local.toString(QStringLiteral(" HH:mm:ss"));
}

/// `14:02`, `14:02:11`, or with a date before it.
QDateTime timeFrom(const QString &text)
{
    for (const char *format : {"H:mm", "H:mm:ss"}) {
        const QTime time = QTime::fromString(text, QLatin1String(format));
        if (time.isValid())
            return {QDate::currentDate(), time};
    }
    for (const char *format : {"yyyy-MM-dd", "yyyy-MM-dd H:mm", "yyyy-MM-dd H:mm:ss"}) {
        const QDateTime time = QDateTime::fromString(text, QLatin1String(format));
        if (time.isValid())
            return time;
    }
    return QDateTime::fromString(text, Qt::ISODate);
}

} // namespace

QString timeText(const core::TimeBook::Span &span)
{
    if (span.isEmpty())
        return {};
    if (!span.from.isValid())
        return TravelBand::tr("before %1").arg(shortTime(span.to));
    if (!span.to.isValid())
        return TravelBand::tr("after %1").arg(shortTime(span.from));
    constexpr qint64 Near = 2000; // milliseconds
    if (span.from.msecsTo(span.to) <= Near)
        return TravelBand::tr("about %1").arg(shortTime(span.to));
    return TravelBand::tr("between %1 and %2").arg(shortTime(span.from), shortTime(span.to));
}

TravelBand::TravelBand(QWidget *parent)
    : QToolBar(tr("Time travel"), parent)
    , m_icon(new QLabel(this))
    , m_state(new QLabel(this))
    , m_field(new QLineEdit(this))
    , m_earlier(new QToolButton(this))
    , m_slider(new QSlider(Qt::Horizontal, this))
    , m_later(new QToolButton(this))
    , m_time(new QLabel(this))
    , m_note(new QLabel(this))
    , m_return(new QPushButton(tr("&Return to the present"), this))
{
    setObjectName(QStringLiteral("travelBand"));
    setUpBand(this, m_icon, m_state);
    m_state->setContentsMargins(0, 0, 6, 0);
    m_time->setContentsMargins(8, 0, 8, 0);
    for (QLabel *label : {m_state, m_time, m_note})
        label->setTextFormat(Qt::PlainText);
    m_note->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    m_field->setAccessibleName(tr("Revision"));
    m_field->setToolTip(
        tr("A revision, or a time such as 14:30 or 2026-01-31 14:30: the newest revision seen "
           "until then"));
    m_field->setMaximumWidth(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 22);
    m_slider->setAccessibleName(tr("Revision"));
    m_slider->setMinimumWidth(160);
    m_earlier->setText(QStringLiteral("◀"));
    m_earlier->setToolTip(tr("One revision earlier"));
    m_earlier->setAccessibleName(m_earlier->toolTip());
    m_later->setText(QStringLiteral("▶"));
    m_later->setToolTip(tr("One revision later"));
    m_later->setAccessibleName(m_later->toolTip());
    for (QWidget *part : std::initializer_list<QWidget *> {m_icon, m_state, m_field, m_earlier, m_slider,
                                                           m_later, m_time, m_note, m_return})
        addWidget(part);

    m_sliding.setSingleShot(true);
    m_sliding.setInterval(SlidingPause);
    connect(&m_sliding, &QTimer::timeout, this, &TravelBand::takeSlider);
    // Not by changes of its range, which move it as well.
    connect(m_slider, &QSlider::sliderMoved, &m_sliding, qOverload<>(&QTimer::start));
    connect(m_slider, &QSlider::actionTriggered, &m_sliding, qOverload<>(&QTimer::start));
    connect(m_slider, &QSlider::sliderReleased, this, &TravelBand::takeSlider);
    connect(m_field, &QLineEdit::returnPressed, this, &TravelBand::takeField);
    connect(m_earlier, &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_later, &QToolButton::clicked, this, [this] { step(1); });
    connect(m_return, &QPushButton::clicked, this, &TravelBand::presentWanted);
    follow(nullptr);
}

void TravelBand::follow(const core::TimeBook *times)
{
    m_times = times;
    m_sliding.stop();
    m_note->clear();
    setVisible(times != nullptr);
    update();
}

void TravelBand::setBounds(core::Revision earliest, core::Revision newest)
{
    m_earliest = earliest;
    m_newest = std::max(earliest, newest);
    if (m_slider->isSliderDown())
        return; // it would run away beneath the mouse
    m_slider->setRange(0, static_cast<int>(std::min(MostPositions, m_newest.value - m_earliest.value)));
    m_slider->setPageStep(std::max(1, m_slider->maximum() / 20));
    update();
}

void TravelBand::setRevision(core::Revision revision)
{
    m_revision = revision;
    m_field->setText(QString::number(revision.value));
    update();
}

void TravelBand::setLoading(bool loading)
{
    if (m_loading == loading)
        return;
    m_loading = loading;
    update();
}

void TravelBand::setNote(const QString &note)
{
    m_note->setText(note);
    update();
}

QString TravelBand::text() const
{
    QStringList parts {m_state->text(), m_field->text(), m_time->text(), m_note->text()};
    parts.removeAll(QString());
    return parts.join(QLatin1Char(' '));
}

core::Revision TravelBand::sliderRevision(int position) const
{
    const qint64 span = m_newest.value - m_earliest.value;
    if (m_slider->maximum() <= 0 || position >= m_slider->maximum())
        return m_newest;
    // In floating point: revisions times positions may be more than an integer holds.
    return core::Revision(m_earliest.value
                          + static_cast<qint64>(static_cast<double>(span) * position / m_slider->maximum()));
}

int TravelBand::sliderPosition(core::Revision revision) const
{
    const qint64 span = m_newest.value - m_earliest.value;
    if (span <= 0)
        return 0;
    const double share = static_cast<double>(revision.value - m_earliest.value) / static_cast<double>(span);
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * m_slider->maximum()));
}

void TravelBand::update()
{
    m_state->setText(m_loading ? tr("THE PAST, reading revision") : tr("THE PAST, read-only, revision"));
    const QString time = m_times ? timeText(m_times->at(m_revision)) : QString();
    m_time->setText(time);
    m_time->setToolTip(tr("etcd keeps no times: these are of what was seen here"));
    m_earlier->setEnabled(m_revision > m_earliest);
    m_later->setEnabled(m_revision < m_newest);
    if (!m_slider->isSliderDown() && !m_sliding.isActive())
        m_slider->setValue(sliderPosition(m_revision));
    m_slider->setToolTip(tr("Revisions %1 to %2; what is earlier is compacted away")
                             .arg(m_earliest.value)
                             .arg(m_newest.value));
    setAccessibleName(text());
    takeColours();
}

void TravelBand::takeSlider()
{
    m_sliding.stop();
    const core::Revision wanted = sliderRevision(m_slider->sliderPosition());
    // A position may stand for many revisions, among them the one that is shown.
    if (sliderPosition(m_revision) != m_slider->sliderPosition() && wanted != m_revision)
        Q_EMIT revisionWanted(wanted);
}

void TravelBand::step(int by)
{
    Q_EMIT revisionWanted(
        core::Revision(std::clamp(m_revision.value + by, m_earliest.value, m_newest.value)));
}

void TravelBand::takeField()
{
    const QString text = m_field->text().trimmed();
    bool isNumber = false;
    core::Revision wanted(text.toLongLong(&isNumber));
    if (!isNumber) {
        const QDateTime time = timeFrom(text);
        if (!time.isValid()) {
            Q_EMIT refused(tr("“%1” is neither a revision nor a time such as 14:30.").arg(text));
            return;
        }
        const auto seen = m_times ? m_times->before(time) : std::nullopt;
        if (!seen) {
            Q_EMIT refused(tr("Which revision it was at %1 is not known: nobody was watching here then.")
                               .arg(shortTime(time)));
            return;
        }
        wanted = *seen;
    }
    if (wanted < m_earliest) {
        Q_EMIT refused(isNumber ? tr("Revision %1 is compacted away; the earliest is %2.")
                                      .arg(wanted.value)
                                      .arg(m_earliest.value)
                                : tr("What was there then is compacted away."));
        return;
    }
    if (wanted > m_newest) {
        Q_EMIT refused(
            tr("There is no revision %1 yet; the newest is %2.").arg(wanted.value).arg(m_newest.value));
        return;
    }
    Q_EMIT revisionWanted(wanted);
}

void TravelBand::changeEvent(QEvent *event)
{
    QToolBar::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::StyleChange)
        takeColours();
}

void TravelBand::takeColours()
{
    if (!m_times)
        return;
    const QPalette inherited = parentWidget() ? parentWidget()->palette() : QPalette();
    tintBand(this,
             theme::mixed(inherited.color(QPalette::Base), theme::accent(theme::Mark::Past, inherited), 0.45),
             m_icon, theme::icon(theme::Mark::Past));
}

} // namespace slotscope::ui
